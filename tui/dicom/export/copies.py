"""Copies of DICOM files, byte for byte: for sorting them into folders."""

import os
from collections.abc import Iterator
from typing import Final

from tui.dicom.elements import walk_file
from tui.dicom.errors import ReadError
from tui.dicom.export.headers import lines_of
from tui.dicom.export.order import About, Subject
from tui.dicom.export.outputs import Output
from tui.dicom.options import Values
from tui.dicom.source import Source

_AT_ONCE: Final = 1 << 20


def write_copy(subject: Subject, _values: Values, output: Output) -> Iterator[str]:
    """Write a file as it is; one that changes meanwhile is not written."""
    path = subject.files[0]
    with Source(path) as source, output.file() as file:
        for at in range(0, source.size, _AT_ONCE):
            data = source.read(at, min(_AT_ONCE, source.size - at))
            if not data:
                raise ReadError(f"{os.path.basename(path)} became shorter while it was read", path)
            file.write(data)
            yield ""
        if source.changed:
            raise ReadError(f"{os.path.basename(path)} was changed while it was read", path)


def about(subject: Subject, _values: Values) -> About:
    """Return what a copy holds."""
    elements = walk_file(subject.files[0])
    return About(lines_of(elements), elements.source.identity.size)
