"""The walk over the elements of a dataset: depth, tag, VR, offset and length of each, without building any object for it.

It reads headers and jumps over values; it never recurses, so nesting cannot exhaust it; and it survives broken data.
(PS3.5 section 7.)
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from tui.dicom.dictionary import lookup, lookup_private
from tui.dicom.element import ITEM, ITEM_END, PIXEL_DATA, SEQUENCE_END, UNDEFINED, Break, Element, tag_text
from tui.dicom.encoding import LONG_VRS, SHORT_VRS, Encoding
from tui.dicom.item_model import model_of
from tui.dicom.source import HEAD, WINDOW, Source

PIXEL_REPRESENTATION: Final = 0x00280103
LUT_DESCRIPTOR: Final = 0x00283002
MOST_ELEMENTS: Final = 2_000_000
_MOST_REMARKS: Final = 20


_DATASET, _SEQUENCE, _ITEM = range(3)
_NO_CREATORS: dict[int, str] = {}
_SPARE: Final = bytes(4)
_SHORT_VRS: Final = {vr: vr.decode() for vr in SHORT_VRS}
_LONG_VRS: Final = {vr: vr.decode() for vr in LONG_VRS}
_LEARNED: Final = frozenset({PIXEL_REPRESENTATION, LUT_DESCRIPTOR})
_ALIKE: Final = 16  # bytes: items whose first headers are equal may be alike throughout
_UNREAD: Final = 3
_MOST_ALIKE: Final = 512  # elements of an item that is kept as a model

# What an item is looked up by: depth, implicit VR, its first bytes.
_Key = tuple[int, bool, bytes]
# What is kept of an item until it is known whether it was an odd one: its key, the count of what was odd, its row.
_Mark = tuple[_Key, int, int]
# What the walk returns to when a sequence or an item ends: kind, limit, encoding, private creators, and of an item its mark.
# A plain tuple: there is one for each item.
_Container = tuple[int, int, Encoding, dict[int, str], _Mark]
_NO_MARK: Final[_Mark] = ((0, False, b""), -1, 0)
Unpack = Callable[[bytes, int], tuple[Any, ...]]


@dataclass(slots=True)
class Walker:
    """One walk over the elements of a source."""

    source: Source
    elements: list[Element]
    first: int = 0
    until: int = 0xFFFFFFFF
    stopped: int = 0
    signed: bool = False
    lut_entries: int = 0
    remarks: list[str] = field(default_factory=list)
    most: int = MOST_ELEMENTS
    partial: bool = False
    _odd: int = 0  # how often something was met that items alike in their headers may not have in common
    _alike: dict[_Key, Any] = field(default_factory=dict)
    implicit_stretches: list[tuple[int, int]] = field(default_factory=list)  # what lies in UN (PS3.5 6.2.2 note 2)

    def walk(self, start: int, encoding: Encoding, first_window: int) -> Break | None:  # noqa: C901, PLR0912, PLR0915 - the one hot loop of the program: a call per element would double its cost
        """Append every element from `start` on; return where the walk broke, or None."""
        source, elements, make = self.source, self.elements, tuple.__new__
        add = elements.append
        kind, limit, creators = _DATASET, source.size, dict(_NO_CREATORS)
        stack: list[_Container] = []
        short_vrs, long_vrs, alike = _SHORT_VRS, _LONG_VRS, self._alike
        implicit = encoding.implicit
        unpack, unpack_long = _unpackers(encoding)
        at, base, buffer = start, start, source.window(start, first_window)
        end, size, depth, most = base + len(buffer), source.size, 0, self.most
        closed = -1  # where an item was ended by its own delimiter
        first, until, kept, self.stopped = self.first, self.until, start, source.size
        buffer += _SPARE  # a header of eight bytes at the end is read as one of twelve
        while True:
            if at >= limit:
                if not stack:
                    return None
                at = limit  # a child that overran its parent was cut there
                item = kind == _ITEM
                kind, limit, before, creators, mark = stack.pop()
                depth -= 1
                if before is not encoding:
                    self.implicit_stretches[-1] = (self.implicit_stretches[-1][0], at)
                    self._odd += 1
                    encoding = before
                    implicit = encoding.implicit
                    unpack, unpack_long = _unpackers(encoding)
                if item:
                    ended = closed == at or elements[mark[2]].length != UNDEFINED  # and not by what stands behind it
                    closed = -1
                    if ended and mark[1] == self._odd and len(elements) - mark[2] <= _MOST_ALIKE:
                        alike[mark[0]] = (mark[2], len(elements), at)
                continue
            if at + 12 > end and end < size:
                base, buffer = at, source.window(at, WINDOW, kept)
                end = base + len(buffer)
                buffer += _SPARE
            here = at - base
            if at + 8 > end:
                return Break(at, "the file ends inside the header of an element")
            group, number, code, length, long_length = unpack(buffer, here)
            tag = group << 16 | number
            if kind == _SEQUENCE:
                if tag == ITEM:
                    key = (depth, implicit, buffer[here : here + _ALIKE])
                    model = alike.get(key)
                    if model is not None:
                        if len(model) == _UNREAD:
                            model = alike[key] = model_of(elements, model, buffer, base)
                        width, heads, expected, shapes, begin = model
                        whole = 0 < width <= min(end, limit) - at
                        if whole and heads(buffer[here : here + width]) == expected:
                            shift = at - begin
                            elements += [make(Element, (d, t, v, o + shift, n)) for d, t, v, o, n in shapes]
                            at += width
                            kept = at
                            if len(elements) > most:
                                return self._enough(at)
                            continue
                    at += 8
                    add(make(Element, (depth, ITEM, "", at, length := unpack_long(buffer, here + 4)[0])))
                    if len(elements) > most:
                        return self._enough(at)
                    stack.append((kind, limit, encoding, creators, (key, self._odd, len(elements) - 1)))
                    kind, creators, depth = _ITEM, {}, depth + 1
                    if length != UNDEFINED:
                        limit = min(limit, at + length)
                    continue
                if tag == SEQUENCE_END:
                    at += 8
                elif limit < size:  # the sequence says where it ends: go on behind it
                    found = f"at byte {at:,} an item was expected, {tag_text(tag)} was found"
                    self._remark(f"{found}; the rest of its sequence is left out")
                    at = limit
                else:
                    return Break(at, f"an item was expected, {tag_text(tag)} was found")
                limit = at
                continue
            if group == 0xFFFE:
                if tag == ITEM_END and kind == _ITEM:
                    at += 8
                    limit = closed = at
                    continue
                if tag == SEQUENCE_END and kind == _ITEM:  # the item was not ended: the sequence's end ends it, too
                    limit = at
                    continue
                return Break(at, f"{tag_text(tag)} stands where no item or delimiter may")
            if depth == 0 and not first <= tag <= until:
                self.stopped = at
                return None
            at += 8
            if implicit:
                vr, length = self._implicit_vr(tag, creators), unpack_long(buffer, here + 4)[0]
            elif (short := short_vrs.get(code)) is not None:
                vr = short
            elif (long := long_vrs.get(code)) is not None:
                if at + 4 > end:
                    return Break(at - 8, "the file ends inside the header of an element")
                vr, length = long, long_length
                at += 4
            else:
                vr, whole = "", unpack_long(buffer, here + 4)[0]
                if code.isalpha() and code.isupper():  # a VR of a later edition has a long length (PS3.5 7.1.2)
                    vr = "UN"
                    if length == 0 and at + 4 <= end and 0 < long_length <= limit - at - 4:
                        length = long_length
                        at += 4
                elif whole == UNDEFINED or at + whole <= limit:  # an element in implicit VR among explicit ones
                    self._odd += 1
                    vr, length = self._implicit_vr(tag, creators), whole
                else:
                    return Break(at - 8, f"{tag_text(tag)} has no value representation and no sensible length")
            if vr == "UN" and length < 0xFFFF and not implicit:
                self._odd += 1
                vr = self._implicit_vr(tag, creators)
            if length == UNDEFINED:
                encapsulated = vr in ("OB", "OW") or tag == PIXEL_DATA
                if implicit or vr not in ("OB", "OW"):
                    vr = "OB" if encapsulated else "SQ"  # PS3.5 A.4: encapsulated pixel data is OB
                add(make(Element, (depth, tag, vr, at, length)))
            else:
                add(make(Element, (depth, tag, vr, at, length)))
                encapsulated = False
                if vr != "SQ":
                    if at + length > limit:
                        if limit == size:
                            return Break(at, _too_long(tag, length, size - at))
                        self._remark(
                            f"at byte {at:,} {tag_text(tag)} says it is longer than the item it lies in; it was cut there"
                        )
                        length = limit - at
                        elements[-1] = make(Element, (depth, tag, vr, at, length))
                    held = length if length < HEAD else HEAD
                    kept = at + held
                    if kept > end and end < size:
                        base, buffer = at, source.window(at, WINDOW, at)
                        end = base + len(buffer)
                        buffer += _SPARE
                    if group & 1 or tag in _LEARNED:
                        self._odd += implicit or tag in _LEARNED  # in explicit VR nothing hangs on creators but UN
                        if tag in _LEARNED:
                            alike.clear()  # whose VRs may hang on it
                        self._learn(tag, buffer[at - base : at - base + held], creators, encoding)
                    at += length
                    if len(elements) > most:
                        return self._enough(at)
                    continue
            if encapsulated:
                self._odd += 1
                at, broken = self._fragments(at, depth + 1, encoding)
                if broken is not None:
                    return broken
                continue
            stack.append((kind, limit, encoding, creators, _NO_MARK))
            kind, depth = _SEQUENCE, depth + 1
            if length != UNDEFINED:
                limit = min(limit, at + length)
            if not implicit and code == b"UN":
                implicit, encoding = True, Encoding(implicit=True, big_endian=False)
                self.implicit_stretches.append((at, size))
                unpack, unpack_long = _unpackers(encoding)

    def _enough(self, at: int) -> Break | None:
        """Return why the walk ends behind so many elements; None where no more were wanted."""
        if self.most < MOST_ELEMENTS:
            self.partial = True
            return None
        return Break(at, f"there are more than {MOST_ELEMENTS:,} elements")

    def _fragments(self, at: int, depth: int, encoding: Encoding) -> tuple[int, Break | None]:
        """Append the fragments from `at` on, reading their headers only; return where they end (PS3.5 A.4)."""
        source, size = self.source, self.source.size
        unpack = struct.Struct(f"{'>' if encoding.big_endian else '<'}HHI").unpack_from
        while at + 8 <= size:
            group, number, length = unpack(source.read(at, 8), 0)
            tag = group << 16 | number
            at += 8
            if tag == SEQUENCE_END:
                return at, None
            if tag != ITEM:
                return at, Break(at - 8, f"a fragment of the pixel data was expected, {tag_text(tag)} was found")
            self.elements.append(Element(depth, ITEM, "", at, length))
            if length == UNDEFINED or at + length > size:
                return at, Break(at, "a fragment of the pixel data is longer than the file")
            if len(self.elements) > MOST_ELEMENTS:
                return at, Break(at, f"there are more than {MOST_ELEMENTS:,} elements")
            at += length
        return size, None

    def _remark(self, sentence: str) -> None:
        self._odd += 1
        if len(self.remarks) < _MOST_REMARKS:
            self.remarks.append(sentence)

    def _implicit_vr(self, tag: int, creators: dict[int, str]) -> str:
        group, number = tag >> 16, tag & 0xFFFF
        if group & 1:
            if 0x10 <= number <= 0xFF:
                return "LO"
            if number == 0:
                return "UL"
            creator = creators.get(group << 8 | number >> 8)
            private = lookup_private(creator, tag) if creator else None
            return private.vr if private and len(private.vr) == 2 else "UN"
        entry = lookup(tag)
        if entry is None:
            return "UN"
        return entry.vr if len(entry.vr) == 2 else self._settled(entry.vr)

    def _settled(self, vr: str) -> str:
        """Settle a VR that the dictionary leaves open: PS3.3 C.7.6.3.1, C.11.1.1; PS3.5 A.1."""
        if vr == "OB or OW":
            return "OW"
        if vr == "US or OW":
            return "US" if self.lut_entries == 1 else "OW"
        if vr.startswith("US or SS"):
            return "SS" if self.signed else "US"
        return "UN"

    def _learn(self, tag: int, value: bytes, creators: dict[int, str], encoding: Encoding) -> None:
        """Keep what later elements' VRs depend on."""
        number = tag & 0xFFFF
        order: Literal["big", "little"] = "big" if encoding.big_endian else "little"
        if tag == PIXEL_REPRESENTATION:
            self.signed = int.from_bytes(value[:2], order) == 1
        elif tag == LUT_DESCRIPTOR:
            self.lut_entries = int.from_bytes(value[:2], order)
        elif 0x10 <= number <= 0xFF:
            creators[(tag >> 16) << 8 | number] = value.decode("latin-1").strip(" \0")


def _unpackers(encoding: Encoding) -> tuple[Unpack, Unpack]:
    """Return what reads a header (group, number, VR, 16-bit length, 32-bit length behind it), and a 32-bit length."""
    order = ">" if encoding.big_endian else "<"
    return struct.Struct(f"{order}HH2sHI").unpack_from, struct.Struct(f"{order}I").unpack_from


def _too_long(tag: int, length: int, left: int) -> str:
    entry = lookup(tag)
    name = f"{tag_text(tag)} {entry.keyword}" if entry else tag_text(tag)
    return f"{name} says it has {length:,} bytes, the file ends after {left:,} of them"
