"""``dicom-tui ls PATH ...``: list the patients, studies and series below folders, as a table, a tree, JSON or CSV."""

import argparse
import csv
import gc
import io
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from tui.cli import PROGRAM
from tui.cli.configured import configured
from tui.cli.library_words import closed_index, missing, name_of, opened_index
from tui.cli.output import counted, refuse
from tui.dicom.library.findings import many
from tui.dicom.library.scanner import scan
from tui.dicom.library.stacks import frames_in
from tui.dicom.library.studies import Library, Patient, Series, Study
from tui.dicom.options import Value
from tui.dicom.temporal import day
from tui.settings import INDEX, SettingsError, index_path
from tui.text import cell_width, fit_cells, safe_text

SOME_UNREAD: Final = 1
_FORMS: Final = ("table", "tree", "json", "csv")
_MOST_TOLD: Final = 20
_WIDEST: Final = (24, 16, 10, 24, 8, 6, 32, 9)  # cells, of the table's columns
_NUMBERS: Final = frozenset({5, 7})  # which of them are written at the right
_COLUMNS: Final[tuple[tuple[str, Callable[[Patient, Study, Series], Any]], ...]] = (
    ("PatientName", lambda patient, _study, _series: patient.shared.patient_name),
    ("PatientID", lambda patient, _study, _series: patient.shared.patient_id),
    ("PatientBirthDate", lambda patient, _study, _series: patient.shared.birth_date),
    ("PatientSex", lambda patient, _study, _series: patient.shared.sex),
    ("StudyDate", lambda _patient, study, _series: study.shared.study_date),
    ("StudyTime", lambda _patient, study, _series: study.shared.study_time),
    ("AccessionNumber", lambda _patient, study, _series: study.shared.accession),
    ("StudyDescription", lambda _patient, study, _series: study.shared.study_description),
    ("StudyInstanceUID", lambda _patient, study, _series: study.uid),
    ("Modality", lambda _patient, _study, series: series.shared.modality),
    ("SeriesNumber", lambda _patient, _study, series: series.shared.series_number),
    ("SeriesDescription", lambda _patient, _study, series: series.shared.series_description),
    ("SeriesInstanceUID", lambda _patient, _study, series: series.uid),
    ("Manufacturer", lambda _patient, _study, series: series.shared.manufacturer),
    ("files", lambda _patient, _study, series: series.count),
    ("frames", lambda _patient, _study, series: sum(map(frames_in, series.instances))),
    ("bytes", lambda _patient, _study, series: sum(instance.size for instance in series.instances)),
    ("folder", lambda _patient, _study, series: series.instances[0].folder),
)


def run(words: Sequence[str]) -> int:
    """List what lies below the paths in `words`; return the exit code."""
    paths, form, flags = list(words), "table", dict[str, Value]()
    if not paths or any(word.startswith("-") for word in words):  # else no parser is needed, nor the time to build one
        from tui.cli.arguments import given

        arguments = _parser().parse_args(words)
        paths, form, flags = arguments.paths, arguments.form, given(arguments, (INDEX,))
    if problem := missing(paths):
        return refuse(problem)
    try:
        settings = configured(flags)
    except SettingsError as error:
        return refuse(str(error))
    gc.disable()  # what is found stays: going through it again and again is a tenth of the time
    library = Library()
    index = opened_index(index_path()) if settings.index else None
    try:
        counted(scan(paths, library, index=index), "reading")
    finally:
        closed_index(index)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace", newline="" if form == "csv" else None)
    _WRITERS[form](library)
    return _told(library)


def _parser() -> argparse.ArgumentParser:
    from tui.cli.arguments import Parser, add_options

    parser = Parser(
        prog=f"{PROGRAM} ls",
        description="List the patients, studies and series below folders, by their headers: no pixels are read.",
        epilog="The exit code is 0 where all could be read, 1 where something could not (see stderr), 2 for wrong usage.",
    )
    parser.add_argument("paths", metavar="PATH", nargs="+", help="folders, or files")
    forms = parser.add_mutually_exclusive_group()
    for form, what in (
        ("table", "a line for each series (default)"),
        ("tree", "patients, studies, series and their stacks, indented"),
        ("json", "an object: patients with studies with series, and what could not be read"),
        ("csv", "a row for each series"),
    ):
        forms.add_argument(f"--{form}", dest="form", action="store_const", const=form, help=what)
    parser.set_defaults(form="table")
    add_options(parser, (INDEX,))
    return parser


def _told(library: Library) -> int:
    """Say on stderr what could not be read; return the exit code."""
    for path, sentence in list(library.problems.items())[:_MOST_TOLD]:
        print(f"{PROGRAM}: {safe_text(path)}: {safe_text(sentence)}", file=sys.stderr)
    if library.unread > _MOST_TOLD:
        print(f"{PROGRAM}: {library.unread - _MOST_TOLD:,} more could not be read", file=sys.stderr)
    return SOME_UNREAD if library.unread else 0


