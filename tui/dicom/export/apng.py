"""Animated PNG (PNG specification, third edition, 4.9): written frame by frame, so that no more than one is held."""

import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import IO, Final

from PIL import Image
from PIL.PngImagePlugin import PngInfo

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_PER_SECOND: Final = 1000  # of the unit of delays


class ApngWriter:
    """Writes an animated PNG.

    Parameters
    ----------
    file : binary file
        Where.
    frames : int
        How many there will be.
    rate_fps : float
        Frames a second.
    info : PngInfo
        Text chunks.
    level : int
        Of deflate.
    """

    def __init__(self, file: IO[bytes], frames: int, rate_fps: float, info: PngInfo, level: int) -> None:
        self._file = file
        self._frames = frames
        self._delay = max(1, round(_PER_SECOND / rate_fps))
        self._info, self._level = info, level
        self._sequence = 0
        self._begun = False

    def add(self, image: Image.Image) -> None:
        """Write a frame, 8 bit grey or RGB; all are of one size."""
        encoded = BytesIO()
        image.save(encoded, "PNG", pnginfo=self._info, compress_level=self._level)
        chunks = list(_chunks(encoded.getvalue()))
        if not self._begun:
            self._file.write(_SIGNATURE)
            for kind, data in chunks:
                if kind == b"IDAT":
                    break
                self._chunk(kind, data)
                if kind == b"IHDR":
                    self._chunk(b"acTL", struct.pack(">II", self._frames, 0))  # for ever
        self._chunk(b"fcTL", struct.pack(
            ">IIIIIHHBB", self._next(), image.width, image.height, 0, 0, self._delay, _PER_SECOND, 0, 0))  # fmt: skip
        for kind, data in chunks:
            if kind == b"IDAT" and self._begun:
                self._chunk(b"fdAT", struct.pack(">I", self._next()) + data)
            elif kind == b"IDAT":
                self._chunk(kind, data)
        self._begun = True

    def end(self) -> None:
        """Write what ends the file."""
        self._chunk(b"IEND", b"")

    def _next(self) -> int:
        self._sequence += 1
        return self._sequence - 1

    def _chunk(self, kind: bytes, data: bytes) -> None:
        self._file.write(struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)))


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Return the chunks of a PNG: kinds and data."""
    at = len(_SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += 12 + length
