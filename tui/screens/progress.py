"""Long work while it is done: how far, how fast, what failed; it can be stopped, and says at its end what became of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Button, Label, ProgressBar

from tui.background import Background
from tui.dicom.errors import DicomError
from tui.dicom.job import Step
from tui.screens.questions import Failed
from tui.text import fit_cells, safe_text
from tui.widgets.glyphs import Glyphs
from tui.widgets.row_list import MovableList, Piece

if TYPE_CHECKING:
    from tui.screens.choice import Choice

_TELL_EVERY_S: Final = 0.1
_GO_ON, _STOP = "go on", "stop"


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of the work, in lines that are safe to draw."""

    lines: tuple[str, ...]
    ok: bool


Job = Iterator[Step | str | Ended]


class Told(Message):
    """The work went on: steps, failures, or its end."""

    def __init__(self, step: Step | None, failures: tuple[str, ...], ended: Ended | None) -> None:
        super().__init__()
        self.step = step
        self.failures = failures
        self.ended = ended


class Failures(MovableList):
    """What failed so far, a row each."""

    def __init__(self, glyphs: Glyphs, *, id: str) -> None:
        super().__init__(glyphs, id=id)
        self.rows: list[tuple[str, str]] = []  # text, style

    def row_count(self) -> int:
        """Return how many rows there are."""
        return len(self.rows)

    def row_pieces(self, index: int) -> tuple[list[Piece], Piece]:
        """Return a row."""
        text, style = self.rows[index]
        return [(fit_cells(text, self.row_width), style)], ("", "plain")


class ProgressScreen(ModalScreen[None]):
    """Drives a job in a thread of its own.

    Parameters
    ----------
    title, sentence : str
        What is done; both safe to draw.
    job : callable
        Returns the job: it yields Steps, what failed (a sentence each), and at last what became of it.
    choose : callable
        Lets the user choose by name.
    glyphs : Glyphs
        The marks that are drawn.
    """

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "stop", show=False)]

    def __init__(
        self,
        title: str,
        sentence: str,
        job: Callable[[], Job],
        choose: Callable[[str, tuple[Choice, ...], Callable[[str | None], None]], None],
        glyphs: Glyphs,
    ) -> None:
        super().__init__()
        self._titled = title
        self._sentence = sentence
        self._job = job
        self._choose = choose
        self._glyphs = glyphs
        self._begun = time.monotonic()
        self._first: int | None = None
        self.ended: Ended | None = None
        self._background: Background[None, Told] = Background(
            "job", lambda _: self._steps(), lambda _, told: self._post(told), lambda error: self._post(Failed(error))
        )

    def compose(self) -> ComposeResult:
        """Lay out sentence, bar, failures and button."""
        with Vertical(classes="dialog dialog-large") as box:
            box.border_title = Content(self._titled)
            yield Label(Content(self._sentence), classes="sentence")
            yield ProgressBar(total=None, show_eta=False, id="bar")
            yield Label(Content("beginning …"), id="said")
            yield Failures(self._glyphs, id="failures")
            with Horizontal(classes="buttons"):
                yield Button(Content("Stop (Esc)"), id="leave", compact=True)

    def on_mount(self) -> None:
        """Begin."""
        self.query_one(Failures).focus()
        self._background.ask(None)

    def on_unmount(self) -> None:
        """Let the job stop at its next step; its thread closes it."""
        self._background.stop()

    def _post(self, message: Message) -> None:
        if self.is_running:
            self.post_message(message)

    # --- in the thread

    def _steps(self) -> Iterator[Told | None]:
        """Drive the job; tell of it some times a second."""
        failures: list[str] = []
        told = 0.0
        try:
            for step in self._job():
                if isinstance(step, Ended):
                    yield Told(None, tuple(failures), step)
                    return
                if isinstance(step, str):
                    failures.append(step)
                    yield None
                elif time.monotonic() - told > _TELL_EVERY_S:
                    told = time.monotonic()
                    yield Told(step, tuple(failures), None)
                    failures.clear()
                else:
                    yield None
        except DicomError as error:
            yield Told(None, tuple(failures), Ended((safe_text(str(error)),), ok=False))

    # --- what is shown

    @on(Told)
    def _told(self, message: Told) -> None:
        rows = self.query_one(Failures)
        if message.failures:
            rows.rows += [(failure, "error") for failure in message.failures]
            rows.rows_changed()
        if message.step is not None:
            self._show(message.step)
        if message.ended is not None:
            self._end(message.ended)

    def _show(self, step: Step) -> None:
        said = self.query_one("#said", Label)
        if not step.total:
            said.update(Content(safe_text(step.note)))
            return
        if self._first is None:
            self._first, self._begun = step.done, time.monotonic()
        rate = (step.done - self._first) / max(time.monotonic() - self._begun, _TELL_EVERY_S)
        self.query_one(ProgressBar).update(total=step.total, progress=step.done)
        failed = len(self.query_one(Failures).rows)
        words = f"{step.done:,} of {step.total:,}, {rate:,.0f} a second" + (f", {failed:,} failed" if failed else "")
        said.update(Content(safe_text(f"{words}: {step.note}" if step.note else words)))

    def _end(self, ended: Ended) -> None:
        self.ended = ended
        rows = self.query_one(Failures)
        rows.rows = [*((line, "plain" if ended.ok else "error") for line in ended.lines), ("", "plain"), *rows.rows]
        rows.rows_changed(0)
        self.query_one(ProgressBar).update(total=1, progress=1 if ended.ok else 0)
        self.query_one("#said", Label).update(Content("done" if ended.ok else "not done"))
        self.query_one("#leave", Button).label = Content("Close (Esc)")

    @on(Failed)
    def _fail(self, message: Failed) -> None:
        raise message.error

    # --- leaving

    @on(Button.Pressed)
    def _pressed(self) -> None:
        self.action_leave()

    def action_leave(self) -> None:
        """Close, or while the work runs, ask whether to stop it."""
        if self.ended is not None:
            self.dismiss(None)
            return
        from tui.screens.choice import Choice

        choices = (
            Choice(_GO_ON, "Go on", "The work goes on"),
            Choice(_STOP, "Stop", "It ends behind the file that is being done; what is done stays"),
        )
        self._choose("Stop the work?", choices, self._chosen)

    def _chosen(self, chosen: str | None) -> None:
        if chosen == _STOP and self.ended is None:
            self.dismiss(None)
