"""JPEG and JPEG-LS frames without comments and application data (ITU-T T.81, T.87)."""

import re
import struct
from typing import Final

from tui.dicom.anonymize.codestream_parts import Stripped, note_behind, refused

_JPEG_MARKER: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_JPEG_LS_MARKER: Final = re.compile(rb"\xff[\x80-\xfe]")  # behind 0xFF a bit is stuffed, so that data is below 0x80
_SOI, _EOI, _SOS, _COM = 0xD8, 0xD9, 0xDA, 0xFE
_APP0, _APP8, _APP14, _APP15 = 0xE0, 0xE8, 0xEE, 0xEF
# Frame headers, Huffman, arithmetic and quantization tables, restart interval, scan: T.81 Table B.1
_NEEDED: Final = frozenset({*range(0xC0, 0xC8), *range(0xC9, 0xD0), 0xDA, 0xDB, 0xDD})
_SOF_LS, _LSE, _LSE_PRESET = 0xF7, 0xF8, 11  # T.87 C.1.1, C.2.4.1: the preset parameters alone
_DNL, _DNL_BYTES, _DHP, _EXP = 0xDC, 2, 0xDE, 0xDF
_JFIF_FIXED, _ADOBE_FIXED, _MRFX_FIXED = 14, 12, 5


def jpeg(data: bytes, *, is_ls: bool) -> Stripped:
    """Return a JPEG or JPEG-LS frame with the segments that decoding needs alone."""
    marker = _JPEG_LS_MARKER if is_ls else _JPEG_MARKER
    parts, gone, at = [data[:2]], list[str](), 2
    while True:
        if data[at] != 0xFF:
            raise refused(f"at its byte {at:,} a marker was expected")
        code = data[at + 1]
        if code == 0xFF:
            at += 1
            continue
        if code == _EOI:
            parts.append(data[at : at + 2])
            break
        if code in (0x00, 0x01, _SOI) or 0xD0 <= code <= 0xD7:
            raise refused(f"the marker FF{code:02X} stands where none may")
        length = 2 + struct.unpack_from(">H", data, at + 2)[0]
        segment = data[at : at + length]
        if len(segment) < max(length, 4):
            raise refused("it ends inside a segment")
        kept = _kept_segment(code, segment, is_ls=is_ls)
        if kept != segment:
            gone.append(f"{_segment_name(code, segment)} ({len(segment) - 4:,} bytes)")
        parts.append(kept)
        at += length
        if code == _SOS:
            found = marker.search(data, at)
            if found is None:
                raise refused("its picture has no end")
            parts.append(data[at : found.start()])
            at = found.start()
    kept_data = b"".join(parts)
    note_behind(data, at + 2, gone)
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
            raise refused("it has tables of its own (JPEG-LS LSE) that are not looked into")
        return segment
    if code == _DNL:
        return segment[: _DNL_BYTES + 4]
    if code in (_DHP, _EXP):
        raise refused("it is hierarchical")
    if code == _APP0 and content.startswith(b"JFIF\0") and len(content) >= _JFIF_FIXED:
        return _segment(code, content[: _JFIF_FIXED - 2] + b"\0\0")  # without its thumbnail
    if code == _APP14 and content.startswith(b"Adobe") and len(content) >= _ADOBE_FIXED:
        return _segment(code, content[:_ADOBE_FIXED])
    if code == _APP8 and content.startswith(b"mrfx") and len(content) >= _MRFX_FIXED:
        return _segment(code, content[:_MRFX_FIXED])  # the colour transform of JPEG-LS by HP
    return b""


def _segment(code: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, code, len(content) + 2) + content
