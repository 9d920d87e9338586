"""JPEG 2000 and JPEG XL frames without comments, and without boxes that hold texts (T.800, ISO/IEC 18181-2)."""

import struct
from typing import Final

from tui.dicom.anonymize.codestream_parts import Stripped, note_behind, refused

_SOC, _SOT, _SOD, _EOC, _J2K_COM = 0xFF4F, 0xFF90, 0xFF93, 0xFFD9, 0xFF64
# T.800 Table A.2 and T.814 A.3: CAP, PRF, SIZ, COD, COC, TLM, PLT, CPF, QCD, QCC, RGN, POC, PPM, PPT, CRG
_J2K_NEEDED: Final = frozenset(
    {0xFF50, 0xFF51, 0xFF52, 0xFF53, 0xFF55, 0xFF56, 0xFF58, 0xFF59, 0xFF5C, 0xFF5D, 0xFF5E, 0xFF5F, 0xFF60, 0xFF61, 0xFF63}
)
_HEADER_BOXES: Final = frozenset({b"ihdr", b"bpcc", b"colr", b"pclr", b"cmap", b"cdef", b"res "})
_BRANDS: Final = frozenset({b"jp2 ", b"jpx ", b"jpxb", b"jph ", b"jxl ", b"\0\0\0\0"})
_JP2: Final = b"\x00\x00\x00\x0cjP  \r\n\x87\n"
_JXL_BOX: Final = b"\x00\x00\x00\x0cJXL \r\n\x87\n"
_KEPT_BOXES: Final = frozenset({b"jP  ", b"ftyp", b"jp2h", b"jp2c", b"JXL ", b"jxlc", b"jxlp", b"jxll"})


def jpeg_2000(data: bytes) -> Stripped:
    """Return a JPEG 2000 code stream, in boxes or without, with what decoding needs alone."""
    gone: list[str] = []
    if data.startswith(_JP2[:8]):
        data = _boxes(data, gone)
        start = data.find(b"\xff\x4f\xff\x51")
        if start < 0:
            raise refused("its boxes hold no JPEG 2000 code stream")
        stream, end = _code_stream(data, start, gone)
        box = data.rfind(b"jp2c", 0, start) - 4
        if stream != data[start:end]:
            data = data[:box] + struct.pack(">I", 8 + len(stream)) + b"jp2c" + stream
        return Stripped(data + b"\0" * (len(data) % 2), tuple(gone))
    if not data.startswith(b"\xff\x4f\xff\x51"):
        raise refused("it is no JPEG 2000 code stream")
    stream, end = _code_stream(data, 0, gone)
    note_behind(data, end, gone)
    return Stripped(stream + b"\0" * (len(stream) % 2), tuple(gone))


def _header_segments(data: bytes, at: int, last: int, gone: list[str]) -> tuple[bytes, int]:
    """Return the marker segments from `at` to the marker `last`, without comments, and where that stands."""
    parts = []
    while (code := struct.unpack_from(">H", data, at)[0]) != last:
        if not 0xFF30 <= code <= 0xFFFF or code == _SOC:
            raise refused(f"at its byte {at:,} a marker was expected")
        length = 2 if code <= 0xFF3F else 2 + struct.unpack_from(">H", data, at + 2)[0]
        if at + length > len(data) or length < 2:
            raise refused("it ends inside a segment")
        if code == _J2K_COM:
            gone.append(f"JPEG 2000 comment ({length - 6:,} bytes)")
        elif code not in _J2K_NEEDED:
            gone.append(f"JPEG 2000 segment {code:04X} ({length - 4:,} bytes)")
        else:
            parts.append(data[at : at + length])
        at += length
    return b"".join(parts), at


