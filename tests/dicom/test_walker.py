"""The walk over items that are alike, over UN values, and over the first elements only."""

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.dicom.walked import rows_of_pydicom, rows_of_walk
from tests.files import BUNDLED, explicit, files_of, part_10
from tui.dicom.element import UNDEFINED
from tui.dicom.elements import Elements, walk_file
from tui.dicom.errors import ReadError
from tui.dicom.tags import load_rows

VALUES = st.lists(
    st.tuples(st.sampled_from([b"a ", b"bb", b"cccc", b""]), st.sampled_from([b"1.2 ", b"1.23"]), st.booleans()), max_size=12
)


def walk_bytes(folder: Path, data: bytes) -> Elements:
    path = folder / "file"
    path.write_bytes(data)
    return walk_file(str(path))


def item(content: bytes, *, undefined: bool) -> bytes:
    if undefined:
        return struct.pack("<HHI", 0xFFFE, 0xE000, UNDEFINED) + content + struct.pack("<HHI", 0xFFFE, 0xE00D, 0)
    return struct.pack("<HHI", 0xFFFE, 0xE000, len(content)) + content


@given(VALUES, st.booleans(), st.booleans())
def test_items_that_are_alike_are_read_as_pydicom_reads_them(
    tmp_path_factory: pytest.TempPathFactory, values: list[tuple[bytes, bytes, bool]], undefined: bool, nested: bool
) -> None:
    items = b""
    for text, uid, more in values:
        content = explicit(0x00080100, "SH", text) + explicit(0x00081155, "UI", uid)
        if nested:
            content += explicit(0x00081199, "SQ", item(explicit(0x00080104, "LO", text), undefined=not undefined))
        if more:
            content += explicit(0x00091001, "LO", text) + explicit(0x00280103, "US", b"\1\0")
        items += item(content, undefined=undefined)
    path = tmp_path_factory.mktemp("alike") / "file"
    path.write_bytes(part_10([explicit(0x00081140, "SQ", items), explicit(0x00100010, "PN", b"DOE^JANE")]))
    assert rows_of_walk(walk_file(str(path))) == rows_of_pydicom(path)


def test_an_item_that_is_cut_is_no_model_for_the_next(tmp_path: Path) -> None:
    code, more = explicit(0x00080100, "SH", b"abcd"), explicit(0x00080104, "LO", b"efgh")
    head = struct.pack("<HHI", 0xFFFE, 0xE000, len(code) + len(more))  # of the first one more than its sequence has
    cut, whole = explicit(0x00081140, "SQ", head + code), explicit(0x00081199, "SQ", head + code + more)
    found = walk_bytes(tmp_path, part_10([cut, whole, explicit(0x00100010, "PN", b"DOE^JANE")]))
    assert [element.tag for element in found.elements[3:]] == [
        0x00080100, 0x00081199, 0xFFFEE000, 0x00080100, 0x00080104, 0x00100010,
    ]  # fmt: skip


@pytest.mark.parametrize("path", [p for p in files_of(BUNDLED / "test_files") if p.suffix == ".dcm"], ids=lambda p: p.name)
def test_the_first_elements_are_the_beginning_of_all(path: Path) -> None:
    try:
        whole = walk_file(str(path))
    except ReadError:
        pytest.skip("it is no DICOM file")
    part = walk_file(str(path), most=20)
    assert part.elements == whole.elements[: len(part.elements)]
    assert part.partial == (len(part.elements) < len(whole.elements)) or not part.partial
    assert not part.partial or len(part.elements) > 20


def test_a_sequence_that_goes_on_beyond_the_first_elements_counts_no_items(tmp_path: Path) -> None:
    items = b"".join(item(explicit(0x00080100, "SH", b"abcd"), undefined=False) for _ in range(100))
    path = tmp_path / "file"
    path.write_bytes(part_10([explicit(0x00081140, "SQ", items)]))
    rows = load_rows(walk_file(str(path), most=30))
    assert rows.row(1).text == "…"
    assert load_rows(walk_file(str(path))).row(1).text == "100 items"


def test_what_lies_in_an_un_value_of_a_big_endian_file_is_little_endian(tmp_path: Path) -> None:
    inner = struct.pack("<HHI", 0x0028, 0x0010, 2) + struct.pack("<H", 512)
    content = struct.pack("<HHI", 0xFFFE, 0xE000, len(inner)) + inner + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    unknown = struct.pack(">HH2sHI", 0x0009, 0x1010, b"UN", 0, UNDEFINED) + content
    rows_element = struct.pack(">HH2sHH", 0x0028, 0x0010, b"US", 2, 256)
    found = walk_bytes(tmp_path, part_10([unknown, rows_element], "1.2.840.10008.1.2.2"))
    rows = load_rows(found)
    assert [rows.row(index).text for index in range(len(rows)) if rows.row(index).tag == "(0028,0010)"] == ["512", "256"]


def test_some_rows_are_what_they_are_one_by_one() -> None:
    for name in ("CT_small.dcm", "rtplan.dcm", "reportsi.dcm", "chrH31.dcm", "MR_small_bigendian.dcm", "JPEG2000.dcm"):
        path = next(path for path in files_of(BUNDLED) if path.name == name)
        many, single = load_rows(walk_file(str(path))), load_rows(walk_file(str(path)))
        together = many.some(range(len(many)))
        elements = single.elements.elements
        slow = [
            single._make(index, elements[index], single.is_parent(index)) if index < len(elements) else single.row(index)
            for index in range(len(single))
        ]
        assert together == slow


