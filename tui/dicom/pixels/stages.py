"""The stages of the greyscale pipeline as values with an ``apply`` each: Modality (C.11.1), VOI (C.11.2)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui.dicom.attributes import Attributes
from tui.dicom.pixels.window import LINEAR, LINEAR_EXACT, SIGMOID, Window
from tui.text import safe_text

Array = NDArray[Any]
Floats = NDArray[Any]  # float32, or float64 for values that it would round
_NAME = 40
_XRAY_CLASSES = ("1.2.840.10008.5.1.4.1.1.12.1", "1.2.840.10008.5.1.4.1.1.12.2")
_CT = "1.2.840.10008.5.1.4.1.1.2"


@dataclass(frozen=True, slots=True)
class Rescale:
    """Rescale Slope and Intercept (C.11.1.1.2), or a dose grid's scaling; `unit` is "" where it is not known."""

    slope: float = 1.0
    intercept: float = 0.0
    unit: str = ""

    def apply(self, stored: Array) -> Floats:
        """Return modality values of stored ones, shape kept."""
        wide = stored.dtype.itemsize > 4 or (stored.dtype.itemsize == 4 and stored.dtype.kind != "f")
        values: Floats = stored.astype(np.float64 if wide else np.float32)
        if self.slope != 1.0:
            values *= values.dtype.type(self.slope)
        if self.intercept:
            values += values.dtype.type(self.intercept)
        return values


@dataclass(frozen=True, slots=True, eq=False)
class LookupTable:
    """A Modality or VOI LUT (C.11.1.1.1, C.11.2.1.1): values below the first map to the first entry, above to the last."""

    first: int
    bits: int
    entries: Array
    name: str = ""
    unit: str = ""

    def apply(self, values: Array) -> Floats:
        """Return the table's output for `values`, shape kept."""
        index = np.rint(values).astype(np.int64) - self.first
        return self.entries[np.clip(index, 0, len(self.entries) - 1)].astype(np.float32)

    def shade(self, values: Array) -> Floats:
        """Return the table's output between 0 and 1."""
        return self.apply(values) / np.float32((1 << self.bits) - 1)


Modality = Rescale | LookupTable
Voi = Window | LookupTable


def shade(values: Floats, voi: Voi) -> Floats:
    """Return how bright each modality value is under `voi`: 0 black to 1 white, shape kept."""
    return voi.shade(values) if isinstance(voi, LookupTable) else windowed(values, voi)


def windowed(values: Floats, window: Window) -> Floats:
    """Apply a window: C.11.2.1.2.1 (LINEAR), C.11.2.1.3.1 (SIGMOID), C.11.2.1.3.2 (LINEAR_EXACT).

    The result has the precision of the values. LINEAR is not defined below a width of 1, nor the others at 0: those are
    survived as a step at the center.
    """
    kind = values.dtype.type
    center, width = kind(window.center), kind(window.width)
    if window.function == SIGMOID and width > 0:
        return np.asarray(1.0 / (1.0 + np.exp(np.clip(-4.0 * (values - center) / width, -80, 80))), np.float32)
    if window.function == LINEAR and width >= 1:
        center, width = center - kind(0.5), width - kind(1)
    if width <= 0:
        step: Floats = (values > center).astype(np.float32)
        return step
    shades: Floats = values - center
    shades /= width
    shades += kind(0.5)
    return np.clip(shades, 0, 1, out=shades)


def _lookup_table(item: Attributes, signed: bool, name: str, unit: str = "") -> LookupTable | None:
    descriptor, data = lut_descriptor(item, 0x00283002, signed=signed), item.data(0x00283006)
    if descriptor is None or data is None:
        return None
    count, first, bits = descriptor
    entries = table_entries(data, count, big_endian=item.big_endian(0x00283006))
    if not len(entries):
        return None
    bits = max(bits if 1 <= bits <= 16 else 16, int(entries.max()).bit_length())  # entries may be larger than they say
    return LookupTable(first, bits, entries, safe_text(name, _NAME), safe_text(unit, _NAME))


