"""The element walker: depth, tag, VR, offset and length of every element of a file, without building any object for it.

It reads headers and jumps over values, so a file of gigabytes costs its headers; it never recurses, so nesting cannot
exhaust it; and it survives broken files: what could be read up to the break is there, with the byte and the reason.
(PS3.5 section 7, PS3.10 section 7.)
"""

import os
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal, NamedTuple

from tui.dicom.dictionary import lookup, lookup_private
from tui.dicom.encoding import (
    DEFLATED_EXPLICIT_LITTLE,
    EXPLICIT_BIG,
    LONG_VRS,
    PREAMBLE_LENGTH,
    VRS,
    Encoding,
    encoding_of,
    guess,
    layout_of,
)
from tui.dicom.errors import ReadError
from tui.dicom.source import HEAD, INFLATED_LIMIT, WINDOW, Source
from tui.text import safe_text

UNDEFINED: Final = 0xFFFFFFFF
ITEM: Final = 0xFFFEE000
ITEM_END: Final = 0xFFFEE00D
SEQUENCE_END: Final = 0xFFFEE0DD
PIXEL_DATA: Final = 0x7FE00010
TRANSFER_SYNTAX: Final = 0x00020010
PIXEL_REPRESENTATION: Final = 0x00280103
LUT_DESCRIPTOR: Final = 0x00283002
MOST_ELEMENTS: Final = 2_000_000
_MOST_REMARKS: Final = 20
_FACTS_INFLATED: Final = 256 * 1024


class Element(NamedTuple):
    """One element, item or fragment.

    `depth` is 0 at the top; an item is one deeper than its sequence, its elements one deeper than the item. `tag` is
    0xGGGGEEEE. `vr` is two letters, "" for an item. `offset` is where the value begins; `length` is the value's
    bytes or UNDEFINED.
    """

    depth: int
    tag: int
    vr: str
    offset: int
    length: int


class Break(NamedTuple):
    """Where and why the walk could not go on."""

    offset: int
    reason: str

    @property
    def sentence(self) -> str:
        """Return it as a sentence."""
        return f"the file could be read up to byte {self.offset:,}: {self.reason}"


def tag_text(tag: int) -> str:
    """Return `tag` as ``(gggg,eeee)``."""
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


@dataclass(frozen=True, slots=True)
class _Container:
    """What the walk returns to when a sequence or an item ends."""

    kind: int
    limit: int
    encoding: Encoding
    creators: dict[int, str]


_DATASET, _SEQUENCE, _ITEM = range(3)
_NO_CREATORS: dict[int, str] = {}


@dataclass(slots=True)
class _Walker:
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
                parent = stack.pop()
                kind, limit, creators = parent.kind, parent.limit, parent.creators
                depth -= 1
                if parent.encoding != encoding:
                    encoding = parent.encoding
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
                    stack.append(_Container(kind, limit, encoding, creators))
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
            stack.append(_Container(kind, limit, encoding, creators))
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


@dataclass(frozen=True)
class Elements:
    """What a walk over one file found.

    Parameters
    ----------
    source : Source
        The file's bytes; closed, but what lies near the headers is kept.
    elements : list of Element
        File meta and dataset, in file order.
    transfer_syntax : str
        The UID that the file meta gives; "" where there is none.
    encoding : Encoding
        How the dataset really is encoded.
    broken : Break or None
        Where the walk had to stop.
    remarks : tuple of str
        What is odd about the file, a sentence each.
    """

    source: Source
    elements: list[Element]
    transfer_syntax: str
    encoding: Encoding
    broken: Break | None
    remarks: tuple[str, ...] = field(default=())

    @property
    def path(self) -> str:
        """Return the file's path."""
        return self.source.path

    @cached_property
    def top(self) -> dict[int, int]:
        """Return where in `elements` each tag of the top level stands (the first, if there are two)."""
        found: dict[int, int] = {}
        for index, element in enumerate(self.elements):
            if element.depth == 0:
                found.setdefault(element.tag, index)
        return found

    def after(self, index: int) -> int:
        """Return the index behind the element `index` and all that lies in it."""
        elements, depth = self.elements, self.elements[index].depth
        index += 1
        while index < len(elements) and elements[index].depth > depth:
            index += 1
        return index

    def encoding_at(self, element: Element) -> Encoding:
        """Return the encoding of `element`'s value."""
        if element.depth == 0 and element.tag >> 16 == 2:
            return Encoding(implicit=False, big_endian=False)
        return self.encoding


def _meta(source: Source, start: int, first_window: int) -> tuple[list[Element], int, Break | None]:
    """Walk group 0002, which is explicit little endian (PS3.10 7.1); return it and where the dataset begins."""
    found = guess(source.read(start, 16), 0, source.size - start) or Encoding(implicit=False, big_endian=False)
    walker = _Walker(source, [], first=0x00020000, until=0x0002FFFF)
    broken = walker.walk(start, found, first_window)
    return walker.elements, walker.stopped, broken


def walk_file(path: str, *, until: int = 0xFFFFFFFF, first_window: int = WINDOW) -> Elements:
    """Walk over the elements of the file `path`.

    Parameters
    ----------
    path : str
        A regular file.
    until : int
        The last tag of the top level that is wanted; the walk ends behind it.
    first_window : int
        Bytes to read at first; small when few elements are wanted.

    Raises
    ------
    ReadError
        It cannot be opened, or is no DICOM file.
    """
    with Source(path) as source:
        head = source.read(0, PREAMBLE_LENGTH + 64)
        layout = layout_of(head, source.size)
        if layout is None:
            raise ReadError(f"{safe_text(os.path.basename(path))} is no DICOM file", path)
        meta, start, broken = _meta(source, layout.start, first_window)
        if broken is not None and start >= source.size:
            return Elements(source, meta, "", Encoding(implicit=False, big_endian=False), broken)
        syntax = _transfer_syntax(source, meta)
        remarks = [] if layout.preamble else ["there is no preamble (PS3.10 7.1)"]
        wrong = None
        if syntax == DEFLATED_EXPLICIT_LITTLE:
            wrong = source.inflate_from(start, INFLATED_LIMIT if until == 0xFFFFFFFF else _FACTS_INFLATED)
        if wrong:
            remarks.append(wrong)
        encoding = _real_encoding(source, start, syntax, remarks)
        walker = _Walker(source, meta, until=until)
        broken = walker.walk(start, encoding, first_window) if start < source.size else None
        return Elements(source, walker.elements, syntax, encoding, broken, (*remarks, *walker.remarks))


def _transfer_syntax(source: Source, meta: list[Element]) -> str:
    for element in meta:
        if element.tag == TRANSFER_SYNTAX:
            return source.head(element.offset, min(element.length, 64)).decode("latin-1").strip(" \0")
    return ""


def _real_encoding(source: Source, start: int, syntax: str, remarks: list[str]) -> Encoding:
    """Tell how the dataset is encoded: as its transfer syntax says, unless the first element shows otherwise."""
    said = encoding_of(syntax)
    found = guess(source.read(start, 16), 0, source.size - start)
    if not syntax:
        remarks.append(f"no transfer syntax is given; it looks like {(found or said).words}")
        return found or Encoding(implicit=True, big_endian=False)
    if found is None or found == said or (found.big_endian != said.big_endian and syntax == EXPLICIT_BIG and found.implicit):
        return said
    remarks.append(f"the transfer syntax says {said.words}, the dataset is in {found.words}")
    return found
