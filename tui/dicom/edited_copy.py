"""Writing an edited copy: the changed bytes, and all others as they were; deflated again where the original was."""

import os
import zlib
from collections.abc import Iterator
from typing import Final

from tui.dicom.change import setting
from tui.dicom.edit import SOP_INSTANCE_UID, Draft, apply
from tui.dicom.element import META_GROUP
from tui.dicom.elements import Elements
from tui.dicom.errors import WriteError
from tui.dicom.implementation import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME, new_uid
from tui.dicom.job import Step as JobStep
from tui.dicom.options import Option
from tui.dicom.permissions import PRIVATE
from tui.dicom.save import new_file
from tui.dicom.spliced import SplicedSource
from tui.text import safe_text

_IMPLEMENTATION: Final = ((0x00020012, IMPLEMENTATION_CLASS_UID), (0x00020013, IMPLEMENTATION_VERSION_NAME))
_AT_ONCE: Final = 1 << 20
_LEVELS: Final = (("instance", SOP_INSTANCE_UID), ("series", 0x0020000E), ("study", 0x0020000D))

RENEW: Final = Option(
    "renew-uids", "New UIDs", "Give the copy new UIDs: of the instance, of its series too, or of its study too", "no",
    choices=("no", "instance", "series", "study"),
)  # fmt: skip


def renewed(draft: Draft, level: str) -> Draft:
    """Return the draft with new UIDs: "instance", "series" (and the instance's), "study" (and theirs); "no" changes none.

    Raises
    ------
    EditError, ReadError
        They cannot be set.
    """
    if level == "no":
        return draft
    for name, tag in _LEVELS:
        draft = draft.changed(setting(tag, new_uid()))
        if name == level:
            break
    return draft


def save_copy(draft: Draft, path: str, *, replace: bool = False, mode: int = PRIVATE) -> Iterator[JobStep]:
    """Write the edited dataset to `path`, a Job.

    Raises
    ------
    WriteError
        `path` is the file that was opened, or exists, or cannot be written.
    EditError, ReadError
        The file was changed meanwhile, or cannot be read.
    """
    if _is_same(path, draft.original.path):
        raise WriteError(
            f"{safe_text(path)} was not written: it is the file that was opened; a copy needs another name", path
        )
    elements = _signed(draft.elements)
    source = elements.source
    spliced = source if isinstance(source, SplicedSource) else SplicedSource(source, ())
    total = max(1, -(-spliced.size // _AT_ONCE))
    begin = _dataset_begin(elements) if spliced.inflated else spliced.size
    with new_file(path, replace=replace, mode=mode) as file:
        for count, data in enumerate(spliced.stretches(0, begin), 1):
            file.write(data)
            yield JobStep(count, total, path)
        if spliced.inflated:
            deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
            length = 0
            for count, data in enumerate(spliced.stretches(begin, spliced.size), begin // _AT_ONCE + 1):
                length += file.write(deflater.compress(data))
                yield JobStep(count, total, path)
            length += file.write(deflater.flush())
            file.write(b"\0" * (length % 2))  # PS3.5 A.5
    yield JobStep(total, total, path)


def _is_same(path: str, other: str) -> bool:
    try:
        return os.path.samefile(path, other)
    except OSError:
        return False  # one of them is not there; reading the other says so


def _signed(elements: Elements) -> Elements:
    """Return the dataset with this program as what wrote the file (PS3.10 7.1), where it has file meta information."""
    for tag, text in _IMPLEMENTATION:
        if tag in elements.top or _IMPLEMENTATION[0][0] in elements.top:
            elements = apply(elements, setting(tag, text), ours=True)
    return elements


def _dataset_begin(elements: Elements) -> int:
    """Return where the dataset begins, behind the file meta information."""
    meta = [element for element in elements.elements if element.depth == 0 and element.tag >> 16 == META_GROUP]
    return meta[-1].offset + meta[-1].length if meta else 0
