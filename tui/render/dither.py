"""Levels to the colours that a terminal has.

256 colours: greys use the true values of the ramp (0, 8 + 10 k, 255) with ordered dither; a terminal library's own mapping
is 4.6 levels too dark on average. 16 colours and mono are dithered greys.
"""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui.render.color_depth import CUBE, FROM_PALETTE, LUMA, ColorDepth

Ids = NDArray[Any]
Levels = NDArray[Any]


_RAMP = np.array([0, *range(8, 248, 10), 255])
_RAMP_INDEX = (16, *range(232, 256), 231)
_FOUR = np.array([0, 85, 170, 255])
_FOUR_SGR = (0, 8, 7, 15)
_CUBE = np.array(CUBE)


@cache
def _bayer(size: int) -> NDArray[np.float32]:
    """Return the ordered-dither matrix of `size` (a power of two), thresholds between 0 and 1."""
    matrix = np.zeros((1, 1))
    while len(matrix) < size:
        matrix = np.block([[4 * matrix, 4 * matrix + 2], [4 * matrix + 3, 4 * matrix + 1]])
    return ((matrix + 0.5) / matrix.size).astype(np.float32)


def _dithered(levels: Levels, palette: NDArray[np.int64], size: int) -> Ids:
    """Return the index in `palette` (ascending levels) of each pixel, chosen by ordered dither."""
    below = np.clip(np.searchsorted(palette, levels, side="right") - 1, 0, len(palette) - 2)
    low, high = palette[below], palette[below + 1]
    height, width = levels.shape[:2]
    threshold = np.tile(_bayer(size), (height // size + 1, width // size + 1))[:height, :width]
    if levels.ndim == 3:
        threshold = threshold[..., None]
    return np.asarray(below + ((levels - low) / (high - low) > threshold), np.int64)


def grey(rgb: Levels) -> Levels:
    """Return the luma (ITU-R BT.601) of RGB levels, uint8."""
    return (rgb.astype(np.float32) @ np.array(LUMA, np.float32) + 0.5).astype(np.uint8)


def four_greys(levels: Levels) -> Levels:
    """Return grey levels or RGB as the greys that 16 colours have, dithered: uint8, shape (h, w)."""
    single = levels if levels.ndim == 2 else grey(levels)
    return _FOUR[_dithered(single, _FOUR, 4)].astype(np.uint8)


@cache
def _few_greys() -> Ids:
    """Return the colour id of each grey level where one that is no further off than 3 will do.

    The palette's 26 greys have short codes: one of those wherever it is near enough, else one half-way between two.
    """
    near = np.abs(np.arange(256)[:, None] - _RAMP)
    between = np.array([3, *range(13, 253, 10), 248])
    half_way = between[np.abs(np.arange(256)[:, None] - between).argmin(1)]
    ids = np.where(near.min(1) <= 3, FROM_PALETTE | np.array(_RAMP_INDEX)[near.argmin(1)], half_way * 0x010101)
    return np.asarray(ids, np.int64)


def color_ids(levels: Levels, depth: ColorDepth, *, few: bool = False) -> Ids:
    """Return a colour id for each pixel, such as `sgr` takes.

    Parameters
    ----------
    levels : ndarray of uint8, shape (h, w) or (h, w, 3)
        Grey levels or RGB.
    depth : ColorDepth
        What the terminal shows.
    few : bool
        In true colour, whether 52 greys (or 64 levels of each colour) will do, none further off than 3: fewer bytes.
    """
    if depth is ColorDepth.TRUECOLOR:
        if few and levels.ndim == 2:
            return _few_greys()[levels]
        if few:
            neutral = (levels[..., 0] == levels[..., 1]) & (levels[..., 1] == levels[..., 2])
            coarse = np.minimum((levels.astype(np.int64) + 2) & 0x1FC, 255)
            coarse = coarse[..., 0] << 16 | coarse[..., 1] << 8 | coarse[..., 2]
            return np.where(neutral, _few_greys()[levels[..., 0]], coarse)
        wide = levels.astype(np.int32)
        return wide * 0x010101 if levels.ndim == 2 else wide[..., 0] << 16 | wide[..., 1] << 8 | wide[..., 2]
    if depth is ColorDepth.PALETTE_256:
        if levels.ndim == 2:
            return np.array(_RAMP_INDEX)[_dithered(levels, _RAMP, 8)]
        cube = _dithered(levels, _CUBE, 8)
        neutral = (levels.max(-1).astype(np.int64) - levels.min(-1)) < 10
        ramp = np.array(_RAMP_INDEX)[_dithered(grey(levels), _RAMP, 8)]
        return np.where(neutral, ramp, 16 + cube[..., 0] * 36 + cube[..., 1] * 6 + cube[..., 2])
    single = levels if levels.ndim == 2 else grey(levels)
    if depth is ColorDepth.PALETTE_16:
        return np.array(_FOUR_SGR)[_dithered(single, _FOUR, 4)]
    return _dithered(single, np.array([0, 255]), 8)
