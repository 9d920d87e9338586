"""A dataset with the rows of a plan applied: what stays is copied byte for byte, and lengths follow (PS3.5 7.5)."""

import zlib
from collections.abc import Iterator
from typing import Final

from tui.dicom.anonymize.dataset import first_row
from tui.dicom.anonymize.file_parts import meta_bytes
from tui.dicom.anonymize.pixel_work import PixelWork
from tui.dicom.anonymize.plan import Plan
from tui.dicom.anonymize.plan_rows import Action
from tui.dicom.anonymize.refusals import SOP_CLASS
from tui.dicom.element import (
    DOUBLE_FLOAT_PIXEL_DATA,
    FLOAT_PIXEL_DATA,
    ITEM,
    ITEM_END,
    META_GROUP,
    PIXEL_DATA,
    SEQUENCE_END,
    UNDEFINED,
    Element,
)
from tui.dicom.element_bytes import header, item_end, marker, sequence_end
from tui.dicom.elements import Elements
from tui.dicom.encoding import DEFLATED_EXPLICIT_LITTLE, Encoding
from tui.dicom.errors import ReadError

Piece = bytes | tuple[int, int] | PixelWork  # bytes; from where to where in the file; what is made of the pixel data
_AT_ONCE: Final = 1 << 20
_PIXELS: Final = frozenset({PIXEL_DATA, FLOAT_PIXEL_DATA, DOUBLE_FLOAT_PIXEL_DATA})
_DELIMITER: Final = 8
_SMALL: Final = 1 << 16  # bytes that are gathered before they are written


class Rewriter:
    """The pieces of a result.

    Parameters
    ----------
    plan : Plan
        What changes.
    """

    def __init__(self, plan: Plan) -> None:
        self._elements: Elements = plan.elements
        self._found = plan.elements.elements
        self._nexts = plan.dataset.nexts
        self._pixels = plan.pixels
        self._values: dict[int, bytes | None] = {}
        self._vrs: dict[int, str] = {}
        self._added: list[tuple[int, bytes]] = []
        for row in plan.rows:
            if row.row < 0 and (row.tag == 0 or row.tag >> 16 == META_GROUP):
                continue
            if row.row < 0:
                encoding = plan.elements.encoding
                self._added.append((row.tag, header(row.tag, row.vr, len(row.data or b""), encoding) + (row.data or b"")))
            elif row.action is Action.REMOVE:
                self._values[row.row] = None
            elif row.data is not None:
                self._values[row.row] = row.data
                self._vrs[row.row] = row.vr
        self._added.sort()

    def pieces(self) -> list[Piece]:
        """Return the dataset's pieces, without the file meta information, in order."""
        first = first_row(self._found)
        begin = self._begin_of_dataset(first)
        pieces, _, _ = self._dataset(first, len(self._found), begin, self._added)
        return pieces

    def _begin_of_dataset(self, first: int) -> int:
        """Return where the dataset begins: behind the file meta information, or where its first header must be."""
        if first > 0:
            last = self._found[first - 1]
            return last.offset + last.length
        element = self._found[0]
        encoding = self._elements.encoding_at(element)
        return element.offset - len(header(element.tag, element.vr or "UN", 0, encoding))

    def _dataset(self, index: int, end: int, at: int, added: list[tuple[int, bytes]]) -> tuple[list[Piece], bool, int]:
        """Return the pieces of the elements or items from row `index` to `end`, whether one changed, and where they end.

        `at` is where the first one's header begins.
        """
        pieces: list[Piece] = []
        changed = False
        waiting = list(reversed(added))
        while index < end:
            element = self._found[index]
            while waiting and waiting[-1][0] < element.tag:
                pieces.append(waiting.pop()[1])
                changed = True
            made, differs, stop = self._element(index, element, at)
            for piece in made:
                _append(pieces, piece)
            changed = changed or differs
            at, index = stop, self._nexts[index]
        pieces += [data for _, data in reversed(waiting)]
        return pieces, changed or bool(waiting), at

    def _element(self, index: int, element: Element, at: int) -> tuple[list[Piece], bool, int]:
        if index in self._values:
            stop = self._end(index)
            data = self._values[index]
            if data is None:
                return [], True, stop
            return [header(element.tag, self._vrs[index], len(data), self._header_encoding(element)) + data], True, stop
        if element.tag in _PIXELS and element.depth == 0 and self._pixels is not None:
            return [self._pixels], True, self._end(index)
        if element.vr == "SQ" or (element.tag == ITEM and self._nexts[index] > index + 1):
            return self._container(index, element, at)
        stop = self._end(index)
        return [(at, stop)], False, stop

    def _container(self, index: int, element: Element, at: int) -> tuple[list[Piece], bool, int]:
        """Return the pieces of a sequence or an item."""
        inside, changed, stop = self._dataset(index + 1, self._nexts[index], element.offset, [])
        if element.length != UNDEFINED:
            stop = element.offset + element.length
        else:
            stop += self._delimiter(stop, ITEM_END if element.tag == ITEM else SEQUENCE_END, element)
        if not changed:
            return [(at, stop)], False, stop
        encoding, own = self._inner_encoding(element), self._header_encoding(element)
        undefined = element.length == UNDEFINED
        length = UNDEFINED if undefined else sum(map(_length, inside))
        if element.tag == ITEM:
            return [marker(ITEM, length, encoding), *inside, *([item_end(encoding)] if undefined else [])], True, stop
        vr = self._written_vr(element, at)
        return [header(element.tag, vr, length, own), *inside, *([sequence_end(encoding)] if undefined else [])], True, stop

    def _written_vr(self, element: Element, at: int) -> str:
        """Return the VR in the header of a sequence that begins at a place: UN where its items are in implicit VR."""
        if self._header_encoding(element).implicit:
            return "SQ"
        return "UN" if self._elements.source.read(at + 4, 2) == b"UN" else "SQ"

    def _header_encoding(self, element: Element) -> Encoding:
        """Return the encoding of an element's own header; what lies in it may be in another one."""
        return self._elements.encoding_at(element._replace(offset=element.offset - 1))

    def _inner_encoding(self, element: Element) -> Encoding:
        return self._elements.encoding_at(element._replace(depth=max(1, element.depth)))

    def _end(self, index: int) -> int:
        """Return where an element ends, with all in it."""
        element = self._found[index]
        if element.length != UNDEFINED:
            return element.offset + element.length
        last, stop = self._nexts[index], element.offset
        at = index + 1
        while at < last:
            stop = self._end(at)
            at = self._nexts[at]
        return stop + self._delimiter(stop, ITEM_END if element.tag == ITEM else SEQUENCE_END, element)

    def _delimiter(self, at: int, tag: int, element: Element) -> int:
        """Return how many bytes the delimiter takes that stands at a place; some writers leave it out."""
        wanted = marker(tag, 0, self._inner_encoding(element))[:4]
        return _DELIMITER if self._elements.source.read(at, 4) == wanted else 0


