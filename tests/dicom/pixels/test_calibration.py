"""What a pixel is in millimetres (PS3.3 10.7.1, C.8.5.5.1), and when it is none."""

from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from tests.files import write
from tui.dicom.attributes import Attributes
from tui.dicom.elements import walk_file
from tui.dicom.pixels.calibration import Calibration, Spacing, calibration_of
from tui.dicom.pixels.functional_groups import FrameGroups

DX = "1.2.840.10008.5.1.4.1.1.1.1"
ULTRASOUND = "1.2.840.10008.5.1.4.1.1.6.1"


def calibration(path: Path, **attributes: Any) -> Calibration:  # noqa: ANN401 - DICOM values are of many types
    return calibration_of(FrameGroups.of(Attributes.of(walk_file(write(path, **attributes))), 0))


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"PixelSpacing": ["2", "1"]}, Spacing(2, 1)),
        ({"PixelSpacing": ["2", "1"], "SOPClassUID": DX}, Spacing(2, 1, "not known whether calibrated")),
        ({"PixelSpacing": ["2", "1"], "ImagerPixelSpacing": ["2", "1"]}, Spacing(2, 1, "at the detector")),
        ({"PixelSpacing": ["2", "1"], "ImagerPixelSpacing": ["3", "1.5"]}, Spacing(2, 1, "calibrated")),
        (
            {"PixelSpacing": ["2", "1"], "ImagerPixelSpacing": ["2", "1"], "PixelSpacingCalibrationType": "FIDUCIAL"},
            Spacing(2, 1, "calibrated: fiducial"),
        ),
        ({"ImagerPixelSpacing": ["3", "1.5"], "SOPClassUID": DX}, Spacing(3, 1.5, "at the detector")),
        ({"NominalScannedPixelSpacing": ["0.5", "0.25"]}, Spacing(0.5, 0.25, "on the scanned film")),
        ({"PixelSpacing": ["0", "1"]}, None),
        ({"PixelAspectRatio": ["2", "1"]}, None),
        ({}, None),
        ({"PixelSpacing": ["2", "1"], "SOPClassUID": ULTRASOUND}, None),
    ],
)
def test_the_spacing_of_a_frame(tmp_path: Path, attributes: dict[str, Any], expected: Spacing | None) -> None:
    assert calibration(tmp_path / "a", **attributes).spacing([(0, 0), (9, 9)]) == expected


def test_the_spacing_of_an_enhanced_frame(tmp_path: Path) -> None:
    measures, group = Dataset(), Dataset()
    measures.PixelSpacing = ["0.5", "0.25"]
    group.PixelMeasuresSequence = Sequence([measures])
    found = calibration(tmp_path / "a", SharedFunctionalGroupsSequence=Sequence([group]))
    assert found.spacing([(0, 0)]) == Spacing(0.5, 0.25)


def region(left: int, right: int, **others: Any) -> Dataset:  # noqa: ANN401 - as above
    item = Dataset()
    values = {
        "RegionSpatialFormat": 1, "RegionLocationMinX0": left, "RegionLocationMinY0": 0, "RegionLocationMaxX1": right,
        "RegionLocationMaxY1": 63, "PhysicalUnitsXDirection": 3, "PhysicalUnitsYDirection": 3, "PhysicalDeltaX": 0.02,
        "PhysicalDeltaY": 0.05,
    }  # fmt: skip
    for keyword, value in (values | others).items():
        setattr(item, keyword, value)
    return item


def test_regions_of_ultrasound(tmp_path: Path) -> None:
    regions = Sequence([region(0, 30), region(31, 63, PhysicalDeltaX=0.04)])
    found = calibration(tmp_path / "a", SOPClassUID=ULTRASOUND, SequenceOfUltrasoundRegions=regions)
    assert found.spacing([(0, 0), (30, 63)]) == Spacing(0.5, 0.2)
    assert found.spacing([(31, 0), (63, 63)]) == Spacing(0.5, 0.4)
    assert found.spacing([(30, 0), (31, 0)]) is None


@pytest.mark.parametrize(
    "others",
    [
        {"RegionSpatialFormat": 2},  # M-mode: across is time
        {"PhysicalUnitsXDirection": 4},  # seconds
        {"PhysicalUnitsYDirection": 7},  # cm/s
        {"PhysicalDeltaX": 0.0},
    ],
)
def test_regions_that_are_no_distances(tmp_path: Path, others: dict[str, Any]) -> None:
    regions = Sequence([region(0, 63, **others)])
    found = calibration(tmp_path / "a", SOPClassUID=ULTRASOUND, SequenceOfUltrasoundRegions=regions)
    assert found.spacing([(0, 0), (1, 1)]) is None


def test_regions_that_overlap_say_nothing_unless_one_rules(tmp_path: Path) -> None:
    spectrum = region(20, 40, RegionSpatialFormat=3)
    found = calibration(
        tmp_path / "a", SOPClassUID=ULTRASOUND, SequenceOfUltrasoundRegions=Sequence([region(0, 63), spectrum])
    )
    assert found.spacing([(25, 1), (30, 1)]) is None
    assert found.spacing([(1, 1), (10, 1)]) == Spacing(0.5, 0.2)
    inset = region(20, 40, PhysicalDeltaX=0.08, RegionFlags=0)
    below = region(0, 63, RegionFlags=1)
    found = calibration(tmp_path / "b", SOPClassUID=ULTRASOUND, SequenceOfUltrasoundRegions=Sequence([below, inset]))
    assert found.spacing([(25, 1), (30, 1)]) == Spacing(0.5, 0.8)
    assert found.spacing([(1, 1), (10, 1)]) == Spacing(0.5, 0.2)
