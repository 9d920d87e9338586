"""The values of a file's rows: for comparing, for copying, as one line and as a whole."""

from collections.abc import Iterable
from functools import cached_property

from tui.dicom import values
from tui.dicom.element import FOLDED_OUT, ITEM, PIXEL_DATA, UNDEFINED, Element, tag_text
from tui.dicom.errors import ReadError
from tui.dicom.row_tree import RowTree
from tui.dicom.source import HEAD
from tui.dicom.surroundings import Surroundings
from tui.dicom.value_text import MOST_NUMBERS, value_text, whole_lines
from tui.dicom.values import Value
from tui.text import MASK, safe_text

MOST_WHOLE = 1 << 20
MOST_HEX = 1 << 16
MOST_BYTES = 1 << 28


class RowValues(RowTree):
    """The rows of one file, and what stands in each."""

    @cached_property
    def around(self) -> Surroundings:
        """Return what rows take from the datasets around them."""
        return Surroundings(self.elements, self.parents)

    def values(self, index: int) -> tuple[Value, ...]:
        """Return the values of row `index`, as far as they are at hand without the disk; of a sequence: how many items."""
        element = self.element(index)
        if element is None or self.is_hidden(index):
            return ()
        if element.tag == FOLDED_OUT:
            return self.fields[index].values
        if element.vr == "SQ":
            return (self.child_counts[index],)
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
        at_hand = element is None or element.length == UNDEFINED or element.length <= HEAD or self.is_hidden(index)
        if element is None or at_hand or element.vr in values.BINARY_VRS or element.tag == FOLDED_OUT:
            return self.values(index)
        return self._values(index, element, self.elements.source.read(element.offset, element.length))

    def _values(self, index: int, element: Element, data: bytes) -> tuple[Value, ...]:
        big_endian = self.elements.encoding_at(element).big_endian
        if element.vr in values.NUMBERS:
            return values.numbers(element.vr, data, big_endian=big_endian)
        if element.vr == "AT":
            return tuple(map(tag_text, values.tags(data, big_endian=big_endian)))
        if element.vr in values.BINARY_VRS:
            return (self.text_of(index, element),)
        return values.texts(element.vr, data, self.around.charset(index))

    def multiplicity(self, index: int) -> int | None:
        """Return how many values row `index` has (PS3.5 6.4); None for what is no element, or too long to be at hand."""
        element = self.element(index)
        if element is None or element.tag == ITEM or self.is_hidden(index):
            return None
        if element.tag == FOLDED_OUT:
            return len(self.fields[index].values)
        if element.vr in values.NUMBERS:
            return element.length // values.NUMBERS[element.vr][1]
        if element.vr == "AT":
            return element.length // 4
        if element.vr == "SQ" or element.vr in values.BINARY_VRS or element.vr in values.SINGLE_VALUE_VRS:
            return int(element.length > 0)
        return None if element.length > HEAD else len(self.values(index))

    def is_long(self, index: int) -> bool:
        """Return whether the line of row `index` does not hold its whole value, which is a text, or numbers."""
        element = self.element(index)
        if element is None or element.length == UNDEFINED or element.vr in values.BINARY_VRS or element.vr in ("SQ", ""):
            return False
        if element.vr in values.NUMBERS:
            return element.length > MOST_NUMBERS * values.NUMBERS[element.vr][1]
        return element.length > HEAD

    def long_text(self, index: int) -> str:
        """Return the value of row `index` up to its first megabyte, made safe; what cannot be read is left out."""
        element = self.elements.elements[index]
        if self.is_hidden(index):
            return MASK
        try:
            data = self.elements.source.read(element.offset, min(element.length, MOST_WHOLE))
        except ReadError:
            return ""
        return safe_text("\\".join(map(str, self._values(index, element, data))), MOST_WHOLE)

    def base64(self, index: int) -> str:
        """Return the bytes of row `index`, a value or all fragments of encapsulated pixel data, in base 64.

        Raises
        ------
        ReadError
            They cannot be read, or are too many.
        """
        element = self.element(index)
        if element is None:
            return ""
        parts = [element]
        if element.length == UNDEFINED:
            parts = self.elements.elements[index + 1 : self.elements.after(index)]
        if sum(part.length for part in parts) > MOST_BYTES:
            raise ReadError(f"{tag_text(element.tag)} has more than {MOST_BYTES >> 20} MiB", self.path)
        from base64 import b64encode  # seldom wanted

        source = self.elements.source
        return b64encode(b"".join(source.read(part.offset, part.length) for part in parts)).decode()

    def whole(self, index: int) -> str:
        """Return the whole value of row `index`, lines kept; this may read the file.

        Raises
        ------
        ReadError
            The file cannot be read, or was changed since it was opened.
        """
        element = self.element(index)
        if self.is_hidden(index):
            return MASK
        if element is not None and element.tag == FOLDED_OUT:
            return _shown(line for value in self.fields[index].values for line in value.splitlines())
        fragment = self.is_fragment(index)
        nested = self.is_parent(index) and not self.holds_fields(index)
        if element is None or element.length == UNDEFINED or (element.tag == ITEM and not fragment) or nested:
            return self.line(index)
        most = MOST_HEX if element.vr in values.BINARY_VRS or fragment else MOST_WHOLE
        data = self.elements.source.read(element.offset, min(element.length, most))
        big_endian = self.elements.encoding_at(element).big_endian
        lines = whole_lines(element, data, big_endian=big_endian, charset=self.around.charset(index))
        shown = _shown(lines)
        left = element.length - len(data)
        return shown if left <= 0 else f"{shown}\n… {left:,} more bytes"

    def copied(self, index: int) -> str | None:
        """Return the value of row `index` as another program wants it, or None where it is too long to be at hand.

        Names of UIDs and tags are left out; it touches no disk.
        """
        element = self.element(index)
        if element is None or self.is_parent(index) or element.tag in (ITEM, FOLDED_OUT) or self.is_hidden(index):
            return self.line(index)
        if element.length > HEAD or element.vr in values.BINARY_VRS:
            return None if element.length else ""
        data = self.elements.source.head(element.offset, element.length)
        if element.vr == "UI":
            return safe_text(values.text("UI", data, ()))
        if element.vr == "AT":
            found = values.tags(data, big_endian=self.elements.encoding_at(element).big_endian)
            return "\\".join(tag_text(tag) for tag in found)
        return safe_text(self.text_of(index, element))

    def holds_fields(self, index: int) -> bool:
        """Return whether what lies in row `index` was folded out of its value."""
        return index + 1 in self.fields and self.parents[index + 1] == index

    def line(self, index: int) -> str:
        """Return the value of any row in one line, safe to draw."""
        element = self.element(index)
        if element is None:
            return self.notes[index - len(self.elements.elements)]
        if element.tag == ITEM:
            if self.is_fragment(index):
                return f"{element.length:,} bytes"
            return "" if self.is_parent(index) else "empty"
        return safe_text(self.text_of(index, element))

    def text_of(self, index: int, element: Element) -> str:
        """Return the value of `element`, which stands in row `index`, in one line; not yet made safe, nor cut."""
        if self.is_hidden(index) and element.length and element.vr != "SQ":
            return MASK
        if element.length == UNDEFINED or element.vr == "SQ":
            return self._container_text(index, element)
        if element.tag == FOLDED_OUT:
            return "\\".join(self.fields[index].values)
        if element.length == 0:
            return ""
        data = self.elements.source.head(element.offset, min(element.length, HEAD))
        big_endian = self.elements.encoding_at(element).big_endian
        plain = element.vr not in values.CHARSET_VRS or (data.isascii() and b"\x1b" not in data)
        charset = () if plain else self.around.charset(index)
        return value_text(element, data, big_endian=big_endian, charset=charset)

    def _container_text(self, index: int, element: Element) -> str:
        if self.elements.partial and self.elements.after(index) == len(self.elements.elements):
            return "…"  # it goes on
        count = self.child_counts[index]
        if element.vr == "SQ":
            return f"{count} item{'' if count == 1 else 's'}"
        total = sum(fragment.length for fragment in self.elements.elements[index + 1 : index + 1 + count])
        kind = "encapsulated pixel data" if element.tag == PIXEL_DATA else "encapsulated"
        return f"{kind}, {count} fragment{'' if count == 1 else 's'}, {total:,} bytes"


def _shown(lines: Iterable[str]) -> str:
    return "\n".join(safe_text(line, MOST_WHOLE) for line in lines)
