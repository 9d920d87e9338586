"""Removed values looked for among bytes: pixels are megabytes, and hardly ever hold what could be one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

_STRIDE: Final = 4  # of so many bytes one is looked at, where that can tell that no value is there
_LONGEST_RUN: Final = 4
_SMALL: Final = 1 << 14  # bytes that are searched at once
_NUMBER: Final = frozenset(b"0123456789.")


@dataclass(frozen=True)
class Needles:
    """Values that are looked for together.

    Parameters
    ----------
    values : tuple of bytes
        In lower case; at least one, none of them empty.
    are_numbers : bool
        Whether they are made of digits and dots: UIDs, and many IDs.
    """

    values: tuple[bytes, ...]
    are_numbers: bool

    @classmethod
    def by_kind(cls, values: Sequence[bytes]) -> list["Needles"]:
        """Return values in groups that have few different bytes; none for no value."""
        groups = [tuple(value for value in values if (set(value) <= _NUMBER) == are) for are in (True, False)]
        return [cls(group, are) for group, are in zip(groups, (True, False), strict=True) if group]

    def found_in(self, data: bytes, sample: NDArray[np.uint8] | None) -> bytes | None:
        """Return the first value that stands somewhere, in any case; a number only where it is no part of a longer one."""
        if sample is not None and not self._may_be_in(sample):
            return None
        lowered = data if self.are_numbers else data.lower()
        found = (value for value in self.values if value in lowered)
        return next((value for value in found if not self.are_numbers or _stands_alone(value, lowered)), None)

    def _may_be_in(self, sample: NDArray[np.uint8]) -> bool:
        """Return whether so many bytes in a row are in the range of those of the values as the shortest one has."""
        least, span = self._range
        run = sample - least <= span  # smaller ones wrap around
        for _ in range(min(min(map(len, self.values)) // _STRIDE, _LONGEST_RUN) - 1):
            run = run[1:] & run[:-1]
        return bool(run.any())

    @cached_property
    def _range(self) -> tuple[np.uint8, np.uint8]:
        """Return the least byte of all values, in either case, and how far from it the largest one is."""
        members = {byte for value in self.values for byte in value + value.upper()}
        return np.uint8(min(members)), np.uint8(max(members) - min(members))


def first_found(kinds: Sequence[Needles], data: bytes) -> bytes | None:
    """Return a value that stands among bytes, or None."""
    # Of pixels of 12 bits every other byte is small, and no text; the odd ones, as nearly all files are little endian.
    sample = np.frombuffer(data, np.uint8)[1::_STRIDE].copy() if len(data) > _SMALL else None
    return next((found for kind in kinds if (found := kind.found_in(data, sample)) is not None), None)


def _stands_alone(number: bytes, data: bytes) -> bool:
    return re.search(rb"(?<![\d.])" + re.escape(number) + rb"(?![\d.])", data) is not None
