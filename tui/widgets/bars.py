"""The one-line widgets: title bar, tabs, status line, key line."""

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.events import Click
from textual.geometry import Region
from textual.message import Message
from textual.reactive import var
from textual.strip import Strip
from textual.widget import Widget

from tui.browser_state import PANES, Layout
from tui.commands import EVERYWHERE, FILES, PICTURE, TAGS, Command, key_label, keys_of, of_scope
from tui.text import cell_width, fit_cells
from tui.widgets.drawn_alone import write_alone

_ALWAYS = ("search", "palette", "help", "quit")
PANE_NAMES = {FILES: "Files", PICTURE: "Picture", TAGS: "Tags"}


class Bar(Widget):
    """One line of text, drawn from this widget's state; what comes from files must be safe to draw already."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "Bar { height: 1; width: 1fr; }"

    def line(self, width: int) -> Text:
        """Return the line for `width` cells."""
        raise NotImplementedError  # every subclass says it

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the line, for `crop`."""
        return [self._strip().crop(crop.x, crop.right)] * crop.height

    def _strip(self) -> Strip:
        width = self.size.width
        text, background = self.line(width), self.background_colors[1]
        if text.spans or text.style:
            strip = Strip(text.render(self.app.console)).adjust_cell_length(width).apply_style(self.rich_style)
        else:
            strip = Strip([Segment(text.plain, self.rich_style)], text.cell_len).adjust_cell_length(width, self.rich_style)
        for line_filter in self.app.get_line_filters():
            strip = strip.apply_filter(line_filter, background)
        return strip


def two_ends(left: Text, right: str, width: int, style: Style | str = "") -> Text:
    """Return `left`, and `right` at the right end; `right` goes before `left` does where both do not fit."""
    gap = width - left.cell_len - cell_width(right)
    if gap < 1:
        left.truncate(width)
        return left
    left.append(" " * gap)
    left.append(right, style)
    return left


class TitleBar(Bar):
    """The program, what it shows, how far along, and that it is not for diagnosis."""

    where: var[str] = var("")
    place: var[str] = var("")

    WARNING = "not for diagnosis"

    def watch_where(self) -> None:
        """Draw the new path."""
        self.refresh()

    def watch_place(self) -> None:
        """Draw the new place."""
        self.refresh()

    def line(self, width: int) -> Text:
        """Return the line for `width` cells: the warning is the last to go."""
        right = f"{self.place}   {self.WARNING} " if self.place and width >= 60 else f"{self.WARNING} "
        name = " dicom-tui  "
        room = width - cell_width(right) - len(name) - 2
        text = Text(name if width >= 40 else " ", style="bold", no_wrap=True, end="")
        if room > 8:
            text.append(_tail(self.where, room), "not bold")
        return two_ends(text, right, width)


def _tail(path: str, width: int) -> str:
    """Return `path` cut at its beginning, which says least."""
    while cell_width(path) > width and "/" in path[2:]:
        path = "…/" + path.split("/", 2 if path.startswith("…") else 1)[-1]
    return fit_cells(path, width)


class PaneTabs(Bar):
    """The names of the panes, for screens that show one at a time."""

    layout_state: var[Layout] = var(Layout)

    class Clicked(Message):
        """A pane's name was clicked."""

        def __init__(self, pane: str) -> None:
            super().__init__()
            self.pane = pane

    def watch_layout_state(self) -> None:
        """Mark the pane that is shown."""
        self.refresh()

    def on_click(self, event: Click) -> None:
        """Tell which pane's name was clicked."""
        at = 1
        for pane in PANES:
            end = at + len(PANE_NAMES[pane]) + 2
            if at <= event.x < end:
                self.post_message(self.Clicked(pane))
            at = end + 1

    def line(self, width: int) -> Text:
        """Return the line for `width` cells."""
        text = Text(" ", no_wrap=True, end="")
        for pane in PANES:
            chosen = pane == self.layout_state.pane
            text.append(f"[{PANE_NAMES[pane]}]" if chosen else f" {PANE_NAMES[pane]} ", "bold reverse" if chosen else "")
            text.append(" ")
        text.truncate(width)
        return text


