"""A walked dataset as the models of PS3.18 F and PS3.19 A.1 have it: in the order of its rows, however deep it is nested.

File meta and group lengths are left out, an element that stands there twice counts once, and binary values are inline, or
named by where they lie.
"""

import base64
import os
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Final, NamedTuple
from urllib.parse import quote

from tui.dicom.element import ITEM, META_GROUP, UNDEFINED, Element
from tui.dicom.source import HEAD
from tui.dicom.tags import TagRows

_AT_ONCE: Final = 3 << 18  # bytes: a multiple of 3, which base 64 needs, and of all sizes of words
_WORD_SIZES: Final = {"OW": 2, "OL": 4, "OF": 4, "OD": 8, "OV": 8}


class Bulk(Enum):
    """What is written of long binary values."""

    LINKS = "a URI into the file"
    INLINE = "all bytes"
    NONE = "nothing"


class Part(Enum):
    """What comes next of a dataset."""

    ELEMENT = "an element with its value"
    SEQUENCE = "the beginning of a sequence with items"
    SEQUENCE_END = "the end of a sequence"
    ITEM = "the beginning of an item"
    ITEM_END = "the end of an item"


class Event(NamedTuple):
    """What comes next, of which row, and its element with the VR that the file says; ends have those of their beginnings."""

    part: Part
    row: int
    element: Element


def events(rows: TagRows, shown: Sequence[int] | None = None) -> Iterator[Event]:
    """Yield what a dataset consists of.

    Parameters
    ----------
    rows : TagRows
        The rows of a walked file.
    shown : sequence of int, optional
        Which of them are wanted, in order, with the sequences and items that they lie in; None for all.
    """
    open_parts: list[Event] = []
    begun = [set[int]()]  # the tags that stand in the dataset, and in each open sequence and item
    count, left_out = len(rows.elements.elements), 0
    wanted = [index for index in (range(count) if shown is None else shown) if index < count]
    for place, index in enumerate(wanted):
        element = rows.elements.elements[index]
        if index < left_out or _is_left_out(rows, index, element):
            left_out = max(left_out, rows.elements.after(index) if rows.is_parent(index) else 0)
            continue
        while open_parts and open_parts[-1].element.depth >= element.depth:
            begun.pop()
            yield _end_of(open_parts.pop())
        if element.tag != ITEM and element.tag in begun[-1]:  # there a second time: the first one counts
            left_out = rows.elements.after(index)
            continue
        begun[-1].add(element.tag)
        if element.tag != ITEM and rows.elements.written_vr(element) == "UN":
            element = element._replace(vr="UN")  # what the file says; its dictionary's VR is for people
        inside = place + 1 < len(wanted) and rows.depth(wanted[place + 1]) > element.depth
        part = Part.ITEM if element.tag == ITEM else Part.SEQUENCE if element.vr == "SQ" and inside else Part.ELEMENT
        found = Event(part, index, element)
        if part is not Part.ELEMENT:
            open_parts.append(found)
            begun.append(set())
        yield found
    yield from map(_end_of, reversed(open_parts))


def _end_of(event: Event) -> Event:
    return event._replace(part=Part.ITEM_END if event.part is Part.ITEM else Part.SEQUENCE_END)


def _is_left_out(rows: TagRows, index: int, element: Element) -> bool:
    """Return whether a row is a fragment, or of the file meta, or a group length."""
    if element.tag == ITEM:
        return rows.elements.elements[rows.parents[index]].vr != "SQ"
    return element.tag & 0xFFFF == 0 or (element.depth == 0 and element.tag >> 16 == META_GROUP)


def file_uri(path: str) -> str:
    """Return the URI of a file."""
    return f"file://{quote(os.fsencode(os.path.abspath(path)))}"


def bulk_uri(rows: TagRows, element: Element, uri: str, bulk: Bulk) -> str | None:
    """Return where a binary value lies, "" where nothing is written of it, or None where all its bytes are.

    Parameters
    ----------
    rows, element : TagRows, Element
        Of which file, and which value.
    uri : str
        Of the file; "" where others cannot read it.
    bulk : Bulk
        What is written of long ones.
    """
    if element.length <= HEAD:
        return None
    whole = element.length != UNDEFINED  # fragments are no bytes of a value: they cannot be inline
    if bulk is Bulk.NONE or (bulk is Bulk.INLINE and not whole):
        return ""
    if bulk is Bulk.INLINE or (whole and rows.elements.source.inflated):
        return None
    return f"{uri}?offset={element.offset}{f'&length={element.length}' if whole else ''}"


def inline(rows: TagRows, element: Element) -> Iterator[str]:
    """Yield the bytes of a value, little endian and of even length, as base 64.

    Raises
    ------
    ReadError
        They cannot be read.
    """
    size = _WORD_SIZES.get(element.vr, 1)
    swapped = size > 1 and rows.elements.encoding_at(element).big_endian  # inline values are little endian (PS3.18 F.2.7)
    for begin in range(0, element.length, _AT_ONCE):
        data = rows.elements.source.read(element.offset + begin, min(_AT_ONCE, element.length - begin))
        if swapped:
            whole = len(data) // size * size
            data = b"".join(data[at : at + size][::-1] for at in range(0, whole, size)) + data[whole:]
        data += b"\0" * (len(data) % 2)  # values have even lengths (PS3.5 7.1.1)
        yield base64.b64encode(data).decode()
