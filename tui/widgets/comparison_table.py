"""What differs between files, a row for each attribute and a column for each file."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import var

from tui.dicom.difference import Comparison, Difference, Kind
from tui.text import cell_width, fit_cells
from tui.widgets.bars import Bar
from tui.widgets.glyphs import UNICODE, Glyphs
from tui.widgets.row_list import MovableList, Piece

if TYPE_CHECKING:
    from collections.abc import Sequence

_MARKS: Final = {Kind.ADDED: "+", Kind.REMOVED: "-", Kind.CHANGED: "~", Kind.VARIES: "~"}
_STYLES: Final = {Kind.ADDED: "hit", Kind.REMOVED: "error", Kind.CHANGED: "plain", Kind.VARIES: "plain"}
_PAIR: Final = 2
_TAG_WIDTH: Final = 11
_DEEPEST_INDENT: Final = 6
_MISSING: Final = "-"
_NOTHING: Final = Comparison((), (), 0)


class Columns:
    """How wide the columns are, for a table of `width` cells over `files` files."""

    def __init__(self, width: int, files: int) -> None:
        self.tag = _TAG_WIDTH if width >= 100 else 0
        self.name = max(12, min(30, width // 4))
        left = width - 2 - self.name - (self.tag + 1 if self.tag else 0)
        self.pair = files == _PAIR
        self.value = (
            max(10, left * 2 // 5 if width >= 100 else left // 2) - 1 if self.pair else max(10, min(18, left // 4 - 1))
        )
        self.fitting = max(1, left // (self.value + 1))

    @property
    def head_width(self) -> int:
        """Return the width of what stands before the values."""
        return 2 + (self.tag + 1 if self.tag else 0) + self.name + 1


class ComparisonHeads(Bar):
    """The names over the columns."""

    first: var[int] = var(0)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._names: Sequence[str] = ()

    def show_names(self, names: Sequence[str]) -> None:
        """Show the names of files, safe to draw."""
        self._names = names
        self.refresh()

    def watch_first(self) -> None:
        """Show the names from another file on."""
        self.refresh()

    def line(self, width: int) -> Text:
        """Return the line for `width` cells."""
        columns = Columns(width - 1, len(self._names))
        text = Text(" " * columns.head_width, no_wrap=True, end="", style="bold")
        for name in self._names[self.first : self.first + columns.fitting]:
            text.append(fit_cells(name, columns.value, pad=True) + " ")
        text.truncate(width)
        return text


class ComparisonTable(MovableList):
    """The differences; sideways it scrolls from file to file."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,l,greater_than_sign", "scroll_files(1)", show=False),
        Binding("left,h,less_than_sign", "scroll_files(-1)", show=False),
    ]
    first: var[int] = var(0, init=False)

    def __init__(self, glyphs: Glyphs = UNICODE, *, id: str | None = None) -> None:
        super().__init__(glyphs, id=id)
        self.comparison = _NOTHING
        self.said = ""  # in place of rows

    def show(self, comparison: Comparison, said: str) -> None:
        """Show what differs, or where nothing does, what is `said`."""
        before = self.difference
        self.comparison, self.said = comparison, said
        paths = [difference.path for difference in comparison.differences]
        self.rows_changed(paths.index(before.path) if before is not None and before.path in paths else None)

    @property
    def difference(self) -> Difference | None:
        """Return the difference under the cursor, or None."""
        differences = self.comparison.differences
        return differences[self.cursor] if self.cursor < len(differences) else None

    class Scrolled(Message):
        """Other files are shown."""

    def watch_first(self) -> None:
        """Show other files."""
        self.refresh()
        self.post_message(self.Scrolled())

    def row_count(self) -> int:
        """Return how many attributes differ; one row says that none does."""
        return len(self.comparison.differences) or int(bool(self.said))

    def row_pieces(self, index: int) -> tuple[list[Piece], Piece]:
        """Return mark, tag, name and values."""
        if not self.comparison.differences:
            return [(f"  {self.said}", "dim")], ("", "plain")
        difference = self.comparison.differences[index]
        columns = Columns(self.row_width, len(self.comparison.files))
        indent = "  " * min(difference.depth, _DEEPEST_INDENT)
        style = _STYLES[difference.kind]
        pieces: list[Piece] = [(f"{_MARKS[difference.kind]} ", style)]
        if columns.tag:
            pieces.append((fit_cells(difference.tag, columns.tag, pad=True) + " ", "key"))
        name_style = "private" if difference.name.startswith("[") else "plain"
        name = difference.name
        if difference.varying and not columns.pair:
            name += f"[{','.join(str(which + 1) for which in difference.varying)}]"
        pieces.append((fit_cells(indent + name, columns.name, pad=True) + " ", name_style))
        for file in range(self.first, min(len(difference.values), self.first + columns.fitting)):
            missing = difference.values[file] is None
            text = _MISSING if missing else difference.text(file) if columns.pair else difference.short_text(file)
            if difference.vr == "UI" and cell_width(text) > columns.value:
                text = f"…{text[1 - columns.value :]}"  # UIDs differ at their ends
            pieces.append((fit_cells(text, columns.value, pad=True) + " ", "dim" if missing else style))
        if difference.words and columns.pair:
            pieces.append((difference.words, "dim"))
        return pieces, ("", "plain")

    def action_scroll_files(self, step: int) -> None:
        """Show the files from the next or the previous one on."""
        count = len(self.comparison.files)
        fitting = Columns(self.row_width, count).fitting
        self.first = min(max(0, self.first + step), max(0, count - fitting))

    def bring_file(self, file: int) -> None:
        """Scroll so that a file is among those shown."""
        fitting = Columns(self.row_width, len(self.comparison.files)).fitting
        if not self.first <= file < self.first + fitting:
            self.first = min(max(0, file - fitting // 2), max(0, len(self.comparison.files) - fitting))


def heads_of(files: Sequence[str], numbers: Sequence[str]) -> list[str]:
    """Return short names for some paths: their ends, as far back as they differ; or `numbers` where there are some."""
    if numbers:
        return list(numbers)
    parts = [file.split("/") for file in files]
    shared = 0
    while all(len(part) > shared + 1 for part in parts) and len({part[-1 - shared] for part in parts}) == 1:
        shared += 1
    return ["/".join(part[-1 - shared :]) for part in parts]
