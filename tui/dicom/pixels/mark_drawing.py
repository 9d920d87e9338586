"""Marks on a picture, as lines and words of the screen, and the curve of a profile."""

import math
from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui.dicom.pixels.marks import ELLIPSE, PROFILE, RECTANGLE, Mark
from tui.dicom.pixels.measure import Measured, Profile, measured, profile, region_bounds
from tui.dicom.pixels.picture import Picture
from tui.dicom.pixels.probe import number_text
from tui.dicom.pixels.screen_text import (
    CROSSHAIR,
    CURVE_HEIGHT,
    LEAST_HEIGHT,
    LEAST_WIDTH,
    MARGIN,
    MOST_WIDE,
    WHITE,
    ScreenText,
)
from tui.render.cell_kind import CellSize
from tui.render.colormaps import blended
from tui.render.lines import polyline

Place = tuple[float, float]
OnScreen = Callable[[float, float], Place]  # from pixels of the picture, whose first one covers 0 to 1, to screen pixels
_CORNERS_OF_AN_ELLIPSE: Final = 96
_FROM_RIGHT: Final = 16  # there stand the bar of colours and its values
_MARK: Final = (130, 230, 130)
_WEIGHT: Final = np.float32(0.85)
_MOST_MEASURED: Final = 64
_BESIDE: Final = 3


class _Box(NamedTuple):
    """Where the curve of a profile stands, in screen pixels."""

    left: int
    top: int
    width: int
    height: int


