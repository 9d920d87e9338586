"""Native pixel data as it is written: no bits outside BitsStored, nothing behind the last frame, boxes blackened.

It is read and written some megabytes at a time. (PS3.5 8.1.1, 8.2.)
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from tui.dicom.anonymize.boxes import Box
from tui.dicom.anonymize.fill import fill_of
from tui.dicom.anonymize.pixel_work import PixelRow, PixelWork, box_rows, refused
from tui.dicom.attributes import Attributes
from tui.dicom.element_bytes import header
from tui.dicom.pixels.image_pixel import ImagePixel
from tui.dicom.pixels.native import Array

_AT_ONCE: Final = 1 << 22
_WORDS: Final = {8: "u1", 16: "u2", 32: "u4", 64: "u8"}


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
    unused = _UnusedBits.of(image)
    if unused is not None and not unused.hides_nothing(_stretches(top, image, wanted)):
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
                yield unused.cleared(data) if unused is not None else data
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


@dataclass(frozen=True)
class _UnusedBits:
    """The bits of stored words outside BitsStored: `mask` has those that are used, `sign` the highest of them."""

    dtype: str
    mask: int
    sign: int
    signed: bool

    @classmethod
    def of(cls, image: ImagePixel) -> "_UnusedBits | None":
        """Return those of an image; None where every bit is used."""
        if image.float_bits or image.bits_allocated not in _WORDS or image.bits_stored >= image.bits_allocated:
            return None
        mask = (1 << image.bits_stored) - 1 << image.high_bit + 1 - image.bits_stored
        order = ">" if image.big_endian else "<"
        return cls(order + _WORDS[image.bits_allocated], mask, 1 << image.high_bit, image.signed)

    def hides_nothing(self, stretches: Iterator[bytes]) -> bool:
        """Return whether the unused bits are all zero, or all what the sign is extended to."""
        return all(self._is_clean(np.frombuffer(data, self.dtype)) for data in stretches)

    def _is_clean(self, words: Array) -> bool:
        outside = words & self._number(~self.mask)
        if not outside.any():
            return True
        if not self.signed or self.sign << 1 <= self.mask:
            return False
        above = self._number(~(self.sign * 2 - 1))
        extended = np.where(words & self._number(self.sign), above, self._number(0))
        return bool((outside == extended).all())

    def _number(self, bits: int) -> Any:  # noqa: ANN401 - one of NumPy's scalars
        dtype = np.dtype(self.dtype)
        return dtype.type(bits & (1 << 8 * dtype.itemsize) - 1)

    def cleared(self, data: bytes) -> bytes:
        """Return words with their unused bits zero."""
        words = np.frombuffer(data, self.dtype)
        cleared: bytes = (words & self._number(self.mask)).astype(self.dtype).tobytes()
        return cleared


def _blackened_native(
    top: Attributes, image: ImagePixel, boxes: tuple[Box, ...], unused: _UnusedBits | None
) -> Iterator[bytes]:
    if image.bits_allocated == 1 or image.subsampled or image.swapped or image.frame_bits % 8:
        raise refused("boxes", "boxes cannot be blackened in native pixels of 1 bit, of 4:2:2 or in swapped bytes")
    size = image.frame_bits // 8
    order = ">" if image.big_endian else "<"
    dtype = f"{order}f{image.float_bits // 8}" if image.float_bits else order + _WORDS[image.bits_allocated]
    fill = fill_of(top, image, image.photometric)
    for frame in range(image.frames):
        data = top.elements.source.read(image.element.offset + frame * size, size)
        values = np.frombuffer(unused.cleared(data) if unused is not None else data, dtype).copy()
        planes = values.reshape(3, image.rows, image.columns) if image.planar and image.color else None
        shaped = (
            planes.transpose(1, 2, 0) if planes is not None else values.reshape(image.rows, image.columns, image.samples)
        )
        for box in boxes:
            shaped[box.rows, box.columns] = fill
        yield values.tobytes()
