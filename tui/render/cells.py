"""Screen pixels to terminal text: some pixels of two colours a cell, in ready-made lines with few colour changes.

A line is exact: parsed back it gives the pixels that went in. It begins without assumptions on the colours in force and
ends with a reset.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui.render.blocks import masks, two_colors
from tui.render.cell_kind import CellKind
from tui.render.changes import UPPER_HALF, Table, heads
from tui.render.color_depth import ColorDepth, rgb_of, sgr
from tui.render.dither import color_ids, four_greys, grey
from tui.render.repetition import MORE_SPACES, with_repetition
from tui.render.thrifty import SPACE, Colors, Exact, NearColors, NearGreys, thrifty

Ids = NDArray[Any]
Levels = NDArray[Any]
RGB = tuple[int, int, int]

RESET = "\x1b[0m"
_GREY = 0x010101


class Label(NamedTuple):
    """A text over the picture, safe to draw: where it begins, and how many cells it takes."""

    row: int
    column: int
    width: int
    text: str


class Run(NamedTuple):
    """Some cells of the same colours; None is the terminal's own colour."""

    text: str
    foreground: RGB | None
    background: RGB | None


@dataclass(frozen=True, slots=True)
class Encoder:
    """Turns levels into lines for one kind of terminal.

    Parameters
    ----------
    depth : ColorDepth
        Its colours.
    kind : CellKind
        What a cell draws.
    repeats : bool
        Whether the terminal repeats a character on request (ECMA-48 8.3.103, REP): runs of spaces are shorter.
    """

    depth: ColorDepth
    kind: CellKind = CellKind.HALF
    repeats: bool = False
    _table: Table = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_table", Table(self.depth, self.kind))

    def grid(self, levels: Levels, labels: tuple[Label, ...] = (), *, error: int = 0) -> "Grid":
        """Return the cells of a picture.

        Parameters
        ----------
        levels : ndarray of uint8, shape (rows * kind.rows, columns * kind.columns[, 3])
            Grey levels or RGB of the screen pixels.
        labels : tuple of Label
            Texts over it; of two that overlap, the first is drawn.
        error : int
            How far off a colour may be, in levels, for fewer bytes; 0 is exact. (Other cells than half-blocks: `NEAR` at the
            most, see `color_ids`.)
        """
        depth, kind = self.depth, self.kind
        if depth is ColorDepth.MONO or kind.is_text:
            return self._text_grid(levels, labels)
        if kind is CellKind.HALF:
            ids = color_ids(levels, depth)
            return Grid(self, ids[0::2], ids[1::2], None, labels, error)
        if kind is CellKind.SPACE:
            ids = color_ids(levels, depth, few=bool(error))
            return Grid(self, ids, ids, None, labels)
        if depth is ColorDepth.PALETTE_16:
            levels = four_greys(levels)  # dithered as pixels, not as the means of some
        blocks = two_colors(levels, kind)
        front, back = color_ids(blocks.front, depth, few=bool(error)), color_ids(blocks.back, depth, few=bool(error))
        return Grid(self, front, back, blocks.mask, labels)

    def _text_grid(self, levels: Levels, labels: tuple[Label, ...]) -> "Grid":
        """Return the cells where characters stand for brightness, white on black."""
        if self.kind in (CellKind.ASCII, CellKind.SPACE):
            single = (levels if levels.ndim == 2 else grey(levels)).astype(np.int64)
            glyphs = single * len(self.kind.glyphs) // 256
        else:
            glyphs = masks(color_ids(levels, ColorDepth.MONO), self.kind)
        white, black = _WHITE_AND_BLACK[self.depth]
        back = np.full(glyphs.shape, black, np.int64)
        return Grid(self, np.where(glyphs == 0, back, white), back, glyphs, labels)


