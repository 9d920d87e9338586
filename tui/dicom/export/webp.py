"""Animated WebP (RFC 9649), frame after frame: no more than one is held. Pillow makes the frames."""

import struct
from collections.abc import Iterator
from io import BytesIO
from typing import IO, Any, Final

from PIL import Image

from tui.dicom.errors import PixelError

_RIFF: Final = 12  # bytes: RIFF, the size, WEBP
_ANIMATED: Final = 0x02
_INSTEAD: Final = 0x02  # a frame takes the place of the one before, and is not blended with it
_PICTURE: Final = (b"ALPH", b"VP8 ", b"VP8L")
_LARGEST_SIDE: Final = 16_383  # of what the codec takes
_LARGEST: Final = 0xFFFFFFFE  # bytes of a file


class WebpWriter:
    """Writes an animation.

    Parameters
    ----------
    file : binary file
        Where; it is gone back in.
    size : tuple of int
        Width and height.
    duration_ms : int
        Of each frame.
    quality : dict
        What Pillow takes.

    Raises
    ------
    PixelError
        The pictures are too large.
    """

    def __init__(self, file: IO[bytes], size: tuple[int, int], duration_ms: int, quality: dict[str, Any]) -> None:
        if max(size) > _LARGEST_SIDE:
            raise PixelError(f"WebP takes at most {_LARGEST_SIDE:,} pixels a side: make the pictures smaller (--size)")
        self._file, self._quality = file, quality
        self._begin = file.tell()
        extent = _three(size[0] - 1) + _three(size[1] - 1)
        self._head = _three(0) + _three(0) + extent + _three(duration_ms) + bytes([_INSTEAD])
        file.write(b"RIFF\0\0\0\0WEBP")
        file.write(_chunk(b"VP8X", struct.pack("<I", _ANIMATED) + extent))
        file.write(_chunk(b"ANIM", struct.pack("<IH", 0, 0)))  # on black, without an end

    def add(self, image: Image.Image) -> None:
        """Write the next frame."""
        held = BytesIO()
        image.save(held, "WEBP", **self._quality)
        parts = [_chunk(name, data) for name, data in _chunks(held.getvalue()) if name in _PICTURE]
        self._file.write(_chunk(b"ANMF", self._head + b"".join(parts)))

    def end(self) -> None:
        """Write the size, once all frames are there."""
        size = self._file.tell() - self._begin
        if size > _LARGEST:
            raise PixelError("the animation takes more than 4 GB, which WebP has no room for: choose frames (--frames)")
        self._file.seek(self._begin + 4)
        self._file.write(struct.pack("<I", size - 8))
        self._file.seek(0, 2)


def _three(number: int) -> bytes:
    return number.to_bytes(3, "little")


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = _RIFF
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        yield name, data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
