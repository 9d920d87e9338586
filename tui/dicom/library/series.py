"""The files of one series, in the order of its slices."""

import math
import os
import time
from collections.abc import Iterator
from typing import NamedTuple

from tui.dicom.attributes import Attributes
from tui.dicom.elements import Elements, walk_file
from tui.dicom.errors import ReadError, os_reason
from tui.dicom.job import Step
from tui.dicom.library.scan import GIVE_WAY_S, natural_key
from tui.dicom.pixels.functional_groups import FrameGroups
from tui.dicom.pixels.geometry import slice_location_mm
from tui.text import safe_text

SERIES_INSTANCE_UID = 0x0020000E
_INSTANCE_NUMBER = 0x00200013
_IMAGE_ORIENTATION = 0x00200037
_FIRST_BYTES = 8192
_GIVE_WAY_EVERY = 10


class Member(NamedTuple):
    """One file of a series: its InstanceNumber, and where its slice lies along the normal (PS3.3 C.7.6.2.1.1)."""

    path: str
    number: int | None
    location_mm: float | None

    @property
    def order(self) -> tuple[float, float, str]:
        """Return what it is sorted by: the place, else the number, else the name."""
        return (
            math.inf if self.location_mm is None else self.location_mm,
            math.inf if self.number is None else self.number,
            natural_key(os.path.basename(self.path)),
        )


def series_uid(elements: Elements) -> str:
    """Return the SeriesInstanceUID of a walked file, "" without one."""
    return Attributes.of(elements).text(SERIES_INSTANCE_UID) or ""


def series_members(path: str) -> Iterator[Step | tuple[Member, ...]]:
    """Find the files in the folder of the file `path` that are of its series.

    Yields
    ------
    Step or tuple of Member
        A Step for every file that was looked at; at last the members, in the order of their slices.

    Raises
    ------
    ReadError
        The file itself cannot be read, or names no series.
    """
    uid = series_uid(_head(path))
    if not uid:
        raise ReadError(f"{safe_text(os.path.basename(path))} names no series", path)
    folder = os.path.dirname(path)
    try:
        names = sorted(os.listdir(folder), key=natural_key)
    except OSError as error:
        raise ReadError(f"{safe_text(folder)} cannot be read: {os_reason(error)}", folder) from error
    found = []
    for count, name in enumerate(names, 1):
        other = os.path.join(folder, name)
        try:
            elements = _head(other) if os.path.isfile(other) else None
        except ReadError:
            elements = None  # what is no DICOM file is of no series
        if elements is not None and series_uid(elements) == uid:
            top = Attributes.of(elements)
            found.append(Member(other, top.integer(_INSTANCE_NUMBER), slice_location_mm(FrameGroups.of(top, 0))))
        if count % _GIVE_WAY_EVERY == 0:
            time.sleep(GIVE_WAY_S)
        yield Step(count, len(names), name)
    yield tuple(sorted(found, key=lambda member: member.order))


def _head(path: str) -> Elements:
    return walk_file(path, until=_IMAGE_ORIENTATION, first_window=_FIRST_BYTES)
