import re

import pydicom
import pytest

from tests.files import bundled
from tui.dicom.describing import dicom_path, facts, pydicom_path
from tui.dicom.element import ITEM
from tui.dicom.elements import walk_file
from tui.dicom.tags import TagRows, load_rows

FILES = ("CT_small.dcm", "test-SR.dcm", "rtplan.dcm", "nested_priv_SQ.dcm", "examples_overlay.dcm", "SC_rgb_jpeg.dcm")


def rows_of(name: str) -> TagRows:
    return load_rows(walk_file(bundled(name)))


def index_of(rows: TagRows, name: str) -> int:
    return next(index for index in range(len(rows)) if rows.row(index).name == name)


def value_at(dataset: pydicom.Dataset, path: str) -> object:
    """Return what pydicom has at a path as DICOM writes it, found tag by tag."""
    found: object = dataset.file_meta if path.startswith("0002") else dataset
    for tag, item in re.findall(r"([0-9A-F]{8})|\[(\d+)\]", path):
        if tag:
            assert isinstance(found, pydicom.Dataset)
            found = found[int(tag, 16)].value
        else:
            assert isinstance(found, pydicom.Sequence)
            found = found[int(item)]
    return found


@pytest.mark.parametrize("name", FILES)
def test_paths_lead_to_the_element_in_pydicom(name: str) -> None:
    rows, dataset = rows_of(name), pydicom.dcmread(bundled(name))
    seen = 0
    for index, element in enumerate(rows.elements.elements):
        if element.tag == ITEM and rows.elements.elements[rows.parents[index]].vr != "SQ":
            continue
        assert eval(pydicom_path(rows, index), {"ds": dataset}) == value_at(dataset, dicom_path(rows, index))
        seen += 1
    assert seen > 10


def test_how_paths_are_written() -> None:
    rows = rows_of("CT_small.dcm")
    nested = next(index for index in range(len(rows)) if rows.row(index).text == "1234ABCD")
    assert dicom_path(rows, nested) == "00101002[1].00100020"
    assert pydicom_path(rows, nested) == "ds.OtherPatientIDsSequence[1].PatientID"
    assert pydicom_path(rows, index_of(rows, "TransferSyntaxUID")) == "ds.file_meta.TransferSyntaxUID"
    assert pydicom_path(rows, index_of(rows, "[Full fidelity]")) == "ds[0x0009, 0x1001].value"
    overlay = rows_of("examples_overlay.dcm")
    assert pydicom_path(overlay, index_of(overlay, "OverlayRows")) == "ds[0x6000, 0x0010].value"


def test_a_row_that_is_no_element_has_no_path() -> None:
    rows = rows_of("rtplan_truncated.dcm")
    assert dicom_path(rows, len(rows) - 1) == pydicom_path(rows, len(rows) - 1) == ""
    assert facts(rows, len(rows) - 1) == []


def test_what_is_known_of_an_element() -> None:
    rows = rows_of("CT_small.dcm")
    nested = next(index for index in range(len(rows)) if rows.row(index).text == "1234ABCD")
    element = rows.elements.elements[nested]
    assert facts(rows, nested) == [
        "Patient ID", "VR LO (long string, 64 characters)", "VM 1 (here 1)", f"8 bytes from byte {element.offset:,} on",
        "at (0010,1002)[1].(0010,0020)", "also at (0010,0020), (0010,1002)[0].(0010,0020)",
    ]  # fmt: skip
    private = facts(rows, index_of(rows, "[Full fidelity]"))
    assert private[:2] == ["Full fidelity", "of GEMS_IDEN_01"]
    assert "VM 2-n (here 3)" in facts(rows, index_of(rows, "ImageType"))
    assert not any(fact.startswith("VM") and "here" in fact for fact in facts(rows, index_of(rows, "PixelData")))
