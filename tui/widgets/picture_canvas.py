"""What turns a picture under a view into strips."""

from functools import partial

from textual.strip import Strip

from tui.dicom.pixels.drawing import Drawing
from tui.dicom.pixels.geometry import Letters
from tui.dicom.pixels.picture import Picture
from tui.dicom.pixels.screen_text import ScreenText
from tui.dicom.pixels.view import View
from tui.render.cell_kind import CellKind
from tui.render.cells import Encoder, Grid, Label
from tui.render.color_depth import ColorDepth
from tui.terminal.graphics import LabelText
from tui.text import cell_width, fit_cells
from tui.widgets.ansi_strip import AnsiStrip

_MOST_TEXT = 6  # the corner texts take a sixth of the height at the most


class PictureCanvas:
    """Draws one picture at one size, under many views.

    `unicode` tells whether texts may be more than ASCII, and `repeats` whether the terminal repeats a character on request.
    """

    def __init__(self, depth: ColorDepth, kind: CellKind, *, unicode: bool = True, repeats: bool = False) -> None:
        self._encoder = Encoder(depth, kind, repeats=repeats)
        self._unicode = unicode
        self._drawing: Drawing | None = None
        self._width = self._height = 0
        self._lines: list[str] = []
        self._grid: Grid | None = None

    def set(self, picture: Picture, width: int, height: int) -> None:
        """Draw `picture` in `width` x `height` cells from now on."""
        before = self._drawing
        if before is None or picture is not before.picture or (width, height) != (self._width, self._height):
            self._width, self._height = width, height
            kind = self._encoder.kind
            colors = self._encoder.depth.has_colors and not kind.is_text
            self._drawing = Drawing(picture, width * kind.columns, height * kind.rows, colors=colors, cells=kind)

    @property
    def drawing(self) -> Drawing | None:
        """Return what draws the picture."""
        return self._drawing

    def place_at(self, view: View, column: int, row: int) -> tuple[float, float] | None:
        """Return the place, in fractions of the picture as it is seen, of a cell; None beside the picture."""
        kind = self._encoder.kind
        if self._drawing is None:
            return None
        return self._drawing.place_at(view, column * kind.columns + kind.columns // 2, row * kind.rows)

    def scale(self, view: View) -> float:
        """Return how many screen pixels a picture column takes under `view`."""
        return self._drawing.placement(view).scale if self._drawing is not None else 0.0

    def draw(self, view: View, *, texts: bool, error: int = 0) -> dict[int, str]:
        """Draw the picture under `view`, with the texts around it or without; colours may be `error` levels off.

        Returns
        -------
        dict of int to str
            The lines that differ from what was drawn before, by row.
        """
        drawing = self._drawing
        if drawing is None or self._width < 1 or self._height < 1:
            self._lines = []
            return {}
        words = (_label_of(text, self._encoder.kind) for text in drawing.texts(view))
        labels = (*words, *(self._labels(drawing.picture, view) if texts else ()))
        if not self._unicode:
            labels = tuple(map(_ascii_only, labels))
        grid = self._encoder.grid(drawing.levels(view), labels, error=error)
        rows = grid.changed_rows(self._grid)
        changed = dict(zip(rows, grid.lines(rows), strict=True))
        self._grid = grid
        if len(self._lines) != grid.height:
            self._lines = [""] * grid.height
        for row, line in changed.items():
            self._lines[row] = line
        return changed

    def forget(self) -> None:
        """Draw all lines anew the next time: something else lies over what was drawn."""
        self._grid = None

    def label_texts(self) -> list[LabelText]:
        """Return the texts around the picture that was drawn last."""
        return [LabelText(*label) for label in self._grid.label_texts()] if self._grid is not None else []

    def strips(self) -> list[Strip]:
        """Return what was drawn last."""
        grid = self._grid
        if grid is None:
            return []
        return [AnsiStrip(line, partial(grid.runs, row), self._width) for row, line in enumerate(self._lines)]

    def _labels(self, picture: Picture, view: View) -> tuple[Label, ...]:
        """Return the texts around the picture: corners above, letters at the middle of the edges."""
        lines = max(1, self._height // _MOST_TEXT)
        half = self._width // 2 - 4
        letters = picture.letters.as_seen(mirrored=view.mirrored, turns=view.turns)
        caption = picture.caption.masked if view.private else picture.caption
        labels: list[Label] = []
        if self._height >= 3:
            labels += self._letters(letters)
        for row, text in enumerate(caption.patient[:lines]):
            labels.append(_label(row, 1, fit_cells(text, half)))
        for row, text in enumerate(caption.study[:lines]):
            shown = fit_cells(text, half)
            labels.append(_label(row, self._width - 1 - cell_width(shown), shown))
        return tuple(labels)

    def _letters(self, letters: Letters) -> list[Label]:
        """Return the directions at the middle of the edges; none where they are not known."""
        middle = self._height // 2
        places = (
            _label(0, (self._width - cell_width(letters.top)) // 2, letters.top),
            _label(self._height - 1, (self._width - cell_width(letters.bottom)) // 2, letters.bottom),
            _label(middle, 1, letters.left),
            _label(middle, self._width - 1 - cell_width(letters.right), letters.right),
        )
        return [label for label in places if label.text]


def _label_of(text: ScreenText, kind: CellKind) -> Label:
    column = text.x // kind.columns - (cell_width(text.text) if text.ends else 0)
    return _label(text.y // kind.rows, column, text.text)


def _label(row: int, column: int, text: str) -> Label:
    return Label(row, column, cell_width(text), text)


def _ascii_only(label: Label) -> Label:
    """Return a label for a terminal that knows ASCII only."""
    text = "".join(character if character.isascii() else "?" for character in label.text)
    return _label(label.row, label.column, text)
