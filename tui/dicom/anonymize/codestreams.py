"""Compressed frames without what is no picture: comments, application data, boxes with texts, bytes behind the end.

What decoding needs stays byte for byte, so that the pixels stay what they are. (ITU-T T.81 and T.87 for JPEG and JPEG-LS,
T.800 for JPEG 2000, ISO/IEC 18181-2 for JPEG XL, PS3.5 Annex G for RLE.)
"""

import re
import struct
import zlib
from typing import Final, NamedTuple

from tui.dicom.errors import RefusedError
from tui.dicom.pixels.codecs import DEFLATED_FRAME, JPEG_2000, JPEG_XL, RLE, is_video

_JPEG_MARKER: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_JPEG_LS_MARKER: Final = re.compile(rb"\xff[\x80-\xfe]")  # behind 0xFF a bit is stuffed, so that data is below 0x80
_SOI, _EOI, _SOS, _COM = 0xD8, 0xD9, 0xDA, 0xFE
_APP0, _APP8, _APP14, _APP15 = 0xE0, 0xE8, 0xEE, 0xEF
# Frame headers, Huffman, arithmetic and quantization tables, restart interval, scan: T.81 Table B.1
_NEEDED: Final = frozenset({*range(0xC0, 0xC8), *range(0xC9, 0xD0), 0xDA, 0xDB, 0xDD})
_SOF_LS, _LSE, _LSE_PRESET = 0xF7, 0xF8, 11  # T.87 C.1.1, C.2.4.1: the preset parameters alone
_DNL, _DNL_BYTES, _DHP, _EXP = 0xDC, 2, 0xDE, 0xDF
_JPEG_LS: Final = frozenset({"1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"})
_JFIF_FIXED, _ADOBE_FIXED, _MRFX_FIXED = 14, 12, 5
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
_RLE_HEADER: Final = 64
_MOST_SEGMENTS: Final = 15
_NO_RUN: Final = 0x80


class Expected(NamedTuple):
    """What the dataset says of a frame.

    Parameters
    ----------
    segment_bytes, segments : int
        How many bytes each run-length encoded segment stands for, and how many segments there are (PS3.5 G.4).
    frame_bytes : int
        How many bytes the frame has where it is native.
    """

    segment_bytes: int
    segments: int
    frame_bytes: int


class Stripped(NamedTuple):
    """A compressed frame without what is no picture, and what went, in words; nothing went where those are empty."""

    data: bytes
    gone: tuple[str, ...]


def _refused(why: str) -> RefusedError:
    return RefusedError("compressed data that cannot be read", f"the compressed pixel data cannot be looked through: {why}")


def stripped(data: bytes, transfer_syntax: str, expected: Expected) -> Stripped:
    """Return a compressed frame with nothing in it but the picture.

    Parameters
    ----------
    data : bytes
        The code stream of one frame.
    transfer_syntax : str
        Its UID.
    expected : Expected
        What the dataset says of it.

    Raises
    ------
    RefusedError
        It cannot be read to its end, or there is no rule for its transfer syntax.
    """
    try:
        if is_video(transfer_syntax):
            raise RefusedError("video", "it is a video, whose stream may hold user data that is not looked into")
        if transfer_syntax == RLE:
            return _rle(data, expected)
        if transfer_syntax == DEFLATED_FRAME:
            return _deflated(data, expected.frame_bytes)
        if transfer_syntax in JPEG_2000:
            return _jpeg_2000(data)
        if transfer_syntax in JPEG_XL:
            return _jpeg_xl(data)
        if data.startswith(b"\xff\xd8"):
            return _jpeg(data, is_ls=transfer_syntax in _JPEG_LS)
    except (struct.error, IndexError, zlib.error) as error:
        raise _refused("it ends too early") from error
    raise _refused("it is no code stream of its transfer syntax")


def _note_behind(data: bytes, end: int, gone: list[str]) -> None:
    """Note what stands behind the end of a code stream, but for the byte of padding that makes it even."""
    rest = data[end:]
    if rest.strip(b"\0"):
        gone.append(f"{len(rest):,} bytes behind its end")
    elif len(rest) > 1:
        gone.append(f"{len(rest) - 1:,} bytes of padding")


