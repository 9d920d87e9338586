"""Rows of a dataset as text: a line for people, and a value as a table holds it."""

from collections.abc import Sequence
from typing import Final

from tui.dicom.json_model import json_texts
from tui.dicom.tags import TagRow, TagRows
from tui.dicom.values import BINARY_VRS

_NAME_WIDTH: Final = 32
_DEEPEST_INDENT: Final = 24


def text_line(row: TagRow) -> str:
    """Return a row as a line, safe to draw."""
    indent = "  " * min(row.depth, _DEEPEST_INDENT)
    text = row.searched or row.text
    if row.broken:
        return f"! {text}"
    if not row.tag:
        return f"{indent}{row.name}  {text}".rstrip()
    return f"{indent}{row.tag} {row.vr:2} {row.name:<{_NAME_WIDTH}} {text}".rstrip()


def exact_text(rows: TagRows, index: int) -> str:
    """Return a value as a table holds it: values with backslashes between them, bytes in base 64, items as JSON."""
    element = rows.elements.elements[index]
    if element.vr == "SQ":
        return "".join(json_texts(rows, [index, *rows_below(rows, index)], named=False, ascii_only=True))
    if element.vr in BINARY_VRS or rows.elements.written_vr(element) == "UN":
        return rows.base64(index)
    return "\\".join(map(str, rows.every_value(index)))


def rows_below(rows: TagRows, index: int) -> Sequence[int]:
    """Return the rows that lie in a row."""
    return range(index + 1, rows.elements.after(index)) if rows.is_parent(index) else range(0)
