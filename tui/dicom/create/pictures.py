"""Pictures that files are made of (PNG, JPEG, TIFF), by Pillow."""

import os
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from tui.dicom.anonymize.jpeg_segments import jpeg
from tui.dicom.create.source import COLORS, LONGEST_SIDE, Source
from tui.dicom.errors import DicomError, ReadError, translated
from tui.dicom.pixels.codestream import read_header

SIGNATURES: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_TIFF: Final = SIGNATURES[2:]
_FORMATS: Final = ("PNG", "JPEG", "TIFF")
_ORIENTATION, _BITS, _COMPRESSION, _PHOTOMETRIC, _SAMPLE_FORMAT = 0x0112, 258, 259, 262, 339  # of EXIF, of TIFF 6.0
_WHITE_IS_ZERO, _SIGNED = 0, 2
_LOSSY: Final = frozenset({6, 7, 34892, 50001})  # compressions of TIFF: JPEG (two ways), lossy JPEG of DNG, WebP
_ON_ITS_SIDE: Final = frozenset({5, 6, 7, 8})
_PNG_DEPTH_AT, _PNG_DEEP = 24, 16
_BASELINE: Final = 0xC0
_NO_FRAMES: Final = frozenset({0xC4, 0xC8, 0xCC})
_KINDS: Final = {"I;16": "u2", "I;16B": "u2", "I;16L": "u2", "I": "i4", "F": "f4"}  # others become 8 bits
_GRAY: Final = frozenset({"1", "L", "LA", "La", *_KINDS})
_SEEN_THROUGH: Final = frozenset({"LA", "La", "PA", "RGBA", "RGBa"})
_TRANSPARENT: Final = frozenset({"1", "L", "P", "RGB"})  # of which one colour may be seen through


def opened_picture(path: str, name: str) -> Image.Image:
    """Return a picture of which the head was read.

    Raises
    ------
    ReadError
        It is none that is read here.
    """
    try:
        with translated(ReadError, f"{name} cannot be read", path):
            return Image.open(path, formats=_FORMATS)
    except ReadError as error:
        if isinstance(error.__cause__, Image.DecompressionBombError):
            most = 2 * (Image.MAX_IMAGE_PIXELS or 0)
            raise ReadError(
                f"{name} has more than the {most:,} pixels that are read here: cut it into parts", path
            ) from error
        if not isinstance(error.__cause__, UnidentifiedImageError):
            raise
        with open(path, "rb") as file:
            begin = file.read(4)
        if begin in _TIFF:
            raise ReadError(
                f"{name} is a kind of TIFF that is not read here, or damaged: save its values as an array (.npy)", path
            ) from error
        raise ReadError(f"{name} is no PNG, JPEG or TIFF picture, no array (.npy) and no PDF document", path) from error


def picture_sources(path: str, name: str) -> list[Source]:
    """Return what each page of a picture is.

    Raises
    ------
    ReadError
        It cannot be read, or is too large.
    """
    with opened_picture(path, name) as image, translated(ReadError, f"{name} cannot be read", path):
        found = []
        for page in range(getattr(image, "n_frames", 1) if image.format == "TIFF" else 1):
            if page:
                image.seek(page)
            found.append(_page(image, path, name, page))
        return found


def _page(image: Image.Image, path: str, name: str, page: int) -> Source:
    columns, rows = image.size
    # Of a PNG what stands before its pixels: the rest would have to be decoded to be found
    turned = image.getexif().get(_ORIENTATION, 1) if image.format != "PNG" or "exif" in image.info else 1
    if turned in _ON_ITS_SIDE:
        columns, rows = rows, columns
    if max(rows, columns) > LONGEST_SIDE:
        raise ReadError(f"{name} has {columns:,} x {rows:,} pixels: DICOM has room for 65,535 x 65,535", path)
    is_jpeg = image.format in ("JPEG", "MPO")
    photometric = "MONOCHROME2" if image.mode in _GRAY else "RGB"
    if image.format == "TIFF" and image.mode.startswith("I;16") and _tag(image, _PHOTOMETRIC) == _WHITE_IS_ZERO:
        photometric = "MONOCHROME1"  # which Pillow turns round with 8 bits alone
    coded = _coded(path) if is_jpeg and turned == 1 else ""
    lossy = is_jpeg or (image.format == "TIFF" and _tag(image, _COMPRESSION) in _LOSSY)
    samples = COLORS if photometric == "RGB" else 1
    return Source(
        path, 1, rows, columns, samples, _kind(image), photometric, page, coded, lossy, turned != 1, _notes(image, path)
    )


