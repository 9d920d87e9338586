"""A line that is ready-made terminal text, and becomes segments only when something lies over it."""

from collections.abc import Callable, Iterable, Sequence

from rich.color import Color
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.render.cells import Run


class AnsiStrip(Strip):
    """One line of a picture.

    Textual writes a strip by asking it for its text (`render`), and cuts it (`divide`, `crop`) where another widget lies
    over a part of it: only then are segments made.

    Parameters
    ----------
    text : str
        The terminal text of the whole line.
    runs : callable
        Returns the same cells as runs.
    width : int
        Cells.
    """

    __slots__ = ("_made", "_runs", "_text")

    def __init__(self, text: str, runs: Callable[[], Iterable[Run]], width: int) -> None:
        self._text = text
        self._runs = runs
        self._made: list[Segment] | None = None
        super().__init__((), width)

    @property
    def _segments(self) -> list[Segment]:  # a slot of Strip's, filled when first read
        if self._made is None:
            self._made = [Segment(run.text, _style(run)) for run in self._runs()]
        return self._made

    @_segments.setter
    def _segments(self, value: list[Segment]) -> None:
        """Ignore the empty list that Strip's constructor sets: the segments are made from the runs."""

    def render(self, console: Console) -> str:  # noqa: ARG002 - Textual's signature
        """Return the ready-made text."""
        return self._text

    def divide(self, cuts: Iterable[int]) -> Sequence[Strip]:
        """Return itself where nothing is cut, else strips of segments."""
        places = list(cuts)
        return [self] if places == [self.cell_length] else super().divide(places)

    def crop(self, start: int, end: int | None = None) -> Strip:
        """Return itself where nothing is cut off, else a strip of segments."""
        if start == 0 and (end is None or end >= self.cell_length):
            return self
        return super().crop(start, end)


def _style(run: Run) -> Style:
    return Style(
        color=Color.from_rgb(*run.foreground) if run.foreground else None,
        bgcolor=Color.from_rgb(*run.background) if run.background else None,
    )
