"""What the marks on a picture measure: distances, angles, areas, statistics and profiles, in the right units.

Lengths go from the center of a pixel to that of another. A rectangle and the ellipse in it reach from the outer edges of
their corner pixels; their statistics are of the pixels whose centers lie inside, without padding.
"""

import math
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui.dicom.pixels.calibration import Spacing
from tui.dicom.pixels.marks import ANGLE, ELLIPSE, PROFILE, RECTANGLE, Mark, Point
from tui.dicom.pixels.picture import Picture
from tui.dicom.pixels.probe import number_text
from tui.render.color_depth import LUMA

Array = NDArray[Any]
_MOST_WHILE_DRAWN: Final = 1 << 21  # pixels whose statistics are told while the corner still moves


class Measured(NamedTuple):
    """What a mark measures: in a few words beside it, and in full."""

    short: str
    said: str


class Statistics(NamedTuple):
    """Of the pixels of a region: how many, and their values; `deviation` is the population's standard deviation."""

    pixels: int
    mean: float
    deviation: float
    minimum: float
    maximum: float


class Profile(NamedTuple):
    """Values along a line, and how far along it they lie: shapes (n,), the latter in mm or, without a spacing, in pixels."""

    along: Array
    values: Array


def measured(picture: Picture, mark: Mark) -> Measured:
    """Return what `mark` measures on `picture`; nothing where it has less than two points, or some beside the picture."""
    on_it = all(0 <= column < picture.columns and 0 <= row < picture.rows for column, row in mark.points)
    if len(mark.points) < 2 or not on_it:
        return Measured("", "")
    spacing = picture.calibration.spacing(mark.points)
    if mark.tool in (RECTANGLE, ELLIPSE):
        return _region_measured(picture, mark, spacing)
    if mark.tool == ANGLE and len(mark.points) > 2:
        return _angle_measured(picture, mark, spacing)
    length = _length_text(mark.points[0], mark.points[1], spacing)
    said = f"{length}{_remark(spacing)}"
    if mark.tool == PROFILE:
        values = _finite(profile(picture, mark).values)
        if len(values):
            unit = picture.measured_unit
            said = f"{number_text(values.min())} to {number_text(values.max())} {unit}".rstrip() + f"  along {said}"
    return Measured(length, said)


def distance(first: Point, second: Point, spacing: Spacing | None) -> float:
    """Return how far two pixels are apart: in mm, or in pixels where `spacing` is None."""
    across, down = second[0] - first[0], second[1] - first[1]
    return math.hypot(across * spacing.columns_mm, down * spacing.rows_mm) if spacing else math.hypot(across, down)


def angle_degrees(first: Point, vertex: Point, second: Point, ratio: float) -> float | None:
    """Return the angle at `vertex`, 0 to 180, or None where an arm has no length.

    `ratio` is a pixel's height over its width.
    """
    (a, b), (c, d) = ((point[0] - vertex[0], (point[1] - vertex[1]) * ratio) for point in (first, second))
    if not math.hypot(a, b) or not math.hypot(c, d):
        return None
    return math.degrees(math.atan2(abs(a * d - b * c), a * c + b * d))


def region_values(picture: Picture, mark: Mark) -> Array:
    """Return the values in a rectangle or an ellipse, without padding: shape (n,), or (n, 3) in colour."""
    left, top, right, bottom = region_bounds(mark)
    part = picture.values[top:bottom, left:right]
    inside = np.ones(part.shape[:2], bool)
    if mark.tool == ELLIPSE:
        across = (np.arange(right - left) + 0.5) * 2 / (right - left) - 1
        down = (np.arange(bottom - top) + 0.5) * 2 / (bottom - top) - 1
        inside = across**2 + down[:, None] ** 2 <= 1
    if picture.padding is not None:
        inside &= ~picture.padding[top:bottom, left:right]
    values: Array = part[inside]
    return picture.measured(values) if not picture.color else values


def region_bounds(mark: Mark) -> tuple[int, int, int, int]:
    """Return (left, top, right, bottom) of a rectangle or an ellipse, in pixels; right and bottom are past the last."""
    columns, rows = zip(*mark.points[:2], strict=True)
    return min(columns), min(rows), max(columns) + 1, max(rows) + 1


def statistics(values: Array) -> Statistics | None:
    """Return the statistics of values, shape (n,), that are finite; None where there is none."""
    values = _finite(values)
    if not len(values):
        return None
    mean, deviation = values.mean(dtype=np.float64), values.std(dtype=np.float64)
    return Statistics(len(values), float(mean), float(deviation), float(values.min()), float(values.max()))


