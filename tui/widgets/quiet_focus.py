"""Taking the focus without being drawn anew."""

from typing import Self

from textual.geometry import Region
from textual.widget import Widget


class QuietFocus(Widget):
    """A widget that looks the same with and without the focus, but for what it repaints itself.

    Textual repaints all of a widget that takes or loses the focus, and asks the style sheet about everything in it: for a
    picture that is twenty kilobytes at every Tab. A test counts what is written.
    """

    _skips_a_refresh = False

    def watch_has_focus(self, _has_focus: bool) -> None:
        """Leave out the refresh that follows at once."""
        self._skips_a_refresh = True

    def on_focus(self) -> None:
        """Refresh as usual again; a subclass repaints what shows the focus."""
        self._skips_a_refresh = False

    def on_blur(self) -> None:
        """Refresh as usual again; a subclass repaints what shows the focus."""
        self._skips_a_refresh = False

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Repaint, but for the one time that only the focus has changed."""
        if self._skips_a_refresh and not regions and not layout and not recompose:
            self._skips_a_refresh = False
            return self
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
