import struct
import warnings
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence

from tests.files import BUNDLED, bundled, explicit, part_10, write
from tui.dicom.attributes import Attributes
from tui.dicom.elements import walk_file
from tui.dicom.tags import TagRow, TagRows, load_rows


def rows_of(path: str) -> TagRows:
    return load_rows(walk_file(path))


def all_rows(path: str) -> list[TagRow]:
    rows = rows_of(path)
    return [rows.row(index) for index in range(len(rows))]


def row_named(path: str, name: str) -> TagRow:
    return next(row for row in all_rows(path) if row.name == name)


def test_private_elements_have_their_creator_and_the_name_that_pydicom_knows() -> None:
    rows = {row.tag: row for row in all_rows(bundled("CT_small.dcm"))}
    assert rows["(0009,0010)"].name == "private creator"
    assert rows["(0009,1001)"].name == "[Full fidelity]"
    assert rows["(0009,1001)"].creator == "GEMS_IDEN_01"
    assert rows["(0009,1001)"].private


def test_uids_have_their_names() -> None:
    assert row_named(bundled("CT_small.dcm"), "TransferSyntaxUID").text == "1.2.840.10008.1.2.1 (Explicit VR Little Endian)"


def test_binary_values_are_size_and_first_bytes() -> None:
    row = row_named(bundled("CT_small.dcm"), "PixelData")
    data = pydicom.dcmread(bundled("CT_small.dcm")).PixelData
    assert row.text == f"32,768 bytes: {data[:16].hex(' ')} …"


def test_encapsulated_pixel_data_is_its_fragments() -> None:
    row = row_named(bundled("MR_small_jp2klossless.dcm"), "PixelData")
    assert row.text.startswith("encapsulated pixel data, 2 fragments, ")
    assert row.parent


def test_paths_name_elements_through_their_sequences(tmp_path: Path) -> None:
    step = Dataset()
    step.ScheduledProcedureStepID = "x"
    path = write(tmp_path / "a.dcm", RequestAttributesSequence=Sequence([Dataset(), step]))
    rows = rows_of(path)
    index = next(at for at in range(len(rows)) if rows.row(at).name == "ScheduledProcedureStepID")
    assert rows.key(index) == "(0040,0275)[1].(0040,0009)"
    assert rows.row(index).depth == 2


def test_a_break_is_the_last_row(tmp_path: Path) -> None:
    path = tmp_path / "cut"
    path.write_bytes(part_10([explicit(0x00080060, "CS", b"CT"), explicit(0x00100010, "PN", b"DOE^JANE")])[:-3])
    last = all_rows(str(path))[-1]
    assert last.broken
    assert last.text.startswith("The file could be read up to byte")


@pytest.mark.parametrize(
    ("vr", "value", "text"),
    [
        ("US", struct.pack("<3H", 1, 2, 65535), "1\\2\\65535"),
        ("SS", struct.pack("<2h", -1, 2), "-1\\2"),
        ("FD", struct.pack("<d", 0.1), "0.1"),
        ("FL", struct.pack("<f", 0.1), "0.1"),
        ("AT", struct.pack("<2H", 0x0010, 0x0010), "(0010,0010) PatientName"),
        ("DS", b"1.50 ", "1.50"),
        ("LT", b"a\\b\r\nc ", "a\\b␍⏎c"),
        ("UL", struct.pack("<I", 7), "7"),
    ],
)
def test_values_by_vr(tmp_path: Path, vr: str, value: bytes, text: str) -> None:
    path = tmp_path / "a"
    path.write_bytes(part_10([explicit(0x00091010, vr, value)]))
    assert all_rows(str(path))[-1].text == text


CHARSETS = sorted((BUNDLED / "charset_files").glob("chr*.dcm"))


