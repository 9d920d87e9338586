"""What makes two values equal, whatever byte order, character set, padding or encapsulation they are written in."""

import hashlib
from collections.abc import Callable
from typing import Final

from tui.dicom import values
from tui.dicom.element import UNDEFINED, Element
from tui.dicom.tags import TagRows

AT_ONCE: Final = 1 << 20  # longer values are compared by their digests
_WORD_BYTES: Final = {"OW": 2, "OL": 4, "OF": 4, "OD": 8, "OV": 8}


def essence_of(rows: TagRows, index: int, element: Element) -> object:
    """Return what is equal where two values are: independent of byte order, character set, padding and encapsulation."""
    if element.vr in ("SQ", ""):
        return None
    if element.length == UNDEFINED:
        return _digest(rows, rows.elements.elements[index + 1 : rows.elements.after(index)], 1)
    if element.vr in values.BINARY_VRS:
        swapped = _WORD_BYTES.get(element.vr, 1) if rows.elements.encoding_at(element).big_endian else 1
        return _digest(rows, [element], swapped)
    if element.length > AT_ONCE:
        return _digest(rows, [element], 1)
    return tuple(repr(value) if isinstance(value, float) else value for value in rows.every_value(index))  # NaN is NaN


def raw_of(rows: TagRows, element: Element) -> object:
    """Return the bytes of a value without its padding, in little endian: what is equal where a VR is not known."""
    if element.vr in ("SQ", "") or element.length == UNDEFINED or element.length > AT_ONCE:
        return element.length
    data = rows.elements.source.read(element.offset, element.length)
    if rows.elements.encoding_at(element).big_endian:
        size = 2 if element.vr == "AT" else values.NUMBERS.get(element.vr, ("", _WORD_BYTES.get(element.vr, 1)))[1]
        data = _turned(data, size)
    return data.rstrip(b" \0")


def _digest(rows: TagRows, parts: list[Element], swapped: int) -> bytes:
    """Return a digest of the bytes of some values, in words of `swapped` bytes that are turned round."""
    digest = hashlib.blake2b(digest_size=16)
    turn: Callable[[bytes], bytes] = (lambda data: data) if swapped == 1 else lambda data: _turned(data, swapped)
    source = rows.elements.source
    for part in parts:
        for at in range(0, part.length, AT_ONCE):
            digest.update(turn(source.read(part.offset + at, min(AT_ONCE, part.length - at))))
    return digest.digest()


def _turned(data: bytes, size: int) -> bytes:
    turned = bytearray(len(data) // size * size)
    for at in range(size):
        turned[at::size] = data[size - 1 - at : len(turned) : size]
    return bytes(turned) + data[len(turned) :]
