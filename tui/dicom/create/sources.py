"""What files are made of: pictures (PNG, JPEG, TIFF) by Pillow, arrays (.npy) by NumPy, and PDF documents."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from tui.dicom.anonymize.jpeg_segments import jpeg
from tui.dicom.errors import DicomError, PixelError, ReadError, os_reason, translated
from tui.dicom.pixels.codestream import read_header
from tui.text import safe_text

Array = NDArray[Any]
_PICTURES: Final = ("PNG", "JPEG", "TIFF")
_NPY: Final = b"\x93NUMPY"
_PDF: Final = b"%PDF-"
_PDF_WITHIN: Final = 1024  # bytes: what may stand before it
_ORIENTATION, _BITS, _PHOTOMETRIC = 0x0112, 258, 262  # of EXIF, of TIFF 6.0
_WHITE_IS_ZERO: Final = 0
_PNG_DEPTH_AT, _PNG_DEEP = 24, 16
_BASELINE: Final = b"\xff\xc0"
_COLORS: Final = 3
_KINDS: Final = {"I;16": "u2", "I;16B": "u2", "I;16L": "u2", "I": "i4", "F": "f4"}  # others become 8 bits
_GRAY: Final = frozenset({"1", "L", "LA", "La", *_KINDS})
_SEEN_THROUGH: Final = frozenset({"LA", "La", "PA", "RGBA", "RGBa"})


@dataclass(frozen=True, slots=True)
class Source:
    """A picture, or an array, or a document.

    Parameters
    ----------
    path : str
        Where it lies.
    frames, rows, columns, samples : int
        How many; 0 rows of a document.
    kind : dtype
        Of its values.
    photometric : str
        MONOCHROME1, MONOCHROME2 or RGB; of a JPEG that is kept, what its stream is.
    stays_coded : bool
        Whether it is a JPEG that a DICOM file may hold as it is (PS3.5 8.2.1).
    was_lossy : bool
        Whether it was compressed with loss before.
    is_turned : bool
        Whether EXIF data says that it does not stand upright.
    notes : tuple of str
        What its pixels lose.
    """

    path: str
    frames: int
    rows: int
    columns: int
    samples: int
    kind: np.dtype[Any]
    photometric: str
    stays_coded: bool = False
    was_lossy: bool = False
    is_turned: bool = False
    notes: tuple[str, ...] = ()

    @property
    def is_document(self) -> bool:
        """Return whether it is a PDF document."""
        return self.rows == 0


def source_of(path: str) -> Source:
    """Return what a file holds, of which only the beginning is read.

    Raises
    ------
    ReadError
        It is none of what files are made of, or cannot be read.
    """
    name = safe_text(os.path.basename(path))
    try:
        if not os.path.isfile(path):
            raise ReadError(
                f"{name}: there is no such file" if not os.path.exists(path) else f"{name} is no regular file", path
            )
        with open(path, "rb") as file:
            begin = file.read(_PDF_WITHIN)
        if begin.startswith(_NPY):
            return _array_facts(path, name)
        if _PDF in begin:
            return Source(path, 1, 0, 0, 0, np.dtype(np.uint8), "")
        return _picture_facts(path, name, begin)
    except OSError as error:
        raise ReadError(f"{name} cannot be read: {os_reason(error)}", path) from error


# --- arrays


class _Array(NamedTuple):
    """A NumPy file: its frames are read one by one, for a mapped file that somebody shortens ends the program."""

    path: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    begin: int
    columns_first: bool

    @property
    def ndim(self) -> int:
        return len(self.shape)

    def part(self, number: int | None) -> Array:
        """Return what lies at the first index, or all of it."""
        if self.columns_first:  # its frames lie in one another
            whole: Array = np.load(self.path, allow_pickle=False)
            return whole if number is None else whole[number]
        shape = self.shape if number is None else self.shape[1:]
        count = int(np.prod(shape, dtype=np.int64))
        at = self.begin + (number or 0) * count * self.dtype.itemsize
        found = np.fromfile(self.path, self.dtype, count, offset=at)
        if len(found) < count:
            raise ReadError("it ends early", self.path)
        return found.reshape(shape)


def _array(path: str, name: str) -> _Array:
    with translated(ReadError, f"{name} cannot be read as an array", path), open(path, "rb") as file:
        version = np.lib.format.read_magic(file)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, columns_first, dtype = read(file)
        return _Array(path, shape, dtype, file.tell(), columns_first)


def _array_facts(path: str, name: str) -> Source:
    values = _array(path, name)
    if os.path.getsize(path) < values.begin + int(np.prod(values.shape, dtype=object)) * values.dtype.itemsize:
        raise ReadError(f"{name} ends early", path)
    if values.dtype.kind not in "biuf":
        raise ReadError(f"{name} holds values of type {values.dtype}: whole numbers or floats are wanted", path)
    in_color = values.dtype == np.uint8 and values.ndim in (3, 4) and values.shape[-1] == _COLORS
    plain = values.shape[:-1] if in_color else values.shape
    if len(plain) not in (2, 3) or 0 in plain:
        raise ReadError(
            f"{name} has the shape {values.shape}: (rows, columns) or (frames, rows, columns) is wanted, of colours "
            "(rows, columns, 3) or (frames, rows, columns, 3) of 8 bits", path,
        )  # fmt: skip
    frames, rows, columns = (1, *plain) if len(plain) == 2 else plain
    if max(rows, columns) > 0xFFFF:
        raise ReadError(f"{name} has {columns:,} x {rows:,} pixels: DICOM has room for 65,535 x 65,535", path)
    samples, photometric = (3, "RGB") if in_color else (1, "MONOCHROME2")
    return Source(path, frames, rows, columns, samples, np.dtype(values.dtype), photometric)


# --- pictures


def _opened(path: str, name: str) -> Image.Image:
    try:
        with translated(ReadError, f"{name} cannot be read", path):
            return Image.open(path, formats=_PICTURES)
    except ReadError as error:
        if isinstance(error.__cause__, UnidentifiedImageError):
            raise ReadError(f"{name} is no PNG, JPEG or TIFF picture, no array (.npy) and no PDF document", path) from error
        raise


def _picture_facts(path: str, name: str, begin: bytes) -> Source:
    with _opened(path, name) as image, translated(ReadError, f"{name} cannot be read", path):
        columns, rows = image.size
        # Of a PNG what stands before its pixels: the rest would have to be decoded to be found
        turned = image.getexif().get(_ORIENTATION, 1) if image.format != "PNG" or "exif" in image.info else 1
        if turned in (5, 6, 7, 8):
            columns, rows = rows, columns
        if max(rows, columns) > 0xFFFF:
            raise ReadError(f"{name} has {columns:,} x {rows:,} pixels: DICOM has room for 65,535 x 65,535", path)
        notes = list[str]()
        if image.mode in _SEEN_THROUGH:
            notes.append("what can be seen through was laid on black")
        if image.mode not in _KINDS and _is_deep(image, begin):
            notes.append("16 bits of a colour were reduced to 8: no Secondary Capture holds more")
        if image.mode in ("CMYK", "YCbCr", "LAB", "HSV") and image.format != "JPEG":
            notes.append(f"{image.mode} was made to RGB")
        is_jpeg = image.format in ("JPEG", "MPO")
        kind, photometric = np.dtype(_KINDS.get(image.mode, "u1")), "MONOCHROME2" if image.mode in _GRAY else "RGB"
        if image.format == "PNG" and image.mode == "I":
            kind = np.dtype("u2")  # as older versions of Pillow have it
        if image.format == "TIFF" and image.mode.startswith("I;16") and _tiff_tag(image, _PHOTOMETRIC) == _WHITE_IS_ZERO:
            photometric = "MONOCHROME1"  # which Pillow turns round with 8 bits alone
        samples = 3 if photometric == "RGB" else 1
        count = 1 if is_jpeg else int(getattr(image, "n_frames", 1))
        coded = _coded_photometric(path) if is_jpeg and turned == 1 else ""
        return Source(
            path, count, rows, columns, samples, kind, coded or photometric, bool(coded), is_jpeg, turned != 1, tuple(notes)
        )  # fmt: skip


def _tiff_tag(image: Image.Image, tag: int) -> Any:  # noqa: ANN401 - as TIFF has it
    return getattr(image, "tag_v2", {}).get(tag)


def _is_deep(image: Image.Image, begin: bytes) -> bool:
    """Return whether its colours have more than the 8 bits that Pillow gives."""
    if image.format == "PNG":
        return begin[_PNG_DEPTH_AT : _PNG_DEPTH_AT + 1] == bytes([_PNG_DEEP])
    bits = _tiff_tag(image, _BITS)
    return bits is not None and max(bits if isinstance(bits, tuple) else (bits,)) > 8


def _coded_photometric(path: str) -> str:
    """Return what the stream of a JPEG is to DICOM where it may be kept: baseline, of 8 bits; "" where it may not."""
    try:
        stream = jpeg_stream(path)
    except DicomError:
        return ""  # it is decoded, or that says why not
    header = read_header(stream)
    if header is None or _BASELINE not in stream or header.precision != 8 or header.components not in (1, _COLORS):
        return ""
    if header.components == 1:
        return "MONOCHROME2"
    if header.photometric == "RGB":
        return "RGB"
    return "YBR_FULL_422"  # what JPEG makes of colours, whatever its sampling (PS3.5 8.2.1, PS3.3 C.7.6.3.1.2)


def jpeg_stream(path: str) -> bytes:
    """Return a JPEG without comments, EXIF, and all else that is no picture: places and cameras stand there.

    Raises
    ------
    DicomError, OSError
        It is damaged, or cannot be read.
    """
    with open(path, "rb") as file, translated(ReadError, "the JPEG is damaged", path):
        return jpeg(file.read(), is_ls=False).data


class Opened:
    """Gives the frames of sources, one after the other; it keeps the last one open."""

    def __init__(self) -> None:
        self._source: Source | None = None
        self._array: _Array | None = None
        self._image: Image.Image | None = None

    def close(self) -> None:
        """Close what is open."""
        if self._image is not None:
            self._image.close()
        self._source = self._array = self._image = None

    def frame(self, source: Source, number: int) -> Array:
        """Return frame `number` of a source, from 0: of its `kind`, shape (rows, columns) or (rows, columns, 3).

        Raises
        ------
        PixelError, ReadError
            It cannot be decoded, or is no longer what it was.
        """
        name = safe_text(os.path.basename(source.path))
        if source is not self._source:
            self.close()
            self._source = source
            with open(source.path, "rb") as file:
                is_array = file.read(len(_NPY)) == _NPY
            if is_array:
                self._array = _array(source.path, name)
            else:
                self._image = _opened(source.path, name)
        with translated(PixelError, f"{name} cannot be decoded", source.path):
            found = self._taken(source, number) if self._array is None else self._array_frame(source, number)
        shape = (source.rows, source.columns, *((_COLORS,) if source.samples == _COLORS else ()))
        if found.shape != shape:
            raise PixelError(
                f"{name}: picture {number + 1} has another size than the first one, or other colours", source.path
            )
        return np.ascontiguousarray(found.astype(source.kind, copy=False))

    def _array_frame(self, source: Source, number: int) -> Array:
        assert self._array is not None  # noqa: S101 - mypy: `frame` asked
        wanted = 3 + (source.samples == _COLORS)
        return self._array.part(number if self._array.ndim == wanted else None)

    def _taken(self, source: Source, number: int) -> Array:
        """Decode a picture: upright, and of the colours that its mode stands for."""
        assert self._image is not None  # noqa: S101 - mypy: `frame` opened it
        if number or getattr(self._image, "n_frames", 1) > 1:
            self._image.seek(number)
        image = ImageOps.exif_transpose(self._image) if source.is_turned else self._image
        if image.mode in _SEEN_THROUGH:
            opaque = image.convert("RGBA")
            image = Image.alpha_composite(Image.new("RGBA", image.size, (0, 0, 0, 255)), opaque).convert(
                "L" if image.mode in _GRAY else "RGB"
            )
        elif image.mode == "1":
            image = image.convert("L")
        elif image.mode not in _GRAY and image.mode != "RGB":
            image = image.convert("RGB")
        return np.asarray(image)


def frames_of(sources: list[Source]) -> Iterator[tuple[Source, int]]:
    """Yield all frames of sources, in order."""
    for source in sources:
        for number in range(source.frames):
            yield source, number
