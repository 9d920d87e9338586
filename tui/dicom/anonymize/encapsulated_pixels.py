"""Encapsulated pixel data as it is written: code streams with nothing in them but the picture, and tables that fit them.

Frames are read and written one at a time. Where pixels change, or bits are hidden in them, they are written natively.
(PS3.5 A.4.)
"""

import struct
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from tui.dicom.anonymize.boxes import Box
from tui.dicom.anonymize.codestream_parts import Expected
from tui.dicom.anonymize.codestreams import stripped
from tui.dicom.anonymize.fill import fill_of
from tui.dicom.anonymize.pixel_work import EXTENDED_OFFSETS, PixelRow, PixelWork, box_rows, refused
from tui.dicom.anonymize.unused_bits import UnusedBits
from tui.dicom.attributes import Attributes
from tui.dicom.element import ITEM, PIXEL_DATA, UNDEFINED, Element
from tui.dicom.element_bytes import header, marker, sequence_end
from tui.dicom.elements import EXPLICIT
from tui.dicom.errors import DicomError, PixelError
from tui.dicom.pixels.codecs import DEFLATED_FRAME, RLE
from tui.dicom.pixels.codestream import read_header
from tui.dicom.pixels.decode import decode_frames
from tui.dicom.pixels.frames import frame_fragments
from tui.dicom.pixels.image_pixel import ImagePixel
from tui.dicom.pixels.native import Array

_LARGEST_BASIC: Final = 0xFFFFFFFF


def plan_encapsulated(top: Attributes, image: ImagePixel, boxes: tuple[Box, ...]) -> PixelWork | None:
    """Return what becomes of encapsulated pixel data; None where all of it stays.

    Raises
    ------
    RefusedError
        Frames are missing, or cannot be looked through.
    """
    if top.elements.encoding != EXPLICIT:
        raise refused("pixel data that is not understood", "its pixel data is compressed in a dataset that may hold none")
    fragments = _frames_of(top, image)
    hides = _hides_bits(top, image)
    if boxes or hides:
        return _as_native(top, image, boxes, hides=hides)
    rows, lengths = list[PixelRow](), list[int]()
    if len(fragments) > image.frames:
        why = "NumberOfFrames does not count them"
        rows.append(PixelRow("frames behind the last one", why, f"{len(fragments) - image.frames:,} frames", "none"))
        del fragments[image.frames :]
    for number, frame in enumerate(fragments):
        data = _joined(top, frame)
        _check_size(data, image)
        found = stripped(data, image.transfer_syntax, _expected(image))
        for gone in found.gone:
            rows.append(PixelRow(f"{gone} in frame {number + 1}", "it is no part of the picture", "there", "none"))
        lengths.append(len(found.data))
    table, problem = _table_problem(top, image, fragments)
    if problem:
        rows.append(PixelRow("offset table", problem, "odd", "made anew"))
    if not rows:
        return None
    if EXTENDED_OFFSETS[0] in top:
        rows.append(PixelRow("extended offset table", "frames have other places", "there", "basic offset table"))
    with_table = table and sum(lengths) + 8 * len(lengths) <= _LARGEST_BASIC

    def chunks() -> Iterator[bytes]:
        yield header(PIXEL_DATA, "OB", UNDEFINED, EXPLICIT)
        offsets, at = list[int](), 0
        for length in lengths if with_table else ():
            offsets.append(at)
            at += 8 + length
        data = struct.pack(f"<{len(offsets)}I", *offsets)
        yield marker(ITEM, len(data), EXPLICIT) + data
        for frame in fragments:
            data = stripped(_joined(top, frame), image.transfer_syntax, _expected(image)).data
            yield marker(ITEM, len(data), EXPLICIT) + data
        yield sequence_end(EXPLICIT)

    length = 12 + 8 + 4 * len(lengths) * with_table + sum(lengths) + 8 * len(lengths) + 8
    return PixelWork(tuple(rows), remade=True, native=False, length=length, chunks=chunks)


