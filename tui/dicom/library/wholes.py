"""Whole headers that were met, from the first element to where reading ended: each is one run, sequences and all.

They are for headers over which no few runs of neighbouring files lead: in folders of many makers in disorder no file is
like the one before it, but like one of long ago. Where the last element of a header stands tells which ones it may be.
"""

from typing import Final

from tui.dicom.library.fields import Values
from tui.dicom.library.items import Items, ShortError, UnsureError
from tui.dicom.library.runs import Alike, Run

Taken = tuple[Values, bool, Alike | None]  # wanted values, whether numbers are big endian, what is alike (see Run)
_MOST: Final = 64  # headers
_MOST_BYTES: Final = 64 * 1024
_COST: Final = 8  # to learn a header takes as long as knowing so many saves
_FIRST_CREDIT: Final = 16 * _COST
_MOST_CREDIT: Final = 32 * _COST


class _Ending:
    """Headers that end with the same element: the least and the largest place of it, and those that have it at a place."""

    __slots__ = ("at", "least", "most")

    def __init__(self) -> None:
        self.at: dict[int, list[tuple[Run, bool]]] = {}
        self.least = _MOST_BYTES
        self.most = 0

    def add(self, run: Run, *, big_endian: bool) -> None:
        self.at.setdefault(run.tail_at, []).insert(0, (run, big_endian))
        self.least = min(self.least, run.tail_at)
        self.most = max(self.most, run.tail_end)


class Wholes:
    """Those of files whose file meta information is alike."""

    __slots__ = ("_count", "_credit", "_endings", "least")

    def __init__(self) -> None:
        self.least = 0
        self._endings: dict[bytes, _Ending] = {}
        self._credit = _FIRST_CREDIT
        self._count = 0

    def take(self, data: bytes, at: int) -> Taken | None:
        """Return what the header at a place says, where it is known."""
        for tail, ending in self._endings.items():
            found = data.find(tail, at + ending.least, at + ending.most) - at
            known = ending.at.get(found, ())
            for which, (run, big_endian) in enumerate(known):
                values = run.values_at(data, at) if at + run.total <= len(data) else None
                if values is not None:
                    if which:
                        known.insert(0, known.pop(which))  # type: ignore[union-attr] # it is not empty
                    if self._credit < _MOST_CREDIT:
                        self._credit += 1
                    return values[0], big_endian, values[1]
        return None

    def learn(self, data: bytes, begin: int, end: int, items: Items) -> None:
        """Keep the header between two places, if that has been worth it so far."""
        if self._credit < _COST or end > len(data) or end - begin > _MOST_BYTES:
            return
        try:
            elements = items.elements(data[begin:end])
        except (ShortError, UnsureError):  # behind what is wanted
            return
        self._credit -= _COST
        if self._count == _MOST:
            self._endings.clear()
            self._count = self.least = 0
        run = Run(data, begin, elements, last=True)
        self._endings.setdefault(run.tail, _Ending()).add(run, big_endian=items.big_endian)
        self.least = min(self.least or run.total, run.total)
        self._count += 1
