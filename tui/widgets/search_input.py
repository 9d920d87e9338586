"""The line to type a search into."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from tui.widgets.type_ahead import TypeAhead

_MOST_KEPT = 100


class SearchInput(TypeAhead, Input):
    """A text field without a blinking cursor (each blink would write 2 KB).

    Enter and the down arrow lead to the hits; the up arrow brings back what was searched for before, and the down arrow
    leads back from there.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.leave_search(False)", "to the hits", show=False),
        Binding("up", "recall(1)", "an earlier search", show=False),
        Binding("down", "recall(-1)", "a later search, or to the hits", show=False),
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
        self._earlier: list[str] = []  # the newest first; for this session only: it may hold names
        self._recalled = 0  # how far back; 0 is what is typed now
        self._typed = ""

    def remember(self) -> None:
        """Keep what stands in the field, to be brought back later."""
        text = self.value.strip()
        if text:
            self._earlier = [text, *(earlier for earlier in self._earlier if earlier != text)][:_MOST_KEPT]
        self._recalled = 0

    async def action_recall(self, step: int) -> None:
        """Bring back an earlier search (1) or a later one (-1); below the last one, go to the hits."""
        if self._recalled == 0 and step < 0:
            await self.run_action("screen.leave_search(False)")
            return
        if self._recalled == 0:
            self._typed = self.value
        known = [self._typed, *(text for text in self._earlier if text != self._typed.strip())]
        self._recalled = min(len(known) - 1, self._recalled + step)
        self.value = known[self._recalled]
        self.cursor_position = len(self.value)

    def watch_value(self) -> None:
        """Tell that the text was changed."""
        self.post_message(self.Edited(self))
