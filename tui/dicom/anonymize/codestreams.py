"""Compressed frames without what is no picture: comments, application data, boxes with texts, bytes behind the end.

What decoding needs stays byte for byte, so that the pixels stay what they are. (ITU-T T.81 and T.87 for JPEG and JPEG-LS,
T.800 for JPEG 2000, ISO/IEC 18181-2 for JPEG XL, PS3.5 Annex G for RLE.)
"""

import struct
import zlib
from typing import Final

from tui.dicom.anonymize.codestream_parts import Expected, Stripped, refused
from tui.dicom.anonymize.jpeg_2000_boxes import jpeg_2000, jpeg_xl
from tui.dicom.anonymize.jpeg_segments import jpeg
from tui.dicom.anonymize.runs_and_deflated import deflated, run_lengths
from tui.dicom.errors import RefusedError
from tui.dicom.pixels.codecs import DEFLATED_FRAME, JPEG_2000, JPEG_XL, RLE, is_video

_JPEG_LS: Final = frozenset({"1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"})


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
            return run_lengths(data, expected)
        if transfer_syntax == DEFLATED_FRAME:
            return deflated(data, expected.frame_bytes)
        if transfer_syntax in JPEG_2000:
            return jpeg_2000(data)
        if transfer_syntax in JPEG_XL:
            return jpeg_xl(data)
        if data.startswith(b"\xff\xd8"):
            return jpeg(data, is_ls=transfer_syntax in _JPEG_LS)
    except (struct.error, IndexError, zlib.error) as error:
        raise refused("it ends too early") from error
    raise refused("it is no code stream of its transfer syntax")