def _jpeg(data: bytes, *, is_ls: bool) -> Stripped:
    marker = _JPEG_LS_MARKER if is_ls else _JPEG_MARKER
    parts, gone, at = [data[:2]], list[str](), 2
    while True:
        if data[at] != 0xFF:
            raise _refused(f"at its byte {at:,} a marker was expected")
        code = data[at + 1]
        if code == 0xFF:
            at += 1
            continue
        if code == _EOI:
            parts.append(data[at : at + 2])
            break
        if code in (0x00, 0x01, _SOI) or 0xD0 <= code <= 0xD7:
            raise _refused(f"the marker FF{code:02X} stands where none may")
        length = 2 + struct.unpack_from(">H", data, at + 2)[0]
        segment = data[at : at + length]
        if len(segment) < max(length, 4):
            raise _refused("it ends inside a segment")
        kept = _kept_segment(code, segment, is_ls=is_ls)
        if kept != segment:
            gone.append(f"{_segment_name(code, segment)} ({len(segment) - 4:,} bytes)")
        parts.append(kept)
        at += length
        if code == _SOS:
            found = marker.search(data, at)
            if found is None:
                raise _refused("its picture has no end")
            parts.append(data[at : found.start()])
            at = found.start()
    kept_data = b"".join(parts)
    _note_behind(data, at + 2, gone)
    return Stripped(kept_data + b"\0" * (len(kept_data) % 2), tuple(gone))


def _segment_name(code: int, segment: bytes) -> str:
    if code == _COM:
        return "JPEG comment"
    if not _APP0 <= code <= _APP15:
        return f"JPEG segment FF{code:02X}"
    name = re.match(rb"[A-Za-z]{3,8}", segment[4:])
    return f"JPEG APP{code - _APP0}{f' {name[0].decode()}' if name else ''}"


def _kept_segment(code: int, segment: bytes, *, is_ls: bool) -> bytes:
    """Return what stays of a segment: what decoding needs, and of application data what rules colour."""
    content = segment[4:]
    if code in _NEEDED or (is_ls and code == _SOF_LS):
        return segment
    if is_ls and code == _LSE:
        if content[:1] != b"\x01" or len(content) != _LSE_PRESET:
            raise _refused("it has tables of its own (JPEG-LS LSE) that are not looked into")
        return segment
    if code == _DNL:
        return segment[: _DNL_BYTES + 4]
    if code in (_DHP, _EXP):
        raise _refused("it is hierarchical")
    if code == _APP0 and content.startswith(b"JFIF\0") and len(content) >= _JFIF_FIXED:
        return _segment(code, content[: _JFIF_FIXED - 2] + b"\0\0")  # without its thumbnail
    if code == _APP14 and content.startswith(b"Adobe") and len(content) >= _ADOBE_FIXED:
        return _segment(code, content[:_ADOBE_FIXED])
    if code == _APP8 and content.startswith(b"mrfx") and len(content) >= _MRFX_FIXED:
        return _segment(code, content[:_MRFX_FIXED])  # the colour transform of JPEG-LS by HP
    return b""


def _segment(code: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, code, len(content) + 2) + content


# --- JPEG 2000


def _jpeg_2000(data: bytes) -> Stripped:
    gone: list[str] = []
    if data.startswith(_JP2[:8]):
        data = _boxes(data, gone)
        start = data.index(b"\xff\x4f\xff\x51")
        stream, end = _code_stream(data, start, gone)
        box = data.rfind(b"jp2c", 0, start) - 4
        if stream != data[start:end]:
            data = data[:box] + struct.pack(">I", 8 + len(stream)) + b"jp2c" + stream
        return Stripped(data + b"\0" * (len(data) % 2), tuple(gone))
    if not data.startswith(b"\xff\x4f\xff\x51"):
        raise _refused("it is no JPEG 2000 code stream")
    stream, end = _code_stream(data, 0, gone)
    _note_behind(data, end, gone)
    return Stripped(stream + b"\0" * (len(stream) % 2), tuple(gone))


