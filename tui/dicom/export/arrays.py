"""All frames of a series as one array: NumPy's files, and plain bytes. Frames are read and written one after the other."""

import json
import zipfile
from collections.abc import Iterator, Sequence
from typing import IO, Any, Final

import numpy as np
from numpy.typing import NDArray

from tui.dicom.errors import PixelError
from tui.dicom.export.data_options import STORED, VALUES
from tui.dicom.export.frames import Decoder, Facts, frames_in, modality_dtype
from tui.dicom.export.order import About, Subject
from tui.dicom.export.outputs import Output
from tui.dicom.export.volume import as_json, volume_of
from tui.dicom.options import Values
from tui.dicom.pixels.stages import Rescale

_SIDECAR: Final = ".json"


class Stack:
    """The frames of a subject, of one size, in the order in which they are written.

    Parameters
    ----------
    subject, values
        Which, and how.

    Attributes
    ----------
    about : dict
        Shape, type, values and place, for a file beside the values.
    dtype : dtype
        Little endian.
    shape : tuple of int
        (frames, rows, columns), or (frames, rows, columns, 3).

    Raises
    ------
    PixelError, ReadError
        There are none, or they differ.
    """

    def __init__(self, subject: Subject, values: Values) -> None:
        frames = [frame.facts() for frame in frames_in(subject, values)]
        if not frames:
            raise PixelError("there is no frame to be written", subject.files[0])
        sizes = {(frame.image.rows, frame.image.columns, frame.in_color) for frame in frames}
        if len(sizes) > 1:
            raise PixelError("its frames differ in size or colours: no array is made of them", subject.files[0])
        ((rows, columns, in_color),) = sizes
        self._stored = values[VALUES.name] == STORED or in_color
        about: dict[str, Any] = {}
        try:
            volume = volume_of(frames)
            frames = [frames[index] for index in volume.order.reshape(-1).tolist()]
            about = as_json(volume)
            self.affine: NDArray[np.float64] | None = volume.affine
        except PixelError as error:
            about = {"affine_lps": None, "why": str(error)}
            self.affine = None
        self.frames: Sequence[Facts] = frames
        self.dtype = self._dtype_of(frames)
        self.shape = (len(frames), rows, columns, *((3,) if in_color else ()))
        units = {frame.modality.unit for frame in frames}
        self.about = {
            "shape": list(self.shape), "dtype": self.dtype.str, "order": "frame, row, column" + ", RGB" * in_color,
            "values": "RGB" if in_color else "stored" if self._stored else "modality",
            "unit": "" if self._stored or len(units) > 1 else units.pop(), "rescale": self._rescales(), **about,
        }  # fmt: skip

    def _dtype_of(self, frames: Sequence[Facts]) -> "np.dtype[Any]":
        kinds = [frame.stored_dtype for frame in frames]
        kind = np.result_type(*set(kinds))
        if not self._stored:
            kind = modality_dtype(kind)
        return kind.newbyteorder("<")

    def _rescales(self) -> list[list[float]] | None:
        """Return slope and intercept of each frame, once where they are the same; None where a LUT stands there."""
        if self.frames[0].in_color:
            return None
        found = []
        for frame in self.frames:
            modality = frame.modality
            if not isinstance(modality, Rescale):
                return None
            found.append([modality.slope, modality.intercept])
        return found if any(each != found[0] for each in found) else found[:1]

    def __iter__(self) -> Iterator[bytes]:
        """Decode the frames in turn, and return the bytes of each."""
        decoder = Decoder()
        for frame in self.frames:
            values = decoder.stored(frame)
            if not self._stored:
                values = frame.modality.apply(values)
            yield values.astype(self.dtype, copy=False).tobytes()


def _write_array(stack: Stack, file: IO[bytes]) -> Iterator[str]:
    header = {"descr": np.lib.format.dtype_to_descr(stack.dtype), "fortran_order": False, "shape": stack.shape}
    np.lib.format.write_array_header_1_0(file, header)
    yield from _write_frames(stack, file)


def _write_frames(stack: Stack, file: IO[bytes]) -> Iterator[str]:
    for number, data in enumerate(stack, 1):
        file.write(data)
        yield f"{number:,} of {len(stack.frames):,}"


def _write_beside(stack: Stack, output: Output) -> None:
    if output.named:
        with output.file(output.ending + _SIDECAR) as file:
            file.write(json.dumps(stack.about, indent=1).encode())


def write_npy(subject: Subject, values: Values, output: Output) -> Iterator[str]:
    """Write the frames as one array of NumPy's format 1.0, and where they lie as JSON beside it."""
    stack = Stack(subject, values)
    with output.file() as file:
        yield from _write_array(stack, file)
    _write_beside(stack, output)


def write_raw(subject: Subject, values: Values, output: Output) -> Iterator[str]:
    """Write the frames as plain little endian bytes, and what they are as JSON beside them."""
    stack = Stack(subject, values)
    with output.file() as file:
        yield from _write_frames(stack, file)
    _write_beside(stack, output)


def write_npz(subject: Subject, values: Values, output: Output) -> Iterator[str]:
    """Write the frames as an archive of NumPy's: values, affine_lps where they lie on a grid, and about, a JSON text."""
    stack = Stack(subject, values)
    with output.file() as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        with archive.open("values.npy", "w", force_zip64=True) as part:
            yield from _write_array(stack, part)
        if stack.affine is not None:
            with archive.open("affine_lps.npy", "w") as part:
                np.lib.format.write_array(part, stack.affine)
        with archive.open("about.npy", "w") as part:
            np.lib.format.write_array(part, np.array(json.dumps(stack.about)))


def about(subject: Subject, values: Values) -> About:
    """Return what an array holds."""
    stack = Stack(subject, values)
    lines = [f"{name}: {said}" for name, said in stack.about.items()]
    return About(lines, int(np.prod(stack.shape, dtype=np.int64)) * stack.dtype.itemsize)


def about_packed(subject: Subject, values: Values) -> About:
    """Return what an array that is packed holds."""
    return about(subject, values)._replace(is_most=True)
