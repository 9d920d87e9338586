"""A file's bytes with some stretches replaced: what an edited copy will hold, before and while it is written."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final, NamedTuple

from tui.dicom.source import INFLATED_LIMIT, Source

Piece = tuple[int, int] | bytes  # from where to where in the original, or bytes of its own
_AT_ONCE: Final = 1 << 20
_BEHIND_ALL: Final = 1 << 62


class Splice(NamedTuple):
    """The bytes from `begin` to `end` are replaced by `data`."""

    begin: int
    end: int
    data: bytes


class SplicedSource(Source):
    """The bytes of another source, spliced; nothing of the original is copied.

    Parameters
    ----------
    original : Source
        What is spliced: a file, or one that was spliced before.
    splices : sequence of Splice
        In its bytes, in order, without overlap.
    """

    def __init__(self, original: Source, splices: Sequence[Splice]) -> None:
        self._make_empty(original.path, original.identity)
        self._original: Source = original._original if isinstance(original, SplicedSource) else original
        pieces: list[Piece] = list(original.pieces) if isinstance(original, SplicedSource) else [(0, original.size)]
        for begin, end, data in reversed(splices):
            pieces = [*_cut(pieces, 0, begin), *([data] if data else []), *_cut(pieces, end, _BEHIND_ALL)]
        self.pieces: tuple[Piece, ...] = tuple(pieces)
        self._begins = [0, *accumulate(map(_length, pieces))]
        self.size = self._begins[-1]

    @property
    def inflated(self) -> bool:
        """Return whether offsets are into what was inflated."""
        return self._original.inflated

    def inflate_from(self, offset: int, limit: int = INFLATED_LIMIT) -> str | None:  # noqa: ARG002 - the base's signature
        """Do nothing: the original is inflated already."""
        return None

    def read(self, offset: int, length: int) -> bytes:
        """Read up to `length` bytes from `offset` on; fewer only at the end. It raises what the original raises."""
        end = min(self.size, offset + max(0, length))
        at = bisect_right(self._begins, offset) - 1
        parts = []
        while offset < end:
            piece, begin = self.pieces[at], self._begins[at]
            stop = min(end, self._begins[at + 1])
            if isinstance(piece, bytes):
                parts.append(piece[offset - begin : stop - begin])
            else:
                parts.append(self._original.read(piece[0] + offset - begin, stop - offset))
            offset = stop
            at += 1
        return b"".join(parts)

    def stretches(self, begin: int, end: int) -> Iterator[bytes]:
        """Return the bytes from `begin` to `end`, a megabyte at a time."""
        for at in range(begin, end, _AT_ONCE):
            yield self.read(at, min(_AT_ONCE, end - at))


def _length(piece: Piece) -> int:
    return len(piece) if isinstance(piece, bytes) else piece[1] - piece[0]


def _cut(pieces: Sequence[Piece], begin: int, end: int) -> list[Piece]:
    """Return the pieces of the bytes from `begin` to `end`."""
    found: list[Piece] = []
    at = 0
    for piece in pieces:
        low, high = max(begin, at) - at, min(end, at + _length(piece)) - at
        if low < high:
            found.append(piece[low:high] if isinstance(piece, bytes) else (piece[0] + low, piece[0] + high))
        at += _length(piece)
    return found
