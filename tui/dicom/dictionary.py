"""The data dictionary (PS3.6): names, VRs and VMs of attributes, and names of UIDs.

The tables are pydicom's, loaded as plain modules from where they lie: importing pydicom itself would cost more than the
whole first screen (it imports NumPy and every decoder).
"""

import importlib.util
import re
from collections.abc import Iterable
from functools import cache
from types import ModuleType
from typing import NamedTuple

from tui.dicom.newer_attributes import NEWER


class Entry(NamedTuple):
    """One attribute of the dictionary."""

    vr: str
    vm: str
    name: str
    retired: bool
    keyword: str


class PrivateRange(NamedTuple):
    """Private attributes of one creator: the groups, and the numbers in the creator's block, that an entry is for."""

    creator: str
    groups: range
    numbers: range
    entry: Entry


@cache
def _table(module: str) -> ModuleType:
    package = importlib.util.find_spec("pydicom")
    if package is None or not package.submodule_search_locations:
        raise ModuleNotFoundError("pydicom is not installed", name="pydicom")
    folder = package.submodule_search_locations[0]
    spec = importlib.util.spec_from_file_location(f"{__name__}{module}", f"{folder}/{module}.py")
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"pydicom has no table {module}", name=f"pydicom.{module}")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


@cache
def _repeaters() -> tuple[tuple[int, int, Entry], ...]:
    """Return (mask, masked tag, entry) of the repeating groups, PS3.5 7.6: (50xx,eeee), (60xx,eeee), ..."""
    rows = _table("_dicom_dict").RepeatersDictionary.items()
    return tuple((*pattern(digits), _entry(row)) for digits, row in rows)


@cache
def pattern(digits: str) -> tuple[int, int]:
    """Return (mask, masked number) of hexadecimal digits, of which x is any."""
    digits = digits.lower()
    return int("".join("0" if digit == "x" else "f" for digit in digits), 16), int(digits.replace("x", "0"), 16)


def _entry(row: tuple[str, str, str, str, str]) -> Entry:
    vr, vm, name, retired, keyword = row
    return Entry(vr, vm, name, retired == "Retired", keyword)


def _newer(tag: int) -> Entry:
    vr, vm, name = NEWER[tag]
    keyword = "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", name))
    return Entry(vr, vm, name, False, keyword)


@cache
def lookup(tag: int) -> Entry | None:
    """Return the dictionary's entry of a public `tag` (0xGGGGEEEE), or None."""
    row = _table("_dicom_dict").DicomDictionary.get(tag)
    if row is not None:
        return _entry(row)
    if tag in NEWER:
        return _newer(tag)
    group, element = tag >> 16, tag & 0xFFFF
    if element == 0:
        return Entry("UL", "1", "Group Length", group not in (0, 2), "GroupLength")
    if group & 1:
        return None
    for mask, masked, entry in _repeaters():
        if tag & mask == masked:
            return entry
    return None


_own: dict[str, list[PrivateRange]] = {}  # the user's own private dictionary, by creator


def use_private(ranges: Iterable[PrivateRange]) -> None:
    """Know these private attributes from now on, before those that pydicom knows."""
    _own.clear()
    for found in ranges:
        _own.setdefault(found.creator, []).append(found)
    lookup_private.cache_clear()


@cache
def lookup_private(creator: str, tag: int) -> Entry | None:
    """Return what the user's dictionary, or else pydicom, knows of the private `tag` in the block of `creator`, or None."""
    group, element = tag >> 16, tag & 0xFFFF
    for found in _own.get(creator, ()):
        if group in found.groups and element & 0xFF in found.numbers:
            return found.entry
    block = _table("_private_dict").private_dictionaries.get(creator)
    if block is None:
        return None
    low = f"{element & 0xFF:02X}"
    for key in (f"{group:04X}{element:04X}", f"{group:04X}xx{low}", f"{group >> 8:02X}xxxx{low}"):
        row = block.get(key)
        if row is not None:
            vr, vm, name, _retired = row
            return Entry(vr, vm, name, False, "")
    return None


_NEWER_UIDS = {  # PS3.6 Table A-1, not yet in pydicom's table
    "1.2.840.10008.1.2.4.110": "JPEG XL Lossless",
    "1.2.840.10008.1.2.4.111": "JPEG XL JPEG Recompression",
    "1.2.840.10008.1.2.4.112": "JPEG XL",
    "1.2.840.10008.1.2.8.1": "Deflated Image Frame Compression",
}


def uid_name(uid: str) -> str | None:
    """Return the name that PS3.6 Annex A registers for `uid`, or None."""
    row = _table("_uid_dict").UID_dictionary.get(uid)
    return row[0] if row else _NEWER_UIDS.get(uid)


@cache
def _keywords() -> dict[str, tuple[int, int]]:
    """Return (mask, masked tag) by keyword in lower case."""
    table = _table("_dicom_dict")
    found = {row[4].lower(): (0xFFFFFFFF, tag) for tag, row in table.DicomDictionary.items()}
    found |= {_newer(tag).keyword.lower(): (0xFFFFFFFF, tag) for tag in NEWER}
    return {entry.keyword.lower(): (mask, masked) for mask, masked, entry in _repeaters()} | found


def tags_called(keyword: str) -> tuple[int, int] | None:
    """Return (mask, masked tag) of the attribute, or the repeating ones, called `keyword`, whatever its case; else None."""
    return _keywords().get(keyword.lower()) if keyword else None


def like_keyword(keyword: str) -> tuple[str, ...]:
    """Return the keywords that somebody who wrote `keyword` may have meant, the likest first: three at the most."""
    from difflib import get_close_matches  # seldom wanted

    keywords = (*(row[4] for row in _table("_dicom_dict").DicomDictionary.values()), *(_newer(tag).keyword for tag in NEWER))
    known = {keyword.lower(): keyword for keyword in keywords if keyword}
    return tuple(known[name] for name in get_close_matches(keyword.lower(), known, cutoff=0.7))
