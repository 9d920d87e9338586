"""A curve as lines of text: one column of blocks for each value, or for several of them."""

from collections.abc import Sequence
from typing import Final

_BLOCKS: Final = " ▁▂▃▄▅▆▇█"
_ASCII: Final = " .:#"


def plot_lines(values: Sequence[float | None], width: int, height: int, *, unicode: bool = True) -> list[str]:
    """Return a curve of `values` in at most `width` columns and `height` lines.

    Where there are more values than columns, a column shows the mean of its share; None leaves a gap. The least value
    still shows the lowest block, so that a gap is told from it.

    Returns
    -------
    list of str
        From the top; empty without a number.
    """
    levels = _BLOCKS if unicode else _ASCII
    columns = _columns(values, width)
    known = [value for value in columns if value is not None]
    if not known or height < 1:
        return []
    low, high = min(known), max(known)
    parts = len(levels) - 1
    steps = height * parts - 1
    filled = [
        0 if value is None else 1 + round(steps * ((value - low) / (high - low) if high > low else 0.5)) for value in columns
    ]
    return [
        "".join(levels[min(parts, max(0, level - line * parts))] for level in filled).rstrip()
        for line in range(height - 1, -1, -1)
    ]


def _columns(values: Sequence[float | None], width: int) -> list[float | None]:
    count = len(values)
    if count <= width:
        return list(values)
    found: list[float | None] = []
    for column in range(width):
        share = values[column * count // width : max(column * count // width + 1, (column + 1) * count // width)]
        known = [value for value in share if value is not None]
        found.append(sum(known) / len(known) if known else None)
    return found
