"""What a result is beside its dataset: preamble, file meta information, nothing behind the end (PS3.10 7.1)."""

from typing import Final

from tui.dicom import values
from tui.dicom.anonymize.dataset import first_row
from tui.dicom.anonymize.marks import name_of
from tui.dicom.anonymize.plan_rows import Action, PlanRow
from tui.dicom.element import tag_text
from tui.dicom.element_bytes import header, padded
from tui.dicom.elements import EXPLICIT, Elements
from tui.dicom.encoding import MAGIC, PREAMBLE_LENGTH
from tui.dicom.implementation import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME
from tui.text import safe_text

_INSTANCE: Final = 0x00020003
_SHOWN: Final = 200
_SHOWN_BYTES: Final = 16


def new_meta(sop_class: str, instance: str, transfer_syntax: str) -> list[tuple[int, str, bytes]]:
    """Return the file meta information of a result (PS3.10 7.1), without its length: (tag, VR, value)."""
    texts = (
        (0x00020002, sop_class), (0x00020003, instance), (0x00020010, transfer_syntax),
        (0x00020012, IMPLEMENTATION_CLASS_UID),
    )  # fmt: skip
    return [
        (0x00020001, "OB", b"\0\1"),
        *((tag, "UI", padded(text.encode("ascii", "replace"), "UI")) for tag, text in texts),
        (0x00020013, "SH", padded(IMPLEMENTATION_VERSION_NAME.encode(), "SH")),
    ]


def meta_bytes(sop_class: str, instance: str, transfer_syntax: str) -> bytes:
    """Return preamble, prefix and file meta information of a result."""
    content = b"".join(
        header(tag, vr, len(data), EXPLICIT) + data for tag, vr, data in new_meta(sop_class, instance, transfer_syntax)
    )
    length = header(0x00020000, "UL", 4, EXPLICIT) + len(content).to_bytes(4, "little")
    return bytes(PREAMBLE_LENGTH) + MAGIC + length + content


def file_rows(dataset: Elements, sop_class: str, instance: str, syntax: str, end: int) -> list[PlanRow]:
    """Return the rows of what is no attribute of the dataset; `end` is where its last element ends."""
    rows = []
    head = dataset.source.read(0, PREAMBLE_LENGTH + len(MAGIC))
    if head[PREAMBLE_LENGTH:] != MAGIC:
        rows.append(_part("preamble", "a file begins with one (PS3.10 7.1)", None, "empty"))
    elif head[:PREAMBLE_LENGTH].strip(b"\0"):
        rows.append(_part("preamble", "it can hold anything", f"{PREAMBLE_LENGTH} bytes", "empty"))
    rows += _meta_rows(dataset, sop_class, instance, syntax)
    if end < dataset.source.size:
        rows.append(_part("padding", "bytes behind the dataset", f"{dataset.source.size - end:,} bytes", None))
    return rows


def _meta_rows(dataset: Elements, sop_class: str, instance: str, syntax: str) -> list[PlanRow]:
    """Return the rows of the file meta information, without its length, which follows from the rest."""
    rows = []
    new = {tag: (vr, data) for tag, vr, data in new_meta(sop_class, instance, syntax)}
    there = {element.tag: element for element in dataset.elements[: first_row(dataset.elements)] if element.tag & 0xFFFF}
    for tag in sorted(there.keys() | new.keys()):
        element = there.get(tag)
        vr, data = new.get(tag, (element.vr if element is not None else "", None))
        old = dataset.source.head(element.offset, element.length) if element is not None else None
        if old == data:
            continue
        before, after = (None if value is None else _meta_text(vr, value) for value in (old, data))
        if before == after:
            after = f"{after} (as it should be)"
        code, action = "U" if tag == _INSTANCE else "", Action.REMOVE if data is None else Action.SET
        why = "file meta information is made anew"
        rows.append(PlanRow(tag_text(tag), tag, vr, name_of(tag), code, action, why, before, after))
    return rows


def _meta_text(vr: str, data: bytes) -> str:
    if vr in values.BINARY_VRS:
        return data[:_SHOWN_BYTES].hex(" ") + ("" if len(data) <= _SHOWN_BYTES else f" … {len(data):,} bytes")
    return safe_text(data.decode("latin-1").strip(" \0"), _SHOWN)


def _part(what: str, why: str, before: str | None, after: str | None) -> PlanRow:
    return PlanRow(what, 0, "", "", "", Action.REMOVE if after is None else Action.SET, why, before, after)
