"""Fitting a picture into a grid of square screen pixels, and averaging it down to them.

Shrinking averages areas exactly, fractions of pixels included: nothing in the picture vanishes between samples.
Enlarging repeats the nearest pixel, or goes straight from one to the next.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Placement(NamedTuple):
    """Which part of a picture lands on which part of the screen.

    `left`, `top`, `right`, `bottom` bound the visible part in picture pixels; `x`, `y`, `width`, `height` say where it
    lands, in screen pixels; `scale` is screen pixels for one picture column.
    """

    left: float
    top: float
    right: float
    bottom: float
    x: int
    y: int
    width: int
    height: int
    scale: float


def fit_scale(rows: int, columns: int, aspect: float, width: int, height: int) -> float:
    """Return the scale at which the whole picture just fits.

    Parameters
    ----------
    rows, columns : int
        Size of the picture in its pixels.
    aspect : float
        Height of a picture pixel over its width.
    width, height : int
        Size of the screen in (square) screen pixels.
    """
    return min(width / columns, height / (rows * aspect))


def place(
    rows: int, columns: int, aspect: float, width: int, height: int, zoom: float, center: tuple[float, float]
) -> Placement:
    """Place a picture on a screen.

    Parameters
    ----------
    rows, columns, aspect, width, height
        As in `fit_scale`.
    zoom : float
        How many times larger than fitted, 1.0 or more.
    center : (float, float)
        What should lie in the middle, as fractions of the picture's width and height; moved so that no side is wasted.
    """
    scale = fit_scale(rows, columns, aspect, width, height) * zoom
    left, right, x, shown_width = _axis(columns, scale, width, center[0])
    top, bottom, y, shown_height = _axis(rows, scale * aspect, height, center[1])
    return Placement(left, top, right, bottom, x, y, shown_width, shown_height, scale)


def _axis(length: int, scale: float, screen: int, center: float) -> tuple[float, float, int, int]:
    """Return (start, stop) in picture pixels and (offset, size) in screen pixels along one axis."""
    size = length * scale
    if size <= screen + 0.5:
        shown = min(screen, max(1, round(size)))
        return 0.0, float(length), (screen - shown) // 2, shown
    visible = screen / scale
    start = min(length - visible, max(0.0, center * length - visible / 2))
    return start, start + visible, 0, screen


def oriented(values: Array, *, mirrored: bool, turns: int) -> Array:
    """Return a picture mirrored (left and right exchanged), then turned `turns` quarters clockwise; nothing is copied."""
    return np.rot90(values[:, ::-1] if mirrored else values, -turns)


def sample(values: Array, placement: Placement, *, smooth: bool = False) -> Array:
    """Return the visible part of `values` as it lands on the screen.

    Parameters
    ----------
    values : ndarray, shape (rows, columns) or (rows, columns, 3)
        Any numbers.
    placement : Placement
        From `place`.
    smooth : bool
        Whether enlarging interpolates.

    Returns
    -------
    ndarray of float32 (float64 for float64), shape (placement.height, placement.width[, 3])
    """
    beside = 1 if smooth else 0  # pixels outside of what is seen have a part in what is
    top, bottom = max(0, int(placement.top) - beside), min(values.shape[0], int(np.ceil(placement.bottom)) + beside)
    left, right = max(0, int(placement.left) - beside), min(values.shape[1], int(np.ceil(placement.right)) + beside)
    part = values[top:bottom, left:right]
    if part.dtype != np.float64:
        part = part.astype(np.float32, copy=False)
    part = _resampled(part, placement.top - top, placement.bottom - top, placement.height, 0, smooth)
    return _resampled(part, placement.left - left, placement.right - left, placement.width, 1, smooth)


def _interpolated(values: Array, places: Array, axis: int) -> Array:
    """Return values between the centers of pixels, along `axis`; beyond the outermost centers theirs."""
    last = values.shape[axis] - 1
    places = np.clip(places, 0, last)
    low = np.minimum(places.astype(np.intp), max(0, last - 1))
    shape = [1] * values.ndim
    shape[axis] = len(places)
    weight = (places - low).astype(values.dtype).reshape(shape)
    before, behind = np.take(values, low, axis), np.take(values, np.minimum(low + 1, last), axis)
    return np.asarray(before + weight * (behind - before))


def sample_without(
    values: Array, excluded: NDArray[np.bool_], placement: Placement, *, smooth: bool = False
) -> tuple[Array, NDArray[np.bool_]]:
    """Like `sample`, but what is excluded does not count; also return where more than half of a sample is excluded."""
    weight = sample(~excluded, placement, smooth=smooth)
    total = sample(np.where(excluded, values.dtype.type(0), values), placement, smooth=smooth)
    return np.divide(total, weight, out=np.zeros_like(total), where=weight > 0), weight < 0.5


def _resampled(values: Array, start: float, stop: float, count: int, axis: int, smooth: bool) -> Array:
    step = (stop - start) / count
    length = values.shape[axis]
    if step < 1.0 and smooth:
        return _interpolated(values, start + (np.arange(count) + 0.5) * step - 0.5, axis)
    if step <= 1.0:
        index = np.minimum((start + (np.arange(count) + 0.5) * step).astype(np.intp), length - 1)
        taken: Array = np.take(values, index, axis)
        return taken
    edges = np.minimum(start + step * np.arange(count + 1), length)
    low = np.minimum(edges[:-1].astype(np.intp), length - 2)
    high = np.minimum(edges[1:].astype(np.intp), length - 1)
    bounds = np.empty(2 * count, np.intp)
    bounds[0::2], bounds[1::2] = low, high
    whole = np.add.reduceat(values, bounds, axis).take(np.arange(0, 2 * count, 2), axis)
    shape = [1] * values.ndim
    shape[axis] = count
    before = (edges[:-1] - low).astype(values.dtype).reshape(shape)
    behind = (edges[1:] - high).astype(values.dtype).reshape(shape)
    total = whole - before * np.take(values, low, axis) + behind * np.take(values, high, axis)
    return np.asarray(total * values.dtype.type(1.0 / step))
