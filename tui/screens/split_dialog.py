"""A dialog with its form on the left and what the form leads to on the right; on narrow screens one of them."""

from __future__ import annotations

from typing import Final

from textual import on
from textual.content import Content
from textual.events import Resize
from textual.message import Message
from textual.widgets import Button

from tui.screens.dialog import Dialog
from tui.screens.questions import Failed

_NARROW: Final = 100
OPTIONS_WORD: Final = "Options"


class SplitDialog(Dialog):
    """Its halves lie in `#halves`, as `#options` and `#plan`; a button `#toggle` changes between them.

    Attributes
    ----------
    other_half : str
        What the right half is called on that button.
    """

    other_half = "Plan"

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
