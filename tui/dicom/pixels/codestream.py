"""What a compressed frame says of itself, read before any codec runs.

A file of 4 kB can declare 65,500 x 65,500 pixels inside its code stream and make a codec take 16 GB, whatever Rows and
Columns say.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

# Start-of-frame markers of ITU-T T.81 Table B.1 (all but DHT, JPG and DAC) and of JPEG-LS (T.87: SOF55)
_SOF = frozenset({*range(0xC0, 0xD0), 0xF7}) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_SEQUENTIAL = frozenset({0xC0, 0xC1})
_SOS = 0xDA
_RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))


class CodeStream(NamedTuple):
    """What a code stream's header says.

    `photometric` is RGB or YBR_FULL where the JPEG itself tells (Adobe's APP14, JFIF, component ids), else ""; `start` is
    where the code stream begins in the data; `levels` how many times a JPEG 2000 decoder can halve the picture, and `signed`
    what it says of its values.
    `components` and `precision` are 0 where the header that was read does not tell.
    """

    rows: int
    columns: int
    components: int
    precision: int
    photometric: str = ""
    start: int = 0
    levels: int = 0
    signed: bool = False


def read_header(data: bytes) -> CodeStream | None:
    """Return what the header of a JPEG, JPEG-LS, JPEG 2000 or JPEG XL code stream says, or None if there is none."""
    if data.startswith(b"\xff\xd8"):
        return _jpeg(data)
    if data.startswith((b"\xff\x0a", b"\x00\x00\x00\x0cJXL ")):
        return _jpeg_xl(data)
    at = data.find(b"\xff\x4f\xff\x51", 0, 4096)  # SOC, SIZ: ITU-T T.800 A.5.1; a JP2 wraps it in boxes
    if at < 0 or len(data) < at + 43:
        return None
    right, bottom, left, top = struct.unpack_from(">4I", data, at + 8)
    components, depth = struct.unpack_from(">HB", data, at + 40)
    levels = _decomposition_levels(data, at)
    return CodeStream(
        bottom - top, right - left, components, (depth & 0x7F) + 1, start=at, levels=levels, signed=depth > 0x7F
    )


def _decomposition_levels(data: bytes, start: int) -> int:
    """Return how many times the wavelet halves the picture (COD, ITU-T T.800 A.6.1); 0 where that is not found."""
    at = start + 2
    while at + 10 <= len(data) and data[at] == 0xFF and data[at + 1] != 0x90:  # SOT: the header ends
        if data[at + 1] == 0x52:
            return data[at + 9]
        at += 2 + struct.unpack_from(">H", data, at + 2)[0]
    return 0


def _segments(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield (marker, where it stands) of a JPEG's marker segments, up to the first scan."""
    at = 2
    while at + 10 <= len(data):
        if data[at] != 0xFF:  # a decoder would skip this; what it then finds is not known here
            return
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker in _ALONE:
            at += 2
        else:
            yield marker, at
            if marker == _SOS:
                return
            at += 2 + struct.unpack_from(">H", data, at + 2)[0]


def _jpeg(data: bytes) -> CodeStream | None:
    jfif, adobe = False, -1
    for marker, at in _segments(data):
        if marker in _SOF:
            precision, rows, columns, components = struct.unpack_from(">BHHB", data, at + 4)
            ids = data[at + 10 : at + 10 + 3 * components : 3]
            return CodeStream(rows, columns, components, precision, _colors(components, ids, jfif, adobe))
        jfif = jfif or (marker == 0xE0 and data[at + 4 : at + 9] == b"JFIF\0")
        if marker == 0xEE and data[at + 4 : at + 9] == b"Adobe" and at + 15 < len(data):
            adobe = data[at + 15]
    return None


def with_whole_scan(data: bytes) -> bytes:
    """Return a JPEG whose sequential scan holds all 64 coefficients, as it must (ITU-T T.81 Table B.3).

    Some writers of 12-bit files say Se = 0, which decoders refuse or decode as if it were 63.
    """
    sequential = False
    for marker, at in _segments(data):
        sequential = sequential or marker in _SEQUENTIAL
        if marker == _SOS and sequential:
            end = at + 2 + struct.unpack_from(">H", data, at + 2)[0] - 2  # Ss, Se, Ah and Al are the last three bytes
            if data[end - 1 : end + 1] == b"\0\0":
                return data[:end] + b"\x3f" + data[end + 1 :]
    return data


def _colors(components: int, ids: bytes, jfif: bool, adobe: int) -> str:
    """Return what the three components are, where the stream says: ITU-T T.872 6.5.3, JFIF, or ids that spell RGB."""
    if components != 3:
        return ""
    if adobe >= 0:
        return "YBR_FULL" if adobe == 1 else "RGB" if adobe == 0 else ""
    if jfif:
        return "YBR_FULL"
    return "RGB" if ids == b"RGB" else ""


class _Bits:
    """The bits of a JPEG XL header, least significant first (ISO/IEC 18181-1, 5.2)."""

    def __init__(self, data: bytes) -> None:
        self._bits = int.from_bytes(data, "little")

    def take(self, count: int) -> int:
        """Return the next `count` bits."""
        value = self._bits & (1 << count) - 1
        self._bits >>= count
        return value

    def size(self) -> int:
        """Return one side of a picture: 1 and 9, 13, 18 or 30 bits."""
        return 1 + self.take((9, 13, 18, 30)[self.take(2)])


def _jpeg_xl(data: bytes) -> CodeStream | None:
    """Read SizeHeader (ISO/IEC 18181-1, D.2); how many components there are stands further on, and is 0 here."""
    start = data.find(b"\xff\x0a", 0, 4096)
    if start < 0 or len(data) < start + 12:
        return None
    bits = _Bits(data[start + 2 : start + 12])
    small = bits.take(1)
    rows = 8 * (1 + bits.take(5)) if small else bits.size()
    ratio = bits.take(3)
    if ratio:
        over, under = _RATIOS[ratio - 1]
        columns = rows * over // under
    else:
        columns = 8 * (1 + bits.take(5)) if small else bits.size()
    return CodeStream(rows, columns, 0, 0)
