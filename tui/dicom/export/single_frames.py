"""Frames as files of their own: Enhanced CT and MR as classic slices, multi-frame SC and ultrasound as single pictures.

What the functional groups say of a frame becomes what its file says (PS3.3 C.7.6.16 to C.7.6.2 and the modality's module);
pixels stay byte for byte what they are, compressed or not. UIDs are new, and the same in every run.
"""

import os
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

import pydicom
from pydicom.datadict import keyword_for_tag
from pydicom.dataset import Dataset

from tui.dicom.attributes import Attributes
from tui.dicom.dictionary import uid_name
from tui.dicom.elements import Elements, walk_file, walk_source
from tui.dicom.errors import PixelError, WriteError, translated
from tui.dicom.export.frame_attributes import flattened
from tui.dicom.export.headers import lines_of
from tui.dicom.export.order import About, Subject
from tui.dicom.export.outputs import Output
from tui.dicom.export.pixel_elements import write_encapsulated, write_native_head
from tui.dicom.implementation import uid_of
from tui.dicom.iod_types import types_at_top
from tui.dicom.new_object import EXPLICIT, complete, encoded_dataset, meta_of, write_head
from tui.dicom.options import Values
from tui.dicom.pixels.codecs import is_video
from tui.dicom.pixels.frames import encapsulated_bytes, native_bytes
from tui.dicom.pixels.image_pixel import ImagePixel, image_pixel
from tui.dicom.source import WrittenSource
from tui.dicom.unnamed import unnamed_memory
from tui.text import safe_text

_STORAGE: Final = "1.2.840.10008.5.1.4.1.1."
_CT, _MR, _PET, _SC, _US = (f"{_STORAGE}{end}" for end in ("2", "4", "128", "7", "6.1"))
SINGLE_CLASSES: Final = {  # SOP Class of many frames: that of a single one
    f"{_STORAGE}2.1": _CT, f"{_STORAGE}2.2": _CT, f"{_STORAGE}4.1": _MR, f"{_STORAGE}4.4": _MR, f"{_STORAGE}128.1": _PET,
    _SC: _SC, f"{_STORAGE}7.1": _SC, f"{_STORAGE}7.2": _SC, f"{_STORAGE}7.3": _SC, f"{_STORAGE}7.4": _SC,
    f"{_STORAGE}3": _US, f"{_STORAGE}3.1": _US,
}  # fmt: skip
_FRAME_DIGITS: Final = 4
_MOST_IS: Final = (1 << 31) - 1


class _Read(NamedTuple):
    elements: Elements
    dataset: Dataset


def about(subject: Subject, values: Values) -> About:
    """Return what the file of a frame holds."""
    memory = unnamed_memory()
    try:
        with open(memory, "w+b", closefd=False) as file:
            for _ in write_frame(subject, values, Output("", subject.names, "", stream=file)):
                continue
            file.flush()
            size = file.tell()
        with WrittenSource(memory, subject.files[0]) as source:
            return About(lines_of(walk_source(source)), size)
    finally:
        os.close(memory)


def _identity(path: str) -> tuple[int, int, int, int]:
    """Return what tells whether a file is still the same."""
    try:
        found = os.stat(path)
    except OSError:
        return 0, 0, 0, 0  # it lies in an archive, or is not there: reading it says so
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


@lru_cache(maxsize=1)  # the frames of a file are asked for one after the other
def _read(path: str, _identity: tuple[int, int, int, int]) -> _Read:
    with translated(PixelError, "it cannot be read", path):
        dataset = pydicom.dcmread(path, stop_before_pixels=True, force=True)
        dataset.decode()
        return _Read(walk_file(path), dataset)


