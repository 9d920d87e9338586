"""The histogram of a grey picture, with the window marked in it, and the bar of its colours: drawn over the picture."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tui.dicom.pixels.colormaps import GREY, color_table
from tui.dicom.pixels.picture import Picture
from tui.dicom.pixels.screen_text import CURVE_HEIGHT, LEAST_HEIGHT, LEAST_WIDTH, MARGIN, MOST_WIDE, ScreenText
from tui.dicom.pixels.stages import shade
from tui.dicom.pixels.view import View
from tui.dicom.pixels.window import SIGMOID, Window
from tui.render.cell_kind import CellKind, CellSize
from tui.text import fit_cells

_BAR_WIDTH: Final = 2
_NAME: Final = 20
_BAR_MARGIN: Final = 4  # beside it stands the letter of the right edge
_DARK: Final = 70  # grey of what lies outside of the window
_BRIGHT: Final = 200  # ... and of what lies in it


def _shown(picture: Picture, width: int, height: int, cells: CellSize) -> bool:
    return not picture.color and width >= cells.across(LEAST_WIDTH) and height >= cells.down(LEAST_HEIGHT)


def _histogram_width(width: int, cells: CellSize) -> int:
    return min(width // 3, cells.across(MOST_WIDE))


def with_bars(
    screen: NDArray[np.uint8], picture: Picture, view: View, *, colors: bool, cells: CellSize = CellKind.HALF
) -> NDArray[np.uint8]:
    """Return the screen with the histogram at the lower left and the colour bar at the right.

    Parameters
    ----------
    screen : ndarray of uint8, shape (height, width) or (height, width, 3)
        The picture; one in colours of its own, or a small one, stays as it is.
    picture : Picture
        What is counted, without padding.
    view : View
        The window that is marked, and the colormap.
    colors : bool
        Whether the screen shows colours.
    cells : CellSize
        How many pixels a cell has.
    """
    height, width = screen.shape[:2]
    if not _shown(picture, width, height, cells):
        return screen
    drawn = screen.copy()
    _draw_histogram(drawn, picture, view, cells)
    levels = np.linspace(255, 0, height // 2).round().astype(np.uint8)
    strip = color_table(view.colormap)[levels] if drawn.ndim == 3 and colors and view.colormap != GREY else levels
    if drawn.ndim == 3 and strip.ndim == 1:
        strip = np.repeat(strip[:, None], 3, 1)
    top, right, wide = height // 4, width - cells.across(_BAR_MARGIN), cells.across(_BAR_WIDTH)
    drawn[top - 1 : top + len(levels) + 1, right - wide - 1 : right + 1] = 0
    drawn[top : top + len(levels), right - wide : right] = strip[:, None]
    return drawn


def _draw_histogram(screen: NDArray[np.uint8], picture: Picture, view: View, cells: CellSize) -> None:
    height, width = screen.shape[:2]
    columns, most = _histogram_width(width, cells), cells.down(CURVE_HEIGHT)
    counts, low, step = picture.histogram(columns)
    shares = np.sqrt(counts / max(1, counts.max()))  # a square root shows the small ones, too
    tall = np.ceil(shares * most).astype(int)
    shades = shade(low + step * (np.arange(columns) + 0.5), picture.voi_of(view) or picture.auto)
    grey = np.where((shades > 0) & (shades < 1), _BRIGHT, _DARK).astype(np.uint8)
    from_bottom = np.arange(most, 0, -1)[:, None]
    area = np.where(from_bottom <= tall, grey, 0).astype(np.uint8)
    bottom, left = height - cells.down(MARGIN), cells.across(MARGIN)
    part = screen[bottom - most : bottom, left : left + columns]
    part[...] = area if screen.ndim == 2 else area[..., None]


def bar_texts(
    picture: Picture, view: View, width: int, height: int, cells: CellSize = CellKind.HALF
) -> tuple[ScreenText, ...]:
    """Return the values beside the bars: the ends of the window, and those of the histogram."""
    if not _shown(picture, width, height, cells):
        return ()
    voi, window = picture.voi_of(view), picture.window_of(view)
    high, low = window.center + window.width / 2, window.center - window.width / 2
    if view.inverted != picture.inverted:
        high, low = low, high
    beside = width - cells.across(_BAR_MARGIN + _BAR_WIDTH + 1)
    full = picture.full_range
    least, most = full.center - full.width / 2, full.center + full.width / 2
    above, left = height - cells.down(MARGIN + CURVE_HEIGHT + 2), cells.across(MARGIN)
    ends = f"{high:.5g}", f"{low:.5g}"
    if not isinstance(voi, Window):  # a table need not rise, nor from end to end
        ends = (fit_cells(voi.name, _NAME) if voi is not None else ""), ""
    elif voi.function == SIGMOID:  # which nears black and white, and comes to neither
        ends = "", ""
    return (
        ScreenText(beside, height // 4, ends[0], ends=True),
        ScreenText(beside, height // 4 + height // 2 - 1, ends[1], ends=True),
        ScreenText(left, above, f"{least:.5g}"),
        ScreenText(left + _histogram_width(width, cells), above, f"{most:.5g}", ends=True),
    )
