"""What a compressed frame says of itself, read before any codec runs.

A file of 4 kB can declare 65,500 x 65,500 pixels inside its code stream and make a codec take 16 GB, whatever Rows and
Columns say.
"""

import struct
from typing import NamedTuple

# Start-of-frame markers of ITU-T T.81 Table B.1 (all but DHT, JPG and DAC) and of JPEG-LS (T.87: SOF55)
_SOF = frozenset({*range(0xC0, 0xD0), 0xF7}) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})


class CodeStream(NamedTuple):
    """Size of the picture in a code stream."""

    rows: int
    columns: int
    components: int
    precision: int


def read_header(data: bytes) -> CodeStream | None:
    """Return what the header of a JPEG, JPEG-LS or JPEG 2000 code stream says, or None if there is none."""
    if data.startswith(b"\xff\xd8"):
        return _jpeg(data)
    at = data.find(b"\xff\x4f\xff\x51", 0, 4096)  # SOC, SIZ: ITU-T T.800 A.5.1; a JP2 wraps it in boxes
    if at < 0 or len(data) < at + 43:
        return None
    right, bottom, left, top = struct.unpack_from(">4I", data, at + 8)
    components, depth = struct.unpack_from(">HB", data, at + 40)
    return CodeStream(bottom - top, right - left, components, (depth & 0x7F) + 1)


def _jpeg(data: bytes) -> CodeStream | None:
    at = 2
    while at + 10 <= len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker in _ALONE:
            at += 2
        elif marker in _SOF:
            precision, rows, columns, components = struct.unpack_from(">BHHB", data, at + 4)
            return CodeStream(rows, columns, components, precision)
        else:
            at += 2 + struct.unpack_from(">H", data, at + 2)[0]
    return None
