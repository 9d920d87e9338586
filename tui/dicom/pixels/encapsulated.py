"""One frame's stored values where they are compressed: through pydicom's decoders, in a child process."""

from typing import Any

import numpy as np

from tui.dicom.attributes import Attributes
from tui.dicom.dictionary import uid_name
from tui.dicom.errors import PixelError
from tui.dicom.pixels.codestream import CodeStream, read_header
from tui.dicom.pixels.frames import encapsulated_bytes
from tui.dicom.pixels.image_pixel import LARGEST_FRAME, ImagePixel, contradiction
from tui.dicom.pixels.native import Array, Decoded, stored_values
from tui.dicom.processes import Worker, WorkerDiedError

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


def decode_encapsulated(attributes: Attributes, image: ImagePixel, frame: int) -> Decoded:
    """Return the stored values of compressed frame `frame` (from 0).

    Raises
    ------
    PixelError
        It cannot be decoded; the sentence says what would help.
    """
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
