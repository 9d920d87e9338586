"""The App: themes, key map, first screen, and an end that leaves the terminal as it was."""

import asyncio
import gc
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from rich.text import Text
from textual.app import App
from textual.binding import Binding, BindingType
from textual.events import Event, Key
from textual.filter import LineFilter
from textual.theme import Theme

from tui import settings as user_settings
from tui.browser_state import Start
from tui.screens.browser import Browser
from tui.settings import Settings
from tui.terminal import clipboard
from tui.terminal.pacing import QUERY, Pacer
from tui.terminal.probe import Terminal
from tui.text import safe_text
from tui.widgets.colors import forget_colors
from tui.widgets.image_view import ImageView
from tui.widgets.row_list import RowList
from tui.widgets.safe_lines import SafeLines
from tui.widgets.themes import CONTRAST, GREY
from tui.widgets.type_ahead import TypeAhead

_LAST_ANSWER_S = 0.5
_COLLECTIONS = 20_000, 20, 50  # a picture is thousands of short strings and tuples, and hardly a cycle
_SWITCH_S = 0.0005  # how long a thread that only computes may keep the keys waiting


class UnknownThemeError(ValueError):
    """The settings name a theme that there is not."""


class DicomApp(App[None], inherit_bindings=False):
    """The DICOM browser.

    Raises
    ------
    UnknownThemeError
        The settings name a theme that there is not.
    """

    TITLE = "dicom-tui"
    CSS_PATH = "tui.tcss"
    ENABLE_COMMAND_PALETTE = False  # ours is made from the table of commands, and takes keys that arrive together
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c", "help_quit", show=False, system=True)]

    def __init__(self, start: Start, settings: Settings, terminal: Terminal, *, editable: bool = False) -> None:
        super().__init__()
        self._editable = editable
        self._start = start
        self._settings = settings
        self._terminal = terminal
        self._painted = False
        self._leaves = False
        self._pacer = Pacer(multiplexed=terminal.multiplexer != "")
        self.register_theme(GREY)
        self.register_theme(CONTRAST)
        if settings.theme not in self.available_themes:
            known = ", ".join(sorted(self.available_themes))
            raise UnknownThemeError(f"there is no theme {settings.theme}; there are {known}")
        self.theme = settings.theme
        self.set_class(not terminal.unicode, "-ascii")
        self.set_keymap(settings.keys)

    def get_default_screen(self) -> Browser:
        """Return the browser, so that no empty screen lies below it."""
        remembered = user_settings.recall(user_settings.remembered_path())
        return Browser(self._start, self._settings, self._terminal, remembered, self._pacer, editable=self._editable)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return Textual's filters and ours."""
        return [*super().get_line_filters(), SafeLines(unicode=self._terminal.unicode)]

    def on_mount(self) -> None:
        """End cleanly when the system ends the program: the terminal must not stay in the alternate screen."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._end_by_signal, number)
        self.app_resume_signal.subscribe(self, self._paint_again)  # the shell wrote over the screen meanwhile
        self.theme_changed_signal.subscribe(self, self._paint_in_new_colors)

    def _paint_again(self, _: App[None]) -> None:
        self._pacer.forget()
        self.refresh(layout=True)

    def post_display_hook(self) -> None:
        """Begin what takes time behind the first paint: no import and no disk delays it."""
        if not self._painted:
            self._painted = True
            gc.freeze()  # what start-up made stays to the end: no collection need look at it
            gc.enable()
            gc.set_threshold(*_COLLECTIONS)
            sys.setswitchinterval(_SWITCH_S)
            for screen in self.screen_stack:
                if isinstance(screen, Browser):
                    screen.begin()
        elif self._driver is not None and not self.is_headless:
            for screen in self.screen_stack:
                if isinstance(screen, Browser) and screen.image.take_drawn() and self._pacer.sent():
                    self._driver.write(QUERY)

    async def action_quit(self) -> None:
        """Leave, if no change waits or the user says so."""
        for screen in self.screen_stack:
            if isinstance(screen, Browser) and screen.unsaved:
                screen.ask_to_leave(self._leave)
                return
        self._leave()

    def _leave(self) -> None:
        """Leave; an answer of the terminal that is on its way is waited for, or the shell would take it for typing."""
        if not self._pacer.awaits_answer:
            self.exit()
        elif not self._leaves:
            self._leaves = True
            self.set_timer(_LAST_ANSWER_S, self.exit)

    def on_cursor_position(self) -> None:
        """Let the next picture go: the terminal answered the query behind the last one, so that has arrived."""
        self._pacer.answered()
        if self._leaves and not self._pacer.awaits_answer:
            self.exit()
            return
        for screen in self.screen_stack:
            if isinstance(screen, Browser):
                screen.image.let_go()

    def _paint_in_new_colors(self, _: Theme) -> None:
        forget_colors()
        for screen in self.screen_stack:
            if isinstance(screen, Browser):
                screen.image.forget_colors()
            screen.refresh(layout=True)

    def copy_to_clipboard(self, text: str) -> None:
        """Put `text` on the clipboard of whoever sits at the terminal, and say where it went."""
        osc_52 = super().copy_to_clipboard
        osc_52_wanted = not clipboard.inside_tmux(os.environ)
        if osc_52_wanted:
            osc_52(text)
            self.notify("copied, if the terminal allows programs to", markup=False)
        else:
            self._clipboard = text
            self.run_worker(partial(self._copy_by_tmux, text), thread=True, group="clipboard", exclusive=True)

    def _copy_by_tmux(self, text: str) -> None:
        said = clipboard.copy_by_tmux(text)
        self.notify(said, markup=False)  # safe from a thread: it posts a message

    def _end_by_signal(self, number: int) -> None:
        self.exit(return_code=128 + number)

    def action_help_quit(self) -> None:
        """Say how to quit."""
        self.notify("q quits", markup=False)

    def run_to_end(self) -> int:
        """Run until the user leaves; return the exit code."""
        self.run(mouse=not self._settings.no_mouse)
        return self.return_code or 0

    async def on_event(self, event: Event) -> None:
        """Do what a key is bound to at once, and put letters into a text field at once.

        Textual would send the key to the widget and through its parents back to here. Keys that arrive together, as they
        do over a slow link, would all be sent before the first is done: of "/seq", the q would end the program, and an
        Enter behind a word would be taken after the letters behind it.
        """
        focused = self.focused if isinstance(event, Key) and not event.is_forwarded else None
        if not isinstance(event, Key) or not isinstance(focused, RowList | ImageView | TypeAhead):
            await super().on_event(event)
            return
        self.app_focus = True
        if await self._check_bindings(event.key, priority=True):
            return
        if isinstance(focused, TypeAhead) and event.is_printable and event.character is not None:
            focused.type_in(event.character)
        else:
            await self._check_bindings(event.key)

    def _fatal_error(self) -> None:
        """Tell where a bug is, without the values of variables: they hold patients' data.

        Textual's own method prints them. A test pins that this one is called.
        """
        self.bell()
        error = self._exception
        lines = ["dicom-tui ended because of a bug in it:"]
        frames = traceback.extract_tb(error.__traceback__ if error else None)
        lines += [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
        if error is not None:
            lines.append(f"{type(error).__name__}: {safe_text(str(error), 500)}")
        self._exit_renderables.append(Text("\n".join(lines)))
        self._close_messages_no_wait()
