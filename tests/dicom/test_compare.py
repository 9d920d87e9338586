import struct
from pathlib import Path
from typing import Any

import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import Dataset
from pydicom.sequence import Sequence

from tests.files import bundled, deep_file, explicit, part_10, write
from tui.dicom.compare import Comparer
from tui.dicom.difference import Comparison, Ignoring, Kind
from tui.dicom.difference_words import words_of
from tui.dicom.elements import walk_file
from tui.dicom.tags import load_rows


def compared(*paths: str, ignoring: Ignoring | None = None) -> Comparison:
    comparer = Comparer()
    for path in paths:
        comparer.add(load_rows(walk_file(path), fold_out=False))
    return comparer.result(ignoring or Ignoring())


def found(comparison: Comparison) -> list[tuple[str, str, str, str]]:
    return [(str(each.kind), each.name, each.text(0), each.text(1)) for each in comparison.differences]


def test_a_file_is_the_same_as_itself() -> None:
    comparison = compared(bundled("rtplan.dcm"), bundled("rtplan.dcm"))
    assert comparison.differences == ()
    assert comparison.same == 131


@pytest.mark.parametrize("other", ["MR_small_bigendian.dcm", "MR_small_implicit.dcm"])
def test_byte_order_and_vr_form_are_no_difference(other: str) -> None:
    comparison = compared(bundled("MR_small.dcm"), bundled(other), ignoring=Ignoring(meta=True))
    assert [each.name for each in comparison.differences] == ["DataSetTrailingPadding"]


def test_added_removed_and_changed(tmp_path: Path) -> None:
    before = write(tmp_path / "a.dcm", StudyDate="20040119", PatientSex="F", WindowWidth="400")
    after = write(tmp_path / "b.dcm", StudyDate="20040215", PatientAge="054Y", WindowWidth="380")
    comparison = compared(before, after)
    assert found(comparison) == [
        ("changed", "StudyDate", "20040119", "20040215"),
        ("removed", "PatientSex", "F", ""),
        ("added", "PatientAge", "", "054Y"),
        ("changed", "WindowWidth", "400", "380"),
    ]
    assert [each.words for each in comparison.differences] == ["27 days later", "", "", "-20 (-5 %)"]


def test_nested_differences_name_their_path(tmp_path: Path) -> None:
    def items(*ids: str) -> Sequence:
        made = []
        for each in ids:
            item = Dataset()
            item.ScheduledProcedureStepID = each
            made.append(item)
        return Sequence(made)

    before = write(tmp_path / "a.dcm", RequestAttributesSequence=items("x", "y"))
    after = write(tmp_path / "b.dcm", RequestAttributesSequence=items("x", "z", "w"))
    comparison = compared(before, after)
    assert [(each.kind, each.path, each.text(1)) for each in comparison.differences] == [
        (Kind.CHANGED, "(0040,0275)[1].(0040,0009)", "z"),
        (Kind.ADDED, "(0040,0275)[2]", ""),
        (Kind.ADDED, "(0040,0275)[2].(0040,0009)", "w"),
    ]


def test_private_attributes_are_told_by_creator_not_by_block(tmp_path: Path) -> None:
    def file(name: str, block: int) -> str:
        creator = explicit(0x00090000 | block, "LO", b"ACME")
        path = tmp_path / name
        path.write_bytes(part_10([creator, explicit(0x00090001 | block << 8, "SH", b"same")]))
        return str(path)

    comparison = compared(file("a", 0x10), file("b", 0x11))
    assert [each.name for each in comparison.differences] == ["private creator", "private creator"]
    ignored = compared(str(tmp_path / "a"), str(tmp_path / "b"), ignoring=Ignoring(private=True))
    assert ignored.differences == ()


def test_what_is_ignored(tmp_path: Path) -> None:
    before = write(tmp_path / "a.dcm", StudyDate="20040119", SOPClassUID="1.2.840.10008.5.1.4.1.1.2")
    after = write(
        tmp_path / "b.dcm", StudyDate="20050119", SOPInstanceUID="1.2.3.5", SOPClassUID="1.2.840.10008.5.1.4.1.1.4"
    )
    names = [each.name for each in compared(before, after, ignoring=Ignoring(uids=True, dates=True, meta=True)).differences]
    assert names == ["SOPClassUID"]  # which PS3.6 registers: it is not another instance, but another thing


def test_many_files_show_what_varies(tmp_path: Path) -> None:
    paths = [write(tmp_path / f"{n}.dcm", InstanceNumber=str(n), PatientSex="F" if n else None) for n in range(4)]
    comparison = compared(*paths)
    names = {each.name: [each.text(file) for file in range(4)] for each in comparison.differences}
    assert names["InstanceNumber"] == ["0", "1", "2", "3"]
    assert names["PatientSex"] == ["", "F", "F", "F"]
    assert all(each.kind is Kind.VARIES and not each.words for each in comparison.differences)


def test_long_values_are_compared_to_their_end(tmp_path: Path) -> None:
    length = 3 << 20
    data = bytearray(length)
    first = tmp_path / "a"
    first.write_bytes(part_10([explicit(0x7FE00010, "OW", bytes(data))]))
    data[-1] = 1
    second = tmp_path / "b"
    second.write_bytes(part_10([explicit(0x7FE00010, "OW", bytes(data))]))
    comparison = compared(str(first), str(second))
    assert [(each.name, each.words) for each in comparison.differences] == [("PixelData", "other bytes")]


def test_long_texts_keep_all_their_values(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in "ab"]
    for path, end in zip(paths, (b"x", b"y"), strict=True):
        path.write_bytes(part_10([explicit(0x0040A160, "UT", b"t" * 5001 + end)]))
    (difference,) = compared(*map(str, paths)).differences
    assert [str(cell[0])[-1] for cell in difference.values if cell] == ["x", "y"]
    assert difference.words == ""


