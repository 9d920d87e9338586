"""The bytes of one file: read where they are wanted, kept where headers are, never the whole of it."""

import os
import stat
import zlib
from bisect import bisect_right
from typing import NamedTuple

from tui.dicom.archives import is_packed, unpacked_gzip, unpacked_member
from tui.dicom.errors import ChangedError, ReadError, os_reason
from tui.text import safe_text

WINDOW = 64 * 1024
HEAD = 4096  # so many bytes of each value, at the least, lie in one window with its header
INFLATED_LIMIT = 256 * 1024 * 1024
_INFLATED_AT_ONCE = 1024 * 1024


class Identity(NamedTuple):
    """What tells whether a file is still the one that was opened."""

    device: int
    inode: int
    size: int
    modified_ns: int


def _identity(found: os.stat_result) -> Identity:
    return Identity(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def _open_regular(path: str) -> tuple[int, Identity]:
    """Open a regular file for reading; a FIFO or a device would never answer, so it is refused.

    What lies in an archive, or is packed by gzip, is unpacked in memory; its identity is that of the file around it, with
    the size of what is in it.
    """
    name = safe_text(os.path.basename(path))
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    except NotADirectoryError as error:
        unpacked = unpacked_member(path)
        if unpacked is None:
            raise ReadError(f"{name} cannot be opened: {os_reason(error)}", path) from error
        return unpacked.fd, _identity(unpacked.outer)._replace(size=unpacked.size)
    except OSError as error:
        raise ReadError(f"{name} cannot be opened: {os_reason(error)}", path) from error
    except ValueError as error:  # a name with a NUL in it
        raise ReadError(f"{name} cannot be opened: {error}", path) from error
    found = os.fstat(fd)
    if not stat.S_ISREG(found.st_mode):
        os.close(fd)
        raise ReadError(f"{name} is no regular file", path)
    if is_packed(path):
        try:
            unpacked = unpacked_gzip(fd, path)
        except ReadError:
            os.close(fd)
            raise
        if unpacked is not None:
            os.close(fd)
            return unpacked.fd, _identity(unpacked.outer)._replace(size=unpacked.size)
    return fd, _identity(found)


class Source:
    """Random access to one file's bytes, or to those of its inflated dataset.

    Parameters
    ----------
    path : str
        A regular file.

    Attributes
    ----------
    repeats : bool
        Whether the last long stretch that was read is kept until the file is closed: some who read pixels want the same ones
        more than once.

    Raises
    ------
    ReadError
        It cannot be opened, or is a folder, a FIFO or a device.
    """

    def __init__(self, path: str) -> None:
        fd, identity = _open_regular(path)
        self._make_empty(path, identity)
        self._fd = fd

    def _make_empty(self, path: str, identity: Identity) -> None:
        """Begin with a file that is closed, and of which nothing was read."""
        self.path = path
        self.identity = identity
        self.size = identity.size
        self._fd = -1
        self._inflated: bytes | None = None
        self._starts: list[int] = []
        self._windows: list[bytes] = []
        self.repeats = False
        self._last: tuple[int, bytes] = 0, b""

    @property
    def inflated(self) -> bool:
        """Return whether offsets are into what was inflated."""
        return self._inflated is not None

    @property
    def changed(self) -> bool:
        """Return whether the file is no longer the one that was opened; only of one that is still open."""
        found = os.fstat(self._fd) if self._fd >= 0 else None
        if found is None or found.st_ino != self.identity.inode or found.st_dev != self.identity.device:
            return False  # it is closed, or what was unpacked from it is read
        return _identity(found) != self.identity

    def close(self) -> None:
        """Close the file; what was read near the headers stays readable."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
        self._last = 0, b""

    def __enter__(self) -> "Source":
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.close()

    def window(self, offset: int, length: int = WINDOW, kept: int | None = None) -> bytes:
        """Read up to `length` bytes from `offset` on and keep them; of the window before, only what lies before `kept`."""
        if kept is not None and self._starts:
            last = self._windows[-1]
            if kept - self._starts[-1] < len(last):
                self._windows[-1] = last[: max(0, kept - self._starts[-1])]
        data = self.read(offset, length)
        self._starts.append(offset)
        self._windows.append(data)
        return data

    def head(self, offset: int, length: int) -> bytes:
        """Return up to `length` bytes from `offset` on out of what was kept, without touching the disk."""
        if self._inflated is not None:
            return self._inflated[offset : offset + length]
        # The last window that starts at or before the offset was read for the header just before it; the one before that
        # may hold more of a value that begins at the very end of a window.
        index = bisect_right(self._starts, offset) - 1
        best = b""
        while index >= 0:
            start = offset - self._starts[index]
            found = self._windows[index][start : start + length]
            if len(found) > len(best):
                best = found
            if len(best) == length or index == 0 or self._starts[index - 1] + len(self._windows[index - 1]) <= offset:
                return best
            index -= 1
        return best

    def window_at(self, offset: int) -> tuple[int, bytes]:
        """Return of what was kept the stretch that holds `offset`: where it begins, and its bytes; empty where none does."""
        if self._inflated is not None:
            return 0, self._inflated
        index = bisect_right(self._starts, offset) - 1
        return (self._starts[index], self._windows[index]) if index >= 0 else (0, b"")

    def read(self, offset: int, length: int) -> bytes:
        """Read up to `length` bytes from `offset` on; fewer only at the end.

        Raises
        ------
        ReadError
            The file cannot be read.
        ChangedError
            It was changed since it was opened.
        """
        if self._inflated is not None:
            return self._inflated[offset : offset + length]
        length = min(length, max(0, self.size - offset))
        if self._fd >= 0:
            if self._last[0] == offset and len(self._last[1]) == length > 0:
                return self._last[1]
            data = self._pread(self._fd, offset, length)
            if self.repeats and length > WINDOW:
                self._last = offset, data
            return data
        fd, identity = _open_regular(self.path)
        try:
            if identity != self.identity:
                raise ChangedError(
                    f"{safe_text(os.path.basename(self.path))} was changed since it was opened; open it again", self.path
                )
            return self._pread(fd, offset, length)
        finally:
            os.close(fd)

    def _pread(self, fd: int, offset: int, length: int) -> bytes:
        parts = []
        try:
            while length > 0 and (part := os.pread(fd, length, offset)):
                parts.append(part)
                offset += len(part)
                length -= len(part)
        except OSError as error:
            raise ReadError(
                f"{safe_text(os.path.basename(self.path))} cannot be read: {os_reason(error)}", self.path
            ) from error
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def inflate_from(self, offset: int, limit: int = INFLATED_LIMIT) -> str | None:
        """Replace what follows `offset` by its inflated form (RFC 1951, PS3.5 A.5); offsets then count in that.

        Parameters
        ----------
        offset : int
            Where the deflated dataset begins.
        limit : int
            At most about so many bytes are inflated: a few kilobytes can stand for gigabytes.

        Returns
        -------
        str or None
            What was wrong with the compressed data, if something was; what could be inflated stays.
        """
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        inflated = bytearray(self.read(0, offset))
        most, at, problem = len(inflated) + limit, offset, None
        try:
            while at < self.size and not inflater.eof and len(inflated) < most:
                part = self.read(at, WINDOW)
                at += len(part)
                while part and len(inflated) < most:
                    inflated += inflater.decompress(part, _INFLATED_AT_ONCE)
                    part = inflater.unconsumed_tail
        except zlib.error as error:
            problem = f"the deflated data is damaged ({error})"
        if len(inflated) >= most:
            problem = f"the deflated data is larger than {limit >> 20} MiB and was cut there"
        elif problem is None and not inflater.eof:
            problem = "the deflated data ends early"
        self._inflated = bytes(inflated)
        self.size = len(self._inflated)
        return problem


class WrittenSource(Source):
    """The bytes of a file that is open for writing, which may have no name yet.

    Parameters
    ----------
    fd : int
        Open for reading, too; it stays open.
    path : str
        What errors call it.
    """

    def __init__(self, fd: int, path: str) -> None:
        self._make_empty(path, _identity(os.fstat(fd)))
        self._fd = os.dup(fd)