def _append(pieces: list[Piece], piece: Piece) -> None:
    last = pieces[-1] if pieces else None
    if isinstance(piece, tuple) and isinstance(last, tuple) and last[1] == piece[0]:
        pieces[-1] = (last[0], piece[1])
    elif not isinstance(piece, bytes) or piece:
        pieces.append(piece)


def _length(piece: Piece) -> int:
    if isinstance(piece, bytes):
        return len(piece)
    if isinstance(piece, tuple):
        return piece[1] - piece[0]
    raise TypeError("pixel data lies in no sequence")


def result_chunks(plan: Plan) -> Iterator[bytes]:
    """Return the bytes of a result, some megabytes at a time: exactly what the plan's rows say.

    Raises
    ------
    ReadError, RefusedError
        The file cannot be read, or was changed meanwhile.
    """
    sop_class = plan.dataset.top.text(SOP_CLASS) or ""
    yield meta_bytes(sop_class, plan.instance, plan.transfer_syntax)
    if plan.transfer_syntax != DEFLATED_EXPLICIT_LITTLE:
        yield from dataset_chunks(plan)
        return
    deflater, length = zlib.compressobj(wbits=-zlib.MAX_WBITS), 0
    for data in dataset_chunks(plan):
        if deflated := deflater.compress(data):
            length += len(deflated)
            yield deflated
    deflated = deflater.flush()
    yield deflated + b"\0" * ((length + len(deflated)) % 2)  # PS3.5 A.5


def dataset_chunks(plan: Plan) -> Iterator[bytes]:
    """Return the bytes of the dataset of a result, not deflated; raise as above."""
    source, small = plan.elements.source, bytearray()
    for piece in Rewriter(plan).pieces():
        if isinstance(piece, tuple) and piece[1] - piece[0] < _SMALL:
            begin, length = piece[0], piece[1] - piece[0]
            piece = source.head(begin, length)  # most lie in what was kept of the headers
            if len(piece) < length:
                piece = source.read(begin, length)
        if isinstance(piece, bytes):
            small += piece
            continue
        if small:
            yield bytes(small)
            small.clear()
        if isinstance(piece, PixelWork):
            yield from piece.chunks()
        else:
            begin, end = piece
            while begin < end:
                data = source.read(begin, min(_AT_ONCE, end - begin))
                if not data:
                    raise ReadError("the file ends early", plan.elements.path)
                begin += len(data)
                yield data
    if small:
        yield bytes(small)
