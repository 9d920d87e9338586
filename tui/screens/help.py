"""All keys, from the table of commands, and what else a first-time user asks."""

from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.commands import SCOPES, key_label, keys_of, of_scope
from tui.settings import settings_path
from tui.text import shown_path

_TITLES = {
    "everywhere": "Everywhere",
    "files": "In the files",
    "picture": "In the picture",
    "tags": "In the tags",
}


class HelpScreen(ModalScreen[None]):
    """All keys; scrolled by the usual ones, left by Esc, q or ?."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1,enter", "dismiss", "close", show=False),
        Binding("down,j", "scroll(1)", "down", show=False),
        Binding("up,k", "scroll(-1)", "up", show=False),
        Binding("pagedown,space", "scroll(15)", "page down", show=False),
        Binding("pageup", "scroll(-15)", "page up", show=False),
        Binding("home,g", "scroll(-100000)", "top", show=False),
        Binding("end,G", "scroll(100000)", "end", show=False),
    ]

    def __init__(self, remapped: dict[str, str]) -> None:
        super().__init__()
        self._remapped = remapped

    def compose(self) -> ComposeResult:
        """Lay out the keys by pane."""
        with VerticalScroll(classes="dialog dialog-large", id="help", can_focus=False) as box:
            box.border_title = Content("Help")
            box.border_subtitle = Content("arrows scroll, Esc closes")
            yield Static(self._introduction())
            for scope in SCOPES:
                yield Static(Text(f"\n{_TITLES[scope]}", style="bold underline"))
                yield Static(self._keys(scope))

    def _introduction(self) -> Text:
        return Text(
            "Nothing is ever written to the files that are shown, and the pictures are not for diagnosis.\n"
            "Tab goes from pane to pane; whatever the cursor stands on is shown. The palette (:) has every command.\n"
            f"Settings are read from {shown_path(settings_path())}; 'settings' in the palette shows what can stand there."
        )

    def _keys(self, scope: str) -> Table:
        table = Table.grid(padding=(0, 2))
        table.add_column(width=20, style="bold")
        table.add_column()
        for command in of_scope(scope):
            keys = "  ".join(key_label(key) for key in keys_of(command, self._remapped)) or "palette"
            table.add_row(Text(keys), Text(command.help))
        return table

    def action_scroll(self, lines: int) -> None:
        """Scroll by `lines`."""
        self.query_one("#help").scroll_relative(y=lines, animate=False)
