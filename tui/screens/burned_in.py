"""Files whose pixels may hold text, by device: what is to become of each."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label

from tui.dicom.anonymize.boxes import Box, Device, read_boxes
from tui.dicom.anonymize.policy import OnBurnedIn
from tui.dicom.errors import PolicyError
from tui.text import fit_cells, safe_text, shown_path
from tui.widgets.row_list import MovableList, Piece

if TYPE_CHECKING:
    from tui.dicom.anonymize.survey import Risky, Survey
    from tui.widgets.glyphs import Glyphs

Group = tuple[Device, tuple[str, ...]]
Decisions = dict[Group, OnBurnedIn]
_WORD_WIDTH: Final = 8
_STYLES: Final = {OnBurnedIn.REFUSE: "error", OnBurnedIn.KEEP: "hit", OnBurnedIn.BOX: "key"}
_HINT: Final = "r refuse  k keep  b box  Enter files  Esc done"


class RiskList(MovableList):
    """A row for each device and reason: what is decided, how many files, and why."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("k", "screen.decide('keep')", show=False)]  # and not up

    def __init__(self, glyphs: Glyphs, *, id: str) -> None:
        super().__init__(glyphs, id=id)
        self.risky: tuple[Risky, ...] = ()
        self.choices: list[OnBurnedIn] = []
        self.boxes: dict[Device, tuple[Box, ...]] = {}

    def row_count(self) -> int:
        """Return how many rows there are; one says that there is nothing to decide."""
        return max(1, len(self.risky))

    def row_pieces(self, index: int) -> tuple[list[Piece], Piece]:
        """Return decision, number of files, device, boxes and reasons."""
        if not self.risky:
            return [("  no file's pixels are suspected of holding text", "dim")], ("", "plain")
        risky, choice = self.risky[index], self.choices[index]
        boxes = len(self.boxes.get(risky.device, ()))
        missing = choice is OnBurnedIn.BOX and not boxes
        drawn = f"{boxes} box{'es' * (boxes != 1)}"
        return [
            (fit_cells(f" {choice.value}", _WORD_WIDTH, pad=True), "error" if missing else _STYLES[choice]),
            (f"{len(risky.paths):>6,} file{'s' if len(risky.paths) != 1 else ' '}  ", "plain"),
            (fit_cells(risky.device.words, 40, pad=True) + " ", "key"),
            (fit_cells(drawn, 9, pad=True), "error" if missing else "plain" if boxes else "dim"),
            (safe_text("; ".join(risky.reasons)), "dim"),
        ], ("", "plain")


class BurnedInScreen(ModalScreen[Decisions]):
    """The list to decide; dismissed with the decisions.

    Parameters
    ----------
    found : Survey
        What was found so far.
    policy : OnBurnedIn
        What holds where nothing is decided.
    decided : dict
        What was decided before.
    boxes : str
        Where boxes are kept.
    glyphs : Glyphs
        The marks that are drawn.
    """

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "done", "done", show=False),
        Binding("r", "decide('refuse')", "refuse", show=False),
        Binding("k", "decide('keep')", "keep", show=False),
        Binding("b", "decide('box')", "box", show=False),
        Binding("enter", "files", "files", show=False),
    ]

    def __init__(self, found: Survey, policy: OnBurnedIn, decided: Decisions, boxes: str, glyphs: Glyphs) -> None:
        super().__init__()
        self._found = found
        self._policy = policy
        self._decided = dict(decided)
        self._boxes = boxes
        self._glyphs = glyphs

    def compose(self) -> ComposeResult:
        """Lay out the list."""
        with Vertical(classes="dialog dialog-large") as box:
            box.border_title = Content("Burned-in text")
            box.border_subtitle = Content(_HINT)
            yield Label(
                Content(
                    "Text may be burned into the pixels of these files. refuse: they are not written. keep: as they are, "
                    "since you have looked at them. box: blackened where boxes are drawn for the device: measure "
                    "rectangles on its picture (m), then choose 'keep boxes' in the palette."
                ),
                classes="sentence",
            )
            yield RiskList(self._glyphs, id="risks")
            yield Label("", classes="problem", id="problem")

    def on_mount(self) -> None:
        """Show what waits."""
        rows = self.query_one(RiskList)
        rows.risky = self._found.risky
        rows.choices = [self._decided.get((risky.device, risky.reasons), self._policy) for risky in rows.risky]
        try:
            rows.boxes = read_boxes(self._boxes)
        except PolicyError as error:
            self.query_one("#problem", Label).update(Content(safe_text(str(error))))
        rows.rows_changed(0)
        rows.focus()

    def action_decide(self, choice: str) -> None:
        """Decide what becomes of the files under the cursor."""
        rows = self.query_one(RiskList)
        if rows.risky:
            risky = rows.risky[rows.cursor]
            self._decided[risky.device, risky.reasons] = rows.choices[rows.cursor] = OnBurnedIn(choice)
            rows.refresh()
            rows.action_move(1)

    def action_files(self) -> None:
        """Show which files they are."""
        rows = self.query_one(RiskList)
        if rows.risky:
            from tui.screens.reading import ReadingScreen

            risky = rows.risky[rows.cursor]
            text = "\n".join(shown_path(path) for path in risky.paths)
            self.app.push_screen(ReadingScreen(risky.device.words, safe_text("; ".join(risky.reasons)), partial(str, text)))

    def action_done(self) -> None:
        """Go back with what was decided."""
        self.dismiss(self._decided)
