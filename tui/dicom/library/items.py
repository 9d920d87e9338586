"""Skipping sequences of undefined length (PS3.5 7.5): no item says where they end."""

import struct
from operator import sub
from typing import Final

from tui.dicom.element import ITEM, ITEM_END, SEQUENCE_END, UNDEFINED
from tui.dicom.encoding import LONG_VRS, SHORT_VRS, Encoding
from tui.dicom.library.fields import FIELDS
from tui.dicom.library.runs import Met, met_of

HEAD: Final = 8  # bytes of a header in implicit VR, and of most in explicit VR
LONG_HEAD: Final = 12
OF_ITEMS: Final = frozenset({b"SQ", b"UN"})
_DEEPEST: Final = 32
_MOST_ENDS: Final = 20_000
_PIXELS: Final = 0x7FE0  # the group that nothing but pixel data and what follows it lies in


class ShortError(Exception):
    """What was read of the file ends before the last field: `wanted` bytes at the least are needed."""

    def __init__(self, wanted: int) -> None:
        super().__init__(wanted)
        self.wanted = wanted


class UnsureError(Exception):
    """Something is odd about the file: the walker, which survives everything, is to read it."""


Head = tuple[int, int]  # where a header begins, and where its value does


class Items:
    """Skips sequences in one encoding.

    Attributes
    ----------
    big_endian : bool
        The byte order.
    wanted : dict of bytes to int
        Which of FIELDS an element is, by the first four bytes of its header.
    """

    def __init__(self, encoding: Encoding) -> None:
        order = ">" if encoding.big_endian else "<"
        pack = struct.Struct(f"{order}HH").pack
        self.big_endian = encoding.big_endian
        self.wanted = {pack(field.tag >> 16, field.tag & 0xFFFF): index for index, field in enumerate(FIELDS)}
        self._implicit = encoding.implicit
        self._ends: dict[bytes, int] = {}  # of elements, header and value, by the first eight bytes where these tell all
        self._tag_and_length = struct.Struct(f"{order}HHI").unpack_from
        self._short = struct.Struct(f"{order}H").unpack_from
        self._long = struct.Struct(f"{order}I").unpack_from

    def after(self, data: bytes, at: int, *, implicit: bool, heads: list[Head] | None = None) -> int:
        """Return where the sequence ends whose items begin at a place; put the headers on the way into `heads`.

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
            begin, value = at, at + HEAD
            group, number, length = self._tag_and_length(data, at)
            tag = group << 16 | number
            if tag == (ITEM_END if in_item else SEQUENCE_END):
                outer.pop()
                at = value
            elif in_item:
                value, at, below = self._element(data, at, group, length, implicit=implicit)
                outer += below
            elif tag != ITEM or len(outer) > _DEEPEST:
                raise UnsureError
            elif length == UNDEFINED:
                outer.append((True, implicit))
                at = value
            else:
                at = value + length
            if heads is not None:
                heads.append((begin, value))
        return at

    def elements(self, data: bytes) -> list[Met]:
        """Return the elements of a part of a dataset, with what lies in sequences of undefined length, one after the other.

        Raises
        ------
        ShortError, UnsureError
            As said there.
        """
        ends, wanted, at, end = self._ends, self.wanted, 0, len(data)
        heads: list[Head] = []
        fields: list[int] = []
        while at < end:
            head = data[at : at + HEAD]
            length = ends.get(head)
            if length is not None:
                heads.append((at, at + HEAD))
                fields.append(wanted.get(head[:4], -1))
                at += length
                continue
            group, _, length = self._tag_and_length(data, at)
            value, after, below = self._element(data, at, group, length, implicit=self._implicit)
            heads.append((at, value))
            if below:
                after = self.after(data, after, implicit=below[0][1], heads=heads)
                fields += [-1] * (len(heads) - len(fields))  # what lies in it is none of the top level
            else:
                fields.append(wanted.get(head[:4], -1))
                if value - at == HEAD and len(ends) < _MOST_ENDS:
                    ends[head] = after - at
            at = after
        begins, values = zip(*heads, strict=True)
        behind = (*begins[1:], end)
        return list(map(met_of, zip(begins, map(sub, values, begins), map(sub, behind, values), fields, strict=True)))

    def look_on(self, data: bytes, at: int, size: int, last: int) -> int:
        """Look at the elements from a place to the pixel data, or to the end: none of a tag up to `last` may be there.

        Returns
        -------
        int
            Where the pixel data or the end is.

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
                return at
            if group << 16 | number <= last:
                raise UnsureError
            _, at, below = self._element(data, at, group, length, implicit=self._implicit)
            if below:
                at = self.after(data, at, implicit=below[0][1])
        return at

    def _element(
        self, data: bytes, at: int, group: int, length: int, *, implicit: bool
    ) -> tuple[int, int, list[tuple[bool, bool]]]:
        """Return where a value begins and ends; one of undefined length ends at once, and what is in it is to be skipped."""
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
            return at + width, at + width + length, []
        if not implicit and vr not in OF_ITEMS:
            raise UnsureError
        return at + width, at + width, [(False, implicit or vr == b"UN")]
