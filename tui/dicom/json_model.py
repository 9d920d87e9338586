"""The DICOM JSON model (PS3.18 Annex F) of a walked dataset, written as it goes, however deep it is nested.

Binary values that are short are inline; longer ones are a BulkDataURI into the file, with offset and length. Numbers keep
the digits of the file. File meta and group lengths are left out, and texts are Unicode: SpecificCharacterSet says so.
"""

import json
import math
import re
from collections.abc import Iterator, Sequence
from typing import Final

from tui.dicom import values
from tui.dicom.attributes import SPECIFIC_CHARACTER_SET
from tui.dicom.dataset_model import Bulk, Part, bulk_uri, events, file_uri, inline
from tui.dicom.element import UNDEFINED, Element
from tui.dicom.tags import TagRows
from tui.dicom.values import Value

_DEEPEST_INDENT: Final = 24
_MOST_DIGITS: Final = 64  # of a number; what is longer is a text
_NUMBER: Final = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")
_PERSON_GROUPS: Final = ("Alphabetic", "Ideographic", "Phonetic")


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
    uri = file_uri(rows.path) if named else ""
    first, depth = True, 1  # whether nothing stands yet in the dataset or array that is open; how many are
    for part, index, element in events(rows, shown):
        if part in (Part.ITEM_END, Part.SEQUENCE_END):
            first, depth = False, depth - 1
            yield "}" if part is Part.ITEM_END else "]}"
            continue
        yield f"{'' if first else ','}\n{' ' * min(depth, _DEEPEST_INDENT)}"
        first = part is not Part.ELEMENT
        depth += first
        if part is Part.ITEM:
            yield "{"
            continue
        yield f'"{element.tag:08X}": {{"vr": "{element.vr}"'
        if part is Part.SEQUENCE:
            yield ', "Value": ['
        else:
            yield from _content(rows, index, element, uri, ascii_only, bulk)
            yield "}"
    yield "\n}"


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
    where = bulk_uri(rows, element, uri, bulk)
    if where:
        yield f', "BulkDataURI": "{where}"'
    elif where is None:
        yield ', "InlineBinary": "'
        yield from inline(rows, element)
        yield '"'
