"""Writing one widget without laying out the screen around it: what a key in the picture changes is the picture.

Textual's own update asks every widget of each line for its part and cuts those to pieces, which takes several times as long
as making the picture.
"""

from collections.abc import Mapping
from weakref import WeakKeyDictionary

from rich.console import Console
from textual._compositor import CompositorUpdate
from textual.errors import NoWidget
from textual.geometry import Region
from textual.screen import Screen
from textual.widget import Widget

_racks: WeakKeyDictionary[Screen[object], tuple[Widget, ...]] = WeakKeyDictionary()


class RegionUpdate(CompositorUpdate):
    """The lines of one region of the screen, over which nothing lies.

    Parameters
    ----------
    lines : mapping of int to str
        Ready terminal text, as wide as the region, by row of it; the rows that are not there stay as they are.
    region : Region
        Where they go.
    before : str
        What is written first.
    """

    def __init__(self, lines: Mapping[int, str], region: Region, before: str = "") -> None:
        self._lines = lines
        self._region = region
        self._before = before

    def render_segments(self, console: Console) -> str:  # noqa: ARG002 - Textual's signature
        """Return the terminal text."""
        x, y = self._region.x + 1, self._region.y + 1
        return self._before + "".join(f"\x1b[{y + row};{x}H{line}" for row, line in self._lines.items())


def write_alone(widget: Widget, lines: Mapping[int, str], before: str = "") -> bool:
    """Write some lines of `widget`, if nothing lies over it and all of it is on the screen; return whether that was so."""
    app, screen, region = widget.app, widget.screen, widget.region
    if screen is not app.screen or app._batch_count or region.size != widget.size:
        return False
    try:
        seen = screen.find_widget(widget).visible_region
    except NoWidget:
        return False
    if not region.area or seen != region or not app.size.region.contains_region(region):
        return False
    racks = _racks.get(screen)
    if racks is None:
        racks = _racks[screen] = tuple(screen.query("ToastRack"))
    if any(rack.display and rack.children for rack in racks):
        return False
    app._display(screen, RegionUpdate(lines, region, before))  # type: ignore[arg-type]  # as Textual's own updates
    return True
