"""Comparing the files that somebody names, or those of a series: what the command line and the compare view drive."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tui.dicom.compare import Comparer
from tui.dicom.elements import Elements, walk_file
from tui.dicom.errors import ReadError
from tui.dicom.job import Step
from tui.dicom.library.series import Member, series_members
from tui.dicom.tags import load_rows
from tui.text import safe_text

_PAIR = 2


@dataclass(frozen=True, slots=True)
class Compared:
    """What was read.

    Parameters
    ----------
    comparer : Comparer
        Tells what differs.
    walked : tuple of Elements
        The files, in the order of the comparison.
    members : tuple of Member
        Of a series, its members in the same order; else empty.
    problems : tuple of str
        What could not be read, and what is odd about the files, a sentence each.
    """

    comparer: Comparer
    walked: tuple[Elements, ...]
    members: tuple[Member, ...]
    problems: tuple[str, ...]


def compare_files(paths: Sequence[str], names: Sequence[str] = ()) -> Iterator[Step | Compared]:
    """Read files to be compared, a Job whose last step is what was read; `names` are what problems call them.

    Of more than two, one that cannot be read is told and left out.

    Raises
    ------
    ReadError
        One of a pair cannot be read.
    """
    yield from _compared(paths, names or paths, ())


def compare_series(path: str) -> Iterator[Step | Compared]:
    """Read all files of the series of the file `path`, in the order of their slices; as `compare_files`."""
    for step in series_members(path):
        if isinstance(step, Step):
            yield Step(step.done, 2 * step.total, step.note)
        else:
            paths = [member.path for member in step]
            for each in _compared(paths, paths, step):
                yield Step(each.done + each.total, 2 * each.total, each.note) if isinstance(each, Step) else each


def _compared(paths: Sequence[str], names: Sequence[str], members: tuple[Member, ...]) -> Iterator[Step | Compared]:
    comparer, walked, problems = Comparer(), list[Elements](), list[str]()
    kept: list[int] = []
    for count, (path, name) in enumerate(zip(paths, names, strict=True), 1):
        try:
            elements = walk_file(path)
            rows = load_rows(elements, fold_out=False)
        except ReadError as error:
            if len(paths) <= _PAIR:
                raise
            problems.append(f"{safe_text(name)}: {error}")
        else:
            comparer.add(rows)
            broken = [elements.broken.sentence] if elements.broken is not None else []
            problems += [f"{safe_text(name)}: {odd}" for odd in (*elements.remarks, *broken)]
            walked.append(elements)
            kept.append(count - 1)
        yield Step(count, len(paths), name)
    yield Compared(comparer, tuple(walked), tuple(members[at] for at in kept) if members else (), tuple(problems))