def _expected(image: ImagePixel) -> Expected:
    """Return what a frame must come out as; a run-length encoded segment is a byte of every pixel, or all their bits."""
    pixels, frame_bytes = image.rows * image.columns, (image.frame_bits + 7) // 8
    if image.bits_allocated == 1:
        return Expected((pixels + 7) // 8, 1, frame_bytes)
    return Expected(pixels, image.samples * image.bits_allocated // 8, frame_bytes)


def _frames_of(top: Attributes, image: ImagePixel) -> list[list[Element]]:
    try:
        found = frame_fragments(top, image)
    except PixelError as error:
        raise refused("truncated pixel data", str(error)) from error
    if len(found) < image.frames or not all(found):
        raise refused("truncated pixel data", f"it has {len(found)} compressed frames where it says {image.frames}")
    return found


def _joined(top: Attributes, fragments: list[Element]) -> bytes:
    source = top.elements.source
    data = b"".join(source.read(fragment.offset, fragment.length) for fragment in fragments)
    if len(data) != sum(fragment.length for fragment in fragments):
        raise refused("truncated pixel data", "its compressed pixel data ends early")
    return data


def _check_size(data: bytes, image: ImagePixel) -> None:
    if image.transfer_syntax in (RLE, DEFLATED_FRAME):
        return
    found = read_header(data)
    if found is not None and (found.rows, found.columns) != (image.rows, image.columns):
        raise refused("pixel data that is not understood", "a code stream has another size than Rows and Columns")


def _table_problem(top: Attributes, image: ImagePixel, fragments: list[list[Element]]) -> tuple[bool, str]:
    """Return whether there is a basic offset table, or an extended one, and what is wrong with it (PS3.5 A.4)."""
    elements = top.elements
    at = elements.top[image.element.tag]
    items = [item for item in elements.elements[at + 1 : elements.after(at)] if item.tag == ITEM]
    table = items[0]
    first = items[1].offset - 8 if len(items) > 1 else 0
    places = [frame[0].offset - 8 - first for frame in fragments]
    extended = top.data(EXTENDED_OFFSETS[0])
    if extended is not None:
        offsets = list(struct.unpack_from(f"<{len(extended) // 8}Q", extended))
        lengths = top.data(EXTENDED_OFFSETS[1])
        sizes = list(struct.unpack_from(f"<{len(lengths) // 8}Q", lengths)) if lengths else []
        fits = offsets == places and sizes == [sum(part.length for part in frame) for frame in fragments]
        return True, "" if fits and not table.length else "the extended offset table does not fit the frames"
    if not table.length:
        return False, ""
    data = elements.source.read(table.offset, table.length)
    offsets = list(struct.unpack_from(f"<{len(data) // 4}I", data))
    return True, "" if offsets == places and len(data) % 4 == 0 else "it does not fit the frames"


def _hides_bits(top: Attributes, image: ImagePixel) -> bool:
    """Return whether compressed values have bits set outside BitsStored: where the code stream is more exact than that."""
    unused = UnusedBits.of(image)
    if unused is None:
        return False
    if image.transfer_syntax not in (RLE, DEFLATED_FRAME):
        found = read_header(_joined(top, _frames_of(top, image)[0]))
        if found is None or found.precision <= image.bits_stored:
            return False
    return not unused.hides_nothing(_as_words(values, unused) for values, _ in _decoded(top, _whole(image)))


def _whole(image: ImagePixel) -> ImagePixel:
    """Return an image all of whose bits count, so that a decoder takes none away."""
    return replace(image, bits_stored=image.bits_allocated, high_bit=image.bits_allocated - 1)


def _as_words(values: Array, unused: UnusedBits) -> Array:
    """Return decoded values as the words that they would be stored in."""
    words: Array = values.astype(np.int64).astype(unused.dtype)
    return words


def _decoded(top: Attributes, image: ImagePixel) -> Iterator[tuple[Array, str]]:
    for frame in range(image.frames):
        try:
            *_, (decoded, _preview) = decode_frames(top, image, frame, previews=False, limit_s=None)
        except DicomError as error:
            raise refused("pixels that cannot be decoded", f"frame {frame + 1} cannot be decoded: {error}") from error
        yield decoded.values, decoded.photometric


def _as_native(top: Attributes, image: ImagePixel, boxes: tuple[Box, ...], *, hides: bool) -> PixelWork:
    """Return compressed frames decoded, without hidden bits and with boxes: natively, what they show stays exact."""
    unused = UnusedBits.of(image) if hides else None
    source = _whole(image) if hides else image
    values, photometric = next(_decoded(top, source))
    photometric = (
        photometric.replace("_422", "").replace("_420", "").replace("PARTIAL", "FULL")
    )  # every pixel has its colour
    bits = 8 * values.dtype.itemsize
    wanted = values.nbytes * image.frames
    even = wanted + wanted % 2
    rows = [PixelRow("compressed frames", "pixels were changed: they are written natively", "compressed", "native")]
    if hides:
        why = "the code stream is more exact than BitsStored, and bits above it may hold old overlays"
        rows.append(PixelRow("unused bits of pixels", why, "some are set", "zero"))
    rows += box_rows(boxes)
    vr = "OW" if bits > 8 else "OB"
    fill = fill_of(top, image, photometric)

    def chunks() -> Iterator[bytes]:
        yield header(PIXEL_DATA, vr, even, EXPLICIT)
        for number, (frame, _) in enumerate(_decoded(top, source)):
            kept = unused.cleared(_as_words(frame, unused)) if unused is not None else _little_endian(frame)
            for box in boxes:
                kept[box.rows, box.columns] = fill if kept.ndim > 2 else fill[0]
            if kept.nbytes * image.frames != wanted:
                raise refused("pixel data that is not understood", f"frame {number + 1} came out in another size")
            yield kept.tobytes()
        yield b"\0" * (even - wanted)

    return PixelWork(tuple(rows), True, True, 12 + even, chunks, photometric, bits, hides)


def _little_endian(frame: Array) -> Array:
    copied: Array = frame.astype(frame.dtype.newbyteorder("<"), copy=True)
    return copied
