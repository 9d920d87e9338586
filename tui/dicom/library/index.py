"""What is known of folders, kept from one run to the next: an SQLite file in the user's cache, for its owner only.

It holds patient data, so it is there only where somebody asks for it. A folder is taken from it where all files in it have
the sizes and times that they had; anything else is read anew. A file that is damaged, or of another version, is made anew.
"""

import json
import os
import sqlite3
import time
import zlib
from array import array
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from itertools import groupby, repeat
from operator import attrgetter
from typing import Any, Final, NamedTuple

from tui.dicom.errors import WriteError, os_reason
from tui.dicom.library.instances import Instance, Shared
from tui.dicom.library.seen import Seen, see
from tui.dicom.library.studies import Library
from tui.dicom.save import private_folder
from tui.text import safe_text

_VERSION: Final = zlib.crc32(repr((2, Instance._fields, Shared._fields)).encode()) & 0x7FFFFFFF  # of what it holds
_PRIVATE: Final = 0o600
_WAIT_S: Final = 2.0  # for another program that writes
_DAMAGED: Final = "the index was damaged, or of another version, and is made anew"
_COMMIT_S: Final = 1.0
_PAGE: Final = 16384  # bytes: a folder's row lies in one or two
_BESIDE: Final = ("", "-journal", "-wal", "-shm")
_TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS folders (path BLOB PRIMARY KEY, head BLOB NOT NULL, names BLOB NOT NULL, "
    "numbers BLOB NOT NULL, sizes BLOB NOT NULL, texts BLOB NOT NULL, sum INTEGER NOT NULL)"
)
_SELECT: Final = "SELECT head, names, numbers, sizes, texts, sum FROM folders WHERE path = ?"
_INSERT: Final = "INSERT OR REPLACE INTO folders VALUES (?, ?, ?, ?, ?, ?, ?)"
_SIZE: Final = array("q").itemsize
_FIELD, _COLUMN = "\x1f", "\x1e"  # between texts, and between columns of them: JSON takes three times as long
_TEXTS: Final = tuple(field for field in Instance._fields if field not in ("folder", "shared", "size"))
_shared_of: Final = attrgetter("shared")
_instance: Final = partial(tuple.__new__, Instance)  # as Instance._make, but without a call of Python for each


class Taken(NamedTuple):
    """Of a folder that is as it was: the names of its folders in order, and of files that could not be read."""

    folders: tuple[str, ...]
    unread: tuple[str, ...]


