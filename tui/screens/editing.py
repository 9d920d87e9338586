"""Editing tags into a copy: a list of changes for each file, undone and redone, written only where the user says."""

from __future__ import annotations

import os
import shlex
from functools import partial
from typing import TYPE_CHECKING, Final

from textual import on
from textual.screen import Screen

from tui.dicom.options import Form, Option
from tui.screens import questions
from tui.text import safe_text, shown_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.background import Background
    from tui.browser_state import Selection, Sentence
    from tui.dicom.edit import Change, Draft
    from tui.dicom.element import Element
    from tui.dicom.options import Values
    from tui.dicom.tags import TagRows
    from tui.screens.choice import Choice
    from tui.widgets.tag_table import TagTable

_LINE_BREAK: Final = "⏎"
_STAY: Final = "stay"
_PATH: Final = "path"
_ATTRIBUTE: Final = Option(
    "attribute", "Attribute", "A keyword, a tag, or a path such as RequestAttributesSequence[0].Keyword"
)


class Editing(Screen[None]):
    """The editing part of the browser."""

    if TYPE_CHECKING:  # what the browser has
        selection: Selection
        edits: Background[questions.EditQuestion, questions.EditedFile | Sentence]
        saves: Background[questions.SaveQuestion, str]
        table: TagTable
        _rows: TagRows | None

        def say(self, message: str) -> None:
            """Show a word on the last key."""

        def search_or_show_all(self) -> None:
            """Search the rows for the query; where it is blank, show them all."""

        def read_text(self, title: str, sentence: str, read: Callable[[], str]) -> None:
            """Show a text to read, select and copy."""

        def choose(self, title: str, choices: tuple[Choice, ...], chosen: Callable[[str | None], None]) -> None:
            """Let the user choose by name."""

        def ask(self, form: Form, answered: Callable[[Values | None], None]) -> None:
            """Open a dialog."""

        def current_row(self) -> tuple[TagRows, int] | None:
            """Return the rows of the tags and the one under the cursor; say where there is none."""

        @property
        def row_under_cursor(self) -> tuple[TagRows, int] | None:
            """Return the rows of the tags and the one under the cursor, or None."""

        def action_rescan(self) -> None:
            """Read the unfolded folders and the file that is shown again."""

    editable = False
    _drafts: dict[str, Draft]

    @property
    def unsaved(self) -> int:
        """Return how many changes would be lost now."""
        return sum(len(draft.changes) for draft in self._drafts.values())

    @property
    def changes_here(self) -> int:
        """Return how many changes are made to the file that is shown."""
        draft = self._drafts.get(self.selection.path or "")
        return len(draft.changes) if draft is not None else 0

    def edited_rows(self, read: TagRows) -> TagRows:
        """Return the rows of a file that was read, with the changes that were made to it; of another state of it they go."""
        draft = self._drafts.get(read.path)
        if draft is None:
            return read
        if draft.original.source.identity != read.elements.source.identity:
            del self._drafts[read.path]
            self.app.notify("The file was written anew: the changes that waited for it are dropped", markup=False)
            return read
        from tui.dicom.tags import load_rows

        rows = load_rows(draft.elements)
        self._mark_edited(draft)
        return rows

    def _mark_edited(self, draft: Draft) -> None:
        """Have what was changed marked in the table."""
        places = self._places(draft)
        self.table.edited = frozenset(places[index] for index in draft.touched)

    @staticmethod
    def _places(draft: Draft) -> list[int]:
        """Return the places of a draft's rows, with which nothing is folded out."""
        from tui.dicom.tags import load_rows

        return load_rows(draft.elements, fold_out=False).places

    # --- changes

    def _draft(self) -> Draft | None:
        """Return the draft of the file that is shown; say why there can be none."""
        if not self.editable:
            self.say("Files are only shown; dicom-tui --rw can change tags, in copies")
            return None
        if self._rows is None or self._rows.path != self.selection.path:
            self.say("There is no file to edit")
            return None
        from tui.dicom.edit import Draft

        return self._drafts.get(self._rows.path) or Draft(self._rows.elements)

    def _change(self, change: Change | str) -> None:
        draft = self._draft()
        if draft is not None:
            self.edits.ask(questions.EditQuestion(draft, change))

    @on(questions.Edited)
    def _edited(self, message: questions.Edited) -> None:
        if not isinstance(message.answer, questions.EditedFile):
            self.app.notify(message.answer.text, title="Refused", severity="error", markup=False)
            return
        draft, rows = message.answer
        path = draft.original.path
        self._drafts[path] = draft
        if path == self.selection.path:
            self._rows = rows
            self._mark_edited(draft)
            touched = draft.touched
            if touched and not isinstance(message.question.change, str):
                self.table.go_to_place(self._places(draft)[touched[-1]])
            self.search_or_show_all()

    def action_undo_edit(self, what: str) -> None:
        """Take the last change back, or make it again."""
        draft = self._draft()
        if draft is None:
            return
        if not (draft.changes if what == questions.UNDO else draft.undone):
            self.say(f"There is nothing to {what}")
        else:
            self._change(what)

    def action_list_changes(self) -> None:
        """Show all changes to the file."""
        draft = self._draft()
        if draft is not None:
            lines = [safe_text(change.words) for change in draft.changes] or ["No change yet"]
            sentence = f"of {shown_path(draft.original.path)}; S writes them to a copy, u takes the last one back"
            self.read_text("Pending changes", sentence, partial(str, "\n".join(lines)))

    def _element_under_cursor(self) -> tuple[TagRows, int, Element] | None:
        """Return what is edited: rows, index, element or item; say where there is none."""
        current = self.current_row() if self._draft() is not None else None
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
        from tui.dicom.describing import written_path
        from tui.dicom.dictionary import lookup, lookup_private
        from tui.dicom.edit import Action, Change, path_of
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
        now = "\\".join(map(str, rows.values(index))).replace("\r\n", _LINE_BREAK).replace("\n", _LINE_BREAK)
        shown = now if safe_text(now, len(now)) == now else ""
        hidden = " Its value holds characters that cannot be shown: it is replaced as a whole." if shown != now else ""

        def change(values: Values) -> Change:
            return Change(Action.SET, path_of(rows, index), written_path(rows, index), _with_breaks(str(values["value"])))

        option = Option(
            "value", "Value", f"Several values have backslashes between them; {_LINE_BREAK} is a line break",
            check=lambda text: _problem(element.vr, _with_breaks(text), vm),
        )  # fmt: skip
        form = Form(
            f"{row.tag} {row.name}",
            f"VR {element.vr}, VM {vm or 'not known'}. The change waits until S writes a copy.{hidden}",
            (option,),
            "Change",
            preview=lambda values: self._command((change(values),)),
            values={"value": shown},
        )
        self.ask(form, lambda values: self._change(change(values)) if values is not None else None)

    def action_add_element(self) -> None:
        """Ask for an element to add."""
        if self._draft() is None:
            return
        current = self.row_under_cursor
        value = Option("value", "Value", "Several values have backslashes between them; ATTRIBUTE:VR says the VR")

        def read(values: Values) -> Change | str:
            return _read_change(str(values["attribute"]), str(values["value"]))

        def preview(values: Values) -> str:
            change = read(values)
            return "" if isinstance(change, str) else self._command((change,))

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
            from tui.dicom.describing import written_path
            from tui.dicom.edit import Action, Change, path_of

            rows, index, _ = found
            self._change(Change(Action.DELETE, path_of(rows, index), written_path(rows, index)))

    # --- the copy

    def action_save_copy(self) -> None:
        """Ask where the copy is written, and write it."""
        draft = self._draft()
        if draft is None:
            return
        if not draft.changes:
            self.say("There is no change to save")
            return
        from tui.dicom.edited_copy import RENEW

        stem, ending = os.path.splitext(draft.original.path)
        where = Option(_PATH, "Copy", "A new file; existing ones are never replaced", check=_path_problem)
        count = len(draft.changes)
        form = Form(
            "Save a copy",
            f"Writes a new file with {count} change{'s' * (count != 1)}; all else stays byte for byte as it is.",
            (where, RENEW),
            "Write",
            preview=lambda values: self._command(draft.changes, str(values[_PATH]), str(values[RENEW.name])),
            values={_PATH: f"{stem}-edited{ending}"},
        )

        def write(values: Values | None) -> None:
            if values is not None:
                path = os.path.abspath(os.path.expanduser(str(values[_PATH])))
                self.saves.ask(questions.SaveQuestion(draft, path, str(values[RENEW.name])))

        self.ask(form, write)

    @on(questions.Saved)
    def _saved(self, message: questions.Saved) -> None:
        if message.problem:
            self.app.notify(message.problem, title="Not written", severity="error", markup=False)
            return
        draft = message.question.draft
        self.app.notify(f"written to {shown_path(message.question.path)}", markup=False)
        kept = self._drafts.get(draft.original.path)
        if kept is not None and kept.changes == draft.changes:
            del self._drafts[draft.original.path]
        self.action_rescan()  # which shows the copy among the files, and the original as it is

    def _command(self, changes: tuple[Change, ...], output: str = "COPY", renew: str = "no") -> str:
        """Return the command line that does the same."""
        from tui.dicom.edit import Action

        words = ["dicom-tui", "edit", self.selection.path or "FILE"]
        words += [change.words for change in changes if change.action is Action.SET]
        deleted = [change.written for change in changes if change.action is Action.DELETE]
        words += ["--delete", *deleted] if deleted else []
        words += ["--renew-uids", renew] if renew != "no" else []
        return f"In a shell: {shlex.join([*words, '-o', output])}"

    def ask_to_leave(self, leave: Callable[[], None]) -> None:
        """Ask whether to leave although changes wait."""
        from tui.screens.choice import Choice

        count = self.unsaved
        choices = (
            Choice(_STAY, "Stay", "S in the tags writes a copy"),
            Choice("leave", "Leave", f"{count} change{'s' * (count != 1)} that no copy has will be lost"),
        )
        self.choose("Changes are not saved", choices, lambda chosen: leave() if chosen == "leave" else None)


def _with_breaks(text: str) -> str:
    return text.replace(_LINE_BREAK, "\r\n")


def _path_problem(path: str) -> str | None:
    return None if path.strip() and not path.endswith(os.sep) else "Type the path of a new file"


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
