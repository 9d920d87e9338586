"""Tables of headers whose numbers are numbers: Excel sheets by XlsxWriter, Parquet by PyArrow: the extra ``tables``."""

from collections.abc import Iterator
from typing import Final

from tui.dicom.errors import ExportError, translated
from tui.dicom.export.order import About, Subject
from tui.dicom.export.outputs import Output
from tui.dicom.export.tables import BETWEEN, Found, column_names, file_rows
from tui.dicom.matching import NUMBER_VRS, number_of
from tui.dicom.options import Values

_FILE: Final = "file"
_MOST_ROWS: Final = 1_048_575  # of a sheet, below its head
_MOST_CHARACTERS: Final = 32_767  # of a cell
_FEW: Final = 100  # rows of a preview
_EXACT: Final = 1 << 53  # whole numbers below this are exact in a cell, and in a float
Cell = str | float | None


def _cell(found: list[Found]) -> Cell:
    """Return what a cell holds: a number where there is one, a text, or nothing."""
    text = _text(found)
    if text is None:
        return None
    if len(found) == 1 and found[0].vr in NUMBER_VRS:
        number = number_of(text.strip())
        if number is not None and abs(number) < _EXACT:
            return number
    return text


def _text(found: list[Found]) -> str | None:
    """Return the text of a cell; None where nothing stands."""
    return BETWEEN.join(each.text for each in found) if any(each.text.strip() for each in found) else None


def write_xlsx(subject: Subject, values: Values, output: Output) -> Iterator[str]:
    """Write a sheet; no text is a formula or a link, and nothing is kept in temporary files."""
    import xlsxwriter  # of an extra

    if len(subject.files) > _MOST_ROWS:
        raise ExportError(
            f"{len(subject.files):,} files are more than the {_MOST_ROWS:,} rows of a sheet: choose parquet or csv"
        )
    with output.file(seeks=True) as file, translated(ExportError, "the sheet cannot be made"):
        book = xlsxwriter.Workbook(file, {"in_memory": True})
        sheet, bold = book.add_worksheet("files"), book.add_format({"bold": True})
        for column, name in enumerate((_FILE, *column_names(values))):
            sheet.write_string(0, column, name, bold)
        sheet.freeze_panes(1, 1)
        for row, (name, cells) in enumerate(file_rows(subject, values, output), 1):
            for column, value in enumerate((name, *map(_cell, cells))):
                if isinstance(value, str):
                    sheet.write_string(row, column, value[:_MOST_CHARACTERS])
                    if len(value) > _MOST_CHARACTERS:
                        output.note(f"texts were cut after {_MOST_CHARACTERS:,} characters, which is all that a cell holds")
                elif value is not None:
                    sheet.write_number(row, column, value)
            yield f"{row:,} of {len(subject.files):,}"
        book.close()


def write_parquet(subject: Subject, values: Values, output: Output) -> Iterator[str]:
    """Write a table; a column whose values are all whole numbers, or numbers, has that type, others are texts."""
    import pyarrow  # of an extra
    from pyarrow import parquet

    names = [_FILE, *column_names(values)]
    columns: list[list[list[Found]]] = [[] for _ in names]
    for row, (name, cells) in enumerate(file_rows(subject, values, output), 1):
        for column, found in zip(columns, ([Found(name, "LO")], *cells), strict=True):
            column.append(found)
        yield f"{row:,} of {len(subject.files):,}"
    with output.file(seeks=True) as file, translated(ExportError, "the table cannot be made"):
        table = pyarrow.table({name: _typed(column) for name, column in zip(names, columns, strict=True)})
        parquet.write_table(table, file)
    yield ""


def _typed(column: list[list[Found]]) -> list[Cell]:
    """Return a column of one type: numbers, or texts as they stand in the files."""
    cells = [_cell(found) for found in column]
    held = {type(value) for value in cells if value is not None}
    if str in held:
        return [_text(found) for found in column]
    return [float(value) if value is not None and held == {int, float} else value for value in cells]


def about(subject: Subject, values: Values) -> About:
    """Return the first rows of a table."""
    few = Subject(subject.files[:_FEW], subject.frame, subject.names)
    lines = [" | ".join((_FILE, *column_names(values)))]
    for name, cells in file_rows(few, values, Output("", subject.names, "")):
        lines.append(" | ".join((name, *("" if value is None else str(value) for value in map(_cell, cells)))))
    return About(lines)
