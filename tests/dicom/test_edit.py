import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import Dataset
from pydicom.sequence import Sequence

from tests.files import BUNDLED, bundled, deep_file, explicit, files_of, part_10, write
from tui.dicom.edit import Draft, path_of, row_at
from tui.dicom.edit_words import read_assignment, read_deletion
from tui.dicom.edited_copy import renewed, save_copy
from tui.dicom.elements import walk_file
from tui.dicom.errors import DicomError, EditError, WriteError
from tui.dicom.implementation import IMPLEMENTATION_CLASS_UID
from tui.dicom.new_values import parsed, vm_allows
from tui.dicom.query import QueryError
from tui.dicom.spliced import Splice, SplicedSource
from tui.dicom.tags import load_rows

OURS = {0x00020000, 0x00020012, 0x00020013}


def edited(path: str, *changes: str, delete: tuple[str, ...] = ()) -> Draft:
    draft = Draft(walk_file(path))
    for change in [*map(read_assignment, changes), *map(read_deletion, delete)]:
        draft = draft.changed(change)
    return draft


def saved(draft: Draft, path: Path) -> str:
    for _ in save_copy(draft, str(path)):
        continue
    return str(path)


def refused(path: str, *changes: str, delete: tuple[str, ...] = ()) -> str:
    with pytest.raises(EditError) as error:
        edited(path, *changes, delete=delete)
    return str(error.value)


def plain(dataset: Any) -> dict[Any, Any]:  # noqa: ANN401 - a pydicom dataset
    return {element.tag: (element.VR, element.value) for element in dataset if element.tag.element}


@pytest.mark.parametrize("path", [p for p in files_of(BUNDLED / "test_files") if p.suffix == ".dcm"], ids=lambda p: p.name)
def test_a_copy_is_what_pydicom_makes_of_the_same_changes(path: Path, tmp_path: Path) -> None:
    try:
        draft = edited(
            str(path), "PatientName=Roe^Richard", "PatientID=odd", "SOPInstanceUID=1.2.3.4.5",
            "RequestAttributesSequence[0].ScheduledProcedureStepID=xyz", "OtherPatientIDsSequence[0].PatientID=one more",
        )  # fmt: skip
    except DicomError as error:
        assert any(reason in str(error) for reason in ("damaged", "is no DICOM file", "is a DICOMDIR"))  # noqa: PT017 - most files are edited
        return
    expected, copy = pydicom.dcmread(path, force=True), pydicom.dcmread(saved(draft, tmp_path / "copy"), force=True)
    expected.PatientName, expected.PatientID, expected.SOPInstanceUID = "Roe^Richard", "odd", "1.2.3.4.5"
    for name in ("RequestAttributesSequence", "OtherPatientIDsSequence"):
        if not expected.get(name):
            setattr(expected, name, Sequence([Dataset()]))
    expected.RequestAttributesSequence[0].ScheduledProcedureStepID = "xyz"
    expected.OtherPatientIDsSequence[0].PatientID = "one more"
    assert plain(copy) == plain(expected)
    meta = {tag: value for tag, value in plain(getattr(copy, "file_meta", Dataset())).items() if tag not in OURS}
    before = getattr(expected, "file_meta", Dataset())
    if "MediaStorageSOPInstanceUID" in before:
        before.MediaStorageSOPInstanceUID = "1.2.3.4.5"
    assert meta == {tag: value for tag, value in plain(before).items() if tag not in OURS}


def test_all_else_stays_byte_for_byte(tmp_path: Path) -> None:
    original = Path(bundled("CT_small.dcm")).read_bytes()
    copy = Path(saved(edited(bundled("CT_small.dcm"), "PatientID=9CT9"), tmp_path / "copy")).read_bytes()
    begin = original.index(b"\x08\x00\x05\x00CS")  # behind the file meta, which says who wrote it
    assert copy[copy.index(b"\x08\x00\x05\x00CS") :] == original[begin:].replace(b"1CT1", b"9CT9", 1)
    assert IMPLEMENTATION_CLASS_UID.encode() in copy[:begin]
    assert copy[:128] == original[:128]


