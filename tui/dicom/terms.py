"""What a search is made of: words, narrowings and comparisons, and which rows of a dataset they find (see `query`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.dicom.dictionary import pattern
from tui.dicom.element import FOLDED_OUT, ITEM
from tui.dicom.matching import Operator, Wanted
from tui.dicom.values import LEAST_PRIVATE

if TYPE_CHECKING:
    from tui.dicom.tags import TagRows


@dataclass(frozen=True, slots=True)
class Search:
    """What is searched.

    Parameters
    ----------
    rows : TagRows
        The rows of a dataset.
    identifying : callable
        Tells whether a tag (0xGGGGEEEE) identifies somebody.
    """

    rows: TagRows
    identifying: Callable[[int], bool]

    @property
    def haystacks(self) -> Sequence[str]:
        """Return the texts of the rows, in lower case; they are made where they are first asked for."""
        return self.rows.haystacks()


@dataclass(frozen=True, slots=True)
class Word:
    """A text that is looked for; `meanings` are the ways in which it may be written."""

    meanings: tuple[str, ...]

    def among(self, search: Search, candidates: Iterable[int], *, negated: bool) -> list[int]:
        """Return those rows that hold it, or that do not."""
        haystacks, meanings = search.haystacks, self.meanings
        if len(meanings) == 1:
            (meaning,) = meanings
            return [index for index in candidates if (meaning in haystacks[index]) != negated]
        return [index for index in candidates if any(meaning in haystacks[index] for meaning in meanings) != negated]


@dataclass(frozen=True, slots=True)
class Narrowing:
    """``vr:``, ``group:``, ``private:``, ``phi:`` or ``seq:``, and what stands behind it in lower case."""

    kind: str
    name: str

    def among(self, search: Search, candidates: Iterable[int], *, negated: bool) -> list[int]:
        """Return those rows that are of that kind, or that are not."""
        if self.kind == "seq":
            inside = self._inside(search)
            return [index for index in candidates if inside[index] != negated]
        return [index for index in candidates if self._matches(search, index) != negated]

    def _matches(self, search: Search, index: int) -> bool:
        element = search.rows.element(index)
        if element is None:
            return False
        if self.kind == "vr":
            return element.vr == self.name.upper()
        if element.tag == ITEM:
            return False
        if element.tag == FOLDED_OUT:  # a field of a private value
            return self._matches(search, search.rows.parents[index])
        if self.kind == "group":
            mask, wanted = pattern(self.name.zfill(4))
            return element.tag >> 16 & mask == wanted
        if self.kind == "private":
            return element.tag >> 16 & 1 == 1 and self._is_of_creator(search, index, element.tag & 0xFFFF)
        return search.identifying(element.tag)

    def _is_of_creator(self, search: Search, index: int, number: int) -> bool:
        row = search.rows.row(index)
        return self.name in (row.creator if number >= LEAST_PRIVATE else row.text).lower()

    def _inside(self, search: Search) -> list[bool]:
        """Return of each row whether it lies in a sequence that is meant, at any depth."""
        elements, haystacks = search.rows.elements.elements, search.haystacks
        inside: list[bool] = []
        for parent in search.rows.parents:
            named = parent >= 0 and elements[parent].tag != ITEM and self.name in haystacks[parent]
            inside.append(named or (parent >= 0 and inside[parent]))
        return inside


@dataclass(frozen=True, slots=True)
class Step:
    """One attribute of a path: its tags by mask, and which item of it; None for any."""

    mask: int
    masked: int
    item: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the element at the end of `path` has to hold; the path may begin at any depth."""

    path: tuple[Step, ...]
    wanted: Wanted

    def matching(self, search: Search) -> tuple[list[int], bool]:
        """Return the rows that fulfil it, and whether there is an element at the path at all."""
        rows = search.rows
        there = rows_at(rows, self.path)
        elements = rows.elements.elements
        return [index for index in there if self.wanted.fits(elements[index].vr, rows.every_value(index))], bool(there)


@dataclass(frozen=True, slots=True)
class Alternative:
    """Terms that must all hold; True stands for those with a leading ``-``."""

    rows: tuple[tuple[bool, Word | Narrowing], ...]
    conditions: tuple[tuple[bool, Comparison], ...]

    def found(self, search: Search) -> set[int] | None:
        """Return the rows that are hits, or None where the dataset is not what was looked for."""
        hits: set[int] = set()
        for negated, comparison in self.conditions:
            matching, there = comparison.matching(search)
            holds = bool(matching) or (comparison.wanted.operator is Operator.UNEQUAL and not there)
            if holds == negated:
                return None
            hits.update(() if negated else matching)
        if not self.rows:
            return hits
        matched: Iterable[int] = range(len(search.rows))
        for negated, term in self.rows:
            matched = term.among(search, matched, negated=negated)
        return hits.union(matched) if matched else None


def rows_at(rows: TagRows, path: tuple[Step, ...], *, at_top: bool = False) -> list[int]:
    """Return the rows at the end of `path`, which may begin at any depth, or at the top only."""
    last = path[-1]
    return [
        index
        for index, element in enumerate(rows.elements.elements)
        if element.tag & last.mask == last.masked
        and element.tag != ITEM
        and (not at_top or element.depth == 2 * len(path) - 2)
        and _lies_there(rows, path, index)
    ]


def _lies_there(rows: TagRows, path: tuple[Step, ...], index: int) -> bool:
    for step in reversed(path[:-1]):
        item = rows.parents[index]
        index = rows.parents[item] if item >= 0 else -1
        element = rows.element(index) if index >= 0 else None
        if element is None or element.tag & step.mask != step.masked:
            return False
        if step.item is not None and rows.item_number(item) != step.item:
            return False
    return True
