"""DICOM files in another transfer syntax (PS3.5 10, Annex A): the same values, the same UIDs, and other bytes.

Frames are written one after the other, and read back before the file gets its name.
"""

import os
import zlib
from collections.abc import Generator, Iterator
from typing import IO, Any, Final

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset

from tui.dicom.attributes import Attributes
from tui.dicom.dictionary import uid_name
from tui.dicom.element import DOUBLE_FLOAT_PIXEL_DATA, FLOAT_PIXEL_DATA, META_GROUP, PIXEL_DATA, UNDEFINED
from tui.dicom.elements import Elements, walk_file, walk_source
from tui.dicom.errors import PixelError, WriteError, translated
from tui.dicom.export.deflated import Deflated
from tui.dicom.export.dicom_checks import BEHIND, ICON, check_file, check_pixels
from tui.dicom.export.dicom_options import BY_NAME, SYNTAX, Syntax
from tui.dicom.export.encoders import ENCODERS
from tui.dicom.export.headers import lines_of
from tui.dicom.export.order import About, Subject
from tui.dicom.export.outputs import Output
from tui.dicom.export.pixel_elements import write_encapsulated, write_native_head
from tui.dicom.new_object import encoded_dataset, write_head
from tui.dicom.options import Values
from tui.dicom.pixels.codecs import LOSSY
from tui.dicom.pixels.decode import decode_frame
from tui.dicom.pixels.image_pixel import ImagePixel, image_pixel
from tui.dicom.source import INFLATED_LIMIT, WrittenSource

_SIGNATURES: Final = 0xFFFAFFFA
_COPIED: Final = 1 << 20
_COLORS: Final = 3
_SUBSAMPLED: Final = "_422"
_PIXELS: Final = (PIXEL_DATA, FLOAT_PIXEL_DATA, DOUBLE_FLOAT_PIXEL_DATA)
_OFFSET_TABLES: Final = (0x7FE00001, 0x7FE00002)


def write_dicom(subject: Subject, values: Values, output: Output) -> Iterator[str]:
    """Write a file in another transfer syntax; what was lossy stays known as lossy, and the colour space what it is."""
    path, syntax = subject.files[0], BY_NAME[str(values[SYNTAX.name])]
    elements = walk_file(path)
    check_file(elements, syntax)
    top = Attributes.of(elements)
    image = image_pixel(top) if any(tag in top for tag in _PIXELS) else None
    if image is not None:
        check_pixels(elements, top, image, syntax)
    writer = _Writer(elements, top, image, syntax, output)
    with output.file(seeks=bool(syntax.encoder)) as file:
        with translated(PixelError, "it cannot be written anew", path):
            yield from writer.write(file)
        if output.named:
            file.flush()
            yield from writer.read_back(file.fileno())


def about(subject: Subject, values: Values) -> About:
    """Return what a file in another transfer syntax holds."""
    syntax = BY_NAME[str(values[SYNTAX.name])]
    elements = walk_file(subject.files[0])
    check_file(elements, syntax)
    top = Attributes.of(elements)
    size = elements.source.size
    if any(tag in top for tag in _PIXELS):
        image = image_pixel(top)
        check_pixels(elements, top, image, syntax)
        held = sum(element.length for element in elements.elements if element.depth == 0 and element.length != UNDEFINED)
        size = image.frames * image.frame_bits // 8 + min(held, size) if image.encapsulated else size
    first = f"from {uid_name(elements.transfer_syntax) or 'no transfer syntax'} to {uid_name(syntax.uid)}"
    return About([first, *lines_of(elements)], size, bool(syntax.encoder) or syntax.name == "deflated")


