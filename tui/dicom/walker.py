"""The walk over the elements of a dataset: depth, tag, VR, offset and length of each, without building any object for it.

It reads headers and jumps over values; it never recurses, so nesting cannot exhaust it; and it survives broken data.
(PS3.5 section 7.)
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

from tui.dicom.dictionary import lookup, lookup_private
from tui.dicom.element import ITEM, ITEM_END, PIXEL_DATA, SEQUENCE_END, UNDEFINED, Break, Element, tag_text
from tui.dicom.encoding import LONG_VRS, VRS, Encoding
from tui.dicom.source import HEAD, WINDOW, Source

PIXEL_REPRESENTATION: Final = 0x00280103
LUT_DESCRIPTOR: Final = 0x00283002
MOST_ELEMENTS: Final = 2_000_000
_MOST_REMARKS: Final = 20


# What the walk returns to when a sequence or an item ends: kind, limit, encoding, private creators. A plain tuple: there is
# one for each item.
_Container = tuple[int, int, Encoding, dict[int, str]]
_DATASET, _SEQUENCE, _ITEM = range(3)
_NO_CREATORS: dict[int, str] = {}


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

    def walk(self, start: int, encoding: Encoding, first_window: int) -> Break | None:  # noqa: C901, PLR0912, PLR0915 - the one hot loop of the program: a call per element would double its cost
        """Append every element from `start` on; return where the walk broke, or None."""
        source, add, make = self.source, self.elements.append, tuple.__new__
        kind, limit, creators = _DATASET, source.size, dict(_NO_CREATORS)
        stack: list[_Container] = []
        vrs, long_vrs = VRS, LONG_VRS
        implicit = encoding.implicit
        unpack, unpack_short, unpack_long = _unpackers(encoding)
        at, base, buffer = start, start, source.window(start, first_window)
        end, size, depth, most = base + len(buffer), source.size, 0, MOST_ELEMENTS
        first, until, kept, self.stopped = self.first, self.until, start, source.size
        while True:
            if at >= limit:
                if not stack:
                    return None
                at = limit  # a child that overran its parent was cut there
                kind, limit, before, creators = stack.pop()
                depth -= 1
                if before is not encoding:
                    encoding = before
                    implicit = encoding.implicit
                    unpack, unpack_short, unpack_long = _unpackers(encoding)
                continue
            if at + 12 > end and end < size:
                base, buffer = at, source.window(at, WINDOW, kept)
                end = base + len(buffer)
            here = at - base
            if at + 8 > end:
                return Break(at, "the file ends inside the header of an element")
            group, number, length = unpack(buffer, here)
            tag = group << 16 | number
            if kind == _SEQUENCE:
                if tag == ITEM:
                    at += 8
                    add(make(Element, (depth, ITEM, "", at, length)))
                    if len(self.elements) > most:
                        return Break(at, f"there are more than {most:,} elements")
                    stack.append((kind, limit, encoding, creators))
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
                    limit = at
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
                vr = self._implicit_vr(tag, creators)
            else:
                vr_bytes = buffer[here + 4 : here + 6]
                vr = vrs.get(vr_bytes, "")
                if vr_bytes in long_vrs:
                    if at + 4 > end:
                        return Break(at - 8, "the file ends inside the header of an element")
                    length = unpack_long(buffer, here + 8)[0]
                    at += 4
                elif vr:
                    length = unpack_short(buffer, here + 6)[0]
                elif vr_bytes.isalpha() and vr_bytes.isupper():  # a VR of a later edition has a long length (PS3.5 7.1.2)
                    vr, length = "UN", unpack_short(buffer, here + 6)[0]
                    if length == 0 and at + 4 <= end and 0 < unpack_long(buffer, here + 8)[0] <= limit - at - 4:
                        length = unpack_long(buffer, here + 8)[0]
                        at += 4
                elif length == UNDEFINED or at + length <= limit:  # an element in implicit VR among explicit ones
                    vr = self._implicit_vr(tag, creators)
                else:
                    return Break(at - 8, f"{tag_text(tag)} has no value representation and no sensible length")
                if vr == "UN" and length < 0xFFFF:
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
                        self.elements[-1] = make(Element, (depth, tag, vr, at, length))
                    held = min(length, HEAD)
                    kept = at + held
                    if at + held > end and end < size:
                        base, buffer = at, source.window(at, WINDOW, at)
                        end = base + len(buffer)
                    if group & 1 or tag in (PIXEL_REPRESENTATION, LUT_DESCRIPTOR):
                        self._learn(tag, buffer[at - base : at - base + held], creators, encoding)
                    at += length
                    if len(self.elements) > most:
                        return Break(at, f"there are more than {most:,} elements")
                    continue
            if encapsulated:
                at, broken = self._fragments(at, depth + 1, unpack)
                if broken is not None:
                    return broken
                continue
            stack.append((kind, limit, encoding, creators))
            kind, depth = _SEQUENCE, depth + 1
            if length != UNDEFINED:
                limit = min(limit, at + length)
            if not implicit and buffer[here + 4 : here + 6] == b"UN":
                implicit, encoding = (
                    True,
                    Encoding(implicit=True, big_endian=False),
                )  # what lies in UN: PS3.5 6.2.2 note 2
                unpack, unpack_short, unpack_long = _unpackers(encoding)

    def _fragments(self, at: int, depth: int, unpack: "Unpack") -> tuple[int, Break | None]:
        """Append the fragments from `at` on, reading their headers only; return where they end (PS3.5 A.4)."""
        source, size = self.source, self.source.size
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


Unpack = Callable[[bytes, int], tuple[int, ...]]


def _unpackers(encoding: Encoding) -> tuple[Unpack, Unpack, Unpack]:
    """Return what reads a header (group, number, length), a 16-bit and a 32-bit length."""
    order = ">" if encoding.big_endian else "<"
    return (
        struct.Struct(f"{order}HHI").unpack_from,
        struct.Struct(f"{order}H").unpack_from,
        struct.Struct(f"{order}I").unpack_from,
    )


def _too_long(tag: int, length: int, left: int) -> str:
    entry = lookup(tag)
    name = f"{tag_text(tag)} {entry.keyword}" if entry else tag_text(tag)
    return f"{name} says it has {length:,} bytes, the file ends after {left:,} of them"
