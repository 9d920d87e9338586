"""The stages of the greyscale pipeline as values with an ``apply`` each: Modality (C.11.1), VOI (C.11.2)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui.dicom.attributes import Attributes
from tui.dicom.pixels.window import LINEAR, LINEAR_EXACT, SIGMOID, Window

Array = NDArray[Any]
Floats = NDArray[np.float32]
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
        values = stored.astype(np.float32)
        if self.slope != 1.0:
            values *= np.float32(self.slope)
        if self.intercept:
            values += np.float32(self.intercept)
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

    LINEAR is not defined below a width of 1, nor the others at 0: those are survived as a step at the center.
    """
    center, width = np.float32(window.center), np.float32(window.width)
    if window.function == SIGMOID and width > 0:
        return np.asarray(1.0 / (1.0 + np.exp(np.clip(-4.0 * (values - center) / width, -80, 80))), np.float32)
    if window.function == LINEAR and width >= 1:
        center, width = center - np.float32(0.5), width - np.float32(1)
    if width <= 0:
        return (values > center).astype(np.float32)
    shades: Floats = np.clip((values - center) / width + np.float32(0.5), 0, 1)
    return shades


def _lookup_table(item: Attributes, signed: bool, name: str, unit: str = "") -> LookupTable | None:
    descriptor, data = item.numbers(0x00283002), item.data(0x00283006)
    if len(descriptor) != 3 or data is None:
        return None
    count = int(descriptor[0]) or 1 << 16  # 0 stands for 65,536
    first, bits = int(descriptor[1]), int(descriptor[2])
    if signed and first > 0x7FFF:
        first -= 1 << 16
    entries = table_entries(data, count, big_endian=item.big_endian(0x00283006))
    # Some writers give 16 bits and fill fewer: the largest entry tells
    if not 1 <= bits <= 16:
        bits = 16
    return LookupTable(first, max(bits, int(entries.max()).bit_length()), entries, name, unit) if len(entries) else None


def table_entries(data: bytes, count: int, *, big_endian: bool) -> Array:
    """Return the entries of a LUT: 16-bit words, or packed bytes where there are only as many bytes as entries."""
    if len(data) < 2 * count and len(data) in (count, count + 1):
        return np.frombuffer(data, np.uint8)[:count]
    return np.frombuffer(data[: len(data) // 2 * 2], ">u2" if big_endian else "<u2")[:count]


def modality_stage(top: Attributes, transformation: Attributes, *, signed: bool) -> Modality:
    """Return the Modality stage of a frame.

    Parameters
    ----------
    top : Attributes
        The dataset.
    transformation : Attributes
        Where RescaleSlope and RescaleIntercept stand: the dataset, or the frame's functional group.
    signed : bool
        Whether stored values are.
    """
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
    sop_class = top.text(0x00080016) or ""
    if sop_class.startswith(_XRAY_CLASSES) and top.text(0x00281040) in ("LOG", "DISP"):
        return Rescale()  # PS3.4 N.2.1.2: not for display
    return Rescale(slope or 1.0, intercept or 0.0, _unit(top, transformation, slope, sop_class))


def _unit(top: Attributes, transformation: Attributes, slope: float | None, sop_class: str) -> str:
    said = transformation.text(0x00281054)
    if said is not None:
        return "" if said == "US" else said
    if top.text(0x00080060) == "PT" and (units := top.text(0x00541001)):
        return units
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
            names[at] if at < len(names) and names[at] else f"file {at + 1}" if several else "file",
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
