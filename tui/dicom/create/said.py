"""Attributes that somebody has said (ATTRIBUTE=VALUE): checked, and set at last."""

import os
from collections.abc import Sequence
from typing import Final

from pydicom.datadict import keyword_for_tag

from tui.dicom.change import Change
from tui.dicom.edit import apply
from tui.dicom.elements import walk_source
from tui.dicom.errors import DicomError, EditError
from tui.dicom.iod_types import types_at_top
from tui.dicom.source import WrittenSource
from tui.dicom.unnamed import unnamed_memory

_LOSSY: Final = "LossyImageCompression"  # which may be said of what was compressed before it came here, and not taken back
_PIXELS: Final = frozenset({
    "SamplesPerPixel", "PhotometricInterpretation", "PlanarConfiguration", "NumberOfFrames", "Rows", "Columns",
    "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "PixelData", "FloatPixelData", "DoubleFloatPixelData",
    "FrameIncrementPointer", "EncapsulatedDocument", "EncapsulatedDocumentLength", "MIMETypeOfEncapsulatedDocument",
    "SOPClassUID", "SpecificCharacterSet",
})  # fmt: skip
_OF_ONE: Final = frozenset({"SOPInstanceUID", "InstanceNumber", "ImagePositionPatient", "SliceLocation"})
_LAST_GROUP: Final = 0x7FE0


def keywords_in(changes: Sequence[Change]) -> dict[str, str]:
    """Return the values of those attributes of the top level that are said, by keyword."""
    return {keyword_for_tag(change.path[0].masked): change.text for change in changes if len(change.path) == 1}


def check_changes(changes: Sequence[Change], sop_class: str, files: int) -> None:
    """Refuse to set what follows from the pixels, and what would be the same in several files.

    Raises
    ------
    EditError
        One of them would be.
    """
    types = types_at_top(sop_class)
    for change in changes:
        tag = change.path[0].masked
        keyword = keyword_for_tag(tag)
        if tag >> 16 >= _LAST_GROUP or (len(change.path) == 1 and keyword in _PIXELS):
            raise EditError(f"{change.words}: it follows from what the file is made of")
        if len(change.path) == 1 and keyword == _LOSSY and change.text != "01":
            raise EditError(f"{change.words}: only 01 may be said: what was compressed with loss stays so")
        if len(change.path) == 1 and files > 1 and keyword in _OF_ONE:
            raise EditError(f"{change.words}: it would be the same in {files:,} files")
        if len(change.path) == 1 and not change.text and types.get(tag) == "1":
            raise EditError(f"{change.words}: it must have a value in such a file (Type 1)")


def changed(head: bytes, changes: Sequence[Change], name: str) -> bytes:
    """Return a DICOM file's bytes with some attributes set.

    Raises
    ------
    EditError
        A value does not fit its VR or VM, or the attribute is not known.
    """
    if not changes:
        return head
    memory = unnamed_memory()
    try:
        with open(memory, "wb", closefd=False) as file:
            file.write(head)
        with WrittenSource(memory, name) as source:
            elements = walk_source(source)
            for change in changes:
                try:
                    elements = apply(elements, change)
                except DicomError as error:
                    raise EditError(f"{change.words}: {error}") from error
            return elements.source.read(0, elements.source.size)
    finally:
        os.close(memory)
