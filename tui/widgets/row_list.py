"""A list of rows of which only those on screen exist: a hundred thousand cost what fifty do."""

from functools import cached_property
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.geometry import Region
from textual.reactive import var
from textual.strip import Strip

from tui.text import cell_width, fit_cells
from tui.widgets.colors import Colors, colors_of
from tui.widgets.glyphs import UNICODE, Glyphs
from tui.widgets.quiet_focus import QuietFocus

Piece = tuple[str, str]  # (text that is safe to draw, name of one of `Colors`)
_WHEEL_ROWS = 3


class RowList(QuietFocus, can_focus=True):
    """A cursor over rows that a subclass draws one at a time, with a scrollbar of its own.

    A cursor move repaints two lines. Textual's ScrollView would lay the whole screen out anew whenever the number of rows
    changes, which is at every file, and repaint all of it.
    """

    ALLOW_SELECT = False
    cursor: var[int] = var(0, init=False)

    def __init__(self, glyphs: Glyphs = UNICODE, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self._top = 0
        self._sideways = 0

    # --- what a subclass says

    def row_count(self) -> int:
        """Return how many rows there are."""
        raise NotImplementedError  # every subclass says it

    def row_pieces(self, index: int) -> tuple[list[Piece], Piece]:
        """Return the pieces of row `index` from the left, and one at the right end."""
        raise NotImplementedError  # every subclass says it

    def rows_in_sight(self) -> None:
        """Hear that other rows came into sight."""

    # --- drawing

    def rows_changed(self, cursor: int | None = None) -> None:
        """Take over another set of rows, with the cursor on `cursor` (default: where it is)."""
        last = max(0, self.row_count() - 1)
        self.set_reactive(RowList.cursor, min(max(0, self.cursor if cursor is None else cursor), last))
        self._scroll_rows(self._top)
        self._show_cursor()
        self.refresh()
        self.rows_in_sight()

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self._scroll_rows(self._top)
        self._show_cursor()
        self.rows_in_sight()

    @property
    def row_width(self) -> int:
        """Return the width of a row in cells: what the scrollbar leaves."""
        return max(0, self.size.width - 1)

    @property
    def visible_rows(self) -> range:
        """Return the indices of the rows on screen."""
        return range(self._top, min(self.row_count(), self._top + max(1, self.size.height)))

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the lines of `crop`, without the detour that Textual takes for borders: the container has them."""
        lines = [self.render_line(y) for y in range(crop.y, crop.bottom)]
        for line_filter in self._needed_filters:
            background = self.background_colors[1]
            lines = [line.apply_filter(line_filter, background) for line in lines]
        whole = crop.x == 0 and crop.width >= self.size.width
        return lines if whole else [line.crop(crop.x, crop.right) for line in lines]

    @cached_property
    def _needed_filters(self) -> list[LineFilter]:
        """Return the line filters that change rows: not the one that makes texts safe, for rows are safe already."""
        return [found for found in self.app.get_line_filters() if not getattr(found, "rows_are_safe", False)]

    def render_line(self, y: int) -> Strip:
        """Return the line of the row that is shown at `y`."""
        index, width = y + self._top, self.row_width
        colors = colors_of(self.app)
        if index >= self.row_count():
            return Strip.blank(width + 1, colors.plain)
        pieces, (end_text, end_style) = self.row_pieces(index)
        over = Style.null()
        if index == self.cursor:
            over = colors.cursor if self.has_focus else colors.cursor_elsewhere
        room = width - (cell_width(end_text) + 1 if end_text else 0)
        segments: list[Segment] = []
        used, skip = 0, self._sideways
        for piece, style in pieces:
            text = piece[skip:]
            skip = max(0, skip - len(piece))
            shown = fit_cells(text, max(0, room - used))
            if shown:
                segments.append(Segment(shown, getattr(colors, style) + over))
                used += cell_width(shown)
        end = fit_cells(end_text, width - used)
        segments.append(Segment(" " * max(0, width - used - cell_width(end)), colors.plain + over))
        if end:
            segments.append(Segment(end, getattr(colors, end_style) + over))
        return Strip([*segments, self._bar(y, colors)], width + 1)

    def _bar(self, y: int, colors: Colors) -> Segment:
        """Return the scrollbar's cell at line `y`; blank where all rows are in sight."""
        count, height = self.row_count(), self.size.height
        if count <= height or not height:
            return Segment(" ", colors.plain)
        length = max(1, height * height // count)
        start = round((height - length) * self._top / (count - height))
        thumb = start <= y < start + length
        glyph = self._glyphs.thumb if thumb else self._glyphs.bar
        return Segment(glyph, colors.dim if thumb else colors.border)

    # --- the cursor, and what is in sight

    def watch_cursor(self, before: int, after: int) -> None:
        """Repaint the two rows, or scroll."""
        if not self._show_cursor():
            self._refresh_row(before)
            self._refresh_row(after)

    def _refresh_row(self, index: int) -> None:
        """Repaint row `index`, if it is in sight."""
        y = index - self._top
        if 0 <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def _show_cursor(self) -> bool:
        """Scroll so that the cursor is seen; return whether that was needed."""
        height, top = self.size.height, self._top
        if height <= 0 or top <= self.cursor < top + height:
            return False
        to = self.cursor if self.cursor < top else self.cursor - height + 1
        if abs(self.cursor - top) > 2 * height:
            to = self.cursor - height // 2
        return self._scroll_rows(to)

    def _scroll_rows(self, top: int) -> bool:
        """Put row `top` at the top, as far as there are rows below it; return whether anything moved."""
        top = min(max(0, top), max(0, self.row_count() - self.size.height))
        if top == self._top:
            return False
        self._top = top
        self.refresh()
        self.rows_in_sight()
        return True

    def on_focus(self) -> None:
        """Show that the keys go here."""
        super().on_focus()
        self._refresh_row(self.cursor)

    def on_blur(self) -> None:
        """Show that the keys go elsewhere."""
        super().on_blur()
        self._refresh_row(self.cursor)

    # --- the mouse

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll, and leave the cursor where it is."""
        event.stop()
        self._scroll_rows(self._top + _WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll, and leave the cursor where it is."""
        event.stop()
        self._scroll_rows(self._top - _WHEEL_ROWS)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the row that was clicked; a click on the scrollbar scrolls there."""
        self.focus()
        index = event.y + self._top
        if event.x >= self.row_width:
            self._scroll_rows((self.row_count() - self.size.height) * event.y // max(1, self.size.height - 1))
        elif 0 <= index < self.row_count():
            if index == self.cursor:
                self.action_clicked()
            self.cursor = index

    # --- actions

    def action_clicked(self) -> None:
        """Do what a click on the row under the cursor does: nothing, unless a subclass says."""

    def action_move(self, step: int) -> None:
        """Move the cursor by `step` rows."""
        self.cursor = min(max(0, self.cursor + step), max(0, self.row_count() - 1))

    def action_page(self, step: int) -> None:
        """Move the cursor by `step` pages."""
        height = max(1, self.size.height - 1)
        self._scroll_rows(self._top + step * height)
        self.action_move(step * height)

    def action_move_to_end(self, step: int) -> None:
        """Move the cursor to the first (-1) or last (1) row."""
        self.cursor = 0 if step < 0 else max(0, self.row_count() - 1)

    def action_scroll_sideways(self, step: int) -> None:
        """Scroll the texts sideways by `step` cells."""
        self._sideways = max(0, self._sideways + step)
        self.refresh()


class MovableList(RowList):
    """Rows on a screen over the browser, with the browser's keys to move; in the browser the commands say which."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("home,g", "move_to_end(-1)", show=False),
        Binding("end,G", "move_to_end(1)", show=False),
    ]
