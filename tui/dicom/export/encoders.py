"""Frames as code streams, without loss: by pydicom and its plug-ins, and by imagecodecs where that is installed."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pydicom.pixels import get_encoder
from pydicom.uid import JPEG2000Lossless, RLELossless

from tui.dicom.errors import PixelError
from tui.dicom.pixels.image_pixel import ImagePixel

Array = NDArray[Any]
_LEAST_SIDE: Final = 32  # pixels: OpenJPEG halves a picture five times
Encoder = Callable[[Array, ImagePixel, str], bytes]


def _by_pydicom(uid: str, values: Array, image: ImagePixel, photometric: str) -> bytes:
    return get_encoder(uid).encode(
        np.ascontiguousarray(values), rows=image.rows, columns=image.columns, samples_per_pixel=image.samples,
        photometric_interpretation=photometric, bits_allocated=8 * values.itemsize, bits_stored=image.bits_stored,
        pixel_representation=int(image.signed), number_of_frames=1, planar_configuration=0,
    )  # fmt: skip


def _rle(values: Array, image: ImagePixel, photometric: str) -> bytes:
    return _by_pydicom(RLELossless, values, image, photometric)


def _jpeg_2000(values: Array, image: ImagePixel, photometric: str) -> bytes:
    if min(image.rows, image.columns) < _LEAST_SIDE:
        raise PixelError(f"{image.columns} x {image.rows} pixels are too few for the JPEG 2000 encoder: choose rle")
    return _by_pydicom(JPEG2000Lossless, values, image, photometric)


def _jpeg_ls(values: Array, _image: ImagePixel, _photometric: str) -> bytes:
    import imagecodecs

    # JPEG-LS knows no sign: negative values keep all their bits, which PixelRepresentation gives back
    return bytes(imagecodecs.jpegls_encode(np.ascontiguousarray(values.view(f"u{values.itemsize}"))))


def _htj2k(values: Array, _image: ImagePixel, _photometric: str) -> bytes:
    import imagecodecs

    return bytes(imagecodecs.htj2k_encode(np.ascontiguousarray(values)))


ENCODERS: Final[dict[str, Encoder]] = {"rle": _rle, "jpeg_2000": _jpeg_2000, "jpeg_ls": _jpeg_ls, "htj2k": _htj2k}
