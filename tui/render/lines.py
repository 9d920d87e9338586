"""Lines of one screen pixel."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_MOST_STEPS = 1 << 16


def polyline(height: int, width: int, points: Sequence[tuple[float, float]]) -> NDArray[np.bool_]:
    """Return where straight lines from point to point run.

    Parameters
    ----------
    height, width : int
        Of the screen, in pixels.
    points : sequence of (float, float)
        x and y in screen pixels, whose first one covers 0 to 1; they may lie beyond the screen.

    Returns
    -------
    ndarray of bool, shape (height, width)
    """
    drawn = np.zeros((height, width), bool)
    for (x0, y0), (x1, y1) in zip(points, points[1:] or points, strict=False):
        clipped = _clipped(x0, y0, x1, y1, width, height)
        if clipped is None:
            continue
        x0, y0, x1, y1 = clipped
        steps = min(_MOST_STEPS, int(max(abs(x1 - x0), abs(y1 - y0))) + 1)
        along = np.linspace(0, 1, steps + 1)
        x = np.floor(x0 + (x1 - x0) * along).astype(np.intp)
        y = np.floor(y0 + (y1 - y0) * along).astype(np.intp)
        inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
        drawn[y[inside], x[inside]] = True
    return drawn


def _clipped(
    x0: float, y0: float, x1: float, y1: float, width: int, height: int
) -> tuple[float, float, float, float] | None:
    """Return the part of a line that lies on the screen (Liang and Barsky 1984), or None."""
    start, end = 0.0, 1.0
    for step, low, high in ((x1 - x0, -x0, width - x0), (y1 - y0, -y0, height - y0)):
        if step == 0:
            if low > 0 or high < 0:
                return None
            continue
        first, second = sorted((low / step, high / step))
        start, end = max(start, first), min(end, second)
    if start > end:
        return None
    return x0 + start * (x1 - x0), y0 + start * (y1 - y0), x0 + end * (x1 - x0), y0 + end * (y1 - y0)
