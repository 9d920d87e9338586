"""Whether the pixel data of a result is that of the original, but for what the plan changes."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tui.dicom.anonymize.pixel_data import plan_pixels
from tui.dicom.anonymize.pixel_work import PixelWork
from tui.dicom.anonymize.plan import Plan
from tui.dicom.attributes import Attributes
from tui.dicom.element import DOUBLE_FLOAT_PIXEL_DATA, FLOAT_PIXEL_DATA, ITEM, PIXEL_DATA, UNDEFINED, Element
from tui.dicom.elements import Elements
from tui.dicom.errors import DicomError, PixelError
from tui.dicom.pixels.decode import decode_frames
from tui.dicom.pixels.image_pixel import image_pixel
from tui.dicom.pixels.native import Array

_AT_ONCE: Final = 1 << 22
PIXELS: Final = frozenset({PIXEL_DATA, FLOAT_PIXEL_DATA, DOUBLE_FLOAT_PIXEL_DATA})


def pixel_findings(top: Attributes, plan: Plan) -> Iterator[str]:
    """Yield whether the pixel data is not that of the original, but for what the plan changes."""
    before = plan.dataset.top
    if any(tag in before for tag in PIXELS):
        try:
            image_pixel(top)
        except PixelError:
            yield "its pixels are no longer described as they should be"
            return
    for tag in PIXELS:
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
