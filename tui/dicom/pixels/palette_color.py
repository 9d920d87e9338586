"""Palette Color Lookup Tables (PS3.3 C.7.6.3.1.5, C.7.6.3.1.6), the segmented ones (C.7.9.2) too."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui.dicom.attributes import Attributes
from tui.dicom.errors import PixelError
from tui.dicom.pixels.stages import lut_descriptor, table_entries

Array = NDArray[Any]
_DESCRIPTORS = (0x00281101, 0x00281102, 0x00281103)
_DATA = (0x00281201, 0x00281202, 0x00281203)
_SEGMENTED = (0x00281221, 0x00281222, 0x00281223)


def apply_palette(stored: Array, attributes: Attributes, *, signed: bool) -> NDArray[np.uint8]:
    """Return stored values as RGB.

    Parameters
    ----------
    stored : ndarray of integers, shape (rows, columns)
        Stored values.
    attributes : Attributes
        The dataset with the tables.
    signed : bool
        Whether stored values are; the first value mapped is then signed, too.

    Returns
    -------
    ndarray of uint8, shape (rows, columns, 3)

    Raises
    ------
    PixelError
        A table is missing or damaged.
    """
    rgb = np.empty((*stored.shape, 3), np.uint8)
    for channel in range(3):
        first, entries = _table(attributes, channel, signed)
        index = stored.astype(np.int64) - first
        rgb[..., channel] = entries[np.clip(index, 0, len(entries) - 1)]
    return rgb


def _table(attributes: Attributes, channel: int, signed: bool) -> tuple[int, NDArray[np.uint8]]:
    path = attributes.elements.path
    descriptor = lut_descriptor(attributes, _DESCRIPTORS[channel], signed=signed)
    if descriptor is None:
        raise PixelError("this is a PALETTE COLOR image, and its palette is missing", path)
    count, first, bits = descriptor
    data = attributes.data(_DATA[channel])
    tag = _DATA[channel] if data is not None else _SEGMENTED[channel]
    big_endian = attributes.big_endian(tag)
    if data is not None:
        entries = table_entries(data, count, big_endian=big_endian)
    elif (segments := attributes.data(tag)) is not None:
        wide = bits > 8 or len(segments) > 2 * count
        words = np.frombuffer(segments[: len(segments) // 2 * 2], ">u2" if big_endian else "<u2") if wide else None
        entries = _expanded((words if words is not None else np.frombuffer(segments, np.uint8)).tolist(), count, path)
    else:
        raise PixelError("this is a PALETTE COLOR image, and a table of its palette is empty", path)
    if not len(entries):
        raise PixelError("this is a PALETTE COLOR image, and a table of its palette is empty", path)
    # 16 bits are the rule; some writers put 8-bit values into them, which would all be black
    wide_values = bits > 8 and int(entries.max()) > 0xFF
    return first, (entries >> 8 if wide_values else entries).astype(np.uint8)


def _expanded(words: list[int], count: int, path: str) -> Array:
    """Return the entries that segments stand for: 0 discrete, 1 linear, 2 indirect (C.7.9.2)."""
    entries: list[int] = []
    at = 0
    try:
        while at < len(words) and len(entries) < count:
            at += _segment(words, at, entries, indirect_allowed=True)
    except IndexError as error:
        raise PixelError("the segmented palette is damaged", path) from error
    return np.array(entries[:count], np.uint16)


def _segment(words: list[int], at: int, entries: list[int], *, indirect_allowed: bool) -> int:
    """Append the entries of the segment at `at`; return how many words it takes."""
    kind, length = words[at], words[at + 1]
    if kind == 0:
        if at + 2 + length > len(words):
            raise IndexError(at)
        entries += words[at + 2 : at + 2 + length]
        return 2 + length
    if kind == 1:
        start, end = entries[-1], words[at + 2]
        entries += [start + round((end - start) * step / length) for step in range(1, length + 1)]
        return 3
    if kind == 2 and indirect_allowed:
        source = words[at + 2] | words[at + 3] << 16
        for _ in range(length):
            source += _segment(words, source, entries, indirect_allowed=False)
        return 4
    raise IndexError(at)
