"""Finding out what a file is from its first kilobytes, and looking for DICOM files among others."""

import os
import time
from collections.abc import Iterable, Iterator

from tui.dicom.attributes import Attributes
from tui.dicom.elements import walk_file
from tui.dicom.encoding import PREAMBLE_LENGTH, layout_of
from tui.dicom.errors import ReadError
from tui.dicom.library.scan import GIVE_WAY_S, Facts, Kind, Listing, list_folder
from tui.dicom.source import Source
from tui.text import safe_text

INSTANCE_NUMBER = 0x00200013
_FIRST_BYTES = 8192
_GIVE_WAY_EVERY = 20
_DEEPEST = 32


def read_facts(path: str) -> Facts:
    """Tell what the file `path` is, from its first kilobytes."""
    try:
        with Source(path) as source:
            head = source.read(0, PREAMBLE_LENGTH + 64)
        if layout_of(head, source.size) is None:
            return Facts(is_dicom=False)
        attributes = Attributes.of(walk_file(path, until=INSTANCE_NUMBER, first_window=_FIRST_BYTES))
    except ReadError as error:
        return Facts(is_dicom=False, problem=str(error))
    number = attributes.integer(INSTANCE_NUMBER)
    modality = "DIR" if 0x00041220 in attributes else safe_text(attributes.text(0x00080060) or "", 8)
    return Facts(is_dicom=True, modality=modality, number="" if number is None else str(number))


def seek_dicom(paths: Iterable[str], count: int = 1, number: int | None = None) -> Iterator[str | None]:
    """Look for the `count`-th DICOM file among `paths`; with a `number`, of those with that InstanceNumber.

    Yields
    ------
    str or None
        None for every file on the way; at last the file that was looked for, or the last DICOM file there was.
    """
    found = None
    for step, path in enumerate(paths, 1):
        facts = read_facts(path)
        if facts.is_dicom and number in (None, int(facts.number or -1)):
            found = path
            count -= 1
            if count == 0:
                break
        if step % _GIVE_WAY_EVERY == 0:
            time.sleep(GIVE_WAY_S)
        yield None
    yield found


def files_below(folder: str, depth: int = 0) -> Iterator[str]:
    """Yield the files of `folder`, then those of its subfolders, naturally sorted; follows no loop, ends at 32 levels."""
    listing = Listing(folder, (), complete=False)
    for listing in list_folder(folder):  # noqa: B007 - the last one is the whole
        pass
    for entry in listing.entries:
        if entry.kind is Kind.FILE:
            yield entry.path
    if depth < _DEEPEST:
        for entry in listing.entries:
            if entry.kind is Kind.FOLDER and not os.path.islink(entry.path):
                yield from files_below(entry.path, depth + 1)
