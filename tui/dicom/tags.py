"""A dataset as flat rows: what the tag table shows and what a search looks through."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from tui.dicom import csa
from tui.dicom.csa import Field
from tui.dicom.dictionary import Entry, lookup, lookup_private, uid_name
from tui.dicom.element import FOLDED_OUT, ITEM, Element, tag_text
from tui.dicom.elements import Elements
from tui.dicom.errors import ReadError
from tui.dicom.row_tree import NO_FIELDS
from tui.dicom.row_values import RowValues
from tui.dicom.values import LEAST_PRIVATE
from tui.text import safe_text

CUT_LENGTH = 256
_PRIVATE = 1 << 16  # of a tag
_SHORT = frozenset({"AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "LT", "PN", "SH", "ST", "TM", "UC", "UI", "UR", "UT"})
_CSA_GROUP = 0x00290000
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


class TagRows(RowValues):
    """The rows of one file, made when they are asked for.

    Parameters
    ----------
    elements : Elements
        The walked file.
    fields : mapping
        The fields that were folded out of values, by their rows.
    hides : callable, optional
        Tells of a tag and a VR whether values are masked.
    """

    def __init__(
        self, elements: Elements, fields: Mapping[int, Field] = NO_FIELDS, hides: Callable[[int, str], bool] | None = None
    ) -> None:
        super().__init__(elements, fields, hides)
        self._rows: dict[int, TagRow] = {}
        self._haystacks: list[str] = []

    def make_haystacks(self) -> Iterator[None]:
        """Make what a search looks through, a text per row, some rows a step; what was made stays."""
        while len(self._haystacks) < len(self):
            start = len(self._haystacks)
            rows = range(start, min(start + _ROWS_AT_ONCE, len(self)))
            self._haystacks += [row.haystack for row in self.some(rows)]
            for index in rows:
                if self.is_long(index):
                    self._haystacks[index] += f"\n{self.long_text(index)}".lower()
                    yield
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
            (row,) = self._made((index,))
        return row

    def some(self, indices: Sequence[int]) -> list[TagRow]:
        """Return many rows, which costs less than one by one."""
        kept = self._rows
        if any(index in kept for index in indices):
            return [self.row(index) for index in indices]
        return self._made(indices)

    def _made(self, indices: Sequence[int]) -> list[TagRow]:
        """Make rows: most hold a short text that is safe as it is, and take the short way."""
        elements, source, count = self.elements.elements, self.elements.source, len(self.elements.elements)
        made, kept, new, public, uid = list[TagRow](), self._rows, tuple.__new__, _public, uid_name
        parents, numbers = self.parents, self.item_numbers
        begin, window, hidden = 0, b"", self.is_hidden
        for index in indices:
            if index >= count:
                row = TagRow(0, "", "", "", self.notes[index - count], broken=True)
                made.append(row)
                kept[index] = row
                continue
            depth, tag, vr, offset, length = elements[index]
            parent = index + 1 < count and elements[index + 1][0] > depth
            text = None
            if vr in _SHORT and 0 < length <= CUT_LENGTH and not tag & _PRIVATE and not hidden(index):
                data = window[offset - begin : offset - begin + length] if offset >= begin else b""
                if len(data) != length:
                    begin, window = source.window_at(offset)
                    data = window[offset - begin : offset - begin + length]
                if len(data) == length and data.isascii():
                    text = data.decode("ascii").rstrip(" \0")
                    if not text.isprintable():
                        text = None
                    elif vr == "UI" and (name := uid(text)):
                        text = f"{text} ({name})"
            if tag == ITEM and elements[parents[index]].vr == "SQ":
                said = "" if parent else "empty"
                row = new(TagRow, (depth, "", "", f"item {numbers[index]}", said, "", "", False, parent, False, ""))
            elif text is not None and (vr != "UI" or "\\" not in text):
                shown, keyword, title = public(tag)
                row = new(TagRow, (depth, shown, vr, keyword, text, title, "", False, parent, False, ""))
            else:
                row = self._make(index, elements[index], parent)
            made.append(row)
            kept[index] = row
        return made

    def _make(self, index: int, element: Element, parent: bool) -> TagRow:
        if element.tag == ITEM:
            name = f"{'fragment' if self.is_fragment(index) else 'item'} {self.item_numbers[index]}"
            return TagRow(element.depth, "", "", name, self.line(index), parent=parent)
        text = self.text_of(index, element)
        shown, searched = safe_text(text, CUT_LENGTH), safe_text(text) if len(text) > CUT_LENGTH else ""
        if element.tag == FOLDED_OUT:
            name = safe_text(self.fields[index].name)
            return TagRow(element.depth, "", element.vr, name, shown, private=True, searched=searched)
        if element.tag & _PRIVATE:
            entry, creator = self.entry(index)
            tag, name, title = tag_text(element.tag), _name(element.tag, entry, creator), entry.name if entry else ""
            creator = safe_text(creator)
            return TagRow(element.depth, tag, element.vr, name, shown, title, creator, True, parent, searched=searched)
        tag, name, title = _public(element.tag)
        return TagRow(element.depth, tag, element.vr, name, shown, title, parent=parent, searched=searched)

    def entry(self, index: int) -> tuple[Entry | None, str]:
        """Return what the dictionaries know of the element in row `index`, and its private creator; "" without one."""
        tag = self.elements.elements[index].tag
        if not tag & _PRIVATE or tag & 0xFFFF < LEAST_PRIVATE:
            return lookup(tag), ""
        creator = self.around.creator_of(self.parents[index], tag)
        return lookup_private(creator, tag) if creator else None, creator


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
    if tag & 0xFFFF < LEAST_PRIVATE:
        return "private creator"
    return f"[{safe_text(entry.name)}]" if entry else f"[{safe_text(creator) or 'private'}]"


def load_rows(elements: Elements, *, fold_out: bool = True, hides: Callable[[int, str], bool] | None = None) -> TagRows:
    """Return the rows of a walked file.

    Parameters
    ----------
    elements : Elements
        The walked file.
    fold_out : bool
        Whether the fields that lie in Siemens CSA headers get rows of their own.
    hides : callable, optional
        Tells of a tag and a VR whether values are masked.

    Raises
    ------
    ReadError
        There is not one element in it.
    """
    rows = TagRows(elements, hides=hides)
    if not len(rows):
        raise ReadError(f"{safe_text(os.path.basename(elements.path))} holds no element", elements.path)
    headers = _csa_headers(rows) if fold_out else []
    return _folded_out(rows, headers) if headers else rows


def _csa_headers(rows: TagRows) -> list[int]:
    """Return the rows of Siemens CSA headers, at any depth."""
    return [
        index
        for index, (_, tag, vr, _, length) in enumerate(rows.elements.elements)
        if tag & 0xFFFF0000 == _CSA_GROUP
        and tag & 0xFF in csa.NUMBERS
        and tag & 0xFFFF >= LEAST_PRIVATE
        and vr in ("OB", "UN")
        and 0 < length <= csa.LONGEST
        and rows.around.creator_of(rows.parents[index], tag) == csa.CREATOR
    ]


def _folded_out(rows: TagRows, headers: list[int]) -> TagRows:
    """Return the rows with those of the fields behind the `headers` that hold them."""
    before, found, fields = rows.elements.elements, list[Element](), dict[int, Field]()
    remarks, begin = [*rows.elements.remarks], 0
    for index in headers:
        header = before[index]
        found += before[begin : index + 1]
        begin = index + 1
        try:
            held = csa.fields(rows.elements.source.read(header.offset, header.length))
        except ReadError as error:
            remarks.append(f"{tag_text(header.tag)}: {error}")
            continue
        for field in held:
            fields[len(found)] = field
            found.append(Element(header.depth + 1, FOLDED_OUT, field.vr, header.offset + field.offset, 0))
    found += before[begin:]
    made = TagRows(replace(rows.elements, elements=found, remarks=tuple(remarks)), fields, rows.hides)
    made.walked = rows.elements
    return made
