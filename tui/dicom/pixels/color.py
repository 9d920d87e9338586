"""Colour to RGB of 8 bits a sample (PS3.3 C.7.6.3.1.2)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui.dicom.errors import PixelError

Array = NDArray[Any]
Bytes = NDArray[np.uint8]

_FULL = np.array([[1.0, 0.0, 1.402], [1.0, -0.344136, -0.714136], [1.0, 1.772, 0.0]], np.float32).T
_PARTIAL = np.array([[1.1644, 0.0, 1.5960], [1.1644, -0.3917, -0.8129], [1.1644, 2.0173, 0.0]], np.float32).T


def eight_bits(values: Array, bits: int) -> Bytes:
    """Return samples of `bits` bits as 8 bits, shape kept."""
    if bits == 8:
        return values.astype(np.uint8, copy=False)
    if bits < 8:
        return (values.astype(np.float32) * (255.0 / ((1 << bits) - 1)) + 0.5).astype(np.uint8)
    return (values >> (bits - 8)).astype(np.uint8)


def to_rgb(samples: Array, photometric: str, bits: int, path: str | None = None) -> Bytes:
    """Return colour samples as RGB.

    Parameters
    ----------
    samples : ndarray, shape (rows, columns, 3)
        Stored values.
    photometric : str
        Photometric Interpretation: RGB, YBR_FULL, YBR_FULL_422 (already upsampled), YBR_PARTIAL_422, YBR_PARTIAL_420,
        YBR_ICT or YBR_RCT (which a JPEG 2000 decoder has undone).
    bits : int
        Bits stored.
    path : str, optional
        The file, for the error.

    Returns
    -------
    ndarray of uint8, shape (rows, columns, 3)

    Raises
    ------
    PixelError
        The photometric interpretation is not one of those.
    """
    rgb = eight_bits(samples, bits)
    if photometric in ("RGB", "YBR_ICT", "YBR_RCT"):
        return rgb
    if photometric not in ("YBR_FULL", "YBR_FULL_422", "YBR_PARTIAL_422", "YBR_PARTIAL_420"):
        raise PixelError(f"the photometric interpretation {photometric} is not known", path)
    partial = photometric.startswith("YBR_PARTIAL")
    zero = np.array([16.0 if partial else 0.0, 128.0, 128.0], np.float32)
    converted = (rgb.astype(np.float32) - zero) @ (_PARTIAL if partial else _FULL)
    return np.clip(converted + 0.5, 0, 255).astype(np.uint8)
