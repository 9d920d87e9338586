"""Values as somebody edits them in one line, and what they write as changes; a sentence where that cannot be."""

from dataclasses import replace
from typing import Final, NamedTuple

from tui.dicom.change import Action, Change
from tui.dicom.describing import written_path
from tui.dicom.dictionary import lookup
from tui.dicom.edit import path_of
from tui.dicom.edit_words import read_change
from tui.dicom.element import FOLDED_OUT, ITEM
from tui.dicom.errors import EditError
from tui.dicom.new_values import parsed
from tui.dicom.query import QueryError
from tui.dicom.source import HEAD
from tui.dicom.tags import TagRows
from tui.dicom.values import BINARY_VRS
from tui.text import safe_text

LINE_BREAK: Final = "⏎"
_CRLF: Final = "\r\n"  # PS3.5 6.1.3


class EditableValue(NamedTuple):
    """A value in one line, with `LINE_BREAK` for its line breaks; `text` is empty where it cannot be shown as it is."""

    emptying: Change
    vr: str
    vm: str
    text: str
    hidden: bool
    line_break: str

    def problem(self, text: str) -> str | None:
        """Return why `text` is no value of this attribute, or None."""
        return value_problem(self.vr, _with_breaks(text, self.line_break), self.vm)

    def changed(self, text: str) -> Change:
        """Return the change that sets it to `text`."""
        return replace(self.emptying, text=_with_breaks(text, self.line_break))

    def is_same(self, text: str) -> bool:
        """Return whether `text` is what it is already."""
        return text == self.text and not self.hidden


def editable_value(rows: TagRows, index: int) -> EditableValue:
    """Return the value of row `index` to be edited.

    Raises
    ------
    EditError
        It is no text that fits into a line: a sentence says why.
    """
    element = rows.element(index)
    refuse_parts(rows, index)
    if rows.is_hidden(index):
        raise EditError("This value is masked: P shows it, then it can be edited")
    if element is None or element.tag == ITEM or element.vr == "SQ" or element.vr in BINARY_VRS:
        raise EditError("Items, sequences and bytes are not edited as text: A adds to them, X leaves them out")
    if element.length > HEAD:
        raise EditError(f"A value of {element.length:,} bytes is too long to be edited here: dicom-tui edit can")
    entry, _ = rows.entry(index)
    stored = "\\".join(map(str, rows.values(index)))
    line_break = "\n" if "\n" in stored and _CRLF not in stored else _CRLF
    text = stored.replace(line_break, LINE_BREAK)
    hidden = safe_text(text, len(text)) != text or LINE_BREAK in stored
    emptying = Change(Action.SET, path_of(rows, index), written_path(rows, index))
    vm, shown = entry.vm if entry is not None else "", "" if hidden else text
    return EditableValue(emptying, element.vr, vm, shown, hidden, line_break)


def deletion(rows: TagRows, index: int) -> Change:
    """Return the change that leaves the element or the item of row `index` out.

    Raises
    ------
    EditError
        The row is neither.
    """
    refuse_parts(rows, index)
    return Change(Action.DELETE, path_of(rows, index), written_path(rows, index))


def refuse_parts(rows: TagRows, index: int) -> None:
    """Refuse a row that is no element, but a part of a value.

    Raises
    ------
    EditError
        It is a fragment, a field of a header, or a remark.
    """
    element = rows.element(index)
    if element is None or element.tag == FOLDED_OUT or rows.is_fragment(index):
        raise EditError("This row is a part of a value, and no element")


def value_problem(vr: str, text: str, vm: str) -> str | None:
    """Return why `text` is no value of VR `vr` with VM `vm`, or None."""
    try:
        parsed(vr, text, vm)
    except EditError as error:
        return str(error)
    return None


def read_addition(attribute: str, text: str) -> Change | str:
    """Return the change that adds an attribute, or a sentence on why there is none."""
    if not attribute.strip():
        return "Type a keyword, a tag, or a path"
    try:
        change = read_change(attribute, _with_breaks(text, _CRLF))
    except QueryError as error:
        return error.reason
    entry = lookup(change.path[-1].masked)
    settled = entry is not None and " " not in entry.vr  # not "US or SS"
    vr = change.vr or (entry.vr if entry is not None and settled else "")
    problem = value_problem(vr, change.text, entry.vm if entry is not None else "") if vr and vr != "SQ" else None
    return problem or change


def item_path(rows: TagRows, index: int) -> str:
    """Return the path of the item that row `index` is or lies in, with a dot behind it; "" at the top."""
    while index >= 0:
        element = rows.element(index)
        if element is not None and element.tag == ITEM and not rows.is_fragment(index):
            return f"{written_path(rows, index)}."
        index = rows.parents[index] if element is not None else -1
    return ""


def _with_breaks(text: str, line_break: str) -> str:
    return text.replace(LINE_BREAK, line_break)
