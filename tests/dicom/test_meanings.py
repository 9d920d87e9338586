from pathlib import Path

import pytest
from pydicom import Dataset
from pydicom.sequence import Sequence

from tests.files import bundled, explicit, part_10, write
from tui.dicom.elements import walk_file
from tui.dicom.meanings import Meanings
from tui.dicom.tags import load_rows
from tui.dicom.temporal import date_of, datetime_of, time_of, zone_of


def meanings(path: str) -> dict[str, str]:
    rows = load_rows(walk_file(path))
    means = Meanings(rows)
    return {rows.row(index).name: means.of(index) for index in range(len(rows))}


def test_values_in_words(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.dcm", StudyDate="20040119", StudyTime="0727", SeriesTime="072731.5", PatientAge="018M",
        AcquisitionDateTime="20040119120000+0100", TimezoneOffsetFromUTC="-0530", PatientSex="F", PatientPosition="HFS",
        PatientName="Yamada^Tarou=山田^太郎=やまだ^たろう", SliceThickness="2.5", PatientID="1",
        SpecificCharacterSet="ISO_IR 192", ScanningSequence=["SE", "IR"], StudyDescription="x", ContentDate="2004",
    )  # fmt: skip
    found = meanings(path)
    assert found["StudyDate"] == "Mon 2004-01-19"
    assert found["ContentDate"] == ""
    assert found["StudyTime"] == "07:27 -05:30"
    assert found["SeriesTime"] == "07:27:31.5 -05:30"
    assert found["AcquisitionDateTime"] == "Mon 2004-01-19 12:00:00 +01:00"
    assert found["PatientAge"] == "18 months"
    assert found["PatientSex"] == "female"
    assert found["Modality"] == "computed tomography"
    assert found["PatientPosition"] == "head first, supine"
    assert found["ScanningSequence"] == "spin echo, inversion recovery"
    assert found["PatientName"] == (
        "alphabetic: family Yamada, given Tarou; ideographic: family 山田, given 太郎; phonetic: family やまだ, given たろう"
    )
    assert found["SliceThickness"] == "mm"
    assert found["StudyDescription"] == found["PatientID"] == found["PixelData"] == ""


def test_codes_stand_beside_their_sequence(tmp_path: Path) -> None:
    def code(value: str, meaning: str) -> Dataset:
        item = Dataset()
        item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "SCT", meaning
        return item

    codes = [code(str(number), f"thing {number}") for number in range(5)]
    path = write(tmp_path / "a.dcm", ProcedureCodeSequence=Sequence(codes[:1]), AnatomicRegionSequence=Sequence(codes))
    found = meanings(path)
    assert found["ProcedureCodeSequence"] == "thing 0 (SCT 0)"
    assert found["AnatomicRegionSequence"] == "thing 0 (SCT 0); thing 1 (SCT 1); thing 2 (SCT 2); …"
    assert meanings(bundled("rtplan.dcm"))["BeamSequence"] == ""


def test_bits_have_names(tmp_path: Path) -> None:
    path = tmp_path / "us"
    path.write_bytes(part_10([explicit(0x00186016, "UL", b"\2\0\0\0"), explicit(0x00186024, "US", b"\3\0")]))
    assert meanings(str(path))["RegionFlags"] == "high priority, scaling is protected, Doppler: velocity"
    assert meanings(str(path))["PhysicalUnitsXDirection"] == "cm"


def test_meanings_of_hostile_values_are_safe(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(part_10([explicit(0x00100010, "PN", b"a\x1b]52;c;x\x07^b\x9b31m")]))
    means = meanings(str(path))["PatientName"]
    assert means.isprintable()
    assert "␛" in means


@pytest.mark.parametrize("text", ["", "x", "20041301", "2004", "99999999", "2004011", "-0010101"])
def test_what_is_no_date(text: str) -> None:
    assert date_of(text) is None


@pytest.mark.parametrize("text", ["", "x", "25", "0760", "7"])
def test_what_is_no_time(text: str) -> None:
    assert time_of(text) is None


def test_moments_and_zones() -> None:
    moment = datetime_of("20040119123000.25-0030")
    assert moment is not None
    assert moment.isoformat() == "2004-01-19T12:30:00.250000-00:30"
    assert datetime_of("200401") is None
    assert datetime_of("2004011925") is None
    assert [zone_of(text) for text in ("+2400", "+1401", "-1201", "+0060", "-2399")] == [None] * 5
    assert str(zone_of("+0100")) == "UTC+01:00"
    assert time_of("235960") is not None  # a leap second


def test_no_more_is_said_than_the_file_says(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.dcm", AcquisitionDateTime="20200101+0100", ScanOptions=["HELICAL MODE", "SP"], StudyTime="07",
        DiffusionBValue=float("nan"), SliceThickness="2.5",
    )  # fmt: skip
    found = meanings(path)
    assert found["AcquisitionDateTime"] == "Wed 2020-01-01"
    assert found["ScanOptions"] == "HELICAL MODE, spatial presaturation"
    assert found["StudyTime"] == "07"
    odd = write(tmp_path / "b.dcm", TimezoneOffsetFromUTC="+2399", StudyTime="0727")
    assert meanings(odd)["StudyTime"] == "07:27"
