"""What is not anonymized: what cannot be trusted to be understood to its end. The sentences hold no value of a file."""

from typing import Final

from tui.dicom import values
from tui.dicom.attributes import SPECIFIC_CHARACTER_SET, Attributes
from tui.dicom.charset import unknown_terms
from tui.dicom.dictionary import uid_name
from tui.dicom.elements import Elements
from tui.dicom.errors import RefusedError
from tui.dicom.iod_types import is_known
from tui.dicom.source import Source

SOP_CLASS, SOP_INSTANCE = 0x00080016, 0x00080018
_NEMA: Final = "1.2.840.10008."
_DIRECTORY: Final = "1.2.840.10008.1.3.10"
_DOCUMENTS: Final = "1.2.840.10008.5.1.4.1.1.104."
_DOCUMENT: Final = 0x00420011
_PIXEL_URLS: Final = frozenset({0x00287FE0})
_MILD_REMARKS: Final = ("there is no preamble", "no transfer syntax is given", "the transfer syntax says")


def refuse_damaged(dataset: Elements) -> int:
    """Return where the last element ends; refuse a file that cannot be read to its end."""
    broken = dataset.broken
    if broken is not None and not _is_padding(dataset.source, broken.offset):
        raise RefusedError("parse error", f"it cannot be read to its end: {broken.sentence}")
    for remark in dataset.remarks:
        if not remark.startswith(_MILD_REMARKS):
            raise RefusedError("parse error", f"it is not what it should be: {remark}")
    if dataset.partial:
        raise RefusedError("parse error", "it was not read to its end")
    return broken.offset if broken is not None else dataset.source.size


def _is_padding(source: Source, begin: int) -> bool:
    """Return whether all from a place on is zero."""
    while data := source.read(begin, 1 << 20):
        if data.strip(b"\0"):
            return False
        begin += len(data)
    return True


def refuse_kinds(top: Attributes) -> str:
    """Return the SOP class; refuse what is no composite object that can be gone through."""
    sop_class = top.text(SOP_CLASS) or ""
    if 0x00041220 in top or _DIRECTORY in (sop_class, top.text(0x00020002)):
        raise RefusedError("DICOMDIR", "it is a DICOMDIR, which names the files beside it")
    if not sop_class or not top.text(SOP_INSTANCE):
        raise RefusedError("no SOP UIDs", "it has no SOPClassUID or no SOPInstanceUID")
    if _DOCUMENT in top or sop_class.startswith(_DOCUMENTS):
        raise RefusedError("encapsulated document", "it holds a document, which is not looked into")
    if not sop_class.startswith(_NEMA) or (uid_name(sop_class) is None and not is_known(sop_class)):
        raise RefusedError("private class", "its SOP class is not one of the standard")
    if any(tag in top for tag in _PIXEL_URLS):
        raise RefusedError("pixels elsewhere", "its pixels lie elsewhere, at a URL")
    for element in top.elements.elements:
        if element.tag == SPECIFIC_CHARACTER_SET and element.length:
            data = top.elements.source.head(element.offset, element.length)
            if unknown_terms(values.texts("CS", data, ())):
                raise RefusedError("unknown character set", "it names a character set that the standard does not define")
    return sop_class
