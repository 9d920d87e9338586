"""The plan of a file: what happens to each attribute, before and after; narrowed by action and by words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.message import Message

from tui.dicom.anonymize.plan_rows import Action, PlanRow
from tui.text import MASK, cell_width, fit_cells, names_are_masked
from tui.widgets.glyphs import UNICODE, Glyphs
from tui.widgets.row_list import MovableList, Piece

if TYPE_CHECKING:
    from collections.abc import Sequence

_STYLES: Final = {
    Action.REMOVE: "error", Action.EMPTY: "error", Action.DUMMY: "hit", Action.CLEAN: "hit", Action.UID: "private",
    Action.SET: "key", Action.KEEP: "dim",
}  # fmt: skip
ACTION_WORDS: Final = {
    Action.REMOVE: "X removed", Action.EMPTY: "Z emptied", Action.DUMMY: "D dummies", Action.CLEAN: "C cleaned",
    Action.UID: "U new UIDs", Action.SET: "S set", Action.KEEP: "K kept",
}  # fmt: skip
_WIDE: Final = 70
_DEEPEST_INDENT: Final = 6
_TAG_WIDTH: Final = 11


def _masked(row: PlanRow) -> PlanRow:
    """Return a row without the value that is taken away (privacy view)."""
    shown = row.before if row.before in (None, "") or row.vr == "SQ" else MASK
    return row._replace(before=shown, after=row.after if row.changes else shown)


class PlanTable(MovableList):
    """The rows of a plan."""

    def __init__(self, glyphs: Glyphs = UNICODE, *, id: str | None = None) -> None:
        super().__init__(glyphs, id=id)
        self._all: tuple[PlanRow, ...] = ()
        self._rows: list[PlanRow] = []
        self._said = "planning …"
        self.action: Action | None = None  # only rows of this one; None: all
        self.masked = names_are_masked()
        self._words: list[str] = []

    class Narrowed(Message):
        """Other rows are shown."""

    def show(self, rows: Sequence[PlanRow], said: str) -> None:
        """Show the rows of a plan, or where there are none, what is `said`."""
        before = self.row
        self._all, self._said = tuple(map(_masked, rows) if self.masked else rows), said
        self._narrow(before)

    def narrow_to(self, action: Action | None) -> None:
        """Show only rows of an action, or all."""
        self.action = action
        self._narrow(self.row)

    def search(self, text: str) -> None:
        """Show only rows that hold all words of a text."""
        self._words = text.lower().split()
        self._narrow(self.row)

    @property
    def row(self) -> PlanRow | None:
        """Return the row under the cursor, or None."""
        return self._rows[self.cursor] if self.cursor < len(self._rows) else None

    @property
    def counts(self) -> dict[Action, int]:
        """Return how many rows of the whole plan each action has."""
        found = dict.fromkeys(ACTION_WORDS, 0)
        for row in self._all:
            found[row.action] += 1
        return found

    @property
    def shown(self) -> tuple[int, int]:
        """Return how many rows are shown, of how many."""
        return len(self._rows), len(self._all)

    def _narrow(self, before: PlanRow | None) -> None:
        self._rows = [row for row in self._all if self.action in (None, row.action) and self._holds(row)]
        at = next((at for at, row in enumerate(self._rows) if before is not None and row.path == before.path), None)
        self.rows_changed(at)
        self.post_message(self.Narrowed())

    def _holds(self, row: PlanRow) -> bool:
        if not self._words:
            return True
        text = f"{row.path} {row.name} {row.vr} {row.before or ''} {row.after or ''} {row.why}".lower()
        return all(word in text for word in self._words)

    def row_count(self) -> int:
        """Return how many rows are shown; one row says why there are none."""
        return len(self._rows) or int(bool(self._said))

    def row_pieces(self, index: int) -> tuple[list[Piece], Piece]:
        """Return action, tag, name, and the value before and after."""
        if not self._rows:
            return [(f"  {self._said if not self._all else 'nothing of the plan fits'}", "dim")], ("", "plain")
        row, width = self._rows[index], self.row_width
        style = _STYLES[row.action]
        pieces: list[Piece] = [(f"{row.action.value} ", style)]
        tag = row.path.rpartition(".")[2] if row.tag else row.path
        if width >= _WIDE or not row.tag:
            pieces.append((fit_cells(tag, _TAG_WIDTH if row.tag else width // 2, pad=True) + " ", "key"))
        indent = "  " * min(row.path.count("."), _DEEPEST_INDENT)
        name_width = max(12, width // 3 - (0 if width >= _WIDE else 2))
        if row.name and row.tag:
            name_style = "private" if row.name == "private" else "plain"
            pieces.append((fit_cells(indent + row.name, name_width, pad=True) + " ", name_style))
        after = "(gone)" if row.after is None else row.after or "(empty)"
        arrow = f" {self._glyphs.link} " if row.before is not None and row.changes else ""
        if row.before is not None:
            room = width - sum(cell_width(text) for text, _ in pieces) - cell_width(arrow)
            if row.changes:  # what is too long leaves the other one half of the room
                room -= min(cell_width(after), room // 2)
            pieces.append((fit_cells(row.before or "(empty)", room), "plain" if row.before else "dim"))
        if row.changes:
            pieces += [(arrow, "dim"), (after, "error" if row.after is None else style)]
        return pieces, ("", "plain")

    def action_clicked(self) -> None:
        """Show the whole row."""
        self.screen.action_whole_row()  # type: ignore[attr-defined]  # it lies on an AnonymizeDialog only