def _header_segments(data: bytes, at: int, last: int, gone: list[str]) -> tuple[bytes, int]:
    """Return the marker segments from `at` to the marker `last`, without comments, and where that stands."""
    parts = []
    while (code := struct.unpack_from(">H", data, at)[0]) != last:
        if not 0xFF30 <= code <= 0xFFFF or code == _SOC:
            raise _refused(f"at its byte {at:,} a marker was expected")
        length = 2 if code <= 0xFF3F else 2 + struct.unpack_from(">H", data, at + 2)[0]
        if at + length > len(data) or length < 2:
            raise _refused("it ends inside a segment")
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
                raise _refused("a part of it is longer than all")
        else:  # the last one: up to the end of the code stream
            end = data.rfind(b"\xff\xd9", body)
            if end < 0:
                raise _refused("its picture has no end")
        cut = (body - begin) - len(tile_head)
        sot = bytearray(data[at:begin])
        if tile_length and cut:
            struct.pack_into(">I", sot, 6, tile_length - cut)
        parts += [bytes(sot), tile_head, data[body:end]]
        at = end
        if at >= len(data):
            raise _refused("its picture has no end")
    if struct.unpack_from(">H", data, at)[0] != _EOC:
        raise _refused(f"at its byte {at:,} its end was expected")
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
            raise _refused("a box of it is longer than all")
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
        raise _refused("its file type is not known")
    if kept != content:
        gone.append("brands and version of its file type")
    return kept


def _jpeg_xl(data: bytes) -> Stripped:
    gone: list[str] = []
    if data.startswith(_JXL_BOX[:8]):
        data = _boxes(data, gone)
    elif not data.startswith(b"\xff\x0a"):
        raise _refused("it is no JPEG XL code stream")
    return Stripped(data + b"\0" * (len(data) % 2), tuple(gone))


# --- run lengths, deflated


def _rle(data: bytes, expected: Expected) -> Stripped:
    """Return a run-length encoded frame with nothing in its header but offsets, and nothing behind its segments' ends."""
    count, *offsets = struct.unpack_from("<16I", data)
    if count != expected.segments or offsets[0] != _RLE_HEADER or sorted(offsets[:count]) != offsets[:count]:
        raise _refused("its header of run lengths is no such")
    gone = ["bytes in the unused part of its header"] if any(offsets[count:]) else []
    segments, begins, at = list[bytes](), list[int](), _RLE_HEADER
    for begin, end in zip(offsets[:count], [*offsets[1:count], len(data)], strict=True):
        stop = _runs_end(data, begin, end, expected.segment_bytes)
        if data[stop:end].strip(b"\0"):
            gone.append(f"{end - stop:,} bytes behind the end of a segment")
        segments.append(data[begin:stop] + b"\0" * (stop - begin & 1))
        begins.append(at)
        at += len(segments[-1])
    made = struct.pack("<16I", count, *begins, *[0] * (_MOST_SEGMENTS - count)) + b"".join(segments)
    return Stripped(made if gone else data, tuple(gone))


def _runs_end(data: bytes, at: int, end: int, wanted: int) -> int:
    """Return where the runs from `at` on have given `wanted` bytes (PS3.5 G.3.1)."""
    made = 0
    while made < wanted:
        if at >= end:
            raise _refused("a segment of it gives too few bytes")
        code = data[at]
        if code < _NO_RUN:
            made += code + 1
            at += code + 2
        elif code > _NO_RUN:
            made += 0x101 - code
            at += 2
        else:
            at += 1
    if at > end:
        raise _refused("a segment of it gives too few bytes")
    return at


def _deflated(data: bytes, frame_bytes: int) -> Stripped:
    """Return a deflated frame (PS3.5 A.4.14) that inflates to its pixels, and to nothing more."""
    wanted = frame_bytes + frame_bytes % 2
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    made = inflater.decompress(data, wanted + 1)
    if len(made) < frame_bytes:
        raise _refused("it inflates to too few bytes")
    gone: list[str] = []
    if len(made) > wanted or made[frame_bytes:].strip(b"\0"):
        gone.append("inflated bytes behind the last pixel")
    elif not inflater.eof:
        inflater.decompress(inflater.unconsumed_tail, 1)
        if not inflater.eof:
            raise _refused("its deflated data does not end")
    if gone:
        deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        again = deflater.compress(made[:frame_bytes].ljust(wanted, b"\0")) + deflater.flush()
        return Stripped(again + b"\0" * (len(again) % 2), tuple(gone))
    end = len(data) - len(inflater.unused_data)
    _note_behind(data, end, gone)
    return Stripped(data[:end] + b"\0" * (end % 2), tuple(gone))
