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
    """What a code stream's header says.

    `photometric` is RGB or YBR_FULL where the JPEG itself tells (Adobe's APP14, JFIF, component ids), else ""; `start` is
    where the code stream begins in the data.
    """

    rows: int
    columns: int
    components: int
    precision: int
    photometric: str = ""
    start: int = 0


def read_header(data: bytes) -> CodeStream | None:
    """Return what the header of a JPEG, JPEG-LS or JPEG 2000 code stream says, or None if there is none."""
    if data.startswith(b"\xff\xd8"):
        return _jpeg(data)
    at = data.find(b"\xff\x4f\xff\x51", 0, 4096)  # SOC, SIZ: ITU-T T.800 A.5.1; a JP2 wraps it in boxes
    if at < 0 or len(data) < at + 43:
        return None
    right, bottom, left, top = struct.unpack_from(">4I", data, at + 8)
    components, depth = struct.unpack_from(">HB", data, at + 40)
    return CodeStream(bottom - top, right - left, components, (depth & 0x7F) + 1, start=at)


def _jpeg(data: bytes) -> CodeStream | None:
    at, jfif, adobe = 2, False, -1
    while at + 10 <= len(data):
        if data[at] != 0xFF:  # a decoder would skip this; what it then finds is not known here
            return None
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker in _ALONE:
            at += 2
        elif marker in _SOF:
            precision, rows, columns, components = struct.unpack_from(">BHHB", data, at + 4)
            ids = data[at + 10 : at + 10 + 3 * components : 3]
            return CodeStream(rows, columns, components, precision, _colors(components, ids, jfif, adobe))
        else:
            jfif = jfif or (marker == 0xE0 and data[at + 4 : at + 9] == b"JFIF\0")
            if marker == 0xEE and data[at + 4 : at + 9] == b"Adobe" and at + 15 < len(data):
                adobe = data[at + 15]
            at += 2 + struct.unpack_from(">H", data, at + 2)[0]
    return None


def _colors(components: int, ids: bytes, jfif: bool, adobe: int) -> str:
    """Return what the three components are, where the stream says: ITU-T T.872 6.5.3, JFIF, or ids that spell RGB."""
    if components != 3:
        return ""
    if adobe >= 0:
        return "YBR_FULL" if adobe == 1 else "RGB" if adobe == 0 else ""
    if jfif:
        return "YBR_FULL"
    return "RGB" if ids == b"RGB" else ""
