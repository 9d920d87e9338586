"""File-sets with a DICOMDIR: legal names, and records that pydicom, DCMTK and our own reader follow to every file."""

import gzip
import re
import subprocess
from pathlib import Path
from typing import Any

import pydicom
import pytest
from pydicom.fileset import FileSet

from tests.dicom.export.series import SLICES, exported, write_enhanced, write_series
from tests.dicom.test_oracles import needs
from tests.files import BUNDLED, bundled, write
from tests.test_cli_view import run
from tui.dicom.errors import ExportError
from tui.dicom.export.directory_records import record_type
from tui.dicom.library.dicomdir import named_files

_LEGAL = re.compile(r"[A-Z0-9_]{1,8}")


def _series(folder: Path, **attributes: Any) -> None:  # noqa: ANN401 - DICOM values are of many types
    write_series(
        folder,
        **{"StudyID": "S1", "StudyDate": "20260101", "StudyTime": "120000", "StudyInstanceUID": "1.2.3.0", **attributes},
    )


def _file_set(root: Path) -> FileSet:
    """Return what pydicom reads of a DICOMDIR."""
    found = FileSet(root / "DICOMDIR")
    found._stage["t"].cleanup()  # a folder for changes, which it would leave to the end of the program
    return found


def _legal(root: Path) -> list[Path]:
    """Return the files of a file-set, once their names are found to be legal (PS3.10 8.2)."""
    found = sorted(path for path in root.rglob("*") if path.is_file())
    for path in found:
        parts = path.relative_to(root).parts
        assert len(parts) <= 8
        assert all(_LEGAL.fullmatch(part) for part in parts)
    return [path for path in found if path.name != "DICOMDIR"]


