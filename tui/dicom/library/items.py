"""Skipping sequences of undefined length (PS3.5 7.5): no item says where they end."""

import struct
from typing import Final

from tui.dicom.element import ITEM, ITEM_END, SEQUENCE_END, UNDEFINED
from tui.dicom.encoding import LONG_VRS, SHORT_VRS, Encoding

HEAD: Final = 8  # bytes of a header in implicit VR, and of most in explicit VR
LONG_HEAD: Final = 12
OF_ITEMS: Final = frozenset({b"SQ", b"UN"})
_DEEPEST: Final = 32
_PIXELS: Final = 0x7FE0  # the group that nothing but pixel data and what follows it lies in


class ShortError(Exception):
    """What was read of the file ends before the last field: `wanted` bytes at the least are needed."""

    def __init__(self, wanted: int) -> None:
        super().__init__(wanted)
        self.wanted = wanted


class UnsureError(Exception):
    """Something is odd about the file: the walker, which survives everything, is to read it."""


class Items:
    """Skips sequences in one encoding."""

    def __init__(self, encoding: Encoding) -> None:
        order = ">" if encoding.big_endian else "<"
        self._implicit = encoding.implicit
        self._tag_and_length = struct.Struct(f"{order}HHI").unpack_from
        self._short = struct.Struct(f"{order}H").unpack_from
        self._long = struct.Struct(f"{order}I").unpack_from

    def after(self, data: bytes, at: int, *, implicit: bool) -> int:
        """Return where the sequence ends whose items begin at a place.

        Raises
        ------
        ShortError, UnsureError
            As said there.
        """
        outer = [(False, implicit)]  # whether an item, and in which VR form
        while outer:
            if at + HEAD > len(data):
                raise ShortError(at + HEAD)
            in_item, implicit = outer[-1]
            group, number, length = self._tag_and_length(data, at)
            tag = group << 16 | number
            if tag == (ITEM_END if in_item else SEQUENCE_END):
                outer.pop()
                at += HEAD
            elif in_item:
                at, below = self._after_element(data, at, group, length, implicit=implicit)
                outer += below
            elif tag != ITEM or len(outer) > _DEEPEST:
                raise UnsureError
            elif length == UNDEFINED:
                outer.append((True, implicit))
                at += HEAD
            else:
                at += HEAD + length
        return at

    def look_on(self, data: bytes, at: int, size: int, last: int) -> None:
        """Look at the elements from a place to the pixel data, or to the end: none of a tag up to `last` may be there.

        Raises
        ------
        ShortError, UnsureError
            As said there.
        """
        while at != size:
            if at + HEAD > len(data):
                raise ShortError(at + HEAD)
            group, number, length = self._tag_and_length(data, at)
            if group >= _PIXELS:
                return
            if group << 16 | number <= last:
                raise UnsureError
            at, below = self._after_element(data, at, group, length, implicit=self._implicit)
            if below:
                at = self.after(data, at, implicit=below[0][1])

    def _after_element(
        self, data: bytes, at: int, group: int, length: int, *, implicit: bool
    ) -> tuple[int, list[tuple[bool, bool]]]:
        """Return where an element ends; of one of undefined length where its value begins, and what is to be skipped."""
        if group == 0xFFFE:
            raise UnsureError
        width, vr = HEAD, data[at + 4 : at + 6]
        if not implicit and vr in LONG_VRS:
            if at + LONG_HEAD > len(data):
                raise ShortError(at + LONG_HEAD)
            width, length = LONG_HEAD, self._long(data, at + HEAD)[0]
        elif not implicit:
            if vr not in SHORT_VRS:
                raise UnsureError
            length = self._short(data, at + 6)[0]
        if length != UNDEFINED:
            return at + width + length, []
        if not implicit and vr not in OF_ITEMS:
            raise UnsureError
        return at + width, [(False, implicit or vr == b"UN")]
