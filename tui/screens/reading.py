"""A text to read, select and copy: a whole value, or what was measured."""

from collections.abc import Callable, Iterator
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Label, TextArea

from tui.background import Background
from tui.dicom.errors import DicomError
from tui.screens.questions import Failed

Read = Callable[[], str | Iterator[str]]


class TextRead(Message):
    """A text was read, or `text` says why not."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class ReadingScreen(ModalScreen[None]):
    """A text, which may have to be read from a file in the background.

    Parameters
    ----------
    title, sentence : str
        What it is, and what is known of it; both safe to draw.
    read : callable
        Returns the text, or texts of which each replaces the one before; raises DicomError where there is none, which is
        shown instead.
    """

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "dismiss", "close", show=False),
        Binding("y", "copy", "copy", show=False),
    ]

    def __init__(self, title: str, sentence: str, read: Read) -> None:
        super().__init__()
        self._titled = title
        self._sentence = sentence
        self._text = ""
        self._background: Background[Read, str] = Background(
            "reading",
            self._read,
            lambda _read, text: self._post(TextRead(text)),
            lambda error: self._post(Failed(error)),
        )
        self._wanted = read

    def compose(self) -> ComposeResult:
        """Lay out the title and the text."""
        with Vertical(classes="dialog dialog-large") as box:
            box.border_title = Content(self._titled)
            box.border_subtitle = Content("y copies all, Ctrl+C a selection, Esc closes")
            yield Label(Content(self._sentence), classes="sentence")
            area = TextArea("reading …", read_only=True, soft_wrap=True, show_line_numbers=False, id="value")
            area.cursor_blink = False
            yield area

    def on_mount(self) -> None:
        """Read the text."""
        self.query_one(TextArea).focus()
        self._background.ask(self._wanted)

    def on_unmount(self) -> None:
        """Read no further."""
        self._background.stop()

    def _read(self, read: Read) -> Iterator[str]:
        try:
            text = read()
            if isinstance(text, str):
                yield text
            else:
                yield from text
        except DicomError as error:
            yield str(error)

    def _post(self, message: Message) -> None:
        """Post a message from the thread."""
        if self.is_running:
            self.post_message(message)

    @on(TextRead)
    def _show(self, message: TextRead) -> None:
        self._text = message.text
        self.query_one(TextArea).text = message.text or "(no value)"

    @on(Failed)
    def _fail(self, message: Failed) -> None:
        raise message.error

    def action_copy(self) -> None:
        """Copy the whole text."""
        self.app.copy_to_clipboard(self._text)
