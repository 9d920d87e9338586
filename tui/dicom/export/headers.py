"""The elements of a file as text, as DICOM JSON (PS3.18 Annex F), and as native XML (PS3.19 A.1)."""

import os
from collections.abc import Iterator
from tempfile import gettempdir
from typing import Final, Protocol

from tui.dicom.archives import is_packed
from tui.dicom.dataset_model import Bulk
from tui.dicom.element import UNDEFINED
from tui.dicom.elements import Elements, walk_file
from tui.dicom.export.header_options import BULK, INLINE, NONE
from tui.dicom.export.order import TEMPORARY, Subject
from tui.dicom.export.outputs import Output
from tui.dicom.json_model import json_texts
from tui.dicom.options import Values
from tui.dicom.row_text import text_line
from tui.dicom.tags import TagRows, load_rows
from tui.dicom.values import BINARY_VRS
from tui.dicom.xml_model import xml_texts

_DESCRIPTORS: Final = ("/dev/fd/", "/proc/")
_MOST_LINES: Final = 200  # of a preview
_EVERY: Final = 2000  # elements, between two steps
_BULK: Final = {INLINE: Bulk.INLINE, NONE: Bulk.NONE}


def load(path: str, *, fold_out: bool) -> TagRows:
    """Return the rows of a file.

    Raises
    ------
    ReadError
        It cannot be read.
    """
    return load_rows(walk_file(path), fold_out=fold_out)


def note_breaks(rows: TagRows, output: Output) -> None:
    """Note what is odd about a file: what comes of it is not whole."""
    broken = rows.elements.broken
    if broken is not None:
        output.note(broken.sentence)


def lines_of(elements: Elements) -> list[str]:
    """Return the first elements of a file in lines, safe to draw."""
    rows = load_rows(elements, fold_out=False)
    return [text_line(rows.row(index)) for index in range(min(len(rows), _MOST_LINES))]


def write_text(subject: Subject, _values: Values, output: Output) -> Iterator[str]:
    """Write a line for each element, as the browser shows it: safe to draw, long values in words."""
    rows = load(subject.files[0], fold_out=True)
    note_breaks(rows, output)
    with output.file() as file:
        for index in range(len(rows)):
            file.write(f"{text_line(rows.row(index))}\n".encode())
            if index % _EVERY == 0:
                yield f"{index:,} of {len(rows):,} elements"
    yield ""


def write_json(subject: Subject, values: Values, output: Output) -> Iterator[str]:
    """Write a file as an object of the DICOM JSON model."""
    yield from _write_model(json_texts, subject, values, output)


def write_xml(subject: Subject, values: Values, output: Output) -> Iterator[str]:
    """Write a file as the native DICOM model in XML."""
    yield from _write_model(xml_texts, subject, values, output)


class _Model(Protocol):
    """Makes the pieces of a text of a dataset."""

    def __call__(self, rows: TagRows, /, *, bulk: Bulk) -> Iterator[str]:
        """Yield them."""


def _write_model(model: _Model, subject: Subject, values: Values, output: Output) -> Iterator[str]:
    rows = load(subject.files[0], fold_out=False)
    note_breaks(rows, output)
    bulk = _BULK.get(str(values[BULK.name]), Bulk.LINKS)
    if bulk is Bulk.LINKS and not _lasts(subject.files[0]):
        bulk = Bulk.NONE
        output.note("long binary values were left out, for no file that stays holds them: --bulk inline writes them")
    if bulk is Bulk.INLINE and any(
        element.length == UNDEFINED and element.vr in BINARY_VRS for element in rows.elements.elements
    ):
        output.note("compressed pixel data was left out: its fragments have no form as a value")
    with output.file() as file:
        for count, text in enumerate(model(rows, bulk=bulk)):
            file.write(text.encode("utf-8", "replace"))
            if count % _EVERY == 0:
                yield ""
        file.write(b"\n")
    yield ""


def _lasts(path: str) -> bool:
    """Return whether a path leads to a file that others can read a part of, and go on being able to."""
    return (
        os.path.isfile(path)
        and not is_packed(path)
        and not path.startswith((*_DESCRIPTORS, gettempdir() + os.sep + TEMPORARY))
    )
