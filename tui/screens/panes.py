"""The panes of the browser: which has the focus, which are on the screen, and how large they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from textual import on
from textual.containers import Horizontal, Vertical
from textual.events import DescendantFocus, Resize
from textual.screen import Screen
from textual.strip import Strip

from tui.browser_state import NARROW_BELOW, PANES, Layout, Mode
from tui.commands import FILES, PICTURE, TAGS
from tui.widgets.bars import KeyLine, PaneTabs
from tui.widgets.pane import Pane

if TYPE_CHECKING:
    from textual.geometry import Region
    from textual.widget import Widget

    from tui.settings import Remembered
    from tui.widgets.file_list import FileList
    from tui.widgets.image_view import ImageView
    from tui.widgets.tag_table import TagTable

_LOW = 16
FILE_LISTS = ("files", "studies", "hits")  # the widgets that the files pane may show
_SEARCH_KEYS = "Enter to the list  ↑ an earlier search  Esc ends it"


class Row(Horizontal):
    """Panes side by side, which cover it: nothing of its own is ever seen, so nothing is drawn."""

    BLANK = True

    def render_lines(self, crop: Region) -> list[Strip]:  # noqa: ARG002 - Textual's signature
        """Return no lines: they would be cut to pieces at every repaint, and thrown away."""
        return []


class Column(Vertical):
    """Panes one above the other, which cover it: nothing of its own is ever seen, so nothing is drawn."""

    BLANK = True

    def render_lines(self, crop: Region) -> list[Strip]:  # noqa: ARG002 - as above
        """Return no lines."""
        return []


class Panes(Screen[None]):
    """The panes' part of the browser."""

    if TYPE_CHECKING:  # what the browser has
        layout_state: Layout
        mode: Mode
        remembered: Remembered
        image: ImageView
        table: TagTable

        @property
        def files_shown(self) -> FileList:
            """Return the list that the files pane shows."""

    _focusing = False

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the screen's own lines of `crop`; none where the panes cover it (see `Row`)."""
        if self.query_one(Row).region.contains_region(crop):
            return []
        return super().render_lines(crop)

    def set_focus(self, widget: Widget | None, scroll_visible: bool = True, from_app_focus: bool = False) -> None:
        """Give the focus to `widget`, without Textual's repaint of the whole screen: what changes repaints itself."""
        self._focusing = True
        try:
            super().set_focus(widget, scroll_visible, from_app_focus)
        finally:
            self._focusing = False

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Repaint, but not for the focus alone."""
        if self._focusing and not regions and not layout and not recompose:
            return self
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def on_resize(self, event: Resize) -> None:
        """Show one pane at a time on a narrow screen."""
        narrow, low = event.size.width < NARROW_BELOW, event.size.height < _LOW
        self.set_class(low, "-low")
        if narrow != self.layout_state.narrow:
            self.layout_state = self.layout_state.with_width(narrow=narrow)

    def watch_layout_state(self, state: Layout) -> None:
        """Show the panes of the layout, and the keys of the one with the focus."""
        self.set_class(state.narrow, "-narrow")
        self.set_class(state.single, "-single")
        for pane in PANES:
            self.set_class(state.pane == pane, f"-{pane}")
        if self.is_mounted:
            self._apply_sizes()
            self.query_one(KeyLine).scope = state.pane
            for pane in PANES:
                self.pane(pane).active = pane == state.pane

    def _apply_sizes(self) -> None:
        self.pane(FILES).styles.width = None if self.layout_state.single else self.remembered.files_width
        self.pane(PICTURE).styles.height = None if self.layout_state.single else f"{self.remembered.picture_percent}%"

    def pane(self, name: str) -> Pane:
        """Return the pane called `name`."""
        return self.query_one(f"#{name}-pane", Pane)

    def pane_widget(self, pane: str) -> Widget:
        """Return the widget of `pane` that takes the keys."""
        return {FILES: self.files_shown, PICTURE: self.image, TAGS: self.table}[pane]

    def show_pane(self, pane: str) -> None:
        """Give the focus to `pane`."""
        self.layout_state = self.layout_state.with_pane(pane)
        self.set_focus(self.pane_widget(pane))  # at once: keys may follow before a message would

    @on(DescendantFocus)
    def _focused(self, event: DescendantFocus) -> None:
        if event.widget is not self.focused:
            return  # keys that followed at once have moved the focus on since
        name = (event.widget.id or "").removesuffix("-search")
        pane = FILES if name in FILE_LISTS else name if name in PANES else None
        if pane is not None and pane != self.layout_state.pane:
            self.layout_state = self.layout_state.with_pane(pane)
        if pane != PICTURE:
            self.mode = Mode.NONE
        searched = (event.widget.id or "").endswith("-search")
        self.query_one(KeyLine).hint = _SEARCH_KEYS if searched else self.mode.hint

    @on(PaneTabs.Clicked)
    def _tab_clicked(self, message: PaneTabs.Clicked) -> None:
        self.show_pane(message.pane)

    def action_next_pane(self, step: int) -> None:
        """Give the focus to the next (1) or previous (-1) pane."""
        self.layout_state = self.layout_state.next_pane(step)
        self.show_pane(self.layout_state.pane)

    def action_zoom_pane(self) -> None:
        """Give the pane the whole screen, or take it back."""
        self.layout_state = self.layout_state.toggled()
        self.show_pane(self.layout_state.pane)

    def action_resize_files(self, step: int) -> None:
        """Make the files pane wider (cells)."""
        now = self.remembered
        self.remembered = now.resized(now.files_width + step, now.picture_percent)
        self._apply_sizes()

    def action_resize_picture(self, step: int) -> None:
        """Make the picture taller (percent)."""
        now = self.remembered
        self.remembered = now.resized(now.files_width, now.picture_percent + step)
        self._apply_sizes()
