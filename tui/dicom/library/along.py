"""One attribute's values along a series, or along the frames of a file."""

import math
import time
from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from tui.dicom.attributes import Attributes
from tui.dicom.elements import walk_file
from tui.dicom.errors import ReadError
from tui.dicom.job import Step
from tui.dicom.library.scan import GIVE_WAY_S
from tui.dicom.library.series import Member, series_members
from tui.dicom.matching import NUMBER_VRS, number_of
from tui.dicom.tags import TagRows, load_rows
from tui.dicom.temporal import date_of, datetime_of, time_of
from tui.dicom.values import Value

_ACQUISITION_DATETIME = 0x0008002A
_MOMENTS = ((0x00080022, 0x00080032), (0x00080023, 0x00080033))  # AcquisitionDate and -Time, ContentDate and -Time


class Point(NamedTuple):
    """What stands at one place: the file's path, or the frame's number (from 1), and a number or None for each value."""

    name: str
    along: float
    values: tuple[float | None, ...]


class Curve(NamedTuple):
    """The values of an attribute, in the order of what `axis` says."""

    points: tuple[Point, ...]
    axis: str

    def component(self, which: int) -> list[float | None]:
        """Return value `which` (from 0) at each point; None where there is no number."""
        return [point.values[which] if which < len(point.values) else None for point in self.points]


def numbers_in(values: tuple[Value, ...]) -> tuple[float | None, ...]:
    """Return values as numbers; None for what is none, or not finite."""
    found = [value if not isinstance(value, str) else number_of(value) for value in values]
    return tuple(number if number is not None and math.isfinite(number) else None for number in found)


def is_number(rows: TagRows, index: int) -> bool:
    """Return whether row `index` holds numbers."""
    element = rows.element(index)
    if element is None or element.vr not in NUMBER_VRS:
        return False
    return any(number is not None for number in numbers_in(rows.values(index)))


def along_frames(rows: TagRows, index: int) -> Curve | None:
    """Return the values of the attribute of row `index` in all frames; None where it lies in no per-frame group."""
    item = rows.frame_item(index)
    if item is None:
        return None
    points = []
    for number in range(rows.child_counts[rows.parents[item]]):
        at = rows.counterpart(index, item, number)
        same = at is not None and rows.row(at).name == rows.row(index).name
        values = numbers_in(rows.values(at)) if at is not None and same else ()
        points.append(Point(f"frame {number + 1}", float(number + 1), values))
    return Curve(tuple(points), "frame")


def along_series(rows: TagRows, index: int) -> Iterator[Step | Curve]:
    """Read the values of the attribute of row `index` in all files of the series that lie beside this one.

    They are ordered by place along the normal, where their places differ; else by time, else by instance number.

    Yields
    ------
    Step or Curve
        Steps while files are read; at last the curve.

    Raises
    ------
    ReadError
        The file cannot be read, or names no series.
    """
    place = rows.places[index]
    members: tuple[Member, ...] = ()
    for step in series_members(rows.path):
        if isinstance(step, Step):
            yield Step(step.done, 2 * step.total, step.note)
        else:
            members = step
    found: list[_Read] = []
    for count, member in enumerate(members, 1):
        try:
            other = rows if member.path == rows.path else load_rows(walk_file(member.path))
        except ReadError:
            continue  # it was there a moment ago
        at = other.row_of_place.get(place)
        found.append(_Read(member, _seconds(other), numbers_in(other.every_value(at)) if at is not None else ()))
        time.sleep(GIVE_WAY_S)
        yield Step(len(members) + count, 2 * len(members), member.path)
    yield _curve(found)


class _Read(NamedTuple):
    """One file: when it was acquired, and its values."""

    member: Member
    seconds: float | None
    values: tuple[float | None, ...]


def _seconds(rows: TagRows) -> float | None:
    """Return when a file was acquired, in seconds since some day; None where it does not say."""
    top = Attributes.of(rows.elements)
    moment = datetime_of(top.text(_ACQUISITION_DATETIME) or "")
    for date_tag, time_tag in _MOMENTS:
        clock, day = time_of(top.text(time_tag) or ""), date_of(top.text(date_tag) or "")
        if moment is None and clock is not None:
            moment = datetime.combine(day or date.min, clock)
    return None if moment is None else (moment.replace(tzinfo=None) - datetime.min).total_seconds()


def _curve(found: list[_Read]) -> Curve:
    """Return the values in the order of what tells the files apart: place, time, number."""
    places = [read.member.location_mm for read in found]
    first = min((read.seconds for read in found if read.seconds is not None), default=0.0)
    times = [None if read.seconds is None else read.seconds - first for read in found]
    numbers = [None if read.member.number is None else float(read.member.number) for read in found]
    for axis, keys in (("position, mm", places), ("time, s", times), ("instance number", numbers)):
        if None not in keys and len(set(keys)) == len(keys) > 1:
            pairs = zip(found, keys, strict=True)
            points = [Point(read.member.path, key, read.values) for read, key in pairs if key is not None]
            return Curve(tuple(sorted(points, key=lambda point: point.along)), axis)
    points = [Point(read.member.path, float(at), read.values) for at, read in enumerate(found, 1)]
    return Curve(tuple(points), "file")