def test_lengths_of_all_that_lies_around_are_kept_right(tmp_path: Path) -> None:
    inner = Dataset()
    inner.PatientID = "a"
    outer = Dataset()
    outer.OtherPatientIDsSequence = Sequence([inner])
    path = write(tmp_path / "a.dcm", RequestAttributesSequence=Sequence([outer]))
    draft = edited(path, "RequestAttributesSequence[0].OtherPatientIDsSequence[0].PatientID=much longer than before")
    copy = pydicom.dcmread(saved(draft, tmp_path / "b.dcm"))
    item = copy.RequestAttributesSequence[0].OtherPatientIDsSequence[0]
    assert item.PatientID == "much longer than before"
    assert copy.PixelData == pydicom.dcmread(path).PixelData


def test_group_lengths_follow(tmp_path: Path) -> None:
    path = tmp_path / "old"
    name = explicit(0x00100010, "PN", b"DOE^JANE")
    path.write_bytes(part_10([explicit(0x00100000, "UL", len(name).to_bytes(4, "little")), name]))
    draft = edited(str(path), "PatientName=Roe", "PatientID=12")
    rows = load_rows(draft.elements)
    texts = {rows.row(index).tag: rows.row(index).text for index in range(len(rows))}
    assert texts["(0010,0000)"] == str(8 + 4 + 8 + 2)


def test_deleting_elements_and_items(tmp_path: Path) -> None:
    draft = edited(bundled("CT_small.dcm"), delete=("PatientSex", "OtherPatientIDsSequence[0]", "PixelData"))
    copy = pydicom.dcmread(saved(draft, tmp_path / "copy"))
    assert "PatientSex" not in copy
    assert "PixelData" not in copy
    assert [item.PatientID for item in copy.OtherPatientIDsSequence] == ["1234ABCD"]


def test_encapsulated_pixel_data_stays_and_can_be_deleted(tmp_path: Path) -> None:
    path = bundled("JPEG2000.dcm")
    copy = pydicom.dcmread(saved(edited(path, "PatientID=x"), tmp_path / "a"))
    assert copy.PixelData == pydicom.dcmread(path).PixelData
    assert "PixelData" not in pydicom.dcmread(saved(edited(path, delete=("PixelData",)), tmp_path / "b"))


def test_a_deflated_copy_is_deflated(tmp_path: Path) -> None:
    copy = saved(edited(bundled("image_dfl.dcm"), "PatientID=changed"), tmp_path / "copy")
    found = pydicom.dcmread(copy)
    assert found.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.1.99"
    assert found.PatientID == "changed"
    assert found.PixelData == pydicom.dcmread(bundled("image_dfl.dcm")).PixelData
    assert Path(copy).stat().st_size % 2 == 0


def test_undo_and_redo() -> None:
    path = bundled("CT_small.dcm")
    draft = edited(path, "PatientID=a", "PatientName=b")
    assert draft.undo().undo().elements is draft.original
    assert draft.undo().redo().changes == draft.changes
    assert draft.undo().changed(read_assignment("PatientSex=M")).undone == ()
    assert draft.redo() is draft
    assert Draft(draft.original).undo().changes == ()
    assert draft.touched == [row_at(draft.elements, change.path) for change in draft.changes]


