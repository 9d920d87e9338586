"""Looking at what was written, before it gets its name: on the encoded bytes, read back. With a finding there is no file."""

from collections.abc import Iterator
from typing import Final

from tui.dicom import values
from tui.dicom.anonymize.dataset import tree_of
from tui.dicom.anonymize.marks import MARKS, METHOD_CODES, REMOVED
from tui.dicom.anonymize.needles import Needles, first_found
from tui.dicom.anonymize.plan import Plan
from tui.dicom.anonymize.policy import Policy, RuleKind
from tui.dicom.anonymize.profile import Option
from tui.dicom.anonymize.refusals import SOP_CLASS, SOP_INSTANCE
from tui.dicom.anonymize.verify_pixels import PIXELS, pixel_findings
from tui.dicom.anonymize.vocabulary import is_defined
from tui.dicom.attributes import Attributes
from tui.dicom.element import (
    META_GROUP,
    UNDEFINED,
    tag_text,
)
from tui.dicom.elements import Elements, walk_source
from tui.dicom.errors import DicomError
from tui.dicom.iod_types import types_at_top
from tui.dicom.source import HEAD, Source
from tui.dicom.surroundings import Surroundings

_AT_ONCE: Final = 1 << 22
_OVERLAP: Final = 256
_TEXTS: Final = values.CHARSET_VRS | {"AE", "CS", "UR"}
_LEAST_DISTINCT: Final = 4  # different bytes: a row of equal ones may be pixels
_LEAST_INPIXELS: Final = 8  # bytes: shorter ones are met by chance


def findings(written: Source, plan: Plan, policy: Policy) -> Iterator[str]:
    """Yield what is wrong with a written result, a sentence each that holds no value of the file.

    Parameters
    ----------
    written : Source
        The bytes that were written, from their beginning.
    plan : Plan
        What should be in them.
    policy : Policy
        The rules that the plan was made by.

    Raises
    ------
    ReadError
        They cannot be read back.
    """
    try:
        result = walk_source(written)
    except DicomError as error:
        yield f"it cannot be read back: {error}"
        return
    if result.broken is not None or result.remarks:
        yield "it cannot be read back to its end"
        return
    top = Attributes.of(result)
    yield from _marks(top, plan, policy)
    yield from _types(top, plan)
    yield from _private(result, plan, policy)
    yield from _texts(result, plan, policy)
    yield from _bytes(written, result, plan, policy)
    yield from pixel_findings(top, plan)


def _marks(top: Attributes, plan: Plan, policy: Policy) -> Iterator[str]:
    if top.text(REMOVED) != ("YES" if policy.removes_identity else "NO") or any(tag not in top for tag in MARKS):
        yield "a mark of what was done is missing"
    there = {item.text(0x00080100) for item in top.items(METHOD_CODES)}
    if not {code.value for code in plan.codes} <= there:
        yield "a code of what was done is missing"
    meta = {element.tag for element in top.elements.elements if element.depth == 0 and element.tag >> 16 == META_GROUP}
    if top.text(0x00020003) != top.text(SOP_INSTANCE) or top.text(0x00020002) != top.text(SOP_CLASS):
        yield "its file meta information does not fit its dataset"
    if meta - {0x00020000, 0x00020001, 0x00020002, 0x00020003, 0x00020010, 0x00020012, 0x00020013}:
        yield "its file meta information holds more than it should"
    if top.elements.source.read(0, 128).strip(b"\0"):
        yield "its preamble is not empty"


def _types(top: Attributes, plan: Plan) -> Iterator[str]:
    """Yield the Type 1 and 2 attributes that the original has, and the result lacks (PS3.5 7.4)."""
    before = plan.dataset.top
    for tag, kind in types_at_top(before.text(SOP_CLASS) or "").items():
        old = before.element(tag)
        if old is None or (tag >> 16 & 1):
            continue
        new = top.element(tag)
        if new is None and kind in ("1", "2"):
            yield f"{tag_text(tag)}, an attribute of Type {kind}, is missing"
        elif new is not None and kind == "1" and not new.length and old.length:
            yield f"{tag_text(tag)}, an attribute of Type 1, is empty"


def _private(result: Elements, plan: Plan, policy: Policy) -> Iterator[str]:
    kept = plan.kept_private
    blocks = {tag >> 16 << 16 | tag >> 8 & 0xFF for tag in kept}
    for element in result.elements:
        tag = element.tag
        if not tag >> 16 & 1 or tag in kept or tag in blocks:
            continue
        rule = policy.rule_for(tag)
        if rule is None or rule.kind is not RuleKind.KEEP:
            yield f"the private attribute {tag_text(tag)} is still there"
            return


