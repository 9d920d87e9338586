"""The picture: drawn with half-blocks as ready-made terminal text, for the pixels on screen only."""

from collections import deque
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.geometry import Region
from textual.message import Message
from textual.reactive import var
from textual.strip import Strip
from textual.timer import Timer

from tui.browser_state import Sentence
from tui.commands import PICTURE
from tui.dicom.pixels.view import View
from tui.render.cell_kind import CellKind
from tui.render.color_depth import ColorDepth
from tui.render.thrifty import COARSE, NEAR
from tui.terminal.graphics import Graphics
from tui.terminal.pacing import Pacer
from tui.widgets.bindings import bindings
from tui.widgets.colors import colors_of
from tui.widgets.drawn_alone import write_alone
from tui.widgets.graphic import GraphicAtRest
from tui.widgets.mouse_on_picture import MouseOnPicture
from tui.widgets.quiet_focus import QuietFocus
from tui.widgets.sentence_strips import sentence_strips

if TYPE_CHECKING:  # NumPy is imported after the first paint
    from tui.dicom.pixels.drawing import Drawing
    from tui.dicom.pixels.picture import Picture
    from tui.widgets.picture_canvas import PictureCanvas

LEAST_WIDTH_FOR_TEXT = 60
_SHOWN_KEPT = 200
_REST_S = 0.1  # three times as long as a key takes to repeat