def _code_stream(data: bytes, start: int, gone: list[str]) -> tuple[bytes, int]:
    """Return a JPEG 2000 code stream without comments (T.800 A.9.2), and where it ended in `data`."""
    head, at = _header_segments(data, start + 2, _SOT, gone)
    parts = [data[start : start + 2], head]
    while struct.unpack_from(">H", data, at)[0] == _SOT:
        size, tile_length = struct.unpack_from(">H", data, at + 2)[0], struct.unpack_from(">I", data, at + 6)[0]
        begin = at + 2 + size
        tile_head, body = _header_segments(data, begin, _SOD, gone)
        if tile_length:
            end = at + tile_length
            if end > len(data) or end < body:
                raise refused("a part of it is longer than all")
        else:  # the last one: up to the end of the code stream
            end = data.rfind(b"\xff\xd9", body)
            if end < 0:
                raise refused("its picture has no end")
        cut = (body - begin) - len(tile_head)
        sot = bytearray(data[at:begin])
        if tile_length and cut:
            struct.pack_into(">I", sot, 6, tile_length - cut)
        parts += [bytes(sot), tile_head, data[body:end]]
        at = end
        if at >= len(data):
            raise refused("its picture has no end")
    if struct.unpack_from(">H", data, at)[0] != _EOC:
        raise refused(f"at its byte {at:,} its end was expected")
    parts.append(data[at : at + 2])
    stream = b"".join(parts)
    return _without_part_lengths(stream, bool(gone)), at + 2


def _without_part_lengths(stream: bytes, shortened: bool) -> bytes:
    """Return a code stream without its index of tile-parts (TLM), which would be wrong where one became shorter."""
    first = stream.find(b"\xff\x90")
    if not shortened or b"\xff\x55" not in stream[:first]:
        return stream
    parts, at = [stream[:2]], 2
    while at < first:
        length = 2 + struct.unpack_from(">H", stream, at + 2)[0]
        if stream[at : at + 2] != b"\xff\x55":
            parts.append(stream[at : at + length])
        at += length
    return b"".join((*parts, stream[first:]))


# --- boxes: JP2 (T.800 Annex I), JPEG XL


def _boxes(data: bytes, gone: list[str], known: frozenset[bytes] = _KEPT_BOXES) -> bytes:
    """Return a file of boxes, or a box of boxes, without those that are not known to be of the picture."""
    parts, at = list[bytes](), 0
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if length == 1:
            length, head = struct.unpack_from(">Q", data, at + 8)[0], 16
        elif length == 0:
            length = len(data) - at
        if kind not in known and not data[at:].strip(b"\0"):
            break
        if length < head or at + length > len(data):
            raise refused("a box of it is longer than all")
        content = data[at + head : at + length]
        if kind in (b"jp2h", b"ftyp"):
            kept = _boxes(content, gone, _HEADER_BOXES) if kind == b"jp2h" else _known_brands(content, gone)
            parts.append(struct.pack(">I4s", 8 + len(kept), kind) + kept)
        elif kind in known:
            parts.append(data[at : at + length])
        else:
            gone.append(f"box {kind.decode('latin-1')!r} ({length - head:,} bytes)")
        at += length
    if data[at:].strip(b"\0"):
        gone.append(f"{len(data) - at:,} bytes behind its end")
    return b"".join(parts)


def _known_brands(content: bytes, gone: list[str]) -> bytes:
    """Return a file type box without compatible brands that nobody knows (T.800 I.5.2)."""
    brands = [content[at : at + 4] for at in range(8, len(content), 4)]
    kept = content[:4] + bytes(4) + b"".join(brand for brand in brands if brand in _BRANDS)
    if content[:4] not in _BRANDS:
        raise refused("its file type is not known")
    if kept != content:
        gone.append("brands and version of its file type")
    return kept


def jpeg_xl(data: bytes) -> Stripped:
    """Return a JPEG XL code stream, without the boxes that it may lie in beside others."""
    gone: list[str] = []
    if data.startswith(_JXL_BOX[:8]):
        data = _boxes(data, gone)
    elif not data.startswith(b"\xff\x0a"):
        raise refused("it is no JPEG XL code stream")
    return Stripped(data + b"\0" * (len(data) % 2), tuple(gone))