def write_frame(subject: Subject, _values: Values, output: Output) -> Iterator[str]:
    """Write one frame as a file of its own."""
    path, frame = subject.files[0], subject.frame or 0
    read = _read(path, _identity(path))
    elements = read.elements
    _check(elements)
    top = Attributes.of(elements)
    with translated(PixelError, "its frames cannot be taken apart", path):
        image = image_pixel(top)
        sop_class = _single_class(top, image)
        if frame >= image.frames:
            raise PixelError(f"there is no frame {frame + 1}: it has {image.frames:,}", path)
        groups = len(read.dataset.get("PerFrameFunctionalGroupsSequence") or [])
        if groups and groups != image.frames:
            raise PixelError(f"it has functional groups for {groups:,} of its {image.frames:,} frames", path)
        dataset = _of_frame(read.dataset, frame, image.frames, sop_class, output)
        coded = image.encapsulated
        data, bit = (encapsulated_bytes(top, image, frame), 0) if coded else native_bytes(top, image, frame)
        if bit or (not coded and image.frame_bits % 8):
            raise PixelError("frames of single bits that do not begin at a byte are not taken apart", path)
        if not coded and len(data) < image.frame_bits // 8:
            raise PixelError(f"the pixel data ends before frame {frame + 1} does", path)
        head = encoded_dataset(dataset)
    with output.file(seeks=coded) as file:
        write_head(file, meta_of(dataset), image.transfer_syntax if coded else EXPLICIT)
        file.write(head)
        if coded:
            yield from write_encapsulated(file, [data], 1)
        else:
            vr = image.element.vr if image.float_bits or image.bits_allocated <= 8 else "OW"
            write_native_head(file, image.element.tag, vr, len(data) + len(data) % 2)
            file.write(data + b"\0" * (len(data) % 2))
        if output.named:
            file.flush()
            _read_back(file.fileno(), path, data, coded=coded)


def _check(elements: Elements) -> None:
    """Refuse what would lose something."""
    if elements.broken is not None:
        raise PixelError(f"a damaged file is not taken apart: {elements.broken.sentence}", elements.path)
    if elements.encoding.big_endian:
        raise PixelError("it is big endian, whose pixels would have to be turned round", elements.path)
    if is_video(elements.transfer_syntax):
        raise PixelError("it is a video: its frames are not taken apart", elements.path)


def _single_class(top: Attributes, image: ImagePixel) -> str:
    """Return the SOP Class of a single frame."""
    sop_class = top.text(0x00080016) or ""
    found = SINGLE_CLASSES.get(sop_class)
    if found is None or (found == sop_class and image.frames == 1):
        name = safe_text(uid_name(sop_class) or sop_class or "an object without a SOP Class").removesuffix(" Storage")
        why = "holds one frame already" if image.frames == 1 else "has no kind of file for one frame"
        raise PixelError(f"{name} {why}", top.elements.path)
    return found


def _of_frame(whole: Dataset, frame: int, frames: int, sop_class: str, output: Output) -> Dataset:
    """Return the dataset of one frame without its pixels."""
    dataset, lost = flattened(whole, frame, sop_class)
    for what in dict.fromkeys(lost):
        output.note(f"{what} were left out")
    source = str(whole.get("SOPInstanceUID") or "")
    if not source:
        raise PixelError("it has no SOPInstanceUID, which its frames would be traced by")
    dataset.SOPClassUID = sop_class
    dataset.SOPInstanceUID = uid_of("frame", source, str(frame))
    dataset.SeriesInstanceUID = uid_of("series of frames", str(whole.get("SeriesInstanceUID") or source))
    number = int(whole.get("InstanceNumber") or 1)
    digits = max(_FRAME_DIGITS, len(str(frames)))
    later = number * 10**digits + frame + 1
    dataset.InstanceNumber = str(later if number > 1 and later <= _MOST_IS else frame + 1)
    origin = Dataset()
    origin.ReferencedSOPClassUID, origin.ReferencedSOPInstanceUID = whole.SOPClassUID, source
    if whole.SOPClassUID != sop_class:  # else it is of a class that says of itself that it has one frame
        origin.ReferencedFrameNumber = str(frame + 1)
    dataset.ConversionSourceAttributesSequence = [origin]  # PS3.3 C.12.1.1
    complete(dataset)
    missing = [tag for tag, kind in types_at_top(sop_class).items() if kind == "1" and _is_empty(dataset, tag)]
    if missing:
        names = ", ".join(map(keyword_for_tag, sorted(missing)))
        output.note(f"the files lack {names}, which {uid_name(sop_class)} should have, and the source has not")
    return dataset


def _is_empty(dataset: Dataset, tag: int) -> bool:
    return tag not in dataset or dataset[tag].is_empty


def _read_back(fd: int, path: str, data: bytes, *, coded: bool) -> None:
    """Read back what was written.

    Raises
    ------
    WriteError
        Something else was written.
    """
    with WrittenSource(fd, path) as source, translated(WriteError, "what was written could not be read back", path):
        elements = walk_source(source)
        top = Attributes.of(elements)
        image = image_pixel(top)
        found = encapsulated_bytes(top, image, 0) if coded else native_bytes(top, image, 0)[0]
    if elements.broken is not None or found[: len(data)] != data:
        raise WriteError(f"what was written of {os.path.basename(path)} could not be read back as it was", path)
