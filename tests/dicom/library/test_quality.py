"""What is wrong with series, studies and files; where DICOM's own checker says the same, it is asked."""

import re
import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pydicom
import pytest

from tests.files import BUNDLED, dataset, files_of
from tests.library_tree import write_tree
from tui.dicom.attributes import Attributes
from tui.dicom.dictionary import lookup
from tui.dicom.elements import walk_file
from tui.dicom.errors import ReadError
from tui.dicom.library.check import Checked, check
from tui.dicom.library.file_quality import required_of
from tui.dicom.library.findings import Finding, Level

_WHOLE = {
    "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"], "FrameOfReferenceUID": "1.2.9", "PixelSpacing": ["1", "1"],
    "ImageOrientationPatient": ["1", "0", "0", "0", "1", "0"], "StudyInstanceUID": "1.2.8", "StudyDate": "20200101",
    "ImagePositionPatient": ["0", "0", "0"],
}  # fmt: skip


def _write(folder: Path, number: int, **attributes: Any) -> Path:  # noqa: ANN401 - DICOM values are of many types
    place = attributes.pop("place", number * 2.0)
    values = _WHOLE | {
        "InstanceNumber": str(number), "SOPInstanceUID": f"1.2.3.{number}", "ImagePositionPatient": ["0", "0", f"{place:g}"],
    } | attributes  # fmt: skip
    made = dataset(**values)
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
    folder.mkdir(exist_ok=True)
    path = folder / f"IM{number:03d}"
    made.save_as(path, enforce_file_format=True)
    return path


def _found(*paths: Path) -> list[Finding]:
    return [
        finding for each in check([str(path) for path in paths]) if isinstance(each, Checked) for finding in each.findings
    ]


def _codes(*paths: Path) -> set[str]:
    return {finding.code for finding in _found(*paths)}


@pytest.fixture
def series(tmp_path: Path) -> Path:
    for number in range(1, 11):
        _write(tmp_path / "series", number)
    return tmp_path / "series"


def test_nothing_is_found_in_what_is_right(series: Path, tmp_path: Path) -> None:
    assert _found(series) == []
    write_tree(tmp_path / "tree", series=12, files=4)
    assert _found(tmp_path / "tree") == []


def test_a_gap_is_told_with_the_images_around_it(series: Path) -> None:
    (series / "IM004").unlink()
    (series / "IM005").unlink()
    found = {finding.code: finding for finding in _found(series)}
    assert found["gap"].level is Level.ERROR
    assert found["gap"].sentence == (
        "1 gap along the normal, of 2 slices: the first between image 3 and image 6, 6.00 mm where others are 2.00 mm apart"
    )
    assert found["missing-number"].sentence == "2 instance numbers missing: 4-5"


def test_uneven_spacing_is_told(series: Path) -> None:
    _write(series, 5, place=10.3)
    (finding,) = _found(series)
    assert finding.code == "uneven"
    assert "1.70 to 2.30 mm where others are 2.00 mm apart, 2 times" in finding.sentence


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ({"PixelSpacing": ["2", "2"]}, "mixed-spacing"),
        ({"ConvolutionKernel": "B70f"}, "mixed-kernel"),
        ({"SliceThickness": "9"}, "mixed-thickness"),
        ({"FrameOfReferenceUID": "1.2.99"}, "mixed-frame-of-reference"),
        ({"Modality": "MR"}, "mixed-modality"),
        ({"InstanceNumber": "4"}, "repeated-number"),
        ({"InstanceNumber": ""}, "no-number"),
        ({"PatientName": b"M\xfcller", "SpecificCharacterSet": "ISO_IR 192"}, "charset"),
        ({"SpecificCharacterSet": "ISO_IR 999"}, "unknown-charset"),
        ({"StudyDate": "29990101"}, "date"),
        ({"PatientBirthDate": "20210101"}, "date"),
        ({"AcquisitionDate": "2020-13"}, "odd-date"),
        ({"ImageType": None}, "type-1"),
        ({"FrameOfReferenceUID": ""}, "type-1"),
        ({"HighBit": None}, "type-1"),
        ({"Rows": 999}, "truncated"),
        ({"ImageOrientationPatient": ["1", "0", "0", "0", "0", "-1"]}, "mixed-orientation"),
    ],
)
def test_what_differs_in_one_image_is_told(series: Path, attributes: dict[str, Any], code: str) -> None:
    attributes = dict(attributes)
    raw = attributes.pop("PatientName", None)
    path = _write(series, 7, **attributes)
    if raw is not None:
        path.write_bytes(path.read_bytes().replace(b"DOE^JANE", raw + b"  "))
    assert code in _codes(series)


def test_one_transfer_syntax_among_others_is_told(series: Path) -> None:
    path = series / "IM005"
    made = pydicom.dcmread(path)
    made.compress(pydicom.uid.RLELossless, generate_instance_uid=False)
    made.save_as(path)
    found = next(finding for finding in _found(series) if finding.code == "mixed-syntax")
    assert found.sentence == "2 transfer syntaxes: Explicit VR Little Endian (9), RLE Lossless (1)"
    assert found.paths == (str(path),)