def test_values_are_checked() -> None:
    path = bundled("CT_small.dcm")
    assert "2004 is no day of the calendar; a date is written as 20040119" in refused(path, "StudyDate=2004")
    assert "2 values here, but its VM is 1" in refused(path, "Rows=1\\2")
    assert "between 0 and 65535" in refused(path, "Rows=70000")
    assert "is no whole number" in refused(path, "Rows=1.5")
    assert "does not fit into VR IS" in refused(path, "SeriesNumber=9999999999")
    assert "maximum length of 64" in refused(path, f"PatientID={'x' * 65}")
    assert "bytes: they can be deleted" in refused(path, "PixelData=x")
    assert "is a sequence: set what lies in it" in refused(path, "OtherPatientIDsSequence=x")
    assert "no sequence" in refused(path, "PatientID[0].PatientID=x")
    assert "has 2 items: say which" in refused(path, "OtherPatientIDsSequence.PatientID=x")
    assert "has no item 5" in refused(path, "OtherPatientIDsSequence[5].PatientID=x")
    assert "its first item is [0]" in refused(path, "RequestAttributesSequence[1].PatientID=x")
    assert "in the file's character set, ISO_IR 100" in refused(path, "PatientName=山田")
    assert "Invalid value for VR AE" in refused(path, "StationAETitle=山")
    assert "which says how the file is written" in refused(path, "TransferSyntaxUID=1.2")
    assert "follows from the group" in refused(path, "0010,0000=5")
    assert "names many attributes" in refused(path, "60xx,3000=5")
    assert "is not in the file" in refused(path, delete=("PatientComments",))
    assert "counted from 0" in refused(path, delete=("OtherPatientIDsSequence[2]",))
    assert "private block that nobody has" in refused(path, "0045,1001:LO=x")
    assert "is not known: say its VR" in refused(path, "0019,10f0=x")
    assert "may have VR US or SS: say which" in refused(bundled("rtplan.dcm"), "SmallestImagePixelValue=1")
    assert "damaged" in refused(bundled("rtplan_truncated.dcm"), "PatientID=x")


def test_what_no_dataset_may_hold_is_refused() -> None:
    path = bundled("CT_small.dcm")
    assert "no day of the calendar" in refused(path, "PatientBirthDate=20040230")
    assert "no day of the calendar" in refused(path, "StudyDate=20040101-20050101")
    assert "one of the numbers is missing" in refused(path, "PixelSpacing=1\\")
    assert "control character" in refused(path, "PatientID=a\x1b[31m")
    assert "control character" in refused(path, "PatientComments=a\x07")
    assert "no element of group 0001" in refused(path, "00010010:LO=1")
    assert "no element of group FFFE" in refused(path, "FFFEE000=1")
    assert "no element of group 0002" in refused(path, "OtherPatientIDsSequence[0].0002,0010=1")
    assert "not be without a value" in refused(path, "SOPInstanceUID=")
    assert "has VR PN, not US" in refused(path, "PatientName:US=5")
    assert "is an item: set what lies in it" in refused(path, "OtherPatientIDsSequence[1]=")
    assert "is an item" in refused(path, "PatientName[3]=x")
    assert "it has no items" in refused(bundled("JPEG2000.dcm"), delete=("PixelData[1]",))
    assert "are bytes" in refused(bundled("rtplan.dcm"), "PixelData=")
    assert "is no character set of the standard" in refused(path, "SpecificCharacterSet=NONSENSE")
    assert "of its private block would have no creator" in refused(path, delete=("0009,0010",))
    assert edited(path, "SpecificCharacterSet=ISO_IR 100", "PatientComments=a\r\nb").changes


def test_a_character_set_that_texts_need_stays(tmp_path: Path) -> None:
    path = write(tmp_path / "a.dcm", SpecificCharacterSet="ISO_IR 100", PatientName="Müller",
                 RequestAttributesSequence=Sequence([]), OtherPatientIDsSequence=Sequence([Dataset()]))  # fmt: skip
    assert "holds more than ASCII" in refused(path, delete=("SpecificCharacterSet",))
    draft = edited(path, "RequestAttributesSequence[0].ScheduledProcedureStepDescription=Grün",
                   "OtherPatientIDsSequence[0].PatientID=Weiß")  # fmt: skip
    copy = pydicom.dcmread(saved(draft, tmp_path / "copy"))
    assert copy.RequestAttributesSequence[0].ScheduledProcedureStepDescription == "Grün"
    assert copy.OtherPatientIDsSequence[0].PatientID == "Weiß"