def test_every_file_is_named_once_where_it_belongs(tmp_path: Path) -> None:
    _series(tmp_path / "in")
    _series(tmp_path / "in2", root="1.2.3.5", SeriesNumber="4")
    _series(tmp_path / "in3", root="1.2.3.6", StudyInstanceUID="1.2.4.0", PatientID="2", PatientName="Müller^Jürgen",
            SpecificCharacterSet="ISO_IR 100")  # fmt: skip
    summary = exported([tmp_path / name for name in ("in", "in2", "in3")], tmp_path / "out", "copy", dicomdir=True)
    assert (summary.failed, summary.notes) == ([], [])
    files = _legal(tmp_path / "out")
    assert sorted(map(str, [*files, tmp_path / "out" / "DICOMDIR"])) == sorted(summary.written)
    found = _file_set(tmp_path / "out")
    assert sorted(str(instance.path) for instance in found) == sorted(map(str, files))
    assert sorted(found.find_values("PatientID")) == ["1CT1", "2"]
    assert sorted(map(str, found.find_values("PatientName"))) == ["DOE^JANE", "Müller^Jürgen"]
    for instance in found:
        file = pydicom.dcmread(instance.path)
        for keyword in ("PatientID", "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "InstanceNumber"):
            assert getattr(instance, keyword) == getattr(file, keyword)
    assert sorted(named.path for named in named_files(str(tmp_path / "out" / "DICOMDIR"))) == sorted(map(str, files))
    assert (tmp_path / "out" / "DICOMDIR").stat().st_mode & 0o777 == 0o600


def test_bundled_files_of_many_kinds_have_their_records(tmp_path: Path) -> None:
    summary = exported(BUNDLED / "test_files", tmp_path / "out", "copy", dicomdir=True)
    files = _legal(tmp_path / "out")
    found = {str(instance.path): instance for instance in _file_set(tmp_path / "out")}
    assert found.keys() == set(map(str, files))
    for path, instance in found.items():
        assert instance.node.record_type == record_type(pydicom.dcmread(path, stop_before_pixels=True))
    assert {"IMAGE", "RT DOSE", "RT PLAN", "SR DOCUMENT"} <= {instance.node.record_type for instance in found.values()}
    reasons = {re.sub(r": (it has no).*", r": \1", failure.why) for failure in summary.failed}
    assert {reason for reason in reasons if "DICOMDIR" in reason} == {"it cannot stand in a DICOMDIR: it has no"}
    assert any(note.startswith("the DICOMDIR has made-up values where files have none: ") for note in summary.notes)
    assert any("not in Explicit VR Little Endian" in note for note in summary.notes)


def test_single_frames_and_other_syntaxes_are_named_as_they_were_written(tmp_path: Path) -> None:
    write_enhanced(tmp_path / "a.dcm", write_series(tmp_path / "in"), StudyID="1")
    exported(tmp_path / "a.dcm", tmp_path / "frames", "dicom-frames", dicomdir=True)
    found = list(_file_set(tmp_path / "frames"))
    assert sorted(int(instance.InstanceNumber) for instance in found) == list(range(1, SLICES + 1))
    exported(bundled("MR_small_RLE.dcm"), tmp_path / "plain", "dicom", dicomdir=True)
    (instance,) = _file_set(tmp_path / "plain")
    assert instance.ReferencedTransferSyntaxUIDInFile == "1.2.840.10008.1.2.1"


def test_de_identified_files_have_de_identified_records(tmp_path: Path) -> None:
    _series(tmp_path / "in", PatientBirthDate="", PatientSex="")
    summary = exported(tmp_path / "in", tmp_path / "out", "copy", dicomdir=True, anonymize="basic")
    assert summary.failed == []
    assert b"DOE" not in (tmp_path / "out" / "DICOMDIR").read_bytes()
    assert len(list(_file_set(tmp_path / "out"))) == SLICES


def test_a_pattern_and_a_dicomdir_do_not_go_together(tmp_path: Path) -> None:
    file = write(tmp_path / "a.dcm")
    for names in ("files", "{PatientID}"):
        with pytest.raises(ExportError, match="leave --names and patterns away"):
            exported(file, tmp_path / "out", "copy", dicomdir=True, names=names)
    done = run("sort", file, "-o", str(tmp_path / "out"), "--dicomdir", "--pattern", "{PatientID}")
    assert (done.returncode, b"leave --pattern away" in done.stderr) == (2, True)
    assert not (tmp_path / "out").exists()


def test_a_dicomdir_is_neither_sent_nor_made_where_one_is(tmp_path: Path) -> None:
    _series(tmp_path / "in")
    with pytest.raises(ExportError, match="lies in a folder with its files"):
        exported(tmp_path / "in", "-", "copy", dicomdir=True)
    exported(tmp_path / "in", tmp_path / "out", "copy", dicomdir=True)
    before = (tmp_path / "out" / "DICOMDIR").read_bytes()
    with pytest.raises(ExportError, match="has a DICOMDIR already"):
        exported(tmp_path / "in", tmp_path / "out", "copy", dicomdir=True)
    assert (tmp_path / "out" / "DICOMDIR").read_bytes() == before
    with pytest.raises(ExportError, match="name another folder"):
        exported(tmp_path / "in", tmp_path / "out", "copy", dicomdir=True, replace=True)


def _patient(path: Path, uid: str, **attributes: Any) -> None:  # noqa: ANN401 - as above
    write(
        path, **{"SOPInstanceUID": uid, "SeriesInstanceUID": f"{uid}.1", "StudyInstanceUID": f"{uid}.2", "StudyID": "1",
        "StudyDate": "20260101", "StudyTime": "1200", "SeriesNumber": "1", **attributes},
    )  # fmt: skip


def test_patients_without_an_id_stay_two_and_get_one_that_nobody_has(tmp_path: Path) -> None:
    _patient(tmp_path / "in" / "a.dcm", "1.2.5", PatientID="", PatientName="Alpha^A")
    _patient(tmp_path / "in" / "b.dcm", "1.2.6", PatientID="", PatientName="Beta^B")
    _patient(tmp_path / "in" / "c.dcm", "1.2.7", PatientID="NOID000001", PatientName="Gamma^C")
    assert exported(tmp_path / "in", tmp_path / "out", "copy", dicomdir=True).failed == []
    found = {str(instance.PatientName): instance.PatientID for instance in _file_set(tmp_path / "out")}
    assert len(set(found.values())) == 3
    assert found["Gamma^C"] == "NOID000001"


def test_one_id_with_several_names_is_told(tmp_path: Path) -> None:
    _patient(tmp_path / "in" / "a.dcm", "1.2.5", PatientID="7", PatientName="Alpha^A")
    _patient(tmp_path / "in" / "b.dcm", "1.2.6", PatientID="7", PatientName="Beta^B")
    summary = exported(tmp_path / "in", tmp_path / "out", "copy", dicomdir=True)
    assert "1 patient with one ID and several names or birth dates: one record stands for them" in summary.notes


def test_a_uid_has_one_record(tmp_path: Path) -> None:
    _series(tmp_path / "in")
    _series(tmp_path / "again")
    summary = exported([tmp_path / "in", tmp_path / "again"], tmp_path / "out", "copy", dicomdir=True)
    assert len(_legal(tmp_path / "out")) == SLICES
    assert f"{SLICES} files have the SOP Instance UID of another one, and were left out" in summary.notes


def test_nothing_is_written_of_what_can_have_no_record(tmp_path: Path) -> None:
    _series(tmp_path / "in")
    _patient(tmp_path / "in" / "sr.dcm", "1.2.8", SOPClassUID="1.2.840.10008.5.1.4.1.1.88.33", PixelData=None, Rows=None)
    _patient(tmp_path / "in" / "x.dcm", "1.2.9", SOPClassUID="1.2.840.10008.5.1.4.1.1.200.1", PixelData=None, Rows=None)
    _patient(tmp_path / "in" / "y.dcm", "1.2.4", PatientID="8")
    with open(tmp_path / "in" / "y.dcm", "rb") as file, gzip.open(tmp_path / "in" / "z.dcm.gz", "wb") as packed:
        packed.write(file.read())
    (tmp_path / "in" / "y.dcm").unlink()
    summary = exported(tmp_path / "in", tmp_path / "out", "copy", dicomdir=True)
    assert len(_legal(tmp_path / "out")) == SLICES
    why = {Path(what).name: why for what, why in summary.failed}
    assert "element is missing" in why["sr.dcm"]
    assert "of CT Defined Procedure Protocol Storage no kind of record is known" in why["x.dcm"]
    assert "it is packed" in why["z.dcm.gz"]


def test_sort_makes_one(tmp_path: Path) -> None:
    _series(tmp_path / "in")
    done = run("sort", str(tmp_path / "in"), "-o", str(tmp_path / "out.dcm"), "--dicomdir")
    assert done.returncode == 0, done.stderr
    assert len(_legal(tmp_path / "out.dcm")) == SLICES


@pytest.mark.oracle
def test_dcmtk_and_dciodvfy_find_nothing_wrong(tmp_path: Path) -> None:
    needs("dcmdump")
    needs("dciodvfy")
    _series(tmp_path / "in")
    exported(tmp_path / "in", tmp_path / "out", "dicom", dicomdir=True)
    where = str(tmp_path / "out" / "DICOMDIR")
    dumped = subprocess.run(["dcmdump", where], capture_output=True, text=True, check=True)
    assert dumped.stderr == ""
    assert [dumped.stdout.count(f'"Directory Record" {kind} ') for kind in ("PATIENT", "STUDY", "SERIES", "IMAGE")] == [
        1, 1, 1, SLICES,
    ]  # fmt: skip
    verified = subprocess.run(["dciodvfy", where], capture_output=True, text=True, check=False)
    assert [line for line in verified.stderr.splitlines() if line.startswith("Error")] == []
