"""A walked dataset as plans look at it: which row lies in which, and what stands in each."""

from collections.abc import Iterator, Sequence
from typing import Final

from tui.dicom import values
from tui.dicom.anonymize.dummies import dummy_text
from tui.dicom.attributes import Attributes
from tui.dicom.element import META_GROUP, UNDEFINED, Element, tag_text
from tui.dicom.element_bytes import padded
from tui.dicom.elements import Elements
from tui.dicom.encoding import Encoding
from tui.dicom.errors import EditError, RefusedError
from tui.dicom.new_values import value_bytes
from tui.dicom.source import HEAD
from tui.dicom.surroundings import Surroundings
from tui.text import safe_text

_LARGEST_VALUE: Final = 1 << 28
_SHOWN: Final = 200
_TEXTS: Final = values.CHARSET_VRS | {"AE", "AS", "CS", "DA", "DS", "DT", "IS", "TM", "UI", "UR"}
_MOST_NUMBERS: Final = 16


class Dataset:
    """The rows of a dataset, one for each element and item.

    Parameters
    ----------
    elements : Elements
        The walked file.
    """

    def __init__(self, elements: Elements) -> None:
        self.elements = elements
        self.found = elements.elements
        self.parents, self.nexts = tree_of(self.found)
        self.around = Surroundings(elements, self.parents)
        self.top = Attributes.of(elements)

    def items(self, row: int) -> Iterator[int]:
        """Return the rows of the items of a sequence, or of the elements of an item."""
        at, end = row + 1, self.nexts[row]
        while at < end:
            yield at
            at = self.nexts[at]

    def item(self, row: int) -> Attributes:
        """Return the attributes of an item."""
        own: dict[int, int] = {}
        for at in self.items(row):
            own.setdefault(self.found[at].tag, at)
        return Attributes(self.elements, own, self.around.charset_in(row))

    def inner_encoding(self, row: int) -> Encoding:
        """Return the encoding of what lies in a sequence."""
        element = self.found[row]
        return self.elements.encoding_at(element._replace(depth=max(1, element.depth)))

    def data(self, element: Element) -> bytes:
        """Return a value field.

        Raises
        ------
        RefusedError
            It is too large to be looked through.
        ReadError
            The file cannot be read.
        """
        if element.length <= HEAD:
            return self.elements.source.head(element.offset, element.length)
        if element.length > _LARGEST_VALUE:
            raise RefusedError("value too large", f"{tag_text(element.tag)} has {element.length:,} bytes")
        return self.elements.source.read(element.offset, element.length)

    def text(self, row: int) -> str:
        """Return the value of a character VR with its backslashes; raise as `data` does."""
        element = self.found[row]
        if element.length in (0, UNDEFINED):
            return ""
        data = self.data(element)
        if data.isascii() and b"\x1b" not in data:
            return data.decode("ascii").rstrip(" \0")
        return values.text(element.vr, data, self.around.charset(row))

    def encoded(self, row: int, text: str) -> bytes:
        """Return a text as a value field of a row, in its character set; a dummy where that does not have it."""
        vr = self.found[row].vr
        if text.isascii():
            return padded(text.encode("ascii"), vr)
        encoding = self.elements.encoding_at(self.found[row])
        try:
            return value_bytes(vr, text.split("\\"), encoding, self.around.charset(row))
        except EditError:  # what is left of a text in an odd character set is not worth an odd text
            return padded((dummy_text(vr) or "").encode("ascii"), vr)

    def shown(self, row: int) -> str:
        """Return the value of a row in one line, safe to draw."""
        element = self.found[row]
        if element.vr in _TEXTS and element.length <= _SHOWN:  # the short way: most are plain
            data = self.elements.source.head(element.offset, element.length)
            if data.isascii() and (text := data.decode("ascii").rstrip(" \0")).isprintable():
                return text
        if element.vr == "SQ":
            count = sum(1 for _ in self.items(row))
            return f"{count} item{'s' * (count != 1)}"
        if element.length == UNDEFINED:
            return "encapsulated"
        if element.vr in values.BINARY_VRS or element.length > HEAD:
            return f"{element.length:,} bytes"
        return self.shown_data(row, self.data(element))

    def shown_data(self, row: int, data: bytes) -> str:
        """Return a value field of a row in one line, safe to draw."""
        element = self.found[row]
        vr = element.vr
        if vr in values.BINARY_VRS or vr == "SQ":
            return f"{len(data):,} bytes" if data else ""
        big_endian = self.elements.encoding_at(element).big_endian
        if vr in values.NUMBERS:
            return "\\".join(map(str, values.numbers(vr, data, big_endian=big_endian, most=_MOST_NUMBERS)))
        if vr == "AT":
            return "\\".join(map(tag_text, values.tags(data, big_endian=big_endian)))
        return safe_text(values.text(vr, data, self.around.charset(row)), _SHOWN)


def first_row(found: Sequence[Element]) -> int:
    """Return the first row behind the file meta information."""
    return next((row for row, element in enumerate(found) if element.tag >> 16 != META_GROUP), len(found))


def tree_of(found: Sequence[Element]) -> tuple[list[int], list[int]]:
    """Return of each row the row that it lies in (-1 at the top), and the row behind it and all that lies in it."""
    parents, nexts = list[int](), [len(found)] * len(found)
    chain: list[int] = []
    for row, element in enumerate(found):
        depth = element.depth
        for ended in chain[depth:]:
            nexts[ended] = row
        del chain[depth:]
        parents.append(chain[-1] if chain else -1)
        chain.append(row)
    return parents, nexts
