"""How values become stored values of 8 or 16 bits: whole ones as they are, others by a slope and an intercept."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tui.dicom.create.source import Source
from tui.dicom.create.sources import Opened, frames_of
from tui.dicom.errors import ExportError
from tui.dicom.new_object import as_ds
from tui.text import safe_text

Array = NDArray[Any]
_STEPS: Final = 0xFFFF


@dataclass(frozen=True, slots=True)
class Storage:
    """How values are stored.

    Parameters
    ----------
    kind : dtype
        Of the stored values: u1, u2 or i2, little endian.
    slope, intercept : str
        As they are written (DS); modality value = slope x stored value + intercept.
    divided : bool
        Whether values are modality values, which are divided by the slope.
    notes : tuple of str
        What is lost.
    """

    kind: np.dtype[Any]
    slope: str = "1"
    intercept: str = "0"
    divided: bool = False
    notes: tuple[str, ...] = ()

    @property
    def is_identity(self) -> bool:
        """Return whether stored values are the modality values."""
        return float(self.slope) == 1 and float(self.intercept) == 0

    def stored(self, values: Array) -> Array:
        """Return the stored values of a frame; what does not fit is an error of whoever planned it."""
        if self.divided:
            limits = np.iinfo(self.kind)
            scaled = np.rint((values.astype(np.float64) - float(self.intercept)) / float(self.slope))
            return np.clip(scaled, limits.min, limits.max).astype(self.kind)
        return values.astype(self.kind, copy=False)


@dataclass(slots=True)
class _Extent:
    """What values there are."""

    least: float = np.inf
    most: float = -np.inf
    whole: bool = True
    odd: bool = False

    def add(self, values: Array) -> None:
        if values.dtype.kind == "f":
            self.odd = self.odd or not bool(np.isfinite(values).all())
            self.whole = self.whole and not self.odd and bool((values == np.rint(values)).all())
        self.least, self.most = min(self.least, float(values.min())), max(self.most, float(values.max()))

    @property
    def fits(self) -> np.dtype[Any] | None:
        """Return the type of 16 bits that holds them all."""
        for kind in (np.dtype("<i2"), np.dtype("<u2")):
            limits = np.iinfo(kind)
            if self.whole and limits.min <= self.least and self.most <= limits.max:
                return kind
        return None


def plan(
    sources: list[Source], opened: Opened, slope: str, intercept: str, *, wide: bool, unsigned: bool
) -> Generator[str, None, Storage]:
    """Look at what values there are where their type does not tell, and return how they are stored.

    Parameters
    ----------
    sources : list of Source
        Of the same type of value.
    opened : Opened
        Gives their frames.
    slope, intercept : str
        What somebody wants; "" where nothing was said.
    wide : bool
        Whether 16 bits are wanted, also for values of 8.
    unsigned : bool
        Whether no values below 0 can be stored: where there are none, they are stored without a sign.

    Yields
    ------
    str
        What was looked at.

    Raises
    ------
    ExportError
        They cannot be stored.
    """
    kind = np.result_type(*(source.kind for source in sources))
    said = Storage(np.dtype("<u2"), as_ds(float(slope or 1)), as_ds(float(intercept or 0)))
    if kind.kind == "b" or kind == np.uint8:
        return Storage(np.dtype("<u2") if wide else np.dtype("u1"), said.slope, said.intercept)
    if kind.kind in "ui" and kind.itemsize <= 2 and not (unsigned and kind.kind == "i"):
        return Storage(np.dtype("<i2") if kind.kind == "i" else np.dtype("<u2"), said.slope, said.intercept)
    extent, total = _Extent(), sum(source.frames for source in sources)
    for number, (source, frame) in enumerate(frames_of(sources), 1):
        extent.add(opened.frame(source, frame))
        yield f"looked at {number:,} of {total:,}"
    if extent.odd:
        raise ExportError("some of its values are no numbers, or infinite: DICOM images hold none; replace them first")
    fits = extent.fits if not (unsigned and extent.least >= 0 and extent.whole) else _unsigned(extent.most)
    if fits is not None and not slope and not intercept:
        return Storage(fits)
    if kind.kind != "f" and (slope or intercept):  # whole values are the stored ones
        if fits is None:
            raise ExportError(f"values from {extent.least:,.0f} to {extent.most:,.0f} do not fit into 16 bits")
        return Storage(fits, said.slope, said.intercept)
    return _divided(extent, slope, intercept)


def _unsigned(most: float) -> np.dtype[Any] | None:
    """Return the type of 16 bits without a sign, if it holds values up to `most`."""
    return np.dtype("<u2") if most <= np.iinfo(np.uint16).max else None


def _divided(extent: _Extent, slope: str, intercept: str) -> Storage:
    """Return how values are stored that are no whole ones of 16 bits: as was said, or so that they take all of these."""
    least, most = extent.least, extent.most
    if not np.isfinite(most - least):
        raise ExportError(f"values from {least:.6g} to {most:.6g} are too far apart: replace the outermost ones first")
    by = as_ds(float(slope or 1) if slope or intercept else (most - least) / _STEPS or 1)
    offset = as_ds(float(intercept or 0) if slope or intercept else least)
    ends = sorted((value - float(offset)) / float(by) for value in (least, most))
    for kind in (np.dtype("<u2"), np.dtype("<i2")):
        limits = np.iinfo(kind)
        if limits.min - 0.5 <= ends[0] and ends[1] <= limits.max + 0.5:
            return Storage(kind, by, offset, divided=True, notes=_rounding(extent, by, offset))
    raise ExportError(
        f"values from {least:.6g} to {most:.6g} do not fit into 16 bits with slope {safe_text(by)} and intercept "
        f"{safe_text(offset)}"
    )


def _rounding(extent: _Extent, slope: str, intercept: str) -> tuple[str, ...]:
    """Return how far off values may be."""
    if extent.least == extent.most == float(intercept):
        return ()
    error = abs(float(slope)) / 2
    return (f"values were rounded to steps of {slope} (at most {error:.3g} off): they are stored in 16 bits",)