def test_character_sets_of_items(tmp_path: Path) -> None:
    def nested(name: str, top: list[bytes], own: bytes) -> str:
        inner = explicit(0x00080005, "CS", own) + explicit(0x00080104, "LO", "Größe ".encode())
        item = b"\xfe\xff\x00\xe0" + len(inner).to_bytes(4, "little") + inner
        path = tmp_path / name
        path.write_bytes(part_10([*top, explicit(0x00081032, "SQ", item)]))
        return str(path)

    with_top = nested("a", [explicit(0x00080005, "CS", b"ISO_IR 100")], b"ISO_IR 192")
    assert "holds more than ASCII" in refused(with_top, "ProcedureCodeSequence[0].SpecificCharacterSet=ISO_IR 100")
    without = nested("b", [], b"ISO_IR 192")
    assert "holds more than ASCII" in refused(without, delete=("ProcedureCodeSequence[0].SpecificCharacterSet",))
    assert edited(without, "ProcedureCodeSequence[0].SpecificCharacterSet=ISO_IR 192").changes


def test_what_other_elements_hang_on_is_not_changed_under_them() -> None:
    implicit = bundled("MR_small_implicit.dcm")
    assert "in implicit VR it decides" in refused(implicit, "PixelRepresentation=0")
    assert edited(implicit, "PixelRepresentation=1").changes
    assert edited(bundled("MR_small.dcm"), "PixelRepresentation=0").changes
    assert "would have no creator" in refused(bundled("CT_small.dcm"), "0009,0010=ACME")
    assert "is no number" in refused(implicit, "SliceThickness=1e400")
    assert "this is a DICOMDIR" in refused(bundled("dicomdirtests/DICOMDIR-empty.dcm"), "FileSetID=X")


def test_what_stands_there_twice(tmp_path: Path) -> None:
    path = tmp_path / "twice"
    path.write_bytes(part_10([explicit(0x00100010, "PN", b"A^B "), explicit(0x00100020, "LO", b"x "),
                              explicit(0x00100010, "PN", b"C^D ")]))  # fmt: skip
    assert "stands there twice" in refused(str(path), "PatientName=x")
    assert b"^" not in Path(saved(edited(str(path), delete=("PatientName",)), tmp_path / "copy")).read_bytes()


def test_group_lengths_that_are_none_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "odd"
    inner = explicit(0x00400009, "SH", b"x ")
    items = b"\xfe\xff\x00\xe0" + len(inner).to_bytes(4, "little") + inner
    path.write_bytes(part_10([explicit(0x00400000, "UL", b""), explicit(0x00400275, "SQ", items)]))
    copy = pydicom.dcmread(saved(edited(str(path), "0040,0275[0].0040,0009=longer"), tmp_path / "copy"), force=True)
    assert copy.RequestAttributesSequence[0].ScheduledProcedureStepID == "longer"


def test_the_first_element_of_a_file_without_preamble(tmp_path: Path) -> None:
    for name, transfer_syntax in (("explicit", None), ("implicit", "1.2.840.10008.1.2")):
        data = explicit(0x00080005, "CS", b"ISO_IR 100") + explicit(0x00080060, "CS", b"CT")
        if transfer_syntax:
            data = b"\x08\x00\x05\x00\x0a\x00\x00\x00ISO_IR 100" + b"\x08\x00\x60\x00\x02\x00\x00\x00CT"
        path = tmp_path / name
        path.write_bytes(data)
        copy = saved(edited(str(path), "SpecificCharacterSet=ISO_IR 192", "Modality=MR"), tmp_path / f"{name}-copy")
        assert b"ISO_IR 192" in Path(copy).read_bytes()
        assert Path(copy).read_bytes().endswith(b"MR")


