"""Writing a dataset deflated, and reading it back piece by piece (PS3.5 A.5)."""

import os
import zlib
from collections.abc import Iterator
from typing import IO, Final

from tui.dicom.errors import WriteError, translated

_AT_ONCE: Final = 1 << 20


class Deflated:
    """A file that is written to as it is deflated.

    Parameters
    ----------
    file : binary file
        Where.

    Attributes
    ----------
    plain_size : int
        How many bytes were packed.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
        self._begin = file.tell() if file.seekable() else 0
        self._size = 0
        self.plain_size = self._sum = 0

    def write(self, data: bytes) -> None:
        """Write some of the dataset."""
        self.plain_size += len(data)
        self._sum = zlib.crc32(data, self._sum)
        self._put(self._packer.compress(data))

    def end(self) -> None:
        """Write the rest, and make the length even."""
        self._put(self._packer.flush())
        self._put(b"\0" * (self._size % 2))

    def _put(self, packed: bytes) -> None:
        self._size += len(packed)
        self._file.write(packed)

    def read_back(self, fd: int, path: str) -> Iterator[str]:
        """Unpack what was written, piece by piece, and compare it with what was packed.

        Raises
        ------
        WriteError
            It is something else.
        """
        unpacker, found, size, at = zlib.decompressobj(-zlib.MAX_WBITS), 0, 0, self._begin
        with translated(WriteError, f"what was written of {os.path.basename(path)} could not be read back", path):
            while not unpacker.eof and (data := os.pread(fd, _AT_ONCE, at)):
                at += len(data)
                while data and not unpacker.eof:
                    plain = unpacker.decompress(data, _AT_ONCE)
                    data = unpacker.unconsumed_tail
                    found, size = zlib.crc32(plain, found), size + len(plain)
                yield f"read back {size >> 20:,} of {self.plain_size >> 20:,} MB"
        if (found, size) != (self._sum, self.plain_size):
            raise WriteError(f"what was written of {os.path.basename(path)} could not be read back as it was", path)