def profile(picture: Picture, mark: Mark) -> Profile:
    """Return the values between the first two points of `mark`, in steps of a pixel at the most.

    Between pixels they are interpolated, and NaN where one of those is padding; of a picture in colours, the luma (ITU-R
    BT.601) is taken.
    """
    (x0, y0), (x1, y1) = mark.points[:2]
    count = max(abs(x1 - x0), abs(y1 - y0)) + 1
    along = np.linspace(0, 1, count)
    columns, rows = x0 + (x1 - x0) * along, y0 + (y1 - y0) * along
    low_x, low_y = np.floor(columns).astype(np.intp), np.floor(rows).astype(np.intp)
    high_x, high_y = np.minimum(low_x + 1, picture.columns - 1), np.minimum(low_y + 1, picture.rows - 1)

    def part(y: Array, x: Array, weight: Array) -> Array:
        found = picture.values[y, x]
        values = found @ np.array(LUMA) if picture.color else picture.measured(found).astype(np.float64)
        if picture.padding is not None:
            values = np.where(picture.padding[y, x], np.nan, values)
        return np.where(weight == 0, 0.0, values * weight)  # what has no part in it may be no number

    right, down = columns - low_x, rows - low_y
    with np.errstate(invalid="ignore", over="ignore"):
        values = part(low_y, low_x, (1 - right) * (1 - down)) + part(low_y, high_x, right * (1 - down))
        values += part(high_y, low_x, (1 - right) * down) + part(high_y, high_x, right * down)
    length = distance(mark.points[0], mark.points[1], picture.calibration.spacing(mark.points[:2]))
    return Profile(along * length, values)


def _finite(values: Array) -> Array:
    return values[np.isfinite(values)] if values.dtype.kind == "f" else values


def _length_text(first: Point, second: Point, spacing: Spacing | None) -> str:
    return f"{_size_text(distance(first, second, spacing))} {'mm' if spacing else 'px'}"


def _size_text(size: float) -> str:
    """Return a length or an area in words: as exact as a pixel is, however small."""
    return f"{size:.1f}" if 10 <= size < 1e7 else f"{size:.2f}" if 1 <= size < 10 else f"{size:.3g}"


def _mean_text(number: float) -> str:
    return f"{number:.1f}" if 1000 <= abs(number) < 1e7 else f"{number:.4g}"


def _remark(spacing: Spacing | None) -> str:
    return f" ({spacing.said})" if spacing is not None and spacing.said else ""


def _angle_measured(picture: Picture, mark: Mark, spacing: Spacing | None) -> Measured:
    ratio = spacing.rows_mm / spacing.columns_mm if spacing is not None else picture.aspect
    angle = angle_degrees(mark.points[0], mark.points[1], mark.points[2], ratio)
    text = f"{angle:.1f} deg" if angle is not None else "no angle"
    return Measured(text, text if angle is not None else "no angle: an arm has no length")


def _region_measured(picture: Picture, mark: Mark, spacing: Spacing | None) -> Measured:
    left, top, right, bottom = region_bounds(mark)
    width, height = right - left, bottom - top
    unit = "mm" if spacing else "px"
    across, down = (width * spacing.columns_mm, height * spacing.rows_mm) if spacing else (width, height)
    area = across * down * (math.pi / 4 if mark.tool == ELLIPSE else 1)
    area_text = f"{_size_text(area)} {unit}2"
    size = f"{_size_text(across)} x {_size_text(down)} {unit}{_remark(spacing)}  area {area_text}"
    if not mark.finished and width * height > _MOST_WHILE_DRAWN:
        return Measured(area_text, size)
    values = region_values(picture, mark)
    if picture.color and len(values):
        mean = " ".join(f"{part:.0f}" for part in values.mean(0, dtype=np.float64))
        return Measured(f"RGB {mean}", f"mean RGB {mean}  {len(values):,} px  {size}")
    found = statistics(values) if len(values) else None
    if found is None:
        return Measured(area_text, f"no values but {'what is no number' if len(values) else 'padding'}  {size}")
    name = f" {picture.measured_unit}" if picture.measured_unit else ""
    mean, deviation = _mean_text(found.mean), _mean_text(found.deviation)
    ends = f"min {number_text(found.minimum)}  max {number_text(found.maximum)}"
    said = f"mean {mean}{name}  sd {deviation}  {ends}  {found.pixels:,} px  {size}"
    return Measured(f"{mean} sd {deviation}{name}", said)
