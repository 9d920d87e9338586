"""The one form of a dialog: a title, what will happen, the options, a live preview, one button, Esc."""

import os
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button, Input, Label, Select

from tui.dicom.options import Form, Option, Value, Values
from tui.text import names_are_masked, safe_text
from tui.widgets.type_ahead import TypeAhead

_LOW = 24


class Field(TypeAhead, Input):
    """A line of text in a form; in the privacy view, a path it is filled in with is dots until it is typed anew."""

    def on_mount(self) -> None:
        """Mask a path that nobody typed."""
        self.password = os.sep in self.value and names_are_masked()

    @on(Input.Changed)
    def _typed_anew(self) -> None:
        if self.password and len(self.value) <= 1:
            self.password = False


class Dialog(ModalScreen[Values | None]):
    """A form on the screen; dismissed with the values of its options, or with None."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "cancel", show=False)]

    def __init__(self, form: Form) -> None:
        super().__init__()
        self._form = form
        self._values = form.filled()

    def compose(self) -> ComposeResult:
        """Lay out the form."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content(safe_text(self._form.title))
            yield Label(Content(safe_text(self._form.sentence)), classes="sentence")
            with VerticalScroll(can_focus=False, id="options"):
                for option in self._form.options:
                    yield from self._row(option)
            yield Label("", classes="preview", id="preview")
            yield Label("", classes="problem", id="problem")
            with Horizontal(classes="buttons"):
                yield Button(Content(self._form.button), variant="primary", id="primary", compact=True)
                yield Button(Content("Cancel (Esc)"), id="cancel", compact=True)

    def _row(self, option: Option) -> ComposeResult:
        value = self._values[option.name]
        with Horizontal(classes="option"):
            yield Label(Content(option.label), classes="option-label")
            yield self._control(option, value)
        yield Label(Content(option.help), classes="option-help")

    @staticmethod
    def _control(option: Option, value: Value) -> Widget:
        name = f"option-{option.name}"
        if isinstance(value, bool):
            return Select([("no", False), ("yes", True)], value=value, allow_blank=False, id=name, compact=True)
        if option.choices:
            return Select(
                [(choice, choice) for choice in option.choices], value=value, allow_blank=False, id=name, compact=True
            )
        field = Field(value, id=name, compact=True, select_on_focus=False)  # which would come after letters typed at once
        field.cursor_blink = False
        return field

    def on_resize(self, event: Resize) -> None:
        """Leave out what only explains where there is no room."""
        self.set_class(event.size.height < _LOW, "-low")

    def on_mount(self) -> None:
        """Put the focus on the first control, and show what the values lead to."""
        first = self.query_one("#options").query("Input, Select").first()
        first.focus()
        if isinstance(first, Field):
            first.select_all()
        self._show()

    @on(Input.Changed)
    @on(Select.Changed)
    def _changed(self, message: Input.Changed | Select.Changed) -> None:
        name = (message.control.id or "").removeprefix("option-")
        value = message.value
        if name in self._values and isinstance(value, str | bool):
            self._values[name] = value
            self._show()

    def _show(self) -> None:
        wrong = self._form.problem(self._values)
        self.query_one("#problem", Label).update(Content(safe_text(wrong or "")))
        shown = self._form.preview(self._values) if self._form.preview is not None and not wrong else ""
        lines = "\n".join(safe_text(line) for line in shown.splitlines())
        self.query_one("#preview", Label).update(Content(lines))
        self.query_one("#primary", Button).disabled = bool(wrong)

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self._accept()

    @on(Button.Pressed)
    def _pressed(self, message: Button.Pressed) -> None:
        if message.button.id == "primary":
            self._accept()
        else:
            self.dismiss(None)

    def _accept(self) -> None:
        if self._form.problem(self._values) is None:
            self.dismiss(dict(self._values))

    def action_cancel(self) -> None:
        """Leave without a result."""
        self.dismiss(None)
