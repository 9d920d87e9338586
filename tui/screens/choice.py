"""A list to choose from by typing: the command palette, and themes."""

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input

from tui.widgets.glyphs import Glyphs
from tui.widgets.row_list import Piece, RowList
from tui.widgets.type_ahead import TypeAhead

_LABEL_WIDTH = 34


@dataclass(frozen=True, slots=True)
class Choice:
    """One row: what choosing it returns, what it is called, a sentence on it, and its keys."""

    id: str
    label: str
    help: str = ""
    keys: str = ""

    def rank(self, words: list[str]) -> int | None:
        """Return how well the row fits `words` (0 best), or None if it does not."""
        label, text = self.label.lower(), f"{self.label} {self.help}".lower()
        if not all(word in text for word in words):
            return None
        if label.startswith(" ".join(words)):
            return 0
        return 1 if all(word in label for word in words) else 2


class ChoiceList(RowList, can_focus=False):
    """The rows that fit what was typed."""

    def __init__(self, glyphs: Glyphs, *, id: str) -> None:
        super().__init__(glyphs, id=id)
        self.choices: tuple[Choice, ...] = ()

    def row_count(self) -> int:
        """Return how many rows fit."""
        return len(self.choices)

    def row_pieces(self, index: int) -> tuple[list[Piece], Piece]:
        """Return label and sentence, and the keys at the right."""
        choice = self.choices[index]
        label = f" {choice.label}".ljust(_LABEL_WIDTH)
        return [(label, "plain"), (f" {choice.help}", "dim")], (f" {choice.keys}", "key")

    def action_clicked(self) -> None:
        """Choose the row under the cursor."""
        self.screen.action_accept()  # type: ignore[attr-defined]  # it lies on a ChoiceScreen only


class ChoiceInput(TypeAhead, Input):
    """Takes letters; moves and Enter are the screen's, done at once and with what stands in the field now."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "screen.move(1)", show=False),
        Binding("up", "screen.move(-1)", show=False),
        Binding("pagedown", "screen.move(10)", show=False),
        Binding("pageup", "screen.move(-10)", show=False),
        Binding("enter", "screen.accept", show=False),
    ]


class ChoiceScreen(ModalScreen[str | None]):
    """Dismissed with the id of the choice, or with None."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "cancel", show=False)]

    def __init__(self, title: str, choices: tuple[Choice, ...], glyphs: Glyphs) -> None:
        super().__init__()
        self._title = title
        self._choices = choices
        self._glyphs = glyphs
        self._shown_for: str | None = None

    def compose(self) -> ComposeResult:
        """Lay out the field and the list."""
        with Vertical(classes="dialog dialog-large") as box:
            box.border_title = Content(self._title)
            field = ChoiceInput(placeholder="type some of its letters", id="choice", compact=True)
            field.cursor_blink = False
            yield field
            yield ChoiceList(self._glyphs, id="choices")

    def on_mount(self) -> None:
        """Show all."""
        self.query_one(ChoiceInput).focus()
        self._show()

    def on_input_changed(self) -> None:
        """Show what fits now."""
        self._show()

    def _show(self) -> None:
        text = self.query_one(ChoiceInput).value
        if text == self._shown_for:
            return
        self._shown_for = text
        words = text.lower().split()
        ranked = [(rank, at) for at, choice in enumerate(self._choices) if (rank := choice.rank(words)) is not None]
        rows = self.query_one(ChoiceList)
        rows.choices = tuple(self._choices[at] for _, at in sorted(ranked))
        rows.rows_changed(0)

    def action_move(self, step: int) -> None:
        """Move the cursor."""
        self.query_one(ChoiceList).action_move(step)

    def action_accept(self) -> None:
        """Choose the row under the cursor, of those that fit what stands in the field now."""
        self._show()
        rows = self.query_one(ChoiceList)
        if rows.choices:
            self.dismiss(rows.choices[rows.cursor].id)
