"""How a picture is looked at, as one frozen value. Imports no NumPy: the key handling uses it."""

from dataclasses import dataclass, replace
from typing import Final

from tui.dicom.pixels.colormaps import GREY
from tui.dicom.pixels.marks import Mark
from tui.dicom.pixels.window import Window

LARGEST_ZOOM: Final = 64.0
SMALLEST_ZOOM: Final = 1.0


def _mirror(place: float | None) -> float | None:
    return None if place is None else 1 - place


@dataclass(frozen=True, slots=True)
class View:
    """How a picture is looked at.

    Parameters
    ----------
    window : Window, optional
        The user's window; None for the file's.
    choice : int
        Which of the file's own windows and LUTs; taken modulo their number.
    inverted : bool
        Whether the user turned the grey scale round.
    zoom : float
        How many times larger than fitted to the pane.
    center_x, center_y : float
        What lies in the middle of the pane, in fractions of the picture's width and height.
    corner_text : bool
        Whether the corners name patient and study.
    private : bool
        Whether they are masked.
    mirrored : bool
        Whether left and right are exchanged, before it is turned.
    turns : int
        Quarter turns clockwise, 0 to 3.
    colormap : str
        A name of `colormaps.COLORMAPS`; for grey pictures.
    smooth : bool
        Whether pixels blend into each other where they are enlarged.
    overlays : bool
        Whether overlay planes are drawn.
    locked : bool
        Whether the window goes with the user into another series.
    bars : bool
        Whether the histogram and the bar of colours are drawn.
    probe_x, probe_y : float or None
        Where the crosshair stands, in fractions of the picture's width and height as they are seen; None without one.
    marks : tuple of Mark
        What was measured on this picture.
    marking : Mark or None
        What is being measured: its next point is where the crosshair stands.
    """

    window: Window | None = None
    choice: int = 0
    inverted: bool = False
    zoom: float = 1.0
    center_x: float = 0.5
    center_y: float = 0.5
    corner_text: bool = True
    private: bool = False
    mirrored: bool = False
    turns: int = 0
    colormap: str = GREY
    smooth: bool = False
    overlays: bool = True
    locked: bool = False
    bars: bool = False
    probe_x: float | None = None
    probe_y: float | None = None
    marks: tuple[Mark, ...] = ()
    marking: Mark | None = None

    def windowed(self, window: Window | None) -> "View":
        """Return this view with the user's `window`."""
        return replace(self, window=window)

    def of_file(self, choice: int) -> "View":
        """Return this view with the file's own window number `choice`."""
        return replace(self, window=None, choice=choice)

    def zoomed(self, factor: float) -> "View":
        """Return this view `factor` times larger, about the probe if there is one; never smaller than fitted."""
        zoom = min(LARGEST_ZOOM, max(SMALLEST_ZOOM, self.zoom * factor))
        if zoom == self.zoom:
            return self.panned(0, 0)
        if self.probe_x is None or self.probe_y is None:
            return replace(self, zoom=zoom).panned(0, 0)
        return replace(self, zoom=zoom, center_x=self.probe_x, center_y=self.probe_y).panned(0, 0)

    def panned(self, right: float, down: float) -> "View":
        """Return this view moved by fractions of the pane; what is seen stays within the picture."""
        half = 0.5 / self.zoom
        return replace(
            self,
            center_x=min(1 - half, max(half, self.center_x + right / self.zoom)),
            center_y=min(1 - half, max(half, self.center_y + down / self.zoom)),
        )

    def fitted(self) -> "View":
        """Return this view with the whole picture in the pane."""
        return replace(self, zoom=1.0, center_x=0.5, center_y=0.5)

    def toggled(self) -> "View":
        """Return this view with the grey scale turned round."""
        return replace(self, inverted=not self.inverted)

    def with_corner_text(self, shown: bool) -> "View":
        """Return this view with or without texts around the picture."""
        return replace(self, corner_text=shown)

    def with_privacy(self, private: bool) -> "View":
        """Return this view with masked texts around the picture, or with what they are."""
        return replace(self, private=private)

    def probed(self, x: float | None, y: float | None) -> "View":
        """Return this view with the crosshair at (`x`, `y`), or without one; what is seen moves along where it must."""
        if x is None or y is None:
            return replace(self, probe_x=None, probe_y=None)
        x, y, half = min(1.0, max(0.0, x)), min(1.0, max(0.0, y)), 0.5 / self.zoom
        center_x = min(max(self.center_x, x - half), x + half)
        center_y = min(max(self.center_y, y - half), y + half)
        return replace(self, probe_x=x, probe_y=y, center_x=center_x, center_y=center_y).panned(0, 0)

    def turned(self) -> "View":
        """Return this view a quarter turn further, clockwise."""
        return replace(
            self,
            turns=(self.turns + 1) % 4,
            center_x=1 - self.center_y,
            center_y=self.center_x,
            probe_x=_mirror(self.probe_y),
            probe_y=self.probe_x,
        )

    def flipped(self) -> "View":
        """Return this view with left and right exchanged, as they are seen."""
        return replace(
            self,
            mirrored=not self.mirrored,
            turns=-self.turns % 4,
            center_x=1 - self.center_x,
            probe_x=_mirror(self.probe_x),
        )

    def flipped_upside_down(self) -> "View":
        """Return this view with above and below exchanged, as they are seen."""
        return replace(
            self,
            mirrored=not self.mirrored,
            turns=(2 - self.turns) % 4,
            center_y=1 - self.center_y,
            probe_y=_mirror(self.probe_y),
        )

    def stored_place(self, x: float, y: float) -> tuple[float, float]:
        """Return where (`x`, `y`), fractions of the picture as it is seen, lies in fractions of the stored one."""
        for _ in range(self.turns):  # turned back
            x, y = y, 1 - x
        return (1 - x if self.mirrored else x), y

    def seen_place(self, x: float, y: float) -> tuple[float, float]:
        """Return where (`x`, `y`), fractions of the stored picture, lies in fractions of the picture as it is seen."""
        x = 1 - x if self.mirrored else x
        for _ in range(self.turns):
            x, y = 1 - y, x
        return x, y

    def with_marks(self, marks: tuple[Mark, ...]) -> "View":
        """Return this view with these measures on the picture."""
        return replace(self, marks=marks)

    def marked(self, marking: Mark | None) -> "View":
        """Return this view with another measure under way, or with none."""
        return replace(self, marking=marking)

    def colored(self, colormap: str) -> "View":
        """Return this view under another colormap."""
        return replace(self, colormap=colormap)

    def smoothed(self) -> "View":
        """Return this view with pixels that blend where they are enlarged, or with sharp ones again."""
        return replace(self, smooth=not self.smooth)

    def with_overlays(self, shown: bool) -> "View":
        """Return this view with or without overlay planes."""
        return replace(self, overlays=shown)

    def with_bars(self, shown: bool) -> "View":
        """Return this view with or without histogram and bar of colours."""
        return replace(self, bars=shown)

    def with_lock(self, locked: bool) -> "View":
        """Return this view with the window locked or free."""
        return replace(self, locked=locked)

    def reset(self) -> "View":
        """Return the first view, but for what is drawn over the picture."""
        return View(
            corner_text=self.corner_text, private=self.private, overlays=self.overlays, bars=self.bars, marks=self.marks
        )

    def for_another_series(self, *, same_unit: bool) -> "View":
        """Return the view for the first picture of another series; a locked window stays where it means the same."""
        fresh = replace(self.reset(), marks=())
        if not self.locked:
            return fresh
        return replace(fresh, locked=True, window=self.window if same_unit else None, inverted=self.inverted)
