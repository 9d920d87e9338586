"""The rows of the file tree, without a widget: which entries of which unfolded folders stand where.

A folder's entries are one block, however many they are, split only where a folder among them is unfolded: unfolding a
folder of 100,000 files makes one block, not 100,000 rows.
"""

import os
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from tui.dicom.library.scan import FIRST_FILE, Entry, Kind, Listing, order_of


class FileRow(NamedTuple):
    """One row: an entry, or (`entry` None) a note about a folder's content."""

    entry: Entry | None
    depth: int
    note: str = ""
    error: bool = False


class _Block(NamedTuple):
    depth: int
    entries: tuple[Entry, ...]
    start: int
    stop: int
    note: str = ""
    error: bool = False


def root_entry(path: str) -> Entry:
    """Return the entry of a folder, as its listing has it or standing at the top."""
    name = os.path.basename(path) or path
    return Entry(order_of(name, folder=True), name, path, Kind.FOLDER)


class FileRows:
    """The rows under some roots."""

    def __init__(self, roots: tuple[str, ...]) -> None:
        self.roots = tuple(root_entry(path) for path in roots)
        self.listings: dict[str, Listing] = {}
        self.unfolded: dict[str, Entry] = {}
        self.filter = ""
        self._blocks: list[_Block] = []
        self._ends: list[int] = []
        self.rebuild()

    def __len__(self) -> int:
        """Return how many rows there are."""
        return self._ends[-1] if self._ends else 0

    def row(self, index: int) -> FileRow:
        """Return row `index`."""
        at = bisect_right(self._ends, index)
        block = self._blocks[at]
        if block.note:
            return FileRow(None, block.depth, block.note, block.error)
        first = self._ends[at] - (block.stop - block.start)
        return FileRow(block.entries[block.start + index - first], block.depth)

    def rows(self, indices: range) -> Iterator[FileRow]:
        """Yield the rows at `indices`."""
        return (self.row(index) for index in indices)

    def index_of(self, path: str) -> int | None:
        """Return the row of `path`, or None if it is not shown."""
        first = 0
        for block, end in zip(self._blocks, self._ends, strict=True):
            if not block.note:
                found = _find(block, path)
                if found is not None:
                    return first + found - block.start
            first = end
        return None

    def paths_to(self, index: int, step: int) -> Iterator[str]:
        """Yield the files after (step 1) or before (-1) row `index`, nearest first, then no further."""
        index += step
        while 0 <= index < len(self):
            entry = self.row(index).entry
            if entry is not None and entry.kind is Kind.FILE:
                yield entry.path
            index += step

    def place_of(self, entry: Entry | None) -> tuple[int, int]:
        """Return which of its folder's files (from 1) `entry` is, and their number; (0, 0) if it is none."""
        listing = self.listings.get(os.path.dirname(entry.path)) if entry is not None else None
        if entry is None or entry.kind is Kind.FOLDER or listing is None:
            return 0, 0
        folders = bisect_left(listing.entries, FIRST_FILE, key=_order)
        return bisect_left(listing.entries, entry.order, key=_order) - folders + 1, len(listing.entries) - folders

    def files_of(self, folder: str | None) -> tuple[str, ...]:
        """Return the files of `folder` that the filter lets through, in order."""
        listing = self.listings.get(folder) if folder else None
        entries = self._filtered(listing.entries) if listing else ()
        return tuple(entry.path for entry in entries if entry.kind is Kind.FILE)

    # --- changing

    def unfold_to(self, path: str) -> bool:
        """Unfold the folders around `path`; return whether one had to be."""
        root = next((entry.path for entry in self.roots if path.startswith(entry.path.rstrip(os.sep) + os.sep)), None)
        folder, wanted = os.path.dirname(path), list[str]()
        while root is not None and folder != root and folder not in self.unfolded:
            wanted.append(folder)
            folder = os.path.dirname(folder)
        for folder in reversed(wanted):
            self.unfolded[folder] = root_entry(folder)
        if wanted:
            self.rebuild()
        return bool(wanted)

    def rebuild(self) -> None:
        """Lay the blocks out anew, after `listings`, `unfolded` or `filter` changed."""
        self._blocks = list(self._lay_out(self.roots, "", 0))
        total, self._ends = 0, []
        for block in self._blocks:
            total += 1 if block.note else block.stop - block.start
            self._ends.append(total)

    def _lay_out(self, entries: tuple[Entry, ...], folder: str, depth: int) -> Iterator[_Block]:
        start = 0
        for at in self._unfolded_in(entries, folder):
            if at + 1 > start:
                yield _Block(depth, entries, start, at + 1)
            start = at + 1
            yield from self._content(entries[at].path, depth + 1)
        if start < len(entries):
            yield _Block(depth, entries, start, len(entries))

    def _unfolded_in(self, entries: tuple[Entry, ...], folder: str) -> list[int]:
        """Return where in `entries`, those of `folder`, unfolded folders stand."""
        if not folder:
            return [at for at, entry in enumerate(entries) if entry.path in self.unfolded]
        found = (bisect_left(entries, entry) for path, entry in self.unfolded.items() if os.path.dirname(path) == folder)
        return sorted(at for at in found if at < len(entries) and entries[at].path in self.unfolded)

    def _content(self, path: str, depth: int) -> Iterator[_Block]:
        listing = self.listings.get(path)
        if listing is None:
            yield _Block(depth, (), 0, 0, "reading …")
            return
        shown = self._filtered(listing.entries)
        yield from self._lay_out(shown, path, depth)
        if listing.problem:
            yield _Block(depth, (), 0, 0, listing.problem, error=True)
        elif not listing.complete:
            yield _Block(depth, (), 0, 0, f"{len(listing.entries):,} so far, reading …")
        elif not listing.entries:
            yield _Block(depth, (), 0, 0, "empty")
        elif listing.entries[-1].kind is not Kind.FOLDER and (not shown or shown[-1].kind is Kind.FOLDER):
            yield _Block(depth, (), 0, 0, f"none of {len(listing.entries):,} matches")

    def _filtered(self, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        if not self.filter:
            return entries
        words = self.filter.lower().split()
        return tuple(
            entry for entry in entries if entry.kind is Kind.FOLDER or all(word in entry.name.lower() for word in words)
        )


def _find(block: _Block, path: str) -> int | None:
    """Return where in a block's entries `path` stands, within the block, or None."""
    name = os.path.basename(path)
    for folder in (False, True):
        order = order_of(name, folder=folder)
        at = bisect_left(block.entries, order, block.start, block.stop, key=_order)
        if at < block.stop and block.entries[at].path == path:
            return at
    for at in range(block.start, block.stop) if block.depth == 0 else ():
        if block.entries[at].path == path:
            return at
    return None


def _order(entry: Entry) -> str:
    return entry.order
