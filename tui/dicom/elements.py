"""The elements of one file, file meta and dataset: what everything that looks into a file begins with.

A file of gigabytes costs its headers. Broken files are survived: what could be read up to the break is there, with the
byte and the reason. (PS3.10 section 7.)
"""

import os
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import Final

from tui.dicom.element import META_GROUP, TRANSFER_SYNTAX, UNDEFINED, Break, Element
from tui.dicom.encoding import (
    DEFLATED_EXPLICIT_LITTLE,
    PREAMBLE_LENGTH,
    Encoding,
    encoding_of,
    guess,
    layout_of,
    settled,
)
from tui.dicom.errors import NotDicomError
from tui.dicom.source import INFLATED_LIMIT, WINDOW, Source
from tui.dicom.walker import MOST_ELEMENTS, Walker
from tui.text import safe_text

EXPLICIT: Final = Encoding(implicit=False, big_endian=False)
_FACTS_INFLATED: Final = 256 * 1024


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
    implicit_stretches : tuple of (int, int)
        From where to where elements of an UN value lie, which are in implicit VR little endian (PS3.5 6.2.2 note 2).
    partial : bool
        Whether there are more elements than were wanted.
    meta_encoding : Encoding
        How the file meta information is encoded: explicit VR little endian (PS3.10 7.1), but not in every file.
    """

    source: Source
    elements: list[Element]
    transfer_syntax: str
    encoding: Encoding
    broken: Break | None
    remarks: tuple[str, ...] = field(default=())
    implicit_stretches: tuple[tuple[int, int], ...] = field(default=())
    partial: bool = False
    meta_encoding: Encoding = EXPLICIT

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

    def written_vr(self, element: Element) -> str:
        """Return the VR that the file says `element` has: where it says UN, `Element.vr` is the dictionary's."""
        if element.length == UNDEFINED or self.encoding_at(element).implicit:
            return element.vr
        return "UN" if self.source.head(element.offset - 8, 2) == b"UN" else element.vr

    def encoding_at(self, element: Element) -> Encoding:
        """Return the encoding of `element`'s value."""
        if element.depth == 0 and element.tag >> 16 == META_GROUP:
            return self.meta_encoding
        stretches = self.implicit_stretches
        if stretches:
            at = bisect_right(stretches, element.offset, key=itemgetter(0)) - 1
            if at >= 0 and element.offset < stretches[at][1]:
                return Encoding(implicit=True, big_endian=False)
        return self.encoding


def _meta(source: Source, start: int, first_window: int) -> tuple[list[Element], int, Break | None, Encoding]:
    """Walk group 0002, which is explicit little endian (PS3.10 7.1); return it and where the dataset begins."""
    found = guess(source.read(start, 16), 0, source.size - start) or EXPLICIT
    walker = Walker(source, [], first=0x00020000, until=0x0002FFFF)
    broken = walker.walk(start, found, first_window)
    return walker.elements, walker.stopped, broken, found


def walk_file(path: str, *, until: int = 0xFFFFFFFF, first_window: int = WINDOW, most: int = MOST_ELEMENTS) -> Elements:
    """Walk over the elements of the file `path`.

    Parameters
    ----------
    path : str
        A regular file.
    until : int
        The last tag of the top level that is wanted; the walk ends behind it.
    first_window : int
        Bytes to read at first; small when few elements are wanted.
    most : int
        About how many elements are wanted; what was found is partial where there are more.

    Raises
    ------
    ReadError
        It cannot be opened, or is no DICOM file.
    """
    with Source(path) as source:
        return walk_source(source, until=until, first_window=first_window, most=most)


def walk_source(
    source: Source, *, until: int = 0xFFFFFFFF, first_window: int = WINDOW, most: int = MOST_ELEMENTS
) -> Elements:
    """Walk over the elements of an open file; parameters and errors as those of `walk_file`."""
    path = source.path
    head = source.read(0, PREAMBLE_LENGTH + 64)
    layout = layout_of(head, source.size)
    if layout is None:
        raise NotDicomError(f"{safe_text(os.path.basename(path))} is no DICOM file", path)
    meta, start, broken, meta_encoding = _meta(source, layout.start, first_window)
    if broken is not None and start >= source.size:
        return Elements(source, meta, "", EXPLICIT, broken, meta_encoding=meta_encoding)
    syntax = _transfer_syntax(source, meta)
    remarks = [] if layout.preamble else ["there is no preamble (PS3.10 7.1)"]
    wrong = None
    if syntax == DEFLATED_EXPLICIT_LITTLE:
        wrong = source.inflate_from(start, INFLATED_LIMIT if until == 0xFFFFFFFF else _FACTS_INFLATED)
    encoding = _real_encoding(source, start, syntax, remarks)
    walker = Walker(source, meta, until=until, most=most)
    broken = walker.walk(start, encoding, first_window) if start < source.size else None
    remarks += walker.remarks
    if wrong and walker.stopped == source.size:  # else what is wrong lies behind what was wanted
        if broken is None:
            broken = Break(source.size, wrong)
        else:
            remarks.append(wrong)
    stretches = tuple(walker.implicit_stretches)
    return Elements(
        source, walker.elements, syntax, encoding, broken, tuple(remarks), stretches, walker.partial, meta_encoding
    )


def _transfer_syntax(source: Source, meta: list[Element]) -> str:
    for element in meta:
        if element.tag == TRANSFER_SYNTAX:
            return source.head(element.offset, min(element.length, 64)).decode("latin-1").strip(" \0")
    return ""


def _real_encoding(source: Source, start: int, syntax: str, remarks: list[str]) -> Encoding:
    """Tell how the dataset is encoded: as its transfer syntax says, unless the first element shows otherwise."""
    said = encoding_of(syntax)
    found = guess(source.read(start, 16), 0, source.size - start)
    real = settled(syntax, found)
    if not syntax:
        remarks.append(f"no transfer syntax is given; it looks like {(found or said).words}")
    elif real != said:
        remarks.append(f"the transfer syntax says {said.words}, the dataset is in {real.words}")
    return real
