"""The DICOM JSON model (PS3.18 Annex F) of a walked dataset, written as it goes, however deep it is nested.

Binary values that are short are inline; longer ones are a BulkDataURI into the file, with offset and length. Numbers keep
the digits of the file. File meta and group lengths are left out, and texts are Unicode: SpecificCharacterSet says so.
"""

import base64
import json
import math
import os
import re
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Final
from urllib.parse import quote

from tui.dicom import values
from tui.dicom.attributes import SPECIFIC_CHARACTER_SET
from tui.dicom.element import ITEM, META_GROUP, UNDEFINED, Element
from tui.dicom.source import HEAD
from tui.dicom.tags import TagRows
from tui.dicom.values import Value

_INLINE_AT_ONCE: Final = 3 << 18  # bytes: a multiple of 3, which base 64 needs, and of all sizes of words
_DEEPEST_INDENT: Final = 24
_MOST_DIGITS: Final = 64  # of a number; what is longer is a text
_NUMBER: Final = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")
_PERSON_GROUPS: Final = ("Alphabetic", "Ideographic", "Phonetic")
_WORD_SIZES: Final = {"OW": 2, "OL": 4, "OF": 4, "OD": 8, "OV": 8}


class Bulk(Enum):
    """What is written of long binary values."""

    LINKS = "a BulkDataURI into the file"
    INLINE = "all bytes"
    NONE = "nothing"


def json_texts(
    rows: TagRows, shown: Sequence[int] | None = None, *, named: bool = True, ascii_only: bool = False,
    bulk: Bulk = Bulk.LINKS,
) -> Iterator[str]:  # fmt: skip
    """Return the pieces of the JSON object that a dataset is.

    Parameters
    ----------
    rows : TagRows
        The rows of a walked file.
    shown : sequence of int, optional
        Which of them are wanted, in order, with the sequences and items that they lie in; None for all.
    named : bool
        Whether the file has a name that others may read it by; if not, a BulkDataURI begins with its query.
    ascii_only : bool
        Whether characters beyond ASCII are escaped.
    bulk : Bulk
        What is written of long binary values.

    Raises
    ------
    ReadError
        A value cannot be read.
    """
    yield "{"
    uri = f"file://{quote(os.fsencode(os.path.abspath(rows.path)))}" if named else ""
    closing: list[tuple[int, str]] = []  # the depth of each open sequence and item, and how it ends
    begun = [set[int]()]  # the tags that stand in the dataset, and in each of those
    count, left_out = len(rows.elements.elements), 0
    wanted = [index for index in (range(count) if shown is None else shown) if index < count]
    for place, index in enumerate(wanted):
        element = rows.elements.elements[index]
        if index < left_out or _is_left_out(rows, index, element):
            left_out = max(left_out, rows.elements.after(index) if rows.is_parent(index) else 0)
            continue
        while closing and closing[-1][0] >= element.depth:
            begun.pop()
            yield closing.pop()[1]
        if element.tag != ITEM and element.tag in begun[-1]:  # there a second time: the first one counts
            left_out = rows.elements.after(index)
            continue
        before = f"{',' if begun[-1] else ''}\n{' ' * min(len(begun), _DEEPEST_INDENT)}"
        begun[-1].add(element.tag)
        if element.tag == ITEM:
            yield before + "{"
            closing.append((element.depth, "}"))
            begun.append(set())
            continue
        if rows.elements.written_vr(element) == "UN":  # what the file says; its dictionary's VR is for people
            element = element._replace(vr="UN")
        head = f'{before}"{element.tag:08X}": {{"vr": "{element.vr}"'
        inside = place + 1 < len(wanted) and rows.depth(wanted[place + 1]) > element.depth
        if element.vr == "SQ" and inside:
            yield f'{head}, "Value": ['
            closing.append((element.depth, "]}"))
            begun.append(set())
        else:
            yield head
            yield from _content(rows, index, element, uri, ascii_only, bulk)
            yield "}"
    yield from (text for _, text in reversed(closing))
    yield "\n}"


def _is_left_out(rows: TagRows, index: int, element: Element) -> bool:
    """Return whether a row is a fragment, or of the file meta, or a group length."""
    if element.tag == ITEM:
        return rows.elements.elements[rows.parents[index]].vr != "SQ"
    return element.tag & 0xFFFF == 0 or (element.depth == 0 and element.tag >> 16 == META_GROUP)


def _content(rows: TagRows, index: int, element: Element, uri: str, ascii_only: bool, bulk: Bulk) -> Iterator[str]:
    if element.tag == SPECIFIC_CHARACTER_SET:
        yield ', "Value": ["ISO_IR 192"]'
    elif element.length == 0 or element.vr == "SQ":
        return
    elif element.vr in values.BINARY_VRS or element.length == UNDEFINED:
        yield from _binary(rows, element, uri, bulk)
    else:
        written = [_value(element.vr, value, ascii_only) for value in rows.every_value(index)]
        yield f', "Value": [{", ".join(written)}]' if any(text != "null" for text in written) else ""


def _value(vr: str, value: Value, ascii_only: bool) -> str:
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else json.dumps(_not_finite(value))
    if isinstance(value, int):
        return str(value)
    if not value:
        return "null"
    if vr in ("DS", "IS") and len(value) <= _MOST_DIGITS and _NUMBER.fullmatch(value) and math.isfinite(float(value)):
        return value
    if vr == "AT":
        return json.dumps(value.strip("()").replace(",", ""))
    if vr == "PN":
        named = zip(_PERSON_GROUPS, (group.rstrip("^ ") for group in value.split("=")), strict=False)
        groups = {name: group for name, group in named if group}  # empty parts at the end say nothing (PS3.5 6.2.1)
        return json.dumps(groups, ensure_ascii=ascii_only)
    written = json.dumps(value, ensure_ascii=ascii_only)
    return written.replace("\x7f", "\\u007f") if ascii_only else written


def _not_finite(value: float) -> str:
    """Return a number that JSON has none for as PS3.18 F.2.2 writes it."""
    return "NaN" if math.isnan(value) else "inf" if value > 0 else "-inf"


def _binary(rows: TagRows, element: Element, uri: str, bulk: Bulk) -> Iterator[str]:
    source = rows.elements.source
    if bulk is Bulk.NONE and element.length > HEAD:
        return
    inline = bulk is Bulk.INLINE and element.length != UNDEFINED  # fragments are no bytes of a value
    if element.length > HEAD and not inline and not (source.inflated and element.length != UNDEFINED):
        length = "" if element.length == UNDEFINED else f"&length={element.length}"
        yield f', "BulkDataURI": "{uri}?offset={element.offset}{length}"'
        return
    size = _WORD_SIZES.get(element.vr, 1)
    swapped = size > 1 and rows.elements.encoding_at(element).big_endian  # inline values are little endian (PS3.18 F.2.7)
    yield ', "InlineBinary": "'
    for begin in range(0, element.length, _INLINE_AT_ONCE):
        data = source.read(element.offset + begin, min(_INLINE_AT_ONCE, element.length - begin))
        if swapped:
            whole = len(data) // size * size
            data = b"".join(data[at : at + size][::-1] for at in range(0, whole, size)) + data[whole:]
        data += b"\0" * (len(data) % 2)  # values have even lengths (PS3.5 7.1.1)
        yield base64.b64encode(data).decode()
    yield '"'
