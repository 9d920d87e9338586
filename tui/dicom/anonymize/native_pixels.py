"""Native pixel data as it is written: no bits outside BitsStored, nothing behind the last frame, boxes blackened.

It is read and written some megabytes at a time. (PS3.5 8.1.1, 8.2.)
"""

from collections.abc import Iterator
from typing import Final

import numpy as np

from tui.dicom.anonymize.boxes import Box
from tui.dicom.anonymize.fill import fill_of
from tui.dicom.anonymize.pixel_work import PixelRow, PixelWork, box_rows, refused
from tui.dicom.anonymize.unused_bits import WORDS, UnusedBits
from tui.dicom.attributes import Attributes
from tui.dicom.element_bytes import header
from tui.dicom.pixels.image_pixel import ImagePixel
from tui.dicom.pixels.native import Array

_AT_ONCE: Final = 1 << 22


def plan_native(top: Attributes, image: ImagePixel, boxes: tuple[Box, ...]) -> PixelWork | None:
    """Return what becomes of native pixel data; None where all of it stays.

    Raises
    ------
    RefusedError
        Pixels are missing.
    """
    wanted = (image.frame_bits * image.frames + 7) // 8
    there = image.element.length
    if there < wanted:
        raise refused("truncated pixel data", f"its pixel data has {there:,} bytes where its frames take {wanted:,}")
    rows: list[PixelRow] = []
    even = wanted + wanted % 2
    if image.swapped:  # in words, so that the byte of padding comes before the last one
        wanted = even
    source = top.elements.source
    if there > even or (there > wanted and source.read(image.element.offset + wanted, 1) != b"\0"):
        rows.append(PixelRow("bytes behind the last frame", "no frame is there", f"{there - wanted:,} bytes", "none"))
    unused = UnusedBits.of(image, ">" if image.big_endian else "<")
    if unused is not None and not unused.hides_nothing(_words(top, image, wanted, unused)):
        why = "bits outside BitsStored may hold old overlays"
        rows.append(PixelRow("unused bits of pixels", why, "some are set", "zero"))
    else:
        unused = None
    if boxes:
        rows += box_rows(boxes)
    if not rows:
        return None
    encoding = top.elements.encoding

    def chunks() -> Iterator[bytes]:
        yield header(image.element.tag, image.element.vr, even, encoding)
        if boxes:
            yield from _blackened_native(top, image, boxes, unused)
        else:
            for data in _stretches(top, image, wanted):
                yield unused.cleared(np.frombuffer(data, unused.dtype)).tobytes() if unused is not None else data
        yield b"\0" * (even - wanted)

    head = len(header(image.element.tag, image.element.vr, even, encoding))
    return PixelWork(tuple(rows), remade=False, native=False, length=head + even, chunks=chunks)


def _stretches(top: Attributes, image: ImagePixel, wanted: int) -> Iterator[bytes]:
    """Return the native pixel data, some megabytes at a time; words are whole."""
    begin = image.element.offset
    for at in range(0, wanted, _AT_ONCE):
        size = min(_AT_ONCE, wanted - at)
        data = top.elements.source.read(begin + at, size)
        if len(data) < size:
            raise refused("truncated pixel data", "its pixel data ends early")
        yield data


def _words(top: Attributes, image: ImagePixel, wanted: int, unused: UnusedBits) -> Iterator[Array]:
    for data in _stretches(top, image, wanted):
        yield np.frombuffer(data, unused.dtype)


def _blackened_native(
    top: Attributes, image: ImagePixel, boxes: tuple[Box, ...], unused: UnusedBits | None
) -> Iterator[bytes]:
    if image.bits_allocated == 1 or image.subsampled or image.swapped or image.frame_bits % 8:
        raise refused("boxes", "boxes cannot be blackened in native pixels of 1 bit, of 4:2:2 or in swapped bytes")
    size = image.frame_bits // 8
    order = ">" if image.big_endian else "<"
    dtype = f"{order}f{image.float_bits // 8}" if image.float_bits else order + WORDS[image.bits_allocated]
    fill = fill_of(top, image, image.photometric)
    for frame in range(image.frames):
        data = top.elements.source.read(image.element.offset + frame * size, size)
        values = np.frombuffer(data, dtype)
        values = values.copy() if unused is None else unused.cleared(values)
        planes = values.reshape(3, image.rows, image.columns) if image.planar and image.color else None
        shaped = (
            planes.transpose(1, 2, 0) if planes is not None else values.reshape(image.rows, image.columns, image.samples)
        )
        for box in boxes:
            shaped[box.rows, box.columns] = fill
        yield values.tobytes()