def test_truncated_broken_and_empty_files_are_told(series: Path) -> None:
    whole = (series / "IM003").read_bytes()
    (series / "IM003").write_bytes(whole[:-500])
    (series / "IM004").write_bytes(whole[:300].replace(b"1.2.3.3", b"1.2.3.4"))
    (series / "IM005").write_bytes(b"")
    found = _found(series)
    assert {"broken", "unread"} <= {finding.code for finding in found}
    assert any("it is empty" in finding.sentence and "IM005" in finding.paths[0] for finding in found)


def test_copies_and_other_files_with_the_same_uid_are_told_apart(series: Path) -> None:
    shutil.copy(series / "IM001", series / "copy")
    (finding,) = [each for each in _found(series) if each.code in ("copy", "repeated-uid")]
    assert (finding.level, finding.code) == (Level.NOTE, "copy")
    changed = pydicom.dcmread(series / "copy")
    changed.PatientComments = "another"
    changed.save_as(series / "copy")
    (finding,) = [each for each in _found(series) if each.code in ("copy", "repeated-uid")]
    assert (finding.level, finding.code) == (Level.ERROR, "repeated-uid")
    assert "1.2.3.1" in finding.sentence


def test_patients_that_are_mixed_in_a_study_are_told(series: Path) -> None:
    _write(series, 11, PatientID="OTHER", SeriesInstanceUID="1.2.77")
    assert "mixed-patients" in _codes(series)
    _write(series, 11, PatientName="DOE^JOHN", SeriesInstanceUID="1.2.77")
    assert "mixed-patient-name" in _codes(series)
    _write(series, 11, PatientName="Doe^Jane^^", SeriesInstanceUID="1.2.77")
    assert _codes(series) == set()


def test_localizers_are_no_findings(series: Path) -> None:
    scout = {"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"], "PixelSpacing": ["3", "3"], "SeriesInstanceUID": "1.2.3"}
    _write(series, 11, **scout, place=900.0, ImageOrientationPatient=["1", "0", "0", "0", "0", "-1"])
    assert _found(series) == []


def test_no_sentence_holds_the_patients_name(series: Path) -> None:
    _write(series, 11, PatientName="DOE^JOHN", SeriesInstanceUID="1.2.77", StudyDate="29990101")
    assert not any(re.search("doe|john|1CT1", finding.sentence, re.IGNORECASE) for finding in _found(series))


def test_dates_are_compared_with_today() -> None:
    assert date.today() < date(2999, 1, 1)


# --- against dicom3tools


@pytest.mark.oracle
@pytest.mark.skipif(shutil.which("dciodvfy") is None, reason="dciodvfy is not installed")
def test_every_attribute_that_is_said_to_be_missing_is_so_to_dciodvfy() -> None:
    wrong: dict[str, set[str]] = {}
    missing = 0
    for path in files_of(BUNDLED):
        try:
            elements = walk_file(str(path))
        except ReadError:
            continue
        top = Attributes.of(elements)
        ours = {tag for tag in required_of(top.text(0x00080016) or "") if not ((at := top.element(tag)) and at.length)}
        if elements.broken is not None or not ours:
            continue
        done = subprocess.run(["dciodvfy", str(path)], capture_output=True, check=False)
        theirs = set(re.findall(r"Type 1 .*Element=<(\w+)>", done.stderr.decode("latin-1")))
        names = {entry.keyword for tag in ours if (entry := lookup(tag)) is not None}
        missing += len(names)
        if names - theirs:
            wrong[path.name] = names - theirs
    assert wrong == {}
    assert missing > 500


def test_a_second_time_over_some_places_is_no_gap(tmp_path: Path) -> None:
    for number in range(1, 21):
        _write(tmp_path / "series", number)
    for number in (3, 4, 5, 15):
        _write(tmp_path / "series", number + 100, place=number * 2.0)
    assert "gap" not in _codes(tmp_path / "series")


def test_numbers_that_are_written_in_two_ways_are_no_finding(tmp_path: Path) -> None:
    for number in range(1, 7):
        text = ("0.5", "0.500")[number % 2]
        _write(tmp_path / "series", number, PixelSpacing=[text, text], SliceThickness=("5", "5.0")[number % 2])
    assert _found(tmp_path / "series") == []


def test_two_patients_in_one_series_are_told(tmp_path: Path) -> None:
    for number in range(1, 7):
        _write(tmp_path / "series", number, PatientName=("A^B", "C^D")[number % 2], PatientID="1")
    found = {finding.code: finding.sentence for finding in _found(tmp_path / "series")}
    assert found, "two names of one patient are a finding"
    assert not any("A^B" in sentence for sentence in found.values())


def test_series_without_uid_are_apart_by_their_folders(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        for number in range(1, 4):
            _write(
                tmp_path / folder, number, SeriesInstanceUID=None, SOPInstanceUID=f"1.2.{ord(folder)}.{number}", place=number
            )
    assert "gap" not in _codes(tmp_path)
    assert "repeated-number" not in _codes(tmp_path)
