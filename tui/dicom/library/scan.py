"""Listing one folder, and finding out what a file is from its first kilobytes.

Made for a thread beside a user interface: the generators give way to it, so that listing 20,000 files is not felt by the
keys, and no entry costs a ``stat`` that ``scandir`` did not already do.
"""

import enum
import os
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from tui.dicom.attributes import Attributes
from tui.dicom.elements import walk_file
from tui.dicom.encoding import PREAMBLE_LENGTH, layout_of
from tui.dicom.errors import ReadError, os_reason
from tui.dicom.source import Source
from tui.text import safe_text

INSTANCE_NUMBER = 0x00200013
_FIRST_BYTES = 8192
_GIVE_WAY_EVERY = 250
_GIVE_WAY_S = 0.0005
_SHOW_EVERY_S = 0.5
_DEEPEST = 32
_DIGITS = re.compile(r"\d+")


class Kind(enum.Enum):
    """What an entry of a folder is."""

    FOLDER = "folder"
    FILE = "file"
    LOOP = "link that leads back to a folder around it"
    BROKEN = "link to nothing"
    SPECIAL = "no regular file"


class Entry(NamedTuple):
    """One entry of a folder; `order` sorts naturally: folders first, 2 before 10."""

    order: tuple[bool, str, str]
    name: str
    path: str
    kind: Kind


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


def _kind(entry: os.DirEntry[str], folder: str) -> Kind:
    if not entry.is_symlink():
        if entry.is_dir():
            return Kind.FOLDER
        return Kind.FILE if entry.is_file() else Kind.SPECIAL
    try:
        if entry.is_dir():
            target = os.path.realpath(entry.path)
            around = os.path.realpath(folder)
            return Kind.LOOP if (around + os.sep).startswith(target.rstrip(os.sep) + os.sep) else Kind.FOLDER
        if entry.is_file():
            return Kind.FILE
    except OSError:  # too many levels of links
        return Kind.LOOP
    return Kind.SPECIAL if os.path.exists(entry.path) else Kind.BROKEN


def list_folder(path: str) -> Iterator[Listing]:
    """Yield what is in the folder `path`, sorted: while it is being read twice a second, then complete.

    Parameters
    ----------
    path : str
        A folder. One that cannot be read yields a Listing with a problem.
    """
    entries: list[Entry] = []
    shown = time.monotonic()
    try:
        with os.scandir(path) as found:
            for count, entry in enumerate(found, 1):
                kind = _kind(entry, path)
                order = (kind not in (Kind.FOLDER, Kind.LOOP), natural_key(entry.name), entry.name)
                entries.append(Entry(order, entry.name, entry.path, kind))
                if count % _GIVE_WAY_EVERY == 0:
                    time.sleep(_GIVE_WAY_S)
                    if time.monotonic() - shown > _SHOW_EVERY_S:
                        entries.sort()
                        yield Listing(path, tuple(entries), complete=False)
                        shown = time.monotonic()
    except OSError as error:
        problem = f"this folder cannot be read: {os_reason(error)}"
        yield Listing(path, tuple(sorted(entries)), complete=True, problem=problem)
        return
    entries.sort()
    yield Listing(path, tuple(entries), complete=True)


def read_facts(path: str) -> Facts:
    """Tell what the file `path` is, from its first kilobytes."""
    try:
        with Source(path) as source:
            head = source.read(0, PREAMBLE_LENGTH + 64)
        if layout_of(head, source.size) is None:
            return Facts(is_dicom=False)
        attributes = Attributes.of(walk_file(path, until=INSTANCE_NUMBER, first_window=_FIRST_BYTES))
    except ReadError as error:
        return Facts(is_dicom=False, problem=str(error))
    number = attributes.integer(INSTANCE_NUMBER)
    modality = "DIR" if 0x00041220 in attributes else safe_text(attributes.text(0x00080060) or "", 8)
    return Facts(is_dicom=True, modality=modality, number="" if number is None else str(number))


def seek_dicom(paths: Iterable[str], count: int = 1) -> Iterator[str | None]:
    """Look for the `count`-th DICOM file among `paths`.

    Yields
    ------
    str or None
        None for every file on the way; at last the file that was looked for, or the last DICOM file there was.
    """
    found = None
    for step, path in enumerate(paths, 1):
        if read_facts(path).is_dicom:
            found = path
            count -= 1
            if count == 0:
                break
        if step % 20 == 0:
            time.sleep(_GIVE_WAY_S)
        yield None
    yield found


def files_below(folder: str, depth: int = 0) -> Iterator[str]:
    """Yield the files of `folder`, then those of its subfolders, naturally sorted; follows no loop, ends at 32 levels."""
    listing = Listing(folder, (), complete=False)
    for listing in list_folder(folder):  # noqa: B007 - the last one is the whole
        pass
    for entry in listing.entries:
        if entry.kind is Kind.FILE:
            yield entry.path
    if depth < _DEEPEST:
        for entry in listing.entries:
            if entry.kind is Kind.FOLDER and not os.path.islink(entry.path):
                yield from files_below(entry.path, depth + 1)
