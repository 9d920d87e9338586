"""Screen pixels to terminal text: half-blocks, two pixels a cell, in ready-made lines with few colour changes.

A line is exact: parsed back it gives the pixels that went in. It begins without assumptions on the colours in force and
ends with a reset.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui.render.color_depth import ColorDepth, rgb_of, sgr
from tui.render.dither import color_ids

Ids = NDArray[np.int64]
Levels = NDArray[Any]
RGB = tuple[int, int, int]

RESET = "\x1b[0m"
UPPER, LOWER, SPACE, FULL = "▀", "▄", " ", "█"
_MONO = (" ", "▄", "▀", "█")
_DENSITY = " .:-=+*#%@"
_MOST_ENTRIES = 300_000
_ID, _LOWER_AT = 0x1FFFFFF, 28  # how an id lies in a key of the table
# What a cell changes: both colours, one, none; those of one colour are spaces, or full blocks in the foreground in force
_BOTH, _UPPER_ONLY, _LOWER_ONLY, _SAME, _FLAT, _FLAT_SAME, _FULL = range(7)
# by flat, new lower colour, new upper colour
_KINDS = np.array([_SAME, _UPPER_ONLY, _LOWER_ONLY, _BOTH, _FLAT_SAME, _FLAT_SAME, _FLAT, _FLAT])


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


class _Table(dict[int, str]):
    """The text of a cell by (what changes, upper id, lower id), made when first needed."""

    def __init__(self, depth: ColorDepth) -> None:
        super().__init__()
        self._depth = depth

    def __missing__(self, key: int) -> str:
        if len(self) > _MOST_ENTRIES:
            self.clear()
        kind, upper, lower = key & 7, key >> 3 & _ID, key >> _LOWER_AT
        parts = []
        if kind in (_BOTH, _UPPER_ONLY):
            parts.append(sgr(upper, self._depth, background=False))
        if kind in (_BOTH, _LOWER_ONLY, _FLAT):
            parts.append(sgr(lower, self._depth, background=True))
        glyph = FULL if kind == _FULL else SPACE if kind in (_FLAT, _FLAT_SAME) else UPPER
        text = self[key] = f"\x1b[{';'.join(parts)}m{glyph}" if parts else glyph
        return text


@dataclass(frozen=True, slots=True)
class Encoder:
    """Turns levels into lines for one kind of terminal.

    Parameters
    ----------
    depth : ColorDepth
        Its colours.
    unicode : bool
        Whether it draws half-blocks; without them a cell is one pixel, drawn as a coloured space.
    """

    depth: ColorDepth
    unicode: bool = True
    _table: _Table = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_table", _Table(self.depth))

    def grid(self, levels: Levels, labels: tuple[Label, ...] = (), *, few: bool = False) -> "Grid":
        """Return the cells of a picture.

        Parameters
        ----------
        levels : ndarray of uint8, shape (2 * rows, columns) or (2 * rows, columns, 3)
            Grey levels or RGB of the screen pixels.
        labels : tuple of Label
            Texts over it; of two that overlap, the first is drawn.
        few : bool
            Whether fewer colours will do, for fewer bytes (see `color_ids`).
        """
        if not self.unicode:
            pairs = levels.reshape(levels.shape[0] // 2, 2, *levels.shape[1:]).astype(np.uint16)
            mean = ((pairs[:, 0] + pairs[:, 1] + 1) // 2).astype(np.uint8)
            if self.depth is ColorDepth.MONO:
                single = mean if mean.ndim == 2 else mean.mean(-1)
                shades = np.minimum(single.astype(np.int64) * len(_DENSITY) // 256, len(_DENSITY) - 1)
                return Grid(self, shades, shades, labels)
            ids = color_ids(mean, self.depth, few=few)
            return Grid(self, ids, ids, labels)
        ids = color_ids(levels, self.depth, few=few)
        return Grid(self, ids[0::2], ids[1::2], labels, thrifty=few and self.depth is not ColorDepth.MONO)


@dataclass(frozen=True, eq=False)
class Grid:
    """The cells of one picture: colour ids of the upper and lower pixel of each, shape (rows, columns).

    A `thrifty` one takes longer to be written, and fewer bytes: halves of a cell change places where that saves a colour.
    """

    encoder: Encoder
    upper: Ids
    lower: Ids
    labels: tuple[Label, ...]
    thrifty: bool = False

    @property
    def width(self) -> int:
        """Return the width in cells."""
        return int(self.upper.shape[1])

    @property
    def height(self) -> int:
        """Return the height in cells."""
        return int(self.upper.shape[0])

    def lines(self) -> list[str]:
        """Return the terminal text of every row."""
        if self.encoder.depth is ColorDepth.MONO:
            return ["".join(run.text for run in self.runs(row)) for row in range(self.height)]
        spans = {row: self._spans(row) for row in {label.row for label in self.labels if 0 <= label.row < self.height}}
        behind = np.zeros(self.upper.shape, bool)
        for row, places in spans.items():
            behind[row, [end for _, end, _ in places if end < self.width]] = True
        if self.thrifty:
            return [self._thrifty_line(row, spans.get(row, [])) for row in range(self.height)]
        codes = _codes(self.upper, self.lower, behind).tolist()
        text = self.encoder._table.__getitem__
        return [
            self._labelled_line(row_codes, spans[row]) if row in spans else "".join(map(text, row_codes)) + RESET
            for row, row_codes in enumerate(codes)
        ]

    def _spans(self, row: int) -> list[tuple[int, int, str]]:
        """Return (start, end, text) of the labels on `row`, in order, none over another."""
        spans: list[tuple[int, int, str]] = []
        for label in self.labels:
            end = label.column + label.width
            free = all(end <= start or label.column >= stop for start, stop, _ in spans)
            if label.row == row and free and label.column >= 0 and end <= self.width:
                spans.append((label.column, end, label.text))
        return sorted(spans)

    def _labelled_line(self, codes: list[int], spans: list[tuple[int, int, str]]) -> str:
        depth, parts, at = self.encoder.depth, list[str](), 0
        text = self.encoder._table.__getitem__
        white, black = _label_ids(depth)
        style = f"\x1b[{sgr(white, depth, background=False)};{sgr(black, depth, background=True)}m"
        for start, end, label in spans:
            parts += [*map(text, codes[at:start]), style, label, RESET]
            at = end
        return "".join(parts) + "".join(map(text, codes[at:])) + RESET

    def _thrifty_line(self, row: int, spans: list[tuple[int, int, str]]) -> str:
        """Return a row with each cell drawn by the glyph that changes the shortest colours, given the cells before it."""
        depth = self.encoder.depth
        white, black = _label_ids(depth)
        style = f"\x1b[{sgr(white, depth, background=False)};{sgr(black, depth, background=True)}m"
        uppers, lowers, parts, at = self.upper[row].tolist(), self.lower[row].tolist(), list[str](), 0
        for start, end, label in spans:
            parts += [_thrifty(uppers[at:start], lowers[at:start], depth), style, label, RESET]
            at = end
        return "".join(parts) + _thrifty(uppers[at:], lowers[at:], depth) + RESET

    def runs(self, row: int) -> list[Run]:
        """Return `row` as runs of cells, for whatever draws over a part of the picture."""
        runs: list[Run] = []
        at = 0
        for start, end, text in self._spans(row):
            runs += self._picture_runs(row, at, start)
            white, black = _label_ids(self.encoder.depth)
            depth = self.encoder.depth
            mono = depth is ColorDepth.MONO
            runs.append(Run(text, None if mono else rgb_of(white, depth), None if mono else rgb_of(black, depth)))
            at = end
        return runs + self._picture_runs(row, at, self.width)

    def _picture_runs(self, row: int, start: int, end: int) -> list[Run]:
        depth, runs = self.encoder.depth, list[Run]()
        for upper, lower in zip(self.upper[row, start:end].tolist(), self.lower[row, start:end].tolist(), strict=True):
            if depth is ColorDepth.MONO:
                glyph = _MONO[upper * 2 + lower] if self.encoder.unicode else _DENSITY[upper]
                run = Run(glyph, None, None)
            elif upper == lower:
                run = Run(SPACE, None, rgb_of(lower, depth))
            else:
                run = Run(UPPER, rgb_of(upper, depth), rgb_of(lower, depth))
            if runs and runs[-1][1:] == run[1:]:
                runs[-1] = run._replace(text=runs[-1].text + run.text)
            else:
                runs.append(run)
        return runs


def _label_ids(depth: ColorDepth) -> tuple[int, int]:
    """Return the colour ids of a label's text and of what is behind it."""
    return {
        ColorDepth.TRUECOLOR: (0xE0E0E0, 0x000000),
        ColorDepth.PALETTE_256: (254, 16),
        ColorDepth.PALETTE_16: (15, 0),
        ColorDepth.MONO: (1, 0),
    }[depth]


