"""What differs between the pixels of two files, frame by frame, after decoding."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui.dicom.elements import Elements
from tui.dicom.errors import DicomError
from tui.dicom.pixels.caption import Caption
from tui.dicom.pixels.load import frame_count, load_picture
from tui.dicom.pixels.picture import Picture
from tui.dicom.pixels.view import View
from tui.dicom.pixels.window import Window


class FrameDifference(NamedTuple):
    """How one frame (from 0) differs; `words` are empty where it is the same.

    `differing` of `total` pixels differ, by `largest` at the most, first at (column, row) `at`.
    """

    frame: int
    words: str
    differing: int = 0
    total: int = 0
    largest: float = 0.0
    at: tuple[int, int] | None = None

    @property
    def same(self) -> bool:
        """Return whether nothing differs."""
        return not self.words


class PictureComparison(NamedTuple):
    """One frame of two files, to be seen beside each other.

    A picture is None where it cannot be decoded, which its entry of `problems` says. `window` is one for both grey pictures;
    `difference` is how far they are apart at each pixel, None where that cannot be drawn.
    """

    pictures: tuple[Picture | None, Picture | None]
    problems: tuple[str, str]
    difference: Picture | None
    words: str
    window: Window | None
    frames: int


def pair_of_pictures(before: Elements, after: Elements, frame: int) -> PictureComparison:
    """Decode frame `frame` (from 0) of two files, each for itself, and compare them."""
    (one, problem), (other, other_problem) = (_decoded(elements, frame) for elements in (before, after))
    if one is None or other is None:
        return PictureComparison((one, other), (problem, other_problem), None, "one of them has no picture", None, 1)
    words = compare_pictures(one, other).words or "no pixel differs"
    window = None if one.color or other.color else one.window_of(View())
    frames = max(one.frames, other.frames)
    return PictureComparison((one, other), ("", ""), difference_picture(one, other), words, window, frames)


def _decoded(elements: Elements, frame: int) -> tuple[Picture | None, str]:
    """Return a picture, or why there is none."""
    try:
        return load_picture(elements, frame), ""
    except DicomError as error:
        return None, str(error)


def compare_pixels(before: Elements, after: Elements) -> Iterator[FrameDifference]:
    """Decode two files and compare their frames: stored values of grey pictures, RGB of those in colour.

    Raises
    ------
    PixelError, ReadError
        One of them has no picture, or cannot be decoded or read.
    """
    counts = frame_count(before), frame_count(after)
    for frame in range(min(counts)):
        yield compare_pictures(load_picture(before, frame), load_picture(after, frame))
    for frame in range(min(counts), max(counts)):
        yield FrameDifference(frame, f"only {'the first' if counts[0] > counts[1] else 'the second'} has it")


def picture_problem(elements: Elements) -> str:
    """Return why the first frame of a file cannot be decoded, "" where it can."""
    return _decoded(elements, 0)[1]


def compare_pictures(before: Picture, after: Picture) -> FrameDifference:
    """Return how two pictures differ."""
    frame = before.key.frame
    one, other = _compared(before), _compared(after)
    if one.shape != other.shape:
        return FrameDifference(frame, f"{_shape(before)} and {_shape(after)}")
    steps = _steps(one, other)
    differs = steps > 0
    count = int(np.count_nonzero(differs))
    if not count:
        return FrameDifference(frame, "")
    row, column = np.unravel_index(int(np.argmax(differs)), differs.shape)
    largest = float(steps.max())
    words = f"{count:,} of {steps.size:,} pixels differ, by {largest:g} at the most, first at ({column},{row})"
    return FrameDifference(frame, words, count, steps.size, largest, (int(column), int(row)))


def difference_picture(before: Picture, after: Picture) -> Picture | None:
    """Return how far two pictures are apart at each pixel, as a picture; None where their sizes differ."""
    one, other = _compared(before), _compared(after)
    if one.shape != other.shape:
        return None
    steps = _steps(one, other).astype(np.float32)
    return replace(
        before, values=steps, stored=steps, padding=None, inverted=False, voi=(), unit="", overlay=None, undisplayed=None,
        real_world=(), caption=Caption(), notes=(),
    )  # fmt: skip


def _compared(picture: Picture) -> NDArray[Any]:
    return picture.values if picture.color or picture.stored is None or picture.stored.ndim != 2 else picture.stored


def _steps(one: NDArray[Any], other: NDArray[Any]) -> NDArray[np.float64]:
    """Return how far two arrays are apart at each pixel: of colours, the largest of the three; NaN is equal to NaN."""
    first, second = one.astype(np.float64), other.astype(np.float64)
    with np.errstate(invalid="ignore"):
        steps = np.abs(first - second)
    steps[(first == second) | (np.isnan(first) & np.isnan(second))] = 0
    steps[np.isnan(steps)] = np.inf
    return steps if steps.ndim == 2 else steps.max(axis=-1)


def _shape(picture: Picture) -> str:
    return f"{picture.columns} x {picture.rows}{' in colour' if picture.color else ''}"