class Index:
    """The file.

    Parameters
    ----------
    path : str
        Where it is, or is made.

    Attributes
    ----------
    word : str
        What is to be said of it, "" where nothing is: that it was damaged, or cannot be written.

    Raises
    ------
    WriteError
        It cannot be made.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.word = ""
        self._committed = time.monotonic()
        self._made_anew = False
        try:
            private_folder(os.path.dirname(path))
            self._file = self._opened()
        except OSError as error:
            raise WriteError(f"{safe_text(path)} cannot be made: {os_reason(error)}", path) from error
        except sqlite3.Error as error:
            raise WriteError(f"{safe_text(path)} cannot be made: {error}", path) from error

    def _opened(self) -> sqlite3.Connection:
        fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, _PRIVATE)
        os.fchmod(fd, _PRIVATE)
        os.close(fd)
        try:
            return self._connected()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
                raise
            self.word = _DAMAGED
        self._remove()
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, _PRIVATE))
        return self._connected()

    def _connected(self) -> sqlite3.Connection:
        file = sqlite3.connect(self.path, timeout=_WAIT_S, check_same_thread=False)
        try:
            (version,) = file.execute("PRAGMA user_version").fetchone()
            if version not in (0, _VERSION):
                raise sqlite3.DatabaseError("it is of another version")
            if not version:  # it is new; what is there already is not written to, which would wait for the disk
                file.execute(f"PRAGMA page_size = {_PAGE}")
                file.execute(_TABLE)
                file.execute(f"PRAGMA user_version = {_VERSION}")
            file.execute(f"{_SELECT} LIMIT 1", (b"",)).fetchone()
        except sqlite3.Error:
            file.close()
            raise
        return file

    def _remove(self) -> None:
        for ending in _BESIDE:
            with suppress(FileNotFoundError):
                os.unlink(self.path + ending)

    def commit(self) -> None:
        """Keep what was learned so far, so that others can write, too."""
        try:
            self._file.commit()
        except sqlite3.Error as error:
            self._failed(error, "written")
        self._committed = time.monotonic()

    def close(self) -> None:
        """Keep what was learned, and close the file."""
        self.commit()
        self._file.close()

    def _failed(self, error: sqlite3.Error, what: str) -> None:
        """Say what is wrong; a file that is damaged is made anew, once."""
        damaged = isinstance(error, sqlite3.DatabaseError) and (
            not isinstance(error, sqlite3.OperationalError) or "no column" in str(error) or "columns but" in str(error)
        )
        if not damaged or self._made_anew:
            self.word = f"the index could not be {what}: {error}"
            return
        self._made_anew = True
        self.word = _DAMAGED
        try:
            self._file.close()
            self._remove()
            self._file = self._opened()
        except (OSError, sqlite3.Error) as again:
            self.word = f"the index was damaged, and cannot be made anew: {again}"

    def take(self, folder: str, library: Library) -> Taken | None:
        """Put the files of a folder into a library, where it is as it was; return what else is to be done, else None."""
        try:
            row = self._file.execute(_SELECT, (_key(folder),)).fetchone()
        except sqlite3.Error as error:
            self._failed(error, "read")
            return None
        seen = see(folder) if row is not None else None
        if row is None or seen is None:
            return None
        *parts, total = row
        if not all(isinstance(part, bytes) for part in parts) or _sum(parts) != total:
            self.word = "a part of the index was damaged, and is made anew"
            return None
        head, names, numbers, sizes, texts = parts
        said = json.loads(head)
        same = seen.plain and numbers == seen.numbers.tobytes() and names == _joined(seen.names)
        if not same or set(said["folders"]) != seen.folders:
            return None
        _add(said, folder, sizes, texts, library)
        return Taken(tuple(said["folders"]), tuple(said["unread"]))

    def keep(
        self, folder: str, seen: Seen, folders: Sequence[str], instances: Sequence[Instance], others: int,
        unread: Sequence[str],
    ) -> None:  # fmt: skip
        """Keep what was found in a folder that was `seen` before its files were read.

        Parameters
        ----------
        folder : str
            Its path.
        seen : Seen
            What stood in it.
        folders : sequence of str
            The names of its folders, in order.
        instances : sequence of Instance
            Its files, in order.
        others : int
            How many of its files are no DICOM files.
        unread : sequence of str
            Names of those that could not be read: that may be another time.
        """
        columns = [[getattr(instance, name) for instance in instances] for name in _TEXTS]
        every = (*seen.names, *(text for column in columns for text in column))
        if not seen.plain or set(folders) != seen.folders or any(_FIELD in text or _COLUMN in text for text in every):
            return
        runs = [(shared, sum(1 for _ in together)) for shared, together in groupby(map(_shared_of, instances))]
        said = {"folders": list(folders), "others": others, "unread": list(unread), "runs": runs}
        sizes = array("q", [instance.size for instance in instances]).tobytes()
        texts = _COLUMN.encode().join(_joined(column if len(set(column)) > 1 else column[:1]) for column in columns)
        parts = (json.dumps(said).encode(), _joined(seen.names), seen.numbers.tobytes(), sizes, texts)
        try:
            self._file.execute(_INSERT, (_key(folder), *parts, _sum(parts)))
            if time.monotonic() - self._committed > _COMMIT_S:
                self.commit()
        except sqlite3.Error as error:
            self._failed(error, "written")


def _key(folder: str) -> bytes:
    return os.fsencode(os.path.abspath(folder))


def _joined(texts: Sequence[str]) -> bytes:
    return _FIELD.join(texts).encode("utf-8", "surrogatepass")


def _sum(parts: Sequence[bytes]) -> int:
    total = 0
    for part in parts:
        total = zlib.crc32(part, total)
    return total


def _add(said: dict[str, Any], folder: str, sizes: bytes, texts: bytes, library: Library) -> None:
    """Put what was kept of a folder into a library."""
    library.others += said["others"]
    if not sizes:
        return
    parts = texts.decode("utf-8", "surrogatepass").split(_COLUMN)
    columns = dict(zip(_TEXTS, parts, strict=True))
    uids, begin = _parted(columns["uid"], len(sizes) // _SIZE), 0
    for values, count in said["runs"]:
        shared, end = Shared._make(values), begin + count
        library.add_later(shared, folder, uids[begin:end], partial(_made, folder, sizes, columns, shared, begin, end))
        begin = end


def _made(folder: str, sizes: bytes, columns: Mapping[str, str], shared: Shared, begin: int, end: int) -> list[Instance]:
    """Return some of the files of a folder."""
    size_of = array("q", sizes)
    values: dict[str, Iterable[Any]] = {name: _parted(part, len(size_of))[begin:end] for name, part in columns.items()}
    values |= {"folder": repeat(folder), "size": size_of[begin:end].tolist(), "shared": repeat(shared)}
    return list(map(_instance, zip(*(values[name] for name in Instance._fields), strict=False)))


def _parted(column: str, count: int) -> list[str]:
    """Return the texts of a column: one that all have in common stands there once."""
    return column.split(_FIELD) if _FIELD in column else [column] * count


def clear(path: str) -> bool:
    """Remove the index; return whether there was one.

    Raises
    ------
    WriteError
        It cannot be removed.
    """
    there = os.path.lexists(path)
    try:
        for ending in _BESIDE:
            with suppress(FileNotFoundError):
                os.unlink(path + ending)
    except OSError as error:
        raise WriteError(f"{safe_text(path)} cannot be removed: {os_reason(error)}", path) from error
    return there
