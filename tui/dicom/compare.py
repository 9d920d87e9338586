"""What differs between datasets: attribute by attribute, at every depth, for two files or for a whole series."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from tui.dicom import values
from tui.dicom.dictionary import uid_name
from tui.dicom.difference import Cell, Comparison, Difference, Ignoring, Kind
from tui.dicom.difference_words import words_of
from tui.dicom.element import ITEM, META_GROUP, UNDEFINED, Element
from tui.dicom.essences import AT_ONCE, essence_of, raw_of
from tui.dicom.tags import TagRows

_Piece = tuple[int, str, int]  # tag, private creator, which of several; of an item its number
_MOST_STEPS: Final = 32
_DATE_VRS: Final = frozenset({"DA", "DT", "TM"})
_NOTHING: Final = Ignoring()


@dataclass(slots=True)
class _Attribute:
    """One attribute, item or sequence of any of the files; `around` is what it lies in, -1 at the top."""

    around: int
    number: int  # of an item in its sequence
    tag: str
    vr: str
    name: str
    depth: int
    element: Element
    cells: dict[int, Cell] = field(default_factory=dict)  # by file
    essences: set[tuple[str, object]] = field(default_factory=set)
    raws: set[object] = field(default_factory=set)  # of the same, as bytes: where one file does not know the VR
    children: dict[_Piece, int] = field(default_factory=dict)

    @property
    def cut(self) -> bool:
        """Return whether its cells hold but the beginning of its values."""
        return self.element.length > AT_ONCE

    @property
    def vrs(self) -> set[str]:
        """Return its VRs in the files."""
        return {vr for vr, _ in self.essences}

    def differs(self, files: int) -> bool:
        """Return whether it is not the same in all files."""
        if len(self.cells) < files:
            return True
        known = self.vrs - {"UN"}
        contents = self.raws if "UN" in self.vrs else {essence for _, essence in self.essences}
        return len(contents) > 1 or len(known) > 1


class Comparer:
    """Takes datasets one by one, and tells what differs among them."""

    def __init__(self) -> None:
        self._files: list[str] = []
        self._attributes: list[_Attribute] = []
        self._top: dict[_Piece, int] = {}

    def add(self, rows: TagRows) -> None:
        """Take another dataset.

        Raises
        ------
        ReadError
            A long value cannot be read.
        """
        file = len(self._files)
        self._files.append(rows.path)
        numbers: list[int] = []  # of each row, its attribute; -1 for what is left out
        seen: dict[tuple[int, _Piece], int] = {}
        for index, element in enumerate(rows.elements.elements):
            parent = rows.parents[index]
            around = numbers[parent] if parent >= 0 else 0
            if around < 0 or _is_left_out(rows, index, element):
                numbers.append(-1)
                continue
            siblings = self._attributes[around].children if parent >= 0 else self._top
            piece = _piece(rows, index, element)
            count = seen[parent, piece] = seen.get((parent, piece), 0) + 1
            piece = (piece[0], piece[1], count) if element.tag != ITEM else piece
            number = siblings.get(piece)
            if number is None:
                number = siblings[piece] = len(self._attributes)
                row, around = rows.row(index), around if parent >= 0 else -1
                self._attributes.append(_Attribute(around, piece[0], row.tag, row.vr, row.name, row.depth, element))
            numbers.append(number)
            attribute = self._attributes[number]
            attribute.cells[file] = _cell(rows, index, element)
            attribute.essences.add((element.vr, essence_of(rows, index, element)))
            if element.tag >> 16 & 1 or element.vr == "UN":
                attribute.raws.add(raw_of(rows, element))

    def result(self, ignoring: Ignoring = _NOTHING) -> Comparison:
        """Return what differs among the datasets that were added, in the order of a dataset."""
        files, same = len(self._files), 0
        found: list[Difference] = []
        for attribute in self._in_order():
            if _is_ignored(attribute, ignoring):
                continue
            if not attribute.differs(files):
                same += attribute.element.tag != ITEM
                continue
            cells = tuple(attribute.cells.get(file) for file in range(files))
            kind, words = Kind.VARIES, ""
            if files == 2:
                kind = Kind.ADDED if cells[0] is None else Kind.REMOVED if cells[1] is None else Kind.CHANGED
                words = self._words(attribute, cells)
            found.append(
                Difference(
                    self._path(attribute), attribute.tag, attribute.vr, attribute.name, attribute.depth, kind, cells, words
                )
            )
        return Comparison(tuple(self._files), tuple(found), same)

    def _path(self, attribute: _Attribute) -> str:
        """Return where an attribute stands, as the tag table writes it; of one that lies very deep, the end of that."""
        parts: list[str] = []
        while len(parts) < _MOST_STEPS:
            parts.append(f"[{attribute.number}]" if attribute.element.tag == ITEM else f".{attribute.tag}")
            if attribute.around < 0:
                return "".join(reversed(parts)).removeprefix(".")
            attribute = self._attributes[attribute.around]
        return f"…{''.join(reversed(parts))}"

    @staticmethod
    def _words(attribute: _Attribute, cells: tuple[Cell | None, ...]) -> str:
        before, after = cells
        if before is None or after is None:
            return ""
        known = attribute.vrs - {"UN"}
        if len(known) > 1:
            return f"VR {' and '.join(sorted(known))}"
        if attribute.vr in values.BINARY_VRS:
            return "other bytes"
        if attribute.cut:
            return "they differ further on" if before == after else ""
        return words_of(attribute.vr, before, after) if attribute.vr != "SQ" else ""

    def _in_order(self) -> Iterator[_Attribute]:
        """Return all attributes as they stand in a dataset; iterative, for nesting has no limit."""
        waiting = [self._top[piece] for piece in sorted(self._top, reverse=True)]
        while waiting:
            attribute = self._attributes[waiting.pop()]
            yield attribute
            children = attribute.children
            waiting += [children[piece] for piece in sorted(children, reverse=True)]


def _is_left_out(rows: TagRows, index: int, element: Element) -> bool:
    """Return whether a row says nothing by itself: a group length, or a fragment, which is compared with all the others."""
    return rows.is_fragment(index) if element.tag == ITEM else element.tag & 0xFFFF == 0


def _piece(rows: TagRows, index: int, element: Element) -> _Piece:
    """Return what a row is aligned by: private attributes by creator, for blocks are given out as they come (PS3.5 7.8)."""
    if element.tag == ITEM:
        return rows.item_number(index), "", 0
    group, number = element.tag >> 16, element.tag & 0xFFFF
    if not group & 1 or number < values.LEAST_PRIVATE:
        return element.tag, "", 0
    creator = rows.around.creator_of(rows.parents[index], element.tag)
    return (group << 16 | values.LEAST_PRIVATE | number & 0xFF if creator else element.tag), creator, 0


def _is_ignored(attribute: _Attribute, ignoring: Ignoring) -> bool:
    if ignoring.private and attribute.element.tag >> 16 & 1:
        return True
    if ignoring.meta and attribute.element.tag >> 16 == META_GROUP:
        return True
    if ignoring.dates and attribute.vr in _DATE_VRS:
        return True
    if ignoring.uids and attribute.vr == "UI":
        return not any(uid_name(str(value)) for cell in attribute.cells.values() for value in cell)
    return False


def _cell(rows: TagRows, index: int, element: Element) -> Cell:
    """Return what is shown of a row: all its values, or a line where they are very many."""
    if element.tag == ITEM or element.length == UNDEFINED or element.length > AT_ONCE or element.vr == "SQ":
        return (rows.line(index),)
    return rows.every_value(index)
