"""Tilted and uneven stacks on a regular grid: slices are moved in their planes, and interpolated linearly between."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui.dicom.errors import PixelError
from tui.dicom.export.frames import Decoder, Facts
from tui.dicom.export.volume import Vector, Volume, stack_of

AIR_HU: Final = -1024.0  # what stands where no slice was, in CT; elsewhere 0
_ROUNDED: Final = 1e-4  # of a pixel or a step: what writers round is nothing to interpolate
_WIDE, _TOO_WIDE = 1.5, 4.0  # gaps, as parts of the usual one: told of; refused
Array = NDArray[Any]


class Grid(NamedTuple):
    """A regular grid that a stack is interpolated on.

    Parameters
    ----------
    volume : Volume
        Which frames lie where, and the affine of the grid.
    shape : tuple of int
        Columns, rows and slices of the grid.
    below : ndarray of int, shape (slices of the grid,)
        The slice of the stack that lies at a slice of the grid, or before it.
    part : ndarray of float64, the same shape
        How much of the way to the next slice of the stack.
    moved : ndarray of float64, shape (times, slices of the stack, 2)
        By how many columns and rows of the grid a slice lies further; never less than 0.
    fill : float
        What stands where no slice is.
    widest_mm : float
        The widest gap between slices of the stack.
    """

    volume: Volume
    shape: tuple[int, int, int]
    below: NDArray[np.intp]
    part: Vector
    moved: Vector
    fill: float
    widest_mm: float

    @property
    def words(self) -> str:
        """Return what was done, in a sentence."""
        step = self.volume.spacing_mm[2]
        gap = f", across gaps of up to {self.widest_mm:.4g} mm" if self.widest_mm > _WIDE * step else ""
        return (
            f"resampled: values between slices, now {step:.4g} mm apart, are interpolated{gap}; outside of them they are "
            f"{self.fill:g}"
        )


def grid_of(frames: Sequence[Facts]) -> Grid:
    """Return the grid that frames of one size and orientation are interpolated on, as far apart as they mostly are.

    Raises
    ------
    PixelError
        They have no place, or differ in size, orientation or spacing, or are in colour.
    """
    if frames[0].in_color:
        raise PixelError("no volume is made of it: colours are not interpolated", frames[0].path)
    stack = stack_of(frames)
    right, down = stack.right, stack.down
    first = stack.origins[stack.order[0, 0]]
    away = stack.origins[stack.order] - first
    along = np.stack([away @ right / (right @ right), away @ down / (down @ down)], axis=-1)
    begin = np.floor(along.reshape(-1, 2).min(axis=0) + _ROUNDED)
    moved = _snapped(np.maximum(along - begin, 0))
    wider, higher = (int(part) for part in np.ceil(moved.reshape(-1, 2).max(axis=0)))
    places = stack.places
    step, count, widest = _steps(places, frames)
    wanted = places[0] + step * np.arange(count)
    below = np.clip(np.searchsorted(places, wanted, side="right") - 1, 0, max(0, len(places) - 2))
    gaps = np.diff(places)[below] if len(places) > 1 else np.ones(count)
    part = _snapped(np.clip((wanted - places[below]) / gaps, 0, 1)) if len(places) > 1 else np.zeros(count)
    affine = np.eye(4)
    affine[:3, 0], affine[:3, 1], affine[:3, 2] = right, down, stack.normal * step
    affine[:3, 3] = first + begin[0] * right + begin[1] * down
    image = frames[0].image
    if wider > image.columns or higher > image.rows:
        raise PixelError(
            "no volume is made of it: its slices lie too far aside of each other to be interpolated", frames[0].path
        )
    fill = AIR_HU if frames[0].modality.unit == "HU" else 0.0
    shape = (image.columns + wider, image.rows + higher, count)
    return Grid(Volume(stack.order, affine), shape, below, part, moved, fill, widest)


def _steps(places: Vector, frames: Sequence[Facts]) -> tuple[float, int, float]:
    """Return how far apart the slices of the grid are and how many, from the first to the last one, and the widest gap.

    Raises
    ------
    PixelError
        A gap is too wide to be interpolated.
    """
    if len(places) == 1:
        return frames[0].thickness_mm or 1.0, 1, 0.0
    gaps = np.sort(np.diff(places))
    usual, widest, span = float(gaps[(len(gaps) - 1) // 2]), float(gaps[-1]), float(places[-1] - places[0])
    if widest > _TOO_WIDE * usual + _ROUNDED:
        raise PixelError(
            f"no volume is made of it: a gap of {widest:.4g} mm between slices that are mostly {usual:.4g} mm apart is too "
            "wide to be interpolated", frames[0].path,
        )  # fmt: skip
    count = max(1, round(span / usual))
    return span / count, count + 1, widest


def _snapped(numbers: Vector) -> Vector:
    """Return numbers of which those that are almost whole are whole."""
    whole = np.rint(numbers)
    return np.where(np.abs(numbers - whole) < _ROUNDED, whole, numbers)


def slices(frames: Sequence[Facts], grid: Grid) -> Iterator[NDArray[np.float32]]:
    """Yield the slices of a grid, time after time: modality values, shape (rows, columns); no more than two are held."""
    decoder = Decoder()
    for time, order in enumerate(grid.volume.order):
        held: dict[int, Array] = {}
        for below, part in zip(grid.below.tolist(), grid.part.tolist(), strict=True):
            wanted = [below, below + 1] if 0 < part < 1 else [below + int(part)]
            for index in wanted:
                if index not in held:
                    frame = frames[int(order[index])]
                    values = frame.modality.apply(decoder.stored(frame)).astype(np.float64)
                    held[index] = _moved(values, grid.moved[time, index], grid)
            held = {index: held[index] for index in wanted}
            found = held[wanted[0]] if len(wanted) == 1 else held[below] * (1 - part) + held[below + 1] * part
            yield np.where(np.isnan(found), grid.fill, found).astype(np.float32)


def _moved(values: Array, by: Vector, grid: Grid) -> Array:
    """Return a slice on the grid's rows and columns: moved by whole pixels, and interpolated by the rest."""
    columns, rows, _ = grid.shape
    for axis, (size, distance) in enumerate(((rows, float(by[1])), (columns, float(by[0])))):
        whole = int(distance)
        rest = distance - whole
        room = size - values.shape[axis]
        values = _padded(values, axis, whole, room - whole)
        if rest:
            further = _padded(values, axis, 1, 0).take(range(size), axis)
            values = (1 - rest) * values + rest * further
    return values


def _padded(values: Array, axis: int, before: int, behind: int) -> Array:
    """Return values with what is no number around them: what is mixed with it is none, either."""
    widths = [(0, 0), (0, 0)]
    widths[axis] = (before, behind)
    return np.pad(values, widths, constant_values=np.nan)
