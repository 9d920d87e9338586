"""What lies in ZIP and tar files, and what gzip packed: unpacked into memory without a name, at most so much of it."""

import bz2
import gzip
import lzma
import os
import tarfile
import threading
import weakref
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import IO, Any, Final

from tui.dicom.errors import ReadError, translated
from tui.dicom.unnamed import Readable, held
from tui.text import safe_text

_PACKED: Final[dict[str, Callable[[str], Any]]] = {
    ".tgz": gzip.open, ".tar.gz": gzip.open, ".tar.bz2": bz2.open, ".tar.xz": lzma.open,
}  # fmt: skip
_KEPT: Final = 2  # archives whose lists are kept
_MOST_MEMBERS: Final = 1_000_000
_LONGEST_NAME: Final = 4096
_DEEPEST: Final = 64  # folders in each other


def unpacked_from(path: str, member: str, whole: str) -> tuple[int, int, os.stat_result]:
    """Return the bytes of a member of an archive: a descriptor, their number, and the archive's status.

    Raises
    ------
    ReadError
        It is not in the archive, is too large or damaged.
    """
    with _member(path, member, whole) as (stream, archive):
        return *held(stream, safe_text(member)), archive.status


def beginning_of(path: str, member: str, whole: str, count: int) -> bytes:
    """Return the first bytes of a member of an archive; raise as above."""
    with _member(path, member, whole) as (stream, _):
        return stream.read(count)


def beginning_of_gzip(fd: int, path: str, count: int) -> bytes:
    """Return the first bytes of what gzip packed into an open file; raise as above."""
    with _packed(fd, path) as stream:
        return stream.read(count)


def unpacked_from_gzip(fd: int, path: str) -> tuple[int, int, os.stat_result]:
    """Return what gzip packed into an open file, as above; raise as above."""
    with _packed(fd, path) as stream:
        return *held(stream, safe_text(os.path.basename(path))), os.fstat(fd)


@contextmanager
def _member(path: str, member: str, whole: str) -> Iterator[tuple[Readable, "_Archive"]]:
    """Open a member of an archive, which nobody else reads meanwhile."""
    archive, name = opened(path), f"{safe_text(member)} in {safe_text(os.path.basename(path))}"
    with _damage_told(whole, name), archive.lock:
        stream = archive.open(member)
        if stream is None:
            raise ReadError(f"{safe_text(member)} is not in {safe_text(os.path.basename(path))}", whole)
        with stream:
            yield stream, archive


@contextmanager
def _packed(fd: int, path: str) -> Iterator[Readable]:
    """Open what gzip packed into an open file."""
    name = safe_text(os.path.basename(path))
    with _damage_told(path, name), open(fd, "rb", closefd=False) as raw, gzip.GzipFile(fileobj=raw) as stream:
        yield stream


def _damage_told(path: str, name: str) -> AbstractContextManager[None]:
    """Turn what hostile archives raise into a sentence."""
    return translated(ReadError, f"{name} cannot be read", path)


# --- archives


class _Archive:
    """An open archive: `folders` has the names in each folder of it, "" for the outermost, and whether each is a folder."""

    def __init__(self, path: str, status: os.stat_result) -> None:
        self.status = status
        self.lock = threading.Lock()
        self.folders: dict[str, dict[str, bool]] = {"": {}}
        self._zip: zipfile.ZipFile | None = None
        self._tar: tarfile.TarFile | None = None
        self._members: dict[str, zipfile.ZipInfo | tarfile.TarInfo] = {}
        self._fd = _unpacked_whole(path)
        weakref.finalize(self, os.close, self._fd)  # with the last one who reads from it
        self._list(path)

    def _list(self, path: str) -> None:
        stream = open(self._fd, "rb", closefd=False)  # noqa: SIM115 - the descriptor is closed with this
        if path.lower().endswith(".zip"):
            self._zip = zipfile.ZipFile(stream)
            for info in self._zip.infolist():
                self._add(info.filename, info, folder=info.filename.endswith("/"))
            return
        self._tar = tarfile.open(fileobj=stream, mode="r:")  # noqa: SIM115 - as above
        for member in self._tar:
            if member.isfile() or member.isdir():
                self._add(member.name, member, folder=member.isdir())

    def _add(self, name: str, member: zipfile.ZipInfo | tarfile.TarInfo, *, folder: bool) -> None:
        """Add a member, and the folders around it; one whose name leads elsewhere is left out."""
        parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".")]
        odd = ".." in parts or not parts or "\0" in name or len(name) > _LONGEST_NAME or len(parts) > _DEEPEST
        if odd or len(self._members) >= _MOST_MEMBERS:
            return
        around = ""
        for part in parts if folder else parts[:-1]:
            self.folders[around].setdefault(part, True)
            around = f"{around}/{part}" if around else part
            self.folders.setdefault(around, {})
        if not folder:
            self.folders[around].setdefault(parts[-1], False)
            self._members["/".join(parts)] = member  # of two the last one: it was added later

    def open(self, name: str) -> IO[bytes] | None:
        """Return a member's bytes as a stream, or None."""
        member = self._members.get(name)
        if isinstance(member, zipfile.ZipInfo) and self._zip is not None:
            return self._zip.open(member)
        if isinstance(member, tarfile.TarInfo) and self._tar is not None:
            return self._tar.extractfile(member)
        return None


def _unpacked_whole(path: str) -> int:
    """Return a descriptor of an archive; of a packed one, of what is in it."""
    opener = next((opener for ending, opener in _PACKED.items() if path.lower().endswith(ending)), None)
    if opener is None:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    with opener(path) as packed:
        fd, _ = held(packed, safe_text(os.path.basename(path)))
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


_kept: OrderedDict[tuple[str, int, int, int], _Archive] = OrderedDict()
_lock: Final = threading.Lock()


def opened(path: str) -> _Archive:
    """Return an archive; the lists of the last ones are kept.

    Raises
    ------
    ReadError
        It cannot be read.
    """
    with _damage_told(path, safe_text(os.path.basename(path))), _lock:
        status = os.stat(path)
        key = (path, status.st_ino, status.st_size, status.st_mtime_ns)
        found = _kept.pop(key, None) or _Archive(path, status)
        _kept[key] = found
        while len(_kept) > _KEPT:
            _kept.popitem(last=False)
        return found
