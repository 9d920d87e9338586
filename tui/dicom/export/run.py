"""Exporting what an order names: a Job. A failure belongs to its result; all others go on."""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from tempfile import TemporaryDirectory
from typing import BinaryIO, NamedTuple

from tui.dicom.anonymize.batch import Told, anonymize
from tui.dicom.anonymize.order import Order as AnonymizeOrder
from tui.dicom.anonymize.policy import PRESET
from tui.dicom.anonymize.policy_file import policy_of
from tui.dicom.errors import DicomError, ExportError, WriteError
from tui.dicom.export import picture_options
from tui.dicom.export.data_options import PLAIN
from tui.dicom.export.formats import BY_NAME, Format
from tui.dicom.export.order import ANONYMIZE, NO, REPLACE, STANDARD_OUTPUT, TEMPORARY, Carries, Order, Scope, Subject
from tui.dicom.export.outputs import Output, make_root
from tui.dicom.export.subjects import Subjects
from tui.dicom.job import Step
from tui.dicom.library.findings import many
from tui.dicom.options import Values
from tui.dicom.save import remove_leftovers
from tui.text import safe_text


class NotWritten(NamedTuple):
    """A result that failed: of what it was to be made, and why."""

    what: str
    why: str


@dataclass
class Summary:
    """What came of an order.

    Parameters
    ----------
    format : Format
        Which.
    output : str
        Where the results are.

    Attributes
    ----------
    written : list of str
        Their paths.
    failed : list of NotWritten
        Of what nothing was written, and why.
    notes : list of str
        What a reader of the results must know.
    carries : set of Carries
        What they may tell of the patient.
    size : int
        Bytes that were written.
    results : int
        How many there were to be.
    done : int
        How many there are.
    """

    format: Format
    output: str
    written: list[str] = field(default_factory=list)
    failed: list[NotWritten] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    carries: frozenset[Carries] = frozenset()
    size: int = 0
    results: int = 0
    done: int = 0


def checked(order: Order) -> tuple[Format, Values]:
    """Return the format of an order, and the values of all its options.

    Raises
    ------
    ExportError
        It cannot be done; nothing was read or written.
    """
    row = BY_NAME.get(order.format)
    if row is None:
        raise ExportError(f"there is no format {safe_text(order.format)!r}: there are {', '.join(BY_NAME)}")
    values: Values = {option.name: order.values.get(option.name, option.default) for option in row.all_options}
    unknown = sorted(set(order.values) - set(values))
    if unknown:
        raise ExportError(f"{row.name} has no option {', '.join(unknown)}")
    for option in row.all_options:
        if problem := option.problem(values[option.name]):
            raise ExportError(f"--{option.name}: {problem}")
    if problem := picture_options.problem_of(values):
        raise ExportError(problem)
    if values.get(PLAIN.name) and order.output.lower().endswith(row.ending):
        raise ExportError(f"--{PLAIN.name} does not go with a name that ends in {row.ending}")
    if not order.paths:
        raise ExportError("there is nothing to export")
    for path in order.paths:
        if not os.path.lexists(path):
            raise ExportError(f"{safe_text(path)}: there is no such file or folder", path)
    if not order.output:
        raise ExportError("an output folder or file is needed")
    return row, values


def export(order: Order, stream: BinaryIO | None = None) -> Iterator[Step | NotWritten | Summary]:
    """Export what an order names, a Job.

    Parameters
    ----------
    order : Order
        What, and how.
    stream : binary file, optional
        Where the one result goes if the output is -; as it is, standard output.

    Yields
    ------
    Step, NotWritten or Summary
        What was done, and what failed; at last what came of it.

    Raises
    ------
    ExportError, WriteError
        Nothing can be done.
    """
    row, values = checked(order)
    how = _anonymizing(order, values)
    if how is None:
        yield from _export(order, row, values, stream, [], {})
        return
    with TemporaryDirectory(prefix=TEMPORARY) as folder:  # for its owner only; what lies in it names nobody
        copies, failed, originals = os.path.join(folder, "copies"), list[NotWritten](), dict[str, str]()
        done = replace(
            how, paths=order.paths, output=copies, report=os.path.join(folder, "report.json"), mapping="", dry=False
        )
        for step in anonymize(done):
            if isinstance(step, Step):
                yield Step(step.done, 0, f"anonymized: {safe_text(os.path.basename(step.note))}")
            elif isinstance(step, Told) and step.outcome.rule:
                failed.append(NotWritten(step.path, f"not anonymized: {step.outcome.reason}"))
                yield failed[-1]
            elif isinstance(step, Told):
                originals[os.path.join(copies, step.outcome.written)] = step.path
        yield from _export(replace(order, paths=(copies,)), row, values, stream, failed, originals)


