"""A number through the frames of a file, or through its series, as a text to read and to copy."""

import os
from collections.abc import Iterator
from typing import Final

from tui.dicom.job import Step
from tui.dicom.library.along import Curve, Point, along_frames, along_series
from tui.dicom.tags import TagRows
from tui.render.plot import plot_lines
from tui.text import shown_name

_WIDTH: Final = 96
_HEIGHT: Final = 8
_MOST_VALUES: Final = 16


def curve_texts(rows: TagRows, index: int, *, unicode: bool) -> Iterator[str]:
    """Read the files of the series; return how far it is, and at last curves and all numbers of the values of row `index`.

    Raises
    ------
    ReadError
        The file names no series, or cannot be read.
    """
    curve = along_frames(rows, index)
    if curve is None:
        for step in along_series(rows, index):
            if isinstance(step, Step):
                yield f"reading {step.done:,} of {step.total:,} …"
            else:
                curve = step
    if curve is not None:
        yield _text(curve, unicode=unicode)


def _text(curve: Curve, *, unicode: bool) -> str:
    count = max((len(point.values) for point in curve.points), default=0)
    blocks = []
    for which in range(min(count, _MOST_VALUES)):
        title = f"value {which + 1} of {count}: " if count > 1 else ""
        blocks.append(title + _block(curve, which, unicode=unicode))
    if count > _MOST_VALUES:
        blocks.append(f"and {count - _MOST_VALUES} more values")
    return "\n\n".join(blocks) or "no number in any of the files"


def _block(curve: Curve, which: int, *, unicode: bool) -> str:
    values = curve.component(which)
    numbers = [value for value in values if value is not None]
    if not numbers:
        return "no number in any of the files"
    mean = sum(numbers) / len(numbers)
    span = f"from {_exact(min(numbers))} to {_exact(max(numbers))}, mean {mean:.6g}"
    head = f"{len(numbers):,} of {len(values):,}, {span}; in the order of {curve.axis}"
    lines = plot_lines(values, _WIDTH, _HEIGHT, unicode=unicode)
    listed = [_line(point, value) for point, value in zip(curve.points, values, strict=True)]
    return "\n".join([head, "", *lines, "", *listed])


def _line(point: Point, value: float | None) -> str:
    shown = "-" if value is None else _exact(value)
    return f"{_exact(point.along):>12}  {shown:>16}  {shown_name(os.path.basename(point.name))}"


def _exact(number: float) -> str:
    """Return a number with all its digits."""
    return str(int(number)) if number == int(number) else repr(number)
