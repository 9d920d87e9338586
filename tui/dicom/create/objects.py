"""New objects as datasets: what their modules want, what a template gives, and what somebody has said at last."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydicom.dataset import Dataset

from tui.dicom.create.kinds import BY_CLASS, Kind
from tui.dicom.create.order import CT, RATE, SPACING, numbers
from tui.dicom.create.placed import Placement
from tui.dicom.create.source import Source
from tui.dicom.create.stored import Storage
from tui.dicom.create.template import Template
from tui.dicom.errors import ExportError
from tui.dicom.implementation import new_uid
from tui.dicom.matching import number_of
from tui.dicom.new_object import as_ds
from tui.dicom.options import Values
from tui.text import safe_text

CHARACTER_SET: Final = "ISO_IR 192"
JPEG_BASELINE: Final = "1.2.840.10008.1.2.4.50"
_FRAME_TIME, _PAGE_NUMBER_VECTOR = 0x00181063, 0x00182001
_LONGEST_VECTOR: Final = 10_000  # of numbers of 5 digits, in a value of 64 KB
_UNPAIRED: Final = frozenset({  # of BodyPartExamined (PS3.16 L): they have no side
    "ABDOMEN", "BACK", "BRAIN", "CEREBELLUM", "CERVIX", "CHEST", "COCCYX", "COLON", "CORONARYARTERY", "CSPINE", "DUODENUM",
    "ESOPHAGUS", "FACE", "GALLBLADDER", "HEAD", "HEART", "ILEUM", "ILIUM", "JAW", "JEJUNUM", "LARYNX", "LIVER", "LSPINE",
    "MAXILLA", "MEDIASTINUM", "MOUTH", "NECK", "NOSE", "PANCREAS", "PELVIS", "PENIS", "PHARYNX", "PROSTATE", "RECTUM",
    "SCALP", "SKULL", "SPINE", "SPLEEN", "SSPINE", "STERNUM", "STOMACH", "THYMUS", "THYROID", "TLSPINE", "TONGUE",
    "TRACHEA", "TSPINE", "URETHRA", "UTERUS", "VAGINA", "VULVA", "WHOLEBODY",
})  # fmt: skip
_SIDES: Final = ("Laterality", "ImageLaterality", "FrameLaterality", "MeasurementLaterality")


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
        same = all(source.coded and source.coded == self.first.coded for source, _ in self.frames)
        return same and self.storage.kind.itemsize == 1


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
    said : mapping
        What will be set at last, by keyword.
    """

    def __init__(
        self, kind: Kind, values: Values, template: Template | None, placement: Placement | None, multi_frame_class: str,
        said: Mapping[str, str],
    ) -> None:  # fmt: skip
        self._said = said
        self.sop_class = multi_frame_class or kind.sop_class
        self._kind, self._values, self._template, self._placement = kind, values, template, placement
        self._is_multi_frame = bool(multi_frame_class)
        self._now = datetime.now()
        self._study, self._series, self._space = new_uid(), new_uid(), new_uid()

    def dataset(self, result: Result) -> Dataset:
        """Return the dataset of a file without its pixels."""
        dataset = self._taken_over()
        self._add(dataset, self._kind.attributes)
        day, time = f"{self._now:%Y%m%d}", f"{self._now:%H%M%S}"
        if not dataset.get("StudyInstanceUID"):
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
            self._add_side(dataset)
        return dataset

    def _taken_over(self) -> Dataset:
        """Return what the template gives."""
        if self._template is None:
            return Dataset()
        same = BY_CLASS.get(self._template.sop_class) is self._kind
        taken = self._template.taken_over(all_of_it=same or self._template.sop_class == self._kind.sop_class)
        if self._kind.in_space:  # where it lies is the template's, and so is the space that this is said in
            for keyword in ("FrameOfReferenceUID", "PositionReferenceIndicator"):
                if self._template.dataset.get(keyword):
                    setattr(taken, keyword, self._template.dataset[keyword].value)
        return taken

    def _add_side(self, dataset: Dataset) -> None:
        """Add an empty Laterality where one might be wanted (Type 2C, PS3.3 C.7.3.1): not where there is no side."""
        part = self._said.get("BodyPartExamined") or dataset.get("BodyPartExamined")
        if part in _UNPAIRED or any(self._said.get(side) or dataset.get(side) for side in _SIDES):
            return
        dataset.Laterality = None

    def _pixels(self, result: Result) -> dict[str, Any]:
        """Return what says how pixels are to be read (PS3.3 C.7.6.3, C.8.6.3, C.11.1)."""
        first, storage = result.first, result.storage
        bits = 8 * storage.kind.itemsize
        photometric = first.coded if result.stays_coded else first.photometric
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
        if self._kind.name == CT or not storage.is_identity or (self._is_multi_frame and first.samples == 1):
            found |= {"RescaleSlope": storage.slope, "RescaleIntercept": storage.intercept}
            found["RescaleType"] = self._unit()
        if not self._is_multi_frame:
            return found
        if first.samples == 1:
            found["PresentationLUTShape"] = "IDENTITY"
        return found | self._frames(len(result.frames))

    def _unit(self) -> str:
        """Return the unit of modality values: that of a template of the same kind, else unspecified."""
        if self._template is None or self._template.sop_class != self._kind.sop_class:
            return "US"
        absent = "HU" if self._kind.name == CT else "US"
        return str(self._template.dataset.get("RescaleType") or absent)

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
            f"the template is no Secondary Capture, CT or MR image but of {safe_text(template.sop_class)}: "
            "say with --sop-class what is to be made"
        )
    return found
