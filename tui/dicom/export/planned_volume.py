"""What a volume file will hold: where it lies, and its slices one after the other; for every format of volumes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui.dicom.errors import PixelError
from tui.dicom.export.data_options import RESAMPLE
from tui.dicom.export.frames import Decoder, Facts, frames_in, modality_dtype
from tui.dicom.export.order import Subject
from tui.dicom.export.packed import PackedFile
from tui.dicom.export.resampled import Grid, grid_of, slices
from tui.dicom.export.volume import UnevenError, Volume, volume_of
from tui.dicom.options import Values
from tui.dicom.pixels.stages import Rescale

_LEVEL: Final = 6
_COLORS: Final = 3
_LARGEST: Final = 1e30  # of what multiplies values: 32 bits hold 3e38
_FARTHEST_MM: Final = 1e7  # ten kilometres


class PlannedVolume(NamedTuple):
    """A volume that is to be written.

    Parameters
    ----------
    frames : list of Facts
        What it is made of.
    volume : Volume
        Which of them lie where, and where the volume lies.
    shape : tuple of int
        Columns, rows, slices.
    rescale : Rescale or None
        The slope and intercept of all frames; None where they differ, where there is a LUT, or values are interpolated.
    grid : Grid or None
        What they are interpolated on.
    """

    frames: list[Facts]
    volume: Volume
    shape: tuple[int, int, int]
    rescale: Rescale | None
    grid: Grid | None = None

    @property
    def in_color(self) -> bool:
        """Return whether its values are RGB of 8 bit."""
        return self.frames[0].in_color

    @property
    def times(self) -> int:
        """Return how many frames lie at each place."""
        return len(self.volume.order)

    @property
    def depth(self) -> int:
        """Return how many slices `voxels` yields."""
        return self.shape[2] * self.times

    @property
    def stored_kind(self) -> np.dtype[Any]:
        """Return the type of number that holds all stored values."""
        return np.result_type(*{frame.stored_dtype for frame in self.frames})

    @property
    def modality_kind(self) -> np.dtype[Any]:
        """Return the type of number that holds all modality values: floats."""
        return np.dtype(np.float32) if self.grid is not None else modality_dtype(self.stored_kind)

    def voxels(self, *, stored: bool) -> Iterator[NDArray[Any]]:
        """Yield the slices, time after time, shape (rows, columns) or (rows, columns, 3).

        Parameters
        ----------
        stored : bool
            Whether stored values are wanted where all have one slope and intercept; else those of the modality.
        """
        if self.grid is not None:
            yield from slices(self.frames, self.grid)
            return
        decoder = Decoder()
        for index in self.volume.order.reshape(-1).tolist():
            frame = self.frames[index]
            values = decoder.stored(frame)
            yield values if (stored and self.rescale is not None) or frame.in_color else frame.modality.apply(values)

    def size(self, kind: np.dtype[Any]) -> int:
        """Return how many bytes its values take as numbers of one type."""
        columns, rows, _ = self.shape
        return columns * rows * self.depth * kind.itemsize * (_COLORS if self.in_color else 1)

    @property
    def words(self) -> list[str]:
        """Return in lines what it holds, but for its values."""
        size = " x ".join(map(str, self.shape)) + (f" x {self.times}" if self.times > 1 else "")
        spacing = " x ".join(f"{part:.4g}" for part in self.volume.spacing_mm)
        return [f"{size} voxels of {spacing} mm", *([self.grid.words] if self.grid is not None else [])]


def planned(subject: Subject, values: Values) -> PlannedVolume:
    """Return what a volume of a subject will be.

    Raises
    ------
    PixelError, ReadError
        None can be made of it.
    """
    frames = [frame.facts() for frame in frames_in(subject, values)]
    if not frames:
        raise PixelError("there is no frame to be written", subject.files[0])
    if len({frame.in_color for frame in frames}) > 1:
        raise PixelError("no volume is made of it: some frames are in colour, and others are not", subject.files[0])
    for frame in frames:
        _check_size(frame)
    try:
        volume = volume_of(frames)
    except UnevenError as error:
        if not values[RESAMPLE.name]:
            raise UnevenError(f"{error}; --{RESAMPLE.name} interpolates them", error.path) from error
        grid = grid_of(frames)
        return PlannedVolume(frames, grid.volume, grid.shape, None, grid)
    shape = (frames[0].image.columns, frames[0].image.rows, volume.order.shape[1])
    return PlannedVolume(frames, volume, shape, _common_rescale(frames))


def _check_size(frame: Facts) -> None:
    """Refuse numbers that no volume has, and no file of one has room for."""
    modality, plane = frame.modality, frame.plane
    if isinstance(modality, Rescale):
        rescale = modality.slope, modality.intercept
        if not all(abs(number) < _LARGEST for number in rescale):
            raise PixelError("its rescale slope or intercept is larger than 32 bits hold", frame.path)
    if plane is not None:
        numbers = (*plane.origin, *plane.right, *plane.down)
        if not all(abs(number) < _FARTHEST_MM for number in numbers):
            raise PixelError("no volume is made of it: its position or spacing is no place on earth", frame.path)


def _common_rescale(frames: list[Facts]) -> Rescale | None:
    if frames[0].in_color:
        return Rescale()
    first = frames[0].modality
    if not isinstance(first, Rescale) or any(frame.modality != first for frame in frames[1:]):
        return None
    return first


def write_slices(plan: PlannedVolume, file: IO[bytes] | PackedFile, kind: np.dtype[Any], *, stored: bool) -> Iterator[str]:
    """Write the slices of a volume as numbers of one type; yield what was done."""
    for number, data in enumerate(plan.voxels(stored=stored), 1):
        file.write(data.astype(kind, copy=False).tobytes())
        yield f"{number:,} of {plan.depth:,}"


@contextmanager
def packed(file: IO[bytes]) -> Iterator[PackedFile]:
    """Give a file that is packed by gzip as it is written."""
    with PackedFile(file, _LEVEL) as found:
        yield found