def test_a_deflated_file_that_is_damaged_is_refused(tmp_path: Path) -> None:
    whole = Path(bundled("image_dfl.dcm")).read_bytes()
    path = tmp_path / "cut"
    path.write_bytes(whole[: len(whole) // 2])
    assert "the file is damaged" in refused(str(path), "PatientID=x")


def test_deep_nesting_is_edited_in_one_pass(tmp_path: Path) -> None:
    path = tmp_path / "deep"
    path.write_bytes(deep_file(10_000))
    begin = time.process_time()
    copy = saved(edited(str(path), delete=("ReferencedImageSequence",)), tmp_path / "copy")
    assert Path(copy).stat().st_size < 1000
    assert time.process_time() - begin < 5


def test_private_attributes_lie_in_a_block(tmp_path: Path) -> None:
    draft = edited(bundled("CT_small.dcm"), "0045,0010=ACME 1.1", "0045,1001:DS=2.5")
    copy = pydicom.dcmread(saved(draft, tmp_path / "copy"))
    assert copy.private_block(0x45, "ACME 1.1")[1].value == 2.5


def test_texts_are_written_in_the_character_set_that_holds(tmp_path: Path) -> None:
    copy = pydicom.dcmread(saved(edited(bundled("CT_small.dcm"), "PatientName=Müller^Jörg"), tmp_path / "a"))
    assert copy.PatientName == "Müller^Jörg"
    ascii_only = write(tmp_path / "ascii.dcm", SpecificCharacterSet=None)
    draft = edited(ascii_only, "SpecificCharacterSet=ISO_IR 192", "PatientName=山田^太郎")
    assert pydicom.dcmread(saved(draft, tmp_path / "b")).PatientName == "山田^太郎"
    assert "holds more than ASCII" in refused(str(tmp_path / "b"), "SpecificCharacterSet=ISO_IR 100")
    japanese = str(BUNDLED / "charset_files" / "chrH32.dcm")
    again = pydicom.dcmread(saved(edited(japanese, "PatientID=x"), tmp_path / "c"))
    assert again.PatientName == pydicom.dcmread(japanese).PatientName
    assert "=" in str(again.PatientName)


def test_new_uids(tmp_path: Path) -> None:
    path = write(tmp_path / "a.dcm", StudyInstanceUID="1.2.9")
    before = pydicom.dcmread(path)
    for level, names in (("instance", 1), ("series", 2), ("study", 3)):
        copy = pydicom.dcmread(saved(renewed(Draft(walk_file(path)), level), tmp_path / level))
        keywords = ("SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID")
        assert [copy[name].value != before[name].value for name in keywords] == [n < names for n in range(3)]
        assert copy.SOPInstanceUID == copy.file_meta.MediaStorageSOPInstanceUID
        assert copy.SOPInstanceUID.is_valid
    assert renewed(Draft(walk_file(path)), "no").changes == ()


def test_the_file_that_was_opened_is_never_written_to(tmp_path: Path) -> None:
    path = write(tmp_path / "a.dcm")
    before = Path(path).read_bytes()
    draft = edited(path, "PatientID=x")
    link = tmp_path / "link"
    link.symlink_to(path)
    for target in (path, str(link)):
        with pytest.raises(WriteError, match="it is the file that was opened"):
            for _ in save_copy(draft, target, replace=True):
                continue
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(WriteError, match="no regular file"):
        for _ in save_copy(draft, str(pipe), replace=True):
            continue
    other = tmp_path / "other"
    other.write_text("mine")
    with pytest.raises(WriteError, match="exists"):
        saved(draft, other)
    assert other.read_text() == "mine"
    assert Path(path).read_bytes() == before
    assert Path(saved(draft, tmp_path / "copy")).stat().st_mode & 0o777 == 0o600


def test_a_file_that_changed_meanwhile_is_not_copied(tmp_path: Path) -> None:
    path = Path(write(tmp_path / "a.dcm"))
    draft = edited(str(path), "PatientID=x")
    path.write_bytes(path.read_bytes() + b"\0\0")
    with pytest.raises(DicomError, match="was changed since it was opened"):
        saved(draft, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


@given(
    st.binary(max_size=60), st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20), st.binary(max_size=9)), max_size=5)
)
def test_splices_of_splices(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, cuts: list[tuple[int, int, bytes]]
) -> None:
    from tui.dicom.source import Source

    path = tmp_path_factory.mktemp("spliced") / "file"
    path.write_bytes(data)
    source, expected = Source(str(path)), data
    source.close()
    for begin, length, new in cuts:
        begin = min(begin, len(expected))
        end = min(begin + length, len(expected))
        expected = expected[:begin] + new + expected[end:]
        source = SplicedSource(source, [Splice(begin, end, new)])
    assert source.size == len(expected)
    assert source.read(0, source.size) == expected
    assert [source.read(at, 3) for at in range(len(expected))] == [expected[at : at + 3] for at in range(len(expected))]