def lut_descriptor(item: Attributes, tag: int, *, signed: bool) -> tuple[int, int, int] | None:
    """Return (number of entries, first value mapped, bits) of a LUT Descriptor, whatever its VR made of the sign.

    0 entries stand for 65,536; more than 32,767 read as SS are negative; the first value is signed as the input is.
    """
    numbers = item.numbers(tag)
    if len(numbers) != 3:
        return None
    count, first = int(numbers[0]) & 0xFFFF or 1 << 16, int(numbers[1]) & 0xFFFF
    return count, first - (1 << 16) if signed and first > 0x7FFF else first, int(numbers[2])


def table_entries(data: bytes, count: int, *, big_endian: bool) -> Array:
    """Return the entries of a LUT: 16-bit words, or packed bytes where there are only as many bytes as entries."""
    if len(data) < 2 * count and len(data) in (count, count + 1):
        return np.frombuffer(data, np.uint8)[:count]
    return np.frombuffer(data[: len(data) // 2 * 2], ">u2" if big_endian else "<u2")[:count]


def modality_stage(top: Attributes, transformation: Attributes, *, signed: bool, display: bool = True) -> Modality:
    """Return the Modality stage of a frame.

    Parameters
    ----------
    top : Attributes
        The dataset.
    transformation : Attributes
        Where RescaleSlope and RescaleIntercept stand: the dataset, or the frame's functional group.
    signed : bool
        Whether stored values are.
    display : bool
        Whether it is for display; if not, for a probe and for measures.
    """
    sop_class = top.text(0x00080016) or ""
    if display and sop_class.startswith(_XRAY_CLASSES) and top.text(0x00281040) in ("LOG", "DISP"):
        return Rescale()  # PS3.4 N.2.1.2: neither the LUT nor the rescale is for display
    item = top.item(0x00283000)
    if item is not None:
        unit = item.text(0x00283004) or ""
        table = _lookup_table(item, signed, item.text(0x00283003) or "", "" if unit == "US" else unit)
        if table is not None:
            return table
    dose = top.number(0x3004000E)  # DoseGridScaling
    if dose:
        return Rescale(dose, 0.0, "Gy" if top.text(0x30040002) == "GY" else "")
    slope, intercept = transformation.number(0x00281053), transformation.number(0x00281052)
    return Rescale(slope or 1.0, intercept or 0.0, _unit(top, transformation, slope, sop_class))


def _unit(top: Attributes, transformation: Attributes, slope: float | None, sop_class: str) -> str:
    said = transformation.text(0x00281054)
    if said is not None:
        return "" if said == "US" else safe_text(said, _NAME)
    if top.text(0x00080060) == "PT" and (units := top.text(0x00541001)):
        return safe_text(units, _NAME)
    # C.8.2.1: absent RescaleType means HU in CT Image Storage only, and not in a localizer
    localizer = "LOCALIZER" in top.texts(0x00080008)
    return "HU" if sop_class == _CT and slope is not None and not localizer else ""


def voi_stages(group: Attributes, top: Attributes, *, signed: bool) -> tuple[Voi, ...]:
    """Return the file's own windows, then its LUTs (C.11.2: they are alternatives).

    Parameters
    ----------
    group : Attributes
        Where the windows stand: the dataset, or the frame's functional group.
    top : Attributes
        The dataset; VOI LUTs stand there too.
    signed : bool
        Whether modality values may be negative.
    """
    centers, widths = group.numbers(0x00281050), group.numbers(0x00281051)
    names = group.texts(0x00281055)
    function = (group.text(0x00281056) or LINEAR).upper()
    if function not in (LINEAR, LINEAR_EXACT, SIGMOID):
        function = LINEAR
    several = min(len(centers), len(widths)) > 1
    windows: list[Voi] = [
        Window(
            center,
            width,
            function,
            safe_text(names[at], _NAME) if at < len(names) and names[at] else f"file {at + 1}" if several else "file",
        )
        for at, (center, width) in enumerate(zip(centers, widths, strict=False))
        if width > 0
    ]
    for holder in (group, top) if group is not top else (top,):
        for at, item in enumerate(holder.items(0x00283010)):
            table = _lookup_table(item, signed, item.text(0x00283003) or f"LUT {at + 1}")
            if table is not None:
                windows.append(table)
    return tuple(windows)