class ImageView(GraphicAtRest, MouseOnPicture, QuietFocus, can_focus=True):
    """Shows one picture under a view, or a sentence.

    It overrides `render_lines`, so it has no border, padding or line filter: its container has.
    """

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = bindings(PICTURE)
    view: var[View] = var(View)
    sentence: var[Sentence] = var(Sentence)

    def __init__(
        self,
        depth: ColorDepth,
        kind: CellKind = CellKind.HALF,
        *,
        unicode: bool = True,
        repeats: bool = False,
        pacer: Pacer | None = None,
        few: bool = False,
        graphics: Graphics | None = None,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._pacer = pacer
        self.always_few = few
        self._moved_at = 0.0
        self._stale = self._may_go = True  # whether something else is to be drawn than is on the screen, and may be by now
        self._called = False
        self._graphics = graphics
        self._timer: Timer | None = None
        self._rest: Timer | None = None
        self.shown_at: deque[float] = deque(maxlen=_SHOWN_KEPT)  # when pictures were drawn, each once
        self._shown_last: Picture | None = None
        self._is_sent = True  # whether what was drawn last was handed to the terminal
        self._drawn = self._shows_picture = False  # whether anything was drawn at this size, and whether it was a picture
        self._depth = depth
        self._kind = kind
        self._unicode, self._repeats = unicode, repeats
        self._picture: Picture | None = None
        self._canvas: PictureCanvas | None = None
        self._strips: list[Strip] | None = None

    @property
    def picture(self) -> "Picture | None":
        """Return the picture that is shown, or None."""
        return self._picture

    def show_picture(self, picture: "Picture | None") -> None:
        """Show another picture, or none but the sentence."""
        self._picture = picture
        self._draw_anew()

    @property
    def depth(self) -> ColorDepth:
        """Return in how many colours pictures are drawn."""
        return self._depth

    @property
    def kind(self) -> CellKind:
        """Return what a cell draws."""
        return self._kind

    def forget_colors(self) -> None:
        """Draw a sentence anew: the theme has changed."""
        if not self._shows_picture:
            self._strips = None

    def draw_with(self, depth: ColorDepth, kind: CellKind) -> None:
        """Draw pictures in other colours, or with other cells."""
        self._depth, self._kind, self._canvas = depth, kind, None
        self._draw_anew()

    def watch_view(self) -> None:
        """Draw under the new view at the next repaint."""
        self._draw_anew()

    def watch_sentence(self) -> None:
        """Draw the new sentence, where there is no picture."""
        self._draw_anew()

    # --- one picture at a time

    def _draw_anew(self) -> None:
        """Draw, as soon as the picture before this one has arrived: of those that come meanwhile, only the last."""
        self._stale = True
        self._moved_at = monotonic()
        if self._rest is not None:
            self._rest.stop()
        self.let_go()

    def let_go(self) -> None:
        """Draw what waits, if it may go now."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if not self._stale:
            return
        wait = self._pacer.wait_s() if self._pacer is not None else 0.0
        if wait > 0:
            self._timer = self.set_timer(wait, self.let_go)
        else:
            self._may_go = True
            if not self._called:  # once for all that one key changes
                self._called = True
                self.call_later(self._draw)

    def _draw(self) -> None:
        """Write what is to be seen now: the picture alone where that is possible, else with the screen around it."""
        self._called = False
        if not (self._stale and self._may_go):
            return  # it was drawn meanwhile, for another reason
        if self._picture is None or not self._shows_picture:
            self.refresh()
            return
        self._stale = self._may_go = False
        self.leave_graphic()
        lines, self._strips = self._draw_picture(), None
        if not write_alone(self, lines):
            self.refresh()

    def take_drawn(self) -> bool:
        """Return whether a picture was built since this was asked last."""
        drawn, self._is_sent = not self._is_sent, True
        return drawn

    @property
    def _error(self) -> int:
        """Return how far off colours may be for now."""
        if self.always_few or self._depth is not ColorDepth.TRUECOLOR:
            return NEAR if self.always_few else 0
        if self._pacer is None or not self._pacer.slow or monotonic() - self._moved_at >= _REST_S:
            return 0
        return COARSE if self._pacer.very_slow else NEAR

    def _draw_exactly(self) -> None:
        """Draw in all colours, after few, when nothing has moved for a while."""
        self._stale = True
        self.let_go()

    # --- drawing

    def on_resize(self) -> None:
        """Draw at the new size."""
        self._drawn = self._shows_picture = False
        self.post_message(self.Resized())

    def scale_of(self, view: View) -> float:
        """Return how many screen pixels a picture column takes under `view`; 0 without a picture."""
        return self._ready_canvas().scale(view) if self._picture is not None and self.size else 0.0

    def said_at_probe(self, view: View) -> str:
        """Return what is measured, or known of the pixel that the probe stands on; "" without a probe, or in a preview."""
        drawing = self._drawing
        return drawing.said(view) if drawing is not None and not drawing.picture.preview else ""

    def pixels_a_step(self, view: View) -> tuple[int, int]:
        """Return how many of the picture's pixels a step of the crosshair is, across and down: at least one."""
        drawing = self._drawing
        return drawing.pixels_a_step(view) if drawing is not None else (1, 1)

    def said_of_marks(self, view: View) -> list[str]:
        """Return what every mark on the picture measures, in full, a line each."""
        drawing = self._drawing
        return drawing.said_of_marks(view) if drawing is not None else []

    def probed_pixel(self, view: View) -> tuple[int, int] | None:
        """Return the picture's pixel (column, row) that the probe stands on, or None without one."""
        drawing = self._drawing
        return drawing.probed_pixel(view) if drawing is not None else None

    @property
    def _drawing(self) -> "Drawing | None":
        return self._ready_canvas().drawing if self._picture is not None and self.size else None

    def _place_at(self, x: int, y: int) -> tuple[float, float] | None:
        """Return the place on the picture, in fractions of it as it is seen, of a cell; None beside it."""
        return self._ready_canvas().place_at(self.view, x, y) if self._picture is not None and self.size else None

    class Resized(Message):
        """The picture has another size on the screen."""

    def _ready_canvas(self) -> "PictureCanvas":
        from tui.widgets.picture_canvas import PictureCanvas  # imports NumPy; there is a picture, so it is there

        if self._canvas is None:
            self._canvas = PictureCanvas(self._depth, self._kind, unicode=self._unicode, repeats=self._repeats)
        if self._picture is not None:
            self._canvas.set(self._picture, self.size.width, self.size.height)
        return self._canvas

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the lines of `crop`: the picture's, built once per repaint, or the sentence's."""
        if (self._stale and self._may_go) or not self._drawn:  # until it may go, what is on the screen stays
            self._stale = self._may_go = False
            self._shows_picture, self._drawn, self._strips = self._picture is not None, True, None
            if self._shows_picture:
                self._draw_picture()
        self.uncover()
        self.rest_soon()
        if self._strips is None and self._shows_picture:
            self._strips = self._ready_canvas().strips()
        elif self._strips is None:
            self._strips = sentence_strips(self.sentence, self.size, colors_of(self.app))
        lines = self._strips[crop.y : crop.bottom]
        if crop.x == 0 and crop.width >= self.size.width:
            return lines
        return [line.crop(crop.x, crop.right) for line in lines]

    def render_line(self, y: int) -> Strip:
        """Return line `y`."""
        return self.render_lines(Region(0, y, self.size.width, 1))[0]

    def _draw_picture(self) -> dict[int, str]:
        """Draw the picture, and return the lines that differ from those before, by row."""
        texts = self.view.corner_text and self.size.width >= LEAST_WIDTH_FOR_TEXT
        error, self._is_sent = self._error, False
        if self._picture is not self._shown_last:
            self._shown_last = self._picture
            self.shown_at.append(monotonic())
        if error and not self.always_few:
            self._rest = self.set_timer(_REST_S, self._draw_exactly)
        self.rest_soon()
        return self._ready_canvas().draw(self.view, texts=texts, error=error)