class Marks:
    """Draws the marks of one picture on one screen; what they measure is counted once.

    Parameters
    ----------
    picture : Picture
        What is measured.
    width, height : int
        Size of the screen in pixels.
    colors : bool
        Whether the screen shows colours; without, marks are white.
    cells : CellSize
        How many pixels a cell has.
    """

    def __init__(self, picture: Picture, width: int, height: int, *, colors: bool, cells: CellSize) -> None:
        self._cells = cells
        self._picture = picture
        self._width, self._height = width, height
        self._colors = colors
        self._measured: dict[Mark, Measured] = {}

    def measured(self, mark: Mark) -> Measured:
        """Return what a mark measures."""
        found = self._measured.get(mark)
        if found is None:
            if len(self._measured) > _MOST_MEASURED:
                self._measured.clear()
            found = self._measured[mark] = measured(self._picture, mark)
        return found

    def drawn(
        self, screen: NDArray[np.uint8], marks: tuple[Mark, ...], under_way: Mark | None, on_screen: OnScreen
    ) -> NDArray[np.uint8]:
        """Return the screen with the lines of finished marks and of the one that is under way, and a profile's curve."""
        for some, color in ((marks, _MARK), ((under_way,) if under_way is not None else (), CROSSHAIR)):
            if some:
                screen = blended(screen, self._mask(some, on_screen) * _WEIGHT, color if self._colors else WHITE)
        curve = self._curve(marks, under_way)
        return screen if curve is None else self._with_curve(screen, profile(self._picture, curve))

    def texts(self, marks: tuple[Mark, ...], under_way: Mark | None, on_screen: OnScreen) -> tuple[ScreenText, ...]:
        """Return the words that stand beside marks, the newest first, and beside a profile's curve."""
        texts: list[ScreenText] = []
        curve = self._curve(marks, under_way)
        if curve is not None:
            unit = "mm" if self._picture.calibration.spacing(curve.points[:2]) else "px"
            texts += self._curve_texts(profile(self._picture, curve), unit)
        newest_first = (*((under_way,) if under_way is not None else ()), *reversed(marks))
        beside = (self._beside(mark, on_screen) for mark in newest_first)
        return (*texts, *(text for text in beside if text is not None))

    def _mask(self, marks: tuple[Mark, ...], on_screen: OnScreen) -> NDArray[np.bool_]:
        drawn = np.zeros((self._height, self._width), bool)
        for mark in marks:
            drawn |= polyline(self._height, self._width, [on_screen(x, y) for x, y in _outline(mark)])
        return drawn

    def _beside(self, mark: Mark, on_screen: OnScreen) -> ScreenText | None:
        """Return a mark's few words beside its last point, or None where that is not seen."""
        column, row = mark.points[-1]
        x, y = on_screen(column + 0.5, row + 0.5)
        short = self.measured(mark).short
        if not short or not (0 <= x < self._width and 0 <= y < self._height):
            return None
        beside, long = self._cells.across(_BESIDE), self._cells.across(len(short))
        if x + beside + long < self._width:
            return ScreenText(int(x) + beside, int(y), short)
        return ScreenText(max(long, int(x) + 1 - beside), int(y), short, ends=True)

    # --- the curve of a profile

    def _curve(self, marks: tuple[Mark, ...], under_way: Mark | None) -> Mark | None:
        """Return the profile whose curve is drawn: the one under way, or the one that was drawn last."""
        mark = under_way or (marks[-1] if marks else None)
        has_room = self._width >= self._cells.across(LEAST_WIDTH) and self._height >= self._cells.down(LEAST_HEIGHT)
        return mark if mark is not None and mark.tool == PROFILE and has_room else None

    @property
    def _box(self) -> _Box:
        cells = self._cells
        width, height = min(self._width // 3, cells.across(MOST_WIDE)), cells.down(CURVE_HEIGHT)
        left, top = self._width - cells.across(_FROM_RIGHT) - width, self._height - cells.down(MARGIN) - height
        return _Box(left, top, width, height)

    def _with_curve(self, screen: NDArray[np.uint8], values: Profile) -> NDArray[np.uint8]:
        """Return the screen with a profile's curve at the lower right, on what is behind it made dark."""
        box, screen = self._box, screen.copy()
        rows, columns = slice(box.top, box.top + box.height), slice(box.left, box.left + box.width)
        around = screen[rows.start - 1 : rows.stop + 1, columns.start - 1 : columns.stop + 1]
        around[...] = around // 4
        line = polyline(box.height, box.width, _curve_points(values, box))
        screen[rows, columns][line] = _MARK if screen.ndim == 3 and self._colors else 255
        return screen

    def _curve_texts(self, profile: Profile, unit: str) -> tuple[ScreenText, ...]:
        """Return the words above a curve: between which values it runs, and how long it is."""
        box, values = self._box, profile.values[np.isfinite(profile.values)]
        if not len(values):
            return ()
        low, high = (number_text(round(float(value), 3)) for value in (values.min(), values.max()))
        return (
            ScreenText(box.left, box.top - self._cells.down(2), f"{low} to {high}"),
            ScreenText(box.left + box.width, box.top - self._cells.down(2), f"{profile.along[-1]:.1f} {unit}", ends=True),
        )


def _outline(mark: Mark) -> tuple[Place, ...]:
    """Return the lines of a mark, in picture pixels whose first one covers 0 to 1."""
    if mark.tool not in (RECTANGLE, ELLIPSE) or len(mark.points) < 2:
        return tuple((column + 0.5, row + 0.5) for column, row in mark.points)
    left, top, right, bottom = region_bounds(mark)
    if mark.tool == RECTANGLE:
        return (left, top), (right, top), (right, bottom), (left, bottom), (left, top)
    turns = (2 * math.pi * step / _CORNERS_OF_AN_ELLIPSE for step in range(_CORNERS_OF_AN_ELLIPSE + 1))
    across, down = (right - left) / 2, (bottom - top) / 2
    return tuple((left + across * (1 + math.cos(turn)), top + down * (1 + math.sin(turn))) for turn in turns)


def _curve_points(profile: Profile, box: _Box) -> list[Place]:
    """Return the places of a curve in its box: for each column, the mean of the values that fall into it."""
    values = np.where(np.isfinite(profile.values), profile.values, np.nan)
    if not np.isfinite(values).any():
        return []
    count = len(values)
    edges = np.linspace(0, count, box.width + 1)
    low = np.minimum(edges[:-1].astype(int), count - 1)
    high = np.maximum(low + 1, np.ceil(edges[1:]).astype(int))
    least, most = float(np.nanmin(values)), float(np.nanmax(values))
    scale = (box.height - 1) / (most - least) if most > least else 0.0
    means = (float(values[begin:end].mean()) for begin, end in zip(low, high, strict=True))
    return [
        (column + 0.5, box.height - 0.5 - (mean - least) * scale) for column, mean in enumerate(means) if math.isfinite(mean)
    ]
