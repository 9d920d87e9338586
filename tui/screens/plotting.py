"""A number through the frames of a file, or through its series, as a text to read and to copy."""

import os
from typing import Final

from tui.dicom.errors import ReadError
from tui.dicom.job import Step
from tui.dicom.library.along import Curve, Point, along_frames, along_series, number_at
from tui.dicom.tags import TagRows
from tui.render.plot import plot_lines
from tui.text import safe_text

_WIDTH: Final = 96
_HEIGHT: Final = 8
_MOST_VALUES: Final = 16


def is_plotted(rows: TagRows, index: int) -> bool:
    """Return whether row `index` holds a number."""
    return number_at(rows.values(index), 0) is not None


def curve_text(rows: TagRows, index: int, *, unicode: bool) -> str:
    """Return the curve of each value of row `index`, and all numbers below; this reads the files of the series.

    Raises
    ------
    ReadError
        The file names no series, or cannot be read.
    """
    blocks = []
    for which in range(min(len(rows.values(index)), _MOST_VALUES)):
        curve = along_frames(rows, index, which) or _through_series(rows, index, which)
        title = f"value {which + 1}: " if len(rows.values(index)) > 1 else ""
        blocks.append(title + _block(curve, unicode=unicode))
    return "\n\n".join(blocks)


def _through_series(rows: TagRows, index: int, which: int) -> Curve:
    for step in along_series(rows, index, which):
        if not isinstance(step, Step):
            return step
    raise ReadError("there is no series", rows.path)


def _block(curve: Curve, *, unicode: bool) -> str:
    numbers = curve.numbers
    if not numbers:
        return "no number in any of the files"
    least, most = min(numbers), max(numbers)
    mean = sum(numbers) / len(numbers)
    head = f"{len(numbers):,} of {len(curve.points):,}, from {least:g} to {most:g}, mean {mean:g}; along {curve.axis}"
    lines = plot_lines([point.value for point in curve.points], _WIDTH, _HEIGHT, unicode=unicode)
    listed = [_line(point) for point in curve.points]
    return "\n".join([head, "", *lines, "", *listed])


def _line(point: Point) -> str:
    value = "-" if point.value is None else f"{point.value:g}"
    return f"{point.along:>12g}  {value:>14}  {safe_text(os.path.basename(point.name))}"
