"""Attributes of a walked dataset by tag: what the picture, the tree and the corner texts ask for.

An attribute that is missing, empty or not what its VR promises is None: real files lack Type 1 attributes and hold text
where numbers belong, and each reader has its own default.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from tui.dicom import values
from tui.dicom.dictionary import lookup
from tui.dicom.element import DOUBLE_FLOAT_PIXEL_DATA, FLOAT_PIXEL_DATA, ITEM, PIXEL_DATA, UNDEFINED, Element
from tui.dicom.elements import Elements
from tui.dicom.source import HEAD

SPECIFIC_CHARACTER_SET = 0x00080005
NUMBER_OF_FRAMES = 0x00280008
LARGEST_VALUE = 64 * 1024 * 1024
VIDEO = "1.2.840.10008.1.2.4.10"  # .100 to .109: MPEG-2, H.264, H.265, in one piece or in fragments


@dataclass(frozen=True)
class Attributes:
    """A dataset, or one item of a sequence.

    Parameters
    ----------
    elements : Elements
        The walked file.
    index : dict
        Where in it each of this dataset's own tags stands.
    charset : tuple of str
        SpecificCharacterSet, its own or inherited.
    """

    elements: Elements
    index: dict[int, int]
    charset: tuple[str, ...] = ()

    @classmethod
    def of(cls, elements: Elements) -> "Attributes":
        """Return the attributes of the top level of a file."""
        return cls._with_charset(elements, elements.top, ())

    @classmethod
    def _with_charset(cls, elements: Elements, index: dict[int, int], inherited: tuple[str, ...]) -> "Attributes":
        made = cls(elements, index, inherited)
        own = made.texts(SPECIFIC_CHARACTER_SET)
        return cls(elements, index, own) if own else made

    def __contains__(self, tag: int) -> bool:
        """Return whether the attribute is there, with or without a value."""
        return tag in self.index

    def element(self, tag: int) -> Element | None:
        """Return where the attribute lies, or None."""
        found = self.index.get(tag)
        return None if found is None else self.elements.elements[found]

    def data(self, tag: int) -> bytes | None:
        """Return the value field, or None if there is none; long ones are read from the file."""
        element = self.element(tag)
        return None if element is None else self._data(element)

    def _data(self, element: Element) -> bytes | None:
        if element.length in (0, UNDEFINED) or element.length > LARGEST_VALUE:
            return None
        source = self.elements.source
        read = source.head if element.length <= HEAD else source.read
        return read(element.offset, element.length) or None

    def big_endian(self, tag: int) -> bool:
        """Return the byte order of the attribute's value."""
        element = self.element(tag)
        return element is not None and self.elements.encoding_at(element).big_endian

    def texts(self, tag: int) -> tuple[str, ...]:
        """Return the values of a character attribute; empty if there are none."""
        element = self.element(tag)
        data = None if element is None else self._data(element)
        if element is None or data is None:
            return ()
        vr = element.vr
        if vr in values.BINARY_VRS:  # a known attribute that was written as UN
            entry = lookup(tag)
            vr = entry.vr if entry else vr
        return values.texts(vr, data, self.charset)

    def text(self, tag: int) -> str | None:
        """Return the first value of a character attribute, or None."""
        found = self.texts(tag)
        return found[0] if found and found[0] else None

    def numbers(self, tag: int) -> tuple[float, ...]:
        """Return the values of a number attribute (US, SS, ..., DS, IS); empty if one of them is no finite number."""
        element = self.element(tag)
        data = None if element is None else self._data(element)
        if element is None or data is None:
            return ()
        vr = element.vr
        if vr == "UN":
            entry = lookup(tag)
            vr = entry.vr if entry else vr
        found: tuple[float, ...]
        if vr in values.NUMBERS:
            found = values.numbers(vr, data, big_endian=self.elements.encoding_at(element).big_endian)
        elif vr == "OW":
            found = values.numbers("US", data, big_endian=self.elements.encoding_at(element).big_endian)
        else:
            parts = list(values.texts(vr, data, self.charset))
            while parts and not parts[-1]:  # "40\\" is met in real files
                parts.pop()
            try:
                found = tuple(float(part) for part in parts)
            except ValueError:
                return ()
        return found if all(math.isfinite(number) for number in found) else ()

    def number(self, tag: int) -> float | None:
        """Return the first value of a number attribute, or None."""
        found = self.numbers(tag)
        return found[0] if found else None

    def integer(self, tag: int) -> int | None:
        """Return the first value of a number attribute as an integer, or None."""
        found = self.number(tag)
        return None if found is None else int(found)

    def items(self, tag: int) -> list["Attributes"]:
        """Return the items of a sequence; empty if it is missing or none."""
        at = self.index.get(tag)
        return [] if at is None else [self._item(index) for index in self._item_indices(at)]

    def item(self, tag: int, number: int = 0) -> "Attributes | None":
        """Return item `number` (from 0) of a sequence, or None."""
        at = self.index.get(tag)
        if at is None:
            return None
        for count, index in enumerate(self._item_indices(at)):
            if count == number:
                return self._item(index)
        return None

    def _item_indices(self, at: int) -> Iterator[int]:
        found, sequence = self.elements.elements, self.elements.elements[at]
        index = at + 1
        while index < len(found) and found[index].depth > sequence.depth:
            if found[index].depth == sequence.depth + 1 and found[index].tag == ITEM:
                yield index
            index += 1

    def _item(self, at: int) -> "Attributes":
        found, depth = self.elements.elements, self.elements.elements[at].depth + 1
        own: dict[int, int] = {}
        index = at + 1
        while index < len(found) and found[index].depth >= depth:
            if found[index].depth == depth:
                own.setdefault(found[index].tag, index)
            index += 1
        return self._with_charset(self.elements, own, self.charset)


def frames_said(elements: Elements) -> int:
    """Return how many frames are shown: NumberOfFrames (PS3.3 C.7.6.6) of a file with pixels, but 1 of a video.

    1 without pixels, too, or where it is no number.
    """
    top = Attributes.of(elements)
    if elements.transfer_syntax.startswith(VIDEO):
        return 1
    pixels = any(tag in top for tag in (PIXEL_DATA, FLOAT_PIXEL_DATA, DOUBLE_FLOAT_PIXEL_DATA))
    return max(1, top.integer(NUMBER_OF_FRAMES) or 1) if pixels else 1
