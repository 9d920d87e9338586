"""What will be written: how much, under which names, and what the first result holds."""

import os
from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from typing import Final, NamedTuple

from tui.dicom.errors import PixelError
from tui.dicom.export.formats import Format
from tui.dicom.export.frames import frames_in
from tui.dicom.export.order import FRAMES, About, Scope, Subject
from tui.dicom.export.outputs import Output
from tui.dicom.export.picture_options import REGION, region_of, view_of
from tui.dicom.export.seen import with_window
from tui.dicom.export.subjects import Subjects
from tui.dicom.library.studies import Library
from tui.dicom.options import Values
from tui.dicom.pixels.picture import Picture
from tui.dicom.pixels.view import View

_MOST_NAMES: Final = 3
_MOST_BYTES: Final = 16 * 1024  # of a text
_MOST_LINES: Final = 200


class Plan(NamedTuple):
    """What will be written.

    Parameters
    ----------
    results : int
        How many.
    names : tuple of str
        What the first ones are called, below the output.
    first : Subject or None
        What the first one is made of.
    """

    results: int
    names: tuple[str, ...]
    first: Subject | None


class Preview(NamedTuple):
    """What a result holds.

    Parameters
    ----------
    picture, view : Picture or None, View
        The first picture, and how it is seen.
    lines : tuple of str
        Else, in lines; not safe to draw.
    size : int or None
        How many bytes it takes, about, where that is quickly found.
    is_most : bool
        Whether it takes at most so many.
    """

    picture: Picture | None
    view: View
    lines: tuple[str, ...]
    size: int | None
    is_most: bool = False


def plan_of(row: Format, paths: Sequence[str], values: Values, library: Library) -> Plan:
    """Return what will be written of what was read."""
    subjects = Subjects(paths, row.scope_of(values), values, library)
    subjects.group()
    ending = row.ending_of("", values)
    names = tuple(os.path.join(*subject.names) + ending for subject in subjects.found[:_MOST_NAMES])
    return Plan(len(subjects.found), names, subjects.found[0] if subjects.found else None)


def preview_of(row: Format, subject: Subject, values: Values) -> Preview:
    """Return what the result of a subject holds.

    Raises
    ------
    PixelError, ReadError
        Nothing would be written of it.
    """
    if row.is_picture:
        return _picture(row, subject, values)
    about = row.about
    found = about(subject, values) if about is not None else _first_lines(row, subject, values)
    return Preview(None, View(), tuple(found.lines[:_MOST_LINES]), found.size, found.is_most)


def _picture(row: Format, subject: Subject, values: Values) -> Preview:
    for frame in frames_in(subject, values):
        picture = frame.picture()
        view = _onto_region(with_window(picture, view_of(values), values), picture, values)
        size, count = _size_of_first(row, subject, frame.number, values)
        return Preview(picture, view, (), size * count, row.scope_of(values) is not Scope.FRAME)
    raise PixelError("there is no frame to be written", subject.files[0])


def _size_of_first(row: Format, subject: Subject, number: int, values: Values) -> tuple[int, int]:
    """Return the bytes of the first frame as a result of its own, and how many frames the result of a subject has."""
    if row.scope_of(values) is Scope.FRAME:
        return len(_written(row, subject, values)), 1
    one = Subject(subject.files[:1], number, subject.names)
    count = len(subject.files) if len(subject.files) > 1 else sum(1 for _ in frames_in(subject, values))
    return len(_written(row, one, {**values, FRAMES.name: ""})), count


def _onto_region(view: View, picture: Picture, values: Values) -> View:
    """Return a view that shows the region that is chosen, and some more where its shape is not the screen's."""
    region = region_of(str(values.get(REGION.name, "")))
    if region is None:
        return view
    columns, rows = (picture.rows, picture.columns) if view.turns % 2 else (picture.columns, picture.rows)
    x, y, width, height = region
    zoom = max(1.0, min(columns / width, rows / height))
    return replace(view, zoom=zoom, center_x=(x + width / 2) / columns, center_y=(y + height / 2) / rows)


def _written(row: Format, subject: Subject, values: Values, most: int | None = None) -> bytes:
    """Return the bytes of a result, or as many as are wanted of them."""
    stream = BytesIO()
    writer = row.write(subject, values, Output("", subject.names, row.ending, stream=stream))
    for _ in writer:
        if most is not None and stream.tell() > most:
            break
    return stream.getvalue()


def _first_lines(row: Format, subject: Subject, values: Values) -> About:
    few = Subject(subject.files[:_MOST_LINES], subject.frame, subject.names)
    data = _written(row, few, values, _MOST_BYTES)
    size = len(data) * len(subject.files) // len(few.files) if len(data) <= _MOST_BYTES else None
    return About(data[:_MOST_BYTES].decode("utf-8", "replace").splitlines(), size)