def _codes(upper: Ids, lower: Ids, behind: NDArray[np.bool_]) -> Ids:
    """Return a `_Table` key for every cell: which colours have to be set, given the cells before it in its row.

    `behind` is true for the cells after a label, where no colour is in force.
    """
    columns = np.arange(upper.shape[1])
    flat = upper == lower
    start = np.maximum.accumulate(np.where(behind, columns, 0), axis=1) if behind.any() else 0
    # the foreground in force is that of the last cell of two colours; a cell of that one colour needs no other
    foreground, has_foreground = _in_force(upper, ~flat, columns, start)
    full = flat & has_foreground & (upper == foreground)
    full[:, :-1] &= lower[:, 1:] != lower[:, :-1]  # a run of it is shorter as spaces
    # the background in force is that of the last cell that is not drawn in the foreground alone
    background, has_background = _in_force(lower, ~full, columns, start)
    new_lower = ~has_background | (lower != background)
    full &= new_lower
    new_lower &= ~full
    new_upper = ~flat & (~has_foreground | (upper != foreground))
    kind = np.where(full, _FULL, _KINDS[flat * 4 + new_lower * 2 + new_upper])
    return np.asarray(kind | np.where(new_upper, upper, 0) << 3 | np.where(new_lower, lower, 0) << _LOWER_AT, np.int64)


