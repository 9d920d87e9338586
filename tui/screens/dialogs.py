"""The browser's dialogs: opening a path, typing a number or a window, settings, help."""

import os
import re
import shlex
from typing import TYPE_CHECKING

from textual import on
from textual.screen import Screen

from tui.commands import Command
from tui.dicom.options import Form, Option
from tui.dicom.pixels.window import parse_window
from tui.screens.choosing import Choosing
from tui.screens.questions import PathLookedAt
from tui.settings import OPTIONS, as_toml, settings_path
from tui.text import names_are_masked, shown_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tui.background import Background
    from tui.browser_state import Selection, Start
    from tui.dicom.options import Values
    from tui.dicom.pixels.view import View
    from tui.settings import Settings
    from tui.terminal.probe import Terminal
    from tui.widgets.glyphs import Glyphs
    from tui.widgets.image_view import ImageView


def _blank(path: str) -> str | None:
    return None if path.strip() else "Type the path of a file or a folder"  # whether it is there is asked of the disk later


def _no_number(text: str) -> str | None:
    return None if re.fullmatch(r"\s*[0-9]{1,9}\s*", text) else "Type a number"


def _no_window(text: str) -> str | None:
    return None if parse_window(text) is not None else "Type WIDTH/CENTER, such as 400/40"


PATH_OPTION = Option("path", "Path", "A file or a folder; ~ is your home", check=_blank, metavar="PATH")
IMAGE_OPTION = Option("number", "Image", "The frame's number, or an instance number of this folder", check=_no_number)
WINDOW_OPTION = Option("window", "Window", "WIDTH/CENTER in the image's unit, such as 400/40", check=_no_window)


class Dialogs(Choosing, Screen[None]):
    """The dialogs' part of the browser."""

    if TYPE_CHECKING:  # what the browser has
        selection: Selection
        view: View
        settings: Settings
        terminal: Terminal
        image: ImageView
        paths: Background[str, Start | str]

        def say(self, message: str) -> None:
            """Show a word on the last key."""

        def show_status(self) -> None:
            """Show in the status line what is seen, and how."""

        def use_colormap(self, name: str) -> None:
            """Show grey pictures under another colormap."""

        glyphs: Glyphs

        async def run_command(self, command: Command) -> None:
            """Do what a command does."""

        def go_to_image(self, number: int) -> None:
            """Show an image by its number."""

        def open_at(self, start: Start) -> None:
            """Show other folders."""

    def action_open(self) -> None:
        """Ask for a path, and show it."""
        self._ask_path(os.path.dirname(self.selection.path or "") or os.getcwd(), "")

    def _ask_path(self, path: str, problem: str) -> None:
        def same(values: "Values") -> str:
            if names_are_masked():
                return "In a shell: dicom-tui PATH"
            return f"In a shell: dicom-tui {shlex.quote(os.path.expanduser(str(values['path'])))}"

        sentence = f"{problem}. Type another path." if problem else "Shows another folder, or a file in its folder."
        self.ask(Form("Open", sentence, (PATH_OPTION,), "Open", preview=same, values={"path": path}), self._look_at)

    def ask(self, form: Form, answered: "Callable[[Values | None], None]") -> None:
        """Open a dialog; the forms' widgets are imported only now, for they would slow the start down."""
        from tui.screens.dialog import Dialog

        self.app.push_screen(Dialog(form), answered)

    def _look_at(self, answer: "Values | None") -> None:
        if answer is not None:
            self.paths.ask(os.path.expanduser(str(answer["path"])))

    @on(PathLookedAt)
    def _path_looked_at(self, message: PathLookedAt) -> None:
        if message.start is not None:
            self.open_at(message.start)
        else:
            self._ask_path(message.path, message.problem)

    def action_ask_image(self) -> None:
        """Ask for the number of an image, and show it."""
        self.ask(Form("Image number", "Shows one image by its number.", (IMAGE_OPTION,), "Show"), self._show_image)

    def _show_image(self, answer: "Values | None") -> None:
        if answer is not None:
            self.go_to_image(int(str(answer["number"])))

    def action_ask_window(self) -> None:
        """Ask for a window, and show the picture under it."""
        picture = self.image.picture
        if picture is None:
            self.say("There is no picture to window")
            return
        now = picture.window_of(self.view)
        values = {"window": f"{now.width:g}/{now.center:g}"}
        sentence = "Shows the picture under a window."
        self.ask(Form("Window", sentence, (WINDOW_OPTION,), "Show", values=values), self._show_window)

    def _show_window(self, answer: "Values | None") -> None:
        window = parse_window(str(answer["window"])) if answer is not None else None
        if window is not None:
            self.view = self.view.windowed(window)

    def action_settings(self) -> None:
        """Show all settings with what they mean, use them for now, and say what makes them last."""
        path = shown_path(settings_path())
        form = Form(
            "Settings",
            "Used at once and until you quit; colours, graphics, ASCII, mouse, dictionary from the next start on. "
            "No file is written.",
            OPTIONS,
            "Use now",
            preview=lambda values: f"For good, put this into {path}:\n{as_toml(self.settings.with_values(values))}",
            check=lambda values: self._unknown_theme(str(values["theme"])),
            values=self.settings.values(),
        )
        self.ask(form, self._use_settings)

    def _use_settings(self, answer: "Values | None") -> None:
        if answer is not None:
            self.settings = self.settings.with_values(answer)
            self.app.theme = self.settings.theme
            self.view = self.view.with_corner_text(not self.settings.no_corner_text)
            self.image.always_few = self.settings.low_bandwidth
            self.draw_with(self.image.depth, self.terminal.kind(self.settings.cells))

    def _unknown_theme(self, name: str) -> str | None:
        known = sorted(self.app.available_themes)
        return None if name in known else f"There is no theme {name}; there are {', '.join(known)}"

    def read_text(self, title: str, sentence: str, read: "Callable[[], str | Iterator[str]]") -> None:
        """Show a text to read, select and copy."""
        from tui.screens.reading import ReadingScreen  # Textual's TextArea: not before it is wanted

        self.app.push_screen(ReadingScreen(title, sentence, read))

    def action_help(self) -> None:
        """Show all keys."""
        from tui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen(self.settings.keys))
