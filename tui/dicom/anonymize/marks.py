"""What says that, and how, a file was de-identified (PS3.15 E.1.1; PS3.3 C.12.1.1, C.7.1.1, C.7.6.1)."""

from typing import Final

from tui.dicom.anonymize.identifiers import Identifiers
from tui.dicom.anonymize.plan_rows import Action, PlanRow
from tui.dicom.anonymize.policy import ALL_CODES, Code, Dates, Policy
from tui.dicom.attributes import Attributes
from tui.dicom.dictionary import lookup
from tui.dicom.element import tag_text
from tui.dicom.element_bytes import item, padded, text_elements
from tui.dicom.errors import EditError, RefusedError
from tui.dicom.new_values import parsed, value_bytes
from tui.text import safe_text

REMOVED, METHOD, METHOD_CODES, TEMPORAL, BURNED_IN = 0x00120062, 0x00120063, 0x00120064, 0x00280303, 0x00280301
MARKS: Final = (REMOVED, METHOD, METHOD_CODES, TEMPORAL)
_TEMPORAL: Final = {Dates.REMOVE: "REMOVED", Dates.SHIFT: "MODIFIED", Dates.KEEP: "UNMODIFIED"}
_SHOWN: Final = 200
_WHY: Final = "says what was done"


def name_of(tag: int) -> str:
    """Return the keyword of an attribute, "" where PS3.6 has none."""
    entry = lookup(tag)
    return entry.keyword if entry is not None else ""


def text_before(top: Attributes, tag: int) -> str | None:
    """Return the value of a character attribute in one line; None where it is not there."""
    return safe_text("\\".join(top.texts(tag)), _SHOWN) if tag in top else None


def set_row(top: Attributes, tag: int, vr: str, shown: str, data: bytes, why: str, before: str | None = None) -> PlanRow:
    """Return the row that sets an attribute of the top level, whether it is there or not."""
    before = before if before is not None else text_before(top, tag)
    if before == shown and top.data(tag) != data:
        shown += " (new)"  # the difference lies behind what is shown
    return PlanRow(tag_text(tag), tag, vr, name_of(tag), "", Action.SET, why, before, shown, top.index.get(tag, -1), data)


def rule_rows(top: Attributes, policy: Policy) -> list[PlanRow]:
    """Return the rows of the values that the site sets.

    Raises
    ------
    RefusedError
        One of them cannot be written in the file's character set.
    """
    rows = []
    for rule in policy.settings:
        entry = lookup(rule.masked)
        if entry is None:
            continue
        try:
            data = value_bytes(entry.vr, parsed(entry.vr, rule.text, entry.vm), top.elements.encoding, top.charset)
        except EditError as error:
            raise RefusedError("a rule does not fit", f"{rule.written} cannot be set in it: {error}") from error
        why = f"rule of the site: set {rule.written}"
        rows.append(set_row(top, rule.masked, entry.vr, safe_text(rule.text, _SHOWN), data, why))
    return rows


def mark_rows(
    top: Attributes, policy: Policy, codes: tuple[Code, ...], identifiers: Identifiers, *, boxed: bool
) -> list[PlanRow]:
    """Return the rows of the marks; an earlier DeidentificationMethod stays, but for what identifies somebody."""
    earlier = [identifiers.cleaned(text) for text in top.texts(METHOD)]
    method = list(dict.fromkeys([*(text for text in earlier if text), *policy.method]))
    try:
        data = value_bytes("LO", method, top.elements.encoding, top.charset)
    except EditError:  # of another character set than the file's own
        method = list(policy.method)
        data = padded("\\".join(method).encode("ascii", "replace"), "LO")
    temporal = _TEMPORAL[policy.dates]
    removed = "YES" if policy.removes_identity else "NO"
    rows = [
        set_row(top, REMOVED, "CS", removed, padded(removed.encode(), "CS"), _WHY),
        set_row(top, METHOD, "LO", safe_text("\\".join(method), _SHOWN), data, _WHY),
        _codes_row(top, codes),
        set_row(top, TEMPORAL, "CS", temporal, padded(temporal.encode(), "CS"), _WHY),
    ]
    if boxed:
        rows.append(set_row(top, BURNED_IN, "CS", "NO", b"NO", "a person looked at the pixels, and text was blackened"))
    return rows


def _codes_row(top: Attributes, codes: tuple[Code, ...]) -> PlanRow:
    """Return the row of DeidentificationMethodCodeSequence: earlier codes of the standard stay, ours follow."""
    said = {found.text(0x00080100) for found in top.items(METHOD_CODES) if found.text(0x00080102) == "DCM"}
    earlier = [code for code in ALL_CODES if code.value in said]
    known = {code.value: code for code in (*earlier, *codes)}
    encoding = top.elements.encoding
    content = b""
    for code in known.values():
        texts = ((0x00080100, "SH", code.value), (0x00080102, "SH", "DCM"), (0x00080104, "LO", code.meaning))
        content += item(text_elements(texts, encoding), encoding)
    before = None
    if METHOD_CODES in top:
        before = ", ".join(safe_text(found.text(0x00080100) or "", 20) for found in top.items(METHOD_CODES))
    row = set_row(top, METHOD_CODES, "SQ", ", ".join(known), content, _WHY, before)
    same = before == row.after and row.row >= 0
    return row._replace(after=f"{row.after} (new)") if same else row._replace(before=before)