def _texts(result: Elements, plan: Plan, policy: Policy) -> Iterator[str]:
    """Yield the texts in which an identifier is still found, and UIDs of the original."""
    surroundings: Surroundings | None = None  # made where a text is not plain
    told = {row.tag for row in plan.rows if row.data is not None and row.row < 0} | set(MARKS)
    told |= {rule.masked for rule in policy.settings}
    codes = result.top.get(METHOD_CODES, -1)
    ours = range(codes, result.after(codes)) if codes >= 0 else range(0)
    texts: list[tuple[int, str, str]] = []
    for index, element in enumerate(result.elements):
        tag, vr = element.tag, element.vr
        if index in ours or element.length in (0, UNDEFINED) or tag in told or tag >> 16 == META_GROUP:
            continue
        if vr == "UI":
            parts = result.source.head(element.offset, min(element.length, HEAD)).decode("latin-1").rstrip(" \0").split("\\")
            if not plan.original_uids.isdisjoint(parts):
                yield f"{tag_text(tag)} still holds a UID of the original"
        elif vr in _TEXTS and not _is_kept_by_rule(tag, policy):
            at_hand = element.length <= HEAD
            data = (result.source.head if at_hand else result.source.read)(element.offset, min(element.length, _AT_ONCE))
            if data.isascii() and b"\x1b" not in data:
                texts.append((tag, vr, data.decode("ascii").rstrip(" \0")))
                continue
            surroundings = surroundings or Surroundings(result, tree_of(result.elements)[0])
            texts.append((tag, vr, values.text(vr, data, surroundings.charset(index))))
    found = plan.identifiers.among(text for _, _, text in texts)
    for tag, vr, text in texts if found else ():
        if vr in ("CS", "AE"):
            hit = any(found.found_in_code(part) for part in text.split("\\") if not is_defined(tag, part.strip()))
        else:
            hit = found.found_in(text)
        if hit and text != plan.pseudonym and not _is_confirmed(tag, plan):
            yield f"{tag_text(tag)} still holds what identifies somebody"


def _is_kept_by_rule(tag: int, policy: Policy) -> bool:
    rule = policy.rule_for(tag)
    return rule is not None and rule.kind is RuleKind.KEEP


def _is_confirmed(tag: int, plan: Plan) -> bool:
    """Return whether a value was confirmed by a person, who has read it."""
    return any(row.tag == tag and row.why.endswith("confirmed") for row in plan.rows)


def _bytes(written: Source, result: Elements, plan: Plan, policy: Policy) -> Iterator[str]:
    """Yield whether removed values stand anywhere among the bytes, whatever they are taken for; inflated, too."""
    needles = list(_needles(plan, uids=Option.RETAIN_UIDS in policy.active))
    if not needles:
        return
    pixels = next((element for element in result.elements if element.depth == 0 and element.tag in PIXELS), None)
    border = pixels.offset if pixels is not None else written.size
    beyond = [needle for needle in needles if len(needle) >= _LEAST_INPIXELS and len(set(needle)) >= _LEAST_DISTINCT]
    for begin, end, wanted in ((0, border, needles), (border, written.size, beyond)):
        kinds = Needles.by_kind(wanted)
        for at in range(begin, end, _AT_ONCE):
            data = written.read(at, min(_AT_ONCE + _OVERLAP, end - at))
            found = first_found(kinds, data)
            if found is not None:
                yield f"the value taken from {_place_of(found, plan)} is still among its bytes"
                return


def _place_of(needle: bytes, plan: Plan) -> str:
    """Return which attribute had a value; never the value."""
    text = needle.decode("latin-1")
    return next((row.path for row in plan.rows if row.changes and text in (row.before or "").lower()), "an attribute")


def _needles(plan: Plan, *, uids: bool) -> Iterator[bytes]:
    """Yield removed values as bytes, in lower case: those long enough to be told from others."""
    stays = "\n".join(row.after or "" for row in plan.rows)
    for text in plan.identifiers.raw:
        if text not in stays and text.isascii():
            yield text.lower().encode()
    if not uids:
        yield from (uid.lower().encode("latin-1", "replace") for uid in plan.original_uids if len(uid) >= _LEAST_INPIXELS)
