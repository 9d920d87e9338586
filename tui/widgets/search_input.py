"""The line to type a search into."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input


class SearchInput(Input):
    """A text field without a blinking cursor (each blink would write 2 KB); Enter and the arrows lead to the hits."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,up,enter", "to_hits", "to the hits", show=False),
        Binding("escape", "give_up", "end the search", show=False),
    ]

    class Left(Message):
        """The field was left for the hits, or (`ended`) the search was ended."""

        def __init__(self, field: "SearchInput", *, ended: bool) -> None:
            super().__init__()
            self.field = field
            self.ended = ended

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

    def action_to_hits(self) -> None:
        """Leave the field, keep the search."""
        self.post_message(self.Left(self, ended=False))

    def action_give_up(self) -> None:
        """Leave the field, end the search."""
        self.post_message(self.Left(self, ended=True))