@pytest.mark.parametrize(
    ("vm", "right", "wrong"),
    [
        ("1", [1], [0, 2]), ("1-n", [1, 7], [0]), ("2-2n", [2, 4], [1, 3]), ("1-3", [1, 3], [4]), ("3-3n", [3, 6], [4]),
        ("2-n", [2, 3], [1]), ("1 or 3", [1, 3], [2]), ("6-6n", [6, 12], [7]), ("1-99", [99], [100]), ("", [5], []),
    ],
)  # fmt: skip
def test_multiplicities(vm: str, right: list[int], wrong: list[int]) -> None:
    assert all(vm_allows(vm, count) for count in right)
    assert not any(vm_allows(vm, count) for count in wrong)


def test_an_empty_value_is_no_value() -> None:
    assert parsed("PN", "", "1") == []
    assert parsed("AT", "Rows\\(0028,0011)", "1-n") == [0x00280010, 0x00280011]


@pytest.mark.parametrize("word", ["", "x", "=x", "PatientName:XX=a", "PatientID,Rows=3", "Nonsense=3"])
def test_what_is_no_assignment(word: str) -> None:
    with pytest.raises(QueryError):
        read_assignment(word)


def test_a_row_has_a_path_and_a_path_a_row() -> None:
    elements = walk_file(bundled("rtplan.dcm"))
    rows = load_rows(elements)
    for index in range(len(rows)):
        assert row_at(elements, path_of(rows, index)) == index


@pytest.mark.oracle
@pytest.mark.skipif(shutil.which("dcmodify") is None, reason="DCMTK is not installed")
@pytest.mark.parametrize("name", ["CT_small.dcm", "MR_small_implicit.dcm", "MR_small_bigendian.dcm", "rtplan.dcm"])
def test_dcmodify_changes_the_same(name: str, tmp_path: Path) -> None:
    ours = saved(edited(bundled(name), "PatientName=Roe^Richard", "PatientID=longer than it was"), tmp_path / "ours")
    theirs = tmp_path / "theirs"
    shutil.copy(bundled(name), theirs)
    changes = ("-m", "PatientName=Roe^Richard", "-m", "PatientID=longer than it was")
    subprocess.run(["dcmodify", "-nb", "-ie", *changes, str(theirs)], check=True, capture_output=True)
    dumps = [
        [line for line in _dump(path) if line[:6] not in ("(0002,", "(fffc,")] for path in (ours, str(theirs))
    ]  # which say who wrote the file, and which dcmodify leaves out
    assert dumps[0] == dumps[1]


def _dump(path: str) -> list[str]:
    found = subprocess.run(["dcmdump", "-q", "+L", path], check=True, capture_output=True)
    lines = found.stdout.decode("latin-1").splitlines()
    return [line.split("#")[0].rstrip() for line in lines if line.startswith(("(", " "))]


def test_changes_in_words() -> None:
    assert read_assignment("0045,1001:ds=2.5").words == "0045,1001:DS=2.5"
    assert read_deletion("PatientSex").words == "delete PatientSex"
