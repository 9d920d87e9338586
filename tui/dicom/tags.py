"""A dataset as flat rows: what the tag table shows and what a search looks through."""

import os
from collections import Counter
from collections.abc import Iterator
from functools import cache, cached_property
from typing import NamedTuple

from tui.dicom import values
from tui.dicom.dictionary import Entry, lookup, lookup_private
from tui.dicom.element import ITEM, PIXEL_DATA, UNDEFINED, Element, tag_text
from tui.dicom.elements import Elements
from tui.dicom.errors import ReadError
from tui.dicom.matching import Value
from tui.dicom.source import HEAD
from tui.dicom.surroundings import Surroundings
from tui.dicom.value_text import value_text, whole_lines
from tui.text import safe_text

CUT_LENGTH = 256
MOST_WHOLE = 1 << 20
MOST_HEX = 1 << 16
_ROWS_AT_ONCE = 1000


class TagRow(NamedTuple):
    """One row of the table; every text is safe to draw.

    `tag` is empty for an item; `name` is the keyword, a private name in brackets, or the item's number; `title` is the
    dictionary's name; `text` is the value in one line, cut where it is long; `searched` is as much of it as a search
    looks through.
    """

    depth: int
    tag: str
    vr: str
    name: str
    text: str
    title: str = ""
    creator: str = ""
    private: bool = False
    parent: bool = False
    broken: bool = False
    searched: str = ""

    @property
    def haystack(self) -> str:
        """Return what a search looks through, in lower case; the tag's comma is a slash there, as in no value."""
        tag = self.tag.replace(",", "/")
        return "\n".join(
            (tag, tag.strip("()").replace("/", ""), self.name, self.title, self.creator, self.searched or self.text)
        ).lower()