def _every_series(library: Library) -> Iterator[tuple[Patient, Study, Series]]:
    for patient in library.in_order:
        for study in patient.in_order:
            for series in study.in_order:
                yield patient, study, series


# --- forms


def _write_table(library: Library) -> None:
    rows = [("PATIENT", "ID", "DATE", "STUDY", "MOD", "NO", "SERIES", "FILES")]
    for patient, study, series in _every_series(library):
        shared = series.shared
        rows.append(
            (
                name_of(patient), patient.shared.patient_id, day(study.shared.study_date), study.shared.study_description,
                shared.modality, shared.series_number, shared.series_description, f"{series.count:,}",
            )
        )  # fmt: skip
    cells = [[safe_text(cell) for cell in row] for row in rows]
    widths = [min(limit, max(cell_width(row[at]) for row in cells)) for at, limit in enumerate(_WIDEST)]
    for row in cells:
        fitted = [fit_cells(cell, width) for cell, width in zip(row, widths, strict=True)]
        filled = [
            " " * (width - cell_width(cell)) + cell if at in _NUMBERS else fit_cells(cell, width, pad=True)
            for at, (cell, width) in enumerate(zip(fitted, widths, strict=True))
        ]
        print("  ".join(filled).rstrip())
    print(_summary(library))


def _summary(library: Library) -> str:
    studies = [study for patient in library.patients.values() for study in patient.studies.values()]
    series = sum(len(study.series) for study in studies)
    said = [
        many(len(library.patients), "patient"), many(len(studies), "study", "studies"), many(series, "series", "series"),
        many(library.count, "file"),
    ]  # fmt: skip
    if library.repeated:
        twice = sum(map(len, library.repeated.values())) - len(library.repeated)
        said.append(f"{many(twice, 'of them a repeated', 'of them repeated')} SOP Instance UID{'s' * (twice != 1)}")
    if library.directories:
        said.append(f"{len(library.directories):,} DICOMDIR")
    if library.others:
        said.append(many(library.others, "other file"))
    if library.unread:
        said.append(f"{library.unread:,} not read")
    return ", ".join(said)


def _write_tree(library: Library) -> None:
    for patient in library.in_order:
        shared = patient.shared
        facts = [shared.patient_id, shared.sex, day(shared.birth_date)]
        _line(0, [name_of(patient), *facts], patient.count)
        for study in patient.in_order:
            shared = study.shared
            _line(1, [day(shared.study_date), shared.study_description, "/".join(study.modalities)], study.count)
            for series in study.in_order:
                shared = series.shared
                _line(2, [shared.series_number or "-", shared.modality, shared.series_description], series.count)
                stacks = series.stacks
                for stack in stacks if len(stacks) > 1 else ():
                    _line(3, [stack.label or "others"], len(stack.members))
    print(_summary(library))


def _line(depth: int, parts: Sequence[str], count: int) -> None:
    print(f"{'    ' * depth}{'  '.join(safe_text(part) for part in parts if part)}  ({count:,})")


def _write_json(library: Library) -> None:
    patients = []
    for patient in library.in_order:
        studies = []
        for study in patient.in_order:
            every = [_object(patient, study, series, 9, len(_COLUMNS)) for series in study.in_order]
            for said, series in zip(every, study.in_order, strict=True):
                said["stacks"] = [{"label": stack.label, "files": len(stack.members)} for stack in series.stacks]
            first = study.in_order[0]
            studies.append(_object(patient, study, first, 4, 9) | {"series": every})
        first_study = patient.in_order[0]
        patients.append(_object(patient, first_study, first_study.in_order[0], 0, 4) | {"studies": studies})
    said = {
        "patients": patients,
        "files": library.count,
        "others": library.others,
        "directories": [instance.path for instance in library.directories],
        "repeated": {uid: [instance.path for instance in every] for uid, every in library.repeated.items()},
        "unread": [{"path": path, "why": why} for path, why in library.problems.items()],
    }
    # lone surrogates of file names and control codes stay escapes
    print(json.dumps(said, indent=1, ensure_ascii=True).replace("\x7f", "\\u007f"))


def _object(patient: Patient, study: Study, series: Series, begin: int, end: int) -> dict[str, Any]:
    return {name: value_of(patient, study, series) for name, value_of in _COLUMNS[begin:end]}


def _write_csv(library: Library) -> None:
    writer = csv.writer(sys.stdout)
    writer.writerow([name for name, _ in _COLUMNS])
    safe = safe_text if sys.stdout.isatty() else str
    for patient, study, series in _every_series(library):
        writer.writerow([safe(str(value_of(patient, study, series))) for _, value_of in _COLUMNS])


_WRITERS: Final[dict[str, Callable[[Library], None]]] = {
    "table": _write_table, "tree": _write_tree, "json": _write_json, "csv": _write_csv,
}  # fmt: skip
