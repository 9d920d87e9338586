"""The copies that edits are written to: which changes wait, where they go, and that none is lost unasked."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING, Final

from textual import on
from textual.screen import Screen

from tui.dicom.options import Form, Option
from tui.screens import questions
from tui.text import shown_name, shown_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.background import Background
    from tui.browser_state import Selection
    from tui.dicom.change import Change
    from tui.dicom.edit import Draft
    from tui.dicom.options import Values
    from tui.dicom.tags import TagRows
    from tui.screens.choice import Choice

_STAY: Final = "stay"
_PATH: Final = "path"
_MOST_COPIES: Final = 1000


class Saving(Screen[None]):
    """The part of the browser that keeps what was edited."""

    if TYPE_CHECKING:  # what the browser has
        selection: Selection
        saves: Background[questions.SaveQuestion, str]
        _rows: TagRows | None

        def say(self, message: str) -> None:
            """Show a word on the last key."""

        def choose(self, title: str, choices: tuple[Choice, ...], chosen: Callable[[str | None], None]) -> None:
            """Let the user choose by name."""

        def ask(self, form: Form, answered: Callable[[Values | None], None]) -> None:
            """Open a dialog."""

        def action_rescan(self) -> None:
            """Read the unfolded folders and the file that is shown again."""

    editable = False
    is_editing = False  # whether a change is being made
    _saving = False
    drafts: dict[str, Draft]

    @property
    def unsaved(self) -> int:
        """Return how many changes would be lost now."""
        return sum(len(draft.changes) for draft in self.drafts.values())

    @property
    def changes_here(self) -> int:
        """Return how many changes are made to the file that is shown."""
        draft = self.drafts.get(self.selection.path or "")
        return len(draft.changes) if draft is not None else 0

    def draft_here(self) -> Draft | None:
        """Return the draft of the file that is shown; say why there can be none."""
        if not self.editable:
            self.say("Files are only shown; dicom-tui --rw can change tags, in copies")
            return None
        if self._rows is None or self._rows.path != self.selection.path:
            self.say("There is no file to edit")
            return None
        if self.is_editing:
            self.say("The change before this one is still being made")
            return None
        from tui.dicom.edit import Draft

        return self.drafts.get(self._rows.path) or Draft(self._rows.walked)

    def action_save_copy(self) -> None:
        """Ask where the copy is written, and write it."""
        draft = self.draft_here()
        if draft is None:
            return
        if not draft.changes:
            self.say("There is no change to save")
            return
        from tui.dicom.edited_copy import RENEW

        where = Option(_PATH, "Copy", "A new file; existing ones are never replaced", check=_path_problem)
        count = len(draft.changes)
        form = Form(
            "Save a copy",
            f"Writes a new file with {count} change{'s' * (count != 1)}; all else stays byte for byte as it is.",
            (where, RENEW),
            "Write",
            preview=lambda values: self.command_for(draft.changes, str(values[_PATH]), str(values[RENEW.name])),
            values={_PATH: _free_path(draft.original.path)},
        )

        def write(values: Values | None) -> None:
            if values is not None and self._saving:
                self.say("Another copy is still being written")
            elif values is not None:
                self._saving = True
                self.say("The copy is being written; you are told when it is there")
                path = os.path.abspath(os.path.expanduser(str(values[_PATH])))
                self.saves.ask(questions.SaveQuestion(draft, path, str(values[RENEW.name])))

        self.ask(form, write)

    @on(questions.Saved)
    def _saved(self, message: questions.Saved) -> None:
        self._saving = False
        if message.problem:
            self.app.notify(message.problem, title="Not written", severity="error", markup=False)
            return
        draft = message.question.draft
        self.app.notify(f"written to {shown_path(message.question.path)}", markup=False)
        kept = self.drafts.get(draft.original.path)
        if kept is not None and kept.changes == draft.changes:
            del self.drafts[draft.original.path]
        self.action_rescan()  # which shows the copy among the files, and the original as it is

    def command_for(self, changes: tuple[Change, ...], output: str = "COPY", renew: str = "no") -> str:
        """Return the command line that does the same."""
        from tui.dicom.change import Action

        words = ["dicom-tui", "edit", self.selection.path or "FILE"]
        for change in changes:  # in their order: a deletion may be followed by an addition
            words += ["--delete", change.written] if change.action is Action.DELETE else [change.words]
        words += ["--renew-uids", renew] if renew != "no" else []
        return f"In a shell: {shlex.join([*words, '-o', output])}"

    def ask_to_leave(self, leave: Callable[[], None]) -> None:
        """Ask whether to leave although changes wait."""
        from tui.screens.choice import Choice

        count = self.unsaved
        files = ", ".join(shown_name(os.path.basename(path)) for path, draft in self.drafts.items() if draft.changes)
        choices = (
            Choice(_STAY, "Stay", "S in the tags writes a copy"),
            Choice("leave", "Leave", f"{count} change{'s' * (count != 1)} that no copy has will be lost: {files}"),
        )
        self.choose("Changes are not saved", choices, lambda chosen: leave() if chosen == "leave" else None)


def _free_path(path: str) -> str:
    """Return a name for a copy of a file that nothing has yet."""
    stem, ending = os.path.splitext(path)
    names = (f"{stem}-edited{number}{ending}" for number in ("", *(f"-{count}" for count in range(2, _MOST_COPIES))))
    return next((name for name in names if not os.path.lexists(name)), "")


def _path_problem(path: str) -> str | None:
    return None if path.strip() and not path.endswith(os.sep) else "Type the path of a new file"
