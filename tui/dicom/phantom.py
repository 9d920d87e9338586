"""A CT-like phantom series, which ``dicom-tui demo`` shows: known HU inserts, noise, right geometry."""

import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.dicom.errors import WriteError
from tui.dicom.implementation import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME
from tui.dicom.job import Job, Step
from tui.dicom.leftovers import remove_leftovers
from tui.dicom.save import new_file, private_folder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from pydicom.dataset import Dataset

SLICES = 60
SIZE = 512
SPACING_MM = 0.7
THICKNESS_MM = 2.5
NOISE_HU = 12.0
INTERCEPT_HU = -1024
AIR_HU = -1000
BODY_HU = 0
_CT_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.2"


@dataclass(frozen=True, slots=True)
class Insert:
    """A rod through the phantom: where it stands (mm from the middle, right and down), how wide, and what it is."""

    name: str
    hu: int
    right_mm: float
    down_mm: float
    radius_mm: float


INSERTS = (
    Insert("air", -1000, 0, -90, 14),
    Insert("lung", -800, 64, -64, 14),
    Insert("fat", -100, 90, 0, 14),
    Insert("muscle", 50, 64, 64, 14),
    Insert("liver", 65, 0, 90, 14),
    Insert("blood", 45, -64, 64, 14),
    Insert("trabecular bone", 300, -90, 0, 14),
    Insert("cortical bone", 1000, -64, -64, 14),
    Insert("low contrast", 8, 0, 0, 30),
)
_SHELL_HU, _SHELL_MM = 120, 6.0
_BODY_MM = (168.0, 140.0)


def file_name(number: int) -> str:
    """Return the name of slice `number`, from 1."""
    return f"IM{number:04d}.dcm"


def _uid(*parts: object) -> str:
    """Return the same UID for the same parts, in the UUID-derived root (PS3.5 B.2)."""
    digest = hashlib.sha256("/".join(map(str, ("dicom-tui phantom", *parts))).encode()).digest()
    return f"2.25.{int.from_bytes(digest[:16], 'big') >> 1}"


def slice_hu(number: int) -> "NDArray[np.float32]":
    """Return slice `number` (from 1) without noise, in HU, shape (512, 512).

    The inserts are rods that reach through all slices; a bead of 1,500 HU moves around the middle, once through the
    series, and a ramp of slits near the front narrows, so that every slice can be told from its neighbour.
    """
    import numpy as np

    axis = (np.arange(SIZE, dtype=np.float32) - (SIZE - 1) / 2) * SPACING_MM
    right, down = axis[None, :], axis[:, None]
    body = (right / _BODY_MM[0]) ** 2 + (down / _BODY_MM[1]) ** 2
    inner = (right / (_BODY_MM[0] - _SHELL_MM)) ** 2 + (down / (_BODY_MM[1] - _SHELL_MM)) ** 2
    image = np.where(body <= 1, np.float32(_SHELL_HU), np.float32(AIR_HU))
    image = np.where(inner <= 1, np.float32(BODY_HU), image)
    for insert in INSERTS:
        disc = (right - insert.right_mm) ** 2 + (down - insert.down_mm) ** 2 <= insert.radius_mm**2
        image = np.where(disc, np.float32(insert.hu), image)
    angle = 2 * np.pi * (number - 1) / SLICES
    bead = (right - 45 * np.sin(angle)) ** 2 + (down + 45 * np.cos(angle)) ** 2 <= 4.0**2
    image = np.where(bead, np.float32(1500), image)
    pitch_mm = 2.0 + 6.0 * (SLICES - number) / SLICES
    slits = (np.abs(down - 45) < 7) & (np.abs(right) < 20) & ((right + 20) % pitch_mm < pitch_mm / 2)
    return np.where(slits, np.float32(250), image).astype(np.float32)


def slice_dataset(number: int) -> "Dataset":
    """Return slice `number` (from 1) as a CT Image with file meta (PS3.3 A.3)."""
    import numpy as np
    from pydicom.dataset import FileDataset, FileMetaDataset
    from pydicom.uid import UID

    noise = np.random.default_rng(number).normal(0.0, NOISE_HU, (SIZE, SIZE))
    stored = np.clip(np.rint(slice_hu(number) + noise) - INTERCEPT_HU, 0, 4095).astype("<u2")
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(_CT_IMAGE_STORAGE)
    meta.MediaStorageSOPInstanceUID = UID(_uid("slice", number))
    meta.TransferSyntaxUID = UID("1.2.840.10008.1.2.1")
    meta.ImplementationClassUID = UID(IMPLEMENTATION_CLASS_UID)
    meta.ImplementationVersionName = IMPLEMENTATION_VERSION_NAME
    dataset = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    for keyword, value in _attributes(number).items():
        setattr(dataset, keyword, value)
    dataset.PixelData = stored.tobytes()
    dataset["PixelData"].VR = "OW"
    return dataset


