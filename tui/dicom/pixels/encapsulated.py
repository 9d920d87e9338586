"""One frame's stored values where they are compressed: by a codec in a child process."""

import zlib
from typing import Any, NamedTuple

import numpy as np

from tui.dicom.attributes import Attributes
from tui.dicom.dictionary import uid_name
from tui.dicom.errors import PixelError, translated
from tui.dicom.pixels.codecs import DEFLATED_FRAME, RLE, SEQUENTIAL_JPEG, WITH_PREVIEW, is_decoded, is_video, what_would_help
from tui.dicom.pixels.codestream import CodeStream, read_header, with_whole_scan
from tui.dicom.pixels.frames import encapsulated_bytes, stream_start
from tui.dicom.pixels.image_pixel import LARGEST_FRAME, ImagePixel, contradiction
from tui.dicom.pixels.native import Array, Decoded, frame_of_bytes, stored_values
from tui.dicom.processes import Worker, WorkerDiedError

TIME_LIMIT_S = 60.0
_WORKER = Worker("tui.dicom.pixels.worker")
_ANOTHER_CODEC = "GDCM's gdcmconv --raw may make a copy of the file that can be drawn"
_VIDEO_START = 16 << 20  # in which its first frame lies
_PREVIEW_PIXELS = 1 << 20  # a preview is worth its while from here on ...
_PREVIEW_SIDE = 256  # ... and keeps at least so many pixels on its shorter side


class Frame(NamedTuple):
    """A compressed frame that was found fit to be decoded."""

    image: ImagePixel
    number: int
    data: bytes
    header: CodeStream | None
    name: str
    path: str

    @property
    def photometric(self) -> str:
        """Return what the samples are: the stream knows better than the dataset."""
        return (self.header.photometric if self.header is not None else "") or self.image.photometric


def read_frame(attributes: Attributes, image: ImagePixel, frame: int) -> Frame:
    """Return compressed frame `frame` (from 0), refused if what it says of itself contradicts the dataset.

    Raises
    ------
    PixelError
        It cannot be decoded; the sentence says what would help.
    """
    path, syntax = attributes.elements.path, image.transfer_syntax
    name = uid_name(syntax) or syntax or "no transfer syntax"
    if (note := contradiction(image)) is not None:
        raise PixelError(f"{note}, so it is not known how it is compressed", path)
    if not is_decoded(syntax):
        raise PixelError(f"{name} cannot be decoded here; {what_would_help(syntax)}", path)
    if is_video(syntax):
        return Frame(image, frame, stream_start(attributes, image, _VIDEO_START), None, name, path)
    data = encapsulated_bytes(attributes, image, frame)
    if syntax in (RLE, DEFLATED_FRAME):
        return Frame(image, frame, data, None, name, path)
    header = read_header(data)
    _check_header(header, image, name, path)
    if header is not None:
        data = data[header.start :]  # a code stream in a JP2 file: the boxes around it are not the decoder's
    if syntax in SEQUENTIAL_JPEG:
        data = with_whole_scan(data)
    return Frame(image, frame, data, header, name, path)


def decode_encapsulated(frame: Frame, limit_s: float = TIME_LIMIT_S) -> Decoded:
    """Return the stored values of a compressed frame, which the decoder has `limit_s` seconds for.

    Raises
    ------
    PixelError
        It cannot be decoded; the sentence says what would help.
    """
    image = frame.image
    if image.transfer_syntax == DEFLATED_FRAME:
        return _inflated(frame)
    values, photometric = _asked(frame, {}, limit_s)
    if image.signed and values.dtype.kind == "u":  # a codec that knows no sign
        values = values.view(values.dtype.str.replace("u", "i"))
        unused = 8 * values.dtype.itemsize - image.bits_stored
        values = values << unused >> unused if unused > 0 else values
    precision = frame.header.precision if frame.header is not None and frame.header.precision else None
    return Decoded(_settled_sign(values, image, precision), photometric)


def decode_preview(frame: Frame) -> Decoded | None:
    """Return a frame at a fraction of its resolution, or None where that would not be quicker."""
    image, header = frame.image, frame.header
    large = image.rows * image.columns >= _PREVIEW_PIXELS
    if header is None or not large or image.transfer_syntax not in WITH_PREVIEW or image.photometric == "PALETTE COLOR":
        return None
    levels = min(header.levels, (min(image.rows, image.columns) // _PREVIEW_SIDE).bit_length() - 1)
    if levels < 1 or header.precision > 16 or header.signed != image.signed:
        return None
    if header.precision < 8 or (header.precision == 8 and image.signed):  # which Pillow scales and lifts its own way
        return None
    try:
        return Decoded(*_asked(frame, {"reduce": levels, "precision": header.precision, "signed": header.signed}))
    except PixelError:  # the whole frame may well be decoded, or tells why not
        return None


def _inflated(frame: Frame) -> Decoded:
    """Inflate a Deflated Image Frame (PS3.5 A.4.14); never more than the frame takes."""
    image, wanted = frame.image, (frame.image.frame_bits + 7) // 8
    with translated(PixelError, f"{frame.name}, frame {frame.number + 1} cannot be decoded", frame.path):
        data = zlib.decompressobj(-zlib.MAX_WBITS).decompress(frame.data, wanted)
    return frame_of_bytes(data, 0, image, frame.number, frame.path)


def _asked(frame: Frame, also: dict[str, Any], limit_s: float = TIME_LIMIT_S) -> tuple[Array, str]:
    """Return the values that the decoder's process answers with, and what they are."""
    image, what = frame.image, f"{frame.name}, frame {frame.number + 1} cannot be decoded"
    question = {"transfer_syntax": image.transfer_syntax, "options": _options(image, frame.photometric), **also}
    try:
        answer, raw = _WORKER.ask(question, frame.data, limit_s)
    except WorkerDiedError as error:
        raise PixelError(f"{what}: the decoder was at it, and {error}", frame.path) from error
    if "error" in answer:
        raise PixelError(f"{what}: {answer['error']}; {_ANOTHER_CODEC}", frame.path)
    shape = tuple(answer["shape"])
    if "reduce" not in also and shape[:2] != (image.rows, image.columns):
        raise PixelError(f"{what}: it came out as {shape[1]} x {shape[0]} pixels", frame.path)
    return np.frombuffer(raw, answer["dtype"]).reshape(shape), answer["photometric"]


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


def _check_header(header: CodeStream | None, image: ImagePixel, name: str, path: str) -> None:
    """Refuse a code stream that contradicts the dataset before a codec allocates what it asks for."""
    if header is None:
        raise PixelError(f"{name}: the code stream has no header that can be read: not decoded", path)
    if header.rows * header.columns > LARGEST_FRAME:
        raise PixelError(f"{name}: the code stream says {header.columns:,} x {header.rows:,} pixels: not decoded", path)
    if (header.rows, header.columns) != (image.rows, image.columns):
        raise PixelError(
            f"{name}: the code stream holds {header.columns} x {header.rows} pixels, the dataset says "
            f"{image.columns} x {image.rows}: not decoded",
            path,
        )
    if header.components not in (0, image.samples):
        raise PixelError(
            f"{name}: the code stream holds {header.components} components, the dataset says {image.samples} samples",
            path,
        )
