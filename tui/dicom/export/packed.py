"""Gzip (RFC 1952) in several threads, as pigz does it: one stream, of blocks that are compressed side by side."""

import os
import struct
import zlib
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import IO, Final

_BLOCK: Final = 1 << 19
_DICTIONARY: Final = 1 << 15  # bytes before a block that it refers to
_MOST_THREADS: Final = 4
_HEAD: Final = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"  # no name, no time: the same values make the same file
_END: Final = b"\x03\0"  # a last block that holds nothing


class PackedFile:
    """A file to be written to, whose bytes are packed into another one.

    Parameters
    ----------
    file : binary file
        The other one, which stays open.
    level : int
        Of deflate.
    """

    def __init__(self, file: IO[bytes], level: int) -> None:
        self._file = file
        self._level = level
        self._threads = ThreadPoolExecutor(min(_MOST_THREADS, os.cpu_count() or 1))
        self._waiting: deque[Future[bytes]] = deque()
        self._rest = bytearray()
        self._before = b""
        self._sum, self._size = 0, 0
        file.write(_HEAD)

    def write(self, data: bytes) -> int:
        """Pack bytes; what is done is written."""
        self._rest += data
        while len(self._rest) >= _BLOCK:
            block = bytes(self._rest[:_BLOCK])
            del self._rest[:_BLOCK]
            self._pack(block)
        return len(data)

    def _pack(self, block: bytes) -> None:
        self._sum, self._size = zlib.crc32(block, self._sum), self._size + len(block)
        self._waiting.append(self._threads.submit(_packed, block, self._before, self._level))
        self._before = block[-_DICTIONARY:]
        while len(self._waiting) > 2 * _MOST_THREADS:
            self._file.write(self._waiting.popleft().result())

    def __enter__(self) -> "PackedFile":
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        try:
            if kind is None:
                if self._rest:
                    self._pack(bytes(self._rest))
                while self._waiting:
                    self._file.write(self._waiting.popleft().result())
                self._file.write(_END + struct.pack("<II", self._sum, self._size & 0xFFFFFFFF))
        finally:
            self._threads.shutdown(cancel_futures=True)


def _packed(block: bytes, before: bytes, level: int) -> bytes:
    packer = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=before)
    return packer.compress(block) + packer.flush(zlib.Z_SYNC_FLUSH)
