"""The native DICOM model in XML (PS3.19 A.1) of a walked dataset, written as it goes, however deep it is nested."""

import re
from collections.abc import Iterator
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from tui.dicom import values
from tui.dicom.attributes import SPECIFIC_CHARACTER_SET
from tui.dicom.dataset_model import Bulk, Event, Part, bulk_uri, events, file_uri, inline
from tui.dicom.element import UNDEFINED
from tui.dicom.tags import TagRows

_NAMESPACE: Final = "http://dicom.nema.org/PS3.19/models/NativeDICOM"
_NO_CHARACTERS: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # of XML 1.0
_GROUPS: Final = ("Alphabetic", "Ideographic", "Phonetic")
_COMPONENTS: Final = ("FamilyName", "GivenName", "MiddleName", "NamePrefix", "NameSuffix")
_LEAST_PRIVATE: Final = 0x1000


def xml_texts(rows: TagRows, *, named: bool = True, bulk: Bulk = Bulk.LINKS) -> Iterator[str]:
    """Return the pieces of the XML document that a dataset is; characters that XML has none for become U+FFFD.

    Parameters
    ----------
    rows : TagRows
        The rows of a walked file.
    named : bool
        Whether the file has a name that others may read it by; if not, a URI begins with its query.
    bulk : Bulk
        What is written of long binary values.

    Raises
    ------
    ReadError
        A value cannot be read.
    """
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<NativeDicomModel xmlns="{_NAMESPACE}" xml:space="preserve">\n'
    uri = file_uri(rows.path) if named else ""
    items: list[int] = []  # how many items the open sequences have so far
    for event in events(rows):
        if event.part is Part.ITEM:
            items[-1] += 1
            yield f'<Item number="{items[-1]}">\n'
        elif event.part is Part.ITEM_END:
            yield "</Item>\n"
        elif event.part is Part.SEQUENCE_END:
            items.pop()
            yield "</DicomAttribute>\n"
        else:
            yield _opening(rows, event)
            if event.part is Part.SEQUENCE:
                items.append(0)
            else:
                yield from _content(rows, event, uri, bulk)
                yield "</DicomAttribute>\n"
    yield "</NativeDicomModel>\n"


def _opening(rows: TagRows, event: Event) -> str:
    tag = event.element.tag
    entry, creator = rows.entry(event.row)
    said = ""
    if tag >> 16 & 1:
        if tag & 0xFFFF >= _LEAST_PRIVATE:
            tag &= 0xFFFF00FF  # without its block (PS3.19 A.1.5.2)
            said = f" privateCreator={quoteattr(_written(creator))}" if creator else ""
    elif entry is not None and entry.keyword:
        said = f' keyword="{entry.keyword}"'
    return f'<DicomAttribute tag="{tag:08X}" vr="{event.element.vr}"{said}>\n'


def _content(rows: TagRows, event: Event, uri: str, bulk: Bulk) -> Iterator[str]:
    element = event.element
    if element.tag == SPECIFIC_CHARACTER_SET:
        yield '<Value number="1">ISO_IR 192</Value>\n'
    elif element.length == 0 or element.vr == "SQ":
        return
    elif element.vr in values.BINARY_VRS or element.length == UNDEFINED:
        where = bulk_uri(rows, element, uri, bulk)
        if where:
            yield f"<BulkData uri={quoteattr(where)}/>\n"
        elif where is None:
            yield "<InlineBinary>"
            yield from inline(rows, element)
            yield "</InlineBinary>\n"
    else:
        for number, value in enumerate(rows.every_value(event.row), 1):
            text = str(value)
            if element.vr == "PN":
                groups = _person(text)
                yield f'<PersonName number="{number}">\n{groups}</PersonName>\n' if groups else ""
            elif text:
                shown = text.strip("()").replace(",", "") if element.vr == "AT" else text
                yield f'<Value number="{number}">{_escaped(shown)}</Value>\n'


def _person(text: str) -> str:
    parts = []
    for name, group in zip(_GROUPS, text.split("="), strict=False):
        if group.strip("^ "):
            named = zip(_COMPONENTS, group.split("^"), strict=False)
            inside = "".join(f"<{part}>{_escaped(said)}</{part}>\n" for part, said in named if said)
            parts.append(f"<{name}>\n{inside}</{name}>\n")
    return "".join(parts)


def _escaped(text: str) -> str:
    return escape(_written(text), {"\r": "&#13;"})  # which a parser would take for the end of a line


def _written(text: str) -> str:
    return _NO_CHARACTERS.sub("\ufffd", text)
