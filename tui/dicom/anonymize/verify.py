"""Looking at what was written, before it gets its name: on the encoded bytes, read back. With a finding there is no file."""

import re
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tui.dicom import values
from tui.dicom.anonymize.dataset import tree_of
from tui.dicom.anonymize.iod_types import types_at_top
from tui.dicom.anonymize.marks import MARKS, METHOD_CODES, REMOVED
from tui.dicom.anonymize.pixel_data import plan_pixels
from tui.dicom.anonymize.pixel_work import PixelWork
from tui.dicom.anonymize.plan import Plan
from tui.dicom.anonymize.policy import Policy, RuleKind
from tui.dicom.anonymize.profile import Option
from tui.dicom.anonymize.refusals import SOP_CLASS, SOP_INSTANCE
from tui.dicom.anonymize.vocabulary import is_defined
from tui.dicom.attributes import Attributes
from tui.dicom.element import (
    DOUBLE_FLOAT_PIXEL_DATA,
    FLOAT_PIXEL_DATA,
    ITEM,
    META_GROUP,
    PIXEL_DATA,
    UNDEFINED,
    Element,
    tag_text,
)
from tui.dicom.elements import Elements, walk_source
from tui.dicom.errors import DicomError, PixelError
from tui.dicom.pixels.decode import decode_frames
from tui.dicom.pixels.image_pixel import image_pixel
from tui.dicom.pixels.native import Array
from tui.dicom.source import HEAD, Source
from tui.dicom.surroundings import Surroundings

_AT_ONCE: Final = 1 << 22
_OVERLAP: Final = 256
_PIXELS: Final = frozenset({PIXEL_DATA, FLOAT_PIXEL_DATA, DOUBLE_FLOAT_PIXEL_DATA})
_TEXTS: Final = values.CHARSET_VRS | {"AE", "CS", "UR"}
_LEAST_DISTINCT: Final = 4  # different bytes: a row of equal ones may be pixels
_LEAST_IN_PIXELS: Final = 8  # bytes: shorter ones are met by chance


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
    yield from _pixels(top, plan)


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
    pixels = next((element for element in result.elements if element.depth == 0 and element.tag in _PIXELS), None)
    border = pixels.offset if pixels is not None else written.size
    beyond = [needle for needle in needles if len(needle) >= _LEAST_IN_PIXELS and len(set(needle)) >= _LEAST_DISTINCT]
    sets = ((0, border, needles), (border, written.size, beyond))
    for begin, end, wanted in sets:
        for at in range(begin, end, _AT_ONCE):
            data = written.read(at, min(_AT_ONCE + _OVERLAP, end - at))
            lowered = data.lower()
            for needle in wanted:
                if needle in lowered and _stands_alone(needle, lowered):
                    yield f"the value taken from {_place_of(needle, plan)} is still among its bytes"
                    return


def _place_of(needle: bytes, plan: Plan) -> str:
    """Return which attribute had a value; never the value."""
    text = needle.decode("latin-1")
    return next((row.path for row in plan.rows if row.changes and text in (row.before or "").lower()), "an attribute")


def _needles(plan: Plan, *, uids: bool) -> Iterator[bytes]:
    """Yield removed values as bytes, in lower case: those long enough to be told from others."""
    after = {row.after for row in plan.rows if row.after} | {row.before for row in plan.rows if not row.changes}
    for text in plan.identifiers.raw:
        if not any(text in other for other in after if other) and text.isascii():
            yield text.lower().encode()
    if not uids:
        yield from (uid.lower().encode("latin-1", "replace") for uid in plan.original_uids if len(uid) >= _LEAST_IN_PIXELS)


def _stands_alone(needle: bytes, data: bytes) -> bool:
    """Return whether a value is found that is no part of a longer number."""
    if not needle.replace(b".", b"").isdigit():
        return True
    return re.search(rb"(?<![\d.])" + re.escape(needle) + rb"(?![\d.])", data) is not None


def _pixels(top: Attributes, plan: Plan) -> Iterator[str]:
    """Yield whether the pixel data is not that of the original, but for what the plan changes."""
    before = plan.dataset.top
    if any(tag in before for tag in _PIXELS):
        try:
            image_pixel(top)
        except PixelError:
            yield "its pixels are no longer described as they should be"
            return
    for tag in _PIXELS:
        old, new = before.element(tag), top.element(tag)
        if (old is None) != (new is None):
            yield "its pixel data is missing"
        elif old is not None and new is not None:
            same = _are_same(plan, top, old, new)
            if not same:
                yield "its pixels are not those of the original"


def _are_same(plan: Plan, after: Attributes, old: Element, new: Element) -> bool:
    """Return whether pixels are the same, outside of boxes.

    Where only segments of code streams went, the bytes are what the plan makes of the original, and nothing more can go from
    them; else every frame is decoded.
    """
    if plan.pixels is None:
        return _same_stretches(plan, after.elements, old, new)
    if plan.pixels.remade and not plan.pixels.native:
        again = plan_pixels(after, ())
        return _as_planned(plan.pixels, after.elements, new) and again is None
    return _same_frames(plan, plan.dataset.top, after, new)


def _same_stretches(plan: Plan, result: Elements, old: Element, new: Element) -> bool:
    """Return whether pixel data is byte for byte what it was."""
    length = _whole_length(plan.elements, old)
    if length != _whole_length(result, new):
        return False
    for at in range(0, length, _AT_ONCE):
        size = min(_AT_ONCE, length - at)
        if plan.elements.source.read(old.offset + at, size) != result.source.read(new.offset + at, size):
            return False
    return True


def _whole_length(elements: Elements, element: Element) -> int:
    if element.length != UNDEFINED:
        return element.length
    index = elements.top[element.tag]
    last = elements.elements[elements.after(index) - 1]
    return (last.offset + last.length if last.tag == ITEM else element.offset) - element.offset


def _same_frames(plan: Plan, before: Attributes, after: Attributes, new: Element) -> bool:
    """Return whether every frame decodes to what it was, outside the boxes.

    Where no codec decodes the original, the bytes are compared with what the plan makes of it.
    """
    if plan.pixels is None:
        return False
    old_image, new_image = image_pixel(before), image_pixel(after)
    for frame in range(old_image.frames):
        try:
            *_, (old, _) = decode_frames(before, old_image, frame, previews=False)
        except DicomError:
            return _as_planned(plan.pixels, after.elements, new)
        *_, (found, _) = decode_frames(after, new_image, frame, previews=False)
        theirs, ours = old.values, found.values
        if theirs.shape != ours.shape:
            return False
        same = theirs == ours if not plan.pixels.hidden_bits else _same_bits(theirs, ours, old_image.bits_stored)
        for box in plan.boxes:
            same[box.rows, box.columns] = True
        if not same.all():
            return False
    return True


def _same_bits(theirs: Array, ours: Array, bits: int) -> NDArray[np.bool_]:
    """Return where values are the same in their lowest bits: above, something was hidden in a code stream."""
    mask = (1 << bits) - 1
    same: NDArray[np.bool_] = (theirs.astype(np.int64) & mask) == (ours.astype(np.int64) & mask)
    return same


def _as_planned(work: PixelWork, result: Elements, new: Element) -> bool:
    """Return whether pixel data is what the plan makes of the original, made once more."""
    made = work.chunks()
    at = new.offset - len(next(made))
    head = len(result.source.read(at, new.offset - at))
    at += head
    for data in made:
        if result.source.read(at, len(data)) != data:
            return False
        at += len(data)
    return True
