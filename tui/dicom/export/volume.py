"""Frames as a volume: in the order of their slices, on a regular grid, or refused by name (PS3.3 C.7.6.2.1.1)."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui.dicom.errors import PixelError
from tui.dicom.export.frames import Facts
from tui.dicom.pixels.geometry import Plane

_SAME_PLACE_MM: Final = 1e-3
_ALIKE: Final = 1e-3  # of direction cosines and of spacing, as parts: more than what writers round
_UNEVEN: Final = 0.02  # of the usual distance between slices
_LEAST_UNEVEN_MM: Final = 0.02

Vector = NDArray[np.float64]


class Volume(NamedTuple):
    """Frames on a regular grid.

    Parameters
    ----------
    order : ndarray of int, shape (times, slices)
        Which of the frames lie where; those of later times at the same places again.
    affine : ndarray of float64, shape (4, 4)
        From (column, row, slice, 1), from 0, to mm in the patient: x to the left, y to the back, z to the head.
    """

    order: NDArray[np.intp]
    affine: NDArray[np.float64]

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Return the distances between columns, rows and slices."""
        column, row, step = np.linalg.norm(self.affine[:3, :3], axis=0).tolist()
        return column, row, step


class UnevenError(PixelError):
    """Frames lie on no regular grid, but could be interpolated on one."""


def _why(frames: Sequence[Facts], why: str) -> tuple[str, str]:
    return f"no volume is made of it: {why}", frames[0].path


def _refused(frames: Sequence[Facts], why: str) -> PixelError:
    return PixelError(*_why(frames, why))


def _planes(frames: Sequence[Facts]) -> list[Plane]:
    planes = []
    for frame in frames:
        plane = frame.plane
        if plane is None or not np.isfinite([plane.origin, plane.right, plane.down]).all():
            raise _refused(frames, "position, orientation or spacing is missing" + (
                f" in frame {frame.number + 1}" if frame.image.frames > 1 else ""))  # fmt: skip
        planes.append(plane)
    return planes


class Stack(NamedTuple):
    """Frames of one size and orientation, wherever they lie.

    Parameters
    ----------
    right, down : ndarray of float64, shape (3,)
        From one column, and from one row, to the next in mm.
    normal : ndarray of float64, shape (3,)
        Of length 1.
    origins : ndarray of float64, shape (frames, 3)
        Where the first pixels lie.
    order : ndarray of int, shape (times, slices)
        Which of the frames lie where.
    places : ndarray of float64, shape (slices,)
        In mm along the normal; upwards.
    """

    right: Vector
    down: Vector
    normal: Vector
    origins: Vector
    order: NDArray[np.intp]
    places: Vector


def stack_of(frames: Sequence[Facts]) -> Stack:
    """Return where frames of one size lie.

    Raises
    ------
    PixelError
        They differ in size, orientation or spacing, or have no place; a sentence says which.
    """
    planes = _planes(frames)
    first = planes[0]
    size = (frames[0].image.rows, frames[0].image.columns)
    right, down = np.array(first.right), np.array(first.down)
    for frame, plane in zip(frames, planes, strict=True):
        if (frame.image.rows, frame.image.columns) != size:
            raise _refused(frames, "its frames differ in size")
        for own, common in ((np.array(plane.right), right), (np.array(plane.down), down)):
            if np.linalg.norm(own - common) > _ALIKE * np.linalg.norm(common):
                raise _refused(frames, "its frames differ in orientation or spacing")
    normal = np.cross(right, down)
    if not np.linalg.norm(normal):
        raise _refused(frames, "its orientation is none")
    normal /= np.linalg.norm(normal)
    origins = np.array([plane.origin for plane in planes])
    return Stack(right, down, normal, origins, *_by_place(frames, origins @ normal))


def volume_of(frames: Sequence[Facts]) -> Volume:
    """Return frames of one size as a volume.

    Raises
    ------
    PixelError
        They lie on no regular grid: tilted, uneven, in several directions, without a place; a sentence says which.
    """
    stack = stack_of(frames)
    step = _step(frames, stack.origins[stack.order[0]], stack.normal, stack.places)
    affine = np.eye(4)
    affine[:3, 0], affine[:3, 1], affine[:3, 2] = stack.right, stack.down, step
    affine[:3, 3] = stack.origins[stack.order[0, 0]]
    return Volume(stack.order, affine)


def _by_place(frames: Sequence[Facts], places: Vector) -> tuple[NDArray[np.intp], Vector]:
    """Return (times, slices) of which frame lies where, by place and then as they come, and the places."""
    found: list[tuple[float, list[int]]] = []
    for index in np.argsort(places, kind="stable").tolist():
        if found and places[index] - found[-1][0] < _SAME_PLACE_MM:
            found[-1][1].append(index)
        else:
            found.append((float(places[index]), [index]))
    times = {len(together) for _, together in found}
    if len(times) > 1:
        raise _refused(frames, "at some places there are more frames than at others")
    return np.array([together for _, together in found]).T, np.array([place for place, _ in found])


def _step(frames: Sequence[Facts], origins: Vector, normal: Vector, places: Vector) -> Vector:
    """Return the way from one slice to the next; of one slice its thickness along the normal."""
    if len(places) == 1:
        thickness = frames[0].thickness_mm or 1.0
        return normal * thickness
    steps = np.diff(places)
    usual = float(np.median(steps))
    allowed = max(_UNEVEN * usual, _LEAST_UNEVEN_MM)
    if float(np.abs(steps - usual).max()) > allowed:
        low, high = float(steps.min()), float(steps.max())
        raise UnevenError(*_why(frames, f"its slices are uneven: from {low:.3f} to {high:.3f} mm apart"))
    step: Vector = (origins[-1] - origins[0]) / (len(origins) - 1)
    aside = step - normal * (step @ normal)
    if np.linalg.norm(aside) > _ALIKE * np.linalg.norm(step):
        angle = np.degrees(np.arctan2(np.linalg.norm(aside), step @ normal))
        raise UnevenError(
            *_why(frames, f"its slices are tilted by {angle:.2f} degrees against the way from one to the next")
        )
    for before, after in pairwise(origins):
        if np.linalg.norm(after - before - step) > allowed + _ALIKE * np.linalg.norm(step):
            raise UnevenError(*_why(frames, "its slices do not lie in line"))
    return step


def as_json(volume: Volume) -> dict[str, Any]:
    """Return where a volume lies, for a file beside its values."""
    return {
        "affine_lps": volume.affine.tolist(), "spacing_mm": list(volume.spacing_mm), "times": int(volume.order.shape[0]),
        "slices": int(volume.order.shape[1]),
    }  # fmt: skip
