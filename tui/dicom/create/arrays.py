"""Arrays that files are made of (.npy), by NumPy."""

import os
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui.dicom.create.source import COLORS, LONGEST_SIDE, Source
from tui.dicom.errors import ReadError, translated

MAGIC: Final = b"\x93NUMPY"
_ALPHA: Final = 4
_HELD: Final = 512 << 20  # bytes of an array whose frames lie in one another


class ArrayFile(NamedTuple):
    """A NumPy file: its frames are read one by one, for a mapped file that somebody shortens ends the program.

    Parameters
    ----------
    path : str
        Where it lies.
    shape, dtype : tuple of int, dtype
        Of all of it.
    begin : int
        Where the values begin.
    columns_first : bool
        Whether the first index goes on fastest (Fortran's order).
    """

    path: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    begin: int
    columns_first: bool

    def part(self, number: int | None) -> NDArray[Any]:
        """Return what lies at the first index, or all of it."""
        if self.columns_first:
            whole: NDArray[Any] = np.load(self.path, allow_pickle=False)
            return whole if number is None else whole[number]
        shape = self.shape if number is None else self.shape[1:]
        count = int(np.prod(shape, dtype=np.int64))
        found = np.fromfile(self.path, self.dtype, count, offset=self.begin + (number or 0) * count * self.dtype.itemsize)
        if len(found) < count:
            raise ReadError("it ends early", self.path)
        return found.reshape(shape)


def opened_array(path: str, name: str) -> ArrayFile:
    """Return a NumPy file of which the head was read.

    Raises
    ------
    ReadError
        It is none, or damaged.
    """
    with translated(ReadError, f"{name} cannot be read as an array", path), open(path, "rb") as file:
        version = np.lib.format.read_magic(file)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, columns_first, dtype = read(file)
        return ArrayFile(path, shape, dtype, file.tell(), bool(columns_first) and len(shape) > 1)


def array_source(path: str, name: str) -> Source:
    """Return what an array holds: (rows, columns) or (frames, rows, columns), of uint8 also with three colours behind.

    Raises
    ------
    ReadError
        It has another shape, or other values.
    """
    values = opened_array(path, name)
    shape, dtype = values.shape, values.dtype
    size = int(np.prod(shape, dtype=object)) * dtype.itemsize
    if os.path.getsize(path) < values.begin + size:
        raise ReadError(f"{name} ends early", path)
    if dtype.kind not in "biuf":
        raise ReadError(f"{name} holds values of type {dtype}: whole numbers or floats are wanted", path)
    in_color = dtype == np.uint8 and len(shape) in (3, 4) and shape[-1] == COLORS
    if not in_color and len(shape) > 2 and shape[-1] in (COLORS, _ALPHA):
        raise ReadError(
            f"{name} has the shape {shape}, as pictures in colour have: colours are taken as three values of 8 bits (uint8)",
            path,
        )
    plain = shape[:-1] if in_color else shape
    if len(plain) not in (2, 3) or min(plain) < 1:
        raise ReadError(
            f"{name} has the shape {shape}: (rows, columns) or (frames, rows, columns) is wanted, of colours "
            "(rows, columns, 3) or (frames, rows, columns, 3) of 8 bits", path,
        )  # fmt: skip
    frames, rows, columns = (1, *plain) if len(plain) == 2 else plain
    if max(rows, columns) > LONGEST_SIDE:
        raise ReadError(f"{name} has {columns:,} x {rows:,} pixels: DICOM has room for 65,535 x 65,535", path)
    if values.columns_first and frames > 1 and size > _HELD:
        raise ReadError(
            f"{name} lies in Fortran's order, so that all of its {size >> 20:,} MB would be held in memory: save it with "
            "numpy.ascontiguousarray", path,
        )  # fmt: skip
    samples, photometric = (COLORS, "RGB") if in_color else (1, "MONOCHROME2")
    return Source(path, frames, rows, columns, samples, np.dtype(dtype), photometric)
