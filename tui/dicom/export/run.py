"""Exporting what an order names: a Job. A failure belongs to its result; all others go on."""

import os
from collections.abc import Iterator, Mapping, Set
from dataclasses import replace
from tempfile import TemporaryDirectory
from typing import BinaryIO

from tui.dicom.anonymize.order import Order as AnonymizeOrder
from tui.dicom.anonymize.policy import PRESET
from tui.dicom.anonymize.policy_file import policy_of
from tui.dicom.anonymize.risks import risks_of
from tui.dicom.attributes import Attributes
from tui.dicom.elements import walk_file
from tui.dicom.errors import DicomError, ExportError, translated
from tui.dicom.export import dicom_options
from tui.dicom.export.data_options import PLAIN
from tui.dicom.export.dicom_options import DICOMDIR_NAME
from tui.dicom.export.formats import BY_NAME, COPY, Format
from tui.dicom.export.order import ANONYMIZE, NO, REPLACE, TEMPORARY, Carries, Order, Scope, Subject
from tui.dicom.export.outputs import Target
from tui.dicom.export.results import NotWritten, Reason, Summary
from tui.dicom.export.subjects import Subjects
from tui.dicom.job import Step
from tui.dicom.library.findings import many
from tui.dicom.options import Values, filled_in
from tui.text import safe_text


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
    values = _checked_values(order, row)
    if not order.paths:
        raise ExportError("there is nothing to export")
    for path in order.paths:
        if not os.path.lexists(path):
            raise ExportError(f"{safe_text(path)}: there is no such file or folder", path)
    if not order.output:
        raise ExportError("an output folder or file is needed")
    return row, values


def _check_ending(order: Order, row: Format, values: Values) -> None:
    """Refuse the name of a file of another format, which would become a folder; raise what `checked` does."""
    output = order.output
    if row.is_named_in(output, values) or os.path.isdir(output):
        return
    other = next((each for each in BY_NAME.values() if each.is_named_in(output, values)), None)
    if other is not None:
        raise ExportError(f"{safe_text(output)} ends like {other.name}, and not like {row.name} ({row.ending})", output)


def _checked_values(order: Order, row: Format) -> Values:
    """Return the values of all options of a format; raise what `checked` does."""
    values, problem = filled_in(row.all_options, order.values)
    if problem := problem or row.problem(values):
        raise ExportError(problem)
    if not order.into_folder:
        _check_ending(order, row, values)
    if values.get(PLAIN.name) and order.output.lower().endswith(row.ending):
        raise ExportError(f"--{PLAIN.name} does not go with a name that ends in {row.ending}")
    return values


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
    from tui.dicom.anonymize.batch import Told, anonymize  # which takes its time to be imported

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
    summary = Summary(order.output, failed=failed, carries=row.carried(values), results=len(subjects.found))
    for path, why in subjects.library.problems.items():
        summary.failed.append(NotWritten(originals.get(path, path), why))
        yield summary.failed[-1]
    on_media = bool(values.get(dicom_options.DICOMDIR.name))
    if on_media:
        from tui.dicom.export.dicomdir import check_place  # as below

        check_place(order.output)
    if not subjects.found:
        if not summary.failed:
            summary.failed.append(NotWritten(", ".join(order.paths), "there is no DICOM file"))
            yield summary.failed[-1]
        yield summary
        return
    read = (*(each.path for each in subjects.library.instances), *originals.values())
    target = Target(
        order.output,
        row.ending_of(order.output, values),
        [subject.names for subject in subjects.found],
        named=not order.into_folder and row.is_named_in(order.output, values),
        replace=bool(values[REPLACE.name]),
        mode=order.mode,
        stream=stream,
        read=read,
    )
    if target.leftovers:
        summary.notes.append(f"{many(target.leftovers, 'unfinished file')} of a run that was cut off: removed")
    yield from _results(row, values, subjects, target, summary, originals)
    if on_media and summary.written:
        yield from _with_directory(order, summary, {each.shared.patient_id for each in subjects.library.instances})
    repeated = sum(len(same) - 1 for same in subjects.library.repeated.values())
    if repeated and (on_media or row.scope is not Scope.FILE):
        summary.notes.append(f"{repeated:,} files have the SOP Instance UID of another one, and were left out")
    if subjects.same:
        summary.notes.append(f"{many(subjects.same, 'name')} would have been that of another result: such are counted")
    yield Step(len(subjects.found), len(subjects.found), "")
    yield summary


def _results(
    row: Format, values: Values, subjects: Subjects, target: Target, summary: Summary, originals: Mapping[str, str]
) -> Iterator[Step | NotWritten]:
    """Write the results one after the other; one that fails stops no other."""
    looked_at, burned_in = tuple[str, ...](), list[Reason]()
    for number, subject in enumerate(subjects.found):
        output = target.output(subject.names)
        what = safe_text(os.path.basename(originals.get(subject.files[0], subject.files[0])))
        yield Step(number, len(subjects.found), what)
        try:
            target.check(output)
            if values.get(dicom_options.DICOMDIR.name):
                _check_source(subject, row)
            if Carries.PIXELS in summary.carries and subject.files != looked_at:  # not for each frame of a file
                looked_at, burned_in = subject.files, _burned_in(subject, originals)
            with translated(ExportError, "it cannot be written", subject.files[0]):  # whatever a writer meets in one of them
                for note in row.write(subject, values, output):
                    yield Step(number, len(subjects.found), f"{what} {note}".rstrip())
            summary.done += 1
            summary.burned_in += burned_in
            burned_in = []
        except DicomError as error:
            summary.failed.append(NotWritten(_named(subject, originals), str(error)))
            yield summary.failed[-1]
        summary.add(output.written, output.size, output.notes)


def _check_source(subject: Subject, row: Format) -> None:
    """Refuse what can have no record in a DICOMDIR."""
    from tui.dicom.export.dicomdir import check_source  # as below

    check_source(subject.files[0], as_it_is=row.name == COPY, in_frames=row.scope is Scope.FRAME)


def _burned_in(subject: Subject, originals: Mapping[str, str]) -> list[Reason]:
    """Return into which files of a subject text may be burned, and why."""
    found = ((path, risks_of(Attributes.of(walk_file(path))).burned_in) for path in subject.files)
    return [Reason(originals.get(path, path), reasons[0]) for path, reasons in found if reasons]


def _with_directory(order: Order, summary: Summary, known_ids: Set[str]) -> Iterator[Step | NotWritten]:
    """Write the DICOMDIR of all that was written."""
    from tui.dicom.export.dicomdir import Directory  # which takes its time to be imported

    directory, written = Directory(order.output, known_ids), list(summary.written)
    for number, path in enumerate(written):
        yield Step(number, len(written), f"{DICOMDIR_NAME}: {safe_text(os.path.basename(path))}")
        try:
            directory.add(path)
        except DicomError as error:
            summary.failed.append(NotWritten(path, f"it was written, but {error}"))
            yield summary.failed[-1]
    try:
        summary.add(*directory.write(order.mode))
    except DicomError as error:
        summary.failed.append(NotWritten(DICOMDIR_NAME, str(error)))
        yield summary.failed[-1]


def _named(subject: Subject, originals: Mapping[str, str]) -> str:
    """Return of what a result was to be made: of a de-identified copy, its original."""
    first = originals.get(subject.files[0], subject.files[0])
    if len(subject.files) > 1:
        return f"{first} and {len(subject.files) - 1:,} more"
    return first if not subject.frame else f"{first}, frame {subject.frame + 1}"
