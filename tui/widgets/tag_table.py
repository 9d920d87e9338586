"""The tags pane: every element of file meta and dataset, foldable, searchable; only the rows on screen are made."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.message import Message

from tui.commands import TAGS
from tui.dicom.element import UNDEFINED
from tui.text import cell_width, fit_cells, safe_text, sentence_case
from tui.widgets.bindings import bindings
from tui.widgets.glyphs import UNICODE, Glyphs
from tui.widgets.row_list import Piece, RowList
from tui.widgets.tag_rows_shown import ShownRows

if TYPE_CHECKING:  # imported in a thread, after the first paint
    from tui.dicom.meanings import Meanings
    from tui.dicom.query import Hits, QueryError
    from tui.dicom.tags import TagRow, TagRows

_NAME_WIDE, _NAME_NARROW = 32, 22
_DEEPEST_INDENT = 12
_TAG_WIDTH = 11
_LEAST_FOR_COUNT = 72
_MEANINGS_AFTER_S = 0.2


class TagTable(RowList):
    """The rows of one file."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(TAGS)

    class FrameReached(Message):
        """The cursor came to the item of a frame (from 0) in the per-frame functional groups."""

        def __init__(self, frame: int) -> None:
            super().__init__()
            self.frame = frame

    class Counted(Message):
        """How many rows are shown, of how many, has changed."""

        def __init__(self, hits: int | None, total: int) -> None:
            super().__init__()
            self.hits = hits
            self.total = total

    def __init__(self, glyphs: Glyphs = UNICODE, *, id: str | None = None) -> None:
        super().__init__(glyphs, id=id)
        self.shown = ShownRows(None, {}, None)
        self._cursor_key: int | None = None
        self._cursor_place = 0
        self._may_mean = False
        self._meant: tuple[TagRows, Meanings] | None = None
        self._to_end = False  # whether the cursor belongs at the end of rows of which the last ones are on their way
        self._wanted: int | None = None  # the place where the cursor belongs with the next rows
        self.edited = frozenset[int]()  # the places of attributes that were changed
        self.placed = False  # whether length and place of values are shown
        self._problem: tuple[str, ...] = ()  # the lines that say why a search cannot be read

    # --- what comes from outside

    def show_rows(self, rows: TagRows | None, hits: Hits | None) -> None:
        """Show the rows of a file, under what a search found in it; the cursor stays on the element it was on."""
        self._keep_cursor()
        if self._wanted is not None:
            self._cursor_key, self._wanted = self._wanted, None
        to_end, self._to_end = self._to_end and rows is not None and not rows.elements.partial, False
        self._problem = ()
        self.shown = ShownRows(rows, self.shown.folds, hits)
        place = self.shown.place_of_key(self._cursor_key, self._cursor_place) if self._cursor_key is not None else None
        if place is None and hits is not None and hits.matching:
            place = self.shown.place_of(hits.matching[0])
        if to_end:
            place = self.row_count() - 1
        self.rows_changed(min(self._cursor_place, max(0, self.row_count() - 1)) if place is None else place)
        self._tell_count()
        if rows is not None and not self._may_mean:
            self.set_timer(_MEANINGS_AFTER_S, self._mean)

    def _mean(self) -> None:
        """Show what values mean from now on; to begin with, the first picture goes before."""
        self._may_mean = True
        self.refresh()

    def go_to_place(self, place: int) -> None:
        """Put the cursor on the row at a place as soon as the next rows are shown."""
        self._wanted = place

    def show_first(self, rows: TagRows) -> None:
        """Show the first rows of a file of which the others are on their way, if the cursor can stay on its element."""
        self._keep_cursor()
        shown = ShownRows(rows, self.shown.folds, None)
        if self._cursor_key is None or shown.place_of_key(self._cursor_key, self._cursor_place) is not None:
            self.show_rows(rows, None)

    def show_problem(self, problem: QueryError) -> None:
        """Show why a search cannot be read, and where, in place of the rows."""
        self._keep_cursor()
        self.shown = ShownRows(None, self.shown.folds, None)
        at = cell_width(safe_text(problem.text[: problem.at]))
        self._problem = (sentence_case(problem.reason), safe_text(problem.text), f"{' ' * at}^")
        self.rows_changed(0)
        self._tell_count()

    def _keep_cursor(self) -> None:
        """Keep what the cursor is on, so that one element can be watched through many files."""
        index = self.row_index
        if index is not None and self.shown.rows is not None:
            self._cursor_key, self._cursor_place = self.shown.rows.places[index], self.cursor

    def _tell_count(self) -> None:
        rows, hits = self.shown.rows, self.shown.hits
        total = len(rows) if rows is not None and not rows.elements.partial else 0
        self.post_message(self.Counted(len(hits.matching) if hits is not None else None, total))

    @property
    def row_index(self) -> int | None:
        """Return which of the file's rows the cursor is on, or None."""
        return self.shown.indices[self.cursor] if self.cursor < len(self.shown.indices) else None

    @property
    def row(self) -> TagRow | None:
        """Return the row under the cursor, or None."""
        index = self.row_index
        return self.shown.rows.row(index) if index is not None and self.shown.rows is not None else None

    def next_hit(self, step: int) -> bool:
        """Put the cursor on the next (1) or previous (-1) hit, around the end; return whether there is one."""
        hits = self.shown.hits
        here = self.row_index
        if hits is None or not hits.matching or here is None:
            return False
        if step > 0:
            target = next((index for index in hits.matching if index > here), hits.matching[0])
        else:
            target = next((index for index in reversed(hits.matching) if index < here), hits.matching[-1])
        place = self.shown.place_of(target)
        if place is not None:
            self.cursor = place
        return True

    # --- rows

    def row_count(self) -> int:
        """Return how many rows are shown; a search without a hit shows one that says so."""
        return len(self.shown.indices) or len(self._problem) or int(self._found_nothing)

    @property
    def _found_nothing(self) -> bool:
        return self.shown.hits is not None and not self.shown.hits.matching

    def row_pieces(self, index: int) -> tuple[list[Piece], Piece]:
        """Return fold mark, tag, VR, name and value."""
        if self._problem:
            return [("  ", "plain"), (safe_text(self._problem[index]), "error")], ("", "plain")
        if self._found_nothing:
            holds = self.shown.hits is not None and self.shown.hits.holds
            said = "It holds, without an element to show" if holds else "Nothing found"
            return [(f"  {said}: Esc ends the search", "dim")], ("", "plain")
        which = self.shown.indices[index]
        rows = self.shown.rows
        if rows is None:
            return [], ("", "plain")
        row = rows.row(which)
        if row.broken:
            return [("! ", "error"), (row.text, "error")], ("", "plain")
        hit = which in self.shown.matching
        fold = "  "
        if row.parent:
            fold = f"{self._glyphs.folded if self.shown.is_folded(which) else self._glyphs.unfolded} "
        indent = "  " * min(row.depth, _DEEPEST_INDENT)
        width = self.size.width
        name_width = _NAME_WIDE if width >= 80 else _NAME_NARROW if width >= 60 else max(8, (width - 18) // 2)
        if not row.tag and not row.vr:
            meaning = self._meanings.of(which) if self._meanings is not None else ""
            note = f"  {row.text or meaning}" if row.text or meaning else ""
            return [(f"{indent}{fold}{row.name}", "dim"), (note, "dim")], ("", "plain")
        name_style = "private" if row.private else "plain"
        meaning = self._meanings.of(which) if self._meanings is not None else ""
        return [
            (f"{indent}{fold}", "dim"),
            (f"{row.tag or ' ' * _TAG_WIDTH} ", "key"),
            (f"{row.vr:2}", "dim"),
            (self._glyphs.identifying if self._identifies(which) else " ", "hit"),
            (self._numbers(rows, which, width), "dim"),
            (fit_cells(row.name, name_width, pad=True) + " ", "hit" if hit else name_style),
            (f"* {row.text}", "hit") if self._is_edited(rows, which) else (row.text, "dim" if row.parent else "plain"),
            (f"  {meaning}" if meaning else "", "dim"),
        ], ("", "plain")

    def _is_edited(self, rows: TagRows, index: int) -> bool:
        return bool(self.edited) and index < len(rows.places) and rows.places[index] in self.edited

    def _numbers(self, rows: TagRows, index: int, width: int) -> str:
        """Return the columns of numbers: how many values there are, and on request the value's length and place."""
        count = rows.multiplicity(index)
        shown = f"{'' if count is None else count:>3} " if width >= _LEAST_FOR_COUNT else " "
        element = rows.element(index)
        if not self.placed or element is None:
            return shown
        length = "undefined" if element.length == UNDEFINED else str(element.length)
        return f"{shown}{length:>9} {element.offset:>9}  "

    @property
    def _meanings(self) -> Meanings | None:
        """Return what values mean, of the file that is shown."""
        rows = self.shown.rows
        if not self._may_mean:
            return None
        if rows is not None and (self._meant is None or self._meant[0] is not rows):
            from tui.dicom.meanings import Meanings  # with the first rows, after the first paint

            self._meant = rows, Meanings(rows)
        return self._meant[1] if self._meant is not None else None

    def _identifies(self, index: int) -> bool:
        from tui.dicom.anonymize.profile import identifies  # with the first rows, after the first paint

        element = self.shown.rows.element(index) if self.shown.rows is not None else None
        return element is not None and identifies(element.tag)

    # --- actions

    def _refold(self, shown: ShownRows) -> None:
        index = self.row_index
        self.shown = shown
        place = shown.place_of(index) if index is not None else None
        while place is None and index is not None:
            index = shown.parent_of(index)
            place = shown.place_of(index) if index is not None else 0
        self.rows_changed(place)

    def action_clicked(self) -> None:
        """Fold or unfold what was clicked."""
        index, rows = self.row_index, self.shown.rows
        if index is not None and rows is not None and rows.is_parent(index):
            self._refold(self.shown.fold(index, not self.shown.is_folded(index)))

    def action_unfold(self) -> None:
        """Unfold the sequence under the cursor, or go into it."""
        index, rows = self.row_index, self.shown.rows
        if index is None or rows is None or not rows.is_parent(index):
            return
        if self.shown.is_folded(index):
            self._refold(self.shown.fold(index, folded=False))
        else:
            self.action_move(1)

    def action_fold(self) -> None:
        """Fold the sequence under the cursor, or go to the one around."""
        index, rows = self.row_index, self.shown.rows
        if index is None or rows is None:
            return
        if rows.is_parent(index) and not self.shown.is_folded(index) and self.shown.hits is None:
            self._refold(self.shown.fold(index, folded=True))
            return
        parent = self.shown.parent_of(index)
        place = self.shown.place_of(parent) if parent is not None else None
        if place is not None:
            self.cursor = place

    def action_fold_all(self) -> None:
        """Fold all sequences, or unfold them if all are."""
        self._refold(self.shown.fold_all())

    def action_move_to_end(self, step: int) -> None:
        """Move the cursor to the first (-1) or last (1) row, also where that is still on its way."""
        super().action_move_to_end(step)
        self._to_end = step > 0 and self.shown.rows is not None and self.shown.rows.elements.partial

    def action_columns(self) -> None:
        """Show length and place of the values, or hide them."""
        self.placed = not self.placed
        self.refresh()

    def action_step_item(self, step: int) -> None:
        """Go to where the cursor is in the next (1) or previous (-1) item of its sequence; frames are such items."""
        rows, index = self.shown.rows, self.row_index
        item = rows.item_around(index) if rows is not None and index is not None and index < len(rows.parents) else None
        if rows is None or index is None or item is None:
            return
        number = rows.item_number(item) + step
        target = rows.counterpart(index, item, number) if number >= 0 else None
        if target is None:
            return
        self._go_inside(target, item)
        if rows.frame_item(target) is not None:
            self.post_message(self.FrameReached(number))

    def go_to_frame(self, frame: int) -> None:
        """Follow to another frame, where the cursor stands in the item of one."""
        rows, index = self.shown.rows, self.row_index
        item = rows.frame_item(index) if rows is not None and index is not None and index < len(rows.parents) else None
        if rows is None or index is None or item is None or rows.item_number(item) == frame:
            return
        target = rows.counterpart(index, item, frame)
        if target is not None:
            self._go_inside(target, item)

    def _go_inside(self, target: int, item: int) -> None:
        """Put the cursor on row `target`, unfold what it lies in, and fold the item of a frame that is left."""
        rows = self.shown.rows
        if rows is None:
            return
        if self.shown.hits is None:
            folds = dict(self.shown.folds)
            if rows.frame_item(item) == item:
                folds[rows.places[item]] = True
            around = rows.parents[target]
            while around >= 0:
                folds[rows.places[around]] = False
                around = rows.parents[around]
            self.shown = ShownRows(rows, folds, None)
        place = self.shown.place_of(target)
        if place is not None:
            self.rows_changed(place)
