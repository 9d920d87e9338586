"""New objects as datasets: what their modules want, what a template gives, and what somebody has said at last."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydicom.datadict import keyword_for_tag
from pydicom.dataset import Dataset

from tui.dicom.change import Change
from tui.dicom.create.kinds import BY_CLASS, Kind
from tui.dicom.create.order import RATE, SPACING, numbers
from tui.dicom.create.placed import Placement
from tui.dicom.create.sources import Source
from tui.dicom.create.stored import Storage
from tui.dicom.create.template import Template
from tui.dicom.edit import apply
from tui.dicom.elements import walk_source
from tui.dicom.errors import DicomError, EditError, ExportError
from tui.dicom.implementation import new_uid
from tui.dicom.iod_types import types_at_top
from tui.dicom.matching import number_of
from tui.dicom.new_object import as_ds
from tui.dicom.options import Values
from tui.dicom.source import WrittenSource
from tui.dicom.unnamed import unnamed_memory
from tui.text import safe_text

CHARACTER_SET: Final = "ISO_IR 192"
JPEG_BASELINE: Final = "1.2.840.10008.1.2.4.50"
_FRAME_TIME, _PAGE_NUMBER_VECTOR = 0x00181063, 0x00182001
_LONGEST_VECTOR: Final = 10_000  # of numbers of 5 digits, in a value of 64 KB
_PIXELS: Final = frozenset({
    "SamplesPerPixel", "PhotometricInterpretation", "PlanarConfiguration", "NumberOfFrames", "Rows", "Columns",
    "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "PixelData", "FloatPixelData", "DoubleFloatPixelData",
    "FrameIncrementPointer", "LossyImageCompression", "LossyImageCompressionRatio", "LossyImageCompressionMethod",
    "EncapsulatedDocument", "EncapsulatedDocumentLength", "MIMETypeOfEncapsulatedDocument", "SOPClassUID",
    "SpecificCharacterSet",
})  # fmt: skip
_OF_ONE: Final = frozenset({"SOPInstanceUID", "InstanceNumber", "ImagePositionPatient", "SliceLocation"})
_LAST_GROUP: Final = 0x7FE0


@dataclass(frozen=True, slots=True)
class Result:
    """A file that is to be made.

    Parameters
    ----------
    frames : tuple of (Source, int)
        The frames that it holds: of which source, and which of it.
    storage : Storage
        How their values are stored.
    number : int
        Which of the files, from 0.
    """

    frames: tuple[tuple[Source, int], ...]
    storage: Storage
    number: int

    @property
    def first(self) -> Source:
        """Return the source of its first frame."""
        return self.frames[0][0]

    @property
    def stays_coded(self) -> bool:
        """Return whether its frames are JPEGs that stay as they are."""
        return all(source.stays_coded and source.photometric == self.first.photometric for source, _ in self.frames)


class Objects:
    """Makes the datasets of one order: of one study and one series.

    Parameters
    ----------
    kind : Kind
        Of what.
    values : dict
        Of the options.
    template : Template or None
        What they take over.
    placement : Placement or None
        Where slices lie.
    multi_frame_class : str
        The SOP Class of one file of all frames; "" where each has its own.
    """

    def __init__(
        self, kind: Kind, values: Values, template: Template | None, placement: Placement | None, multi_frame_class: str
    ) -> None:
        self.sop_class = multi_frame_class or kind.sop_class
        self._kind, self._values, self._template, self._placement = kind, values, template, placement
        self._is_multi_frame = bool(multi_frame_class)
        self._now = datetime.now()
        self._study, self._series, self._space = new_uid(), new_uid(), new_uid()

    def dataset(self, result: Result) -> Dataset:
        """Return the dataset of a file without its pixels."""
        dataset = self._template.taken_over(self._kind.sop_class) if self._template is not None else Dataset()
        self._add(dataset, self._kind.attributes)
        day, time = f"{self._now:%Y%m%d}", f"{self._now:%H%M%S}"
        if "StudyInstanceUID" not in dataset:
            self._add(dataset, {"StudyInstanceUID": self._study, "StudyDate": day, "StudyTime": time})
        self._add(dataset, {"SeriesNumber": "1"})
        self._set(dataset, {
            "SpecificCharacterSet": CHARACTER_SET, "SOPClassUID": self.sop_class, "SOPInstanceUID": new_uid(),
            "SeriesInstanceUID": self._series, "InstanceNumber": str(result.number + 1), "InstanceCreationDate": day,
            "InstanceCreationTime": time, "ContentDate": day, "ContentTime": time,
        })  # fmt: skip
        if self._kind.in_space:
            self._add(dataset, {"FrameOfReferenceUID": self._space})
        spacing = numbers(str(self._values[SPACING.name]))
        if self._placement is None and spacing:
            self._set(dataset, {"PixelSpacing": [as_ds(spacing[0]), as_ds(spacing[-1])]})
        if self._placement is not None:
            self._set(dataset, self._placement.attributes(result.number))
        if result.first.is_document:
            with open(result.first.path, "rb") as file:
                document = file.read()
            self._set(dataset, {
                "EncapsulatedDocument": document + b"\0" * (len(document) % 2), "EncapsulatedDocumentLength": len(document),
            })  # fmt: skip
        else:
            self._set(dataset, self._pixels(result))
        return dataset

    def _pixels(self, result: Result) -> dict[str, Any]:
        """Return what says how pixels are to be read (PS3.3 C.7.6.3, C.8.6.3, C.11.1)."""
        first, storage = result.first, result.storage
        bits = 8 * storage.kind.itemsize
        photometric = first.photometric if result.stays_coded else "RGB" if first.samples > 1 else first.photometric
        found: dict[str, Any] = {
            "SamplesPerPixel": first.samples, "PhotometricInterpretation": photometric, "Rows": first.rows,
            "Columns": first.columns, "BitsAllocated": bits, "BitsStored": bits, "HighBit": bits - 1,
            "PixelRepresentation": int(storage.kind.kind == "i"),
        }  # fmt: skip
        if first.samples > 1:
            found["PlanarConfiguration"] = 0
        lossy = [source for source, _ in result.frames if source.was_lossy]
        if lossy:
            plain = sum(source.rows * source.columns * source.samples for source in lossy)
            ratio = plain / max(1, sum(os.path.getsize(source.path) for source in lossy))
            found |= {
                "LossyImageCompression": "01", "LossyImageCompressionRatio": f"{ratio:.4g}",
                "LossyImageCompressionMethod": "ISO_10918_1",
            }  # fmt: skip
        if self._kind.name == "ct" or not storage.is_identity or (self._is_multi_frame and first.samples == 1):
            found |= {"RescaleSlope": storage.slope, "RescaleIntercept": storage.intercept}
            if "RescaleType" not in self._kind.attributes:
                found["RescaleType"] = "US"
        if not self._is_multi_frame:
            return found
        if first.samples == 1:
            found["PresentationLUTShape"] = "IDENTITY"
        return found | self._frames(len(result.frames))

    def _frames(self, count: int) -> dict[str, Any]:
        """Return what says how frames follow each other (PS3.3 C.7.6.5, C.7.6.6)."""
        if count == 1:
            return {"NumberOfFrames": "1"}
        rate = number_of(str(self._values[RATE.name]))
        if rate:
            return {
                "NumberOfFrames": str(count), "FrameIncrementPointer": _FRAME_TIME, "FrameTime": as_ds(1000 / rate),
                "RecommendedDisplayFrameRate": str(max(1, round(rate))),
            }  # fmt: skip
        if count > _LONGEST_VECTOR:
            raise ExportError(f"{count:,} pages are more than their numbers have room for: say --rate, frames a second")
        numbers = [str(number) for number in range(1, count + 1)]
        return {
            "NumberOfFrames": str(count), "FrameIncrementPointer": _PAGE_NUMBER_VECTOR,
            "PageNumberVector": numbers,
        }  # fmt: skip

    @staticmethod
    def _add(dataset: Dataset, attributes: Any) -> None:  # noqa: ANN401 - a mapping of what DICOM values are
        for keyword, value in attributes.items():
            if not dataset.get(keyword):
                setattr(dataset, keyword, value)

    @staticmethod
    def _set(dataset: Dataset, attributes: Any) -> None:  # noqa: ANN401 - as above
        for keyword, value in attributes.items():
            setattr(dataset, keyword, value)


def kind_of(name: str, template: Template | None, known: dict[str, Kind]) -> Kind:
    """Return the kind that is asked for, or that a template is of, else Secondary Capture.

    Raises
    ------
    ExportError
        A template is of a kind that is not made here, and nobody said of which kind the new files are.
    """
    if name or template is None:
        return known[name or next(iter(known))]
    found = BY_CLASS.get(template.sop_class)
    if found is None:
        raise ExportError(
            f"the template is no Secondary Capture, CT or MR image but of {safe_text(template.sop_class) or 'no class'}: "
            "say with --sop-class what is to be made"
        )
    return found


def check_changes(changes: Sequence[Change], sop_class: str, files: int) -> None:
    """Refuse to set what follows from the pixels, and what would be the same in several files.

    Raises
    ------
    EditError
        One of them would be.
    """
    types = types_at_top(sop_class)
    for change in changes:
        tag = change.path[0].masked
        keyword = keyword_for_tag(tag)
        if tag >> 16 >= _LAST_GROUP or (len(change.path) == 1 and keyword in _PIXELS):
            raise EditError(f"{change.words}: it follows from what the file is made of")
        if len(change.path) == 1 and files > 1 and keyword in _OF_ONE:
            raise EditError(f"{change.words}: it would be the same in {files:,} files")
        if len(change.path) == 1 and not change.text and types.get(tag) == "1":
            raise EditError(f"{change.words}: it must have a value in such a file (Type 1)")


def changed(head: bytes, changes: Sequence[Change], name: str) -> bytes:
    """Return a DICOM file's bytes with some attributes set.

    Raises
    ------
    EditError
        A value does not fit its VR or VM, or the attribute is not known.
    """
    if not changes:
        return head
    memory = unnamed_memory()
    try:
        with open(memory, "wb", closefd=False) as file:
            file.write(head)
        elements = walk_source(WrittenSource(memory, name))
        for change in changes:
            try:
                elements = apply(elements, change)
            except DicomError as error:
                raise EditError(f"{change.words}: {error}") from error
        with elements.source as source:
            return source.read(0, source.size)
    finally:
        os.close(memory)
