"""Real World Value Mapping (PS3.3 C.7.6.16.2.11)."""

from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from tests.files import write
from tui.dicom.elements import walk_file
from tui.dicom.pixels.load import load_picture
from tui.dicom.pixels.probe import said_at

STORED = np.arange(64 * 64, dtype="<u2")


def mapping(**attributes: Any) -> Dataset:  # noqa: ANN401 - DICOM values are of many types
    item, unit = Dataset(), Dataset()
    unit.CodeValue, unit.CodingSchemeDesignator, unit.CodeMeaning = "mm2/s", "UCUM", "mm2/s"
    item.MeasurementUnitsCodeSequence = Sequence([unit])
    item.LUTLabel = "ADC"
    for keyword, value in attributes.items():
        setattr(item, keyword, value)
    for keyword in ("RealWorldValueFirstValueMapped", "RealWorldValueLastValueMapped"):
        if keyword in item:
            item[keyword].VR = "US"
    return item


def said(path: Path, column: int, **attributes: Any) -> str:  # noqa: ANN401 - as above
    written = write(path, PixelData=STORED.tobytes(), RescaleSlope=None, RescaleIntercept=None, **attributes)
    return said_at(load_picture(walk_file(written), 0), column, 0)


def line(first: int = 10, last: int = 20) -> Dataset:
    return mapping(
        RealWorldValueFirstValueMapped=first, RealWorldValueLastValueMapped=last, RealWorldValueSlope=0.25,
        RealWorldValueIntercept=1.0,
    )  # fmt: skip


def test_a_line(tmp_path: Path) -> None:
    item = Sequence([line()])
    assert said(tmp_path / "a", 20, RealWorldValueMappingSequence=item) == "(20, 0)  20  ADC 6 mm2/s"
    assert said(tmp_path / "b", 21, RealWorldValueMappingSequence=item) == "(21, 0)  21"


def test_a_table(tmp_path: Path) -> None:
    item = mapping(DoubleFloatRealWorldValueFirstValueMapped=5.0, DoubleFloatRealWorldValueLastValueMapped=7.0)
    item.RealWorldValueLUTData = [1.5, 2.5, 4.5]
    assert said(tmp_path / "a", 7, RealWorldValueMappingSequence=Sequence([item])) == "(7, 0)  7  ADC 4.5 mm2/s"


def test_the_frames_own_mapping_goes_first(tmp_path: Path) -> None:
    own, shared = Dataset(), Dataset()
    own.RealWorldValueMappingSequence = Sequence([line(0, 5)])
    shared.RealWorldValueMappingSequence = Sequence([line(100, 200)])
    groups = {"PerFrameFunctionalGroupsSequence": Sequence([own]), "SharedFunctionalGroupsSequence": Sequence([shared])}
    words = said(tmp_path / "a", 4, **groups)
    assert words.endswith("ADC 2 mm2/s")


def test_what_is_not_whole_maps_nothing(tmp_path: Path) -> None:
    item = mapping(RealWorldValueFirstValueMapped=1)
    assert said(tmp_path / "a", 4, RealWorldValueMappingSequence=Sequence([item])) == "(4, 0)  4"
