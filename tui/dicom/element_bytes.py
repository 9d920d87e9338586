"""Elements, items and sequences as bytes (PS3.5 7.1, 7.5)."""

import struct
from collections.abc import Iterable
from typing import Final

from tui.dicom.element import ITEM, ITEM_END, SEQUENCE_END
from tui.dicom.encoding import LONG_VRS, Encoding

LONGEST_SHORT: Final = 0xFFFE  # of a value whose length takes two bytes


def header(tag: int, vr: str, length: int, encoding: Encoding) -> bytes:
    """Return the header of an element with a value of `length` bytes, which fits into its VR."""
    order = ">" if encoding.big_endian else "<"
    head = struct.pack(f"{order}HH", tag >> 16, tag & 0xFFFF)
    if encoding.implicit:
        return head + struct.pack(f"{order}I", length)
    if vr.encode() in LONG_VRS:
        return head + struct.pack(f"{order}2sHI", vr.encode(), 0, length)
    return head + struct.pack(f"{order}2sH", vr.encode(), length)


def marker(tag: int, length: int, encoding: Encoding) -> bytes:
    """Return the header of an item, or a delimiter: they have no VR in any encoding."""
    return struct.pack(">HHI" if encoding.big_endian else "<HHI", tag >> 16, tag & 0xFFFF, length)


def item(content: bytes, encoding: Encoding) -> bytes:
    """Return an item with its elements."""
    return marker(ITEM, len(content), encoding) + content


def sequence(tag: int, content: bytes, encoding: Encoding) -> bytes:
    """Return a sequence with its items."""
    return header(tag, "SQ", len(content), encoding) + content


def item_end(encoding: Encoding) -> bytes:
    """Return what ends an item of undefined length."""
    return marker(ITEM_END, 0, encoding)


def sequence_end(encoding: Encoding) -> bytes:
    """Return what ends a sequence, or encapsulated pixel data, of undefined length."""
    return marker(SEQUENCE_END, 0, encoding)


def padded(data: bytes, vr: str) -> bytes:
    """Return a value with the byte that makes its length even (PS3.5 6.2)."""
    return data if len(data) % 2 == 0 else data + (b"\0" if vr in ("UI", "OB", "UN") else b" ")


def text_elements(elements: Iterable[tuple[int, str, str]], encoding: Encoding) -> bytes:
    """Return elements of (tag, VR, ASCII text), one behind the other."""
    parts = []
    for tag, vr, text in elements:
        data = padded(text.encode("ascii"), vr)
        parts.append(header(tag, vr, len(data), encoding) + data)
    return b"".join(parts)
