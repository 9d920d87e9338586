"""Where the bytes of one frame lie: native by arithmetic, encapsulated by offset tables or the fragments (PS3.5 A.4)."""

import struct
from collections.abc import Sequence

from tui.dicom.attributes import Attributes
from tui.dicom.element import ITEM, Element
from tui.dicom.errors import PixelError
from tui.dicom.pixels.image_pixel import ImagePixel

EXTENDED_OFFSET_TABLE = 0x7FE00001
# SOI of JPEG and JPEG-LS, SOC of JPEG 2000, signature box of JP2, JPEG XL: where a frame of those begins
_FRAME_STARTS = (b"\xff\xd8\xff", b"\xff\x4f\xff\x51", b"\x00\x00\x00\x0cjP  ", b"\xff\x0a", b"\x00\x00\x00\x0cJXL ")
LARGEST_CODED_FRAME = 1 << 30


def native_bytes(attributes: Attributes, image: ImagePixel, frame: int) -> tuple[bytes, int]:
    """Return the bytes that hold native frame `frame` (from 0), and in which bit of the first one it begins.

    They are fewer than wanted where the file ends early.
    """
    first_bit = frame * image.frame_bits
    last_bit = first_bit + image.frame_bits
    start, end = first_bit // 8, (last_bit + 7) // 8
    end = min(end, image.element.length)
    if not image.swapped:
        return attributes.elements.source.read(image.element.offset + start, max(0, end - start)), first_bit % 8
    even = start & ~1
    words = attributes.elements.source.read(image.element.offset + even, max(0, (end + 1 & ~1) - even))
    data = struct.pack(f"<{len(words) // 2}H", *struct.unpack_from(f">{len(words) // 2}H", words))
    return data[start - even : end - even], first_bit % 8


def _fragments(attributes: Attributes, image: ImagePixel) -> list[Element]:
    elements = attributes.elements
    at = elements.top[image.element.tag]
    items = elements.elements[at + 1 : elements.after(at)]
    return [item for item in items if item.tag == ITEM and item.depth == image.element.depth + 1]


def _by_offsets(fragments: Sequence[Element], offsets: Sequence[int], frames: int) -> list[list[Element]] | None:
    """Group fragments by a table of offsets from the first one's item; None if the table does not fit."""
    if len(offsets) < frames or not fragments:
        return None
    places = {fragment.offset - 8 - (fragments[0].offset - 8): at for at, fragment in enumerate(fragments)}
    try:
        starts = [places[offset] for offset in offsets[:frames]]
    except KeyError:
        return None
    if starts != sorted(set(starts)) or starts[0] != 0:
        return None
    ends = [*starts[1:], places.get(offsets[frames], len(fragments)) if len(offsets) > frames else len(fragments)]
    return [list(fragments[start:end]) for start, end in zip(starts, ends, strict=True)]


def _by_markers(attributes: Attributes, fragments: Sequence[Element]) -> list[list[Element]]:
    """Group fragments by the code streams that begin in them."""
    groups: list[list[Element]] = []
    for fragment in fragments:
        if not groups or attributes.elements.source.read(fragment.offset, 12).startswith(_FRAME_STARTS):
            groups.append([])
        groups[-1].append(fragment)
    return groups


def _offsets(attributes: Attributes, table: Element, frames: int) -> tuple[int, ...]:
    extended = attributes.data(EXTENDED_OFFSET_TABLE)
    if extended:
        return struct.unpack_from(f"<{len(extended) // 8}Q", extended)
    data = attributes.elements.source.read(table.offset, min(table.length, 4 * (frames + 1)))
    return struct.unpack_from(f"<{len(data) // 4}I", data)


def stream_start(attributes: Attributes, image: ImagePixel, most: int) -> bytes:
    """Return the first `most` bytes of what all fragments together hold: of a video, whose frames lie anywhere in them."""
    parts: list[bytes] = []
    for fragment in _fragments(attributes, image)[1:]:
        parts.append(attributes.elements.source.read(fragment.offset, min(fragment.length, most)))
        most -= len(parts[-1])
        if most <= 0:
            break
    return b"".join(parts)


def frame_fragments(attributes: Attributes, image: ImagePixel) -> list[list[Element]]:
    """Return the fragments of each encapsulated frame; there may be fewer or more frames than the dataset says.

    Raises
    ------
    PixelError
        There is no fragment.
    """
    items = _fragments(attributes, image)
    if len(items) < 2:
        raise PixelError("the encapsulated pixel data holds no fragment", attributes.elements.path)
    table, fragments = items[0], items[1:]
    if image.frames == 1:
        return [fragments]
    if len(fragments) == image.frames:
        return [[fragment] for fragment in fragments]
    offsets = _offsets(attributes, table, image.frames)
    return _by_offsets(fragments, offsets, image.frames) or _by_markers(attributes, fragments)


def encapsulated_bytes(attributes: Attributes, image: ImagePixel, frame: int) -> bytes:
    """Return the code stream of encapsulated frame `frame` (from 0).

    Raises
    ------
    PixelError
        The fragments do not hold that frame.
    """
    path = attributes.elements.path
    groups = frame_fragments(attributes, image)
    mine = groups[frame] if frame < len(groups) else []
    if not mine:
        raise PixelError(f"frame {frame + 1} of {image.frames} is not among the {sum(map(len, groups))} fragments", path)
    total = sum(fragment.length for fragment in mine)
    if total > LARGEST_CODED_FRAME:
        raise PixelError(f"the compressed frame says it has {total:,} bytes: more than this program decodes", path)
    return b"".join(attributes.elements.source.read(fragment.offset, fragment.length) for fragment in mine)
