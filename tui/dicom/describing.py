"""What is known of one element beside its value: its name, VR and VM, where it stands, and how it is written elsewhere."""

from typing import Final

from tui.dicom.dictionary import lookup, tags_called
from tui.dicom.element import FOLDED_OUT, ITEM, META_GROUP, UNDEFINED, Element, tag_text
from tui.dicom.tags import TagRows
from tui.dicom.values import BINARY_VRS
from tui.text import safe_text

VR_NAMES: Final = {  # PS3.5 6.2
    "AE": "application entity", "AS": "age", "AT": "attribute tag", "CS": "code string", "DA": "date",
    "DS": "decimal string", "DT": "date and time", "FL": "float, 32 bits", "FD": "float, 64 bits", "IS": "integer string",
    "LO": "long string, 64 characters", "LT": "long text, 10,240 characters", "OB": "bytes", "OD": "floats of 64 bits",
    "OF": "floats of 32 bits", "OL": "words of 32 bits", "OV": "words of 64 bits", "OW": "words of 16 bits",
    "PN": "person's name", "SH": "short string, 16 characters", "SL": "signed, 32 bits", "SQ": "sequence of items",
    "SS": "signed, 16 bits", "ST": "short text, 1,024 characters", "SV": "signed, 64 bits", "TM": "time",
    "UC": "characters without limit", "UI": "unique identifier", "UL": "unsigned, 32 bits", "UN": "unknown",
    "UR": "URI or URL", "US": "unsigned, 16 bits", "UT": "text without limit", "UV": "unsigned, 64 bits",
}  # fmt: skip
_MOST_PLACES: Final = 5


def dicom_path(rows: TagRows, index: int) -> str:
    """Return where a row stands as DICOM writes paths: ``00400275[0].00400007``, items from 0; "" for what is no element."""
    element = rows.element(index)
    if element is None or element.tag == FOLDED_OUT:
        return ""
    return rows.key(index).replace("(", "").replace(")", "").replace(",", "")


def pydicom_path(rows: TagRows, index: int) -> str:
    """Return what gives a row's value in pydicom, of a dataset ``ds``: ``ds.Sequence[0].Keyword``; "" for no element."""
    element = rows.element(index)
    if element is None or element.tag == FOLDED_OUT:
        return ""
    chain = [index]
    while (parent := rows.parents[chain[-1]]) >= 0:
        chain.append(parent)
    text = "ds"
    for at in reversed(chain):
        element = rows.elements.elements[at]
        if element.tag == ITEM:
            in_sequence = rows.elements.elements[rows.parents[at]].vr == "SQ"  # a fragment is a part of the pixel data
            text += f"[{rows.item_number(at)}]" if in_sequence else ""
            continue
        if element.depth == 0 and element.tag >> 16 == META_GROUP:
            text += ".file_meta"
        keyword = _keyword(element)
        text += f".{keyword}" if keyword else f"[0x{element.tag >> 16:04X}, 0x{element.tag & 0xFFFF:04X}]"
        if at == index and not keyword:
            text += ".value"
    return text


def written_path(rows: TagRows, index: int) -> str:
    """Return where a row stands as a search or an edit takes it: ``Sequence[0].Keyword``, or tags; "" for no element."""
    element = rows.element(index)
    if element is None or element.tag == FOLDED_OUT:
        return ""
    parts: list[str] = []
    while index >= 0:
        element = rows.elements.elements[index]
        tag = tag_text(element.tag).strip("()")
        parts.append(f"[{rows.item_number(index)}]" if element.tag == ITEM else f".{_keyword(element) or tag}")
        index = rows.parents[index]
    return "".join(reversed(parts)).removeprefix(".")


def _keyword(element: Element) -> str:
    """Return the keyword that names this attribute and no other, as those of repeating groups do not; "" for none."""
    entry = lookup(element.tag)
    unique = entry is not None and tags_called(entry.keyword) == (0xFFFFFFFF, element.tag)
    return entry.keyword if entry is not None and unique else ""


def facts(rows: TagRows, index: int) -> list[str]:
    """Return what is known of a row's element beside its value, in short sentences that are safe to draw."""
    element, row = rows.element(index), rows.row(index)
    if element is not None and element.tag == FOLDED_OUT:
        return [f"a field of the Siemens CSA header at {rows.key(rows.parents[index])}", f"VR {element.vr}"]
    if element is None or element.tag == ITEM:
        return [f"at {rows.key(index)}"] if element is not None else []
    entry, _ = rows.entry(index)
    found = [row.title, f"of {row.creator}" if row.creator else "", "retired" if entry is not None and entry.retired else ""]
    found.append(f"VR {element.vr} ({VR_NAMES[element.vr]})" if element.vr in VR_NAMES else "")
    allowed = f"VM {entry.vm}" if entry is not None else ""
    if element.vr != "SQ" and element.length != UNDEFINED and element.vr not in BINARY_VRS:
        count = rows.multiplicity(index)
        here = f"{len(rows.values(index))} or more" if count is None else str(count)
        allowed += f"{' ' if allowed else 'VM '}(here {here})"
    found.append(allowed)
    length = "undefined length" if element.length == UNDEFINED else f"{element.length:,} bytes"
    found.append(
        f"{length} from byte {element.offset:,} on{' of the inflated dataset' if _is_inflated(rows, element) else ''}"
    )
    found.append(f"at {rows.key(index)}")
    others = [at for at, other in enumerate(rows.elements.elements) if other.tag == element.tag and at != index]
    if others:
        places = ", ".join(rows.key(at) for at in others[:_MOST_PLACES])
        more = f" and {len(others) - _MOST_PLACES:,} more" if len(others) > _MOST_PLACES else ""
        found.append(f"also at {places}{more}")
    return [safe_text(fact) for fact in found if fact]


def _is_inflated(rows: TagRows, element: Element) -> bool:
    return rows.elements.source.inflated and not (element.depth == 0 and element.tag >> 16 == META_GROUP)
