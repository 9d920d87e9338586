"""What a file is made of, as a value."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

COLORS: Final = 3  # values of a pixel
LONGEST_SIDE: Final = 0xFFFF  # of Rows and Columns


@dataclass(frozen=True, slots=True)
class Source:
    """A picture, an array, or a document.

    Parameters
    ----------
    path : str
        Where it lies.
    frames, rows, columns, samples : int
        How many; 0 rows of a document.
    kind : dtype
        Of its values.
    photometric : str
        MONOCHROME1, MONOCHROME2 or RGB.
    page : int
        Which page of a file of several, from 0.
    coded : str
        The photometric interpretation of a JPEG that a DICOM file may hold as it is (PS3.5 8.2.1); "" of what it may not.
    was_lossy : bool
        Whether it was compressed with loss before.
    is_turned : bool
        Whether EXIF data says that it does not stand upright.
    notes : tuple of str
        What its pixels lose.
    """

    path: str
    frames: int
    rows: int
    columns: int
    samples: int
    kind: np.dtype[Any]
    photometric: str
    page: int = 0
    coded: str = ""
    was_lossy: bool = False
    is_turned: bool = False
    notes: tuple[str, ...] = ()

    @property
    def is_document(self) -> bool:
        """Return whether it is a PDF document."""
        return self.rows == 0
