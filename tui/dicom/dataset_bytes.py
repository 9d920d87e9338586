"""Where the bytes of a walked dataset stand, and which of them change where one element does.

A change is a few spliced bytes: the element itself, the lengths of what it lies in (PS3.5 7.5), and group lengths.
"""

import struct
from collections.abc import Iterator
from functools import cached_property
from typing import Final

from tui.dicom.element import ITEM, ITEM_END, META_GROUP, SEQUENCE_END, UNDEFINED, Element
from tui.dicom.elements import Elements
from tui.dicom.encoding import SHORT_VRS, Encoding
from tui.dicom.spliced import Splice
from tui.dicom.tags import TagRows

_LENGTH_BYTES: Final = 4


class DatasetBytes:
    """The bytes of a walked dataset, by its rows.

    Parameters
    ----------
    elements : Elements
        The walked dataset, as it lies in its file: nothing is folded out.
    """

    def __init__(self, elements: Elements) -> None:
        self.elements = elements
        self.found = elements.elements
        self.rows = TagRows(elements)

    def child(self, around: int, tag: int) -> int | None:
        """Return the row of an attribute in the item of row `around`, or at the top (-1); None where it is not there."""
        if around < 0:
            return self.elements.top.get(tag)
        return next((at for at in self.children(around) if self.found[at].tag == tag), None)

    def is_double(self, index: int) -> bool:
        """Return whether another element of the same tag lies beside row `index`."""
        around, tag = self.rows.parents[index], self.found[index].tag
        parents = self.rows.parents
        return any(element.tag == tag and parents[at] == around and at != index for at, element in enumerate(self.found))

    def children(self, around: int) -> Iterator[int]:
        """Return the rows that lie directly in row `around`, or at the top (-1)."""
        at, end = (around + 1, self.elements.after(around)) if around >= 0 else (0, len(self.found))
        while at < end:
            yield at
            at = self.elements.after(at)

    def items(self, sequence: int) -> list[int]:
        """Return the rows of the items of a sequence."""
        return [at for at in self.children(sequence) if self.found[at].tag == ITEM]

    def encoding(self, around: int, *, inside: bool = True) -> Encoding:
        """Return the encoding of what lies in row `around`; of the dataset itself at -1."""
        if around < 0:
            return self.elements.encoding
        element = self.found[around]
        where = element if inside else element._replace(offset=self.begin(around))
        return self.elements.encoding_at(where._replace(depth=max(1, where.depth)))

    def begin(self, index: int) -> int:
        """Return where the header of row `index` begins: 8 bytes before its value, or 12 (PS3.5 7.1.2)."""
        element = self.found[index]
        if element.tag == ITEM:
            return element.offset - 8
        encoding = self.elements.encoding_at(element._replace(offset=element.offset - 12))
        if encoding.implicit or element.offset < 12:
            return element.offset - 8
        head = self.elements.source.read(element.offset - 12, 12)
        tag = _tag_bytes(element.tag, ">" if encoding.big_endian else "<")
        short = head[4:8] == tag and (head[8:10] in SHORT_VRS or head[:4] != tag)
        return element.offset - (8 if short else 12)

    @cached_property
    def _last(self) -> dict[int, int]:
        """Return the last row that lies directly in each row, and at the top (-1)."""
        found: dict[int, int] = {}
        parents = self.rows.parents
        for index in range(len(self.found) - 1, -1, -1):
            found.setdefault(parents[index], index)
        return found

    def content_end(self, index: int) -> int:
        """Return where the content of a sequence or an item ends, before its delimiter if it has one."""
        element = self.found[index]
        if element.length != UNDEFINED:
            return element.offset + element.length
        last = self._last.get(index)
        return self.end(last) if last is not None else element.offset

    def end(self, index: int) -> int:
        """Return where row `index` ends, with its delimiter; iterative, for nesting has no limit."""
        chain = [index]
        while self.found[chain[-1]].length == UNDEFINED and chain[-1] in self._last:
            chain.append(self._last[chain[-1]])
        innermost = self.found[chain[-1]]
        at = innermost.offset + (innermost.length if innermost.length != UNDEFINED else 0)
        open_ones = [self.found[row] for row in reversed(chain) if self.found[row].length == UNDEFINED]
        delimiters = self.elements.source.read(at, 8 * len(open_ones))  # they stand one behind the other
        passed = 0
        for element in open_ones:
            wanted = ITEM_END if element.tag == ITEM else SEQUENCE_END
            if delimiters[passed : passed + 4] in (_tag_bytes(wanted, "<"), _tag_bytes(wanted, ">")):
                passed += 8
        return at + passed

    def replaced(self, index: int, data: bytes) -> list[Splice]:
        """Return what puts `data` in the place of row `index` and all that lies in it."""
        begin, end = self.begin(index), self.end(index)
        splices = [Splice(begin, end, data)]
        around, tag = self.rows.parents[index], self.found[index].tag
        if tag == ITEM:
            return self.lengthened(around, len(data) - (end - begin), splices)
        return self._with_group_length(around, tag, len(data) - (end - begin), splices)

    def inserted(self, around: int, tag: int, data: bytes) -> list[Splice]:
        """Return what puts the new element `data` where `tag` belongs in the dataset of row `around`."""
        at = None
        for child in self.children(around):
            element = self.found[child]
            if _order(element.tag) > _order(tag):
                at = self.begin(child)
                break
        if at is None:
            at = self.content_end(around) if around >= 0 else self.end(self._last[-1])
        return self._with_group_length(around, tag, len(data), [Splice(at, at, data)])

    def _with_group_length(self, around: int, tag: int, delta: int, splices: list[Splice]) -> list[Splice]:
        """Return the splices with those of the group's length, and of what lies around."""
        return self.lengthened(around, delta, splices + self._group_counted(around, tag, delta))

    def _group_counted(self, around: int, tag: int, delta: int) -> list[Splice]:
        """Return the splice of the length of the group that `tag` is of (PS3.5 7.2), where there is a sound one."""
        index = self.child(around, tag & 0xFFFF0000) if tag & 0xFFFF else None
        if index is None or self.found[index].length != _LENGTH_BYTES:
            return []
        return [self._counted(self.found[index].offset, self.found[index], delta)]

    def lengthened(self, around: int, delta: int, splices: list[Splice]) -> list[Splice]:
        """Return the splices with those of the lengths of row `around` and all that it lies in."""
        splices = list(splices)
        while around >= 0 and delta:
            element = self.found[around]
            if element.length != UNDEFINED:
                header = element._replace(offset=self.begin(around))
                splices.append(self._counted(element.offset - _LENGTH_BYTES, header, delta))
            around = self.rows.parents[around]
            if element.tag != ITEM:
                splices += self._group_counted(around, element.tag, delta)
        return sorted(splices)

    def _counted(self, at: int, element: Element, delta: int) -> Splice:
        """Return the splice that adds `delta` to a length of four bytes."""
        order = ">I" if self.elements.encoding_at(element).big_endian else "<I"
        (before,) = struct.unpack(order, self.elements.source.read(at, _LENGTH_BYTES))
        return Splice(at, at + _LENGTH_BYTES, struct.pack(order, max(0, before + delta) & 0xFFFFFFFF))


def _tag_bytes(tag: int, order: str) -> bytes:
    return struct.pack(f"{order}HH", tag >> 16, tag & 0xFFFF)


def _order(tag: int) -> tuple[bool, int]:
    """Return what elements are sorted by: the file meta information comes first, also before odd groups below it."""
    return tag >> 16 != META_GROUP, tag