@pytest.mark.parametrize("path", CHARSETS, ids=lambda path: path.name)
def test_person_names_in_every_character_set(path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset = pydicom.dcmread(path)
        values = [element.value for element in dataset.iterall() if element.VR == "PN"]
    wanted = ["\\".join(map(str, value)) if isinstance(value, MultiValue) else str(value) for value in values]
    rows = [row.text for row in all_rows(str(path)) if row.vr == "PN"]
    assert [text.rstrip("=") for text in rows] == [text.rstrip() for text in wanted]  # pydicom drops empty groups


def test_long_values_are_cut_and_whole_on_request(tmp_path: Path) -> None:
    text = "word " * 2000
    path = write(tmp_path / "a.dcm", AdditionalPatientHistory=text)
    rows = rows_of(path)
    index = next(at for at in range(len(rows)) if rows.row(at).name == "AdditionalPatientHistory")
    assert rows.row(index).text.endswith("…")
    assert len(rows.row(index).text) < 300
    assert rows.whole(index) == text.rstrip()


def test_a_whole_binary_value_is_a_hex_view(ct: str) -> None:
    rows = rows_of(ct)
    index = next(at for at in range(len(rows)) if rows.row(at).name == "PixelData")
    assert rows.whole(index).splitlines()[1].startswith("00000010  ")


def test_values_cannot_carry_escape_sequences(tmp_path: Path) -> None:
    path = write(tmp_path / "a.dcm", PatientID="\x1b]52;c;eA==\x07[/x]")
    rows = rows_of(path)
    index = next(at for at in range(len(rows)) if rows.row(at).name == "PatientID")
    assert "\x1b" not in rows.row(index).text + rows.whole(index) + "".join(rows.haystacks())


def numbers_of_pydicom(dataset: Dataset, tag: int) -> tuple[float, ...]:
    element = dataset.get(tag)
    if tag not in dataset or not element.VM:
        return ()
    value = element.value
    values = list(value) if element.VM > 1 else [value]
    return tuple(float(part) for part in values)


@pytest.mark.parametrize("path", sorted((BUNDLED / "test_files").glob("*.dcm")), ids=lambda path: path.name)
def test_attributes_have_the_values_that_pydicom_reads(path: Path) -> None:
    if path.name in {"no_meta.dcm", "badVR.dcm"}:
        pytest.skip("no_meta: stray first byte; badVR: NumberOfFrames is '1A', which pydicom refuses")
    attributes = Attributes.of(walk_file(str(path)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset = pydicom.dcmread(path, force=True)
    for tag in (0x00280010, 0x00280011, 0x00280030, 0x00200032, 0x00281050, 0x00281051, 0x00280100, 0x00200013, 0x00281052):
        wanted = numbers_of_pydicom(dataset, tag)
        found = attributes.numbers(tag)
        assert found == wanted, hex(tag)


def test_nested_items_are_found_by_number() -> None:
    attributes = Attributes.of(walk_file(bundled("CT_small.dcm")))
    items = attributes.items(0x00101002)
    assert [item.text(0x00100020) for item in items] == ["ABCD1234", "1234ABCD"]
    second = attributes.item(0x00101002, 1)
    assert second is not None
    assert second.text(0x00100020) == "1234ABCD"
    assert attributes.item(0x00101002, 2) is None


@pytest.mark.parametrize(
    ("charset", "value", "text"),
    [
        (b"", "Müller".encode("latin-1"), "M\ufffdller"),
        (b"ISO_IR 6", "Müller".encode("latin-1"), "M\ufffdller"),
        (b"ISO_IR 999", "Müller".encode("latin-1"), "M\ufffdller"),
        (b"ISO_IR 100", "Müller".encode("latin-1"), "Müller"),
        (b"ISO_IR 192", "Müller".encode(), "Müller"),
        (b"ISO_IR 192", "Müller".encode("latin-1"), "M\ufffdller"),
    ],
)
def test_a_wrong_character_set_shows_replacement_marks(tmp_path: Path, charset: bytes, value: bytes, text: str) -> None:
    path = tmp_path / "a"
    path.write_bytes(part_10([explicit(0x00080005, "CS", charset), explicit(0x00100010, "PN", value)]))
    assert all_rows(str(path))[-1].text == text


def test_what_is_odd_about_a_file_is_in_its_last_rows(tmp_path: Path) -> None:
    path = tmp_path / "a"
    inner = (
        struct.pack("<HHI", 0xFFFE, 0xE000, 12) + explicit(0x00080060, "CS", b"CT").replace(b"\2\0CT", b"\x3c\0CT") + b"  "
    )
    path.write_bytes(part_10([explicit(0x00081140, "SQ", inner), explicit(0x00100010, "PN", b"DOE^JANE")])[132:])
    rows = all_rows(str(path))
    assert [row.text for row in rows if row.broken] == [
        "There is no preamble (PS3.10 7.1)",
        "At byte 56 (0008,0060) says it is longer than the item it lies in; it was cut there",
    ]
    assert rows[-3].text == "DOE^JANE"


def test_a_search_looks_beyond_what_a_row_shows(tmp_path: Path) -> None:
    path = write(tmp_path / "a.dcm", AdditionalPatientHistory="word " * 100 + "NEEDLE")
    assert any("needle" in text for text in rows_of(path).haystacks())


def test_copied_values_are_without_decoration(ct: str) -> None:
    rows = rows_of(ct)
    copied = {rows.row(index).name: rows.copied(index) for index in range(len(rows))}
    assert copied["SOPClassUID"] == "1.2.840.10008.5.1.4.1.1.2"
    assert copied["PatientName"] == "DOE^JANE"
    assert copied["Rows"] == "64"
    assert copied["PixelData"] is None
