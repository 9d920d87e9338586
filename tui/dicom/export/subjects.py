"""What results there will be: files found, grouped as a format needs them, and named."""

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from tui.dicom.errors import ReadError
from tui.dicom.export.dicom_options import DICOMDIR, FOLDER
from tui.dicom.export.order import FILES, FRAMES, NAMES, NUMBERS, Scope, Subject, frames_of
from tui.dicom.export.patterns import Pattern
from tui.dicom.job import Step
from tui.dicom.library.instances import Instance
from tui.dicom.library.scanner import scan
from tui.dicom.library.stacks import REPEATED, frames_in, integer_of
from tui.dicom.library.studies import Library, Series
from tui.dicom.options import Values

_NO_NAME: Final = re.compile(r"[^A-Za-z0-9]+")
_MOST_NAME: Final = 200  # characters: file systems take 255 bytes
_ENDINGS: Final = frozenset({".dcm", ".dicom", ".dic", ".ima", ".gz"})
_TABLE: Final = "table"


class Subjects:
    """What results there will be.

    Parameters
    ----------
    paths : sequence of str
        Files and folders.
    scope : Scope
        Of what one result is made.
    values : mapping
        Of the options of every format.
    library : Library, optional
        What was read of the paths, if it was.

    Attributes
    ----------
    found : list of Subject
        Filled by `find` and by `group`.
    library : Library
        All that was read.
    same : int
        How many names had to be counted, for another result has them.
    """

    def __init__(self, paths: Sequence[str], scope: Scope, values: Values, library: Library | None = None) -> None:
        self.found: list[Subject] = []
        self.same = 0
        self.library = library if library is not None else Library()
        self._paths = paths
        self._scope = scope
        self._named = str(values.get(NAMES.name, NUMBERS))
        self._pattern = Pattern(self._named) if self._named not in (NUMBERS, FILES) else None
        self._frames = frames_of(str(values.get(FRAMES.name, "")))
        self._on_media = bool(values.get(DICOMDIR.name))
        self._media_places: Counter[tuple[str, ...]] = Counter()
        self._taken: set[tuple[str, ...]] = set()

    def find(self) -> Iterator[Step]:
        """Read what there is, a Job, and group it."""
        yield from scan(self._paths, self.library)
        self.group()

    def group(self) -> None:
        """Group what was read."""
        if self._scope is Scope.ALL:
            files = tuple(member.path for *_, stack in self._stacks() for member in stack)
            self.found = [Subject(files, None, (_TABLE,))] if files else []
            return
        for folders, name, stack in self._stacks():
            if self._scope is Scope.STACK:
                self._add(tuple(member.path for member in stack), None, (*folders[:-1], name), stack[0])
                continue
            for place, member in enumerate(stack, 1):
                names = (*folders, _image_name(member, place))
                many = frames_in(member)
                if self._scope is Scope.FILE or (many == 1 and self._frames is None):
                    self._add((member.path,), 0 if self._scope is Scope.FRAME else None, names, member)
                    continue
                digits = len(str(many))
                for frame in self._wanted(many):
                    numbered = (*names[:-1], f"{names[-1]}-f{frame + 1:0{digits}}") if many > 1 else names
                    self._add((member.path,), frame, numbered, member, f"-f{frame + 1:0{digits}}" if many > 1 else "")

    def _wanted(self, frames: int) -> list[int]:
        """Return which of the frames of a file are wanted; those that it has not are told by whoever reads them."""
        if self._frames is None:
            return list(range(frames))
        wanted = {frame for first, last in self._frames for frame in range(first, min(last, max(frames - 1, first)) + 1)}
        return sorted(wanted)

    def _add(
        self, files: tuple[str, ...], frame: int | None, names: tuple[str, ...], member: Instance, end: str = ""
    ) -> None:
        if self._pattern is not None:
            try:
                *folders, name = self._pattern.names(member.path)
            except ReadError as error:
                self.library.add_problem(member.path, str(error))
                return
            names = (*folders, name + end)
        elif self._on_media:
            self._media_places[names[:-1]] += 1
            names = (*names[:-1], f"IM{self._media_places[names[:-1]]:06}")
        elif self._named == FILES:
            names = self._source_names(files, member, end)
        free, count = names, 1
        while free in self._taken:
            count += 1
            free = (*names[:-1], f"{names[-1]}-{count}")
        self.same += count > 1
        self._taken.add(free)
        self.found.append(Subject(files, frame, free))

    def _source_names(self, files: tuple[str, ...], member: Instance, end: str) -> tuple[str, ...]:
        """Return the names of a file and of the folders that it lies in, below the one that was named."""
        inside = next((path for path in self._paths if os.path.isdir(path) and _lies_in(member.path, path)), None)
        relative = os.path.basename(member.path) if inside is None else os.path.relpath(member.path, inside)
        parts = [part for part in relative.split(os.sep) if part not in (os.curdir, os.pardir)]
        stem, ending = os.path.splitext(parts[-1])
        stem = stem if stem and ending.lower() in _ENDINGS else parts[-1]  # a UID has no ending
        if self._scope is Scope.STACK and len(files) > 1:
            return (*parts[:-2], parts[-2] if len(parts) > 1 else os.path.basename(os.path.abspath(inside or ".")) or stem)
        return (*parts[:-1], (stem + end)[:_MOST_NAME])

    def _stacks(self) -> Iterator[tuple[tuple[str, ...], str, Sequence[Instance]]]:
        """Return (folders, name of the stack, its files), in order; folders where several series or studies are there."""
        patients = self.library.in_order
        if self._on_media:
            yield from self._media_stacks()
            return
        studies = [study for patient in patients for study in reversed(patient.in_order)]
        several = sum(len(study.series) for study in studies) > 1
        names: Counter[tuple[str, ...]] = Counter()
        for number, study in enumerate(studies, 1):
            above = (f"study{number:0{len(str(len(studies)))}}",) if len(studies) > 1 else ()
            for series in study.in_order:
                stacks = [stack for stack in series.stacks if stack.key != REPEATED or self._scope is Scope.FILE]
                for place, stack in enumerate(stacks, 1):
                    name = _series_name(series) + (f"-{place}" if len(stacks) > 1 else "")
                    names[*above, name] += 1
                    if names[*above, name] > 1:
                        name = f"{name}_{names[*above, name]}"
                    folders = (*above, name) if several or len(stacks) > 1 else ("",)
                    yield (folders if folders != ("",) else (), name, stack.members)

    def _media_stacks(self) -> Iterator[tuple[tuple[str, ...], str, Sequence[Instance]]]:
        """Return what `_stacks` does, in folders that media may have: each name at most 8 of A-Z, 0-9 and _ (PS3.10 8.2)."""
        for person, patient in enumerate(self.library.in_order, 1):
            for visit, study in enumerate(reversed(patient.in_order), 1):
                for number, series in enumerate(study.in_order, 1):
                    for stack in series.stacks:
                        if stack.key != REPEATED:  # one UID, one record
                            folders = (FOLDER, f"PT{person:06}", f"ST{visit:06}", f"SE{number:06}")
                            yield folders, "", stack.members


def _series_name(series: Series) -> str:
    modality = _NO_NAME.sub("", series.shared.modality)[:8] or "XX"
    return f"{modality}-s{series.number:04}" if series.number is not None else f"{modality}-s"


def _image_name(member: Instance, place: int) -> str:
    number = integer_of(member.number)
    return f"i{number if number is not None and number >= 0 else place:05}"


def _lies_in(path: str, folder: str) -> bool:
    return os.path.abspath(path).startswith(os.path.join(os.path.abspath(folder), ""))
