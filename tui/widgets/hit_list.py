"""What find found, in the files pane: files that stream in, in the order in which they were met."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tui.dicom.library.scan import Facts
from tui.text import MASK, names_are_masked, safe_text, sentence_case, shown_name
from tui.widgets.file_list import FileList
from tui.widgets.glyphs import UNICODE, Glyphs
from tui.widgets.row_list import Piece

if TYPE_CHECKING:  # it is imported by the first search
    from tui.dicom.library.find import Hit

_MODALITY, _NUMBER = 3, 6  # of a hit's facts
_NAMING = frozenset({0, 1, 2, 5})  # those that may identify somebody
_LIMIT = 200


class HitList(FileList):
    """Files that are what was looked for."""

    def __init__(self, glyphs: Glyphs = UNICODE, *, id: str | None = None) -> None:
        super().__init__(glyphs, id=id)
        self.hits: list[Hit] = []
        self.complete = False
        self.filter = ""
        self._shown: list[Hit] = []
        self._at: dict[str, int] = {}

    # --- what comes from outside

    def begin(self) -> None:
        """Show nothing: another search has begun."""
        self.hits, self.complete = [], False
        self.marked = frozenset()
        self.show_filtered(self.filter)

    def add(self, hits: Sequence[Hit], *, complete: bool) -> None:
        """Show more hits."""
        first = not self._shown
        self.hits += hits
        self.complete = complete
        for hit in hits:
            if self._is_let_through(hit):
                self._at[hit.path] = len(self._shown)
                self._shown.append(hit)
        self.rows_changed()
        if first:
            self.tell_cursor()

    def show_filtered(self, text: str) -> None:
        """Show only hits whose path or facts hold all words."""
        here = self.file
        self.filter = text
        self._shown = [hit for hit in self.hits if self._is_let_through(hit)]
        self._at = {hit.path: at for at, hit in enumerate(self._shown)}
        self.rows_changed(self._at.get(here, 0) if here is not None else 0)
        self.tell_cursor()

    def _is_let_through(self, hit: Hit) -> bool:
        text = " ".join((_name(hit), *_facts(hit))).lower()
        return all(word in text for word in self.filter.lower().split())

    # --- what is under the cursor

    @property
    def _hit(self) -> Hit | None:
        return self._shown[self.cursor] if self.cursor < len(self._shown) else None

    @property
    def file(self) -> str | None:
        """Return the file under the cursor, or None."""
        hit = self._hit
        return hit.path if hit is not None else None

    @property
    def here(self) -> str | None:
        """Return the file under the cursor, or None."""
        return self.file

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the marked files, else the one under the cursor."""
        here = self.file
        return tuple(sorted(self.marked)) or ((here,) if here is not None else ())

    @property
    def place(self) -> tuple[int, int]:
        """Return which hit the cursor is on, and their number."""
        return (self.cursor + 1, len(self._shown)) if self._shown else (0, 0)

    def paths_on(self, step: int, path: str | None = None) -> Iterator[str]:
        """Yield the hits after or before the cursor, or another hit, nearest first."""
        at = self.cursor if path is None else self._at.get(path, -2)
        while 0 <= (at := at + step) < len(self._shown):
            yield self._shown[at].path

    def files_beside(self, path: str | None) -> tuple[str, ...]:
        """Return all hits."""
        return tuple(hit.path for hit in self._shown) if path in self._at else ()

    def facts_of(self, path: str) -> Facts | None:  # noqa: ARG002 - all files here are the same in that
        """Return that a file is a DICOM file: others are not found."""
        return Facts(is_dicom=True)

    def reveal(self, path: str) -> None:
        """Put the cursor on a hit."""
        at = self._at.get(path)
        if at is not None:
            self.cursor = at

    # --- rows

    def row_count(self) -> int:
        """Return how many rows there are."""
        return max(1, len(self._shown))

    def row_pieces(self, index: int) -> tuple[list[Piece], Piece]:
        """Return a hit's series and name, and modality and number at the right."""
        if not self._shown:
            return [(f"  {self._empty_words}", "dim")], ("", "dim")
        hit = self._shown[index]
        facts = _facts(hit)
        mark = f"{self._glyphs.mark} " if hit.path in self.marked else "  "
        end = " ".join(part for part in (facts[_MODALITY], facts[_NUMBER].rjust(4) if facts[_NUMBER] else "") if part)
        words = "  ".join(filter(None, (facts[0].split("=")[0], facts[5])))
        return [(mark, "hit"), (safe_text(_name(hit), _LIMIT), "plain"), (f"  {safe_text(words, _LIMIT)}", "dim")], (
            safe_text(end, 24), "key",
        )  # fmt: skip

    @property
    def _empty_words(self) -> str:
        if self.hits:
            return "nothing matches the filter"
        return "nothing was found" if self.complete else "looking …"

    # --- telling

    def watch_cursor(self, before: int, after: int) -> None:
        """Say which file is shown now."""
        super().watch_cursor(before, after)
        self.tell_cursor()

    def tell_cursor(self) -> None:
        """Say what is under the cursor."""
        here = self.file
        self.tell(self.FileShown(here, "" if here is not None else sentence_case(self._empty_words)))

    # --- actions

    def action_clicked(self) -> None:
        """Do what Enter does."""
        self.action_enter()

    def action_enter(self) -> None:
        """Go from a file to its picture."""
        if self._shown:
            self.post_message(self.FileEntered())

    def action_unfold(self) -> None:
        """Do nothing: nothing is folded here."""

    def action_fold(self) -> None:
        """Do nothing: nothing is folded here."""

    def action_mark(self) -> None:
        """Mark the file, or take its mark away, and go on to the next one."""
        here = self.file
        if here is not None:
            self.toggle_marks(frozenset((here,)))
            self.action_move(1)

    def action_mark_all(self) -> None:
        """Mark all hits, or take their marks away."""
        self.toggle_marks(frozenset(self._at))


def _name(hit: Hit) -> str:
    return shown_name(hit.path.rpartition("/")[2])


def _facts(hit: Hit) -> list[str]:
    """Return a hit's facts; what may identify somebody is masked in the privacy view."""
    masked = names_are_masked()
    return [MASK if masked and at in _NAMING and fact else fact for at, fact in enumerate(hit.facts)]
