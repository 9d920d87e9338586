"""What a blackened pixel holds."""

from typing import Any

import numpy as np

from tui.dicom.attributes import Attributes
from tui.dicom.pixels.image_pixel import ImagePixel
from tui.dicom.pixels.palette_color import apply_palette


def fill_of(top: Attributes, image: ImagePixel, photometric: str) -> Any:  # noqa: ANN401 - an array that fits the pixels
    """Return the stored value of black, one for each sample: shape (samples,)."""
    if photometric == "PALETTE COLOR":
        entries = np.arange(min(1 << image.bits_stored, 1 << 16)).reshape(1, -1)
        brightness = apply_palette(entries, top, signed=image.signed).sum(axis=-1)
        return np.array([int(brightness.argmin())])
    if photometric.startswith("YBR"):
        return np.array([0, 1 << image.bits_stored - 1, 1 << image.bits_stored - 1])
    if image.samples > 1:
        return np.zeros(image.samples, int)
    if image.float_bits:
        return np.zeros(1)
    low = -(1 << image.bits_stored - 1) if image.signed else 0
    high = low + (1 << image.bits_stored) - 1
    if photometric == "MONOCHROME1":
        low = high
    if image.encapsulated:  # decoded values hold their sign
        return np.array([low])
    return np.array([low % (1 << image.bits_stored) << image.high_bit + 1 - image.bits_stored])
