"""Which codec decodes which transfer syntax (PS3.5 A.4). Imports none of them."""

import importlib.util
from functools import cache
from typing import Final

from tui.dicom.attributes import VIDEO

_JPEG: Final = "1.2.840.10008.1.2.4."


def _syntaxes(*numbers: int) -> frozenset[str]:
    return frozenset(f"{_JPEG}{number}" for number in numbers)


RLE: Final = "1.2.840.10008.1.2.5"
DEFLATED_FRAME: Final = "1.2.840.10008.1.2.8.1"
# Spectral selection and full progression, retired: libjpeg decodes them, pydicom has no entry for them
LIBJPEG_ONLY: Final = _syntaxes(53, 55)
SEQUENTIAL_JPEG: Final = _syntaxes(50, 51)
JPEG_2000: Final = _syntaxes(90, 91, 201, 202, 203)
WITH_PREVIEW: Final = _syntaxes(90, 91)
JPEG_XL: Final = _syntaxes(110, 111, 112)
# What imagecodecs decodes several times faster than libjpeg: JPEG lossless and JPEG-LS
FAST_CODECS: Final = _syntaxes(57, 70, 80, 81)
# pylibjpeg and its plug-ins: JPEG baseline, extended and lossless; JPEG-LS; JPEG 2000; HTJ2K; RLE
ALWAYS_DECODED: Final = _syntaxes(50, 51, 57, 70, 80, 81) | JPEG_2000 | LIBJPEG_ONLY | {RLE, DEFLATED_FRAME}
LOSSY: Final = _syntaxes(50, 51, 53, 55, 81, 91, 112, 203)


@cache
def has_fast_codecs() -> bool:
    """Return whether imagecodecs is installed (the extra ``fast``)."""
    return importlib.util.find_spec("imagecodecs") is not None


@cache
def has_video_codecs() -> bool:
    """Return whether PyAV is installed (the extra ``video``)."""
    return importlib.util.find_spec("av") is not None


def is_video(transfer_syntax: str) -> bool:
    """Return whether the frames are those of one video stream, of which the first is drawn."""
    return transfer_syntax.startswith(VIDEO)


def is_decoded(transfer_syntax: str) -> bool:
    """Return whether frames of `transfer_syntax` can be decoded with what is installed."""
    if is_video(transfer_syntax):
        return has_video_codecs()
    return transfer_syntax in ALWAYS_DECODED or (transfer_syntax in JPEG_XL and has_fast_codecs())


def what_would_help(transfer_syntax: str) -> str:
    """Return what a user can do about a transfer syntax that cannot be decoded."""
    if transfer_syntax in JPEG_XL:
        return "the extra 'fast' (pip install 'dicom-tui[fast]') brings the codec that does"
    if is_video(transfer_syntax):
        return (
            "it is video: the extra 'video' (pip install 'dicom-tui[video]') draws its first frame, and gdcmraw takes it "
            "out of the file for a video player"
        )
    return "a copy in another transfer syntax can be drawn"
