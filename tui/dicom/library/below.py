"""What lies below some folders: each with the files in it, in natural order; no link leads around, or anywhere twice."""

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from tui.dicom.archives import is_folder
from tui.dicom.library.scan import Entry, Kind, Listing, list_folder

_DEEPEST: Final = 64
_TELLING: Final = {Kind.LOOP, Kind.BROKEN, Kind.UNREADABLE}


class Folder(NamedTuple):
    """A folder, and the names of its files and folders; while it is still being listed, `names` is None."""

    path: str
    names: list[str] | None
    folders: tuple[str, ...] = ()


class Below:
    """A walk below some folders and files.

    Parameters
    ----------
    roots : sequence of str
        Folders and files.
    tell : callable
        Is given the path of what cannot be gone into or read, and why.
    gently : bool
        Whether to give way to other threads.
    known : callable, optional
        Returns the names of a folder's folders where nothing else of it is wanted, else None.

    Attributes
    ----------
    links : int
        How many links lead to what is met anyway.
    """

    def __init__(self, roots: Sequence[str], tell: Callable[[str, str], None], *, gently: bool,
        known: Callable[[str], Sequence[str] | None] | None = None,
    ) -> None:  # fmt: skip
        self.links = 0
        self._named = _apart(roots)
        self._tell = tell
        self._gently = gently
        self._known = known
        self._followed: set[str] = set()  # where links to folders led
        self._roots = [os.path.realpath(root) for root in roots]

    def __iter__(self) -> Iterator[Folder]:
        """Yield the folders, each one's own files before what lies below it."""
        for root in self._named:
            if is_folder(root):
                yield from self._below(root)
            else:
                folder, name = os.path.split(root)
                yield Folder(folder, [name])

    def _below(self, root: str) -> Iterator[Folder]:
        waiting = [(root, 0)]
        while waiting:
            folder, depth = waiting.pop()
            folders = self._known(folder) if self._known is not None else None
            if folders is not None:
                yield Folder(folder, None)
                waiting += [(os.path.join(folder, name), depth + 1) for name in reversed(folders)]
                continue
            listing = Listing(folder, (), complete=False)
            for listing in list_folder(folder, gently=self._gently):  # noqa: B007 - the last one is the whole
                yield Folder(folder, None)
            if listing.problem:
                self._tell(folder, listing.problem)
            below = [entry.path for entry in listing.entries if entry.kind is Kind.FOLDER and self._is_entered(entry)]
            names = [entry.name for entry in listing.entries if self._is_file(entry)]
            yield Folder(folder, names, tuple(map(os.path.basename, below)))
            if depth < _DEEPEST:
                waiting += [(path, depth + 1) for path in reversed(below)]
            elif below:
                self._tell(folder, f"folders are nested more than {_DEEPEST} deep: those in it were left out")

    def _is_file(self, entry: Entry) -> bool:
        """Return whether an entry is a file to be read; what is odd about others is told."""
        if entry.kind in _TELLING:
            self._tell(entry.path, entry.kind.value)
        if entry.kind is not Kind.FILE or not entry.link:
            return entry.kind is Kind.FILE
        if self._is_met_anyway(entry.path):
            return False
        self._followed.add(os.path.realpath(entry.path))
        return True

    def _is_entered(self, entry: Entry) -> bool:
        """Return whether a folder is gone into: one behind a link only where nothing else leads there."""
        if not entry.link:
            return True
        if self._is_met_anyway(entry.path):
            return False
        target = os.path.realpath(entry.path)
        around = any(_lies_in(root, target) for root in (*self._roots, *self._followed))
        if around or any(_lies_in(target, followed) for followed in self._followed):
            self.links += 1
            return False
        self._followed.add(target)
        return True

    def _is_met_anyway(self, path: str) -> bool:
        """Return whether a link leads to what lies below one of the roots."""
        target = os.path.realpath(path)
        inside = any(_lies_in(target, root) for root in (*self._roots, *self._followed))
        self.links += inside
        return inside


def _lies_in(path: str, folder: str) -> bool:
    """Return whether a path is a folder's, or lies in it."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _apart(roots: Sequence[str]) -> list[str]:
    """Return roots without those that another one leads to, too."""
    real = {root: os.path.realpath(root) for root in dict.fromkeys(roots)}
    kept: list[str] = []
    for root, path in real.items():
        others = (other for other in real if other != root and (real[other] != path or other in kept))
        if not any(_lies_in(path, real[other]) for other in others):
            kept.append(root)
    return kept