class TagRows:
    """The rows of one file, made when they are asked for.

    Parameters
    ----------
    elements : Elements
        The walked file.
    """

    def __init__(self, elements: Elements) -> None:
        self.elements = elements
        self._rows: dict[int, TagRow] = {}
        self._haystacks: list[str] = []

    @property
    def path(self) -> str:
        """Return the file's path."""
        return self.elements.path

    def __len__(self) -> int:
        """Return how many rows there are: the elements, and a row for each thing that is odd about the file."""
        return len(self.elements.elements) + len(self._notes)

    @cached_property
    def _notes(self) -> list[str]:
        """Return what is odd about the file, and where and why it broke, in sentences."""
        broken = self.elements.broken
        notes = [*self.elements.remarks, *([broken.sentence] if broken is not None else [])]
        return [safe_text(note[:1].upper() + note[1:]) for note in notes]

    def depth(self, index: int) -> int:
        """Return how deep row `index` lies."""
        found = self.elements.elements
        return found[index].depth if index < len(found) else 0

    def is_parent(self, index: int) -> bool:
        """Return whether row `index` has rows below it."""
        found = self.elements.elements
        return index + 1 < len(found) and found[index + 1].depth > found[index].depth

    @cached_property
    def parents(self) -> list[int]:
        """Return the row that each row lies in; -1 at the top."""
        found: list[int] = []
        chain: list[int] = []
        for index, element in enumerate(self.elements.elements):
            del chain[element.depth :]
            found.append(chain[-1] if chain else -1)
            chain.append(index)
        return found + [-1] * len(self._notes)

    @cached_property
    def _around(self) -> Surroundings:
        return Surroundings(self.elements, self.parents)

    @cached_property
    def _child_counts(self) -> Counter[int]:
        """Return of each parent how many rows lie directly in it."""
        return Counter(self.parents)

    @cached_property
    def _item_numbers(self) -> dict[int, int]:
        """Return the number of each item in its sequence, from 1."""
        counts: dict[int, int] = {}
        numbers: dict[int, int] = {}
        for index, element in enumerate(self.elements.elements):
            if element.tag == ITEM:
                parent = self.parents[index]
                numbers[index] = counts[parent] = counts.get(parent, 0) + 1
        return numbers

    @cached_property
    def places(self) -> list[int]:
        """Return a number for the path of each row: the same in every file that has it, until the program ends."""
        found: list[int] = []
        for index, (element, parent) in enumerate(zip(self.elements.elements, self.parents, strict=False)):
            number = self._item_numbers[index] if element.tag == ITEM else 0
            found.append(hash((found[parent] if parent >= 0 else 0, element.tag, number)))
        return found + [hash((-1, number)) for number in range(len(self._notes))]

    def key(self, index: int) -> str:
        """Return the path of row `index`, such as ``(0040,0275)[0].(0040,0007)``: the same in every file that has it."""
        if index >= len(self.elements.elements):
            return f"note {index - len(self.elements.elements)}"
        parts: list[str] = []
        while index >= 0:
            element = self.elements.elements[index]
            parts.append(f"[{self._item_numbers[index] - 1}]" if element.tag == ITEM else f".{tag_text(element.tag)}")
            index = self.parents[index]
        return "".join(reversed(parts)).removeprefix(".")

    def element(self, index: int) -> Element | None:
        """Return the element of row `index`, or None where it is none."""
        found = self.elements.elements
        return found[index] if index < len(found) else None

    def item_number(self, index: int) -> int:
        """Return which item of its sequence row `index` is, from 0."""
        return self._item_numbers[index] - 1

    def values(self, index: int) -> tuple[Value, ...]:
        """Return the values of row `index`, as far as they are at hand without the disk; of a sequence: how many items."""
        element = self.element(index)
        if element is None:
            return ()
        if element.vr == "SQ":
            return (self._child_counts[index],)
        if element.length in (0, UNDEFINED):
            return ()
        return self._values(index, element, self.elements.source.head(element.offset, min(element.length, HEAD)))

    def every_value(self, index: int) -> tuple[Value, ...]:
        """Return all values of row `index`, however long; this may read the file.

        Raises
        ------
        ReadError
            The file cannot be read, or was changed since it was opened.
        """
        element = self.element(index)
        if element is None or element.length == UNDEFINED or element.length <= HEAD or element.vr in values.BINARY_VRS:
            return self.values(index)
        return self._values(index, element, self.elements.source.read(element.offset, element.length))

    def _values(self, index: int, element: Element, data: bytes) -> tuple[Value, ...]:
        big_endian = self.elements.encoding_at(element).big_endian
        if element.vr in values.NUMBERS:
            return values.numbers(element.vr, data, big_endian=big_endian)
        if element.vr == "AT":
            return tuple(map(tag_text, values.tags(data, big_endian=big_endian)))
        if element.vr in values.BINARY_VRS:
            return (self._text(index, element),)
        return values.texts(element.vr, data, self._around.charset(index))

    def make_haystacks(self) -> Iterator[None]:
        """Make what a search looks through, a text per row, some rows a step; what was made stays."""
        while len(self._haystacks) < len(self):
            start = len(self._haystacks)
            rows = range(start, min(start + _ROWS_AT_ONCE, len(self)))
            self._haystacks += [self.row(index).haystack for index in rows]
            yield

    def haystacks(self) -> list[str]:
        """Return what a search looks through, a text per row."""
        for _ in self.make_haystacks():
            continue
        return self._haystacks

    def row(self, index: int) -> TagRow:
        """Return row `index`."""
        row = self._rows.get(index)
        if row is None:
            row = self._rows[index] = self._make(index)
        return row

    def whole(self, index: int) -> str:
        """Return the whole value of row `index`, lines kept; this may read the file.

        Raises
        ------
        ReadError
            The file cannot be read, or was changed since it was opened.
        """
        if index >= len(self.elements.elements):
            return self.row(index).text
        element = self.elements.elements[index]
        if element.length == UNDEFINED or element.tag == ITEM or self.is_parent(index):
            return self.row(index).text
        most = MOST_HEX if element.vr in values.BINARY_VRS else MOST_WHOLE
        data = self.elements.source.read(element.offset, min(element.length, most))
        big_endian = self.elements.encoding_at(element).big_endian
        lines = whole_lines(element, data, big_endian=big_endian, charset=self._around.charset(index))
        shown = "\n".join(safe_text(line, MOST_WHOLE) for line in lines)
        left = element.length - len(data)
        return shown if left <= 0 else f"{shown}\n… {left:,} more bytes"

    def copied(self, index: int) -> str | None:
        """Return the value of row `index` as another program wants it, or None where it is too long to be at hand.

        Names of UIDs and tags are left out; it touches no disk.
        """
        if index >= len(self.elements.elements) or self.is_parent(index):
            return self.row(index).text
        element = self.elements.elements[index]
        if element.length > HEAD or element.vr in values.BINARY_VRS:
            return None if element.length else ""
        data = self.elements.source.head(element.offset, element.length)
        if element.vr == "UI":
            return safe_text(values.text("UI", data, ()))
        if element.vr == "AT":
            found = values.tags(data, big_endian=self.elements.encoding_at(element).big_endian)
            return "\\".join(tag_text(tag) for tag in found)
        return safe_text(self._text(index, element))

    def _make(self, index: int) -> TagRow:
        found = self.elements.elements
        if index >= len(found):
            return TagRow(0, "", "", "", self._notes[index - len(found)], broken=True)
        element = found[index]
        parent = self.is_parent(index)
        if element.tag == ITEM:
            return self._item_row(index, element, parent)
        text = self._text(index, element)
        shown, searched = safe_text(text, CUT_LENGTH), safe_text(text) if len(text) > CUT_LENGTH else ""
        if element.tag >> 16 & 1:
            entry, creator = self._entry(index, element)
            tag, name, title = tag_text(element.tag), _name(element.tag, entry, creator), entry.name if entry else ""
            creator = safe_text(creator)
            return TagRow(element.depth, tag, element.vr, name, shown, title, creator, True, parent, searched=searched)
        tag, name, title = _public(element.tag)
        return TagRow(element.depth, tag, element.vr, name, shown, title, parent=parent, searched=searched)

    def _item_row(self, index: int, element: Element, parent: bool) -> TagRow:
        number = self._item_numbers[index]
        fragment = not parent and self.elements.elements[self.parents[index]].vr in ("OB", "OW")
        text = f"{element.length:,} bytes" if fragment else "" if parent else "empty"
        name = f"fragment {number}" if fragment else f"item {number}"
        return TagRow(element.depth, "", "", name, text, parent=parent)

    def _entry(self, index: int, element: Element) -> tuple[Entry | None, str]:
        group, number = element.tag >> 16, element.tag & 0xFFFF
        if not group & 1 or number < 0x1000:
            return lookup(element.tag), ""
        creator = self._around.private_creators(self.parents[index]).get(group << 8 | number >> 8, "")
        return lookup_private(creator, element.tag) if creator else None, creator

    def _text(self, index: int, element: Element) -> str:
        if element.length == UNDEFINED or element.vr == "SQ":
            return self._container_text(index, element)
        if element.length == 0:
            return ""
        data = self.elements.source.head(element.offset, min(element.length, HEAD))
        big_endian = self.elements.encoding_at(element).big_endian
        plain = element.vr not in values.CHARSET_VRS or (data.isascii() and b"\x1b" not in data)
        charset = () if plain else self._around.charset(index)
        return value_text(element, data, big_endian=big_endian, charset=charset)

    def _container_text(self, index: int, element: Element) -> str:
        count = self._child_counts[index]
        if element.vr == "SQ":
            return f"{count} item{'' if count == 1 else 's'}"
        total = sum(fragment.length for fragment in self.elements.elements[index + 1 : index + 1 + count])
        kind = "encapsulated pixel data" if element.tag == PIXEL_DATA else "encapsulated"
        return f"{kind}, {count} fragment{'' if count == 1 else 's'}, {total:,} bytes"


@cache
def _public(tag: int) -> tuple[str, str, str]:
    """Return a public tag as text, its keyword and its name."""
    entry = lookup(tag)
    return tag_text(tag), _name(tag, entry, ""), entry.name if entry else ""


def _name(tag: int, entry: Entry | None, creator: str) -> str:
    if not tag >> 16 & 1:
        return entry.keyword or entry.name if entry else "unknown to the dictionary"
    if entry is not None and entry.name == "Group Length":
        return entry.keyword
    if tag & 0xFFFF < 0x1000:
        return "private creator"
    return f"[{safe_text(entry.name)}]" if entry else f"[{safe_text(creator) or 'private'}]"


def load_rows(elements: Elements) -> TagRows:
    """Return the rows of a walked file.

    Raises
    ------
    ReadError
        There is not one element in it.
    """
    rows = TagRows(elements)
    if not len(rows):
        raise ReadError(f"{safe_text(os.path.basename(elements.path))} holds no element", elements.path)
    return rows
