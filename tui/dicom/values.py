"""Values out of bytes, by value representation (PS3.5 section 6.2)."""

import struct

from tui.dicom.charset import decode_text

Value = str | int | float
LEAST_PRIVATE = 0x1000  # the number of a private element; below are the creators of blocks (PS3.5 7.8)
BINARY_VRS = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "UN"})
CHARSET_VRS = frozenset({"LO", "LT", "PN", "SH", "ST", "UC", "UT"})
SINGLE_VALUE_VRS = frozenset({"LT", "ST", "UT", "UR"})  # a backslash in these is a backslash
NUMBERS = {
    "US": ("H", 2),
    "SS": ("h", 2),
    "UL": ("I", 4),
    "SL": ("i", 4),
    "UV": ("Q", 8),
    "SV": ("q", 8),
    "FL": ("f", 4),
    "FD": ("d", 8),
}


def numbers(vr: str, data: bytes, *, big_endian: bool, most: int = 1 << 30) -> tuple[int | float, ...]:
    """Return the values of a binary number VR (US, SS, UL, SL, UV, SV, FL, FD), at most `most` of them."""
    code, size = NUMBERS[vr]
    count = min(len(data) // size, most)
    return struct.unpack_from(f"{'>' if big_endian else '<'}{count}{code}", data)


def tags(data: bytes, *, big_endian: bool) -> tuple[int, ...]:
    """Return the values of VR AT as 0xGGGGEEEE."""
    halves = struct.unpack_from(f"{'>' if big_endian else '<'}{len(data) // 4 * 2}H", data)
    return tuple(group << 16 | element for group, element in zip(halves[::2], halves[1::2], strict=True))


def text(vr: str, data: bytes, charset: tuple[str, ...]) -> str:
    r"""Return the text of a character VR with its backslashes, without the padding at its end."""
    in_charset = vr in CHARSET_VRS
    decoded = decode_text(data, charset, person_name=vr == "PN") if in_charset else data.decode("latin-1")
    return decoded.rstrip(" \0") if vr != "UI" else decoded.rstrip(" \0\n")


def texts(vr: str, data: bytes, charset: tuple[str, ...]) -> tuple[str, ...]:
    """Return the values of a character VR, spaces that do not count removed; empty for no value."""
    whole = text(vr, data, charset)
    if not whole:
        return ()
    if vr in SINGLE_VALUE_VRS:
        return (whole,)
    return tuple(part.strip(" \0") for part in whole.split("\\"))
