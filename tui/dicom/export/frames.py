"""The frames that one result is made of, one after the other: no more than one is held."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui.dicom.attributes import Attributes
from tui.dicom.elements import Elements, walk_file
from tui.dicom.errors import PixelError, translated
from tui.dicom.export.order import FRAMES, Subject, frames_of
from tui.dicom.options import Value
from tui.dicom.pixels.decode import decode_frame
from tui.dicom.pixels.functional_groups import PIXEL_MEASURES, PIXEL_VALUE_TRANSFORMATION, FrameGroups
from tui.dicom.pixels.geometry import Plane, plane_of
from tui.dicom.pixels.image_pixel import ImagePixel, image_pixel
from tui.dicom.pixels.load import load_picture
from tui.dicom.pixels.picture import Picture
from tui.dicom.pixels.stages import Modality, modality_stage

_THICKNESS: Final = 0x00180050


class FrameOf(NamedTuple):
    """A frame of a walked file, not decoded yet.

    Parameters
    ----------
    elements : Elements
        The file.
    image : ImagePixel
        What its pixel data is.
    number : int
        Which frame of it, from 0.
    """

    elements: Elements
    image: ImagePixel
    number: int

    def facts(self) -> "Facts":
        """Return what is kept of it: the elements of a thousand files take a hundred megabytes."""
        path = self.elements.path
        with translated(PixelError, "its geometry cannot be read", path):
            groups = FrameGroups.of(Attributes.of(self.elements), self.number)
            transformation = groups.macro(PIXEL_VALUE_TRANSFORMATION)
            modality = modality_stage(groups.top, transformation, signed=self.image.signed, display=False)
            thickness = groups.macro(PIXEL_MEASURES).number(_THICKNESS)
            return Facts(path, self.number, self.image, plane_of(groups), modality, thickness)

    def picture(self) -> Picture:
        """Decode it.

        Raises
        ------
        PixelError, ReadError
            It cannot be decoded.
        """
        return load_picture(self.elements, self.number)


class Facts(NamedTuple):
    """What is known of a frame without its pixels.

    Parameters
    ----------
    path, number : str, int
        The file, and which frame of it, from 0.
    image : ImagePixel
        What the file's pixel data is.
    plane : Plane or None
        Where the frame lies in the patient.
    modality : Modality
        What makes modality values of its stored ones, for measuring.
    thickness_mm : float or None
        Of its slice.
    """

    path: str
    number: int
    image: ImagePixel
    plane: Plane | None
    modality: Modality
    thickness_mm: float | None

    @property
    def in_color(self) -> bool:
        """Return whether it is made to RGB of 8 bit."""
        return not self.image.photometric.startswith("MONOCHROME")

    @property
    def stored_dtype(self) -> np.dtype[Any]:
        """Return the type of number that holds its stored values, those of other frames of such an image, too."""
        if self.in_color:
            return np.dtype(np.uint8)
        if self.image.float_bits:
            return np.dtype(f"f{self.image.float_bits // 8}")
        size = next(size for size in (1, 2, 4, 8) if self.image.bits_allocated <= 8 * size)
        return np.dtype(f"{'i' if self.image.signed else 'u'}{size}")


class Decoder:
    """Decodes frames of many files, one after the other; it keeps the file of the last one."""

    def __init__(self) -> None:
        self._elements: Elements | None = None

    def stored(self, frame: Facts) -> NDArray[Any]:
        """Return the stored values of a frame, or RGB of 8 bit.

        Returns
        -------
        ndarray of `Facts.stored_dtype`, shape (rows, columns), or (rows, columns, 3)

        Raises
        ------
        PixelError, ReadError
            It cannot be decoded.
        """
        if self._elements is None or self._elements.path != frame.path:
            self._elements = walk_file(frame.path)
        if frame.in_color:
            return load_picture(self._elements, frame.number).values
        with translated(PixelError, "the frame cannot be decoded", frame.path):
            values = decode_frame(Attributes.of(self._elements), frame.image, frame.number).values
        if values.ndim != 2 or not _fits(values, frame.stored_dtype):
            raise PixelError("what was decoded does not fit into the bits that the file says", frame.path)
        return values.astype(frame.stored_dtype, copy=False)


def _fits(values: NDArray[Any], kind: "np.dtype[Any]") -> bool:
    """Return whether a type of number holds some values."""
    if np.can_cast(values.dtype, kind) or not values.size:
        return True
    if values.dtype.kind == "f" or kind.kind == "f":
        return False
    limits = np.iinfo(kind)
    return bool(limits.min <= int(values.min()) and int(values.max()) <= limits.max)


def modality_dtype(stored: "np.dtype[Any]") -> "np.dtype[Any]":
    """Return the type of number that modality values have: 64 bits where 32 would round stored ones (see `Rescale`)."""
    wide = stored.itemsize > 4 or (stored.itemsize == 4 and stored.kind != "f")
    return np.dtype(np.float64 if wide else np.float32)


def frames_in(subject: Subject, values: Mapping[str, Value]) -> Iterator[FrameOf]:
    """Return the frames of a subject, in order: of one file those of its frames that are wanted, else those of its files.

    Raises
    ------
    PixelError, ReadError
        A file is no image, or cannot be read.
    """
    said = str(values.get(FRAMES.name, ""))
    wanted = frames_of(said) if said else None
    count = 0
    for path in subject.files:
        elements = walk_file(path)
        with translated(PixelError, "the picture cannot be made", path):
            image = image_pixel(Attributes.of(elements))
        numbers = range(image.frames) if subject.frame is None else (subject.frame,)
        for number in numbers:
            place = count if subject.frame is None else number
            if wanted is None or any(first <= place <= last for first, last in wanted):
                yield FrameOf(elements, image, number)
            count += 1
    if wanted is not None and max(last for _, last in wanted) >= count and subject.frame is None:
        raise PixelError(f"there are {count:,} frames: {said} asks for more", subject.files[0])
