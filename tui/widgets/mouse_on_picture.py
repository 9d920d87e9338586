"""The mouse on the picture: pressed, dragged, let go, its wheel turned."""

from typing import TYPE_CHECKING

from textual.events import MouseDown, MouseMove
from textual.message import Message
from textual.widget import Widget


class MouseOnPicture(Widget):
    """The part of the picture pane that tells what the mouse does."""

    if TYPE_CHECKING:  # what the pane has

        def _place_at(self, x: int, y: int) -> tuple[float, float] | None:
            """Return the place on the picture of a cell; None beside it."""

    _dragged: tuple[float, float] | None = None
    _was_pressed = _was_dragged = False  # on the picture, and since then

    def on_mouse_down(self, event: MouseDown) -> None:
        """Begin to drag, or put the probe there."""
        self._dragged = (event.screen_x, event.screen_y)
        self._was_pressed = self._was_dragged = False
        self.capture_mouse()
        place = self._place_at(event.x, event.y) if event.button == 1 else None
        if place is not None:
            self._was_pressed = True
            self.post_message(self.Pressed(*place))

    def on_mouse_up(self) -> None:
        """End dragging."""
        if self._was_pressed and self._was_dragged:
            self.post_message(self.Released())
        self._was_pressed = False
        self._dragged = None
        self.release_mouse()

    def on_mouse_move(self, event: MouseMove) -> None:
        """Tell how far the mouse was dragged."""
        if self._dragged is not None:
            before, self._dragged = self._dragged, (event.screen_x, event.screen_y)
            right, down = event.screen_x - before[0], event.screen_y - before[1]
            if right or down:
                self._was_dragged = True
                self.post_message(self.Dragged(right, down, self._place_at(event.x, event.y)))

    def on_mouse_scroll_down(self) -> None:
        """Tell that the wheel was turned."""
        self.post_message(self.Wheeled(1))

    def on_mouse_scroll_up(self) -> None:
        """Tell that the wheel was turned."""
        self.post_message(self.Wheeled(-1))

    class Pressed(Message):
        """The mouse was pressed on the picture, at these fractions of it as it is seen."""

        def __init__(self, x: float, y: float) -> None:
            super().__init__()
            self.x, self.y = x, y

    class Dragged(Message):
        """The mouse was dragged by some cells; `place` is where it is, in fractions of the picture, None beside it."""

        def __init__(self, right: float, down: float, place: tuple[float, float] | None = None) -> None:
            super().__init__()
            self.right, self.down, self.place = right, down, place

    class Released(Message):
        """The mouse was let go, after it was pressed on the picture and dragged."""

    class Wheeled(Message):
        """The wheel was turned down (1) or up (-1)."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step
