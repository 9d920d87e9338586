"""A walked file as a tree of rows: which lies in which, which item is which, and where each stands."""

from collections import Counter
from collections.abc import Callable, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Final

from tui.dicom.csa import Field
from tui.dicom.element import FOLDED_OUT, ITEM, PER_FRAME_GROUPS, Element, tag_text
from tui.dicom.elements import Elements
from tui.text import safe_text, sentence_case

NO_FIELDS: Final[Mapping[int, Field]] = MappingProxyType({})


class RowTree:
    """The rows of one file: one for each element, and one for each thing that is odd about the file.

    Parameters
    ----------
    elements : Elements
        The walked file.
    fields : mapping
        The fields that were folded out of values, by their rows. `walked` is the file without them.
    hides : callable, optional
        Tells of a tag and a VR whether values are masked, with all that lies in them (privacy view).
    """

    def __init__(
        self, elements: Elements, fields: Mapping[int, Field] = NO_FIELDS, hides: Callable[[int, str], bool] | None = None
    ) -> None:
        self.elements = self.walked = elements
        self.fields = fields
        self.hides = hides

    @property
    def path(self) -> str:
        """Return the file's path."""
        return self.elements.path

    def __len__(self) -> int:
        """Return how many rows there are: the elements, and a row for each thing that is odd about the file."""
        return len(self.elements.elements) + len(self.notes)

    @cached_property
    def notes(self) -> list[str]:
        """Return what is odd about the file, and where and why it broke, in sentences."""
        broken = self.elements.broken
        notes = [*self.elements.remarks, *([broken.sentence] if broken is not None else [])]
        return [safe_text(sentence_case(note)) for note in notes]

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
        return found + [-1] * len(self.notes)

    @cached_property
    def _hidden(self) -> frozenset[int]:
        """Return the rows whose values are masked."""
        if self.hides is None:
            return frozenset()
        found: set[int] = set()
        for index, (element, parent) in enumerate(zip(self.elements.elements, self.parents, strict=False)):
            if parent in found or (element.tag not in (ITEM, FOLDED_OUT) and self.hides(element.tag, element.vr)):
                found.add(index)
        return frozenset(found)

    def is_hidden(self, index: int) -> bool:
        """Return whether the value of row `index` is masked."""
        return self.hides is not None and index in self._hidden

    @cached_property
    def child_counts(self) -> Counter[int]:
        """Return of each parent how many rows lie directly in it."""
        return Counter(self.parents)

    @cached_property
    def item_numbers(self) -> dict[int, int]:
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
            found.append(self._place(index, element.tag, found[parent] if parent >= 0 else 0))
        return found + [hash((-1, number)) for number in range(len(self.notes))]

    def _place(self, index: int, tag: int, around: int) -> int:
        """Return the place of row `index` in what lies at the place `around`."""
        if tag == ITEM:
            return hash((around, tag, self.item_numbers[index]))
        return hash((around, self.fields[index].name if tag == FOLDED_OUT else tag, 0))

    @cached_property
    def row_of_place(self) -> dict[int, int]:
        """Return which row stands at each of the `places`; the first, if there are two."""
        found: dict[int, int] = {}
        for index, place in enumerate(self.places):
            found.setdefault(place, index)
        return found

    def frame_item(self, index: int) -> int | None:
        """Return the row of the frame's item that row `index` is or lies in, or None (PS3.3 C.7.6.16.1.2)."""
        while index >= 0:
            parent = self.parents[index]
            if parent >= 0 and self.elements.elements[parent].tag == PER_FRAME_GROUPS:
                return index
            index = parent
        return None

    def item_around(self, index: int) -> int | None:
        """Return the nearest item of a sequence of several that row `index` is or lies in; of a frame's, that one."""
        frame = self.frame_item(index)
        if frame is not None:
            return frame
        while index >= 0:
            parent = self.parents[index]
            if self.elements.elements[index].tag == ITEM and self.child_counts[parent] > 1:
                return index
            index = parent
        return None

    def counterpart(self, index: int, item: int, number: int) -> int | None:
        """Return the row that stands in item `number` (from 0) where row `index` stands in the item `item`.

        Where it is not there, what it would lie in; None where there is no such item.
        """
        chain = []
        while index != item:
            chain.append(index)
            index = self.parents[index]
        place = hash((self.places[self.parents[item]], ITEM, number + 1))
        found = self.row_of_place.get(place)
        for at in reversed(chain):
            place = self._place(at, self.elements.elements[at].tag, place)
            below = self.row_of_place.get(place)
            if found is None or below is None:
                break
            found = below
        return found

    def key(self, index: int) -> str:
        """Return the path of row `index`, such as ``(0040,0275)[0].(0040,0007)``: the same in every file that has it."""
        if index >= len(self.elements.elements):
            return f"note {index - len(self.elements.elements)}"
        parts: list[str] = []
        while index >= 0:
            element = self.elements.elements[index]
            if element.tag == FOLDED_OUT:
                parts.append(f".{safe_text(self.fields[index].name)}")
            else:
                parts.append(f"[{self.item_numbers[index] - 1}]" if element.tag == ITEM else f".{tag_text(element.tag)}")
            index = self.parents[index]
        return "".join(reversed(parts)).removeprefix(".")

    def element(self, index: int) -> Element | None:
        """Return the element of row `index`, or None where it is none."""
        found = self.elements.elements
        return found[index] if index < len(found) else None

    def is_fragment(self, index: int) -> bool:
        """Return whether row `index` is a fragment of encapsulated pixel data (PS3.5 A.4)."""
        element = self.element(index)
        return element is not None and element.tag == ITEM and self.elements.elements[self.parents[index]].vr != "SQ"

    def item_number(self, index: int) -> int:
        """Return which item of its sequence row `index` is, from 0."""
        return self.item_numbers[index] - 1
