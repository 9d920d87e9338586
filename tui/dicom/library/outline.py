"""What is known of a library as a tree to look at: patients, studies, series, stacks, in order and as frozen values."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from tui.dicom.library.findings import Finding, Level, worst
from tui.dicom.library.instances import Instance
from tui.dicom.library.quality import series_findings, study_findings
from tui.dicom.library.scan import GIVE_WAY_S
from tui.dicom.library.scanner import scan
from tui.dicom.library.studies import Library, Patient, Series, Study

if TYPE_CHECKING:  # SQLite is not imported where there is no index
    from tui.dicom.library.index import Index

_SHOW_EVERY_S: Final = 0.5
_MOST_PROBLEMS: Final = 1000  # that are shown
_SHARE: Final = 10  # an outline is made anew after so many times as long as the last one took
_NAME, _ID, _SEX, _BIRTH = 0x00100010, 0x00100020, 0x00100040, 0x00100030
_STUDY_DATE, _STUDY_DESCRIPTION, _SERIES_DESCRIPTION = 0x00080020, 0x00081030, 0x0008103E


class NodeKind(Enum):
    """What a node stands for."""

    PATIENT = "patient"
    STUDY = "study"
    SERIES = "series"
    STACK = "stack"


class Node(NamedTuple):
    """One row of the tree but for files.

    Parameters
    ----------
    key : tuple of str
        The same for the same thing in a later outline.
    kind : NodeKind
        What it is.
    parts : tuple of (int, str)
        What is known of it: attributes by their tags, 0 for what is none; not safe to draw.
    files : int
        How many it has.
    looked : bool
        Whether `findings` are all there are.
    findings : tuple of Finding
        What is wrong with it.
    below : tuple of Node
        What it is made of.
    members : tuple of Instance
        Its files in order, where it is made of files.
    level : Level or None
        Of the worst finding, of those below, too.
    """

    key: tuple[str, ...]
    kind: NodeKind
    parts: tuple[tuple[int, str], ...]
    files: int
    looked: bool
    findings: tuple[Finding, ...]
    below: tuple[Node, ...]
    members: tuple[Instance, ...]
    level: Level | None

    @property
    def instances(self) -> Iterator[Instance]:
        """Return all files, of what lies below, too."""
        yield from self.members
        for node in self.below:
            yield from node.instances


class Outline(NamedTuple):
    """The tree, and how far it is.

    `done` files were looked at; with `complete` there are no more, and with `looked` the quality of all is known. `known` of
    them are instances, `others` no DICOM files; `problems` says what could not be read, of `unread` the first ones.
    """

    nodes: tuple[Node, ...] = ()
    done: int = 0
    complete: bool = False
    looked: bool = False
    known: int = 0
    others: int = 0
    unread: int = 0
    problems: tuple[tuple[str, str], ...] = ()
    word: str = ""  # what is to be said of the index
    stopped: bool = False  # whether the scan was stopped before it was complete


class Outliner:
    """Makes outlines of one library; what did not change since the last one is not made anew."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._series: dict[int, tuple[int, Node]] = {}
        self._findings: dict[int, tuple[int, tuple[Finding, ...]]] = {}

    def outline(self, done: int, *, complete: bool = False, looked: bool = False) -> Outline:
        """Return what is known now."""
        library = self._library
        nodes = tuple(self._patient(patient) for patient in library.in_order)
        return Outline(
            nodes,
            done,
            complete,
            looked,
            library.count,
            library.others,
            library.unread,
            tuple(islice(list(library.problems.items()), _MOST_PROBLEMS)),
        )

    def look(self) -> Iterator[None]:
        """Find out what is wrong with every series, one a step."""
        for patient in self._library.in_order:
            for study in patient.in_order:
                for series in study.in_order:
                    count = series.count
                    if self._findings.get(id(series), (-1, ()))[0] != count:
                        self._findings[id(series)] = count, tuple(series_findings(series))
                        self._series.pop(id(series), None)
                        yield

    def _patient(self, patient: Patient) -> Node:
        shared = patient.shared
        below = tuple(self._study(patient, study) for study in patient.in_order)
        parts = ((_NAME, shared.patient_name.split("=")[0] or "(no name)"), (_ID, shared.patient_id), (_SEX, shared.sex))
        return _around(patient.key, NodeKind.PATIENT, parts, (), below)

    def _study(self, patient: Patient, study: Study) -> Node:
        shared = study.shared
        below = tuple(self._one_series(patient, study, series) for series in study.in_order)
        parts = (
            (_STUDY_DATE, shared.study_date), (_STUDY_DESCRIPTION, shared.study_description),
            (0, " ".join(study.modalities)),
        )  # fmt: skip
        looked = all(node.looked for node in below)
        findings = tuple(study_findings(study, self._library)) if looked else ()
        return _around((*patient.key, study.key), NodeKind.STUDY, parts, findings, below)

    def _one_series(self, patient: Patient, study: Study, series: Series) -> Node:
        count = series.count
        known = self._series.get(id(series))
        if known is not None and known[0] == count:
            return known[1]
        shared, stacks, key = series.shared, series.stacks, (*patient.key, study.key, series.key)
        below: tuple[Node, ...] = ()
        if len(stacks) > 1:
            below = tuple(
                Node(
                    (*key, stack.key), NodeKind.STACK, stack.parts or ((0, "others"),), len(stack.members), True, (), (),
                    stack.members, None,
                )
                for stack in stacks
            )  # fmt: skip
        parts = ((0, shared.series_number), (0, shared.modality), (_SERIES_DESCRIPTION, shared.series_description))
        looked_count, findings = self._findings.get(id(series), (-1, ()))
        members = stacks[0].members if len(stacks) == 1 else ()
        made = Node(
            key, NodeKind.SERIES, parts, count, looked_count == count, findings, below, members, worst(findings)
        )  # fmt: skip
        self._series[id(series)] = count, made
        return made


