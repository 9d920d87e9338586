"""One frame's stored values where they are native: read directly from the file, that frame's bytes only."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui.dicom.attributes import Attributes
from tui.dicom.errors import PixelError
from tui.dicom.pixels.frames import native_bytes
from tui.dicom.pixels.image_pixel import ImagePixel

Array = NDArray[Any]
_WORDS = {8: "u1", 16: "u2", 32: "u4", 64: "u8"}


class Decoded(NamedTuple):
    """Stored values of a frame.

    `values` has shape (rows, columns) or (rows, columns, 3), of an integer or float dtype that holds the sign;
    `photometric` is what they are now, after the decoder; `notes` are sentences on what was odd.
    """

    values: Array
    photometric: str
    notes: tuple[str, ...] = ()


def decode_native(attributes: Attributes, image: ImagePixel, frame: int) -> Decoded:
    """Return the stored values of native frame `frame` (from 0).

    Raises
    ------
    PixelError
        Most of its bytes are missing.
    """
    data, bit = native_bytes(attributes, image, frame)
    return frame_of_bytes(data, bit, image, frame, attributes.elements.path)


def frame_of_bytes(data: bytes, bit: int, image: ImagePixel, frame: int, path: str) -> Decoded:
    """Return the stored values of a native frame that begins in bit `bit` of `data`.

    Raises
    ------
    PixelError
        Most of its bytes are missing.
    """
    wanted = (image.frame_bits + bit + 7) // 8
    notes: tuple[str, ...] = ()
    if len(data) < wanted:
        if not data:
            total = image.frames * image.frame_bits // 8
            raise PixelError(
                f"frame {frame + 1} is missing: the pixel data has {image.element.length:,} bytes where {image.frames} "
                f"frame{'s' if image.frames > 1 else ''} of {image.columns} x {image.rows} take {total:,}",
                path,
            )
        if len(data) < wanted // 4:
            raise PixelError(f"of the {wanted:,} bytes of frame {frame + 1} only {len(data):,} are in the file", path)
        notes = (f"the pixel data ends {wanted - len(data):,} bytes early: what is missing is drawn black",)
        data = data.ljust(wanted, b"\0")
    values = _unpacked(data, bit, image)
    if image.subsampled:
        return Decoded(_upsampled(values, image), image.photometric, notes)
    if not image.color:
        return Decoded(values.reshape(image.rows, image.columns), image.photometric, notes)
    if image.planar:
        return Decoded(values.reshape(3, image.rows, image.columns).transpose(1, 2, 0), image.photometric, notes)
    return Decoded(values.reshape(image.rows, image.columns, 3), image.photometric, notes)


def _unpacked(data: bytes, bit: int, image: ImagePixel) -> Array:
    """Return the values of a native frame in one row: bits above BitsStored masked, the sign extended."""
    order = ">" if image.big_endian else "<"
    if image.float_bits:
        return np.frombuffer(data, f"{order}f{image.float_bits // 8}")
    if image.bits_allocated == 1:
        count = image.frame_bits
        return np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")[bit : bit + count]
    values = np.frombuffer(data, order + _WORDS[image.bits_allocated])
    return stored_values(values.astype(_WORDS[image.bits_allocated], copy=False), image)


def stored_values(words: Array, image: ImagePixel) -> Array:
    """Take BitsStored bits below HighBit out of whole words and extend their sign (PS3.5 8.1.1).

    The bits above may hold old overlays or dirt; HighBit other than BitsStored - 1 was legal before 2014.
    """
    unused = image.bits_allocated - 1 - image.high_bit
    below = image.bits_allocated - image.bits_stored
    moved: Array = words << unused if unused else words
    if image.signed:
        moved = moved.view(moved.dtype.str.replace("u", "i"))
    return moved >> below if below else moved


def _upsampled(values: Array, image: ImagePixel) -> Array:
    """Return native YBR_FULL_422 as YBR_FULL: Y Y CB CR for two pixels, C.7.6.3.1.2."""
    pairs = values[: image.rows * image.columns * 2].reshape(-1, 4)
    full = np.empty((len(pairs), 2, 3), values.dtype)
    full[:, :, 0] = pairs[:, :2]
    full[:, :, 1:] = pairs[:, None, 2:]
    return full.reshape(image.rows, image.columns, 3)
