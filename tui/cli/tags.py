"""``dicom-tui tags FILE ...``: print the elements of files, all or those that are looked for, as text, JSON or CSV."""

import argparse
import csv
import io
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from tui.cli import PROGRAM, OutputError
from tui.cli.arguments import Parser, add_options, given
from tui.cli.configured import configured
from tui.cli.inputs import opened
from tui.cli.output import ERROR, refuse
from tui.cli.queries import refuse_query
from tui.dicom.anonymize.profile import identifies
from tui.dicom.elements import walk_file
from tui.dicom.errors import DicomError, os_reason
from tui.dicom.json_model import json_texts
from tui.dicom.query import Query, QueryError, parse_paths
from tui.dicom.row_text import exact_text, rows_below, text_line
from tui.dicom.tags import TagRows, load_rows
from tui.dicom.terms import Step, rows_at
from tui.settings import PRIVATE_DICTIONARY, SettingsError
from tui.text import safe_text

NOTHING_FOUND: Final = 1
_TEXT, _JSON, _CSV = "text", "json", "csv"
_BETWEEN: Final = " | "


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is printed: which elements, and how."""

    query: Query
    columns: tuple[tuple[str, tuple[Step, ...]], ...]  # as written, and as paths
    form: str
    several: bool


def run(words: Sequence[str]) -> int:
    """Print what `words` ask for; return the exit code."""
    query_text, rest = _query_in(words)
    arguments = _parser().parse_args(rest)
    try:
        configured(given(arguments, (PRIVATE_DICTIONARY,)))
    except SettingsError as error:
        return refuse(str(error))
    try:
        query = Query.parse(query_text)
    except QueryError as error:
        return refuse_query("--grep", error)
    try:
        columns = parse_paths(",".join(arguments.show))
    except QueryError as error:
        return refuse_query("--show", error)
    if arguments.form == _CSV and not columns:
        return refuse("--csv prints a line for each file: --show says with which attributes, such as PatientID,Rows")
    wanted = Wanted(query, tuple(columns), arguments.form, len(arguments.files) > 1)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace", newline="" if arguments.form == _CSV else None)
    return _print(arguments.files, wanted)


def _query_in(words: Sequence[str]) -> tuple[str, list[str]]:
    """Return the query behind --grep, and the other words: one that begins with - would be taken for a flag."""
    query, rest = "", list[str]()
    waiting = iter(words)
    for word in waiting:
        if word == "--grep":
            query = next(waiting, "")
        elif word.startswith("--grep="):
            query = word.removeprefix("--grep=")
        else:
            rest.append(word)
    return query, rest


def _parser() -> Parser:
    parser = Parser(
        prog=f"{PROGRAM} tags",
        description="Print the elements of DICOM files, private and nested ones too.",
        epilog="FILE may be packed by gzip, or - for standard input. QUERY is what / takes in the browser, such as\n"
        "'patient name', vr:UI, Rows>256 or RequestAttributesSequence.ScheduledProcedureStepID=x.\n"
        "The exit code is 1 where --grep finds nothing, 2 where a file cannot be read to its end, and for wrong usage.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", metavar="FILE", nargs="+", help="DICOM files")
    parser.add_argument("--grep", metavar="QUERY", default="", help="only the elements that are found, and what they lie in")
    forms = parser.add_mutually_exclusive_group()
    for form, what in (
        (_TEXT, "lines as the browser shows them, safe to draw (default)"),
        (_JSON, "the DICOM JSON model (PS3.18 F): an object, or an array for several files"),
        (_CSV, "a line for each file, with the attributes of --show"),
    ):
        forms.add_argument(f"--{form}", dest="form", action="store_const", const=form, help=what)
    parser.set_defaults(form=_TEXT)
    add_options(parser, (PRIVATE_DICTIONARY,))
    parser.add_argument(
        "--show", metavar="COL,...", action="append", default=[],
        help="only these attributes of the dataset: keywords, tags, or paths such as RequestAttributesSequence[0].0040,0007",
    )  # fmt: skip
    return parser


def _print(files: Sequence[str], wanted: Wanted) -> int:
    """Print the files in turn; one that cannot be read is said on stderr, and the others go on."""
    found, whole, printed = not wanted.query, True, 0
    if wanted.form == _JSON and wanted.several:
        sys.stdout.write("[\n")
    if wanted.form == _CSV:
        csv.writer(sys.stdout).writerow(("file", *(_shown(name) for name, _ in wanted.columns)))
    for file in files:
        try:
            with opened(file) as path:
                rows = load_rows(walk_file(path), fold_out=wanted.form == _TEXT)
                shown = _wanted_rows(rows, wanted)
                if shown is not None:
                    found = True
                    _write(file, rows, shown, wanted, printed)
                    printed += 1
        except QueryError as error:
            return refuse_query("--grep", error)
        except BrokenPipeError:
            raise
        except (DicomError, OSError) as error:
            whole = False
            print(f"{PROGRAM}: {safe_text(file)}: {safe_text(str(error))}", file=sys.stderr)
            continue
        broken = rows.elements.broken
        whole = whole and broken is None
        if wanted.form != _TEXT:  # which shows them
            for odd in (*rows.elements.remarks, *([broken.sentence] if broken is not None else [])):
                print(f"{PROGRAM}: {safe_text(file)}: {safe_text(odd)}", file=sys.stderr)
    if wanted.form == _JSON and wanted.several:
        sys.stdout.write("\n]\n")
    if not whole:
        return ERROR
    return 0 if found else NOTHING_FOUND


def _wanted_rows(rows: TagRows, wanted: Wanted) -> Sequence[int] | None:
    """Return which rows are printed, or None where the file is not what is looked for."""
    shown = set(range(len(rows)))
    if wanted.query:
        hits = wanted.query.find(rows, identifies)
        if not hits.holds:
            return None
        shown = set(hits.shown)
    if wanted.columns:
        asked = {index for _, path in wanted.columns for index in rows_at(rows, path, at_top=True)}
        around = {parent for index in asked for parent in _parents(rows, index)}
        shown &= around.union(asked, *(rows_below(rows, index) for index in asked))
    return sorted(shown)


def _parents(rows: TagRows, index: int) -> list[int]:
    found = []
    while (index := rows.parents[index]) >= 0:
        found.append(index)
    return found


def _write(file: str, rows: TagRows, shown: Sequence[int], wanted: Wanted, printed: int) -> None:
    try:
        _WRITERS[wanted.form](file, rows, shown, wanted, printed)
    except BrokenPipeError:
        raise
    except OSError as error:  # of reading, it would be a ReadError
        raise OutputError(os_reason(error)) from error


def _write_text(file: str, rows: TagRows, shown: Sequence[int], wanted: Wanted, printed: int) -> None:
    if wanted.several:
        print(f"{chr(10) if printed else ''}{safe_text(file)}")
    for index in shown:
        print(text_line(rows.row(index)))


def _write_json(file: str, rows: TagRows, shown: Sequence[int], wanted: Wanted, printed: int) -> None:
    plain = sys.stdout.isatty() or (sys.stdout.encoding or "").lower() not in ("utf-8", "utf8")
    sys.stdout.write(",\n" if printed else "")
    for text in json_texts(rows, shown, named=rows.path == file, ascii_only=plain):
        sys.stdout.write(text)
    sys.stdout.write("" if wanted.several else "\n")


def _write_csv(file: str, rows: TagRows, _shown_rows: Sequence[int], wanted: Wanted, _printed: int) -> None:
    cells = []
    for _, path in wanted.columns:
        cells.append(_shown(_BETWEEN.join(exact_text(rows, index) for index in rows_at(rows, path, at_top=True))))
    csv.writer(sys.stdout).writerow((_shown(file), *cells))


def _shown(text: str) -> str:
    """Return a text of a table as it is, but on a terminal, on which it must not act."""
    return safe_text(text) if sys.stdout.isatty() else text


_WRITERS: Final[dict[str, Callable[[str, TagRows, Sequence[int], Wanted, int], None]]] = {
    _TEXT: _write_text,
    _JSON: _write_json,
    _CSV: _write_csv,
}
