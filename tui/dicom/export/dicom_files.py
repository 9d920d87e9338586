"""DICOM files in another transfer syntax (PS3.5 10, Annex A): the same values, the same UIDs, and other bytes.

Frames are written one after the other, and read back before the file gets its name.
"""

import os
import zlib
from collections.abc import Iterator
from typing import IO, Any, Final

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset

from tui.dicom.archives import is_packed
from tui.dicom.attributes import Attributes
from tui.dicom.dictionary import uid_name
from tui.dicom.element import DOUBLE_FLOAT_PIXEL_DATA, FLOAT_PIXEL_DATA, META_GROUP, PIXEL_DATA, UNDEFINED
from tui.dicom.elements import Elements, walk_file, walk_source
from tui.dicom.errors import PixelError, WriteError, translated
from tui.dicom.export.dicom_options import BY_NAME, SYNTAX, Syntax
from tui.dicom.export.encoders import ENCODERS
from tui.dicom.export.headers import lines_of
from tui.dicom.export.order import About, Subject
from tui.dicom.export.outputs import Output
from tui.dicom.export.pixel_elements import write_encapsulated, write_native_head
from tui.dicom.new_object import encoded_dataset, write_head
from tui.dicom.options import Values
from tui.dicom.pixels.codecs import LOSSY, has_fast_codecs, is_video
from tui.dicom.pixels.decode import decode_frame
from tui.dicom.pixels.image_pixel import ImagePixel, image_pixel
from tui.dicom.source import INFLATED_LIMIT, WrittenSource

_BIG_ENDIAN: Final = "1.2.840.10008.1.2.2"
_BEHIND: Final = frozenset({0xFFFAFFFA, 0xFFFCFFFC})  # signatures, of the bytes that were; padding
_SIGNATURES: Final = 0xFFFAFFFA
_COPIED: Final = 1 << 20
_COLORS: Final = 3
_SUBSAMPLED: Final = "_422"
_PIXELS: Final = (PIXEL_DATA, FLOAT_PIXEL_DATA, DOUBLE_FLOAT_PIXEL_DATA)
_OFFSET_TABLES: Final = (0x7FE00001, 0x7FE00002)
_OVERLAYS: Final = 0x60  # groups 6000 to 60FF
_BIT_POSITION: Final = 0x0102
_ICON: Final = 0x00880200


def write_dicom(subject: Subject, values: Values, output: Output) -> Iterator[str]:
    """Write a file in another transfer syntax; what was lossy stays known as lossy, and the colour space what it is."""
    path, syntax = subject.files[0], BY_NAME[str(values[SYNTAX.name])]
    elements = walk_file(path)
    _check(elements, syntax)
    top = Attributes.of(elements)
    image = image_pixel(top) if any(tag in top for tag in _PIXELS) else None
    if image is not None:
        _check_pixels(elements, top, image, syntax)
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
    _check(elements, syntax)
    top = Attributes.of(elements)
    size = elements.source.size
    if any(tag in top for tag in _PIXELS):
        image = image_pixel(top)
        _check_pixels(elements, top, image, syntax)
        held = sum(element.length for element in elements.elements if element.depth == 0 and element.length != UNDEFINED)
        size = image.frames * image.frame_bits // 8 + min(held, size) if image.encapsulated else size
    first = f"from {uid_name(elements.transfer_syntax) or 'no transfer syntax'} to {uid_name(syntax.uid)}"
    return About([first, *lines_of(elements)], size, bool(syntax.encoder) or syntax.name == "deflated")


def _check(elements: Elements, syntax: Syntax) -> None:
    """Refuse what would lose something."""
    path = elements.path
    if syntax.fast and not has_fast_codecs():
        raise PixelError(f"writing {syntax.name} needs imagecodecs: pip install 'dicom-tui[fast]'", path)
    if elements.broken is not None:
        raise PixelError(f"a damaged file is not written anew: {elements.broken.sentence}", path)
    if elements.transfer_syntax == _BIG_ENDIAN:
        raise PixelError("it is big endian, whose words of unknown size cannot be turned round safely", path)
    if is_video(elements.transfer_syntax):
        raise PixelError("it is a video: its frames are not taken apart", path)
    if not os.path.isfile(path) or is_packed(path):
        raise PixelError("it is packed, or lies in an archive: unpack it first", path)
    behind = [tag for tag in elements.top if tag > PIXEL_DATA and tag not in _BEHIND]
    if behind:
        raise PixelError(f"there are elements behind the pixel data, ({behind[0] >> 16:04X},{behind[0] & 0xFFFF:04X})", path)


