"""One whole value, to read, select and copy."""

from collections.abc import Iterator
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
from tui.dicom.tags import TagRows
from tui.screens.questions import Failed


class ValueRead(Message):
    """A whole value was read, or `text` says why not."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class ValueScreen(ModalScreen[None]):
    """The whole value of a row; long ones are read from the file in the background."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "dismiss", "close", show=False),
        Binding("y", "copy", "copy", show=False),
    ]

    def __init__(self, rows: TagRows, index: int) -> None:
        super().__init__()
        self._rows = rows
        self._index = index
        self._text = ""
        self._background: Background[int, str] = Background(
            "value",
            self._read,
            lambda _index, text: self._post(ValueRead(text)),
            lambda error: self._post(Failed(error)),
        )

    def compose(self) -> ComposeResult:
        """Lay out the name and the value."""
        row = self._rows.row(self._index)
        with Vertical(classes="dialog dialog-large") as box:
            box.border_title = Content(f"{row.tag} {row.name}".strip())
            box.border_subtitle = Content("y copies all, Ctrl+C a selection, Esc closes")
            facts = (row.title, f"VR {row.vr}" if row.vr else "", row.creator, self._rows.key(self._index))
            yield Label(Content("  ".join(fact for fact in facts if fact)), classes="sentence")
            area = TextArea("reading …", read_only=True, soft_wrap=True, show_line_numbers=False, id="value")
            area.cursor_blink = False
            yield area

    def on_mount(self) -> None:
        """Read the value."""
        self.query_one(TextArea).focus()
        self._background.ask(self._index)

    def on_unmount(self) -> None:
        """Read no further."""
        self._background.stop()

    def _read(self, index: int) -> Iterator[str | None]:
        try:
            yield self._rows.whole(index)
        except DicomError as error:
            yield str(error)

    def _post(self, message: Message) -> None:
        """Post a message from the thread."""
        if self.is_running:
            self.post_message(message)

    @on(ValueRead)
    def _show(self, message: ValueRead) -> None:
        self._text = message.text
        self.query_one(TextArea).text = message.text or "(no value)"

    @on(Failed)
    def _fail(self, message: Failed) -> None:
        raise message.error

    def action_copy(self) -> None:
        """Copy the whole value."""
        self.app.copy_to_clipboard(self._text)