def _around(
    key: tuple[str, ...], kind: NodeKind, parts: tuple[tuple[int, str], ...], findings: tuple[Finding, ...],
    below: tuple[Node, ...],
) -> Node:  # fmt: skip
    levels = [worst(findings), *(node.level for node in below)]
    return Node(
        key, kind, parts, sum(node.files for node in below), all(node.looked for node in below), findings, below, (),
        max((level for level in levels if level is not None), default=None),
    )  # fmt: skip


def grow(
    roots: Sequence[str], *, follow: bool = False, index: Index | None = None, clock: Callable[[], float] = time.monotonic
) -> Iterator[Outline | None]:
    """Scan beside a user interface: outlines while it goes on, then with the quality of each series.

    Parameters
    ----------
    roots : sequence of str
        Folders, or files.
    follow : bool
        Whether to go on for ever: what comes into the folders later is found, too.
    index : Index, optional
        What was kept of folders.
    clock : callable
        The time in seconds.

    Yields
    ------
    Outline or None
        None where it may be given up; outlines now and then.
    """
    library = Library()
    outliner = Outliner(library)
    due = clock()
    done = 0
    for step in scan(roots, library, gently=True, index=index):
        done = step.done
        if (now := clock()) >= due:
            yield outliner.outline(done)
            due = max(now + _SHOW_EVERY_S, clock() + _SHARE * (clock() - now))
        else:
            yield None
    yield outliner.outline(done, complete=True)
    for _ in outliner.look():
        time.sleep(GIVE_WAY_S)
        if (now := clock()) >= due:
            yield outliner.outline(done, complete=True)
            due = max(now + _SHOW_EVERY_S, clock() + _SHARE * (clock() - now))
        else:
            yield None
    if index is not None:
        index.commit()
    yield outliner.outline(done, complete=True, looked=True)._replace(word=index.word if index is not None else "")
    if follow:
        yield from _follow(roots, library, outliner, done)


_FOLLOW_EVERY_S: Final = 2.0
_WAIT_S: Final = 0.1


def _follow(roots: Sequence[str], library: Library, outliner: Outliner, done: int) -> Iterator[Outline | None]:
    """Look for new files again and again."""
    while True:
        end = time.monotonic() + _FOLLOW_EVERY_S
        while time.monotonic() < end:
            time.sleep(_WAIT_S)
            yield None
        before = library.count
        for _ in scan(roots, library, gently=True):
            yield None
        if library.changed or library.count != before:
            library.changed = False
            for _ in outliner.look():
                yield None
            done += library.count - before
            yield outliner.outline(done, complete=True, looked=True)
