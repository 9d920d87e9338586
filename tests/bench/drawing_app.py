"""The other side: an app that draws the same pictures by rich-pixels in a Static, or writes their bytes straight out.

``python -m tests.bench.drawing_app rich|raw FILE``: ``.`` and ``,`` move the level as the browser's do.
"""

import sys

from PIL import Image
from rich_pixels import Pixels
from textual.app import App, ComposeResult
from textual.events import Key
from textual.widgets import Static

from tests.bench.bench_window_key import FRAME_END
from tests.bench.pictures import COLUMNS, ROWS, levels_of, loaded
from tui.dicom.pixels.picture import Picture
from tui.dicom.pixels.view import View
from tui.render.cells import Encoder
from tui.render.color_depth import ColorDepth


class DrawingApp(App[None]):
    """One picture of `COLUMNS` x `ROWS` cells, drawn anew at each key."""

    ENABLE_COMMAND_PALETTE = False
    CSS = f"Static {{ width: {COLUMNS}; height: {ROWS}; }} Screen {{ overflow: hidden; }}"

    def __init__(self, way: str, picture: Picture) -> None:
        super().__init__()
        self._raw = way == "raw"
        self._picture = picture
        self._view = View()
        self._static = Static()
        self._encoder = Encoder(ColorDepth.TRUECOLOR)

    def compose(self) -> ComposeResult:
        yield self._static

    def on_mount(self) -> None:
        self._draw()

    def on_key(self, event: Key) -> None:
        step = 0.05 if event.key == "full_stop" else -0.05
        self._view = self._view.windowed(self._picture.window_of(self._view).nudged(center=step))
        self._draw()

    def _draw(self) -> None:
        levels = levels_of(self._picture, self._view)
        if self._raw and self._driver is not None:
            lines = self._encoder.grid(levels).lines()
            self._driver.write("".join(f"\x1b[{row + 1};1H{line}" for row, line in enumerate(lines)) + FRAME_END.decode())
        else:
            self._static.update(Pixels.from_image(Image.fromarray(levels)))


if __name__ == "__main__":
    DrawingApp(sys.argv[1], loaded(sys.argv[2])).run()
