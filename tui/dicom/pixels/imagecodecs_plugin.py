"""imagecodecs as a decoder plug-in of pydicom's (its interface: ``is_available``, ``DECODER_DEPENDENCIES``, a function)."""

from typing import Final

import numpy as np
from pydicom.pixels.decoders.base import DecodeRunner
from pydicom.uid import UID

from tui.dicom.pixels.codecs import FAST_CODECS, has_fast_codecs

DECODER_DEPENDENCIES: Final = {UID(syntax): ("numpy", "imagecodecs") for syntax in FAST_CODECS}
_JPEG_LS: Final = ("1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81")


def is_available(uid: str) -> bool:
    """Return whether the plug-in decodes the transfer syntax `uid` here."""
    return uid in FAST_CODECS and has_fast_codecs()


def decode_frame(src: bytes, runner: DecodeRunner) -> bytearray:
    """Return the values of a JPEG lossless or JPEG-LS frame, pixel by pixel, as pydicom wants them."""
    import imagecodecs  # an extra: this module can be looked at without it

    if runner.transfer_syntax in _JPEG_LS:
        decode = imagecodecs.jpegls_decode
    else:
        decode = imagecodecs.ljpeg_decode if runner.samples_per_pixel == 1 else imagecodecs.jpegsof3_decode
    values = np.ascontiguousarray(decode(src))
    runner.set_option("planar_configuration", 0)
    runner.set_option("bits_allocated", values.dtype.itemsize * 8)
    return bytearray(values.astype(values.dtype.newbyteorder("<"), copy=False).tobytes())
