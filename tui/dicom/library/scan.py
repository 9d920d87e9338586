"""Listing one folder.

Made for a thread beside a user interface: the generators give way to it, so that listing 20,000 files is not felt by the
keys, and no entry costs a ``stat`` that ``scandir`` did not already do.
"""

import enum
import errno
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from tui.dicom.archives import is_archive, is_folder, listed
from tui.dicom.errors import ReadError, os_reason

GIVE_WAY_S = 0.0005
_GIVE_WAY_EVERY = 50
_SORT_EVERY = 1000
_SHOW_EVERY_S = 0.5
_FIRST_FOLDER, FIRST_FILE = "0", "1"  # what their orders begin with
_BY_ORDER = attrgetter("order")
_DIGITS = re.compile(r"\d+")


class Kind(enum.Enum):
    """What an entry of a folder is."""

    FOLDER = "folder"
    FILE = "file"
    LOOP = "a link that leads back to a folder around it"
    BROKEN = "a link to nothing"
    UNREADABLE = "not readable: its folder, or the one it leads to, may not be entered"
    SPECIAL = "no regular file: a socket, a pipe or a device"


class Entry(NamedTuple):
    """One entry of a folder; `order` (see `order_of`) sorts naturally: folders first, 2 before 10.

    `link` is whether it is a symbolic link to what it is.
    """

    order: str
    name: str
    path: str
    kind: Kind
    link: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """What is in a folder, so far as it was read.

    `problem` says in words why it could not be read (further); `complete` that nothing more will come.
    """

    path: str
    entries: tuple[Entry, ...]
    complete: bool
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a file's first kilobytes say.

    `problem` is "" or why the file could not be read; `modality` and `number` (InstanceNumber) are safe to draw.
    """

    is_dicom: bool
    modality: str = ""
    number: str = ""
    problem: str = ""


def natural_key(name: str) -> str:
    """Return what sorts `name` naturally and without case: digits by their value."""
    return _DIGITS.sub(lambda digits: digits[0].lstrip("0").rjust(20, "0"), name.lower())


def order_of(name: str, *, folder: bool) -> str:
    """Return what an entry is sorted by.

    One string: 20,000 tuples take four times as long to sort, and sorting does not give way to other threads.
    """
    return f"{_FIRST_FOLDER if folder else FIRST_FILE}{natural_key(name)}\0{name}"


def _kind(entry: os.DirEntry[str], folder: str) -> Kind:
    try:
        if entry.is_file() and is_archive(entry.name):
            return Kind.FOLDER
        if not entry.is_symlink():
            if entry.is_dir():
                return Kind.FOLDER
            return Kind.FILE if entry.is_file() else Kind.SPECIAL
        if entry.is_dir():
            target = os.path.realpath(entry.path)
            around = os.path.realpath(folder)
            return Kind.LOOP if (around + os.sep).startswith(target.rstrip(os.sep) + os.sep) else Kind.FOLDER
        if entry.is_file():
            return Kind.FILE
    except OSError as error:
        return Kind.LOOP if error.errno == errno.ELOOP else Kind.UNREADABLE
    return Kind.SPECIAL if os.path.exists(entry.path) else Kind.BROKEN


def path_problem(path: str) -> str | None:
    """Return why `path` cannot be opened, in a sentence, or None."""
    try:
        if os.path.isdir(path):
            os.scandir(path).close()
        elif is_folder(path):
            return None
        else:
            with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)):
                return None
    except FileNotFoundError:
        return f"{path}: there is no such file or folder"
    except OSError as error:
        return f"{path}: cannot be opened: {os_reason(error)}"
    return None


def _in_archive(path: str) -> Listing | None:
    """Return what is in an archive, or in a folder in one; None where the path leads to none."""
    try:
        names = listed(path)
    except ReadError as error:
        return Listing(path, (), complete=True, problem=str(error))
    if names is None:
        return None
    entries = [
        Entry(order_of(name, folder=folder), name, os.path.join(path, name), Kind.FOLDER if folder else Kind.FILE)
        for name, folder in names
    ]
    return Listing(path, tuple(sorted(entries, key=_BY_ORDER)), complete=True)


def list_folder(path: str, *, gently: bool = True) -> Iterator[Listing]:
    """Yield what is in the folder `path`, sorted: while it is being read twice a second, then complete.

    Parameters
    ----------
    path : str
        A folder. One that cannot be read yields a Listing with a problem.
    gently : bool
        Whether to give way to other threads.
    """
    if not os.path.isdir(path) and (names := _in_archive(path)) is not None:
        yield names
        return
    entries: list[Entry] = []
    shown = time.monotonic()
    try:
        with os.scandir(path) as found:
            for count, entry in enumerate(found, 1):
                kind = _kind(entry, path)
                order = order_of(entry.name, folder=kind is Kind.FOLDER)
                entries.append(Entry(order, entry.name, entry.path, kind, entry.is_symlink()))
                if count % _SORT_EVERY == 0:  # so that sorting all at the end, which gives no way, has little to do
                    entries[-_SORT_EVERY:] = sorted(entries[-_SORT_EVERY:], key=_BY_ORDER)
                if count % _GIVE_WAY_EVERY == 0:
                    if gently:
                        time.sleep(GIVE_WAY_S)
                    if time.monotonic() - shown > _SHOW_EVERY_S:
                        entries.sort(key=_BY_ORDER)
                        yield Listing(path, tuple(entries), complete=False)
                        shown = time.monotonic()
    except OSError as error:
        problem = f"{os_reason(error)}: this folder cannot be read"
        yield Listing(path, tuple(sorted(entries, key=_BY_ORDER)), complete=True, problem=problem)
        return
    entries.sort(key=_BY_ORDER)
    yield Listing(path, tuple(entries), complete=True)