class _Writer:
    """Writes one file; knows the sums of its frames."""

    def __init__(
        self, elements: Elements, top: Attributes, image: ImagePixel | None, syntax: Syntax, output: Output
    ) -> None:
        self._elements, self._top, self._image, self._syntax, self._output = elements, top, image, syntax, output
        self._sums: list[int] = []
        self._copied = 0  # the sum of native pixels that are copied
        self._packed: Deflated | None = None
        self._decoded = image is not None and (image.encapsulated or bool(syntax.encoder))

    def write(self, file: IO[bytes]) -> Iterator[str]:
        """Write all of it."""
        path = self._elements.path
        dataset = pydicom.dcmread(path, stop_before_pixels=True, force=True)
        for tag in _OFFSET_TABLES:  # of the bytes that were
            if tag in dataset:
                del dataset[tag]
        self._leave_out_icons(dataset)
        first = self._first_frame(dataset)
        meta = FileMetaDataset()
        for element in getattr(dataset, "file_meta", ()):
            meta.add(element)
        for own, common in (("MediaStorageSOPClassUID", "SOPClassUID"), ("MediaStorageSOPInstanceUID", "SOPInstanceUID")):
            uid = meta.get(own) or dataset.get(common)
            if not uid:
                raise PixelError(f"it has no {common}, without which no DICOM file is written", path)
            setattr(meta, own, uid)
        write_head(file, meta, self._syntax.uid, dataset.preamble)
        if self._syntax.name == "deflated":
            packed = self._packed = Deflated(file)
            yield from self._dataset(packed, dataset, first)
            packed.end()
            if packed.plain_size > INFLATED_LIMIT:
                self._output.note(
                    f"unpacked the dataset takes {packed.plain_size >> 20:,} MB, and deflated ones are read as a whole: "
                    "many programs will not open it, and this one shows its beginning"
                )
        else:
            yield from self._dataset(file, dataset, first)

    def _leave_out_icons(self, dataset: Dataset) -> None:
        """Leave out an icon that is compressed: in this transfer syntax it would be illegal."""
        for item in dataset.get("IconImageSequence") or ():
            element = item.get("PixelData") and item["PixelData"]
            if element and element.is_undefined_length:
                del dataset.IconImageSequence
                self._output.note("a compressed icon image was left out")
                return

    def _first_frame(self, dataset: Dataset) -> NDArray[Any] | None:
        """Decode the first frame where frames are; make what the dataset says of pixels true of what is written."""
        image = self._image
        if image is None:
            return None
        if _SIGNATURES in self._elements.top:
            self._output.note("a digital signature was left out: it is of other bytes")
        if image.encapsulated and image.transfer_syntax in LOSSY and dataset.get("LossyImageCompression") != "01":
            dataset.LossyImageCompression = "01"
        if not self._decoded:
            return None
        decoded = decode_frame(self._top, image, 0)
        dataset.PhotometricInterpretation = decoded.photometric.removesuffix(_SUBSAMPLED)  # each pixel has its own now
        if image.bits_stored <= image.bits_allocated:
            dataset.HighBit = image.bits_stored - 1  # where the decoder puts them
        if decoded.values.ndim == _COLORS:
            dataset.PlanarConfiguration = 1 if self._syntax.name == "rle" else 0
        return decoded.values

    def _dataset(self, file: "IO[bytes] | Deflated", dataset: Dataset, first: NDArray[Any] | None) -> Iterator[str]:
        implicit = self._syntax.name == "implicit"
        file.write(encoded_dataset(dataset, implicit=implicit))
        image = self._image
        if image is None:
            return
        if self._syntax.encoder:
            assert not isinstance(file, Deflated)  # noqa: S101 - mypy: only native pixels are deflated
            yield from self._encapsulated(file, image, str(dataset.PhotometricInterpretation), first)
        else:
            yield from self._native(file, image, implicit, first)

    # --- pixels

    def _frames(self, image: ImagePixel, first: NDArray[Any] | None) -> Iterator[NDArray[Any]]:
        """Decode the frames in turn, in the bits that the file says; keep their sums."""
        kind = np.dtype(f"<{'i' if image.signed else 'u'}{max(1, image.bits_allocated // 8)}")
        for number in range(image.frames):
            found = first if number == 0 and first is not None else decode_frame(self._top, image, number).values
            values = found.astype(kind)
            if not np.array_equal(values, found):
                raise PixelError("what was decoded does not fit into the bits that the file says", self._elements.path)
            self._sums.append(zlib.crc32(values.tobytes()))
            yield values

    def _native(
        self, file: "IO[bytes] | Deflated", image: ImagePixel, implicit: bool, first: NDArray[Any] | None
    ) -> Iterator[str]:
        element = image.element
        length = element.length
        if self._decoded:
            length = image.frames * image.rows * image.columns * image.samples * (image.bits_allocated // 8)
        vr = element.vr if image.float_bits or image.bits_allocated <= 8 else "OW"
        padding = length % 2
        write_native_head(file, element.tag, vr, length + padding, implicit=implicit)
        if self._decoded:
            for number, values in enumerate(self._frames(image, first), 1):
                file.write(values.tobytes())
                yield f"{number:,} of {image.frames:,}"
        else:
            for at in range(0, length, _COPIED):
                data = self._elements.source.read(element.offset + at, min(_COPIED, length - at))
                self._copied = zlib.crc32(data, self._copied)
                file.write(data)
                yield ""
        file.write(b"\0" * padding)

    def _encapsulated(
        self, file: IO[bytes], image: ImagePixel, photometric: str, first: NDArray[Any] | None
    ) -> Iterator[str]:
        encode = ENCODERS[self._syntax.encoder]
        coded = (encode(values, image, photometric) for values in self._frames(image, first))
        with translated(PixelError, "", self._elements.path):
            yield from write_encapsulated(file, coded, image.frames)

    def read_back(self, fd: int) -> Iterator[str]:
        """Read back what was written, and compare all frames that were decoded.

        Raises
        ------
        WriteError
            Something else was written.
        """
        path = self._elements.path
        if self._packed is not None:
            yield from self._packed.read_back(fd, path)
            return
        with WrittenSource(fd, path) as source:
            elements = walk_source(source)
            top = Attributes.of(elements)
            wrong = elements.broken is not None or elements.transfer_syntax != self._syntax.uid
            left_out = {*_OFFSET_TABLES, *BEHIND, ICON}
            wanted = {tag for tag in self._elements.top if tag >> 16 > META_GROUP and tag & 0xFFFF}  # but group lengths
            wrong = wrong or bool(wanted - elements.top.keys() - left_out)
            if not wrong and self._image is not None:
                wrong = not (yield from (self._frames_are_there(top) if self._decoded else self._copy_is_there(top)))
        if wrong:
            raise WriteError(f"what was written of {os.path.basename(path)} could not be read back as it was", path)

    def _frames_are_there(self, top: Attributes) -> Generator[str, None, bool]:
        """Return whether the frames that were written decode to what was decoded."""
        image = image_pixel(top)
        kind = np.dtype(f"<{'i' if image.signed else 'u'}{max(1, image.bits_allocated // 8)}")
        for number, expected in enumerate(self._sums):
            values = decode_frame(top, image, number).values.astype(kind)
            if zlib.crc32(values.tobytes()) != expected:
                return False
            yield f"read back {number + 1:,} of {len(self._sums):,}"
        return True

    def _copy_is_there(self, top: Attributes) -> Generator[str, None, bool]:
        """Return whether native pixels are those that were copied."""
        assert self._image is not None  # noqa: S101 - mypy: `read_back` asked
        length, at, found = self._image.element.length, image_pixel(top).element.offset, 0
        for begin in range(0, length, _COPIED):
            found = zlib.crc32(top.elements.source.read(at + begin, min(_COPIED, length - begin)), found)
            yield ""
        return found == self._copied
