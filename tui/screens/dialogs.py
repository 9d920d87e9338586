"""The browser's dialogs: opening a path, typing a number or a window, settings, help, whole values, copying."""

import os
from typing import TYPE_CHECKING

from textual.content import Content
from textual.screen import Screen

from tui.browser_state import start_of
from tui.dicom.errors import DicomError
from tui.dicom.options import Form, Option
from tui.dicom.pixels.window import parse_window
from tui.settings import OPTIONS, as_toml, settings_path
from tui.terminal import clipboard
from tui.text import safe_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.browser_state import Selection, Start
    from tui.dicom.options import Values
    from tui.dicom.pixels.view import View
    from tui.dicom.tags import TagRows
    from tui.settings import Settings
    from tui.widgets.file_tree import FileTree
    from tui.widgets.image_view import ImageView
    from tui.widgets.tag_table import TagTable


def _missing(path: str) -> str | None:
    full = os.path.expanduser(path)
    if not path.strip():
        return "Type the path of a file or a folder"
    return None if os.path.exists(full) else f"{path}: there is no such file or folder"


def _no_number(text: str) -> str | None:
    return None if text.strip().isdecimal() and int(text) > 0 else "Type a number from 1"


def _no_window(text: str) -> str | None:
    return None if parse_window(text) is not None else "Type WIDTH/CENTER, such as 400/40"


PATH_OPTION = Option("path", "Path", "A file or a folder; ~ is your home", check=_missing, metavar="PATH")
IMAGE_OPTION = Option("number", "Image", "The number of the frame, or of the image in its folder", check=_no_number)
WINDOW_OPTION = Option("window", "Window", "WIDTH/CENTER in the image's unit, such as 400/40", check=_no_window)


class Dialogs(Screen[None]):
    """The dialogs' part of the browser."""

    if TYPE_CHECKING:  # what the browser has
        selection: Selection
        view: View
        settings: Settings
        file_tree: FileTree
        table: TagTable
        image: ImageView

        def say(self, message: str) -> None:
            """Show a word on the last key."""

        def go_to_image(self, number: int) -> None:
            """Show an image by its number."""

        def open_at(self, start: Start) -> None:
            """Show other folders."""

    def action_open(self) -> None:
        """Ask for a path, and show it."""
        here = os.path.dirname(self.selection.path or "") or os.getcwd()
        sentence = "Shows another folder, or a file in its folder."
        self._ask(Form("Open", sentence, (PATH_OPTION,), "Open", values={"path": here}), self._open)

    def _ask(self, form: Form, answered: "Callable[[Values | None], None]") -> None:
        """Open a dialog; the forms' widgets are imported only now, for they would slow the start down."""
        from tui.screens.dialog import Dialog

        self.app.push_screen(Dialog(form), answered)

    def _open(self, answer: "Values | None") -> None:
        if answer is not None:
            self.open_at(start_of([os.path.expanduser(str(answer["path"]))]))

    def action_ask_image(self) -> None:
        """Ask for the number of an image, and show it."""
        self._ask(Form("Image number", "Shows one image by its number.", (IMAGE_OPTION,), "Show"), self._show_image)

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
        self._ask(Form("Window", sentence, (WINDOW_OPTION,), "Show", values=values), self._show_window)

    def _show_window(self, answer: "Values | None") -> None:
        window = parse_window(str(answer["window"])) if answer is not None else None
        if window is not None:
            self.view = self.view.windowed(window)

    def action_settings(self) -> None:
        """Show all settings with what they mean, use them for now, and say what makes them last."""
        path = settings_path()
        form = Form(
            "Settings",
            "Used at once and until you quit; colours, ASCII and the mouse from the next start on. No file is written.",
            OPTIONS,
            "Use now",
            preview=lambda values: f"For good, put this into {path}:\n{as_toml(self.settings.with_values(values))}",
            check=lambda values: self._unknown_theme(str(values["theme"])),
            values=self.settings.values(),
        )
        self._ask(form, self._use_settings)

    def _use_settings(self, answer: "Values | None") -> None:
        if answer is not None:
            self.settings = self.settings.with_values(answer)
            self.app.theme = self.settings.theme
            self.view = self.view.with_corner_text(not self.settings.no_corner_text)

    def _unknown_theme(self, name: str) -> str | None:
        known = sorted(self.app.available_themes)
        return None if name in known else f"There is no theme {name}; there are {', '.join(known)}"

    def action_help(self) -> None:
        """Show all keys."""
        from tui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen(self.settings.keys))

    # --- values

    def _current(self) -> "tuple[TagRows, int] | None":
        rows, index = self.table.shown.rows, self.table.row_index
        if rows is None or index is None:
            self.say("There is no value under the cursor")
            return None
        return rows, index

    def action_whole_value(self) -> None:
        """Show the whole value under the cursor."""
        current = self._current()
        if current is None:
            return
        rows, index = current
        if rows.is_parent(index) and self.table.shown.hits is None:
            self.table.action_clicked()
            return
        from tui.screens.value import ValueScreen

        self.app.push_screen(ValueScreen(rows, index))

    def action_copy_value(self) -> None:
        """Copy the value under the cursor."""
        current = self._current()
        if current is not None:
            try:
                self._copy(current[0].whole(current[1]))
            except DicomError as error:
                self.say(str(error))

    def action_copy_line(self) -> None:
        """Copy tag, keyword and value under the cursor."""
        current = self._current()
        if current is not None:
            row = current[0].row(current[1])
            self._copy(f"{row.tag} {row.name} = {row.text}")

    def _copy(self, text: str) -> None:
        said = clipboard.copy(text, os.environ, self.app.copy_to_clipboard)
        self.notify(Content(safe_text(said)).plain, markup=False)

    def action_copy_text(self) -> None:
        """Copy what is selected; without a selection, say how to quit."""
        selected = self.get_selected_text()
        if selected:
            self._copy(selected)
        else:
            self.say("q quits; Ctrl+C copies a selection")
