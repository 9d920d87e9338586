"""Overlay planes (PS3.3 C.9.2): drawings of one bit a pixel, in planes of their own or in unused bits of the pixel data."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tui.dicom.attributes import Attributes
from tui.dicom.pixels.frames import native_bytes
from tui.dicom.pixels.image_pixel import ImagePixel

Mask = NDArray[np.bool_]
_GROUPS: Final = range(0x6000, 0x6020, 2)
_ROWS, _COLUMNS, _FRAMES = 0x0010, 0x0011, 0x0015
_ORIGIN, _FRAME_ORIGIN = 0x0050, 0x0051
_BITS_ALLOCATED, _BIT_POSITION, _DATA = 0x0100, 0x0102, 0x3000
_WORDS: Final = {8: "u1", 16: "u2", 32: "u4"}


def overlay_of(top: Attributes, image: ImagePixel, frame: int) -> Mask | None:
    """Return where the overlays of frame `frame` (from 0) are drawn.

    Returns
    -------
    ndarray of bool, shape (rows, columns), or None
        None where there is no overlay, or nothing of it lies on this frame.
    """
    whole: Mask | None = None
    for group in _GROUPS:
        plane = _plane(top, group << 16, image, frame)
        if plane is not None and plane.any():
            whole = plane if whole is None else whole | plane
    return whole


def _plane(top: Attributes, group: int, image: ImagePixel, frame: int) -> Mask | None:
    rows, columns = top.integer(group | _ROWS), top.integer(group | _COLUMNS)
    if group | _DATA not in top:
        position = top.integer(group | _BIT_POSITION)
        return _embedded(top, image, frame, position) if rows and position else None
    if not rows or not columns or rows < 0 or columns < 0:
        return None
    count = max(1, top.integer(group | _FRAMES) or 1)
    first = (top.integer(group | _FRAME_ORIGIN) or 1) - 1
    number = frame - first if count > 1 or (image.frames > 1 and group | _FRAME_ORIGIN in top) else 0
    if not 0 <= number < count:
        return None
    bits = _bits(top, group | _DATA, number * rows * columns, rows * columns)
    if bits is None:
        return None
    origin = top.numbers(group | _ORIGIN)
    down, right = (int(origin[0]) - 1, int(origin[1]) - 1) if len(origin) == 2 else (0, 0)
    return _placed(bits.reshape(rows, columns), down, right, image.rows, image.columns)


def _bits(top: Attributes, tag: int, start: int, count: int) -> Mask | None:
    """Return `count` bits of Overlay Data from bit `start` on: the first pixel is the lowest bit (PS3.5 8.1.2)."""
    element = top.element(tag)
    if element is None or element.length * 8 < start + count:
        return None
    low = start // 16 * 2
    size = min(element.length, (start + count + 15) // 16 * 2) - low
    data: NDArray[Any] = np.frombuffer(top.elements.source.read(element.offset + low, size), np.uint8)
    if top.big_endian(tag) and element.vr == "OW":
        data = data[: len(data) // 2 * 2].view(">u2").astype("<u2").view(np.uint8)
    found = np.unpackbits(data, bitorder="little")[start - 8 * low :][:count]
    return found.astype(bool) if len(found) == count else None


def _embedded(top: Attributes, image: ImagePixel, frame: int, position: int) -> Mask | None:
    """Return the bit `position` of every stored word (retired; C.9.2.1.1.1). Codecs of compressed frames keep none."""
    if image.encapsulated or image.color or image.bits_allocated not in _WORDS or position >= image.bits_allocated:
        return None
    if image.high_bit - image.bits_stored < position <= image.high_bit:
        return None  # it is one of the image's own bits
    data, _ = native_bytes(top, image, frame)
    order = ">" if image.big_endian else "<"
    size = image.bits_allocated // 8
    words = np.frombuffer(data[: len(data) // size * size], order + _WORDS[image.bits_allocated])
    if len(words) < image.rows * image.columns:
        return None
    return (words >> position & 1).astype(bool).reshape(image.rows, image.columns)


def _placed(plane: Mask, down: int, right: int, rows: int, columns: int) -> Mask:
    """Return `plane` with its first pixel at (`down`, `right`) of an image, cut to it."""
    whole = np.zeros((rows, columns), bool)
    top, left = max(0, down), max(0, right)
    part = plane[top - down : max(0, rows - down), left - right : max(0, columns - right)]
    if part.size:
        whole[top : top + part.shape[0], left : left + part.shape[1]] = part
    return whole
