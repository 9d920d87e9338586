"""A picture as it lands on a screen: placed, sampled once per place, windowed once per key, coloured, with overlays."""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui.dicom.pixels.colormaps import GREY, color_table
from tui.dicom.pixels.picture import Picture
from tui.dicom.pixels.view import View
from tui.render.colormaps import blended
from tui.render.sampling import Placement, oriented, place, sample, sample_without

Array = NDArray[Any]
_OVERLAY: Final = (255, 200, 0)
_WHITE: Final = (255, 255, 255)


class _Sampled(NamedTuple):
    """A picture as it lands on the screen: values, where there is padding, and how much overlay there is (0 to 1)."""

    key: object
    placement: Placement
    values: Array
    outside: NDArray[np.bool_] | None
    overlay: NDArray[np.float32] | None


class Drawing:
    """Draws one picture on one screen, under many views.

    Parameters
    ----------
    picture : Picture
        What is drawn.
    width, height : int
        Size of the screen in (square) screen pixels.
    colors : bool
        Whether the screen shows colours; without, colormaps are left out and overlays are white.
    """

    def __init__(self, picture: Picture, width: int, height: int, *, colors: bool = True) -> None:
        self.picture = picture
        self.width, self.height = width, height
        self._colors = colors
        self._sampled: _Sampled | None = None

    def placement(self, view: View) -> Placement:
        """Return where the picture lands under `view`."""
        picture, lying = self.picture, view.turns % 2 == 1
        rows, columns = (picture.columns, picture.rows) if lying else (picture.rows, picture.columns)
        return place(
            rows, columns, 1 / picture.aspect if lying else picture.aspect, self.width, self.height,
            view.zoom, (view.center_x, view.center_y),
        )  # fmt: skip

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
        return screen

    def _colored(self, view: View, sampled: _Sampled) -> NDArray[np.uint8]:
        """Return the levels of the samples under `view`, in colours where it has some, with the overlays over them."""
        picture = self.picture
        levels = picture.shaded(sampled.values, view, sampled.outside)
        if view.colormap != GREY and not picture.color and self._colors:
            levels = color_table(view.colormap)[levels]
            if sampled.outside is not None:
                levels[sampled.outside] = 0
        if sampled.overlay is not None:
            levels = blended(levels, sampled.overlay, _OVERLAY if self._colors else _WHITE)
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
