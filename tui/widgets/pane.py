"""A pane: a border with a title around what it holds. All lines between top and bottom are one and the same strip."""

from rich.segment import Segment
from textual.containers import Vertical
from textual.geometry import Region
from textual.reactive import var
from textual.strip import Strip

from tui.text import cell_width, fit_cells
from tui.widgets.colors import colors_of
from tui.widgets.glyphs import UNICODE, Glyphs


class Pane(Vertical):
    """A container that draws its border itself, which is faster than Textual's, line by line.

    `title` is safe to draw; `active` tells that the keys go here. Without padding there is no border.
    """

    title: var[str] = var("")
    active: var[bool] = var(False)

    def __init__(self, title: str, glyphs: Glyphs = UNICODE, *, id: str) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self.set_reactive(Pane.title, title)

    def watch_title(self) -> None:
        """Repaint the top line."""
        self.refresh(Region(-1, -1, self.outer_size.width, 1))  # counted from the content, inside the border

    def watch_active(self) -> None:
        """Repaint the border, and not what lies in it."""
        width, height = self.outer_size
        sides = (Region(-1, -1, width, 1), Region(-1, height - 2, width, 1))
        self.refresh(*sides, Region(-1, -1, 1, height), Region(width - 2, -1, 1, height))

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the border's lines of `crop`."""
        width, height = self.outer_size
        colors = colors_of(self.app)
        bordered = self.styles.padding.top and width >= 2
        if bordered and crop.x >= 1 and crop.right <= width - 1 and crop.y >= 1 and crop.bottom <= height - 1:
            return []
        if not self.styles.padding.top or width < 2:
            return [Strip.blank(crop.width, colors.plain)] * crop.height
        style = colors.border_active if self.active else colors.border
        corners, line, side = self._glyphs.corners, self._glyphs.line, self._glyphs.bar
        title = fit_cells(self.title, max(0, width - 6))
        top = Strip(
            [
                Segment(f"{corners[0]}{line} ", style),
                Segment(title, colors.title_active if self.active else colors.dim),
                Segment(f" {line * max(0, width - 5 - cell_width(title))}{corners[1]}", style),
            ],
            width,
        )
        middle = Strip([Segment(side, style), Segment(" " * (width - 2), colors.plain), Segment(side, style)], width)
        bottom = Strip([Segment(f"{corners[2]}{line * (width - 2)}{corners[3]}", style)], width)
        lines = [top, *[middle] * (height - 2), bottom][crop.y : crop.bottom]
        whole = crop.x == 0 and crop.width >= width
        return lines if whole else [strip.crop(crop.x, crop.right) for strip in lines]
