"""A picture as it lands on a screen: placed, sampled once per place, windowed once per key, coloured, with overlays."""

from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui.dicom.pixels.colormaps import GREY, color_table
from tui.dicom.pixels.marks import Mark
from tui.dicom.pixels.picture import Picture
from tui.dicom.pixels.screen_text import CROSSHAIR, WHITE, ScreenText
from tui.dicom.pixels.view import View
from tui.render.cell_kind import CellKind, CellSize
from tui.render.colormaps import blended
from tui.render.sampling import Placement, oriented, place, sample, sample_without

if TYPE_CHECKING:
    from tui.dicom.pixels.mark_drawing import Marks

Array = NDArray[Any]
_OVERLAY: Final = (255, 200, 0)
_CROSSHAIR_WEIGHT: Final = 0.75
_GAP: Final = 2
_ARM: Final = 7


class _Sampled(NamedTuple):
    """A picture as it lands on the screen: values, where there is padding, and how much overlay there is (0 to 1)."""

    key: object
    placement: Placement
    values: Array
    outside: NDArray[np.bool_] | None
    overlay: NDArray[np.float32] | None


def _onto(placement: Placement, x: float, y: float) -> tuple[float, float]:
    """Return where (`x`, `y`), in pixels of the picture as it is seen, lands on the screen."""
    along = (x - placement.left) / (placement.right - placement.left)
    down = (y - placement.top) / (placement.bottom - placement.top)
    return placement.x + along * placement.width, placement.y + down * placement.height


