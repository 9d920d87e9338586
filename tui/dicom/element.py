"""What a walk over a file finds: elements, items and fragments, and where it broke (PS3.5 7.1, 7.5)."""

from typing import Final, NamedTuple

UNDEFINED: Final = 0xFFFFFFFF
META_GROUP: Final = 2
ITEM: Final = 0xFFFEE000
ITEM_END: Final = 0xFFFEE00D
SEQUENCE_END: Final = 0xFFFEE0DD
FOLDED_OUT: Final = 0xFFFE0001  # no tag of the standard: a field that lies in the value of the element around it
PIXEL_DATA: Final = 0x7FE00010
FLOAT_PIXEL_DATA: Final = 0x7FE00008
DOUBLE_FLOAT_PIXEL_DATA: Final = 0x7FE00009
PER_FRAME_GROUPS: Final = 0x52009230
TRANSFER_SYNTAX: Final = 0x00020010


class Element(NamedTuple):
    """One element, item or fragment.

    `depth` is 0 at the top; an item is one deeper than its sequence, its elements one deeper than the item. `tag` is
    0xGGGGEEEE. `vr` is two letters, "" for an item. `offset` is where the value begins; `length` is the value's
    bytes or UNDEFINED.
    """

    depth: int
    tag: int
    vr: str
    offset: int
    length: int


class Break(NamedTuple):
    """Where and why the walk could not go on."""

    offset: int
    reason: str

    @property
    def sentence(self) -> str:
        """Return it as a sentence."""
        return f"the file could be read up to byte {self.offset:,}: {self.reason}"


def tag_text(tag: int) -> str:
    """Return `tag` as ``(gggg,eeee)``."""
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
