"""What has to be written of the cells of a picture: of each row the ones that differ from the one before, and which colours.

A `Table` has their text.
"""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui.render.cell_kind import CellKind
from tui.render.color_depth import ColorDepth, sgr
from tui.render.thrifty import FULL, SPACE

Ids = NDArray[Any]

_MOST_ENTRIES: Final = 300_000
_ID, _GLYPH_AT, _FRONT_AT, _BACK_AT = 0x1FFFFFF, 3, 11, 36  # how a cell lies in a key of the table
UPPER_HALF: Final = 1  # its mask
# What a cell changes: both colours, one, none; those of one colour are spaces, or full blocks in the foreground in force
_BOTH, _FRONT_ONLY, _BACK_ONLY, _SAME, _FLAT, _FLAT_SAME, _FULL = range(7)
# by full, flat, new background, new foreground
_KINDS = np.array([_SAME, _FRONT_ONLY, _BACK_ONLY, _BOTH, _FLAT_SAME, _FLAT_SAME, _FLAT, _FLAT, *[_FULL] * 8])


class Table(dict[int, str]):
    """The text of a cell by (what changes, glyph, foreground id, background id), made when first needed."""

    def __init__(self, depth: ColorDepth, kind: CellKind) -> None:
        super().__init__()
        self._depth = depth
        self._glyphs = kind.glyphs

    def __missing__(self, key: int) -> str:
        if len(self) > _MOST_ENTRIES:
            self.clear()
        change, mask = key & 7, key >> _GLYPH_AT & 255
        parts = []
        if change in (_BOTH, _FRONT_ONLY):
            parts.append(sgr(key >> _FRONT_AT & _ID, self._depth, background=False))
        if change in (_BOTH, _BACK_ONLY, _FLAT):
            parts.append(sgr(key >> _BACK_AT, self._depth, background=True))
        glyph = FULL if change == _FULL else SPACE if change in (_FLAT, _FLAT_SAME) else self._glyphs[mask]
        text = self[key] = f"\x1b[{';'.join(parts)}m{glyph}" if parts else glyph
        return text


class Heads(NamedTuple):
    """The cells that are not the same as the one before them: where (row * width + column), and what is written.

    `keys` are those of a `Table`; `spaces` tells how many cells of the same one colour follow.
    """

    places: Ids
    keys: Ids
    spaces: Ids


def heads(
    front: Ids,
    back: Ids,
    shapes: Ids | None,
    edges: NDArray[np.bool_] | None = None,
    behind: NDArray[np.bool_] | None = None,
) -> Heads:
    """Return what has to be written: which colours have to be set, given the cells before in a row.

    `edges` is true for cells at which labels begin or end, and `behind` for those after one, where no colour is in force;
    None stands for none.
    """
    width = front.shape[1]
    flat = front == back
    same = np.zeros(front.shape, bool)
    same[:, 1:] = flat[:, 1:] & flat[:, :-1] & (back[:, 1:] == back[:, :-1])
    if edges is not None:
        same &= ~edges
    places = np.flatnonzero(~same.reshape(-1))
    front, back, flat = front.reshape(-1)[places], back.reshape(-1)[places], flat.reshape(-1)[places]
    spaces = np.diff(places, append=same.size) - 1
    first = places % width == 0
    if behind is not None:
        first |= behind.reshape(-1)[places]
    index = np.arange(len(places))
    start = np.maximum.accumulate(np.where(first, index, 0))
    # the foreground in force is that of the last cell of two colours; a cell of that one colour needs no other
    foreground, has_foreground = _in_force(front, ~flat, index, start)
    new_front = front != foreground
    full = flat & has_foreground & ~new_front & (spaces == 0)
    # the one behind is shorter as a space where it is of that colour, too
    full[:-1] &= first[1:] | (back[1:] != back[:-1])
    # the background in force is that of the last cell that is not drawn in the foreground alone
    background, has_background = _in_force(back, ~full, index, start)
    new_back = (back != background) | ~has_background
    full &= new_back
    new_back ^= full
    new_front |= ~has_foreground
    new_front &= ~flat
    change = _KINDS[full * 8 + flat * 4 + new_back * 2 + new_front]
    shape = UPPER_HALF if shapes is None else np.where(flat, 0, shapes.reshape(-1)[places])
    colors = (front * new_front).astype(np.int64) << _FRONT_AT
    colors |= (back * new_back).astype(np.int64) << _BACK_AT
    return Heads(places, change | shape << _GLYPH_AT | colors, spaces)


def _in_force(ids: Ids, sets: NDArray[np.bool_], index: Ids, start: Ids) -> tuple[Ids, NDArray[np.bool_]]:
    """Return the id that the last cell before each one, of those that `sets` is true for, has set, and whether there is one.

    Cells before `start` do not count.
    """
    last = np.empty(len(index) + 1, index.dtype)
    last[0] = -1
    np.maximum.accumulate(np.where(sets, index, -1), out=last[1:])
    previous = last[:-1]
    return ids[previous], previous >= start