class Drawing:
    """Draws one picture on one screen, under many views.

    Parameters
    ----------
    picture : Picture
        What is drawn.
    width, height : int
        Size of the screen in screen pixels.
    colors : bool
        Whether the screen shows colours; without, colormaps are left out and overlays are white.
    cells : CellSize
        How many pixels a cell has, and so their shape.
    """

    def __init__(
        self, picture: Picture, width: int, height: int, *, colors: bool = True, cells: CellSize = CellKind.HALF
    ) -> None:
        self.picture = picture
        self.width, self.height = width, height
        self._colors = colors
        self._cells = cells
        self._sampled: _Sampled | None = None

    @cached_property
    def _marks(self) -> "Marks":
        """Return what draws marks; made, and imported, with the first one."""
        from tui.dicom.pixels.mark_drawing import Marks

        return Marks(self.picture, self.width, self.height, colors=self._colors, cells=self._cells)

    def placement(self, view: View) -> Placement:
        """Return where the picture lands under `view`."""
        columns, rows = self._seen_size(view)
        aspect = 1 / self.picture.aspect if view.turns % 2 else self.picture.aspect
        aspect /= self._cells.pixel_aspect
        return place(rows, columns, aspect, self.width, self.height, view.zoom, (view.center_x, view.center_y))

    def levels(self, view: View) -> NDArray[np.uint8]:
        """Return the screen under `view`, black around the picture.

        Returns
        -------
        ndarray of uint8, shape (height, width), or (height, width, 3) where there are colours
        """
        sampled = self._samples(view)
        levels = self._colored(view, sampled)
        placement = sampled.placement
        screen = np.zeros((self.height, self.width, *levels.shape[2:]), np.uint8)
        bottom, right = placement.y + placement.height, placement.x + placement.width
        screen[placement.y : bottom, placement.x : right] = levels
        if view.bars:
            from tui.dicom.pixels.bars import with_bars  # the first picture does without

            screen = with_bars(screen, self.picture, view, colors=self._colors, cells=self._cells)
        if view.marks or view.marking is not None:
            screen = self._marks.drawn(screen, view.marks, self.under_way(view), partial(self._on_screen, view))
        at = self.screen_place(view)
        return screen if at is None else self._with_crosshair(screen, *at)

    def whole(self, view: View) -> NDArray[np.uint8]:
        """Return the whole picture under `view`, turned and coloured, with a pixel for each of its own, and no measures.

        Returns
        -------
        ndarray of uint8, shape (rows, columns), or (rows, columns, 3) where there are colours
        """
        picture = self.picture

        def seen(values: Array) -> Array:
            return oriented(values, mirrored=view.mirrored, turns=view.turns)

        outside = None if picture.padding is None else seen(picture.padding)
        overlay = seen(picture.overlay).astype(np.float32) if picture.overlay is not None and view.overlays else None
        return self._colored(view, _Sampled(None, self.placement(view), seen(picture.values), outside, overlay))

    # --- measures

    def under_way(self, view: View) -> Mark | None:
        """Return the measure that is under way, up to the pixel that the probe stands on; None without one."""
        pixel = self.probed_pixel(view)
        if view.marking is None or not view.marking.points or pixel is None or self.picture.preview:
            return None  # a preview has other pixels
        return view.marking.with_point(pixel)

    def said(self, view: View) -> str:
        """Return what is measured, or else known of the pixel that the probe stands on; "" without a probe."""
        pixel, mark = self.probed_pixel(view), self.under_way(view)
        if mark is None and view.marks and view.marks[-1].points[-1] == pixel:
            mark = view.marks[-1]
        if mark is not None:
            return self._marks.measured(mark).said
        if pixel is None:
            return ""
        from tui.dicom.pixels.probe import said_at

        return said_at(self.picture, *pixel)

    def said_of_marks(self, view: View) -> list[str]:
        """Return what every mark measures, in full, a line each, with its points."""
        points = (", ".join(f"({column}, {row})" for column, row in mark.points) for mark in view.marks)
        return [
            f"{mark.tool.name}: {self._marks.measured(mark).said}  {places}"
            for mark, places in zip(view.marks, points, strict=True)
        ]

    def texts(self, view: View) -> tuple[ScreenText, ...]:
        """Return the words that stand on the picture: what was measured, and the values beside the bars."""
        texts: tuple[ScreenText, ...] = ()
        if view.marks or view.marking is not None:
            texts = self._marks.texts(view.marks, self.under_way(view), partial(self._on_screen, view))
        if view.bars:
            from tui.dicom.pixels.bars import bar_texts

            texts = (*texts, *bar_texts(self.picture, view, self.width, self.height, self._cells))
        return texts

    def _on_screen(self, view: View, x: float, y: float) -> tuple[float, float]:
        """Return where (`x`, `y`), in pixels of the stored picture, lies on the screen, or beyond it."""
        (columns, rows), (x, y) = self._seen_size(view), view.seen_place(x / self.picture.columns, y / self.picture.rows)
        return _onto(self.placement(view), x * columns, y * rows)

    def _seen_size(self, view: View) -> tuple[int, int]:
        """Return (columns, rows) of the picture as it is seen."""
        size = self.picture.columns, self.picture.rows
        return size[::-1] if view.turns % 2 else size

    def _seen_pixel(self, view: View) -> tuple[int, int] | None:
        """Return the pixel (column, row) of the picture as it is seen that the probe stands on, or None without one."""
        if view.probe_x is None or view.probe_y is None:
            return None
        columns, rows = self._seen_size(view)
        return min(columns - 1, int(view.probe_x * columns)), min(rows - 1, int(view.probe_y * rows))

    def screen_place(self, view: View) -> tuple[int, int] | None:
        """Return the screen pixel (x, y) that the probe stands on, or None where it is not seen."""
        pixel = self._seen_pixel(view)
        if pixel is None:
            return None
        placement = self.placement(view)
        x, y = _onto(placement, pixel[0] + 0.5, pixel[1] + 0.5)
        right, bottom = placement.x + placement.width, placement.y + placement.height
        return (int(x), int(y)) if placement.x <= x < right and placement.y <= y < bottom else None

    def pixels_a_step(self, view: View) -> tuple[int, int]:
        """Return how many pixels of the picture a pixel of the screen takes across and down, at least one."""
        placement = self.placement(view)
        across = (placement.right - placement.left) / placement.width
        down = (placement.bottom - placement.top) / placement.height
        return max(1, round(across)), max(1, round(down))

    def probed_pixel(self, view: View) -> tuple[int, int] | None:
        """Return the picture's pixel (column, row) that the probe stands on, or None without a probe."""
        pixel = self._seen_pixel(view)
        if pixel is None:
            return None
        columns, rows = self._seen_size(view)
        x, y = view.stored_place((pixel[0] + 0.5) / columns, (pixel[1] + 0.5) / rows)  # of its middle: no edge to fall off
        return int(x * self.picture.columns), int(y * self.picture.rows)

    def place_at(self, view: View, x: int, y: int) -> tuple[float, float] | None:
        """Return the place, in fractions of the picture as it is seen, of screen pixel (x, y); None beside the picture."""
        placement, (columns, rows) = self.placement(view), self._seen_size(view)
        along = (x + 0.5 - placement.x) / placement.width
        down = (y + 0.5 - placement.y) / placement.height
        if not (0 <= along < 1 and 0 <= down < 1):
            return None
        seen_x = placement.left + along * (placement.right - placement.left)
        seen_y = placement.top + down * (placement.bottom - placement.top)
        return seen_x / columns, seen_y / rows

    def _with_crosshair(self, screen: NDArray[np.uint8], x: int, y: int) -> NDArray[np.uint8]:
        """Return the screen with arms that point at (x, y), and leave it and the pixels beside it free."""
        weight = np.zeros(screen.shape[:2], np.float32)
        across, down = self._cells.across(_ARM), self._cells.down(_ARM)
        weight[y, max(0, x - across) : x + across + 1] = weight[max(0, y - down) : y + down + 1, x] = _CROSSHAIR_WEIGHT
        across, down = self._cells.across(_GAP), self._cells.down(_GAP)
        weight[max(0, y - down) : y + down + 1, max(0, x - across) : x + across + 1] = 0
        return blended(screen, weight, CROSSHAIR if self._colors else WHITE)

    def _colored(self, view: View, sampled: _Sampled) -> NDArray[np.uint8]:
        """Return the levels of the samples under `view`, in colours where it has some, with the overlays over them."""
        picture = self.picture
        levels = picture.shaded(sampled.values, view, sampled.outside)
        if view.colormap != GREY and not picture.color and self._colors:
            levels = color_table(view.colormap)[levels]
            if sampled.outside is not None:
                levels[sampled.outside] = 0
        if sampled.overlay is not None:
            levels = blended(levels, sampled.overlay, _OVERLAY if self._colors else WHITE)
        return levels

    def _samples(self, view: View) -> _Sampled:
        picture, placement = self.picture, self.placement(view)
        key = placement, view.mirrored, view.turns, view.smooth, view.overlays
        if self._sampled is not None and self._sampled.key == key:
            return self._sampled

        def seen(values: Array) -> Array:
            return oriented(values, mirrored=view.mirrored, turns=view.turns)

        outside = overlay = None
        if picture.padding is None:
            values = sample(seen(picture.values), placement, smooth=view.smooth)
        else:
            values, outside = sample_without(seen(picture.values), seen(picture.padding), placement, smooth=view.smooth)
        if picture.overlay is not None and view.overlays:
            # a line of one pixel is as bright as it is where it takes a whole pixel of the screen
            share = sample(seen(picture.overlay), placement) / np.float32(min(1.0, placement.scale))
            overlay = np.minimum(share, np.float32(1))
        self._sampled = _Sampled(key, placement, values, outside, overlay)
        return self._sampled