def _anonymizing(order: Order, values: Values) -> AnonymizeOrder | None:
    """Return how files are de-identified first, if they are."""
    if order.anonymize is not None or values[ANONYMIZE.name] == NO:
        return order.anonymize
    return AnonymizeOrder((), "", policy_of({PRESET.name: values[ANONYMIZE.name]}))


def _export(
    order: Order,
    row: Format,
    values: Values,
    stream: BinaryIO | None,
    failed: list[NotWritten],
    originals: Mapping[str, str],
) -> Iterator[Step | NotWritten | Summary]:  # fmt: skip
    """Export what is not to be de-identified any more; what `failed` before that is told of."""
    subjects = Subjects(order.paths, row.scope_of(values), values)
    for step in subjects.find():
        yield Step(step.done, 0, step.note)
    summary = Summary(row, order.output, failed=failed, carries=row.carried(values), results=len(subjects.found))
    for path, why in subjects.library.problems.items():
        summary.failed.append(NotWritten(originals.get(path, path), why))
        yield summary.failed[-1]
    target = _Target(order, row, values, subjects, stream, originals.values())
    if target.leftovers:
        summary.notes.append(f"{many(target.leftovers, 'unfinished file')} of a run that was cut off: removed")
    for number, subject in enumerate(subjects.found):
        output = target.output(subject)
        what = safe_text(os.path.basename(originals.get(subject.files[0], subject.files[0])))
        yield Step(number, len(subjects.found), what)
        try:
            target.check(output)
            for note in row.write(subject, values, output):
                yield Step(number, len(subjects.found), f"{what} {note}".rstrip())
            summary.done += 1
        except DicomError as error:
            summary.failed.append(NotWritten(_named(subject, originals), str(error)))
            yield summary.failed[-1]
        summary.written += output.written
        summary.size += output.size
        summary.notes += [note for note in output.notes if note not in summary.notes]
    repeated = sum(len(same) - 1 for same in subjects.library.repeated.values())
    if repeated and row.scope is not Scope.FILE:
        summary.notes.append(f"{repeated:,} files have the SOP Instance UID of another one, and were left out")
    if subjects.same:
        summary.notes.append(f"{many(subjects.same, 'name')} would have been that of another result: such are counted")
    if not subjects.found and not summary.failed:
        summary.failed.append(NotWritten(", ".join(order.paths), "there is no DICOM file"))
        yield summary.failed[-1]
    yield Step(len(subjects.found), len(subjects.found), "")
    yield summary


def _named(subject: Subject, originals: Mapping[str, str]) -> str:
    """Return of what a result was to be made: of a de-identified copy, its original."""
    first = originals.get(subject.files[0], subject.files[0])
    if len(subject.files) > 1:
        return f"{first} and {len(subject.files) - 1:,} more"
    return first if not subject.frame else f"{first}, frame {subject.frame + 1}"


class _Target:
    """Where the results of an order go: a stream, the one file that was named, or a folder."""

    def __init__(
        self, order: Order, row: Format, values: Values, subjects: Subjects, stream: BinaryIO | None,
        originals: Iterable[str],
    ) -> None:  # fmt: skip
        count = len(subjects.found)
        self._order = order
        self._replace = bool(values[REPLACE.name])
        self._stream: BinaryIO | None = None
        self._names: tuple[str, ...] | None = None
        self._root = order.output
        self._ending = row.ending_of(order.output, values)
        read = (*(each.path for each in subjects.library.instances), *originals) if self._replace else ()
        self._read = set(map(os.path.realpath, read))
        self.leftovers = 0
        if order.output == STANDARD_OUTPUT:
            if count != 1:
                raise ExportError(f"standard output takes one result, and there would be {count:,}: name a folder with -o")
            self._stream = stream if stream is not None else sys.stdout.buffer
        elif row.is_named_in(order.output) and not os.path.isdir(order.output):
            if count > 1:
                raise ExportError(f"there would be {count:,} results: name a folder with -o", order.output)
            self._root, name = os.path.split(order.output)
            self._names = (name[: -len(self._ending)],)
        elif count:
            make_root(order.output, order.mode)
            folders = {os.path.join(order.output, *subject.names[:-1]) for subject in subjects.found}
            self.leftovers = sum(len(remove_leftovers(folder)) for folder in folders if os.path.isdir(folder))

    def output(self, subject: Subject) -> Output:
        """Return where the result of a subject goes."""
        names = self._names or subject.names
        return Output(self._root, names, self._ending, self._replace, self._order.mode, self._stream)

    def check(self, output: Output) -> None:
        """Refuse to write over a file that is read, whatever was told.

        Raises
        ------
        WriteError
            It would be.
        """
        path = os.path.join(output.root, *output.names) + output.ending
        if self._replace and os.path.realpath(path) in self._read:
            raise WriteError(f"{safe_text(path)} is one of the files that are read: they are never written over", path)
