"""Finding files below some folders by the search language, a Job whose hits come as they are found."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from tui.dicom.archives import beginning, is_packed
from tui.dicom.attributes import Attributes
from tui.dicom.elements import walk_file
from tui.dicom.encoding import layout_of
from tui.dicom.errors import NotDicomError, ReadError
from tui.dicom.job import Step
from tui.dicom.library.below import Below
from tui.dicom.library.dicomdir import named_files
from tui.dicom.library.scan import GIVE_WAY_S
from tui.dicom.query import Query
from tui.dicom.tags import TagRow, load_rows

_STEP_EVERY: Final = 16
_BEGINNING: Final = 1024
_LARGEST: Final = 1 << 40
_MOST_ROWS: Final = 20  # of a file's hits


class Hit(NamedTuple):
    """A file that is what was looked for.

    Parameters
    ----------
    path : str
        Where.
    facts : tuple of str
        PatientName, PatientID, StudyDate, Modality, SeriesNumber, SeriesDescription, InstanceNumber; not safe to draw.
    rows : tuple of TagRow
        The elements that were found; of very many the first ones.
    total : int
        How many they are.
    """

    path: str
    facts: tuple[str, ...]
    rows: tuple[TagRow, ...]
    total: int


class Unread(NamedTuple):
    """A file or a folder that could not be looked into, and why."""

    path: str
    why: str


FACTS: Final = (
    ("PatientName", 0x00100010), ("PatientID", 0x00100020), ("StudyDate", 0x00080020), ("Modality", 0x00080060),
    ("SeriesNumber", 0x00200011), ("SeriesDescription", 0x0008103E), ("InstanceNumber", 0x00200013),
)  # fmt: skip


def find(
    paths: Sequence[str], query: Query, identifying: Callable[[int], bool], *, gently: bool = False,
    hides: Callable[[int, str], bool] | None = None,
) -> Iterator[Step | Hit | Unread]:  # fmt: skip
    """Look for files.

    Parameters
    ----------
    paths : sequence of str
        Folders and files.
    query : Query
        What is looked for.
    identifying : callable
        Tells whether a tag identifies somebody.
    gently : bool
        Whether to give way to other threads.
    hides : callable, optional
        Tells of a tag and a VR whether values are masked: these are not searched.

    Yields
    ------
    Step, Hit or Unread
        Steps many times a second; hits in natural order.

    Raises
    ------
    QueryError
        A regular expression takes too long.
    """
    unread: list[Unread] = []
    done = 0
    for folder, names in _places(paths, lambda path, why: unread.append(Unread(path, why)), gently=gently):
        yield from unread
        unread.clear()
        if names is None:
            yield Step(done, 0, folder)
        for name in names or ():
            path = os.path.join(folder, name)
            try:
                hit = _hit(path, query, identifying, hides)
            except NotDicomError:
                hit = None
            except ReadError as error:
                yield Unread(path, str(error))
                hit = None
            if hit is not None:
                yield hit
            done += 1
            if gently:
                time.sleep(GIVE_WAY_S)
            if done % _STEP_EVERY == 0:
                yield Step(done, 0, path)
    yield from unread
    yield Step(done, done, "")


def _places(
    paths: Sequence[str], tell: Callable[[str, str], None], *, gently: bool
) -> Iterator[tuple[str, Sequence[str] | None]]:
    """Yield folders with the names of their files; of a DICOMDIR that is named, the files that it names."""
    for folder, names, _ in Below(paths, tell, gently=gently):
        yield folder, names
        path = os.path.join(folder, *(names or ())[:1])
        if names is None or path not in paths or os.path.basename(path).upper() != "DICOMDIR":
            continue
        try:
            for named in named_files(path):
                if named.problem:
                    tell(named.path, named.problem)
                else:
                    yield os.path.dirname(named.path), [os.path.basename(named.path)]
        except ReadError as error:
            tell(path, str(error))


def _hit(
    path: str, query: Query, identifying: Callable[[int], bool], hides: Callable[[int, str], bool] | None
) -> Hit | None:
    begins = beginning(path, _BEGINNING) if is_packed(path) or not os.path.isfile(path) else None
    if begins is not None and layout_of(begins, _LARGEST) is None:
        return None  # of what is packed only DICOM files are unpacked whole
    rows = load_rows(walk_file(path), hides=hides)
    hits = query.find(rows, identifying)
    if not hits.holds:
        return None
    top = Attributes.of(rows.elements)
    facts = tuple(top.text(tag) or "" for _, tag in FACTS)
    return Hit(path, facts, tuple(rows.some(hits.matching[:_MOST_ROWS])), len(hits.matching))
