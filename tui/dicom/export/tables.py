"""Tables of headers as CSV (RFC 4180): of a series, a line for each file; of a file, a line for each element."""

import csv
import io
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

from tui.dicom.describing import dicom_path
from tui.dicom.element import UNDEFINED
from tui.dicom.errors import ReadError
from tui.dicom.export.header_options import COLUMNS
from tui.dicom.export.headers import load, note_breaks
from tui.dicom.export.order import Subject
from tui.dicom.export.outputs import Output
from tui.dicom.options import Values
from tui.dicom.query import parse_paths
from tui.dicom.row_text import exact_text
from tui.dicom.tags import TagRows
from tui.dicom.terms import rows_at
from tui.dicom.values import BINARY_VRS, NUMBERS

BETWEEN: Final = " | "  # values that one column finds several of
_RUN: Final = ("=", "+", "-", "@", "\t", "\r", "\n")  # what a cell begins with that a spreadsheet would run
_NUMERIC: Final = frozenset({"DS", "IS"})
_EVERY: Final = 1000
_ELEMENT_COLUMNS: Final = ("path", "tag", "vr", "keyword", "name", "length", "value")


def safe_cell(text: str, vr: str) -> str:
    """Return a text that no spreadsheet runs: numbers stay as they are, and a text gets an apostrophe before it."""
    if not text.startswith(_RUN) or vr in NUMBERS:
        return text
    if vr in _NUMERIC and all(map(_is_number, text.split("\\"))):
        return text
    return f"'{text}"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return not set(text) - set("0123456789+-.eE ")


@contextmanager
def _table(output: Output) -> Iterator[Any]:
    with output.file() as file:
        text = io.TextIOWrapper(file, "utf-8", "backslashreplace", newline="")
        try:
            yield csv.writer(text)
            text.flush()
        finally:
            text.detach()  # the file is not the text's to close


class Found(NamedTuple):
    """A value that stands in a cell: its text, and its VR."""

    text: str
    vr: str


def file_rows(subject: Subject, values: Values, output: Output) -> Iterator[tuple[str, list[list[Found]]]]:
    """Yield for each file its name, and for each of the columns that are asked for all that its path finds."""
    columns = parse_paths(str(values[COLUMNS.name]))
    names = file_names(subject.files)
    for path in subject.files:
        try:
            rows = load(path, fold_out=False)
        except ReadError as error:
            output.note(str(error))
            continue
        note_breaks(rows, output)
        cells = [
            [Found(exact_text(rows, index), rows.elements.elements[index].vr) for index in rows_at(rows, steps, at_top=True)]
            for _, steps in columns
        ]
        yield names[path], cells


def file_names(paths: Sequence[str]) -> dict[str, str]:
    """Return names of files by their paths: with folders from where they part, if two are called the same."""
    names = {path: os.path.basename(path) for path in paths}
    if len(set(names.values())) == len(names):
        return names
    common = os.path.commonpath([os.path.dirname(os.path.abspath(path)) for path in paths])
    return {path: os.path.relpath(path, common) for path in paths}


def column_names(values: Values) -> list[str]:
    """Return the names of the columns that are asked for."""
    return [name for name, _ in parse_paths(str(values[COLUMNS.name]))]


def write_files(subject: Subject, values: Values, output: Output) -> Iterator[str]:
    """Write a line for each file, with the attributes that are asked for; of paths that find several, all."""
    with _table(output) as table:
        table.writerow(("file", *(safe_cell(name, "LO") for name in column_names(values))))
        for count, (name, cells) in enumerate(file_rows(subject, values, output), 1):
            table.writerow((safe_cell(name, "LO"), *(BETWEEN.join(safe_cell(*found) for found in cell) for cell in cells)))
            yield f"{count:,} of {len(subject.files):,}"


def write_elements(subject: Subject, _values: Values, output: Output) -> Iterator[str]:
    """Write a line for each element of a file, those in sequences, too."""
    rows = load(subject.files[0], fold_out=False)
    note_breaks(rows, output)
    with _table(output) as table:
        table.writerow(_ELEMENT_COLUMNS)
        for index, element in enumerate(rows.elements.elements):
            row = rows.row(index)
            if not row.tag:
                continue
            entry, _ = rows.entry(index)
            length = "undefined" if element.length == UNDEFINED else element.length
            value = "" if rows.is_parent(index) or element.vr in BINARY_VRS else _cell(rows, index)
            keyword = entry.keyword if entry is not None else ""
            table.writerow((dicom_path(rows, index), row.tag, row.vr, keyword, safe_cell(row.name, "LO"), length, value))
            if index % _EVERY == 0:
                yield f"{index:,} of {len(rows):,} elements"
    yield ""


def _cell(rows: TagRows, index: int) -> str:
    element = rows.elements.elements[index]
    return safe_cell(exact_text(rows, index), element.vr)
