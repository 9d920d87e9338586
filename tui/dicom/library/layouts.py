"""Walking over many headers that are alike: what was learned of one layout is verified in the next file, not found anew.

A run (see there) takes many elements at once. Where a header differs in its length alone, a run ends before it from then on;
where it is another element, another maker's layout is learned beside it. What is in no run is walked over one by one, by
what its first eight bytes say: they were met before, too.
"""

import struct
from collections.abc import Sequence
from itertools import count, islice
from typing import Final, NamedTuple

from tui.dicom.element import UNDEFINED
from tui.dicom.encoding import LONG_VRS, SHORT_VRS, Encoding
from tui.dicom.library.fields import FIELDS, LAST, Values
from tui.dicom.library.items import HEAD, LONG_HEAD, OF_ITEMS, Items, ShortError, UnsureError
from tui.dicom.library.runs import Met, Patience, Run, met_of

_LONGEST_RUN: Final = 512
_LEAST_RUN: Final = 14  # elements: for fewer, one after the other is as quick
_VARIANTS: Final = 4  # layouts that begin with the same element
_MOST_LEARNED: Final = 50_000
_LONGEST_VALUE: Final = 1 << 14
_VRS: Final = [frozenset({field.vr.encode(), b"UN"}) for field in FIELDS]  # that each of FIELDS may have


class _Known(NamedTuple):
    """A header of a wanted attribute: which field, and the value's length."""

    field: int
    length: int


class _Long(NamedTuple):
    """A header of twelve bytes, of which the first eight do not tell the length: which field, or -1."""

    field: int


class _Items(NamedTuple):
    """A header in implicit VR of items without a length."""


class _Stop(NamedTuple):
    """A header behind the last field."""


class _Variants:
    """The runs that begin with the same header, the last one met first; `alone` is that header's element by itself."""

    __slots__ = ("alone", "patience", "runs")

    def __init__(self, run: Run, alone: tuple[int, int, int]) -> None:
        self.runs = [run]
        self.alone = alone
        self.patience = Patience()


