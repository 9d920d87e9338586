"""What is known of many files, as patients, studies and series (PS3.3 A.1.2): it grows while files are being found."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar, cast

from tui.dicom.library.instances import Instance, Shared
from tui.dicom.library.scan import natural_key
from tui.dicom.library.stacks import Stack, integer_of, stacks_of

_T = TypeVar("_T")
_LAST: Final = 1 << 40  # of series without a number
_MAKING: Final = threading.Lock()


@dataclass(slots=True)
class Series:
    """A series: its files as they were found, and as stacks in the order of their slices.

    Parameters
    ----------
    key : str
        Tells it from the other series of its study: its UID, or of files that name none where they are and what.
    uid : str
        SeriesInstanceUID.
    shared : Shared
        The values of its first file.
    count : int
        How many files it has.
    """

    key: str
    uid: str
    shared: Shared
    count: int = 0
    _instances: list[Instance] = field(default_factory=list)
    _later: list[Callable[[], Sequence[Instance]]] = field(default_factory=list)
    _stacks: tuple[list[Instance], list[Stack]] = ([], [])  # of which instances
    _counted: int = 0

    @property
    def instances(self) -> list[Instance]:
        """Return its files; those that were added for later are made now."""
        if self._later:
            with _MAKING:  # by one thread
                while self._later:
                    self._instances += self._later[0]()
                    del self._later[0]
        return self._instances

    def add(self, instances: Sequence[Instance]) -> None:
        """Add files."""
        self.instances.extend(instances)
        self.count += len(instances)

    def add_later(self, make: Callable[[], Sequence[Instance]], count: int) -> None:
        """Add files that are made when somebody looks at them."""
        self._later.append(make)
        self.count += count

    def remove(self, instance: Instance) -> None:
        """Take a file away."""
        self._instances = _without(self.instances, instance)
        self.count = len(self._instances)
        if self._instances:
            self.shared = self._instances[0].shared

    @property
    def number(self) -> int | None:
        """Return SeriesNumber."""
        return integer_of(self.shared.series_number)

    @property
    def stacks(self) -> list[Stack]:
        """Return its stacks; they are found anew where files came since."""
        known, stacks = self._stacks
        if known is not self.instances or self._counted != len(known):
            known = self.instances
            self._counted = len(known)
            stacks = stacks_of(known[: self._counted])
            self._stacks = (known, stacks)
        return stacks

    @property
    def order(self) -> tuple[int, str, str, str]:
        """Return what it is sorted by: its number, else its date and description."""
        shared = self.shared
        number = self.number
        moment = (shared.series_date or shared.study_date) + (shared.series_time or shared.study_time)
        return (_LAST if number is None else number), moment, natural_key(shared.series_description), self.uid


@dataclass(slots=True)
class Study:
    """A study of one patient; `key` is its UID, or of files that name none where they are."""

    key: str
    uid: str
    series: dict[str, Series] = field(default_factory=dict)

    @property
    def shared(self) -> Shared:
        """Return the values of its first file."""
        return next(iter(self.series.values())).shared

    @property
    def count(self) -> int:
        """Return how many files it has."""
        return sum(series.count for series in list(self.series.values()))

    @property
    def in_order(self) -> list[Series]:
        """Return its series by their numbers."""
        return sorted(self.series.values(), key=lambda series: series.order)

    @property
    def modalities(self) -> tuple[str, ...]:
        """Return the modalities of its series."""
        return tuple(sorted({series.shared.modality for series in list(self.series.values())} - {""}))

    @property
    def order(self) -> tuple[str, str]:
        """Return what it is sorted by: its date and time."""
        return self.shared.study_date + self.shared.study_time, self.uid


@dataclass(slots=True)
class Patient:
    """A patient, told by the ID; without one by the name."""

    key: tuple[str, str]
    studies: dict[str, Study] = field(default_factory=dict)

    @property
    def shared(self) -> Shared:
        """Return the values of the first file."""
        return next(iter(self.studies.values())).shared

    @property
    def count(self) -> int:
        """Return how many files there are."""
        return sum(study.count for study in list(self.studies.values()))

    @property
    def in_order(self) -> list[Study]:
        """Return the studies, the newest first."""
        return sorted(self.studies.values(), key=lambda study: study.order, reverse=True)

    @property
    def order(self) -> tuple[str, str, tuple[str, str]]:
        """Return what it is sorted by: name, then ID."""
        shared = self.shared
        return natural_key(shared.patient_name.replace("^", " ")), natural_key(shared.patient_id), self.key


@dataclass(slots=True)
class Library:
    """All that was found below some folders.

    Parameters
    ----------
    patients : dict
        By what tells them apart.
    uids : dict
        The first file of each SOP Instance UID, or the series in which it is to be looked for.
    repeated : dict
        By UID, all files of those that are met more than once.
    patients_of : dict
        The patients of each study, by its key: one, unless they are mixed.
    directories : list of Instance
        DICOMDIR files.
    others : int
        How many files are no DICOM files.
    links : int
        How many links lead to what is read anyway.
    problems : dict
        What could not be read, by its path, and why.
    rest : dict
        Of files that are no DICOM files, or could not be read: size and time of change, so that they are not read again.
    """

    patients: dict[tuple[str, str], Patient] = field(default_factory=dict)
    uids: dict[str, Instance | Series] = field(default_factory=dict)
    repeated: dict[str, list[Instance]] = field(default_factory=dict)
    patients_of: dict[str, list[Patient]] = field(default_factory=dict)
    directories: list[Instance] = field(default_factory=list)
    others: int = 0
    links: int = 0
    changed: bool = False  # whether a file was read anew
    problems: dict[str, str] = field(default_factory=dict)
    rest: dict[str, tuple[int, int]] = field(default_factory=dict)
    count: int = 0

    def add(self, instance: Instance) -> None:
        """Put a file into its series."""
        self.add_all(instance.shared, (instance,))

    def add_all(self, shared: Shared, instances: Sequence[Instance]) -> None:
        """Put files that have the same values in common into their series."""
        if shared.directory:
            self.directories += instances
            return
        self._into(shared, instances[0].folder, lambda series: series.add(instances))
        self.count += len(instances)
        for instance in instances:
            self._note(instance)

    def add_later(self, shared: Shared, folder: str, uids: Sequence[str], make: Callable[[], Sequence[Instance]]) -> None:
        """Put files into their series that are made when somebody looks at them.

        Parameters
        ----------
        shared : Shared
            The values that they have in common.
        folder : str
            Where they are.
        uids : sequence of str
            The SOP Instance UID of each.
        make : callable
            Returns them.
        """
        new = dict.fromkeys(uids)
        if shared.directory or len(new) != len(uids) or "" in new or not self.uids.keys().isdisjoint(new):
            self.add_all(shared, make())
            return
        series = self._into(shared, folder, lambda series: series.add_later(make, len(uids)))
        self.count += len(uids)
        self.uids.update(dict.fromkeys(new, series))

    def _into(self, shared: Shared, folder: str, add: Callable[[Series], None]) -> Series:
        """Add something to the series of files; return it."""
        key, study_key, series_key = _keys(shared, folder)
        patient = self.patients.get(key)
        if patient is None:
            patient = Patient(key)
        study = patient.studies.get(study_key)
        if study is None:
            study = Study(study_key, shared.study_uid)
            self.patients_of.setdefault(study_key, []).append(patient)
        series = study.series.get(series_key)
        if series is None:
            series = Series(series_key, shared.series_uid, shared)
        add(series)
        # What others may look at meanwhile is complete: a series has a file, a study a series.
        study.series.setdefault(series_key, series)
        patient.studies.setdefault(study_key, study)
        self.patients.setdefault(key, patient)
        return series

    def _note(self, instance: Instance) -> None:
        """Keep a file's UID; of one that was met before, all files."""
        uid = instance.uid
        if not uid:
            return
        first = self.uids.setdefault(uid, instance)
        if first is not instance:
            self.repeated.setdefault(uid, [self._first(uid)]).append(instance)

    def _first(self, uid: str) -> Instance:
        """Return the first file of a UID that is known."""
        found = self.uids[uid]
        if isinstance(found, Series):
            for instance in found.instances:
                if self.uids.get(instance.uid) is found:
                    self.uids[instance.uid] = instance
        return cast(Instance, self.uids[uid])

    def add_problem(self, path: str, sentence: str) -> None:
        """Keep why something could not be read."""
        self.problems[path] = sentence

    @property
    def unread(self) -> int:
        """Return how many files and folders could not be read."""
        return len(self.problems)

    def remove(self, instance: Instance) -> None:
        """Take a file away: it is to be read anew."""
        shared = instance.shared
        if shared.directory:
            self.directories = _without(self.directories, instance)
            return
        key, study_key, series_key = _keys(shared, instance.folder)
        patient = self.patients.get(key)
        study = patient.studies.get(study_key) if patient is not None else None
        series = study.series.get(series_key) if study is not None else None
        if patient is None or study is None or series is None or instance not in series.instances:
            return
        self.count -= 1
        same = _without(self.repeated.pop(instance.uid, ()), instance)
        if len(same) > 1:
            self.repeated[instance.uid] = same
        if instance.uid in self.uids and self._first(instance.uid) is instance:
            del self.uids[instance.uid]
            if same:
                self.uids[instance.uid] = same[0]
        series.remove(instance)
        if not series.count:
            del study.series[series.key]
        if not study.series:
            del patient.studies[study.key]
            self.patients_of[study.key] = _without(self.patients_of[study.key], patient)
        if not patient.studies:
            del self.patients[patient.key]

    @property
    def in_order(self) -> list[Patient]:
        """Return the patients by their names."""
        return sorted(self.patients.values(), key=lambda patient: patient.order)

    @property
    def instances(self) -> Iterator[Instance]:
        """Return all files but DICOMDIRs, series by series."""
        for patient in list(self.patients.values()):
            for study in list(patient.studies.values()):
                for series in list(study.series.values()):
                    yield from list(series.instances)


def _keys(shared: Shared, folder: str) -> tuple[tuple[str, str], str, str]:
    """Return what tells a file's patient, study and series from others; what names none is told by where it is."""
    patient = (shared.patient_id, "" if shared.patient_id else shared.patient_name)
    return patient, shared.study_uid or f"\0{folder}", shared.series_uid or f"\0{folder}\0{shared.sop_class}"


def _without(these: Sequence[_T], gone: _T) -> list[_T]:
    """Return all but one; what only equals it stays."""
    return [each for each in these if each is not gone]
