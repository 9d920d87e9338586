"""``dicom-tui check PATH ...``: tell what is wrong with the series, studies and files below folders."""

import argparse
import gc
import io
import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any, Final

from tui.cli import PROGRAM
from tui.cli.arguments import Parser, add_options, given
from tui.cli.configured import configured
from tui.cli.library_words import closed_index, missing, opened_index, patient_words, series_words, study_words
from tui.cli.output import ERROR, counted, refuse
from tui.dicom.errors import DicomError
from tui.dicom.job import Step
from tui.dicom.library.check import Checked, Looked, check
from tui.dicom.library.findings import Level, many
from tui.settings import INDEX, SettingsError, index_path
from tui.text import safe_text

CLEAN: Final = 0
FINDINGS: Final = 1
_MARKS: Final = {Level.ERROR: "x", Level.NOTE: "!"}
_DEPTH: Final = "    "


def run(words: Sequence[str]) -> int:
    """Look over what `words` name; return the exit code."""
    arguments = _parser().parse_args(words)
    if problem := missing(arguments.paths):
        return refuse(problem)
    try:
        settings = configured(given(arguments, (INDEX,)))
    except SettingsError as error:
        return refuse(str(error))
    gc.disable()  # what is found stays
    index = opened_index(index_path()) if settings.index else None
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    every: list[Checked | Looked] = []
    try:
        counted(_steps(check(arguments.paths, index=index), every), "checking")
    except DicomError as error:
        print(f"{PROGRAM}: {safe_text(str(error))}", file=sys.stderr)
        return ERROR
    finally:
        closed_index(index)
    found = [each for each in every if isinstance(each, Checked)]
    total = next((each for each in every if isinstance(each, Looked)), Looked(0, 0, 0))
    if arguments.json:
        _print_json(found, total)
    else:
        _print_text(found, total)
    return FINDINGS if found else CLEAN


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog=f"{PROGRAM} check",
        description="Tell what is wrong with the series, studies and files below folders: gaps and uneven spacing, mixed "
        "orientation, spacing, kernels or transfer syntaxes, instance numbers, repeated UIDs, truncated and broken files, "
        "attributes of Type 1 that are missing (PS3.3), character sets, dates, patients mixed in a study.",
        epilog="The exit code is 0 where nothing was found, 1 where something was, 2 for errors and wrong usage.",
    )
    parser.add_argument("paths", metavar="PATH", nargs="+", help="folders, or files")
    parser.add_argument("--json", action="store_true", help="print an object with every finding")
    add_options(parser, (INDEX,))
    return parser


def _steps(job: Iterator[Step | Checked | Looked], found: list[Checked | Looked]) -> Iterator[Step]:
    for step in job:
        if isinstance(step, Step):
            yield step
        else:
            found.append(step)


def _print_text(found: Sequence[Checked], total: Looked) -> None:
    for at, checked in enumerate(found):
        patient, study, series = checked.patient, checked.study, checked.series
        parts = []
        if patient is not None:
            parts.append(patient_words(patient))
        if study is not None:
            parts.append(study_words(study))
        if series is not None:
            parts.append(f"{series_words(series)} ({many(series.count, 'file')})")
        print(("\n" if at else "") + (safe_text(" > ".join(parts)) or "files"))
        for finding in checked.findings:
            print(f"  {_MARKS[finding.level]} {safe_text(finding.sentence)}")
            for path in finding.paths[:1]:
                print(f"{_DEPTH}{safe_text(path)}")
    findings = [finding for checked in found for finding in checked.findings]
    errors = sum(finding.level is Level.ERROR for finding in findings)
    if not findings:
        print(f"{many(total.files, 'file')} looked over: nothing is wrong" if total.files else "no DICOM files are there")
        return
    print(
        f"\n{many(total.files, 'file')} looked over: {many(errors, 'error')} (x), {many(len(findings) - errors, 'note')} (!)"
    )


def _print_json(found: Sequence[Checked], total: Looked) -> None:
    said: list[dict[str, Any]] = []
    for checked in found:
        of: dict[str, Any] = {}
        if checked.patient is not None:
            of["PatientID"] = checked.patient.shared.patient_id
        if checked.study is not None:
            of["StudyInstanceUID"] = checked.study.uid
        if checked.series is not None:
            of["SeriesInstanceUID"] = checked.series.uid
        said += [
            of
            | {
                "level": finding.level.name.lower(), "code": finding.code, "sentence": finding.sentence,
                "paths": list(finding.paths),
            }
            for finding in checked.findings
        ]  # fmt: skip
    # lone surrogates of file names and control codes stay escapes
    print(
        json.dumps(
            {"files": total.files, "others": total.others, "unread": total.unread, "findings": said},
            indent=1,
            ensure_ascii=True,
        ).replace("\x7f", "\\u007f")
    )