def _check_pixels(elements: Elements, top: Attributes, image: ImagePixel, syntax: Syntax) -> None:
    """Refuse what would lose something of the pixels."""
    path = elements.path
    if syntax.encoder and (image.bits_allocated not in (8, 16) or image.float_bits):
        raise PixelError(f"pixels of {image.bits_allocated} bits are not compressed here: write it as explicit", path)
    if image.encapsulated and image.bits_allocated == 1:
        raise PixelError("pixels of single bits are not taken out of their compression here", path)
    overlays = [tag for tag in elements.top if tag >> 24 == _OVERLAYS and tag & 0xFFFF == _BIT_POSITION]
    if syntax.encoder and any(top.integer(tag) for tag in overlays):
        raise PixelError("an overlay lies in unused bits of its pixels, which compressing would lose", path)
    icons = elements.top.get(_ICON)
    inside = range(icons, elements.after(icons)) if icons is not None else range(0)
    for index, element in enumerate(elements.elements):
        if element.tag == PIXEL_DATA and element.depth and element.length == UNDEFINED and index not in inside:
            raise PixelError("a picture within one of its sequences is compressed, which is not taken apart here", path)


class _Writer:
    """Writes one file; knows the sums of its frames."""

    def __init__(
        self, elements: Elements, top: Attributes, image: ImagePixel | None, syntax: Syntax, output: Output
    ) -> None:
        self._elements, self._top, self._image, self._syntax, self._output = elements, top, image, syntax, output
        self._sums: list[int] = []
        self._packed: _Deflated | None = None
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
            packed = self._packed = _Deflated(file)
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

    def _dataset(self, file: "IO[bytes] | _Deflated", dataset: Dataset, first: NDArray[Any] | None) -> Iterator[str]:
        implicit = self._syntax.name == "implicit"
        file.write(encoded_dataset(dataset, implicit=implicit))
        image = self._image
        if image is None:
            return
        if self._syntax.encoder:
            assert not isinstance(file, _Deflated)  # noqa: S101 - mypy: only native pixels are deflated
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
        self, file: "IO[bytes] | _Deflated", image: ImagePixel, implicit: bool, first: NDArray[Any] | None
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
                file.write(self._elements.source.read(element.offset + at, min(_COPIED, length - at)))
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
        elements = walk_source(WrittenSource(fd, path))
        top = Attributes.of(elements)
        wrong = elements.broken is not None or elements.transfer_syntax != self._syntax.uid
        left_out = {*_OFFSET_TABLES, *_BEHIND, _ICON}
        wanted = {tag for tag in self._elements.top if tag >> 16 > META_GROUP and tag & 0xFFFF}  # but group lengths
        wrong = wrong or bool(wanted - elements.top.keys() - left_out)
        if not wrong and self._decoded:
            image = image_pixel(top)
            kind = np.dtype(f"<{'i' if image.signed else 'u'}{max(1, image.bits_allocated // 8)}")
            for number, expected in enumerate(self._sums):
                values = decode_frame(top, image, number).values.astype(kind)
                if zlib.crc32(values.tobytes()) != expected:
                    wrong = True
                    break
                yield f"read back {number + 1:,} of {len(self._sums):,}"
        if wrong:
            raise WriteError(f"what was written of {os.path.basename(path)} could not be read back as it was", path)


class _Deflated:
    """A file that is written to as it is deflated (PS3.5 A.5).

    Attributes
    ----------
    plain_size : int
        How many bytes were packed.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
        self._begin = file.tell() if file.seekable() else 0
        self._size = 0
        self.plain_size = self._sum = 0

    def write(self, data: bytes) -> None:
        self.plain_size += len(data)
        self._sum = zlib.crc32(data, self._sum)
        self._put(self._packer.compress(data))

    def end(self) -> None:
        self._put(self._packer.flush())
        self._put(b"\0" * (self._size % 2))

    def _put(self, packed: bytes) -> None:
        self._size += len(packed)
        self._file.write(packed)

    def read_back(self, fd: int, path: str) -> Iterator[str]:
        """Unpack what was written, piece by piece, and compare it with what was packed.

        Raises
        ------
        WriteError
            It is something else.
        """
        unpacker, found, size, at = zlib.decompressobj(-zlib.MAX_WBITS), 0, 0, self._begin
        with translated(WriteError, f"what was written of {os.path.basename(path)} could not be read back", path):
            while not unpacker.eof and (data := os.pread(fd, _COPIED, at)):
                at += len(data)
                while data and not unpacker.eof:
                    plain = unpacker.decompress(data, _COPIED)
                    data = unpacker.unconsumed_tail
                    found, size = zlib.crc32(plain, found), size + len(plain)
                yield f"read back {size >> 20:,} of {self.plain_size >> 20:,} MB"
        if (found, size) != (self._sum, self.plain_size):
            raise WriteError(f"what was written of {os.path.basename(path)} could not be read back as it was", path)
