"""Some pictures beside each other, each under a line that says what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.browser_state import Sentence
from tui.dicom.pixels.view import View
from tui.text import fit_cells
from tui.widgets.colors import colors_of
from tui.widgets.sentence_strips import sentence_strips

if TYPE_CHECKING:  # NumPy is imported with the first picture
    from tui.dicom.pixels.picture import Picture
    from tui.render.cell_kind import CellKind
    from tui.render.color_depth import ColorDepth


class Titled(NamedTuple):
    """A picture, or a sentence where there is none, and the line above it; texts are safe to draw."""

    title: str
    picture: Picture | None
    view: View
    sentence: Sentence = Sentence()


class PictureRow(Widget):
    """Pictures that share the width."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "PictureRow { width: 1fr; }"

    def __init__(self, depth: ColorDepth, kind: CellKind, *, unicode: bool, id: str | None = None) -> None:
        super().__init__(id=id)
        self._depth, self._kind, self._unicode = depth, kind, unicode
        self._titled: tuple[Titled, ...] = ()
        self._drawn: tuple[tuple[int, int], list[Strip]] | None = None

    def show(self, titled: tuple[Titled, ...]) -> None:
        """Show these pictures."""
        self._titled, self._drawn = titled, None
        self.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the lines of `crop`."""
        size = self.size.width, self.size.height
        if self._drawn is None or self._drawn[0] != size:
            self._drawn = size, self._draw(*size)
        return [strip.crop(crop.x, crop.right) for strip in self._drawn[1][crop.y : crop.bottom]]

    def _draw(self, width: int, height: int) -> list[Strip]:
        colors = colors_of(self.app)
        if not self._titled or height < 2:
            return [Strip.blank(width, colors.plain)] * height
        share = width // len(self._titled)
        parts = [self._part(titled, share, height) for titled in self._titled]
        rest = Strip.blank(width - share * len(parts), colors.plain)
        return [Strip.join([*(part[y] for part in parts), rest]) for y in range(height)]

    def _part(self, titled: Titled, width: int, height: int) -> list[Strip]:
        from tui.widgets.picture_canvas import PictureCanvas  # imports NumPy

        colors = colors_of(self.app)
        inner = max(1, width - 1)
        title = Strip([Segment(fit_cells(titled.title, inner, pad=True) + " ", colors.title_active)], inner + 1)
        if titled.picture is None:
            size = self.size.with_height(height - 1).with_width(inner)
            lines = sentence_strips(titled.sentence, size, colors)
        else:
            canvas = PictureCanvas(self._depth, self._kind, unicode=self._unicode)
            canvas.set(titled.picture, inner, height - 1)
            canvas.draw(titled.view, texts=False)
            lines = canvas.strips()
        gap = Strip([Segment(" ", colors.plain)], 1)
        return [title, *(Strip.join([line, gap]) for line in lines)]
