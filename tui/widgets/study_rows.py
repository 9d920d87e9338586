"""The rows of the studies view, without a widget: which patients, studies, series, stacks and files stand where.

The files of an unfolded series are one block, however many they are.
"""

import os
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import NamedTuple

from tui.dicom.library.instances import Instance
from tui.dicom.library.outline import Node

Key = tuple[str, ...]


class StudyRow(NamedTuple):
    """One row: a node, or (`at` from 0) one of the files of a node."""

    node: Node
    depth: int
    at: int = -1

    @property
    def instance(self) -> Instance | None:
        """Return the file, or None."""
        return self.node.members[self.at] if self.at >= 0 else None


class _Block(NamedTuple):
    """A node's own row, or all its files."""

    node: Node
    depth: int
    files: bool


class StudyRows:
    """The rows of an outline.

    Parameters
    ----------
    words_of : callable
        Returns the text of a node, which the filter looks through.
    """

    def __init__(self, words_of: Callable[[Node], str]) -> None:
        self.nodes: tuple[Node, ...] = ()
        self.unfolded: set[Key] = set()
        self.filter = ""
        self._words_of = words_of
        self._blocks: list[_Block] = []
        self._ends: list[int] = []
        self._places: dict[Key, tuple[Node, dict[str, int]]] = {}  # of nodes whose files are shown

    def __len__(self) -> int:
        """Return how many rows there are."""
        return self._ends[-1] if self._ends else 0

    def row(self, index: int) -> StudyRow:
        """Return row `index`."""
        at = bisect_right(self._ends, index)
        block = self._blocks[at]
        if not block.files:
            return StudyRow(block.node, block.depth)
        return StudyRow(block.node, block.depth, index - (self._ends[at] - len(block.node.members)))

    def index_of(self, key: Key) -> int | None:
        """Return the row of a node, or None if it is not shown."""
        first = 0
        for block, end in zip(self._blocks, self._ends, strict=True):
            if not block.files and block.node.key == key:
                return first
            first = end
        return None

    def index_of_file(self, path: str) -> int | None:
        """Return the row of a file, or None if it is not shown."""
        first = 0
        for block, end in zip(self._blocks, self._ends, strict=True):
            if block.files:
                found = self._places_of(block.node).get(path)
                if found is not None:
                    return first + found
            first = end
        return None

    def _places_of(self, node: Node) -> dict[str, int]:
        """Return where the files of an unfolded node stand."""
        known = self._places.get(node.key)
        if known is None or known[0] is not node:
            known = self._places[node.key] = node, {instance.path: at for at, instance in enumerate(node.members)}
        return known[1]

    def files_on(self, index: int, step: int) -> Iterator[str]:
        """Yield the files after (step 1) or before (-1) row `index`, nearest first, then no further."""
        index += step
        while 0 <= index < len(self):
            instance = self.row(index).instance
            if instance is not None:
                yield instance.path
            index += step

    def around(self, index: int) -> int | None:
        """Return the row that row `index` lies in, or None."""
        depth = self.row(index).depth
        for at in range(bisect_right(self._ends, index), -1, -1):
            block = self._blocks[at]
            if block.depth < depth and not block.files:
                return self._ends[at] - 1
        return None

    # --- changing

    def unfold_to(self, path: str) -> bool:
        """Unfold what a file lies in; return whether it is there."""
        place = os.path.split(path)
        found = next((keys for node in self.nodes if (keys := _way_to(node, place)) is not None), None)
        if found is None:
            return False
        self.unfolded.update(found)
        self.rebuild()
        return True

    def rebuild(self) -> None:
        """Lay the rows out anew, after `nodes`, `unfolded` or `filter` changed."""
        words = self.filter.lower().split()
        self._blocks = [block for node in self.nodes for block in self._lay_out(node, 0, words)]
        total, self._ends = 0, []
        for block in self._blocks:
            total += len(block.node.members) if block.files else 1
            self._ends.append(total)
        shown = {block.node.key for block in self._blocks if block.files}
        self._places = {key: places for key, places in self._places.items() if key in shown}

    def _lay_out(self, node: Node, depth: int, words: list[str]) -> Iterator[_Block]:
        if words:
            text = self._words_of(node).lower()
            words = [word for word in words if word not in text]
            if words and not self._matches_below(node, words):
                return
        yield _Block(node, depth, files=False)
        if node.key not in self.unfolded:
            return
        for below in node.below:
            yield from self._lay_out(below, depth + 1, words)
        if node.members:
            yield _Block(node, depth + 1, files=True)

    def _matches_below(self, node: Node, words: list[str]) -> bool:
        for below in node.below:
            text = self._words_of(below).lower()
            rest = [word for word in words if word not in text]
            if not rest or self._matches_below(below, rest):
                return True
        return False


def _way_to(node: Node, place: tuple[str, str]) -> list[Key] | None:
    """Return the keys of the nodes around a file, given by folder and name, from the top on."""
    if any((instance.folder, instance.name) == place for instance in node.members):
        return [node.key]
    for below in node.below:
        found = _way_to(below, place)
        if found is not None:
            return [node.key, *found]
    return None
