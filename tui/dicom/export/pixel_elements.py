"""Pixel data as an element: native, or encapsulated with its offset table (PS3.5 8.2, A.4)."""

import struct
from collections.abc import Iterable, Iterator
from typing import IO, Final, Protocol

from tui.dicom.element import ITEM, PIXEL_DATA, SEQUENCE_END, UNDEFINED
from tui.dicom.element_bytes import header, marker
from tui.dicom.encoding import Encoding
from tui.dicom.errors import PixelError

_MOST_BYTES: Final = 0xFFFFFFFE  # of a value, and of an offset
_OFFSET: Final = 4
_EXPLICIT: Final = Encoding(implicit=False, big_endian=False)


class Written(Protocol):
    """What bytes are written to."""

    def write(self, data: bytes, /) -> object:
        """Write some."""


def write_native_head(file: Written, tag: int, vr: str, length: int, *, implicit: bool = False) -> None:
    """Write the header of pixels that follow as they are.

    Raises
    ------
    PixelError
        `length` is more than an element holds.
    """
    if length > _MOST_BYTES:
        raise PixelError("its pixels take more than 4 GB without compression, which no element holds")
    file.write(header(tag, vr, length, Encoding(implicit=implicit, big_endian=False)))


def write_encapsulated(file: IO[bytes], coded: Iterable[bytes], frames: int) -> Iterator[str]:
    """Write code streams, one for each of `frames` frames, with a Basic Offset Table; yield what was done.

    Raises
    ------
    PixelError
        The last one begins behind what an offset can name.
    """
    encoding, offsets = _EXPLICIT, list[int]()
    file.write(header(PIXEL_DATA, "OB", UNDEFINED, encoding))
    table = file.tell()
    file.write(marker(ITEM, _OFFSET * frames, encoding) + bytes(_OFFSET * frames))  # to be filled
    begin = file.tell()
    for number, stream in enumerate(coded, 1):
        even = stream + b"\0" * (len(stream) % 2)
        offsets.append(file.tell() - begin)
        file.write(marker(ITEM, len(even), encoding) + even)
        yield f"{number:,} of {frames:,}"
    file.write(marker(SEQUENCE_END, 0, encoding))
    if offsets[-1] > _MOST_BYTES:
        raise PixelError("its frames take more than 4 GB, whose places no offset table holds")
    end = file.tell()
    file.seek(table + len(marker(ITEM, 0, encoding)))
    file.write(struct.pack(f"<{len(offsets)}I", *offsets))
    file.seek(end)
