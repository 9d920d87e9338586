"""Bytes kept where nothing has a name: not on a disk, and for nobody else to open."""

import gzip
import io
import os
import tempfile
import zlib
from typing import Final

from tui.dicom.errors import ReadError

LARGEST_STREAM: Final = 2 << 30
_AT_ONCE: Final = 1 << 20
_HELD: Final = "/dev/fd/"
_GZIP: Final = b"\x1f\x8b"


def unnamed_memory() -> int:
    """Return a descriptor of a file that has no name and that nobody else can open."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("dicom-tui", os.MFD_CLOEXEC)
    with tempfile.TemporaryFile() as file:  # 0600, and unlinked before anything is written to it
        return os.dup(file.fileno())


def held_stream(stream: io.BufferedReader, name: str) -> str:
    """Read a stream to its end, unpacked if it is gzip's; return a path that its bytes can be read by in this process.

    Raises
    ------
    ReadError
        It is too large, damaged, or cannot be read.
    """
    memory, total = unnamed_memory(), 0
    try:
        packed = stream.peek(len(_GZIP))[: len(_GZIP)] == _GZIP
        whole = gzip.GzipFile(fileobj=stream) if packed else stream
        while part := whole.read(_AT_ONCE):
            total += len(part)
            if total > LARGEST_STREAM:
                raise ReadError(f"{name} holds more than {LARGEST_STREAM >> 30} GB: unpack it into a file first")
            while part:
                part = part[os.write(memory, part) :]
    except (OSError, EOFError, zlib.error) as error:
        os.close(memory)
        raise ReadError(f"{name} cannot be read: {error}") from error
    except ReadError:
        os.close(memory)
        raise
    return f"{_HELD}{memory}"


def let_go(path: str) -> None:
    """Forget the bytes that `held_stream` holds at `path`."""
    os.close(int(path.removeprefix(_HELD)))
