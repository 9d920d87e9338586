"""What a row takes from the dataset around it: private creators, and the character set in force."""

from functools import cached_property
from typing import Final

from tui.dicom import values
from tui.dicom.attributes import SPECIFIC_CHARACTER_SET, Attributes
from tui.dicom.element import UNDEFINED
from tui.dicom.elements import Elements
from tui.dicom.source import HEAD

_CREATOR: Final = 0x10000  # of a tag: an odd group, and a number below 0100
_LONGEST_CREATOR: Final = 64


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
        self._charsets: dict[int, tuple[str, ...]] = {}

    @cached_property
    def _top_charset(self) -> tuple[str, ...]:
        return Attributes.of(self._elements).charset

    @cached_property
    def _learned(self) -> tuple[dict[int, dict[int, str]], dict[int, tuple[str, ...]]]:
        """Return the private creators, and the SpecificCharacterSet, of all datasets that have some, by the row around them.

        One pass over all: to look through each dataset for itself would take quadratic time where they are nested deeply.
        """
        creators: dict[int, dict[int, str]] = {}
        charsets: dict[int, tuple[str, ...]] = {}
        source = self._elements.source
        for index, (_, tag, _, offset, length) in enumerate(self._elements.elements):
            if tag & 0x1FF00 == _CREATOR and tag & 0xF0 and length != UNDEFINED:
                name = values.text("LO", source.head(offset, min(length, _LONGEST_CREATOR)), ()).strip()
                creators.setdefault(self._parents[index], {}).setdefault((tag >> 16) << 8 | tag & 0xFF, name)
            elif tag == SPECIFIC_CHARACTER_SET and 0 < length <= HEAD:
                charsets.setdefault(self._parents[index], values.texts("CS", source.head(offset, length), ()))
        return creators, charsets

    def private_creators(self, parent: int) -> dict[int, str]:
        """Return the creator of each private block in the dataset that lies in row `parent`."""
        return self._learned[0].get(parent, {})

    def creator_of(self, parent: int, tag: int) -> str:
        """Return the creator of the block that the private `tag` lies in, in the dataset of row `parent`; "" without one."""
        return self.private_creators(parent).get(tag >> 16 << 8 | tag >> 8 & 0xFF, "")

    def charset(self, index: int) -> tuple[str, ...]:
        """Return the character set in force at row `index`."""
        return self.charset_in(self._parents[index])

    def charset_in(self, parent: int) -> tuple[str, ...]:
        """Return the character set of the dataset in row `parent` (-1: the top): its own, or the nearest one around it."""
        climbed = list[int]()
        while parent >= 0 and parent not in self._charsets:
            climbed.append(parent)
            parent = self._parents[parent]
        found = self._charsets[parent] if parent >= 0 else self._top_charset
        for around in reversed(climbed):
            found = self._charsets[around] = self._learned[1].get(around) or found
        return found
