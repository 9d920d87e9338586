"""Elements that were met one after the other, recognized in another file by few calls of C.

Where every header of a run is byte for byte what it was, a walk over them would be the same: one call reads them all,
another one the values that are wanted. And most values are the same in neighbouring files, too: these are compared in long
stretches.
"""

import struct
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

from tui.dicom.library.fields import INDEX, NOTHING, OWN, Values

_OWN: Final = frozenset(map(INDEX.__getitem__, OWN))
_MOST_PATIENCE: Final = 256
_SOON: Final = 4  # files: a value that differs after so few is one that varies, and else one of another series

Reads = Callable[[bytes, int], tuple[Any, ...]]
Alike = dict[object, Any]  # what somebody made of the values that files have in common, by whatever else it depends on


class Met(NamedTuple):
    """An element of a run: where its header begins behind the run's own beginning, both lengths, and its field or -1."""

    at: int
    head: int
    length: int
    field: int


met_of: Final = partial(tuple.__new__, Met)  # as Met._make, but without a call of Python


class Elements:
    """Elements in little memory: a thousand runs of hundreds of them are kept."""

    __slots__ = ("_ats", "_fields", "_heads", "_lengths")

    def __init__(self, elements: Sequence[Met]) -> None:
        ats, heads, lengths, fields = zip(*elements, strict=True)
        self._ats, self._heads = array("I", ats), bytes(heads)
        self._lengths, self._fields = array("I", lengths), array("b", fields)

    def __len__(self) -> int:
        return len(self._ats)

    def __iter__(self) -> Iterator[Met]:
        return map(met_of, zip(self._ats, self._heads, self._lengths, self._fields, strict=True))


class Patience:
    """How often something fails before it is looked into: less and less often, where that does not help."""

    __slots__ = ("failed", "wanted")

    def __init__(self) -> None:
        self.wanted = 1
        self.failed = 0

    def ends(self) -> bool:
        """Count a failure; return whether it is looked into."""
        self.failed += 1
        if self.failed < self.wanted:
            return False
        self.failed = 0
        self.wanted = min(2 * self.wanted, _MOST_PATIENCE)
        return True

    def grows(self) -> None:
        """Count a success."""
        if self.wanted > 1:
            self.wanted -= 1


class Run:
    """Elements that stand one after the other.

    Parameters
    ----------
    data : bytes
        Where they were met.
    at : int
        Where in it the first one's header begins.
    elements : sequence of Met
        At least one.
    last : bool
        Whether nothing that is wanted lies behind them.
    """

    __slots__ = (
        "_alike", "_chunks", "_constants", "_expected", "_expected_chunks", "_fields", "_heads", "_hits", "_patience",
        "_sample", "_template", "_values", "_varying", "_varying_fields", "_varying_values", "elements", "first_field",
        "last", "last_field", "tail", "tail_at", "tail_end", "total",
    )  # fmt: skip

    def __init__(self, data: bytes, at: int, elements: Sequence[Met], *, last: bool) -> None:
        self.elements = Elements(elements)
        tail = elements[-1]
        self.total = tail.at + tail.head + tail.length
        self.last = last
        self.tail_at, self.tail_end = tail.at, tail.at + tail.head
        self.tail = data[at + self.tail_at : at + self.tail_end]
        self._heads = _struct((met.at, met.head) for met in elements)
        self._expected = b"".join(self._heads(data, at))
        wanted = [met for met in elements if met.field >= 0]
        self._fields = tuple(met.field for met in wanted)
        self._values = _struct((met.at + met.head, met.length) for met in wanted)
        self.first_field = self._fields[0] if wanted else -1
        self.last_field = self._fields[-1] if wanted else -1
        self._patience = Patience()
        self._varying: set[int] = set()  # which elements have other values in neighbouring files
        self._hits = 0
        self._sample = b""
        self._adapt(data, at)

    def stands_at(self, data: bytes, at: int, out: Values) -> bool:
        """Return whether the run stands at a place; put its wanted values into `out` then.

        Raises
        ------
        struct.error
            `data` ends before the run would.
        """
        if data[at + self.tail_at : at + self.tail_end] != self.tail:  # what else stands there ends elsewhere
            return False
        if self._chunks(data, at) == self._expected_chunks:
            self._hits += 1
            for field, value in self._constants:
                out[field] = value
            if self._varying_fields:
                for field, value in zip(self._varying_fields, self._varying_values(data, at), strict=True):
                    out[field] = value
            return True
        if b"".join(self._heads(data, at)) != self._expected:
            return False
        for field, value in zip(self._fields, self._values(data, at), strict=True):
            out[field] = value
        if self._hits > _SOON:
            self._patience.grows()
        if self._patience.ends():
            self._adapt(data, at)
        return True

    def values_at(self, data: bytes, at: int) -> tuple[Values, Alike | None] | None:
        """Return the wanted values of a run that is a whole header, where it stands at a place, and what is alike.

        Raises
        ------
        struct.error
            `data` ends before the run would.
        """
        if self._chunks(data, at) == self._expected_chunks:
            self._hits += 1
            values = self._template[:]
            if self._varying_fields:
                for field, value in zip(self._varying_fields, self._varying_values(data, at), strict=True):
                    values[field] = value
            return values, self._alike
        values = NOTHING[:]
        return (values, None) if self.stands_at(data, at, values) else None

    def common(self, data: bytes, at: int, kept: int) -> tuple[int, bool]:
        """Return how many of the elements stand at a place, and whether the next one is another element.

        `kept` is how many bytes of a header tell which element it is.
        """
        behind = 0
        for count, met in enumerate(self.elements):
            expected = self._expected[behind : behind + met.head]
            found = data[at + met.at : at + met.at + met.head]
            if found != expected:
                return count, found[:kept] != expected[:kept]
            behind += met.head
        return len(self.elements), False

    def _adapt(self, data: bytes, at: int) -> None:
        """Learn which values stay the same in neighbouring files; the others are read."""
        old, new = self._sample, data[at : at + self.total]
        if old and self._hits <= _SOON:
            self._varying |= {
                which
                for which, (begin, head, length, _) in enumerate(self.elements)
                if old[begin + head : begin + head + length] != new[begin + head : begin + head + length]
            }
        self._sample, self._hits = new, 0
        varying = [met for which, met in enumerate(self.elements) if which in self._varying] if self._varying else []
        ends = [0, *(end for met in varying for end in (met.at + met.head, met.at + met.head + met.length)), self.total]
        stretches = [(begin, end - begin) for begin, end in zip(ends[::2], ends[1::2], strict=True) if end > begin]
        self._chunks = _struct(stretches)
        self._expected_chunks = self._chunks(data, at)
        fields = [met for met in varying if met.field >= 0]
        self._varying_fields = tuple(met.field for met in fields)
        self._varying_values = _struct((met.at + met.head, met.length) for met in fields)
        found = zip(self._fields, self._values(data, at), strict=True)
        self._constants = [(field, value) for field, value in found if field not in self._varying_fields]
        self._alike: Alike | None = {} if _OWN.issuperset(self._varying_fields) else None
        self._template = NOTHING[:]
        for field, value in self._constants:
            self._template[field] = value


def _struct(stretches: Iterable[tuple[int, int]]) -> Reads:
    """Return what reads stretches (where, how many bytes) of data from a place on, as bytes."""
    form, behind = "<", 0
    for at, length in stretches:
        form += f"{at - behind}x{length}s"
        behind = at + length
    return struct.Struct(form).unpack_from