def _in_force(ids: Ids, sets: NDArray[np.bool_], columns: Ids, start: Ids | int) -> tuple[Ids, NDArray[np.bool_]]:
    """Return the id that the last cell before each one, of those that `sets` is true for, has set, and whether there is one.

    Cells before `start` do not count.
    """
    last = np.maximum.accumulate(np.where(sets, columns, -1), axis=1)
    previous = np.full_like(last, -1)
    previous[:, 1:] = last[:, :-1]
    rows = np.arange(len(ids))[:, None]
    return ids[rows, previous], previous >= np.maximum(start, 0)


@cache
def _sgr_pair(color: int, depth: ColorDepth) -> tuple[str, str]:
    """Return the SGR parameters that select a colour as foreground, and as background."""
    return sgr(color, depth, background=False), sgr(color, depth, background=True)


def _thrifty(uppers: list[int], lowers: list[int], depth: ColorDepth) -> str:
    """Return some cells, drawn as `Grid._thrifty_line` says."""
    parts: list[str] = []
    foreground = background = -1
    at, end = 0, len(uppers)
    while at < end:
        upper, lower = uppers[at], lowers[at]
        at += 1
        if upper == lower:
            run = 1
            while at < end and uppers[at] == lowers[at] == upper:
                run, at = run + 1, at + 1
            code = _sgr_pair(upper, depth)[1]
            if upper == background:
                parts.append(SPACE * run)
            elif upper == foreground and 2 * run <= len(code) + 3:  # a full block takes three bytes, a space one
                parts.append(FULL * run)
            else:
                parts.append(f"\x1b[{code}m{SPACE * run}")
                background = upper
            continue
        kept = (upper == foreground) + (lower == background)
        swapped = (lower == foreground) + (upper == background)
        glyph, front, back = (LOWER, lower, upper) if swapped > kept else (UPPER, upper, lower)
        if front == foreground:
            parts.append(glyph if back == background else f"\x1b[{_sgr_pair(back, depth)[1]}m{glyph}")
        elif back == background:
            parts.append(f"\x1b[{_sgr_pair(front, depth)[0]}m{glyph}")
        else:
            parts.append(f"\x1b[{_sgr_pair(front, depth)[0]};{_sgr_pair(back, depth)[1]}m{glyph}")
        foreground, background = front, back
    return "".join(parts)
