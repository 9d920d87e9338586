"""DICOMDIRs as study trees: pydicom's and made-up ones, with other letters, versions and paths that lead out."""

import os
import shutil
from pathlib import Path

import pydicom
import pytest

from tests.files import bundled
from tui.dicom.library.dicomdir import named_files
from tui.dicom.library.find import Hit, find
from tui.dicom.library.scanner import scan
from tui.dicom.library.studies import Library
from tui.dicom.query import Query


@pytest.fixture
def media(tmp_path: Path) -> Path:
    shutil.copytree(bundled("dicomdirtests"), tmp_path / "media")
    return tmp_path / "media"


def _by_pydicom(path: Path) -> set[str]:
    """Return the files that pydicom finds in a DICOMDIR."""
    records = pydicom.dcmread(path).DirectoryRecordSequence
    names = [record.ReferencedFileID for record in records if "ReferencedFileID" in record]
    return {str(path.parent.joinpath(*([name] if isinstance(name, str) else name))) for name in names}


@pytest.mark.parametrize(
    "name", ["DICOMDIR", "DICOMDIR-reordered", "DICOMDIR-implicit", "DICOMDIR-bigEnd", "DICOMDIR-nooffset"]
)
def test_the_files_are_those_that_pydicom_finds(media: Path, name: str) -> None:
    found = list(named_files(str(media / name)))
    assert {each.path for each in found} == _by_pydicom(media / name)
    assert len(found) > 20
    assert not any(each.problem for each in found)


def test_it_is_scanned_as_a_study_tree(media: Path) -> None:
    library = Library()
    for _ in scan([str(media / "DICOMDIR")], library):
        continue
    assert (library.count, library.unread, len(library.directories)) == (31, 0, 1)
    assert [patient.shared.patient_name for patient in library.in_order] == ["Doe^Archibald", "Doe^Peter"]


def test_a_folder_with_one_is_read_once(media: Path) -> None:
    library = Library()
    for _ in scan([str(media)], library):
        continue
    assert not library.repeated


def test_letters_and_versions_may_differ(media: Path) -> None:
    for path in sorted(media.rglob("*"), reverse=True):
        if path.name.startswith("DICOMDIR"):
            continue
        new = path.name.lower() + (";1" if path.is_file() else "")
        path.rename(path.with_name(new))
    found = list(named_files(str(media / "DICOMDIR")))
    assert all(not each.problem and os.path.isfile(each.path) for each in found)


def test_what_is_not_there_and_what_leads_out_is_told(media: Path, tmp_path: Path) -> None:
    changed = pydicom.dcmread(media / "DICOMDIR")
    leaves = [record for record in changed.DirectoryRecordSequence if "ReferencedFileID" in record]
    (tmp_path / "secret").write_bytes(Path(bundled("CT_small.dcm")).read_bytes())
    (media / "LINK").symlink_to(tmp_path / "secret")
    leaves[0].ReferencedFileID = ["..", "secret"]
    leaves[1].ReferencedFileID = "LINK"
    leaves[2].ReferencedFileID = ["77654033", "GONE"]
    leaves[3].ReferencedFileID = "/etc/passwd"
    changed.save_as(media / "DICOMDIR")
    library = Library()
    for _ in scan([str(media / "DICOMDIR")], library):
        continue
    assert library.count == 31 - 4
    assert [why.rpartition(", ")[2] for why in library.problems.values()] == [
        "which is not there", "which leads out of its folder", "which is not there", "which is not there",
    ]  # fmt: skip


def test_offsets_that_lead_in_a_circle_end(media: Path) -> None:
    changed = pydicom.dcmread(media / "DICOMDIR")
    for record in changed.DirectoryRecordSequence:
        record.OffsetOfTheNextDirectoryRecord = changed.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity
    changed.save_as(media / "DICOMDIR")
    assert len(list(named_files(str(media / "DICOMDIR")))) == 31


def test_its_path_may_be_written_in_other_ways(media: Path) -> None:
    counts = []
    for path in (f"{media}/DICOMDIR", f"{media}//DICOMDIR", f"{media}/./DICOMDIR"):
        library = Library()
        for _ in scan([path], library):
            continue
        counts.append((library.count, library.unread))
    assert counts == [(31, 0)] * 3


def test_finding_looks_through_the_files_it_names(media: Path) -> None:
    found = find([str(media / "DICOMDIR")], Query.parse("Rows>0 Modality=CT"), lambda tag: tag < 0)
    paths = {hit.path for hit in found if isinstance(hit, Hit)}
    assert paths == {path for path in _by_pydicom(media / "DICOMDIR") if pydicom.dcmread(path).Modality == "CT"}
