"""Tables of colours for grey levels."""

import numpy as np
from numpy.typing import NDArray


def interpolated(colors: str) -> NDArray[np.uint8]:
    """Return a table that runs evenly through some colours.

    Parameters
    ----------
    colors : str
        Colours as hexadecimal RGB, evenly spaced; or each with its place between 0 and 1 before it: ``0.375:ff0000``.

    Returns
    -------
    ndarray of uint8, shape (256, 3)
    """
    words = [word.rpartition(":") for word in colors.split()]
    places = [float(place) if place else at / (len(words) - 1) for at, (place, _, _) in enumerate(words)]
    ends = np.array([[int(color[at : at + 2], 16) for at in (0, 2, 4)] for _, _, color in words], float)
    level = np.linspace(0, 1, 256)
    return np.stack([np.interp(level, places, ends[:, channel]) for channel in range(3)], 1).round().astype(np.uint8)


def blended(levels: NDArray[np.uint8], weight: NDArray[np.float32], color: tuple[int, int, int]) -> NDArray[np.uint8]:
    """Return grey levels or RGB with `color` drawn over them.

    Parameters
    ----------
    levels : ndarray of uint8, shape (h, w) or (h, w, 3)
        The picture.
    weight : ndarray of float32, shape (h, w)
        How much of the colour is seen, 0 to 1.
    color : (int, int, int)
        RGB; over grey levels, a grey one leaves them grey.

    Returns
    -------
    ndarray of uint8, shape (h, w, 3), or (h, w) where both are grey
    """
    if levels.ndim == 2:
        if color[0] == color[1] == color[2]:
            mixed = levels + weight * (np.float32(color[0]) - levels)
            return (mixed + np.float32(0.5)).astype(np.uint8)
        levels = np.repeat(levels[..., None], 3, -1)
    over = weight[..., None]
    return (levels + over * (np.array(color, np.float32) - levels) + np.float32(0.5)).astype(np.uint8)
