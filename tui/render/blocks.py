"""Several pixels in a cell of two colours: which of them are in front, and what both colours are."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui.render.cell_kind import CellKind
from tui.render.color_depth import LUMA

Levels = NDArray[Any]
_LUMA = np.array(LUMA, np.float32)


class Blocks(NamedTuple):
    """Cells, shape (rows, columns): masks of the pixels in front (see `CellKind.glyphs`), and the levels of both colours."""

    mask: NDArray[np.int64]
    front: NDArray[np.uint8]
    back: NDArray[np.uint8]


def gathered(pixels: Levels, kind: CellKind) -> Levels:
    """Return the pixels of each cell: from shape (h, w[, c]) to (rows, columns, pixels of a cell[, c])."""
    rows, columns = pixels.shape[0] // kind.rows, pixels.shape[1] // kind.columns
    split = pixels.reshape(rows, kind.rows, columns, kind.columns, *pixels.shape[2:])
    return split.swapaxes(1, 2).reshape(rows, columns, kind.rows * kind.columns, *pixels.shape[2:])


def masks(bits: Levels, kind: CellKind) -> NDArray[np.int64]:
    """Return the mask of each cell: which of its pixels, shape (h, w), are not 0."""
    cells = gathered(bits != 0, kind)
    return np.asarray((cells.astype(np.int64) << np.arange(cells.shape[2])).sum(2))


def two_colors(levels: Levels, kind: CellKind) -> Blocks:
    """Return the cells that come nearest to `levels` (least squares) with two colours each.

    Of each cell's pixels in the order of their brightness, the darker ones are behind and the brighter ones in front; the
    cut is where the sum of squares within both is least (Otsu 1979), the colours are their means.

    Parameters
    ----------
    levels : ndarray of uint8, shape (h, w) or (h, w, 3)
        Grey levels or RGB, h and w being multiples of the cell's.
    kind : CellKind
        What a cell draws.
    """
    cells = gathered(levels, kind).astype(np.float32)
    brightness = cells @ _LUMA if levels.ndim == 3 else cells
    cells = cells.reshape(*brightness.shape, -1)
    count = brightness.shape[2]
    order = brightness.argsort(-1)
    sums = np.take_along_axis(cells, order[..., None], 2).cumsum(2)
    total, below = sums[:, :, -1:], sums[:, :, :-1]
    behind = np.arange(1, count, dtype=np.float32)[:, None]
    between = (below**2 / behind + (total - below) ** 2 / (count - behind)).sum(-1)
    cut = between.argmax(-1)[..., None]
    in_front = order.argsort(-1) > cut
    dark = np.take_along_axis(below, cut[..., None], 2)[:, :, 0]
    back, front = dark / (cut + 1), (total[:, :, 0] - dark) / (count - 1 - cut)
    shape = brightness.shape[:2] + levels.shape[2:]
    return Blocks(
        np.asarray((in_front.astype(np.int64) << np.arange(count)).sum(2)),
        np.rint(front).astype(np.uint8).reshape(shape),
        np.rint(back).astype(np.uint8).reshape(shape),
    )
