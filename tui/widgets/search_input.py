"""The line to type a search into."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from tui.widgets.type_ahead import TypeAhead


class SearchInput(TypeAhead, Input):
    """A text field without a blinking cursor (each blink would write 2 KB); Enter and the arrows lead to the hits."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,up,enter", "screen.leave_search(False)", "to the hits", show=False),
        Binding("escape", "screen.leave_search(True)", "end the search", show=False),
    ]

    class Edited(Message):
        """What stands in the field was changed."""

        def __init__(self, field: "SearchInput") -> None:
            super().__init__()
            self.field = field

    def __init__(self, placeholder: str, *, id: str) -> None:
        super().__init__(placeholder=placeholder, id=id, compact=True, select_on_focus=False)
        self.cursor_blink = False

    def watch_value(self) -> None:
        """Tell that the text was changed."""
        self.post_message(self.Edited(self))
