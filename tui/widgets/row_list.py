"""A list of rows of which only those on screen exist: a hundred thousand cost what fifty do."""

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.text import cell_width, fit_cells

Piece = tuple[str, str]  # (text that is safe to draw, component class)


class RowList(ScrollView, can_focus=True):
    """A cursor over rows that a subclass draws one at a time.

    A cursor move repaints two lines; scrolling is not animated (a page would be 400 KB), and the mouse moves the cursor.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    RowList { scrollbar-size: 1 1; overflow-x: hidden; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "row--plain", "row--dim", "row--name", "row--key", "row--note", "row--error", "row--hit", "row--private",
        "row--cursor", "row--cursor-unfocused",
    }  # fmt: skip

    cursor: var[int] = var(0, init=False, always_update=False)
    scrolled_sideways: var[int] = var(0, init=False)

    class CursorMoved(Message):
        """The cursor is on another row."""

        def __init__(self, sender: "RowList", index: int) -> None:
            super().__init__()
            self.sender_list = sender
            self.index = index

        @property
        def control(self) -> "RowList":
            """Return the list."""
            return self.sender_list

    # --- what a subclass says

    def row_count(self) -> int:
        """Return how many rows there are."""
        raise NotImplementedError  # every subclass says it

    def row_pieces(self, index: int) -> tuple[list[Piece], Piece]:
        """Return the pieces of row `index` from the left, and one at the right end."""
        raise NotImplementedError  # every subclass says it

    # --- drawing

    def rows_changed(self, cursor: int | None = None) -> None:
        """Take over another set of rows, with the cursor on `cursor` (default: where it is)."""
        count = self.row_count()
        self.virtual_size = Size(self.row_width, count)
        self.set_reactive(RowList.cursor, min(max(0, self.cursor if cursor is None else cursor), max(0, count - 1)))
        self._show_cursor()
        self.refresh()

    def on_resize(self) -> None:
        """Fit the rows to the new width."""
        self.virtual_size = Size(self.row_width, self.row_count())
        self._show_cursor()

    @property
    def row_width(self) -> int:
        """Return the width of a row in cells: what the scrollbar leaves."""
        return self.scrollable_content_region.width

    def _style(self, component: str) -> Style:
        return self.get_component_rich_style(component)

    def render_line(self, y: int) -> Strip:
        """Return the line of the row that is shown at `y`."""
        index = y + self.scroll_offset.y
        width = self.row_width
        if index >= self.row_count():
            return Strip.blank(width, self.rich_style)
        pieces, (end_text, end_class) = self.row_pieces(index)
        over = Style.null()
        if index == self.cursor:
            over = self._style("row--cursor" if self.has_focus else "row--cursor-unfocused")
        room = width - (cell_width(end_text) + 1 if end_text else 0)
        segments: list[Segment] = []
        used, skip = 0, self.scrolled_sideways
        for text, component in pieces:
            if skip:
                kept = text[skip:]
                skip = max(0, skip - len(text))
                text = kept
            shown = fit_cells(text, max(0, room - used))
            if shown:
                segments.append(Segment(shown, self._style(component) + over))
                used += cell_width(shown)
        segments.append(Segment(" " * max(0, width - used - cell_width(end_text)), self.rich_style + over))
        if end_text:
            segments.append(Segment(end_text, self._style(end_class) + over))
        return Strip(segments, width)

    # --- the cursor

    def watch_cursor(self, before: int, after: int) -> None:
        """Repaint the two rows, or scroll."""
        if not self._show_cursor():
            self.refresh_line(before)
            self.refresh_line(after)
        self.post_message(self.CursorMoved(self, after))

    def watch_scrolled_sideways(self) -> None:
        """Repaint."""
        self.refresh()

    def _show_cursor(self) -> bool:
        """Scroll so that the cursor is seen; return whether that was needed."""
        height, top = self.size.height, self.scroll_offset.y
        if height <= 0 or top <= self.cursor < top + height:
            return False
        to = self.cursor if self.cursor < top else self.cursor - height + 1
        if abs(self.cursor - top) > 2 * height:
            to = self.cursor - height // 2
        self.scroll_to(y=max(0, to), animate=False, immediate=True)
        return True

    def on_focus(self) -> None:
        """Show that the keys go here."""
        self.refresh_line(self.cursor)

    def on_blur(self) -> None:
        """Show that the keys go elsewhere."""
        self.refresh_line(self.cursor)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the row that was clicked."""
        self.focus()
        index = event.y + self.scroll_offset.y
        if 0 <= index < self.row_count():
            if index == self.cursor:
                self.action_clicked()
            self.cursor = index

    def action_clicked(self) -> None:
        """Do what a click on the row under the cursor does: nothing, unless a subclass says."""

    def action_move(self, step: int) -> None:
        """Move the cursor by `step` rows."""
        self.cursor = min(max(0, self.cursor + step), max(0, self.row_count() - 1))

    def action_page(self, step: int) -> None:
        """Move the cursor by `step` pages."""
        height = max(1, self.size.height - 1)
        target = min(max(0, self.cursor + step * height), max(0, self.row_count() - 1))
        top = min(max(0, self.scroll_offset.y + step * height), max(0, self.row_count() - self.size.height))
        self.scroll_to(y=top, animate=False, immediate=True)
        self.cursor = target

    def action_move_to_end(self, step: int) -> None:
        """Move the cursor to the first (-1) or last (1) row."""
        self.cursor = 0 if step < 0 else max(0, self.row_count() - 1)

    def action_scroll_sideways(self, step: int) -> None:
        """Scroll the texts sideways by `step` cells."""
        self.scrolled_sideways = max(0, self.scrolled_sideways + step)

    @property
    def visible_rows(self) -> range:
        """Return the indices of the rows on screen."""
        top = self.scroll_offset.y
        return range(top, min(self.row_count(), top + max(1, self.size.height)))
