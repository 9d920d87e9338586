"""Pictures of frames: PNG, JPEG, WebP and TIFF, by Pillow."""

from collections.abc import Iterator
from itertools import chain
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, TiffImagePlugin
from PIL.PngImagePlugin import PngInfo

from tui import __version__
from tui.dicom.errors import PixelError
from tui.dicom.export.frames import FrameOf, frames_in
from tui.dicom.export.order import Subject
from tui.dicom.export.outputs import Output
from tui.dicom.export.picture_options import (
    DEPTH,
    FLOAT_32,
    LOSSY_QUALITY,
    PAGES,
    QUALITY,
    SEEN_8,
    STORED_16,
    view_of,
)
from tui.dicom.export.seen import image_of, window_words, with_window
from tui.dicom.options import Values
from tui.dicom.pixels.picture import Picture
from tui.dicom.pixels.view import View

_SOFTWARE: Final = f"dicom-tui {__version__}"
LEVEL: Final = 6  # of deflate: what libpng, and with it DCMTK, takes
_DESCRIPTION_TAG: Final = 270
_SOFTWARE_TAG: Final = 305
_MOST_16: Final = 65_535
_HALF: Final = 1 << 15


class Made(NamedTuple):
    """An image, and what a reader of it must know."""

    image: Image.Image
    words: str


def _made(frame: FrameOf, view: View, values: Values) -> Made:
    """Return a frame in the depth that options ask for."""
    depth = values.get(DEPTH.name, SEEN_8)
    picture = frame.picture()
    if depth == SEEN_8:
        view = with_window(picture, view, values)
        return Made(image_of(picture, view, values), window_words(picture, view))
    if depth == FLOAT_32:
        if picture.color:
            raise PixelError("a colour picture is not written as floats: it has 8 bits", picture.key.path)
        return Made(
            Image.fromarray(picture.measured(picture.values).astype(np.float32)), f"values {picture.measured_unit}".strip()
        )
    stored, words = _stored_16(frame, picture) if depth == STORED_16 else _rescaled_16(picture)
    return Made(Image.fromarray(stored), words)


def _stored_16(frame: FrameOf, picture: Picture) -> tuple[NDArray[Any], str]:
    """Return stored values as unsigned 16 bit: signed ones 2^(BitsStored-1) higher, so that none is negative."""
    stored, image = picture.stored, frame.image
    if stored is None or stored.ndim != 2:
        raise PixelError("a picture in colour is not written with 16 bits: write it as seen", picture.key.path)
    if stored.dtype.kind == "f" or image.bits_stored > 16:
        raise PixelError("its values have more than 16 bits: a TIFF of floats holds them", picture.key.path)
    if not image.signed:
        return stored.astype(np.uint16), "stored values"
    offset = 1 << image.bits_stored - 1
    return (stored.astype(np.int32) + offset).astype(np.uint16), f"stored values + {offset}"


def _rescaled_16(picture: Picture) -> tuple[NDArray[Any], str]:
    """Return modality values as unsigned 16 bit, 32768 higher where some are negative; no value is rounded or cut off."""
    if picture.color:
        raise PixelError("a picture in colour has no rescaled values: write it as seen", picture.key.path)
    values = picture.measured(picture.values)
    whole = np.rint(values)
    if not np.array_equal(whole, values):
        raise PixelError("its rescaled values are no whole numbers: a TIFF of floats holds them", picture.key.path)
    low, high = float(whole.min(initial=0)), float(whole.max(initial=0))
    offset = _HALF if low < 0 else 0
    if low + offset < 0 or high + offset > _MOST_16:
        said = f"its rescaled values from {low:g} to {high:g}"
        raise PixelError(f"{said} do not fit into 16 bits: a TIFF of floats holds them", picture.key.path)
    unit = f" {picture.measured_unit}".rstrip()
    return (whole + offset).astype(np.uint16), f"values{unit} + {offset}" if offset else f"values{unit}"


def _one(subject: Subject, values: Values) -> Made:
    for frame in frames_in(subject, values):
        return _made(frame, view_of(values), values)
    raise PixelError("there is no frame to be written", subject.files[0])


def png_info(words: str) -> PngInfo:
    """Return the text chunks of a PNG: what wrote it, and what its values are; nothing of the patient."""
    info = PngInfo()
    info.add_text("Software", _SOFTWARE)
    if words:
        info.add_text("Description", words)
    return info


def write_png(subject: Subject, values: Values, output: Output) -> Iterator[str]:
    """Write a frame as PNG: grey or RGB of 8 bit as seen, or grey of 16 bit."""
    made = _one(subject, values)
    with output.file(seeks=True) as file:
        made.image.save(file, "PNG", pnginfo=png_info(made.words), compress_level=LEVEL)
    yield ""


def write_jpeg(subject: Subject, values: Values, output: Output) -> Iterator[str]:
    """Write a frame as baseline JPEG."""
    made = _one(subject, values)
    with output.file(seeks=True) as file:
        made.image.save(file, "JPEG", quality=int(str(values[QUALITY.name])))
    output.note("JPEG loses detail: it is for the eye, not for measuring")
    yield ""


def write_webp(subject: Subject, values: Values, output: Output) -> Iterator[str]:
    """Write a frame as WebP, without loss unless a quality is given."""
    made = _one(subject, values)
    with output.file(seeks=True) as file:
        made.image.save(file, "WEBP", **webp_quality(values))
    yield ""


def webp_quality(values: Values) -> dict[str, Any]:
    """Return what Pillow's WebP writer is told of the quality."""
    quality = str(values[LOSSY_QUALITY.name])
    return {"quality": int(quality), "exact": True} if quality else {"lossless": True, "exact": True}


def write_tiff(subject: Subject, values: Values, output: Output) -> Iterator[str]:
    """Write a frame as TIFF, deflated; with pages, all frames of a series or a file, one read after the other."""
    made = (_made(frame, view_of(values), values) for frame in frames_in(subject, values))
    first = next(made, None)
    if first is None:
        raise PixelError("there is no frame to be written", subject.files[0])
    with output.file(seeks=True) as file:
        if not values[PAGES.name]:
            first.image.save(file, "TIFF", compression="tiff_adobe_deflate", tiffinfo=_tiff_info(first.words))
            yield ""
            return
        with TiffImagePlugin.AppendingTiffWriter(file) as pages:
            for number, page in enumerate(chain([first], made), 1):
                page.image.save(pages, "TIFF", compression="tiff_adobe_deflate", tiffinfo=_tiff_info(page.words))
                pages.newFrame()
                yield f"page {number:,}"


def _tiff_info(words: str) -> TiffImagePlugin.ImageFileDirectory_v2:
    info = TiffImagePlugin.ImageFileDirectory_v2()
    info[_SOFTWARE_TAG] = _SOFTWARE
    if words:
        info[_DESCRIPTION_TAG] = words.encode("ascii", "replace").decode()
    return info
