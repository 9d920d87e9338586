"""The dialog that anonymizes: options by the standard's names, a live plan of each file, and what text may be burned in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Input, Label, Select

from tui.background import Background
from tui.dicom.anonymize.apply import Task, plan_file
from tui.dicom.anonymize.boxes import read_boxes
from tui.dicom.anonymize.orders import FORM, OUTPUT, PROJECT, Wish, preset_values, wish_of
from tui.dicom.anonymize.outcome import Outcome
from tui.dicom.anonymize.plan_rows import PlanRow
from tui.dicom.anonymize.policy import ON_BURNED_IN, PRESET, OnBurnedIn
from tui.dicom.anonymize.project import Project, forgotten
from tui.dicom.anonymize.survey import Survey, survey
from tui.dicom.errors import PolicyError
from tui.dicom.options import Form, Values
from tui.screens.burned_in import BurnedInScreen, Decisions
from tui.screens.dialog import Field
from tui.screens.questions import Failed
from tui.screens.split_dialog import SplitDialog
from tui.settings import boxes_path
from tui.text import names_are_masked, safe_text, shown_path
from tui.widgets.plan_table import ACTION_WORDS, PlanTable

if TYPE_CHECKING:
    from tui.widgets.glyphs import Glyphs

_FOLDER: Final = "anonymized"
_CYCLE: Final = (None, *ACTION_WORDS)
_HINT: Final = "/ search  x action  , . file  Enter whole row  c confirm a description"


@dataclass(frozen=True, slots=True)
class PlanQuestion:
    """Which file is planned, and how."""

    path: str
    wish: Wish
    confirmed: frozenset[str]


class Planned(Message):
    """A file was planned, or is refused: `said` says why."""

    def __init__(self, question: PlanQuestion, rows: tuple[PlanRow, ...], said: str) -> None:
        super().__init__()
        self.question = question
        self.rows = rows
        self.said = said


class Surveyed(Message):
    """More files were looked at."""

    def __init__(self, found: Survey) -> None:
        super().__init__()
        self.found = found


@dataclass(frozen=True, slots=True)
class Asked:
    """What the dialog was left with: the wish, and the descriptions that were confirmed."""

    wish: Wish
    confirmed: frozenset[str]


class AnonymizeDialog(SplitDialog):
    """The form on the left, the plan on the right; on narrow screens one of them. Dismissed with what was asked, or None.

    Parameters
    ----------
    paths : tuple of str
        What is anonymized: files and folders.
    values : Values
        What is filled in.
    glyphs : Glyphs
        The marks that are drawn.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search_plan", "search", show=False),
        Binding("x", "next_action", "action", show=False),
        Binding("comma", "step_file(-1)", "previous file", show=False),
        Binding("full_stop", "step_file(1)", "next file", show=False),
        Binding("c", "confirm", "confirm", show=False),
        Binding("enter", "whole_row", "whole row", show=False),
    ]

    def __init__(self, paths: tuple[str, ...], values: Values, glyphs: Glyphs) -> None:
        what = shown_path(paths[0]) if len(paths) == 1 else f"{len(paths):,} files and folders"
        sentence = f"Writes de-identified copies of {what}. Nothing that is read is changed, nothing is replaced."
        super().__init__(Form("Anonymize", sentence, FORM, "Anonymize", check=self._problem, values=values))
        self._paths = paths
        self._glyphs = glyphs
        self._survey = Survey()
        self._at = 0
        self._confirmed: frozenset[str] = frozenset()
        self._decided: Decisions = {}
        self._project = forgotten()  # of the preview: what is written has another key, or the project's
        self._question: PlanQuestion | None = None
        self.asked: Asked | None = None
        self._plans: Background[PlanQuestion, Planned] = Background(
            "plan", self._planned, lambda _, found: self._post(found), lambda error: self._post(Failed(error))
        )
        self._surveys: Background[tuple[str, ...], Surveyed] = Background(
            "survey", self._surveyed, lambda _, found: self._post(found), lambda error: self._post(Failed(error))
        )

    def compose(self) -> ComposeResult:
        """Lay out the form and the plan."""
        with Vertical(classes="dialog dialog-whole") as box:
            box.border_title = Content(safe_text(self._form.title))
            box.border_subtitle = Content(_HINT)
            yield Label(Content(safe_text(self._form.sentence)), classes="sentence")
            with Horizontal(id="halves"):
                with VerticalScroll(can_focus=False, id="options"):
                    for option in self._form.options:
                        yield from self._row(option)
                with Vertical(id="plan"):
                    yield Label("", id="plan-said")
                    search = Field(placeholder="search the plan", id="plan-search", compact=True, select_on_focus=False)
                    search.cursor_blink = False
                    yield search
                    yield PlanTable(self._glyphs, id="plan-table")
            yield Label("", classes="preview", id="preview")
            yield Label("", classes="problem", id="problem")
            with Horizontal(classes="buttons"):
                yield Button(Content(self._form.button), variant="primary", id="primary", compact=True)
                yield Button(Content("Plan"), id="toggle", compact=True)
                yield Button(Content("Burned-in text"), id="burned-in", compact=True)
                yield Button(Content("Cancel (Esc)"), id="cancel", compact=True)

    def on_mount(self) -> None:
        """Look at the files, and plan the first one."""
        super().on_mount()
        self.offer_folder(self._paths[0], _FOLDER)
        self._surveys.ask(self._paths)

    def on_unmount(self) -> None:
        """Look at nothing more."""
        super().on_unmount()
        self._plans.stop()
        self._surveys.stop()

    # --- in threads

    @staticmethod
    def _surveyed(paths: tuple[str, ...]) -> Iterator[Surveyed]:
        for found in survey(paths):
            yield Surveyed(found)

    def _planned(self, question: PlanQuestion) -> Iterator[Planned]:
        """Plan one file, in the words of the wish; what refuses it is its answer."""
        try:
            policy = question.wish.policy()
            policy = replace(policy, confirmed=policy.confirmed | question.confirmed)
            folder = question.wish.files.get(PROJECT.name, "")
            boxes = read_boxes(question.wish.files.get("boxes", "") or boxes_path(folder))
        except PolicyError as error:
            yield Planned(question, (), safe_text(str(error)))
            return
        task = Task(policy, Project(self._project.key), "", boxes, decided=question.wish.decided)
        made = plan_file(task, question.path)
        if isinstance(made, Outcome):
            yield Planned(question, (), safe_text(f"refused: {made.reason}"))
        else:
            yield Planned(question, tuple(sorted(made.rows, key=_order)), "nothing is changed")

    # --- what comes back

    @on(Surveyed)
    def _files_found(self, message: Surveyed) -> None:
        first = not self._survey.files
        self._survey = message.found
        count = sum(len(risky.paths) for risky in self._survey.risky)
        self.query_one("#burned-in", Button).label = Content(f"Burned-in text: {count:,} file{'s' * (count != 1)}")
        if first and self._survey.files:
            self._plan()
        self._say()

    @on(Planned)
    def _plan_made(self, message: Planned) -> None:
        if message.question == self._question:
            self._table.show(message.rows, message.said)
            self._say()

    @property
    def _table(self) -> PlanTable:
        return self.query_one(PlanTable)

    @on(PlanTable.Narrowed)
    def _say(self) -> None:
        """Say which file is planned, how far the files are looked at, and what the plan does."""
        found = self._survey
        files = found.files
        where = f"{self._at + 1:,} of {len(files):,}: {shown_path(files[self._at])}" if files else "looking for files …"
        more = "" if found.complete or not files else f"  ({found.looked_at:,} of {found.total:,} looked at)"
        action, (shown, every) = self._table.action, self._table.shown
        counts = "  ".join(f"{letter.value} {count}" for letter, count in self._table.counts.items() if count)
        only = f"  only {ACTION_WORDS[action]}" if action is not None else ""
        narrowed = f"  {shown:,} of {every:,} shown" if shown != every else ""
        self.query_one("#plan-said", Label).update(Content(f"{where}{more}\n{counts}{only}{narrowed}"))

    # --- the form

    def _wish(self, values: Values) -> Wish:
        return replace(wish_of(self._paths, values), decided=self._decided_by_file())

    def _problem(self, values: Values) -> str | None:
        try:
            self._wish(values).policy()
        except PolicyError as error:
            return str(error)
        return None if str(values[OUTPUT.name]).strip() else "Type the path of the output folder"

    def _show(self) -> None:
        super()._show()
        try:
            wish = self._wish(self._values)
        except PolicyError:
            return  # which the problem's line says
        if names_are_masked():
            wish = replace(wish, paths=("PATH",), output="OUT")
        self.query_one("#preview", Label).update(Content(safe_text(f"In a shell: {wish.command}")))
        if self._survey.files:
            self._plan()

    @on(Select.Changed, f"#option-{PRESET.name}")
    def _preset_chosen(self, message: Select.Changed) -> None:
        """Fill in what a preset stands for."""
        if message.value == self._values[PRESET.name] or not isinstance(message.value, str):
            return  # as it was filled in at first
        for name, value in preset_values(message.value).items():
            self.query_one(f"#option-{name}", Select).value = value

    @on(Input.Changed, "#plan-search")
    def _search_changed(self, message: Input.Changed) -> None:
        self._table.search(message.value)

    @on(Input.Submitted)
    def _field_left(self, message: Input.Submitted) -> None:
        """Go from the search to the plan; from another field nowhere: nothing is written by a key in a field."""
        message.stop()
        message.prevent_default()
        if message.input.id == "plan-search":
            self._table.focus()
        else:
            self.focus_next()

    def _plan(self) -> None:
        try:
            wish = self._wish(self._values)
        except PolicyError:
            return  # which the problem's line says
        question = PlanQuestion(self._survey.files[self._at], wish, self._confirmed)
        if question != self._question:
            self._question = question
            self._plans.ask(question)

    # --- actions

    def other_half_shown(self) -> None:
        """Go to the plan."""
        self._table.focus()

    @on(Button.Pressed, "#burned-in")
    def _decide(self, message: Button.Pressed) -> None:
        message.stop()
        message.prevent_default()
        own = boxes_path(str(self._values.get(PROJECT.name, "")))
        chosen = OnBurnedIn(str(self._values[ON_BURNED_IN.name]))
        self.app.push_screen(BurnedInScreen(self._survey, chosen, self._decided, own, self._glyphs), self._was_decided)

    def _was_decided(self, decided: Decisions | None) -> None:
        if decided is not None:
            self._decided = decided
            self._show()

    def _decided_by_file(self) -> dict[str, OnBurnedIn]:
        return {
            path: self._decided[risky.device, risky.reasons]
            for risky in self._survey.risky
            if (risky.device, risky.reasons) in self._decided
            for path in risky.paths
        }

    def action_search_plan(self) -> None:
        """Search the plan."""
        self.query_one("#plan-search", Field).focus()

    def action_next_action(self) -> None:
        """Show only rows of the next action; behind the last one, all."""
        at = _CYCLE.index(self._table.action)
        self._table.narrow_to(_CYCLE[(at + 1) % len(_CYCLE)])

    def action_step_file(self, step: int) -> None:
        """Plan the next or the previous file."""
        if self._survey.files:
            self._at = (self._at + step) % len(self._survey.files)
            self._plan()
            self._say()

    def action_confirm(self) -> None:
        """Confirm the description under the cursor: a person has read it, and it identifies nobody."""
        row = self._table.row
        if self._question is None or row is None:
            return
        if names_are_masked():
            self.app.notify("What is masked cannot be confirmed: P shows it", markup=False)
            return
        if f"option {_CLEAN}" not in row.why or row.before in (None, ""):
            self.app.notify(f"{_CLEAN} cleans no description in this row", markup=False)
            return
        self._confirmed ^= {str(row.before)}
        self._plan()

    def action_whole_row(self) -> None:
        """Show the whole row under the cursor."""
        row = self._table.row
        if row is None or not self._table.has_focus:
            return
        from tui.screens.reading import ReadingScreen

        said = {None: "(not there)", "": "(empty)"}
        lines = (
            f"action   {ACTION_WORDS[row.action]}",
            f"code     {row.code or '(not listed in PS3.15 Table E.1-1)'}",
            f"why      {row.why}",
            f"before   {said.get(row.before, row.before)}",
            f"after    {said.get(row.after, row.after)}",
        )
        title = f"{row.path} {row.name}".strip()
        self.app.push_screen(ReadingScreen(title, "What happens, and why", partial(str, "\n".join(lines))))

    def _accept(self) -> None:
        if self._form.problem(self._values) is None:
            self.asked = Asked(self._wish(self._values), self._confirmed)
            self.dismiss(dict(self._values))


_CLEAN: Final = "Clean Descriptors"


def _order(row: PlanRow) -> tuple[bool, int, str]:
    """Return what rows of a plan are sorted by: parts of the file first, then as in the file."""
    return row.tag != 0, row.row if row.row >= 0 else row.tag, row.path
