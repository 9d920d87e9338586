"""Which rows of a tag table are shown, without a widget: what is folded, and what a search found."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from tui.dicom.element import ITEM, PER_FRAME_GROUPS, PIXEL_DATA

if TYPE_CHECKING:  # imported in a thread, after the first paint
    from tui.dicom.query import Hits
    from tui.dicom.tags import TagRows

_LOOK_AROUND = 2000
_FOLDED_AT_FIRST = frozenset({PER_FRAME_GROUPS, PIXEL_DATA})


class ShownRows:
    """The rows shown of one file.

    Parameters
    ----------
    rows : TagRows or None
        The file's rows.
    folds : dict
        By a row's place, whether the user folded (True) or unfolded it; kept from file to file.
    hits : Hits or None
        What a search found: then hits and their parents are shown, whatever is folded.
    """

    def __init__(self, rows: TagRows | None, folds: dict[int, bool], hits: Hits | None) -> None:
        self.rows = rows
        self.hits = hits
        self.folds = folds
        self.matching = frozenset(hits.matching) if hits is not None else frozenset[int]()
        self.indices: tuple[int, ...] | range = self._shown()

    def _shown(self) -> tuple[int, ...] | range:
        rows = self.rows
        if rows is None:
            return range(0)
        if self.hits is not None:
            return self.hits.shown
        shown: list[int] = []
        index, count = 0, len(rows)
        while index < count:
            shown.append(index)
            if rows.is_parent(index) and self.is_folded(index):
                index = rows.elements.after(index)
            else:
                index += 1
        return tuple(shown) if len(shown) != count else range(count)

    def is_folded(self, index: int) -> bool:
        """Return whether what lies in row `index` is hidden."""
        if self.rows is None or self.hits is not None:
            return False
        if self.folds:
            said = self.folds.get(self.rows.places[index])
            if said is not None:
                return said
        elements = self.rows.elements.elements
        if index >= len(elements):
            return False
        tag, parent = elements[index].tag, self.rows.parents[index]
        if tag == ITEM:  # one for each frame: those that are looked at are unfolded one by one
            return parent >= 0 and elements[parent].tag == PER_FRAME_GROUPS
        return tag in _FOLDED_AT_FIRST or self.rows.holds_fields(index)

    def fold(self, index: int, folded: bool) -> ShownRows:
        """Return the rows with what lies in row `index` hidden or shown."""
        if self.rows is None:
            return self
        return ShownRows(self.rows, self.folds | {self.rows.places[index]: folded}, self.hits)

    def fold_all(self) -> ShownRows:
        """Return the rows with every sequence folded, or all unfolded if every one at the top is."""
        rows = self.rows
        if rows is None:
            return self
        parents = [index for index in range(len(rows)) if rows.is_parent(index)]
        folded = not all(self.is_folded(index) for index in parents if rows.depth(index) == 0)
        return ShownRows(rows, {rows.places[index]: folded for index in parents}, self.hits)

    def parent_of(self, index: int) -> int | None:
        """Return the row that row `index` lies in, or None at the top."""
        parent = self.rows.parents[index] if self.rows is not None else -1
        return parent if parent >= 0 else None

    def place_of(self, index: int) -> int | None:
        """Return where row `index` stands among those shown, or None."""
        at = bisect_left(self.indices, index)
        return at if at < len(self.indices) and self.indices[at] == index else None

    def place_of_key(self, key: int, near: int) -> int | None:
        """Return where the row whose place is `key` stands, looking around place `near` first; None if it is not shown."""
        rows = self.rows
        if rows is None:
            return None
        for distance in range(_LOOK_AROUND):
            for at in (near + distance, near - distance):
                if 0 <= at < len(self.indices) and rows.places[self.indices[at]] == key:
                    return at
        return None
