"""One attribute's values along a series, or along the frames of a file."""

import time
from collections.abc import Iterator
from typing import NamedTuple

from tui.dicom.attributes import Attributes
from tui.dicom.elements import walk_file
from tui.dicom.errors import ReadError
from tui.dicom.job import Step
from tui.dicom.library.scan import GIVE_WAY_S
from tui.dicom.library.series import Member, series_members
from tui.dicom.matching import Value, number_of
from tui.dicom.tags import TagRows, load_rows
from tui.dicom.temporal import time_of

_ACQUISITION_TIME = 0x00080032
_CONTENT_TIME = 0x00080033


class Point(NamedTuple):
    """The first value at one place: the file's path, or the frame's number (from 1) where it is one of many in a file."""

    name: str
    along: float
    value: float | None


class Curve(NamedTuple):
    """The values of an attribute; `axis` says what they are ordered by."""

    points: tuple[Point, ...]
    axis: str

    @property
    def numbers(self) -> list[float]:
        """Return the values that are numbers."""
        return [point.value for point in self.points if point.value is not None]


def number_at(values: tuple[Value, ...], which: int) -> float | None:
    """Return value `which` (from 0) of an attribute as a number, or None."""
    if which >= len(values):
        return None
    value = values[which]
    return float(value) if isinstance(value, int | float) else number_of(value)


def along_frames(rows: TagRows, index: int, which: int = 0) -> Curve | None:
    """Return the values of the attribute of row `index` in all frames; None where it lies in no per-frame group."""
    item = rows.frame_item(index)
    if item is None:
        return None
    count = rows.child_counts[rows.parents[item]]
    points = []
    for number in range(count):
        at = rows.counterpart(index, item, number)
        same = at is not None and rows.elements.elements[at].tag == rows.elements.elements[index].tag
        value = number_at(rows.values(at), which) if at is not None and same else None
        points.append(Point(f"frame {number + 1}", float(number + 1), value))
    return Curve(tuple(points), "frame")


def along_series(rows: TagRows, index: int, which: int = 0) -> Iterator[Step | Curve]:
    """Read value `which` (from 0) of the attribute of row `index` in all files of the series that lie beside this one.

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
    found: list[tuple[Member, float | None, float | None]] = []
    for count, member in enumerate(members, 1):
        try:
            other = rows if member.path == rows.path else load_rows(walk_file(member.path))
        except ReadError:
            continue  # it was there a moment ago
        at = other.row_of_place.get(place)
        value = number_at(other.every_value(at), which) if at is not None else None
        found.append((member, _seconds(other), value))
        time.sleep(GIVE_WAY_S)
        yield Step(len(members) + count, 2 * len(members), member.path)
    yield _curve(found)


def _seconds(rows: TagRows) -> float | None:
    top = Attributes.of(rows.elements)
    moment = time_of(top.text(_ACQUISITION_TIME) or top.text(_CONTENT_TIME) or "")
    return None if moment is None else moment.hour * 3600 + moment.minute * 60 + moment.second + moment.microsecond / 1e6


def _curve(found: list[tuple[Member, float | None, float | None]]) -> Curve:
    """Return the values in the order of what tells the files apart: place, time, number."""
    places = [member.location_mm for member, _, _ in found]
    times = [seconds for _, seconds, _ in found]
    numbers = [None if member.number is None else float(member.number) for member, _, _ in found]
    for axis, keys in (("position, mm", places), ("time, s", times), ("instance number", numbers)):
        if None not in keys and len(set(keys)) == len(keys) > 1:
            points = [
                Point(member.path, key, value)
                for (member, _, value), key in zip(found, keys, strict=True)
                if key is not None
            ]
            return Curve(tuple(sorted(points, key=lambda point: point.along)), axis)
    points = [Point(member.path, float(at), value) for at, (member, _, value) in enumerate(found, 1)]
    return Curve(tuple(points), "file")
