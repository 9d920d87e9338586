"""What a row takes from the dataset around it: private creators, and the character set in force."""

from collections.abc import Iterator
from functools import cached_property

from tui.dicom import values
from tui.dicom.attributes import Attributes
from tui.dicom.element import ITEM, UNDEFINED, Element
from tui.dicom.elements import Elements
from tui.dicom.source import HEAD


class Surroundings:
    """The datasets of a walked file, by their rows.

    Parameters
    ----------
    elements : Elements
        The walked file.
    parents : list of int
        The row that each row lies in; -1 at the top.
    """

    def __init__(self, elements: Elements, parents: list[int]) -> None:
        self._elements = elements
        self._parents = parents
        self._creators: dict[int, dict[int, str]] = {}
        self._charsets: dict[int, tuple[str, ...]] = {}

    @cached_property
    def _top_charset(self) -> tuple[str, ...]:
        return Attributes.of(self._elements).charset

    def _siblings(self, parent: int) -> Iterator[Element]:
        found = self._elements.elements
        depth = found[parent].depth + 1 if parent >= 0 else 0
        index = parent + 1
        while index < len(found) and found[index].depth >= depth:
            if found[index].depth == depth:
                yield found[index]
            index += 1

    def private_creators(self, parent: int) -> dict[int, str]:
        """Return the creator of each private block in the dataset that lies in row `parent`."""
        known = self._creators.get(parent)
        if known is None:
            source = self._elements.source
            known = self._creators[parent] = {
                (element.tag >> 16) << 8 | element.tag & 0xFF: values.text(
                    "LO", source.head(element.offset, min(element.length, 64)), ()
                ).strip()
                for element in self._siblings(parent)
                if element.tag >> 16 & 1 and 0x10 <= element.tag & 0xFFFF <= 0xFF and element.length != UNDEFINED
            }
        return known

    def charset(self, index: int) -> tuple[str, ...]:
        """Return the character set in force at row `index`: its item's own, or the nearest one around it."""
        parent, climbed = self._parents[index], list[int]()
        while parent >= 0 and parent not in self._charsets:
            climbed.append(parent)
            parent = self._parents[parent]
        found = self._charsets[parent] if parent >= 0 else self._top_charset
        for around in reversed(climbed):
            found = self._charsets[around] = self._own_charset(around) or found
        return found

    def _own_charset(self, parent: int) -> tuple[str, ...]:
        """Return the SpecificCharacterSet of the item in row `parent`; empty where it has none."""
        for element in self._siblings(parent) if self._elements.elements[parent].tag == ITEM else ():
            if element.tag == 0x00080005 and 0 < element.length <= HEAD:
                return values.texts("CS", self._elements.source.head(element.offset, element.length), ())
            if element.tag > 0x00080005:
                break
        return ()
