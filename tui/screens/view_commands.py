"""How the picture lies, and what is drawn with it: each of these keys makes a new `View`."""

from typing import TYPE_CHECKING

from textual.screen import Screen

from tui.browser_state import Mode
from tui.dicom.pixels.colormaps import problem_of
from tui.dicom.pixels.view import LARGEST_ZOOM, View

if TYPE_CHECKING:
    from tui.widgets.image_view import ImageView


class ViewCommands(Screen[None]):
    """The part of the browser that zooms, turns and colours the picture."""

    if TYPE_CHECKING:  # what the browser has
        view: View
        mode: Mode
        image: ImageView

        def say(self, message: str) -> None:
            """Show a word on the last key."""

        def set_point(self) -> None:
            """Set the next point of a measure."""

    def action_zoom(self, factor: float) -> None:
        """Show the picture larger or smaller."""
        self.view = self.view.zoomed(factor)

    def action_fit(self) -> None:
        """Show the whole picture; if it is whole, one pixel of it on each of the screen. While measuring, set a point."""
        if self.mode is Mode.MEASURE:
            self.set_point()
            return
        if self.view.zoom != 1.0 or self.image.picture is None:
            self.view = self.view.fitted()
            return
        scale = self.image.scale_of(self.view)
        if scale >= 1.0:
            self.say("The picture is shown at 1:1 or larger already")
        elif scale > 0:
            self.view = self.view.zoomed(1.0 / scale)
            if 1.0 / scale > LARGEST_ZOOM:
                self.say(f"1:1 is further than this goes: {LARGEST_ZOOM:g} times larger than fitted is the most")

    def action_turn(self) -> None:
        """Turn the picture a quarter clockwise."""
        self.view = self.view.turned()

    def action_flip(self, way: str) -> None:
        """Exchange left and right, or above and below."""
        self.view = self.view.flipped() if way == "sideways" else self.view.flipped_upside_down()

    def action_smooth(self) -> None:
        """Blend enlarged pixels into each other, or show them sharp again."""
        self.view = self.view.smoothed()

    def action_overlays(self) -> None:
        """Show or hide overlay planes."""
        picture = self.image.picture
        self.view = self.view.with_overlays(not self.view.overlays)
        if picture is not None and picture.overlay is None:
            self.say(f"Overlays are {'shown' if self.view.overlays else 'hidden'}; this image has none")

    def action_bars(self) -> None:
        """Show or hide the histogram and the bar of colours."""
        self.view = self.view.with_bars(not self.view.bars)
        if self.view.bars and self.image.picture is not None and self.image.picture.color:
            self.say("A picture with its own colours has no window to be marked in a histogram")

    def action_lock_window(self) -> None:
        """Keep the window through other series, or let each series have its own."""
        self.view = self.view.with_lock(not self.view.locked)
        self.say(f"The window {'stays' if self.view.locked else 'changes'} where another series is shown")

    def use_colormap(self, name: str) -> None:
        """Show grey pictures under another colormap."""
        problem = problem_of(name)
        if problem is not None:
            self.say(f"The colormap {name} is not here: {problem}")
            return
        self.view = self.view.colored(name)
        if self.image.picture is not None and self.image.picture.color:
            self.say("This picture has its own colours; the colormap is for grey ones")

    def action_corner_text(self) -> None:
        """Show or hide the texts around the picture."""
        self.view = self.view.with_corner_text(not self.view.corner_text)

    def action_reset_view(self) -> None:
        """Show the picture as it was at first."""
        self.view = self.view.reset()
        self.mode = Mode.NONE
