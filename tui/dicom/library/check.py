"""Looking over everything below some folders, a Job: what a scan knows, and a walk over every file."""

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from tui.dicom.attributes import Attributes
from tui.dicom.element import PIXEL_DATA, UNDEFINED
from tui.dicom.elements import walk_file
from tui.dicom.errors import ReadError
from tui.dicom.job import Step
from tui.dicom.library.fields import FIELDS
from tui.dicom.library.file_quality import missing_findings, pixel_bytes, required_of
from tui.dicom.library.findings import Finding, Level, finding, many
from tui.dicom.library.instances import Instance
from tui.dicom.library.quality import repeated_findings, series_findings, study_findings
from tui.dicom.library.scanner import scan
from tui.dicom.library.studies import Library, Patient, Series, Study
from tui.dicom.source import Source
from tui.text import safe_text

if TYPE_CHECKING:  # SQLite is not imported where there is no index
    from tui.dicom.library.index import Index

_SCANNED: Final = frozenset(field.tag for field in FIELDS)  # whose absence a scan tells
_AT_ONCE: Final = 1 << 20
_STEP_EVERY: Final = 20


class Checked(NamedTuple):
    """What was found of one thing; `patient`, `study` and `series` are None where it is not of one of them."""

    patient: Patient | None
    study: Study | None
    series: Series | None
    findings: tuple[Finding, ...]


class Looked(NamedTuple):
    """How many files were looked over, how many were no DICOM files, and what could not be read."""

    files: int
    others: int
    unread: int


def check(paths: Sequence[str], *, index: "Index | None" = None) -> Iterator[Step | Checked | Looked]:
    """Look over what lies below folders; `index` is what was kept of them.

    Yields
    ------
    Step, Checked or Looked
        Steps many times a second; what was found of each series, of each study, and of all of it, where something was; at
        last how many files were looked over.
    """
    library = Library()
    yield from scan(paths, library, index=index)
    total, done = library.count, 0
    for patient in library.in_order:
        for study in patient.in_order:
            if of_study := study_findings(study, library):
                yield Checked(patient, study, None, tuple(of_study))
            for series in study.in_order:
                looked = _Looked()
                for instance in series.instances:
                    looked.at(instance)
                    done += 1
                    if done % _STEP_EVERY == 0:
                        yield Step(done, total, instance.path)
                found = _without_doubles([*series_findings(series), *looked.findings])
                if found:
                    yield Checked(patient, study, series, tuple(sorted(found, key=lambda each: (-each.level, each.code))))
    rest = [*repeated_findings(library, same_content), *_unread(library)]
    if rest:
        yield Checked(None, None, None, tuple(rest))
    yield Step(total, total, "")
    yield Looked(total, library.others, library.unread)


def _without_doubles(findings: list[Finding]) -> list[Finding]:
    """Return findings without those that say less of what another one says."""
    codes = {each.code for each in findings}
    told = "broken" in codes
    return [each for each in findings if not (told and each.code == "truncated") and each.code != "repeated-uids"]


class _Looked:
    """What was seen in the files of a series."""

    def __init__(self) -> None:
        self._missing: dict[int, list[Instance]] = {}
        self._broken: dict[str, list[Instance]] = {}
        self._remarks: dict[str, list[Instance]] = {}
        self._short: list[Instance] = []

    def at(self, instance: Instance) -> None:
        """Walk over a file."""
        try:
            elements = walk_file(instance.path)
        except ReadError as error:
            self._broken.setdefault(str(error), []).append(instance)
            return
        if elements.broken is not None and not instance.broken:
            self._broken.setdefault(elements.broken.reason, []).append(instance)
        for remark in elements.remarks:
            self._remarks.setdefault(remark, []).append(instance)
        top = Attributes.of(elements)
        for tag in required_of(instance.shared.sop_class) - _SCANNED if elements.broken is None else ():
            element = top.element(tag)
            if element is None or element.length == 0:
                self._missing.setdefault(tag, []).append(instance)
        pixels = top.element(PIXEL_DATA)
        if pixels is not None and pixels.length != UNDEFINED and pixels.length < pixel_bytes(instance):
            self._short.append(instance)

    @property
    def findings(self) -> list[Finding]:
        """Return what is wrong with them."""
        found = list(missing_findings(self._missing))
        for reason, instances in self._broken.items():
            found.append(finding(Level.ERROR, "broken", f"{many(len(instances), 'file')} broken: {reason}", instances))
        for remark, instances in self._remarks.items():
            found.append(finding(Level.NOTE, "odd", f"{many(len(instances), 'file')} odd: {remark}", instances))
        if self._short:
            sentence = f"{many(len(self._short), 'file')} with less pixel data than the header describes"
            found.append(finding(Level.ERROR, "truncated", sentence, self._short))
        return found


def same_content(one: Instance, other: Instance) -> bool:
    """Return whether two files are byte for byte the same, or the same file; False where one cannot be read."""
    if one.size != other.size:
        return False
    try:
        if os.path.samefile(one.path, other.path):
            return True
        with Source(one.path) as first, Source(other.path) as second:
            return all(first.read(at, _AT_ONCE) == second.read(at, _AT_ONCE) for at in range(0, max(one.size, 1), _AT_ONCE))
    except (OSError, ReadError):
        return False


def _unread(library: Library) -> list[Finding]:
    """Return what could not be read."""
    by_why: dict[str, list[str]] = {}
    for path, why in library.problems.items():
        name = f"{safe_text(os.path.basename(path))} "
        by_why.setdefault(f"it {why.removeprefix(name)}" if why.startswith(name) else why, []).append(path)
    return [
        Finding(
            Level.ERROR,
            "unread",
            f"{many(len(paths), 'file or folder', 'files or folders')} not read: {why}",
            tuple(paths[:5]),
        )
        for why, paths in by_why.items()
    ]
