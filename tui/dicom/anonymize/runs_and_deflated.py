"""Run-length encoded and deflated frames with nothing behind their ends (PS3.5 Annex G, A.4.14)."""

import struct
import zlib
from typing import Final

from tui.dicom.anonymize.codestream_parts import Expected, Stripped, note_behind, refused

_RLE_HEADER: Final = 64
_MOST_SEGMENTS: Final = 15
_NO_RUN: Final = 0x80


def run_lengths(data: bytes, expected: Expected) -> Stripped:
    """Return a run-length encoded frame with nothing in its header but offsets, and nothing behind its segments' ends."""
    count, *offsets = struct.unpack_from("<16I", data)
    if count != expected.segments or offsets[0] != _RLE_HEADER or sorted(offsets[:count]) != offsets[:count]:
        raise refused("its header of run lengths is no such")
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
            raise refused("a segment of it gives too few bytes")
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
        raise refused("a segment of it gives too few bytes")
    return at


def deflated(data: bytes, frame_bytes: int) -> Stripped:
    """Return a deflated frame (PS3.5 A.4.14) that inflates to its pixels, and to nothing more."""
    wanted = frame_bytes + frame_bytes % 2
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    made = inflater.decompress(data, wanted + 1)
    if len(made) < frame_bytes:
        raise refused("it inflates to too few bytes")
    gone: list[str] = []
    if len(made) > wanted or made[frame_bytes:].strip(b"\0"):
        gone.append("inflated bytes behind the last pixel")
    elif not inflater.eof:
        inflater.decompress(inflater.unconsumed_tail, 1)
        if not inflater.eof:
            raise refused("its deflated data does not end")
    if gone:
        deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        again = deflater.compress(made[:frame_bytes].ljust(wanted, b"\0")) + deflater.flush()
        return Stripped(again + b"\0" * (len(again) % 2), tuple(gone))
    end = len(data) - len(inflater.unused_data)
    note_behind(data, end, gone)
    return Stripped(data[:end] + b"\0" * (end % 2), tuple(gone))
