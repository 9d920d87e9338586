"""Bytes kept where nothing has a name: not on a disk, and for nobody else to open."""

import gzip
import io
import os
import tempfile
import zlib
from contextlib import ExitStack
from typing import Final, Protocol

from tui.dicom.errors import ReadError

LARGEST_STREAM: Final = 2 << 30
_AT_ONCE: Final = 1 << 20
_HELD: Final = "/dev/fd/"
_GZIP: Final = b"\x1f\x8b"  # as in archives.py, which imports nothing of this where nothing is packed


def unnamed_memory() -> int:
    """Return a descriptor of a file that has no name and that nobody else can open."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("dicom-tui", os.MFD_CLOEXEC)
    with tempfile.TemporaryFile() as file:  # 0600, and unlinked before anything is written to it
        return os.dup(file.fileno())


class Readable(Protocol):
    """What can be read part by part."""

    def read(self, size: int, /) -> bytes:
        """Return so many bytes; fewer at the end, and none behind it."""


def held(stream: Readable, name: str) -> tuple[int, int]:
    """Return a descriptor of all bytes of a stream, and their number; what the stream raises is raised.

    Raises
    ------
    ReadError
        They are too many.
    """
    memory, total = unnamed_memory(), 0
    with ExitStack() as undone:
        undone.callback(os.close, memory)
        while part := stream.read(_AT_ONCE):
            total += len(part)
            if total > LARGEST_STREAM:
                raise ReadError(f"{name} holds more than {LARGEST_STREAM >> 30} GB: unpack it into a file first")
            while part:
                part = part[os.write(memory, part) :]
        undone.pop_all()
    return memory, total


def held_stream(stream: io.BufferedReader, name: str) -> str:
    """Read a stream to its end, unpacked if it is gzip's; return a path that its bytes can be read by in this process.

    Raises
    ------
    ReadError
        It is too large, damaged, or cannot be read.
    """
    try:
        packed = stream.peek(len(_GZIP))[: len(_GZIP)] == _GZIP
        memory, _ = held(gzip.GzipFile(fileobj=stream) if packed else stream, name)
    except (OSError, EOFError, zlib.error) as error:
        raise ReadError(f"{name} cannot be read: {error}") from error
    return f"{_HELD}{memory}"


def let_go(path: str) -> None:
    """Forget the bytes that `held_stream` holds at `path`."""
    os.close(int(path.removeprefix(_HELD)))