class StatusLine(Bar):
    """Under the picture: window, zoom, mode and notes at the left; frame, thickness and position at the right."""

    left: var[str] = var("")
    right: var[str] = var("")
    mode: var[str] = var("")
    cine: var[str] = var("")
    _called = False

    def watch_left(self) -> None:
        """Draw the new text."""
        self._draw_soon()

    def watch_right(self) -> None:
        """Draw the new text."""
        self._draw_soon()

    def watch_mode(self) -> None:
        """Draw the new mode."""
        self._draw_soon()

    def watch_cine(self) -> None:
        """Draw whether pictures are played, and how fast."""
        self._draw_soon()

    def _draw_soon(self) -> None:
        """Draw, once for all that one key changes."""
        if not self._called:
            self._called = True
            self.call_later(self._draw)

    def _draw(self) -> None:
        self._called = False
        if not write_alone(self, {0: self._strip().render(self.app.console)}):
            self.refresh()

    def line(self, width: int) -> Text:
        """Return the line for `width` cells."""
        text = Text(no_wrap=True, end="")
        if self.mode:
            text.append(f" {self.mode.upper()} MODE ", "reverse")
            text.append(" ")
        if self.cine:
            text.append(f" {self.cine} ", "reverse")
            text.append(" ")
        room = width - text.cell_len
        right = self.right
        if cell_width(self.left) + cell_width(right) + 2 > room:
            right = right.split("  ")[0]
        if cell_width(self.left) + cell_width(right) + 2 > room:
            text.append(fit_cells(self.left, max(0, room - cell_width(right) - 2)))
        else:
            text.append(self.left)
        return two_ends(text, right, width)


class KeyLine(Bar):
    """The keys of the focused pane, and those that work everywhere; or a word on the last key."""

    scope: var[str] = var(FILES)
    message: var[str] = var("")
    hint: var[str] = var("")  # what the keys of a mode do

    def __init__(self, remapped: dict[str, str], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._remapped = remapped

    def watch_scope(self) -> None:
        """Show the keys of another pane."""
        self.refresh()

    def watch_message(self) -> None:
        """Show the message, or the keys again."""
        self.refresh()

    def watch_hint(self) -> None:
        """Show the keys of a mode, or those of the pane again."""
        self.refresh()

    def line(self, width: int) -> Text:
        """Return the line for `width` cells."""
        text = Text(" ", no_wrap=True, end="")
        if self.message:
            text.append(fit_cells(self.message, width - 2), "bold")
            return text
        everywhere = {command.id: command for command in of_scope(EVERYWHERE)}
        last = self._spelled([everywhere[name] for name in _ALWAYS])
        room = width - last.cell_len - 2
        if self.hint:
            text.append(fit_cells(self.hint, max(0, room)), "bold")
            text.append(" " * max(0, width - text.cell_len - last.cell_len))
            text.append_text(last)
            return text
        shown = [everywhere["pane.next"], *of_scope(self.scope), *of_scope(EVERYWHERE)]
        for command in shown:
            if not command.line or command.id in _ALWAYS or (command.id == "pane.next" and text.cell_len > 1):
                continue
            spelled = self._spelled([command])
            if text.cell_len + spelled.cell_len + 1 > room:
                break
            text.append_text(spelled)
        text.append(" " * max(0, width - text.cell_len - last.cell_len))
        text.append_text(last)
        return text

    def _spelled(self, commands: list[Command]) -> Text:
        text = Text(no_wrap=True, end="")
        for command in commands:
            keys = keys_of(command, self._remapped)
            if keys:
                text.append(key_label(keys[0]), "bold")
                text.append(f" {command.label}  ")
        return text
