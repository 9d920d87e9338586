"""A dialog with its form on the left and what the form leads to on the right; on narrow screens one of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from textual import on
from textual.content import Content
from textual.events import Resize
from textual.message import Message
from textual.widgets import Button

from tui.background import Background
from tui.screens.dialog import Dialog, Field
from tui.screens.free_names import free_folder
from tui.screens.questions import Failed
from tui.text import names_are_masked

_NARROW: Final = 100
OPTIONS_WORD: Final = "Options"
OUTPUT_NAME: Final = "output"


class FolderFound(Message):
    """A folder for results that nothing has yet."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path


class SplitDialog(Dialog):
    """Its halves lie in `#halves`, as `#options` and `#plan`; a button `#toggle` changes between them.

    Attributes
    ----------
    other_half : str
        What the right half is called on that button.
    """

    other_half = "Plan"
    _folders: Background[tuple[str, str], FolderFound] | None = None

    def offer_folder(self, beside: str, name: str) -> None:
        """Fill in a folder beside a path, called so or nearly so, when the disk has said which one is free."""
        self._folders = Background(
            "free folder", _free, lambda _, found: self._post(found), lambda error: self._post(Failed(error))
        )
        self._folders.ask((beside, name))

    def on_unmount(self) -> None:
        """Ask the disk nothing more."""
        if self._folders is not None:
            self._folders.stop()

    @on(FolderFound)
    def _folder_found(self, message: FolderFound) -> None:
        output = self.query_one(f"#option-{OUTPUT_NAME}", Field)
        if not output.value:
            output.value = message.path
            output.password = names_are_masked()
            if output.has_focus:
                output.select_all()

    def on_resize(self, event: Resize) -> None:
        """Show both halves where there is room."""
        super().on_resize(event)
        self.set_class(event.size.width < _NARROW, "-narrow")

    def _post(self, message: Message) -> None:
        """Take an answer from a thread, as long as the dialog is there."""
        if self.is_running:
            self.post_message(message)

    @on(Failed)
    def _fail(self, message: Failed) -> None:
        raise message.error

    @on(Button.Pressed, "#toggle")
    def _toggle(self, message: Button.Pressed) -> None:
        message.stop()
        message.prevent_default()
        self.toggle_class("-plan")
        shown = self.has_class("-plan")
        message.button.label = Content(OPTIONS_WORD if shown else self.other_half)
        if shown:
            self.other_half_shown()

    def other_half_shown(self) -> None:
        """Do what is to be done when the right half comes to be seen."""


def _free(question: tuple[str, str]) -> Iterator[FolderFound]:
    yield FolderFound(free_folder(*question))
