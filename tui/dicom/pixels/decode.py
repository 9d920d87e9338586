"""One frame's stored values: read directly where they are native, through pydicom's decoders where compressed."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui.dicom.attributes import Attributes
from tui.dicom.dictionary import uid_name
from tui.dicom.errors import PixelError
from tui.dicom.pixels.codestream import CodeStream, read_header
from tui.dicom.pixels.frames import encapsulated_bytes, native_bytes
from tui.dicom.pixels.image_pixel import LARGEST_FRAME, ImagePixel, contradiction
from tui.dicom.processes import Worker, WorkerDiedError

Array = NDArray[Any]
TIME_LIMIT_S = 60.0
_RLE = "1.2.840.10008.1.2.5"
_WORKER = Worker("tui.dicom.pixels.worker")
# What pylibjpeg and its plug-ins decode: RLE; JPEG baseline, extended and lossless; JPEG-LS; JPEG 2000; HTJ2K
_DECODED = frozenset(
    {_RLE} | {f"1.2.840.10008.1.2.4.{number}" for number in (50, 51, 57, 70, 80, 81, 90, 91, 201, 202, 203)}
)
_DCMTK_CONVERTS = frozenset({"1.2.840.10008.1.2.4.53", "1.2.840.10008.1.2.4.55"})
_ANOTHER_CODEC = "GDCM's gdcmconv --raw may make a copy of the file that can be drawn"
_VIDEO = "1.2.840.10008.1.2.4.10"  # .100 to .109: MPEG-2, H.264, H.265
_WORDS = {8: "u1", 16: "u2", 32: "u4", 64: "u8"}


class Decoded(NamedTuple):
    """Stored values of a frame.

    `values` has shape (rows, columns) or (rows, columns, 3), of an integer or float dtype that holds the sign;
    `photometric` is what they are now, after the decoder; `notes` are sentences on what was odd.
    """

    values: Array
    photometric: str
    notes: tuple[str, ...] = ()


def decode_frame(attributes: Attributes, image: ImagePixel, frame: int) -> Decoded:
    """Return the stored values of frame `frame` (from 0).

    Raises
    ------
    PixelError
        They cannot be decoded; the sentence says what would help.
    ReadError
        The file cannot be read.
    """
    if image.encapsulated:
        return _decode_encapsulated(attributes, image, frame)
    if (note := contradiction(image)) is not None:
        decoded = _decode_native(attributes, image, frame)
        return decoded._replace(notes=(*decoded.notes, note))
    return _decode_native(attributes, image, frame)


def _decode_native(attributes: Attributes, image: ImagePixel, frame: int) -> Decoded:
    data, bit = native_bytes(attributes, image, frame)
    wanted = (image.frame_bits + bit + 7) // 8
    notes: tuple[str, ...] = ()
    if len(data) < wanted:
        if not data:
            total = image.frames * image.frame_bits // 8
            raise PixelError(
                f"frame {frame + 1} is missing: the pixel data has {image.element.length:,} bytes where {image.frames} "
                f"frame{'s' if image.frames > 1 else ''} of {image.columns} x {image.rows} take {total:,}",
                attributes.elements.path,
            )
        if len(data) < wanted // 4:
            raise PixelError(
                f"of the {wanted:,} bytes of frame {frame + 1} only {len(data):,} are in the file", attributes.elements.path
            )
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


def _decode_encapsulated(attributes: Attributes, image: ImagePixel, frame: int) -> Decoded:
    path = attributes.elements.path
    name = uid_name(image.transfer_syntax) or image.transfer_syntax or "no transfer syntax"
    if (note := contradiction(image)) is not None:
        raise PixelError(f"{note}, so it is not known how it is compressed", path)
    if image.transfer_syntax not in _DECODED:
        raise PixelError(f"{name} cannot be decoded here; {_what_would_help(image.transfer_syntax)}", path)
    data = encapsulated_bytes(attributes, image, frame)
    header = read_header(data)
    _check_header(header, image, name, path)
    if header is not None:
        data = data[header.start :]  # a code stream in a JP2 file: the boxes around it are not the decoder's
    photometric = header.photometric or image.photometric if header is not None else image.photometric
    question = {"transfer_syntax": image.transfer_syntax, "options": _options(image, photometric)}
    try:
        answer, raw = _WORKER.ask(question, data, TIME_LIMIT_S)
    except WorkerDiedError as error:
        raise PixelError(f"{name}, frame {frame + 1} cannot be decoded: the decoder was at it, and {error}", path) from error
    if "error" in answer:
        why = f"{name}, frame {frame + 1} cannot be decoded: {answer['error']}; {_ANOTHER_CODEC}"
        raise PixelError(why, path)
    values = np.frombuffer(raw, answer["dtype"]).reshape(answer["shape"])
    precision = header.precision if header is not None else None
    return Decoded(_settled_sign(values, image, precision), answer["photometric"])


def _options(image: ImagePixel, photometric: str) -> dict[str, Any]:
    """Return what pydicom's decoder must know of a frame."""
    return {
        "rows": image.rows,
        "columns": image.columns,
        "number_of_frames": 1,
        "samples_per_pixel": image.samples,
        "photometric_interpretation": photometric,
        "planar_configuration": int(image.planar),
        "pixel_representation": int(image.signed),
        "bits_allocated": image.bits_allocated,
        "bits_stored": image.bits_stored,
        "pixel_keyword": "PixelData",
        "correct_unused_bits": image.high_bit + 1 == image.bits_stored,
    }


def _settled_sign(values: Array, image: ImagePixel, precision: int | None) -> Array:
    """Return decoded values with the sign extended at the code stream's precision, or out of their place in the word.

    A JPEG-LS stream carries no sign; a run-length encoded word may hold its bits anywhere (DICOM.md, Decode).
    """
    if precision is None and image.high_bit + 1 != image.bits_stored:
        return stored_values(values.view(values.dtype.str.replace("i", "u")), image)
    if precision is not None and image.signed and values.dtype.kind == "i":
        unused = 8 * values.dtype.itemsize - precision
        return values << unused >> unused if unused > 0 else values
    return values


def _what_would_help(transfer_syntax: str) -> str:
    if transfer_syntax in _DCMTK_CONVERTS:
        return "DCMTK's dcmdjpeg makes a copy of the file that can be drawn"
    if transfer_syntax.startswith(_VIDEO):
        return "it is video: gdcmraw takes it out of the file for a video player"
    return "a copy in another transfer syntax can be drawn"


def _check_header(header: CodeStream | None, image: ImagePixel, name: str, path: str) -> None:
    """Refuse a code stream that contradicts the dataset before a codec allocates what it asks for."""
    if header is None:
        if image.transfer_syntax != _RLE:
            raise PixelError(f"{name}: the code stream has no header that can be read: not decoded", path)
        return
    if header.rows * header.columns > LARGEST_FRAME:
        raise PixelError(f"{name}: the code stream says {header.columns:,} x {header.rows:,} pixels: not decoded", path)
    if (header.rows, header.columns) != (image.rows, image.columns):
        raise PixelError(
            f"{name}: the code stream holds {header.columns} x {header.rows} pixels, the dataset says "
            f"{image.columns} x {image.rows}: not decoded",
            path,
        )
    if header.components != image.samples:
        raise PixelError(
            f"{name}: the code stream holds {header.components} components, the dataset says {image.samples} samples",
            path,
        )
