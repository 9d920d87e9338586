"""The picture in the terminal's own pixels, made in a thread when it rests."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from textual import on
from textual.geometry import Size
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

from tui.background import Background
from tui.dicom.pixels.view import View
from tui.terminal.graphics import Graphics, LabelText, cell_pixels
from tui.widgets.drawn_alone import write_alone

if TYPE_CHECKING:
    from tui.dicom.pixels.picture import Picture
    from tui.terminal.pacing import Pacer
    from tui.widgets.picture_canvas import PictureCanvas

_MOST_PIXELS = 3_000_000
_MOST_SIXELS = 1_500_000  # which are made by Python
_MOST_BYTES = 3_000_000
_ASSUMED_CELL = 8, 16
_REST_S = 0.3


class GraphicQuestion(NamedTuple):
    """Which picture under which view, how many cells it has, and how many pixels each of them."""

    picture: "Picture"
    view: View
    size: Size
    cell: tuple[int, int]
    graphics: Graphics
    labels: tuple[LabelText, ...]


class GraphicMade(Message):
    """A picture is ready to be written."""

    def __init__(self, question: GraphicQuestion, text: str) -> None:
        super().__init__()
        self.question = question
        self.text = text


class GraphicFailed(Message):
    """A picture could not be made: a bug, to be raised in the program's own thread."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error


def graphic_text(question: GraphicQuestion) -> Iterator[str]:
    """Return what draws a picture at the cursor; the answer of a background."""
    from tui.dicom.pixels.drawing import Drawing  # NumPy: there is a picture, so it is there
    from tui.render.cell_kind import PixelCells

    picture, view, (columns, rows), (width, height), graphics, labels = question
    while graphics.scales and columns * width * rows * height > _MOST_PIXELS:
        width, height = max(1, width // 2), max(1, height // 2)
    if not graphics.scales and columns * width * rows * height > _MOST_SIXELS:
        return
    drawing = Drawing(picture, columns * width, rows * height, cells=PixelCells(width, height))
    yield graphics.drawn(drawing.levels(view), columns, rows, labels)


class GraphicAtRest(Widget):
    """The part of the picture pane that draws in the terminal's own pixels when nothing has moved for a while."""

    if TYPE_CHECKING:  # what the pane has
        view: View
        _picture: Picture | None
        _graphics: Graphics | None
        _stale: bool
        _shows_picture: bool
        _is_sent: bool
        _pacer: Pacer | None
        always_few: bool

        def _ready_canvas(self) -> PictureCanvas:
            """Return what draws cells."""

    _is_on = False
    _timer_of_rest: Timer | None = None
    _maker: Background[GraphicQuestion, str] | None = None
    _asked: GraphicQuestion | None = None

    def rest_soon(self) -> None:
        """Draw in the terminal's own pixels, where it has some, when nothing has moved for a while."""
        self._forget()
        if self._graphics is not None and self._picture is not None:
            self._timer_of_rest = self.set_timer(_REST_S, self._ask)

    def uncover(self) -> None:
        """Take the picture of pixels away where it would lie over what is drawn in cells from now on."""
        driver = self.app._driver
        if self._is_on and self._graphics is not None and self._graphics.clear and driver is not None:
            driver.write(self._graphics.clear)

    def leave_graphic(self) -> None:
        """Take the picture of pixels away, and draw all lines anew: it lies over all of them."""
        if self._is_on:
            self.uncover()
            self._is_on = False
            self._ready_canvas().forget()

    def _ask(self) -> None:
        picture, cell = self._picture, self._cell_pixels()
        if picture is None or picture.preview or self._graphics is None or not self.size or cell is None:
            return
        if self.always_few or (self._pacer is not None and self._pacer.slow):
            return  # over a slow link it would hold keys up for seconds
        labels = tuple(self._ready_canvas().label_texts())
        self._asked = GraphicQuestion(picture, self.view, self.size, cell, self._graphics, labels)
        if self._maker is None:
            self._maker = Background("graphic", graphic_text, self._made, self._failed)
        self._maker.ask(self._asked)

    def _cell_pixels(self) -> tuple[int, int] | None:
        if self._graphics is None or sys.__stderr__ is None or self.app.is_headless:
            return None
        return cell_pixels(sys.__stderr__.fileno()) or (_ASSUMED_CELL if self._graphics.scales else None)

    def _made(self, question: GraphicQuestion, text: str) -> None:
        if self.is_running:
            self.post_message(GraphicMade(question, text))

    def _failed(self, error: BaseException) -> None:
        if self.is_running:
            self.post_message(GraphicFailed(error))

    @on(GraphicMade)
    def _show_graphic(self, message: GraphicMade) -> None:
        if message.question is not self._asked or self._stale or not self._shows_picture or len(message.text) > _MOST_BYTES:
            return
        text = f"{message.question.graphics.clear}\x1b[{self.region.y + 1};{self.region.x + 1}H{message.text}"
        self._is_sent = False
        self._is_on = write_alone(self, {}, text)
        if not self._is_on:
            self._is_sent = True

    @on(GraphicFailed)
    def _raise(self, message: GraphicFailed) -> None:
        raise message.error

    def on_hide(self) -> None:
        """Take the picture of pixels away with its pane."""
        self._forget()
        self.uncover()

    def _forget(self) -> None:
        self._asked = None
        if self._timer_of_rest is not None:
            self._timer_of_rest.stop()

    def on_unmount(self) -> None:
        """Make no more pictures."""
        self._forget()
        self.uncover()
        if self._maker is not None:
            self._maker.stop()
