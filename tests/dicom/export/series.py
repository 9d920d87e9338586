"""A small series for tests of exports: CT, signed, rescaled, oblique, with pixels that are not square, in disorder."""

import math
import random
from pathlib import Path
from typing import Any, Final

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import UID

from tests.files import write
from tui.dicom.export.order import Order
from tui.dicom.export.results import Summary
from tui.dicom.export.run import export

ROWS: Final = 20
COLUMNS: Final = 28
SLICES: Final = 5
SPACING: Final = (0.8, 0.5)  # between rows, between columns
STEP: Final = 2.5
_ANGLE: Final = 0.3


def directions() -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return where columns, rows and slices go on to: of length 1."""
    right = np.array([math.cos(_ANGLE), math.sin(_ANGLE), 0.0])
    down = np.array([0.0, 0.0, -1.0])
    return right, down, np.cross(right, down)


def write_series(
    folder: Path, *, tilt: float = 0.0, left_out: int = -1, root: str = "1.2.3.4",
    **attributes: Any,  # noqa: ANN401 - DICOM values are of many types
) -> list[Dataset]:  # fmt: skip
    """Write the series; return its datasets in the order of their slices, as pydicom reads them.

    UIDs begin with `root`; `tilt` moves each slice in mm along its columns; slice `left_out` is not written.
    """
    right, down, normal = directions()
    rng = np.random.default_rng(3)
    names = random.Random(5).sample(range(100), SLICES)
    found = list[Dataset]()
    for number in range(SLICES):
        if number == left_out:
            continue
        origin = np.array([-10.0, 20.0, 30.0]) + number * STEP * normal + number * tilt * right
        values = rng.integers(-1500, 1500, (ROWS, COLUMNS)).astype("<i2")
        own = {
            "PixelRepresentation": 1, "BitsStored": 12, "HighBit": 11, "Rows": ROWS, "Columns": COLUMNS,
            "PixelData": values.tobytes(), "RescaleSlope": "2", "RescaleIntercept": "-24", "InstanceNumber": str(number + 1),
            "SOPInstanceUID": f"{root}.{number}", "SeriesNumber": "3", "PixelSpacing": list(SPACING), "SliceThickness": "2",
            "ImagePositionPatient": [f"{part:.6f}" for part in origin],
            "ImageOrientationPatient": [f"{part:.8f}" for part in (*right, *down)], "SeriesDescription": "=1+1",
            "StudyInstanceUID": "1.2.3.0", "SeriesInstanceUID": root,
        }  # fmt: skip
        path = write(folder / f"DOE_JANE_{names[number]:02d}.dcm", **(own | attributes))
        found.append(pydicom.dcmread(path))
    return found


def write_enhanced(path: Path, series: list[Dataset], **attributes: Any) -> Dataset:  # noqa: ANN401 - as above
    """Write the slices of a series as one Enhanced CT (PS3.3 A.38), and return its dataset."""
    whole = pydicom.dcmread(str(series[0].filename))
    for keyword in (
        "ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "SliceThickness", "RescaleSlope",
        "RescaleIntercept", "WindowCenter", "WindowWidth",
    ):  # fmt: skip
        delattr(whole, keyword)
    shared, own = Dataset(), []
    shared.PixelMeasuresSequence = [_item(series[0], "PixelSpacing", "SliceThickness")]
    shared.PlaneOrientationSequence = [_item(series[0], "ImageOrientationPatient")]
    shared.PixelValueTransformationSequence = [_item(series[0], "RescaleSlope", "RescaleIntercept", RescaleType="HU")]
    shared.FrameVOILUTSequence = [_item(series[0], "WindowCenter", "WindowWidth")]
    shared.CTExposureSequence = [_item(series[0], ExposureTimeInms=512.5, XRayTubeCurrentInmA=120.4)]
    for number, each in enumerate(series, 1):
        frame = Dataset()
        frame.PlanePositionSequence = [_item(each, "ImagePositionPatient")]
        frame.FrameContentSequence = [
            _item(each, FrameAcquisitionNumber=7, FrameAcquisitionDateTime=f"2026010112000{number}.5", StackID="1")
        ]
        frame.CTImageFrameTypeSequence = [_item(each, FrameType=["ORIGINAL", "PRIMARY", "VOLUME", "NONE"])]
        own.append(frame)
    whole.SharedFunctionalGroupsSequence, whole.PerFrameFunctionalGroupsSequence = [shared], own
    whole.NumberOfFrames, whole.SOPInstanceUID, whole.SOPClassUID = (
        len(series),
        "1.2.3.77",
        UID("1.2.840.10008.5.1.4.1.1.2.1"),
    )
    whole.InstanceNumber, whole.ImageType = "1", ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"]
    whole.file_meta.MediaStorageSOPClassUID, whole.file_meta.MediaStorageSOPInstanceUID = whole.SOPClassUID, UID("1.2.3.77")
    whole.PixelData = b"".join(each.PixelData for each in series)
    for keyword, value in attributes.items():
        setattr(whole, keyword, value)
    path.parent.mkdir(parents=True, exist_ok=True)
    whole.save_as(path)
    return whole


def _item(of: Dataset, *keywords: str, **values: Any) -> Dataset:  # noqa: ANN401 - as above
    item = Dataset()
    for keyword in keywords:
        setattr(item, keyword, of[keyword].value)
    for keyword, value in values.items():
        setattr(item, keyword, value)
    return item


def exported(paths: Any, output: Any, form: str, **values: Any) -> Summary:  # noqa: ANN401 - a path or several
    """Export, and return what came of it; underscores of names of options are hyphens."""
    paths = paths if isinstance(paths, list | tuple) else [paths]
    options = {name.replace("_", "-"): value for name, value in values.items()}
    *_, summary = export(Order(tuple(map(str, paths)), str(output), form, options))
    assert isinstance(summary, Summary)
    return summary