def test_private_values_whose_vr_one_file_does_not_know(tmp_path: Path) -> None:
    known = tmp_path / "explicit"
    known.write_bytes(part_10([
        explicit(0x00110010, "LO", b"ACME"), explicit(0x00111001, "LO", b"hello "), explicit(0x00111002, "DS", b"1.5 "),
        explicit(0x00111003, "US", b"\7\0"),
    ]))  # fmt: skip
    unknown = tmp_path / "implicit"
    unknown.write_bytes(part_10([
        struct.pack("<HHI", 0x11, number, len(value)) + value
        for number, value in ((0x10, b"ACME"), (0x1001, b"hello "), (0x1002, b"1.5 "), (0x1003, b"\7\0"))
    ], "1.2.840.10008.1.2"))  # fmt: skip
    assert compared(str(known), str(unknown), ignoring=Ignoring(meta=True)).differences == ()
    unknown.write_bytes(unknown.read_bytes().replace(b"hello", b"hallo"))
    (difference,) = compared(str(known), str(unknown), ignoring=Ignoring(meta=True)).differences
    assert difference.tag == "(0011,1001)"


def test_of_several_values_those_that_vary_are_shown(tmp_path: Path) -> None:
    paths = [write(tmp_path / f"{n}.dcm", ImagePositionPatient=[1, 2, n]) for n in range(3)]
    (difference,) = compared(*paths).differences
    assert difference.varying == (2,)
    assert [difference.short_text(file) for file in range(3)] == ["0.0", "1.0", "2.0"]
    assert difference.text(1) == "1.0\\2.0\\1.0"


def test_words_of_another_byte_order_are_the_same(tmp_path: Path) -> None:
    values = [1, 2, 300]
    little = tmp_path / "a"
    little.write_bytes(part_10([explicit(0x7FE00010, "OW", struct.pack("<3H", *values))]))
    big = tmp_path / "b"
    head = struct.pack(">HH2sHI", 0x7FE0, 0x0010, b"OW", 0, 6)
    big.write_bytes(part_10([head + struct.pack(">3H", *values)], "1.2.840.10008.1.2.2"))
    assert compared(str(little), str(big), ignoring=Ignoring(meta=True)).differences == ()


def test_other_character_sets_say_the_same(tmp_path: Path) -> None:
    def file(name: str, charset: bytes, text: bytes) -> str:
        path = tmp_path / name
        path.write_bytes(part_10([explicit(0x00080005, "CS", charset), explicit(0x00100010, "PN", text)]))
        return str(path)

    before, after = file("a", b"ISO_IR 100", "Müller".encode("latin-1")), file("b", b"ISO_IR 192", b"M\xc3\xbcller ")
    assert [each.name for each in compared(before, after).differences] == ["SpecificCharacterSet"]


def test_ten_thousand_levels_are_compared(tmp_path: Path) -> None:
    path = tmp_path / "deep"
    path.write_bytes(deep_file(10_000))
    assert compared(str(path), str(path)).differences == ()


CHANGES = st.dictionaries(
    st.sampled_from(["PatientName", "PatientID", "StudyDescription", "Manufacturer", "Rows", "SliceThickness"]),
    st.integers(1, 9).map(str),
)


@given(CHANGES, CHANGES)
def test_what_differs_is_what_pydicom_says(
    tmp_path_factory: pytest.TempPathFactory, one: dict[str, str], other: dict[str, str]
) -> None:
    folder = tmp_path_factory.mktemp("pair")
    typed: list[dict[str, Any]] = [
        {name: int(value) if name == "Rows" else value for name, value in each.items()} for each in (one, other)
    ]
    paths = [write(folder / f"{number}.dcm", **each) for number, each in enumerate(typed)]
    first, second = map(pydicom.dcmread, paths)
    expected = {
        element.keyword for element in (*first, *second) if first.get(element.keyword) != second.get(element.keyword)
    }
    assert {each.name for each in compared(*paths).differences} == expected


@pytest.mark.parametrize(
    ("vr", "before", "after", "words"),
    [
        ("DA", ["20040119"], ["20040120"], "1 day later"),
        ("DA", ["20040119"], ["2004"], ""),
        ("TM", ["072731"], ["072730.5"], "0.5 s earlier"),
        ("TM", ["07"], ["0930"], "2 h 30 min later"),
        ("DT", ["20040119120000+0100"], ["20040119120000+0000"], "1 h later"),
        ("DT", ["20040119120000+0100"], ["20040119120000"], ""),
        ("DT", ["20040119"], ["20040121030000"], "2 d 3 h later"),
        ("AS", ["054Y"], ["648M"], "the same age"),
        ("AS", ["003D"], ["002W"], "11 days older"),
        ("DS", ["1.0"], ["1"], "the same number, written otherwise"),
        ("DS", ["0"], ["1.5"], "+1.5"),
        ("DS", ["1", "2", "3"], ["1", "2.5", "3"], "1 of 3 values, by 0.5 at the most"),
        ("US", [256], [512], "+256 (+100 %)"),
        ("US", [1], [65000], "+64999 (+6.5e+04 times)"),
        ("LO", ["Head"], ["HEAD"], "only upper and lower case differ"),
        ("LO", ["a", "b"], ["a"], "2 values, then 1"),
        ("CS", ["A", "B", "C"], ["A", "X", "C"], "value 2 of 3"),
        ("LO", [], ["x"], ""),
    ],
)
def test_differences_in_words(vr: str, before: list[Any], after: list[Any], words: str) -> None:
    assert words_of(vr, before, after) == words
