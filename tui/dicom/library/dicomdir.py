"""The files that a DICOMDIR names (PS3.3 F.3, PS3.10 8.6): in the order of its records, and never outside of its folder.

Real ones are written with other letters than the files have, with the ;1 of ISO 9660, and with offsets that lead nowhere.
"""

import os
from collections.abc import Iterator
from typing import Final, NamedTuple

from tui.dicom.attributes import Attributes
from tui.dicom.elements import Elements, walk_file
from tui.text import safe_text

_FIRST_RECORD: Final = 0x00041200
_RECORDS: Final = 0x00041220
_NEXT_RECORD: Final = 0x00041400
_IN_USE: Final = 0x00041410
_LOWER_RECORD: Final = 0x00041420
_FILE_ID: Final = 0x00041500
_ITEM_HEAD: Final = 8
_NOT_IN_USE: Final = 0


class Named(NamedTuple):
    """A file that is named: its path, or `problem` says why there is none."""

    path: str
    problem: str = ""


def named_files(path: str) -> Iterator[Named]:
    """Yield the files that the DICOMDIR at `path` names.

    Raises
    ------
    ReadError
        It cannot be read.
    """
    elements = walk_file(path)
    top = Attributes.of(elements)
    at = elements.top.get(_RECORDS)
    if at is None:
        return
    items = [index for index in range(at + 1, elements.after(at)) if elements.elements[index].depth == 1]
    records = dict(zip((elements.elements[index].offset - _ITEM_HEAD for index in items), top.items(_RECORDS), strict=True))
    folder = os.path.dirname(path)
    names = _Names()
    for record in _in_order(elements, records):
        parts = record.texts(_FILE_ID)
        if parts and record.integer(_IN_USE) != _NOT_IN_USE:
            yield _found(folder, parts, names)


def _in_order(elements: Elements, records: dict[int, Attributes]) -> Iterator[Attributes]:
    """Yield the records as their offsets say, what lies below one before the next; at the end those that none leads to."""
    top, met = Attributes.of(elements), set[int]()
    waiting = [int(top.integer(_FIRST_RECORD) or 0)]
    while waiting:
        offset = waiting.pop()
        record = records.get(offset)
        if record is None or offset in met:
            continue
        met.add(offset)
        yield record
        waiting.append(int(record.integer(_NEXT_RECORD) or 0))
        waiting.append(int(record.integer(_LOWER_RECORD) or 0))
    for offset, record in records.items():
        if offset not in met:
            yield record


class _Names:
    """The names in folders, by what they are called without case and version."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, str]] = {}

    def in_folder(self, folder: str, name: str) -> str | None:
        """Return what a name is really called in a folder, or None."""
        known = self._known.get(folder)
        if known is None:
            try:
                found = sorted(os.listdir(folder))
            except OSError:
                found = []
            known = self._known[folder] = {_plain(each): each for each in found} | {each: each for each in found}
        return known.get(name) or known.get(_plain(name))


def _plain(name: str) -> str:
    return name.split(";")[0].rstrip(".").casefold()


def _found(folder: str, parts: tuple[str, ...], names: _Names) -> Named:
    """Return the file of a file ID, whose parts are folders and a name."""
    said = "/".join(parts)
    path = folder
    for part in parts:
        name = names.in_folder(path, part.strip()) if "/" not in part and part.strip() not in ("", ".", "..") else None
        if name is None:
            return Named(os.path.join(folder, *parts), f"the DICOMDIR names {safe_text(said)}, which is not there")
        path = os.path.join(path, name)
    around = os.path.realpath(folder)
    if not os.path.realpath(path).startswith(around.rstrip(os.sep) + os.sep):
        return Named(path, f"the DICOMDIR names {safe_text(said)}, which leads out of its folder")
    return Named(path)
