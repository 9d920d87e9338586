"""How a dataset is encoded (PS3.5 Annex A, PS3.10 section 7): transfer syntaxes, and telling DICOM from other files."""

import struct
from typing import NamedTuple

IMPLICIT_LITTLE = "1.2.840.10008.1.2"
EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
DEFLATED_EXPLICIT_LITTLE = "1.2.840.10008.1.2.1.99"
EXPLICIT_BIG = "1.2.840.10008.1.2.2"
GE_PRIVATE_BIG_PIXELS = "1.2.840.113619.5.2"  # implicit little endian with big-endian pixel data

NATIVE_SYNTAXES = frozenset(
    {IMPLICIT_LITTLE, EXPLICIT_LITTLE, DEFLATED_EXPLICIT_LITTLE, EXPLICIT_BIG, GE_PRIVATE_BIG_PIXELS}
)

PREAMBLE_LENGTH = 128
MAGIC = b"DICM"
LONG_VRS = frozenset({b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"})
SHORT_VRS = frozenset(
    {
        b"AE", b"AS", b"AT", b"CS", b"DA", b"DS", b"DT", b"FD", b"FL", b"IS", b"LO", b"LT", b"PN", b"SH", b"SL", b"SS",
        b"ST", b"TM", b"UI", b"UL", b"US",
    }
)  # fmt: skip
VRS = {vr: vr.decode("ascii") for vr in LONG_VRS | SHORT_VRS}


class Encoding(NamedTuple):
    """Byte order and VR form of a stretch of elements."""

    implicit: bool
    big_endian: bool

    @property
    def words(self) -> str:
        """Return the encoding in words."""
        return f"{'implicit' if self.implicit else 'explicit'} VR, {'big' if self.big_endian else 'little'} endian"


def encoding_of(transfer_syntax: str) -> Encoding:
    """Return how a dataset in `transfer_syntax` (a UID) is encoded; every other one is explicit little endian."""
    implicit = transfer_syntax in (IMPLICIT_LITTLE, GE_PRIVATE_BIG_PIXELS)
    return Encoding(implicit, transfer_syntax == EXPLICIT_BIG)


def is_encapsulated(transfer_syntax: str) -> bool:
    """Return whether pixel data in `transfer_syntax` is encapsulated (PS3.5 A.4); false for an unknown, empty one."""
    return bool(transfer_syntax) and transfer_syntax not in NATIVE_SYNTAXES


def guess(head: bytes, offset: int, size: int) -> Encoding | None:
    """Tell how the first element at `offset` of `head` is encoded, or None if nothing there looks like DICOM.

    Parameters
    ----------
    head : bytes
        The beginning of the file.
    offset : int
        Where an element should begin.
    size : int
        The size of the file in bytes.
    """
    if len(head) < offset + 8:
        return None
    group, element = struct.unpack_from("<HH", head, offset)
    if head[offset + 4 : offset + 6] in VRS:
        if 0 < group < 0x0100:
            return Encoding(implicit=False, big_endian=False)
        return Encoding(implicit=False, big_endian=True) if group & 0xFF == 0 else None
    length = struct.unpack_from("<I", head, offset + 4)[0]
    if group in (0x0002, 0x0004, 0x0008, 0x0010) and element < 0x3000 and length <= max(0, size - offset - 8):
        return Encoding(implicit=True, big_endian=False)
    return None


def settled(transfer_syntax: str, found: Encoding | None) -> Encoding:
    """Return how a dataset is really encoded: as its transfer syntax says, unless its first element shows otherwise.

    Parameters
    ----------
    transfer_syntax : str
        A UID; "" where none is given.
    found : Encoding or None
        What `guess` says of the first element.
    """
    if not transfer_syntax:
        return found or Encoding(implicit=True, big_endian=False)
    said = encoding_of(transfer_syntax)
    if found is None or (found.big_endian != said.big_endian and transfer_syntax == EXPLICIT_BIG and found.implicit):
        return said
    return found


class Layout(NamedTuple):
    """Where the elements of a file begin."""

    start: int
    preamble: bool


def layout_of(head: bytes, size: int) -> Layout | None:
    """Tell a DICOM file by its first bytes (PS3.10 7.1), or return None.

    "DICM" at 128 decides. Without preamble a plausible first element of group 0002 or 0008 does: explicit VR, or
    implicit VR whose second element follows in order.
    """
    if head[PREAMBLE_LENGTH : PREAMBLE_LENGTH + 4] == MAGIC:
        return Layout(PREAMBLE_LENGTH + 4, preamble=True)
    if head[:4] == MAGIC and guess(head, 4, size) is not None:
        return Layout(4, preamble=False)
    encoding = guess(head, 0, size)
    if encoding is None:
        return None
    order = ">" if encoding.big_endian else "<"
    group, element = struct.unpack_from(f"{order}HH", head)
    if group not in (0x0002, 0x0008):
        return None
    if encoding.implicit:
        length = struct.unpack_from("<I", head, 4)[0]
        if length > 1024 or (element and length == 0 and size > 8 and head[8:9] == b"\0"):
            return None
        following = head[8 + length : 12 + length]
        if len(following) == 4:
            next_group, next_element = struct.unpack("<HH", following)
            if not (group, element) < (next_group, next_element) < (0x0020, 0xFFFF):
                return None
        elif 8 + length != size:
            return None
    return Layout(0, preamble=False)
