"""Items that others may be like: where all headers of an item equal those of one before, nothing need be read again."""

from collections.abc import Callable
from operator import itemgetter

from tui.dicom.element import ITEM, UNDEFINED, Element

# An item that others may be like: bytes, what takes its headers out of them, its headers, its elements, where it began.
Model = tuple[int, Callable[[bytes], tuple[bytes, ...]], tuple[bytes, ...], list[Element], int]


def model_of(elements: list[Element], read: tuple[int, int, int], buffer: bytes, base: int) -> Model:
    """Return what an item that was read is like, so that one with the same headers need not be read again.

    Its headers are all its bytes but those of values; `read` is where its elements begin and end, and its last byte.
    """
    first, last, end = read
    begin = elements[first].offset - 8
    if begin < base:
        return 0, itemgetter(0), (), [], begin
    shapes = elements[first:last]
    cut = any(offset + length > end for _, tag, vr, offset, length in shapes if length != UNDEFINED)
    if cut:
        return 0, itemgetter(0), (), [], begin
    heads, at = [], begin
    for _, tag, vr, offset, length in shapes:
        if tag != ITEM and vr != "SQ":
            heads.append(slice(at - begin, offset - begin))
            at = offset + length
    heads += [slice(at - begin, end - begin), slice(0, 8)]  # two at the least: of one, itemgetter makes no tuple
    getter = itemgetter(*heads)
    return end - begin, getter, getter(buffer[begin - base : end - base]), shapes, begin
