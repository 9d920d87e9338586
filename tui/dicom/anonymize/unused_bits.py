"""Bits of stored words outside BitsStored, where old overlays may hide (PS3.5 8.1.1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from tui.dicom.pixels.image_pixel import ImagePixel
from tui.dicom.pixels.native import Array

WORDS: Final = {8: "u1", 16: "u2", 32: "u4", 64: "u8"}


@dataclass(frozen=True)
class UnusedBits:
    """What of a word is used.

    Parameters
    ----------
    dtype : str
        Of the words, unsigned, in their byte order.
    mask : int
        The bits that are used.
    sign : int
        The highest of them.
    signed : bool
        Whether that is the sign.
    """

    dtype: str
    mask: int
    sign: int
    signed: bool

    @classmethod
    def of(cls, image: ImagePixel, order: str = "<") -> "UnusedBits | None":
        """Return those of an image, in words of a byte order; None where every bit is used."""
        if image.float_bits or image.bits_allocated not in WORDS or image.bits_stored >= image.bits_allocated:
            return None
        mask = (1 << image.bits_stored) - 1 << image.high_bit + 1 - image.bits_stored
        return cls(order + WORDS[image.bits_allocated], mask, 1 << image.high_bit, image.signed)

    def hides_nothing(self, stretches: Iterable[Array]) -> bool:
        """Return whether the unused bits of all words are zero, or what the sign is extended to."""
        return all(map(self._is_clean, stretches))

    def _is_clean(self, words: Array) -> bool:
        if self.mask & 1 and words.size and self._is_in_range(words):
            return True
        outside = words & self._number(~self.mask)
        if not outside.any():
            return True
        if not self.signed or self.sign << 1 <= self.mask:
            return False
        above = self._number(~(self.sign * 2 - 1))
        extended = np.where(words & self._number(self.sign), above, self._number(0))
        return bool((outside == extended).all())

    def _is_in_range(self, words: Array) -> bool:
        """Return whether all words, taken with their sign, are numbers of as many bits as are used: the short way."""
        if not self.signed:
            return bool(words.max() <= self.mask)
        numbers = words.view(self.dtype.replace("u", "i"))
        return bool(numbers.min() >= -self.sign and numbers.max() < self.sign)

    def cleared(self, words: Array) -> Array:
        """Return words with their unused bits zero."""
        kept: Array = (words & self._number(self.mask)).astype(self.dtype)
        return kept

    def _number(self, bits: int) -> Any:  # noqa: ANN401 - one of NumPy's scalars
        dtype = np.dtype(self.dtype)
        return dtype.type(bits & (1 << 8 * dtype.itemsize) - 1)