@given(st.integers(0, 1 << 16), st.binary(min_size=1, max_size=12))
def test_every_question_about_damaged_rows_has_an_answer(
    tmp_path_factory: pytest.TempPathFactory, place: int, wound: bytes
) -> None:
    data = bytearray((BUNDLED / "test_files" / "rtplan.dcm").read_bytes()[:9000])
    place %= len(data)
    data[place : place + len(wound)] = wound
    path = tmp_path_factory.mktemp("damaged") / "file"
    path.write_bytes(data)
    try:
        rows = load_rows(walk_file(str(path)))
    except ReadError:
        return
    for index in range(0, len(rows), 7):
        assert rows.whole(index) is not None
        assert rows.multiplicity(index) is None or isinstance(rows.multiplicity(index), int)
        assert isinstance(rows.every_value(index), tuple)


def test_fragments_are_shown_as_bytes() -> None:
    rows = load_rows(walk_file(str(BUNDLED / "test_files" / "JPEG2000.dcm")))
    fragment = next(index for index in range(len(rows)) if rows.is_fragment(index) and rows.row(index).text != "0 bytes")
    assert rows.whole(fragment).startswith("00000000  ff 4f ff 51")


def test_an_item_that_nothing_ends_is_no_model_for_the_next(tmp_path: Path) -> None:
    code, more = explicit(0x00080100, "SH", b"abcd"), explicit(0x00080104, "LO", b"efgh")
    head = struct.pack("<HHI", 0xFFFE, 0xE000, UNDEFINED)
    end, all_end = struct.pack("<HHI", 0xFFFE, 0xE00D, 0), struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    sequence = struct.pack("<HH2sHI", 0x0008, 0x1140, b"SQ", 0, UNDEFINED)
    again = struct.pack("<HH2sHI", 0x0008, 0x1199, b"SQ", 0, UNDEFINED)
    found = walk_bytes(tmp_path, part_10([sequence + head + code + all_end, again + head + code + more + end + all_end]))
    assert [element.tag for element in found.elements[3:]] == [0x00080100, 0x00081199, 0xFFFEE000, 0x00080100, 0x00080104]
    assert found.remarks == ()


def test_what_vrs_hang_on_is_learned_between_items_that_are_alike(tmp_path: Path) -> None:
    def implicit(tag: int, value: bytes) -> bytes:
        return struct.pack("<HHI", tag >> 16, tag & 0xFFFF, len(value)) + value

    mapping = item(implicit(0x00409216, b"\xfb\xff") + implicit(0x00409211, b"\5\0"), undefined=False)
    elements = [implicit(0x00089215, mapping), implicit(0x00280103, b"\1\0"), implicit(0x00409096, mapping)]
    rows = load_rows(walk_bytes(tmp_path, part_10(elements, "1.2.840.10008.1.2")))
    assert [rows.row(at).vr for at in range(len(rows)) if rows.row(at).tag == "(0040,9211)"] == ["US", "SS"]


def test_elements_without_a_vr_take_the_creator_of_their_own_item(tmp_path: Path) -> None:
    def held(creator: bytes) -> bytes:
        unmarked = struct.pack("<HHI", 0x0029, 0x1010, 4) + b"abcd"  # implicit VR among explicit ones
        return item(explicit(0x00290010, "LO", creator) + unmarked, undefined=False)

    sequence = explicit(0x00081140, "SQ", held(b"SIEMENS CSA HEADER") + held(b"ACME OF NO MEANING"))
    found = walk_bytes(tmp_path, part_10([sequence]))
    assert [element.vr for element in found.elements if element.tag == 0x00291010] == ["OB", "UN"]


@pytest.mark.parametrize("encoding", ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2"])
def test_deep_items_that_begin_alike_take_no_longer(tmp_path: Path, encoding: str) -> None:
    import time

    implicit = encoding.endswith(".1.2")
    head = (
        struct.pack("<HHI", 0x0008, 0x1140, UNDEFINED)
        if implicit
        else struct.pack("<HH2sHI", 0x0008, 0x1140, b"SQ", 0, UNDEFINED)
    )
    opened = head + struct.pack("<HHI", 0xFFFE, 0xE000, UNDEFINED)
    again = struct.pack("<HHI", 0xFFFE, 0xE000, UNDEFINED) + head + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    closed = struct.pack("<HHI", 0xFFFE, 0xE00D, 0)
    end = struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    begin = time.process_time()
    found = walk_bytes(tmp_path, part_10([opened * 5000 + (closed + again + closed + end) * 5000], encoding))
    assert max(element.depth for element in found.elements) > 9000
    assert time.process_time() - begin < 10  # it took minutes where every level copied all below it


def test_deep_private_texts_are_read_in_one_pass(tmp_path: Path) -> None:
    import time

    opened = b"\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
    inner = explicit(0x00090010, "LO", b"ACME") + explicit(0x00091001, "LO", "Müller".encode("latin-1") + b" ")
    data = part_10([explicit(0x00080005, "CS", b"ISO_IR 100"), opened * 10_000 + inner])
    rows = load_rows(walk_bytes(tmp_path, data))
    begin = time.process_time()
    texts = [rows.row(index).text for index in range(len(rows) - 4, len(rows))]
    assert "Müller" in texts
    assert time.process_time() - begin < 5


def test_long_texts_are_searched_to_their_end(tmp_path: Path) -> None:
    text = b"x" * 6000 + b"NEEDLE"
    numbers = struct.pack("<70I", *range(70_000, 70_070))
    rows = load_rows(walk_bytes(tmp_path, part_10([explicit(0x0040A160, "UT", text), explicit(0x00289001, "UL", numbers)])))
    haystacks = rows.haystacks()
    assert "needle" in haystacks[1]
    assert "70069" in haystacks[2]
