"""What is written in the place of a file's pixel data."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from tui.dicom.anonymize.boxes import Box
from tui.dicom.errors import RefusedError

EXTENDED_OFFSETS: Final = (0x7FE00001, 0x7FE00002)


class PixelRow(NamedTuple):
    """One thing that changes in the pixel data, in words: what, and how it was and is."""

    what: str
    why: str
    before: str
    after: str


@dataclass(frozen=True)
class PixelWork:
    """What is written in the place of a file's pixel data.

    Parameters
    ----------
    rows : tuple of PixelRow
        What changes.
    remade : bool
        Whether frames have other places than before.
    native : bool
        Whether encapsulated frames are written natively, in explicit VR little endian.
    length : int or None
        Bytes of the element with its header; None where only writing tells.
    chunks : callable
        Returns the bytes, the header first.
    photometric : str
        Of frames that are written natively: what they are, decoded.
    bits_allocated : int
        The same: of a value.
    hidden_bits : bool
        The same: whether bits outside BitsStored were set.
    """

    rows: tuple[PixelRow, ...]
    remade: bool
    native: bool
    length: int | None
    chunks: Callable[[], Iterator[bytes]]
    photometric: str = ""
    bits_allocated: int = 0
    hidden_bits: bool = False


def refused(rule: str, why: str) -> RefusedError:
    """Return the error that a file is refused for its pixel data."""
    return RefusedError(rule, why)


def box_rows(boxes: tuple[Box, ...]) -> list[PixelRow]:
    """Return the rows of boxes that are blackened."""
    return [PixelRow(f"box {box.words}", "a person drew it over text", "pixels", "black") for box in boxes]
