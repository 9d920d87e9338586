"""Editing tags into a copy: a list of changes for each file, undone and redone, written only where the user says."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from textual import on
from textual.screen import Screen

from tui.dicom.options import Form, Option
from tui.screens import questions
from tui.screens.saving import Saving
from tui.text import names_are_masked, safe_text, shown_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tui.background import Background
    from tui.browser_state import Sentence
    from tui.dicom.change import Change
    from tui.dicom.options import Values
    from tui.dicom.tags import TagRows
    from tui.widgets.tag_table import TagTable

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
        """Show the changes that were made to a file that was read; where it was written anew since, make them again."""
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
        if names_are_masked():
            self.say("Changes hold values, which are masked: P shows them")
            return
        lines: list[str] = []
        for path, draft in self.drafts.items():
            if draft.changes:
                lines += [shown_path(path), *(f"    {safe_text(change.words)}" for change in draft.changes)]
        sentence = "S writes those of a file to a copy, u takes the last one back"
        self.read_text("Pending changes", sentence, partial(str, "\n".join(lines or ["No change yet"])))

    def action_edit_value(self) -> None:
        """Ask for a new value of the element under the cursor."""
        current = self.current_row() if self.draft_here() is not None else None
        if current is None:
            return
        from tui.dicom.editable import LINE_BREAK, editable_value
        from tui.dicom.errors import EditError

        try:
            value = editable_value(*current)
        except EditError as error:
            self.say(str(error))
            return
        row = current[0].row(current[1])
        hidden = " Its value holds characters that cannot be shown: it is replaced as a whole." if value.hidden else ""
        help_ = f"Several values have backslashes between them; {LINE_BREAK} is a line break"
        form = Form(
            f"{row.tag} {row.name}",
            f"VR {value.vr}, VM {value.vm or 'not known'}. The change waits until S writes a copy.{hidden}",
            (Option("value", "Value", help_, check=value.problem),),
            "Change",
            preview=lambda values: self.command_for((value.changed(str(values["value"])),)),
            values={"value": value.text},
        )

        def made(values: Values | None) -> None:
            if values is not None and not value.is_same(str(values["value"])):
                self._change(value.changed(str(values["value"])))

        self.ask(form, made)

    def action_add_element(self) -> None:
        """Ask for an element to add."""
        if self.draft_here() is None:
            return
        from tui.dicom.editable import item_path, read_addition

        current = self.row_under_cursor
        value = Option("value", "Value", "Several values have backslashes between them; ATTRIBUTE:VR says the VR")

        def read(values: Values) -> Change | str:
            return read_addition(str(values["attribute"]), str(values["value"]))

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

        inside = {"attribute": item_path(*current) if current is not None else ""}
        sentence = "The change waits until S writes a copy. Sequences and items on the way are added, too."
        self.ask(Form("Add an element", sentence, (_ATTRIBUTE, value), "Add", preview, check, inside), add)

    def action_delete_element(self) -> None:
        """Leave the element or item under the cursor out of the copy."""
        current = self.current_row() if self.draft_here() is not None else None
        if current is None:
            return
        from tui.dicom.editable import deletion
        from tui.dicom.errors import EditError

        try:
            self._change(deletion(*current))
        except EditError as error:
            self.say(str(error))
