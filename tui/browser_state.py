"""What the browser is made of: frozen values that go down to the widgets, replaced and never changed."""

import enum
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tui.commands import FILES, PICTURE, TAGS
from tui.dicom.archives import is_folder
from tui.dicom.pixels.view import View

PANES = (FILES, PICTURE, TAGS)
NARROW_BELOW = 100


class Mode(enum.Enum):
    """What the arrows do in the picture pane."""

    NONE = ""
    WINDOW = "window"
    PAN = "pan"
    PROBE = "probe"
    MEASURE = "measure"

    @property
    def hint(self) -> str:
        """Return what its keys do, for the key line."""
        return _HINTS.get(self, "")

    @property
    def has_crosshair(self) -> bool:
        """Return whether the arrows move a crosshair."""
        return self in (Mode.PROBE, Mode.MEASURE)


_HINTS = {
    Mode.WINDOW: "←→ width  ↑↓ level  w or Esc ends",
    Mode.PAN: "←→↑↓ move the picture  M or Esc ends",
    Mode.PROBE: "←→↑↓ move the crosshair  p or Esc ends",
    Mode.MEASURE: "←→↑↓ move  Enter point  m or Esc ends",
}


@dataclass(frozen=True, slots=True)
class Start:
    """What the browser opens: the folders it shows, and the file the cursor starts on (None: the first DICOM file)."""

    roots: tuple[str, ...]
    cursor: str | None = None


def start_of(paths: Sequence[str]) -> Start:
    """Return where the browser starts: folders as they are, a file in its folder with the cursor on it."""
    roots: list[str] = []
    cursor: str | None = None
    for path in map(os.path.abspath, paths):
        folder = path if is_folder(path) else os.path.dirname(path)
        if folder not in roots:
            roots.append(folder)
        if cursor is None and folder != path:
            cursor = path
    return Start(tuple(roots), cursor)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which file, and which of its frames (from 0), is looked at."""

    path: str | None = None
    frame: int = 0


@dataclass(frozen=True, slots=True)
class Shown:
    """What the view was made for: the last picture that was shown, also where a sentence has come since.

    `size` is (columns, rows), None for a preview, which has fewer.
    """

    path: str
    series: str
    unit: str
    color: bool
    size: tuple[int, int] | None

    def view_of(self, after: "Shown", view: View) -> View:
        """Return the view for `after`, which is shown next.

        Window and all else stay within a series; where its pictures are of different sizes, what was meant for a place in
        them goes. Files that name no series are of one where they look alike.
        """
        if self.path == after.path:
            return view
        resized = None not in (self.size, after.size) and self.size != after.size
        same_unit = (self.unit, self.color) == (after.unit, after.color)
        if self.series != after.series or not same_unit or (resized and not after.series):
            return view.for_another_series(same_unit=same_unit)
        return view.fitted().probed(None, None) if resized else view


@dataclass(frozen=True, slots=True)
class Layout:
    """How the screen is shared out; what of it is remembered is in `settings.Remembered`."""

    pane: str = FILES
    zoomed: bool = False
    narrow: bool = False

    @property
    def single(self) -> bool:
        """Return whether one pane has the whole screen."""
        return self.zoomed or self.narrow

    def with_pane(self, pane: str) -> "Layout":
        """Return the layout with the focus in `pane`."""
        return replace(self, pane=pane)

    def with_width(self, *, narrow: bool) -> "Layout":
        """Return the layout for a narrow screen, or for a wide one."""
        return replace(self, narrow=narrow)

    def toggled(self) -> "Layout":
        """Return the layout with the pane on the whole screen, or with all of them again."""
        return replace(self, zoomed=not self.zoomed)

    def next_pane(self, step: int) -> "Layout":
        """Return the layout with the focus `step` panes on."""
        return replace(self, pane=PANES[(PANES.index(self.pane) + step) % len(PANES)])


@dataclass(frozen=True, slots=True)
class Sentence:
    """A pane's word on why it shows nothing else: what it is, why, and what would help; safe to draw."""

    text: str = ""
    error: bool = False
