"""Editing tags into a copy: a list of changes for each file, undone and redone, written only where the user says."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from textual import on
from textual.screen import Screen

from tui.dicom.options import Form, Option
from tui.screens import questions
from tui.screens.saving import Saving
from tui.text import safe_text, shown_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tui.background import Background
    from tui.browser_state import Sentence
    from tui.dicom.change import Change
    from tui.dicom.element import Element
    from tui.dicom.options import Values
    from tui.dicom.tags import TagRows
    from tui.widgets.tag_table import TagTable

_LINE_BREAK: Final = "⏎"
_ATTRIBUTE: Final = Option(
    "attribute", "Attribute", "A keyword, a tag, or a path such as RequestAttributesSequence[0].Keyword"
)


class Editing(Saving, Screen[None]):
    """The editing part of the browser."""

    if TYPE_CHECKING:  # what the browser has
        edits: Background[questions.EditQuestion, questions.EditedFile | Sentence]
        drafts_shown: Background[questions.EditQuestion, questions.EditedFile | Sentence]
        table: TagTable

        def search_or_show_all(self) -> None:
            """Search the rows for the query; where it is blank, show them all."""

        def read_text(self, title: str, sentence: str, read: Callable[[], str | Iterator[str]]) -> None:
            """Show a text to read, select and copy."""

        def current_row(self) -> tuple[TagRows, int] | None:
            """Return the rows of the tags and the one under the cursor; say where there is none."""

        @property
        def row_under_cursor(self) -> tuple[TagRows, int] | None:
            """Return the rows of the tags and the one under the cursor, or None."""

    def show_draft(self, read: TagRows) -> None:
        """Show the changes that were made to a file that was read; where it is in another state by now, they go."""
        self.table.edited = frozenset()
        draft = self.drafts.get(read.path)
        if draft is None:
            return
        from tui.dicom.edit import Draft

        if draft.original.source.identity == read.elements.source.identity:
            self.drafts_shown.ask(questions.EditQuestion(draft, questions.AGAIN))
        else:  # the file was written anew
            self.is_editing = True
            self.edits.ask(questions.EditQuestion(Draft(read.walked), draft.changes))

    # --- changes

    def _change(self, change: Change | str) -> None:
        draft = self.draft_here()
        if draft is not None:
            self.is_editing = True
            self.edits.ask(questions.EditQuestion(draft, change))

    @on(questions.Edited)
    def _edited(self, message: questions.Edited) -> None:
        again = message.question.change == questions.AGAIN
        self.is_editing = self.is_editing and again
        if not isinstance(message.answer, questions.EditedFile):
            self.app.notify(message.answer.text, title="Refused", severity="error", markup=False)
            return
        draft, rows, touched, refused = message.answer
        if isinstance(message.question.change, tuple):
            count, left = len(draft.changes), "".join(f"\n{said}" for said in refused)
            what = f"{count} change{'s were' if count != 1 else ' was'} made again"
            self.app.notify(f"The file was written anew: {what}{left}", markup=False, severity="warning", timeout=15)
        path = draft.original.path
        if not again:
            self.drafts[path] = draft
        elif self.drafts.get(path) is not draft:
            return  # it was changed meanwhile
        if path != self.selection.path:
            return
        self._rows = rows
        self.table.edited = frozenset(touched)
        if touched and not isinstance(message.question.change, str | tuple):
            self.table.go_to_place(touched[-1])
        self.search_or_show_all()

    def action_undo_edit(self, what: str) -> None:
        """Take the last change back, or make it again."""
        draft = self.draft_here()
        if draft is None:
            return
        if not (draft.changes if what == questions.UNDO else draft.undone):
            self.say(f"There is nothing to {what}")
        else:
            self._change(what)

    def action_list_changes(self) -> None:
        """Show all changes to the file."""
        if self.draft_here() is None:
            return
        lines: list[str] = []
        for path, draft in self.drafts.items():
            if draft.changes:
                lines += [shown_path(path), *(f"    {safe_text(change.words)}" for change in draft.changes)]
        sentence = "S writes those of a file to a copy, u takes the last one back"
        self.read_text("Pending changes", sentence, partial(str, "\n".join(lines or ["No change yet"])))

    def _element_under_cursor(self) -> tuple[TagRows, int, Element] | None:
        """Return what is edited: rows, index, element or item; say where there is none."""
        current = self.current_row() if self.draft_here() is not None else None
        element = current[0].element(current[1]) if current is not None else None
        if current is None or element is None:
            return None
        from tui.dicom.element import FOLDED_OUT

        if element.tag == FOLDED_OUT or current[0].is_fragment(current[1]):
            self.say("This row is a part of a value, and no element")
            return None
        return *current, element

    def action_edit_value(self) -> None:
        """Ask for a new value of the element under the cursor."""
        found = self._element_under_cursor()
        if found is None:
            return
        rows, index, element = found
        from tui.dicom.change import Action, Change
        from tui.dicom.describing import written_path
        from tui.dicom.dictionary import lookup, lookup_private
        from tui.dicom.edit import path_of
        from tui.dicom.element import ITEM
        from tui.dicom.source import HEAD
        from tui.dicom.values import BINARY_VRS

        if element.tag == ITEM or element.vr == "SQ" or element.vr in BINARY_VRS:
            self.say("Items, sequences and bytes are not edited as text: A adds to them, X leaves them out")
            return
        if element.length > HEAD:
            self.say(f"A value of {element.length:,} bytes is too long to be edited here: dicom-tui edit can")
            return
        row = rows.row(index)
        entry = lookup_private(row.creator, element.tag) if row.creator else lookup(element.tag)
        vm = entry.vm if entry is not None else ""
        stored = "\\".join(map(str, rows.values(index)))
        line_break = "\r\n" if "\r\n" in stored or "\n" not in stored else "\n"
        now = stored.replace(line_break, _LINE_BREAK)
        shown = now if safe_text(now, len(now)) == now and _LINE_BREAK not in stored else ""
        hidden = " Its value holds characters that cannot be shown: it is replaced as a whole." if shown != now else ""

        def change(values: Values) -> Change:
            return Change(
                Action.SET, path_of(rows, index), written_path(rows, index), _with_breaks(str(values["value"]), line_break)
            )

        option = Option(
            "value", "Value", f"Several values have backslashes between them; {_LINE_BREAK} is a line break",
            check=lambda text: _problem(element.vr, _with_breaks(text, line_break), vm),
        )  # fmt: skip
        form = Form(
            f"{row.tag} {row.name}",
            f"VR {element.vr}, VM {vm or 'not known'}. The change waits until S writes a copy.{hidden}",
            (option,),
            "Change",
            preview=lambda values: self.command_for((change(values),)),
            values={"value": shown},
        )

        def made(values: Values | None) -> None:
            if values is not None and (values["value"] != now or not shown):
                self._change(change(values))

        self.ask(form, made)

    def action_add_element(self) -> None:
        """Ask for an element to add."""
        if self.draft_here() is None:
            return
        current = self.row_under_cursor
        value = Option("value", "Value", "Several values have backslashes between them; ATTRIBUTE:VR says the VR")

        def read(values: Values) -> Change | str:
            return _read_change(str(values["attribute"]), str(values["value"]))

        def preview(values: Values) -> str:
            change = read(values)
            return "" if isinstance(change, str) else self.command_for((change,))

        def check(values: Values) -> str | None:
            change = read(values)
            return change if isinstance(change, str) else None

        def add(values: Values | None) -> None:
            change = read(values) if values is not None else ""
            if not isinstance(change, str):
                self._change(change)

        inside = {"attribute": _around(*current) if current is not None else ""}
        sentence = "The change waits until S writes a copy. Sequences and items on the way are added, too."
        self.ask(Form("Add an element", sentence, (_ATTRIBUTE, value), "Add", preview, check, inside), add)

    def action_delete_element(self) -> None:
        """Leave the element or item under the cursor out of the copy."""
        found = self._element_under_cursor()
        if found is not None:
            from tui.dicom.change import Action, Change
            from tui.dicom.describing import written_path
            from tui.dicom.edit import path_of

            rows, index, _ = found
            self._change(Change(Action.DELETE, path_of(rows, index), written_path(rows, index)))


def _with_breaks(text: str, line_break: str = "\r\n") -> str:
    return text.replace(_LINE_BREAK, line_break)


def _problem(vr: str, text: str, vm: str) -> str | None:
    """Return why `text` is no value of an attribute, or None."""
    from tui.dicom.errors import EditError
    from tui.dicom.new_values import parsed

    try:
        parsed(vr, text, vm)
    except EditError as error:
        return str(error)
    return None


def _read_change(attribute: str, text: str) -> Change | str:
    """Return the change that adds an attribute, or a sentence on why there is none."""
    if not attribute.strip():
        return "Type a keyword, a tag, or a path"
    from tui.dicom.edit_words import read_change
    from tui.dicom.query import QueryError

    try:
        change = read_change(attribute, _with_breaks(text))
    except QueryError as error:
        return error.reason
    from tui.dicom.dictionary import lookup

    entry = lookup(change.path[-1].masked)
    vr = change.vr or (entry.vr if entry is not None and len(entry.vr) == 2 else "")
    return (_problem(vr, change.text, entry.vm if entry is not None else "") if vr and vr != "SQ" else None) or change


def _around(rows: TagRows, index: int) -> str:
    """Return the path of the item that a row is or lies in, with a dot behind it; "" at the top."""
    from tui.dicom.describing import written_path
    from tui.dicom.element import ITEM

    while index >= 0:
        element = rows.element(index)
        if element is not None and element.tag == ITEM and not rows.is_fragment(index):
            return f"{written_path(rows, index)}."
        index = rows.parents[index] if element is not None else -1
    return ""