def _kind(image: Image.Image) -> np.dtype[Any]:
    if image.format == "PNG" and image.mode == "I":
        return np.dtype("u2")  # as older versions of Pillow have it
    if image.format == "TIFF" and image.mode == "L" and _first(_tag(image, _SAMPLE_FORMAT)) == _SIGNED:
        return np.dtype("i1")  # which Pillow takes for unsigned ones
    return np.dtype(_KINDS.get(image.mode, "u1"))


def _notes(image: Image.Image, path: str) -> tuple[str, ...]:
    """Return what the pixels of a picture lose."""
    notes = []
    if _is_seen_through(image):
        notes.append("what can be seen through was laid on black")
    if image.mode not in _KINDS and _is_deep(image, path):
        notes.append("values of 16 bits were reduced to 8")
    if image.mode in ("CMYK", "YCbCr", "LAB", "HSV"):
        notes.append(f"{image.mode} was made to RGB")
    if image.format == "PNG" and getattr(image, "n_frames", 1) > 1:
        notes.append("of an animation the first picture alone was taken")
    if "icc_profile" in image.info:
        notes.append("a colour profile was left out")
    return tuple(notes)


def _is_seen_through(image: Image.Image) -> bool:
    return image.mode in _SEEN_THROUGH or (image.mode in _TRANSPARENT and "transparency" in image.info)


def _tag(image: Image.Image, tag: int) -> Any:  # noqa: ANN401 - as TIFF has it
    return getattr(image, "tag_v2", {}).get(tag)


def _first(value: Any) -> Any:  # noqa: ANN401 - as above
    return value[0] if isinstance(value, tuple) and value else value


def _is_deep(image: Image.Image, path: str) -> bool:
    """Return whether its values have more than the 8 bits that Pillow gives."""
    if image.format == "PNG":
        with open(path, "rb") as file:
            return file.read(_PNG_DEPTH_AT + 1)[_PNG_DEPTH_AT:] == bytes([_PNG_DEEP])
    bits = _tag(image, _BITS)
    return bits is not None and max(bits if isinstance(bits, tuple) else (bits,)) > 8


def _coded(path: str) -> str:
    """Return what the stream of a JPEG is to DICOM where it may be kept: baseline, of 8 bits; "" where it may not."""
    try:
        stream = jpeg_stream(path)
    except DicomError:
        return ""  # it is decoded, or that says why not
    header = read_header(stream)
    if header is None or _frame_marker(stream) != _BASELINE or header.precision != 8:
        return ""
    if header.components == 1:
        return "MONOCHROME2"
    if header.components != COLORS:
        return ""
    # What JPEG makes of colours is called so whatever its sampling (PS3.5 8.2.1, PS3.3 C.7.6.3.1.2)
    return "RGB" if header.photometric == "RGB" else "YBR_FULL_422"


def _frame_marker(stream: bytes) -> int:
    """Return the code of the marker that begins the frame, which says how it is coded (ITU-T T.81, Table B.1)."""
    at = 2
    while at + 4 <= len(stream):
        code = stream[at + 1]
        if 0xC0 <= code <= 0xCF and code not in _NO_FRAMES:
            return code
        at += 2 + int.from_bytes(stream[at + 2 : at + 4], "big")
    return 0


def jpeg_stream(path: str) -> bytes:
    """Return a JPEG without comments, EXIF, and all else that is no picture: places and cameras stand there.

    Raises
    ------
    DicomError, OSError
        It is damaged, or cannot be read.
    """
    with open(path, "rb") as file, translated(ReadError, f"{os.path.basename(path)} is damaged", path):
        return jpeg(file.read(), is_ls=False).data


def pixels_of(image: Image.Image, source: Source) -> NDArray[Any]:
    """Decode a page: upright, and of the colours that its mode stands for."""
    if source.page or getattr(image, "n_frames", 1) > 1:
        image.seek(source.page)
    upright = ImageOps.exif_transpose(image) if source.is_turned else image
    is_gray = upright.mode in _GRAY
    if _is_seen_through(upright):
        black = Image.new("RGBA", upright.size, (0, 0, 0, 255))
        upright = Image.alpha_composite(black, upright.convert("RGBA")).convert("L" if is_gray else "RGB")
    elif upright.mode == "1":
        upright = upright.convert("L")
    elif not is_gray and upright.mode != "RGB":
        upright = upright.convert("RGB")
    values = np.asarray(upright)
    return values.view(np.int8) if source.kind == np.int8 else values
