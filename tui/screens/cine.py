"""Playing frames, or the images of a folder, one after the other."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from textual.screen import Screen

from tui.browser_state import Selection
from tui.dicom.pixels.cine import limited_fps
from tui.widgets.bars import StatusLine

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui.widgets.file_list import FileList
    from tui.widgets.image_view import ImageView

_DEFAULT_FPS = 10.0  # where the file does not tell
_TICK_S = 1 / 60
_COUNTED_S = 1.0  # how long pictures are counted for


class Cine(Screen[None]):
    """The part of the browser that plays.

    Time rules: each tick asks for what is due by the clock, once the picture that was asked for before is there. What
    falls between is left out, so that playing never falls behind.
    """

    if TYPE_CHECKING:  # what the browser has
        selection: Selection
        image: ImageView

        @property
        def files_shown(self) -> FileList:
            """Return the list that the files pane shows."""

        def say(self, message: str) -> None:
            """Show a word on the last key."""

        def go_to_file(self, path: str, *, last_frame: bool = False) -> None:
            """Show another file."""

        def files_here(self) -> tuple[str, ...]:
            """Return the files of the folder of the file that is shown."""

    _playing: Timer | None = None
    _rate_fps = _DEFAULT_FPS
    _rate_of = ""  # the series that the rate was set for
    _due_from = 0.0
    _frames_played = 1
    _asked: str | None = None  # the file that is to be played now, ...
    _left: str | None = None  # ... and the one before it, from which the cursor is on its way

    @property
    def is_playing(self) -> bool:
        """Return whether pictures are played."""
        return self._playing is not None

    def action_cine(self) -> None:
        """Play, or stop."""
        if self._playing is not None:
            self.stop_cine()
            return
        picture = self.image.picture
        if picture is None:
            self.say("There is no picture to play")
            return
        if picture.frames == 1 and len(self._slices()) < 2:
            self.say("There is one image here: nothing to play")
            return
        if self._rate_of != picture.series or not picture.series:
            self._rate_fps, self._rate_of = limited_fps(picture.rate_fps or _DEFAULT_FPS), picture.series
        self._asked = self._left = self.selection.path
        self._frames_played = picture.frames
        self._due_from = monotonic()
        self._playing = self.set_interval(_TICK_S, self._play_on)
        self._say_rate()

    def stop_cine(self) -> None:
        """Stop playing."""
        if self._playing is not None:
            self._playing.stop()
            self._playing = None
            self.query_one(StatusLine).cine = ""

    def action_cine_rate(self, factor: float) -> None:
        """Play faster or slower."""
        picture = self.image.picture
        if not self.is_playing and picture is not None and self._rate_of != picture.series:
            self._rate_fps, self._rate_of = limited_fps(picture.rate_fps or _DEFAULT_FPS), picture.series
        self._rate_fps = limited_fps(self._rate_fps * factor)
        self._due_from = monotonic()
        self._say_rate()
        if not self.is_playing:
            self.say(f"Cine at {self._rate_fps:.3g} frames a second; c plays")

    def _say_rate(self) -> None:
        """Show the rate, and how many pictures are shown where those are clearly fewer."""
        if not self.is_playing:
            return
        since = monotonic() - _COUNTED_S
        shown = sum(at > since for at in self.image.shown_at)
        long_enough = monotonic() - self._due_from > 2 * _COUNTED_S
        few = long_enough and shown < 0.8 * self._rate_fps * _COUNTED_S
        self.query_one(StatusLine).cine = f"cine {self._rate_fps:.3g} fps" + (f", {shown} shown" if few else "")

    def _slices(self) -> list[str]:
        """Return the images of this folder: its files, without those known to be none."""
        return [path for path in self.files_here() if (facts := self.files_shown.facts_of(path)) is None or facts.is_dicom]

    def _play_on(self) -> None:
        """Show what is due by now, if what was asked for is there."""
        if self.selection.path != self._asked:
            if self.selection.path != self._left:
                self.stop_cine()  # the user went somewhere else
            return
        picture = self.image.picture
        if picture is not None and picture.key != (self.selection.path, self.selection.frame):
            return
        due = int((monotonic() - self._due_from) * self._rate_fps)
        if due < 1:
            return
        self._due_from += due / self._rate_fps
        self._say_rate()
        if self._frames_played > 1:  # also where one of them is a sentence
            frame = (self.selection.frame + due) % self._frames_played
            self.selection = Selection(self.selection.path, frame)
            return
        paths = self._slices()
        if self.selection.path in paths:
            self._left = self.selection.path
            self._asked = paths[(paths.index(self.selection.path) + due) % len(paths)]
            self.go_to_file(self._asked)
