"""The dialog that exports: the options of a format, what will be written, and what the first result holds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Input, Label

from tui.background import Background
from tui.browser_state import Sentence
from tui.dicom.errors import DicomError, PixelError, translated
from tui.dicom.export.formats import Format
from tui.dicom.export.order import ANONYMIZE, NO, Carries, Order
from tui.dicom.export.preview import Plan, Preview, plan_of, preview_of
from tui.dicom.job import Step
from tui.dicom.library.scanner import scan
from tui.dicom.library.studies import Library
from tui.dicom.options import Form, Option, Values
from tui.dicom.pixels.view import View
from tui.screens.questions import Failed
from tui.screens.split_dialog import OUTPUT_NAME, SplitDialog
from tui.text import names_are_masked, safe_text, shown_path, size_text
from tui.widgets.folder_suggester import FolderSuggester
from tui.widgets.picture_row import PictureRow, Titled

if TYPE_CHECKING:
    from tui.render.cell_kind import CellKind
    from tui.render.color_depth import ColorDepth

OUTPUT: Final = Option(
    OUTPUT_NAME, "Output", "A folder, which is made; of one result also its file. → completes the name of a folder",
    metavar="PATH",
    check=lambda text: None if text.strip() else "Type the path of the output folder",
)  # fmt: skip
_FOLDER: Final = "exported"
_HIDDEN: Final = "Nothing would be written of the first one; outside the privacy view it is said why"
_MASKED: Final = "Values of the header are not shown in the privacy view"


class Found(Message):
    """More of what is exported was read."""

    def __init__(self, library: Library | None, looked_at: int) -> None:
        super().__init__()
        self.library = library
        self.looked_at = looked_at


class Question(NamedTuple):
    """What would be written under some options: a number tells the newest one."""

    number: int
    values: Values
    library: Library


class Shown(Message):
    """What would be written: the plan, and what its first result holds or why there would be none."""

    def __init__(self, question: Question, plan: Plan, preview: Preview | None, problem: str) -> None:
        super().__init__()
        self.question = question
        self.plan = plan
        self.preview = preview
        self.problem = problem


class ExportDialog(SplitDialog):
    """The form on the left, what will be written on the right; on narrow screens one of them.

    Parameters
    ----------
    row : Format
        What is written.
    paths : tuple of str
        What is exported: files and folders.
    values : Values
        What is filled in.
    depth, kind, unicode
        How pictures are drawn.
    """

    other_half = "Preview"

    def __init__(
        self, row: Format, paths: tuple[str, ...], values: Values, depth: ColorDepth, kind: CellKind, *, unicode: bool
    ) -> None:
        what = shown_path(paths[0]) if len(paths) == 1 else f"{len(paths):,} files and folders"
        sentence = f"Of {what}: {row.label}; {row.scope.value}."
        options = (OUTPUT, *map(_labelled, row.all_options))
        super().__init__(Form("Export", sentence, options, "Export", check=self._wrong, values=values))
        self._format = row
        self._paths = paths
        self._drawing = depth, kind, unicode
        self._library: Library | None = None
        self._asked = 0
        self._asked_for: Values = {}
        self._completing = FolderSuggester()
        self._reads: Background[tuple[str, ...], Found] = Background(
            "read for export", self._read, lambda _, found: self._post(found), lambda error: self._post(Failed(error))
        )
        self._previews: Background[Question, Shown] = Background(
            "preview", self._previewed, lambda _, found: self._post(found), lambda error: self._post(Failed(error))
        )

    def compose(self) -> ComposeResult:
        """Lay out the form and the preview."""
        depth, kind, unicode = self._drawing
        with Vertical(classes="dialog dialog-whole") as box:
            box.border_title = Content(f"Export {self._format.name}")
            yield Label(Content(safe_text(self._form.sentence)), classes="sentence")
            with Horizontal(id="halves"):
                with VerticalScroll(can_focus=False, id="options"):
                    for option in self._form.options:
                        yield from self._row(option)
                with Vertical(id="plan"):
                    yield Label("", id="plan-said")
                    yield PictureRow(depth, kind, unicode=unicode, id="first-picture")
                    yield Label("", id="first-lines")
            yield Label("", classes="preview", id="preview")
            yield Label("", classes="problem", id="problem")
            with Horizontal(classes="buttons"):
                yield Button(Content(self._form.button), variant="primary", id="primary", compact=True)
                yield Button(Content("Preview"), id="toggle", compact=True)
                yield Button(Content("Cancel (Esc)"), id="cancel", compact=True)

    def on_mount(self) -> None:
        """Read what is exported."""
        super().on_mount()
        self.query_one(f"#option-{OUTPUT_NAME}", Input).suggester = self._completing
        self.query_one("#plan-said", Label).update(Content("reading …"))
        self.query_one("#first-picture").display = self._format.is_picture
        self.query_one("#first-lines").display = not self._format.is_picture
        self.offer_folder(self._paths[0], _FOLDER)
        self._reads.ask(self._paths)

    def on_unmount(self) -> None:
        """Read nothing more."""
        super().on_unmount()
        self._reads.stop()
        self._previews.stop()
        self._completing.stop()

    def order(self, values: Values) -> Order:
        """Return what is to be done."""
        own = {name: value for name, value in values.items() if name != OUTPUT_NAME}
        return Order(self._paths, os.path.abspath(os.path.expanduser(str(values[OUTPUT_NAME]))), self._format.name, own)

    def _wrong(self, values: Values) -> str | None:
        return self._format.problem(values)

    # --- in threads

    @staticmethod
    def _read(paths: tuple[str, ...]) -> Iterator[Found | None]:
        library = Library()
        step = Step(0, 0, "")
        for step in scan(paths, library, gently=True):
            yield Found(None, step.done)
        yield Found(library, step.done)

    def _previewed(self, question: Question) -> Iterator[Shown | None]:
        plan = plan_of(self._format, self._paths, question.values, question.library)
        yield None  # a newer question goes before
        if plan.first is None:
            yield Shown(question, plan, None, "there is no DICOM file")
            return
        try:
            with translated(PixelError, "nothing can be written of the first one"):
                preview = preview_of(self._format, plan.first, question.values)
            yield Shown(question, plan, preview, "")
        except DicomError as error:
            yield Shown(question, plan, None, str(error))

    # --- what comes back

    @on(Found)
    def _found(self, message: Found) -> None:
        if message.library is None:
            self.query_one("#plan-said", Label).update(Content(f"reading … {message.looked_at:,} files"))
            return
        self._library = message.library
        self._ask()

    @on(Shown)
    def _shown(self, message: Shown) -> None:
        if message.question.number != self._asked:
            return
        plan, preview, problem = message.plan, message.preview, message.problem
        if names_are_masked():
            plan = plan._replace(names=())
            problem = problem and _HIDDEN
        told = (*_said(plan, preview), self._carried(message.question.values))
        self.query_one("#plan-said", Label).update(Content("\n".join(map(safe_text, told)).rstrip()))
        pictures = self.query_one(PictureRow)
        text = ""
        before = "" if message.question.values.get(ANONYMIZE.name, NO) == NO else ", before it is de-identified"
        if self._format.is_picture:
            sentence = Sentence(safe_text(problem)) if problem else Sentence()
            picture, view = (preview.picture, preview.view) if preview is not None else (None, View())
            pictures.show((Titled(f"the first result{before}", picture, view, sentence),))
        elif problem:
            text = safe_text(problem)
        elif preview is not None:
            masked = names_are_masked() and Carries.HEADER in self._format.carries
            lines = (f"the first result{before}:", *preview.lines) if before else preview.lines
            text = _MASKED if masked else "\n".join(map(safe_text, lines))
        self.query_one("#first-lines", Label).update(Content(text))

    def _carried(self, values: Values) -> str:
        """Return what results may tell of the patient, in a line."""
        told = self._format.carried(values)
        if values.get(ANONYMIZE.name, NO) != NO:
            told -= {Carries.HEADER, Carries.CORNER}
        return f"may hold {', '.join(sorted(each.value for each in told))}" if told else ""

    # --- the form

    def _show(self) -> None:
        super()._show()
        if self._form.problem(self._values) is not None:
            return
        paths, output = self._paths, os.path.expanduser(str(self._values[OUTPUT_NAME]))
        if names_are_masked():
            paths, output = ("PATH",), "OUT"
        command = self._format.command(paths, output, self._values)
        self.query_one("#preview", Label).update(Content(safe_text(f"In a shell: {command}")))
        self._ask()

    def _ask(self) -> None:
        """Ask what would be written, unless the options are as they were."""
        if self._library is None or self._form.problem(self._values) is not None:
            return
        own = {name: value for name, value in self._values.items() if name != OUTPUT_NAME}
        if own != self._asked_for:
            self._asked += 1
            self._asked_for = own
            self._previews.ask(Question(self._asked, own, self._library))

    @on(Input.Submitted)
    def _field_left(self, message: Input.Submitted) -> None:
        """Go from one field to the next: nothing is written by a key in a field."""
        message.stop()
        message.prevent_default()
        self.focus_next()


def _labelled(option: Option) -> Option:
    """Return an option whose check says which option it speaks of."""
    check = option.check
    if check is None:
        return option
    return replace(option, check=lambda text: f"{option.label}: {said}" if (said := check(text)) else None)


def _said(plan: Plan, preview: Preview | None) -> tuple[str, str]:
    """Return how much is written and what it is called, in two lines."""
    size = ""
    if preview is not None and preview.size is not None:
        size = f", {'at most' if preview.is_most else 'about'} {size_text(preview.size * plan.results)}"
    names = ", ".join(plan.names) + (", …" if plan.results > len(plan.names) > 0 else "")
    return f"{plan.results:,} result{'s' * (plan.results != 1)}{size}", names