def _attributes(number: int) -> dict[str, Any]:
    corner_mm = -(SIZE - 1) / 2 * SPACING_MM
    place_mm = (number - 1) * THICKNESS_MM - (SLICES - 1) / 2 * THICKNESS_MM
    return {
        "SpecificCharacterSet": "ISO_IR 100",
        "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"],
        "SOPClassUID": _CT_IMAGE_STORAGE,
        "SOPInstanceUID": _uid("slice", number),
        "StudyDate": "20260101",
        "SeriesDate": "20260101",
        "ContentDate": "20260101",
        "StudyTime": "120000",
        "ContentTime": f"12{number // 60:02d}{number % 60:02d}",
        "AccessionNumber": "",
        "Modality": "CT",
        "Manufacturer": "dicom-tui",
        "InstitutionName": "dicom-tui demo",
        "ReferringPhysicianName": "",
        "StudyDescription": "Phantom with known HU",
        "SeriesDescription": "Phantom 2.5 mm",
        "ManufacturerModelName": "computed, not measured",
        "PatientName": "PHANTOM^CT",
        "PatientID": "DEMO-1",
        "PatientBirthDate": "",
        "PatientSex": "O",
        "SliceThickness": f"{THICKNESS_MM:g}",
        "KVP": "120",
        "SpacingBetweenSlices": f"{THICKNESS_MM:g}",
        "DataCollectionDiameter": "500",
        "ReconstructionDiameter": f"{SIZE * SPACING_MM:g}",
        "ConvolutionKernel": "NONE",
        "PatientPosition": "HFS",
        "StudyInstanceUID": _uid("study"),
        "SeriesInstanceUID": _uid("series"),
        "StudyID": "1",
        "SeriesNumber": "1",
        "AcquisitionNumber": "1",
        "InstanceNumber": str(number),
        "ImagePositionPatient": [f"{corner_mm:g}", f"{corner_mm:g}", f"{place_mm:g}"],
        "ImageOrientationPatient": ["1", "0", "0", "0", "1", "0"],
        "FrameOfReferenceUID": _uid("frame of reference"),
        "PositionReferenceIndicator": "",
        "SliceLocation": f"{place_mm:g}",
        "ImageComments": "Rods: " + ", ".join(f"{insert.name} {insert.hu} HU" for insert in INSERTS),
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "Rows": SIZE,
        "Columns": SIZE,
        "PixelSpacing": [f"{SPACING_MM:g}", f"{SPACING_MM:g}"],
        "BitsAllocated": 16,
        "BitsStored": 12,
        "HighBit": 11,
        "PixelRepresentation": 0,
        "WindowCenter": ["40", "-600"],
        "WindowWidth": ["400", "1500"],
        "WindowCenterWidthExplanation": ["SOFT TISSUE", "LUNG"],
        "RescaleIntercept": str(INTERCEPT_HU),
        "RescaleSlope": "1",
        "RescaleType": "HU",
    }


def is_complete(folder: str) -> bool:
    """Return whether every slice is in `folder`."""
    return all(os.path.isfile(os.path.join(folder, file_name(number))) for number in range(1, SLICES + 1))


def write_series(folder: str) -> Job:
    """Write the slices that `folder` lacks; it is made if it is missing.

    Yields
    ------
    Step
        One a slice.

    Raises
    ------
    WriteError
        The folder cannot be made, the disk is full, ...
    """
    private_folder(folder)
    remove_leftovers(folder)
    for number in range(1, SLICES + 1):
        path = os.path.join(folder, file_name(number))
        try:
            if not os.path.isfile(path):
                with new_file(path) as file:
                    slice_dataset(number).save_as(file, enforce_file_format=True)
        except WriteError:
            if not os.path.isfile(path):  # else another run wrote it meanwhile
                raise
        yield Step(number, SLICES, file_name(number))
