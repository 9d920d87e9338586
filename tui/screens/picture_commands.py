"""The picture as it is shown, its modes, window and mouse; how it lies: `view_commands`; which it is: `seeking`."""

from typing import TYPE_CHECKING

from textual import on
from textual.screen import Screen

from tui.browser_state import Mode, Shown
from tui.dicom.pixels.colormaps import GREY
from tui.dicom.pixels.view import View
from tui.dicom.pixels.window import PRESETS, Window
from tui.screens.measuring import Measuring
from tui.screens.view_commands import ViewCommands
from tui.text import safe_text
from tui.widgets.bars import KeyLine, StatusLine
from tui.widgets.image_view import ImageView

if TYPE_CHECKING:
    from tui.dicom.pixels.picture import Picture

_STEP = 0.05
_PAN = 0.1


class PictureCommands(ViewCommands, Measuring, Screen[None]):
    """The picture's part of the browser."""

    if TYPE_CHECKING:  # what the browser has
        view: View
        mode: Mode
        image: ImageView

        def say(self, message: str) -> None:
            """Show a word on the last key."""

        def action_step_image(self, step: int) -> None:
            """Show another picture."""

        def show_title(self) -> None:
            """Show over the picture what it is of."""

        private_note: str

    _last_seen: Shown | None = None

    # --- showing

    def show_picture(self, picture: "Picture") -> None:
        """Show a picture; the window stays within a file, and goes with a series of the same kind."""
        size = None if picture.preview else (picture.columns, picture.rows)
        shown = Shown(picture.key.path, picture.series, picture.unit, picture.color, size)
        if self._last_seen is not None:
            self.view = self._last_seen.view_of(shown, self.view)
        self._last_seen = shown
        before = self.image.picture
        if before is None or (before.key, before.identity) != (picture.key, picture.identity):
            self.drop_point()
        self.view = self.view.with_marks(self.marks_of(picture))
        self.image.show_picture(picture)
        if self.mode.has_crosshair:
            self.place_crosshair()
        self.show_title()

    def watch_view(self) -> None:
        """Show window and zoom."""
        if self.is_mounted:
            self.show_status()

    def watch_mode(self, mode: Mode) -> None:
        """Show the mode; the crosshair goes with its modes."""
        if not mode.has_crosshair and self.view.probe_x is not None:
            self.view = self.view.probed(None, None)
        if mode is not Mode.MEASURE and self.view.marking is not None:
            self.view = self.view.marked(None)
        if self.is_mounted:
            self.query_one(StatusLine).mode = self.tool.name if mode is Mode.MEASURE else mode.value
            self.query_one(KeyLine).hint = mode.hint

    def show_status(self) -> None:
        """Show in the status line what is seen, and how."""
        line, picture = self.query_one(StatusLine), self.image.picture
        if picture is None:
            line.left = line.right = ""
            return
        voi = picture.voi_of(self.view)
        window, name = "colour", ""
        if isinstance(voi, Window):
            window, name = f"{voi.text} {picture.unit}".strip(), voi.name
        elif voi is not None:
            window, name = "LUT", voi.name
        name = safe_text(name, 40)
        inverted = "inverted" if self.view.inverted else ""
        scale = "preview" if picture.preview else f"{self.image.scale_of(self.view):.2g}x"
        locked = "locked" if self.view.locked else ""
        colormap = "" if self.view.colormap == GREY or picture.color else self.view.colormap
        turned = f"turned {90 * self.view.turns}" if self.view.turns else ""
        mirrored = "mirrored" if self.view.mirrored else ""
        few = "few colours" if self.image.always_few else ""
        notes = (self.private_note, *picture.notes)
        parts = (f" {window}", name, locked, scale, inverted, colormap, mirrored, turned, few, *notes)
        probed = self.image.said_at_probe(self.view)
        line.left = "  ".join(part for part in ((f" {probed}", *parts) if probed else parts) if part)
        frame = f"frame {picture.key.frame + 1}/{picture.frames}" if picture.frames > 1 else ""
        number = f"Im {picture.caption.number}" if picture.caption.number else ""
        line.right = "  ".join(part for part in (frame or number, picture.caption.place) if part) + " "

    # --- modes

    def action_arrow(self, way: str) -> None:
        """Do what an arrow does in the mode that is on."""
        right = {"left": -1, "right": 1}.get(way, 0)
        down = {"up": -1, "down": 1}.get(way, 0)
        if self.mode.has_crosshair:
            self._move_probe(right, down)
        elif self.mode is Mode.PAN:
            self.view = self.view.panned(right * _PAN, down * _PAN)
        elif self.mode is Mode.WINDOW and down:
            self.action_nudge_window(-down * _STEP, 0)
        elif right:
            self.action_nudge_window(0, right * _STEP)
        else:
            self.action_step_image(down)

    # --- the probe

    def action_probe(self) -> None:
        """Show a crosshair that the arrows move, with what is known of the pixel under it; again: take it away."""
        if self.mode is Mode.PROBE:
            self.mode = Mode.NONE
            return
        self.mode = Mode.PROBE
        self.place_crosshair()

    def place_crosshair(self) -> None:
        """Put the crosshair on the pixel in the middle of what is seen, if it stands nowhere."""
        if self.view.probe_x is None:
            self._put_crosshair(self.view.center_x, self.view.center_y, 0, 0)

    def _put_crosshair(self, x: float, y: float, right: int, down: int) -> None:
        """Put the crosshair on the pixel at (`x`, `y`), fractions of the picture as it is seen, or some pixels further."""
        picture = self.image.picture
        if picture is None:
            return
        lying = self.view.turns % 2 == 1
        columns, rows = (picture.rows, picture.columns) if lying else (picture.columns, picture.rows)
        column = min(columns - 1, max(0, int(x * columns) + right))
        row = min(rows - 1, max(0, int(y * rows) + down))
        self.view = self.view.probed((column + 0.5) / columns, (row + 0.5) / rows)

    def _move_probe(self, right: int, down: int) -> None:
        """Move the probe by a pixel of the screen, or of the picture where those are larger."""
        if self.view.probe_x is not None and self.view.probe_y is not None:
            across, along = self.image.pixels_a_step(self.view)
            self._put_crosshair(self.view.probe_x, self.view.probe_y, across * right, along * down)

    # --- the mouse

    @on(ImageView.Pressed)
    def _pressed(self, message: ImageView.Pressed) -> None:
        if self.mode.has_crosshair:
            self.view = self.view.probed(message.x, message.y)
        if self.mode is Mode.MEASURE:
            self.set_point()

    @on(ImageView.Dragged)
    def _dragged(self, message: ImageView.Dragged) -> None:
        if self.mode is Mode.PAN:
            width, height = self.image.size
            self.view = self.view.panned(-message.right / max(1, width), -message.down / max(1, height))
        elif self.mode.has_crosshair:
            if message.place is not None:
                self.view = self.view.probed(*message.place)
        else:  # as everywhere: to the right wider, down brighter
            self.action_nudge_window(-message.down * _STEP / 2, message.right * _STEP / 2)

    @on(ImageView.Released)
    def _released(self) -> None:
        if self.mode is Mode.MEASURE:
            self.end_drag()

    @on(ImageView.Wheeled)
    def _wheeled(self, message: ImageView.Wheeled) -> None:
        self.action_step_image(message.step)

    # --- window

    def action_nudge_window(self, center: float, width: float) -> None:
        """Move and widen the window by fractions of its width."""
        picture = self.image.picture
        if picture is not None:
            self.view = self.view.windowed(picture.window_of(self.view).nudged(center, width))

    def action_full_range(self) -> None:
        """Show the full range of values; again: the 1st to the 99th percentile."""
        picture = self.image.picture
        if picture is not None:
            full = self.view.window == picture.full_range
            self.view = self.view.windowed(picture.percentile_range if full else picture.full_range)

    def action_file_window(self, step: int) -> None:
        """Show the file's first window (0), or the next of its windows and LUTs (1)."""
        picture = self.image.picture
        if picture is None:
            return
        if not picture.voi:
            self.say("The file has no window of its own")
        choice = (self.view.choice + step) % max(1, len(picture.voi)) if step and self.view.window is None else 0
        self.view = self.view.of_file(choice)

    def action_preset(self, index: int) -> None:
        """Show a preset; they mean something for HU only."""
        picture = self.image.picture
        if picture is None:
            return
        if picture.unit != "HU":
            self.say(f"{PRESETS[index].name.capitalize()} is a window for HU; this image is in {picture.unit or 'no unit'}")
        else:
            self.view = self.view.windowed(PRESETS[index].window)

    def action_invert(self) -> None:
        """Turn the grey scale round."""
        self.view = self.view.toggled()

    def action_mode(self, name: str) -> None:
        """Begin a mode, or end it."""
        mode = Mode(name)
        self.mode = Mode.NONE if self.mode is mode else mode