@dataclass(frozen=True, eq=False)
class Grid:
    """The cells of one picture: colour ids of both colours of each, and its mask, shape (rows, columns).

    Without masks, cells are half-blocks, the upper pixel in front. With an `error`, they take longer to be written, and
    fewer bytes: halves of a cell change places where that saves a colour, and true colours are no further off than that.
    """

    encoder: Encoder
    front: Ids
    back: Ids
    masks: Ids | None
    labels: tuple[Label, ...]
    error: int = 0

    @property
    def width(self) -> int:
        """Return the width in cells."""
        return int(self.front.shape[1])

    @property
    def height(self) -> int:
        """Return the height in cells."""
        return int(self.front.shape[0])

    def changed_rows(self, before: "Grid | None") -> list[int]:
        """Return the rows that are to be written another way than those of `before` were; all without one."""
        if before is None or before.encoder is not self.encoder or before.front.shape != self.front.shape:
            return list(range(self.height))
        if (before.error, before.masks is None) != (self.error, self.masks is None):
            return list(range(self.height))
        changed = (self.front != before.front).any(1) | (self.back != before.back).any(1)
        if self.masks is not None and before.masks is not None:
            changed |= (self.masks != before.masks).any(1)
        if self.labels != before.labels:
            changed[[label.row for label in (*self.labels, *before.labels) if 0 <= label.row < self.height]] = True
        return [int(row) for row in np.flatnonzero(changed)]

    def lines(self, rows: Sequence[int] | None = None) -> list[str]:
        """Return the terminal text of some rows, in order; None for all."""
        if rows is not None and len(rows) < self.height:
            row_at = {row: at for at, row in enumerate(rows)}
            labels = tuple(label._replace(row=row_at[label.row]) for label in self.labels if label.row in row_at)
            masks = self.masks[rows] if self.masks is not None else None
            return replace(self, front=self.front[rows], back=self.back[rows], masks=masks, labels=labels).lines()
        if not self.height:
            return []
        if self.encoder.depth is ColorDepth.MONO:
            return ["".join(run.text for run in self.runs(row)) for row in range(self.height)]
        spans = {row: self._spans(row) for row in {label.row for label in self.labels if 0 <= label.row < self.height}}
        if self.error:
            return self._thrifty_lines(spans)
        found = heads(self.front, self.back, self.masks, *self._edges(spans))
        texts = list(map(self.encoder._table.__getitem__, found.keys.tolist()))
        more = MORE_SPACES.__getitem__ if self.encoder.repeats else SPACE.__mul__
        with_more = np.flatnonzero(found.spaces)
        for at, number in zip(with_more.tolist(), found.spaces[with_more].tolist(), strict=True):
            texts[at] += more(number)
        bounds = np.searchsorted(found.places, np.arange(self.height + 1) * self.width).tolist()
        columns = found.places % self.width if spans else found.places
        return [
            self._labelled_line(texts[start:end], columns[start:end].tolist(), spans[row])
            if row in spans
            else "".join(texts[start:end]) + RESET
            for row, (start, end) in enumerate(pairwise(bounds))
        ]

    def _edges(
        self, spans: dict[int, list[tuple[int, int, str]]]
    ) -> tuple[NDArray[np.bool_] | None, NDArray[np.bool_] | None]:
        """Return where labels begin or end, and where they end: the arguments of `heads`."""
        if not spans:
            return None, None
        edges, behind = np.zeros(self.front.shape, bool), np.zeros(self.front.shape, bool)
        for row, places in spans.items():
            edges[row, [start for start, _, _ in places if start < self.width]] = True
            behind[row, [end for _, end, _ in places if end < self.width]] = True
        return edges | behind, behind

    def _spans(self, row: int) -> list[tuple[int, int, str]]:
        """Return (start, end, text) of the labels on `row`, in order, none over another."""
        spans: list[tuple[int, int, str]] = []
        for label in self.labels:
            end = label.column + label.width
            free = all(end <= start or label.column >= stop for start, stop, _ in spans)
            if label.row == row and free and label.column >= 0 and end <= self.width:
                spans.append((label.column, end, label.text))
        return sorted(spans)

    def _labelled_line(self, parts: list[str], columns: list[int], spans: list[tuple[int, int, str]]) -> str:
        """Return a row of cells (a part for each of `columns`) with labels in place of some."""
        style, pieces, at = _label_style(self.encoder.depth), list[str](), 0
        for start, end, label in spans:
            pieces += [*parts[at : bisect_left(columns, start)], style, label, RESET]
            at = bisect_left(columns, end)
        return "".join(pieces) + "".join(parts[at:]) + RESET

    def _thrifty_lines(self, spans: dict[int, list[tuple[int, int, str]]]) -> list[str]:
        """Return all rows in few bytes, with labels in place of some cells."""
        depth, front, back = self.encoder.depth, self.front, self.back
        colors: Colors = Exact()
        if depth is ColorDepth.TRUECOLOR:
            grey = not ((front % _GREY).any() or (back % _GREY).any())
            colors = NearGreys(self.error) if grey else NearColors(self.error)
            front, back = (front & 255, back & 255) if grey else (front, back)
        style = _label_style(depth)
        lines = []
        for row, (uppers, lowers) in enumerate(zip(front.tolist(), back.tolist(), strict=True)):
            parts, at = list[str](), 0
            for start, end, label in spans.get(row, ()):
                parts += [self._few(uppers[at:start], lowers[at:start], colors), style, label, RESET]
                at = end
            lines.append("".join(parts) + self._few(uppers[at:], lowers[at:], colors) + RESET)
        return lines

    def _few(self, uppers: Sequence[int], lowers: Sequence[int], colors: Colors) -> str:
        """Return some cells in few bytes."""
        text = thrifty(uppers, lowers, colors, self.encoder.depth)
        return with_repetition(text) if self.encoder.repeats else text

    def label_texts(self) -> list[tuple[int, int, int, str]]:
        """Return (row, column, width, ready terminal text) of the labels that are drawn."""
        style = _label_style(self.encoder.depth)
        rows = sorted({label.row for label in self.labels})
        return [(row, start, end - start, f"{style}{text}{RESET}") for row in rows for start, end, text in self._spans(row)]

    def runs(self, row: int) -> list[Run]:
        """Return `row` as runs of cells, for whatever draws over a part of the picture."""
        runs: list[Run] = []
        at = 0
        for start, end, text in self._spans(row):
            runs += self._picture_runs(row, at, start)
            depth = self.encoder.depth
            white, black = (None, None) if depth is ColorDepth.MONO else (rgb_of(one, depth) for one in _LABEL_IDS[depth])
            runs.append(Run(text, white, black))
            at = end
        return runs + self._picture_runs(row, at, self.width)

    def _picture_runs(self, row: int, start: int, end: int) -> list[Run]:
        depth, glyphs, runs = self.encoder.depth, self.encoder.kind.glyphs, list[Run]()
        fronts, backs = self.front[row, start:end].tolist(), self.back[row, start:end].tolist()
        shapes = [UPPER_HALF] * len(fronts) if self.masks is None else self.masks[row, start:end].tolist()
        for front, back, shape in zip(fronts, backs, shapes, strict=True):
            if depth is ColorDepth.MONO:
                run = Run(glyphs[shape], None, None)
            elif front == back:
                run = Run(SPACE, None, rgb_of(back, depth))
            else:
                run = Run(glyphs[shape], rgb_of(front, depth), rgb_of(back, depth))
            if runs and runs[-1][1:] == run[1:]:
                runs[-1] = run._replace(text=runs[-1].text + run.text)
            else:
                runs.append(run)
        return runs


def _label_style(depth: ColorDepth) -> str:
    """Return what selects the colours of labels."""
    white, black = _LABEL_IDS[depth]
    return f"\x1b[{sgr(white, depth, background=False)};{sgr(black, depth, background=True)}m"


# of a label's text, and of what is behind it
_LABEL_IDS = {
    ColorDepth.TRUECOLOR: (0xE0E0E0, 0x000000),
    ColorDepth.PALETTE_256: (254, 16),
    ColorDepth.PALETTE_16: (15, 0),
    ColorDepth.MONO: (1, 0),
}
_WHITE_AND_BLACK = {
    ColorDepth.TRUECOLOR: (0xFFFFFF, 0x000000),
    ColorDepth.PALETTE_256: (231, 16),
    ColorDepth.PALETTE_16: (15, 0),
    ColorDepth.MONO: (1, 0),
}
