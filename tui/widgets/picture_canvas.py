"""What turns a picture under a view into strips: sampled once per place on screen, windowed once per key."""

from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from textual.strip import Strip

from tui.dicom.pixels.colormaps import GREY, color_table
from tui.dicom.pixels.geometry import Letters
from tui.dicom.pixels.picture import Picture
from tui.dicom.pixels.view import View
from tui.render.cells import Encoder, Label
from tui.render.color_depth import ColorDepth
from tui.render.colormaps import blended
from tui.render.sampling import Placement, oriented, place, sample, sample_without
from tui.text import cell_width, fit_cells
from tui.widgets.ansi_strip import AnsiStrip

Array = NDArray[Any]
_MOST_TEXT = 6  # the corner texts take a sixth of the height at the most


_WITH_COLORS = (ColorDepth.TRUECOLOR, ColorDepth.PALETTE_256)
_OVERLAY = (255, 200, 0)
_WHITE = (255, 255, 255)


class _Sampled(NamedTuple):
    """A picture as it lands on the screen: values, where there is padding, and how much overlay there is (0 to 1)."""

    key: object
    placement: Placement
    values: Array
    outside: NDArray[np.bool_] | None
    overlay: NDArray[np.float32] | None


class PictureCanvas:
    """Draws one picture at one size, under many views."""

    def __init__(self, depth: ColorDepth, *, unicode: bool = True) -> None:
        self._encoder = Encoder(depth, unicode)
        self._unicode = unicode
        self._picture: Picture | None = None
        self._width = self._height = 0
        self._sampled: _Sampled | None = None
        self._strips: list[AnsiStrip] = []

    def set(self, picture: Picture, width: int, height: int) -> None:
        """Draw `picture` in `width` x `height` cells from now on."""
        if picture is not self._picture or (width, height) != (self._width, self._height):
            self._picture, self._width, self._height = picture, width, height
            self._sampled = None

    def scale(self, view: View) -> float:
        """Return how many screen pixels a picture column takes under `view`."""
        return self._placement(self._picture, view).scale if self._picture is not None else 0.0

    def strips(self, view: View, *, texts: bool, few: bool = False) -> list[Strip]:
        """Return the lines of the picture under `view`, with the texts around it or without; in few colours where asked."""
        picture = self._picture
        if picture is None or self._width < 1 or self._height < 1:
            return []
        sampled = self._samples(picture, view)
        levels = self._colored(picture, view, sampled)
        placement = sampled.placement
        screen = np.zeros((2 * self._height, self._width, *levels.shape[2:]), np.uint8)
        bottom, right = placement.y + placement.height, placement.x + placement.width
        screen[placement.y : bottom, placement.x : right] = levels
        grid = self._encoder.grid(screen, self._labels(picture, view) if texts else (), few=few)
        lines = grid.lines()
        if len(self._strips) != len(lines):
            self._strips = [AnsiStrip("", list, self._width) for _ in lines]
        self._strips = [
            strip.renewed(line, partial(grid.runs, row), self._width)
            for row, (strip, line) in enumerate(zip(self._strips, lines, strict=True))
        ]
        return list[Strip](self._strips)

    def _colored(self, picture: Picture, view: View, sampled: "_Sampled") -> NDArray[np.uint8]:
        """Return the levels of the samples under `view`, in colours where it has some, with the overlays over them."""
        levels = picture.shaded(sampled.values, view, sampled.outside)
        if view.colormap != GREY and not picture.color and self._encoder.depth in _WITH_COLORS:
            levels = color_table(view.colormap)[levels]
            if sampled.outside is not None:
                levels[sampled.outside] = 0
        if sampled.overlay is not None:
            levels = blended(levels, sampled.overlay, _OVERLAY if self._encoder.depth in _WITH_COLORS else _WHITE)
        return levels

    def _placement(self, picture: Picture, view: View) -> Placement:
        lying = view.turns % 2 == 1
        rows, columns = (picture.columns, picture.rows) if lying else (picture.rows, picture.columns)
        return place(
            rows, columns, 1 / picture.aspect if lying else picture.aspect, self._width, 2 * self._height,
            view.zoom, (view.center_x, view.center_y),
        )  # fmt: skip

    def _samples(self, picture: Picture, view: View) -> "_Sampled":
        placement = self._placement(picture, view)
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

    def _labels(self, picture: Picture, view: View) -> tuple[Label, ...]:
        """Return the texts around the picture: corners above, letters at the middle of the edges."""
        lines = max(1, self._height // _MOST_TEXT)
        half = self._width // 2 - 4
        letters, caption = picture.letters.as_seen(mirrored=view.mirrored, turns=view.turns), picture.caption
        labels: list[Label] = []
        if self._height >= 3:
            labels += self._letters(letters)
        for row, text in enumerate(caption.patient[:lines]):
            labels.append(_label(row, 1, fit_cells(text, half)))
        for row, text in enumerate(caption.study[:lines]):
            shown = fit_cells(text, half)
            labels.append(_label(row, self._width - 1 - cell_width(shown), shown))
        return tuple(labels if self._unicode else map(_ascii_only, labels))

    def _letters(self, letters: Letters) -> list[Label]:
        """Return the directions at the middle of the edges; none where they are not known."""
        middle = self._height // 2
        places = (
            _label(0, (self._width - cell_width(letters.top)) // 2, letters.top),
            _label(self._height - 1, (self._width - cell_width(letters.bottom)) // 2, letters.bottom),
            _label(middle, 1, letters.left),
            _label(middle, self._width - 1 - cell_width(letters.right), letters.right),
        )
        return [label for label in places if label.text]


def _label(row: int, column: int, text: str) -> Label:
    return Label(row, column, cell_width(text), text)


def _ascii_only(label: Label) -> Label:
    """Return a label for a terminal that knows ASCII only."""
    text = "".join(character if character.isascii() else "?" for character in label.text)
    return _label(label.row, label.column, text)