class Layouts:
    """What was learned of datasets in one encoding.

    Parameters
    ----------
    encoding : Encoding
        Explicit or implicit VR, in which byte order.
    items : Items
        What skips its sequences, and looks on behind what is wanted.
    steps : int
        How many the last walk took.
    """

    def __init__(self, encoding: Encoding) -> None:
        order = ">" if encoding.big_endian else "<"
        self.encoding = encoding
        self._implicit = encoding.implicit
        self._tag = struct.Struct(f"{order}HH").unpack_from
        self._short = struct.Struct(f"{order}H").unpack_from
        self._long = struct.Struct(f"{order}I").unpack_from
        self.items = Items(encoding)
        self._wanted = self.items.wanted
        self.steps = 0
        self._singles: dict[bytes, tuple[int, int, int]] = {}  # elements of which the first eight bytes tell all, by these
        self._steps: dict[
            bytes, int | _Known | _Long | _Items | _Stop | _Variants
        ] = {}  # by the first eight bytes of a header

    def read(self, data: bytes, at: int, values: Values, size: int) -> int:  # noqa: C901, PLR0912, PLR0915 - the hot loop of a scan: a call per element would double its cost
        """Put the values of a dataset's wanted attributes into `values`; return where what lies behind them begins.

        Parameters
        ----------
        data : bytes
            The beginning of the file, or of its inflated dataset.
        at : int
            Where in it the dataset begins.
        values : list
            One for each of FIELDS; what is not there stays as it is.
        size : int
            Of the whole of it, in bytes.

        Raises
        ------
        ShortError
            More of the file is needed.
        UnsureError
            It is odd.
        """
        get, end, before = self._steps.get, len(data), -1
        for steps in count():  # noqa: B007 - quicker than counting in the loop, and used behind it
            head = data[at : at + HEAD]
            step = get(head)
            kind = step.__class__  # much faster than isinstance
            if kind is int:
                at += step  # type: ignore[operator] # it is an int
                continue
            if kind is _Known:
                field, length = step  # type: ignore[misc] # it is one
                begin = at + HEAD
                at = begin + length
                if at > end:
                    raise ShortError(at)
                if field <= before:
                    raise UnsureError
                before = field
                values[field] = data[begin:at]
                continue
            if kind is _Variants:
                run = self._taken(step, data, at, values)  # type: ignore[arg-type] # it is one
                if run is not None:
                    if run.first_field >= 0:
                        if run.first_field <= before:
                            raise UnsureError
                        before = run.last_field
                    at += run.total
                    if run.last:
                        break
                    continue
                if head[4:6] in SHORT_VRS or self._implicit:  # the first eight bytes tell all
                    width, length, field = step.alone  # type: ignore[union-attr] # it is one
                    begin = at + width
                    at = begin + length
                    if field >= 0:
                        if field <= before:
                            raise UnsureError
                        if at > end:
                            raise ShortError(at)
                        before = field
                        values[field] = data[begin:at]
                    continue
            if kind is _Stop:
                break
            if kind is _Items:
                at = self.items.after(data, at + HEAD, implicit=True)
                continue
            if kind is _Long and at + LONG_HEAD <= end:
                width, length, field = LONG_HEAD, self._long(data, at + HEAD)[0], step.field  # type: ignore[union-attr] # it is one
            elif len(head) < HEAD:
                if at == size:
                    break
                raise ShortError(at + HEAD)
            else:
                element = self._element(data, at, head)
                if element is None:
                    self._steps[head] = _Stop()
                    break
                if step is None and self._learn(data, at, head, element):
                    continue
                width, length, field = element
            if length == UNDEFINED:
                if not self._implicit and head[4:6] not in OF_ITEMS:
                    raise UnsureError
                at = self.items.after(data, at + width, implicit=self._implicit or head[4:6] == b"UN")
                continue
            at += width
            if field >= 0:
                if field <= before or length > _LONGEST_VALUE:
                    raise UnsureError
                if at + length > end:
                    raise ShortError(at + length)
                before = field
                values[field] = data[at : at + length]
            at += length
        self.steps = steps
        return at

    # --- runs

    def _taken(self, variants: _Variants, data: bytes, at: int, values: Values) -> Run | None:
        """Return the run that stands at a place, with its values taken, or None; what is learned from that is kept."""
        runs = variants.runs
        try:
            for which, run in enumerate(runs):
                if run.stands_at(data, at, values):
                    if which:
                        runs.insert(0, runs.pop(which))
                    else:
                        variants.patience.grows()
                    return run
        except struct.error:  # it would reach behind what was read
            return None
        if not variants.patience.ends():
            return None
        made = self._other(variants, data, at)
        return made if made is not None and made.stands_at(data, at, values) else None

    def _other(self, variants: _Variants, data: bytes, at: int) -> Run | None:
        """Return the run at a place where none of those that are known stands: a shorter one, or a new one."""
        runs = variants.runs
        for which, run in enumerate(runs):
            same, another = run.common(data, at, 4 if self._implicit else 6)
            if another or not same:
                continue
            if same >= _LEAST_RUN:  # it differs in a length: what lies before that is common
                runs[which] = Run(data, at, list(islice(run.elements, same)), last=False)
                return runs[which]
            del runs[which]
            if not runs:
                head = data[at : at + HEAD]
                del self._steps[head]
                element = self._element(data, at, head)
                if element is not None:
                    self._learn_one(head, element)
                return None
            break
        made = _run(data, at, *self._found(data, at))
        if made is not None:
            runs.insert(0, made)
            del runs[_VARIANTS:]
        return made

    def _learn(self, data: bytes, at: int, head: bytes, element: tuple[int, int, int]) -> bool:
        """Keep the run that begins at a place, or its first element; return whether a run was kept."""
        if len(self._steps) > _MOST_LEARNED:
            self._steps.clear()
            self._singles.clear()
        elements, last = self._found(data, at)
        run = _run(data, at, elements, last)
        if run is None:
            self._learn_one(head, element)
            for met in elements:  # a run from one of them on would be as short
                begin = at + met.at
                self._learn_one(data[begin : begin + HEAD], (met.head, met.length, met.field))
            return False
        self._steps[head] = _Variants(run, element)
        return True

    def _learn_one(self, head: bytes, element: tuple[int, int, int]) -> None:
        """Keep what the first eight bytes of a header say of its element."""
        width, length, field = element
        if width == LONG_HEAD:
            self._steps[head] = _Long(field)
        elif length == UNDEFINED:
            self._steps[head] = _Items()
        elif length <= _LONGEST_VALUE:
            self._steps[head] = _Known(field, length) if field >= 0 else HEAD + length

    def _found(self, data: bytes, at: int) -> tuple[list[Met], bool]:
        """Return the elements from a place up to what is odd or begins a known run, and whether the last field is theirs."""
        elements, begin, last, before, singles = list[Met](), at, False, -1, self._singles
        while len(elements) < _LONGEST_RUN and not last:
            head = data[at : at + HEAD]
            if len(head) < HEAD or (elements and self._steps.get(head).__class__ is _Variants):
                break
            try:
                element = singles.get(head) or self._element(data, at, head)
            except (ShortError, UnsureError):
                break
            if element is None:  # whether it stands there in other files, too, is not known
                break
            width, length, field = element
            if length == UNDEFINED or at + width + length > len(data) or 0 <= field <= before:
                break
            before = field if field >= 0 else before
            elements.append(met_of((at - begin, width, length, field)))
            if width == HEAD:
                singles[head] = element
            at += width + length
            last = field == len(FIELDS) - 1
        return elements, last

    def _element(self, data: bytes, at: int, head: bytes) -> tuple[int, int, int] | None:
        """Return the bytes of a header, those of its value, and its field or -1; None behind the last field."""
        group, number = self._tag(head)
        if group << 16 | number > LAST:
            return None
        if group == 0:
            raise UnsureError
        field = self._wanted.get(head[:4], -1)
        if self._implicit:
            return HEAD, self._long(head, 4)[0], field
        vr = head[4:6]
        if field >= 0 and vr not in _VRS[field]:
            raise UnsureError
        if vr in SHORT_VRS:
            return HEAD, self._short(head, 6)[0], field
        if vr not in LONG_VRS:
            raise UnsureError
        if at + LONG_HEAD > len(data):
            raise ShortError(at + LONG_HEAD)
        return LONG_HEAD, self._long(data, at + HEAD)[0], field


def _run(data: bytes, at: int, elements: Sequence[Met], last: bool) -> Run | None:
    """Return a run of elements that begin at a place; None of too few."""
    return Run(data, at, elements, last=last) if len(elements) >= _LEAST_RUN else None
