import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.dicom.walked import rows_of_pydicom, rows_of_walk
from tests.files import BUNDLED, SHARED, bundled, explicit, files_of, part_10
from tui.dicom.element import ITEM, UNDEFINED
from tui.dicom.elements import Elements, walk_file
from tui.dicom.errors import ReadError
from tui.dicom.tags import load_rows

# Files where the walk shows more or other than pydicom, each with its reason.
DIFFERENT = {
    "winter.dcm": "holds (0008,0018) and (0020,0013) twice; a pydicom dataset keeps one",
    "pydicom__winter.dcm": "the same",
    "no_meta.dcm": "begins with a stray byte; pydicom, forced, reads one element of nonsense",
    "pydicom__no_meta.dcm": "the same",
    "pydicomdata__emri_small_jpeg_2k_lossless_too_short.dcm": "pydicom gives up where the file ends inside a sequence",
}
DICOM_SUFFIXES = {".dcm", ""}


def dicom_files(root: Path) -> list[Path]:
    return [path for path in files_of(root) if path.suffix in DICOM_SUFFIXES or path.name[0].isdigit()]


def walked(path: Path) -> Elements | None:
    try:
        return walk_file(str(path))
    except ReadError:
        return None


def check_against_pydicom(path: Path) -> None:
    found = walked(path)
    if found is None:
        with pytest.raises(Exception):  # noqa: B017, PT011 - whatever pydicom raises at what is no DICOM
            import pydicom

            pydicom.dcmread(path)
        return
    assert rows_of_walk(found) == rows_of_pydicom(path)


@pytest.mark.parametrize("path", dicom_files(BUNDLED), ids=lambda path: path.name)
def test_the_same_elements_as_pydicom(path: Path) -> None:
    if path.name in DIFFERENT:
        pytest.skip(DIFFERENT[path.name])
    if path.name not in {"LICENSE", "README"}:
        check_against_pydicom(path)


@pytest.mark.corpus
@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared files are not beside this checkout")
@pytest.mark.parametrize("path", dicom_files(SHARED) if SHARED.is_dir() else [], ids=lambda path: path.name)
def test_the_same_elements_as_pydicom_shared(path: Path) -> None:
    if path.name in DIFFERENT:
        pytest.skip(DIFFERENT[path.name])
    if path.parent.name != "LICENSES":
        check_against_pydicom(path)


def walk_bytes(folder: Path, data: bytes) -> Elements:
    path = folder / "file"
    path.write_bytes(data)
    return walk_file(str(path))


def test_a_file_that_ends_early_gives_everything_up_to_the_break(tmp_path: Path) -> None:
    whole = part_10([explicit(0x00080060, "CS", b"CT"), explicit(0x00100010, "PN", b"DOE^JANE")])
    found = walk_bytes(tmp_path, whole[:-3])
    assert [element.tag for element in found.elements] == [0x00020010, 0x00080060, 0x00100010]
    assert found.broken is not None
    assert found.broken.offset == len(whole) - 8
    assert "PatientName says it has 8 bytes, the file ends after 5" in found.broken.reason


def test_a_break_in_a_sequence_says_what_stood_there(tmp_path: Path) -> None:
    nonsense = struct.pack("<HHI", 0x0008, 0x0100, 4) + b"abcd"
    sequence = struct.pack("<HH2sHI", 0x0008, 0x1140, b"SQ", 0, UNDEFINED) + nonsense
    found = walk_bytes(tmp_path, part_10([explicit(0x00080060, "CS", b"CT"), sequence]))
    assert found.broken is not None
    assert "an item was expected, (0008,0100) was found" in found.broken.reason
    assert [element.tag for element in found.elements][-2:] == [0x00080060, 0x00081140]


@pytest.mark.parametrize("undefined", [True, False])
def test_ten_thousand_levels_of_nesting(tmp_path: Path, undefined: bool) -> None:
    levels = 10_000
    if undefined:
        opened = struct.pack("<HH2sHI", 0x0008, 0x1140, b"SQ", 0, UNDEFINED) + struct.pack("<HHI", 0xFFFE, 0xE000, UNDEFINED)
        closed = struct.pack("<HHIHHI", 0xFFFE, 0xE00D, 0, 0xFFFE, 0xE0DD, 0)
        data = opened * levels + closed * levels
    else:
        data = b""
        parts = []
        for level in range(levels, 0, -1):
            inner = 20 * (levels - level)
            parts.append(
                struct.pack("<HH2sHI", 0x0008, 0x1140, b"SQ", 0, inner + 8) + struct.pack("<HHI", 0xFFFE, 0xE000, inner)
            )
        data = b"".join(reversed(parts))
    found = walk_bytes(tmp_path, part_10([data, explicit(0x00100010, "PN", b"DOE^JANE")]))
    assert found.broken is None
    assert max(element.depth for element in found.elements) == 2 * levels - 1
    assert found.elements[-1].depth == 0
    rows = load_rows(found)
    assert rows.row(2 * levels).text in ("", "empty")
    assert rows.row(len(rows) - 1).text == "DOE^JANE"


def test_a_declared_length_of_two_gigabytes_reads_nothing(tmp_path: Path) -> None:
    huge = struct.pack("<HH2sHI", 0x7FE0, 0x0010, b"OW", 0, 0x7FFFFFFE) + b"few"
    found = walk_bytes(tmp_path, part_10([huge]))
    assert found.broken is not None
    assert found.elements[-1].length == 0x7FFFFFFE


def test_un_of_undefined_length_is_an_implicit_sequence(tmp_path: Path) -> None:
    inner = struct.pack("<HHI", 0x0008, 0x0060, 2) + b"CT"
    item = struct.pack("<HHI", 0xFFFE, 0xE000, len(inner)) + inner
    unknown = struct.pack("<HH2sHI", 0x0009, 0x1010, b"UN", 0, UNDEFINED) + item + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    found = walk_bytes(tmp_path, part_10([unknown, explicit(0x00100010, "PN", b"DOE^JANE")]))
    assert [(element.depth, element.tag, element.vr) for element in found.elements[1:]] == [
        (0, 0x00091010, "SQ"),
        (1, ITEM, ""),
        (2, 0x00080060, "CS"),
        (0, 0x00100010, "PN"),
    ]


@pytest.mark.parametrize("content", [b"", b"x", b"no DICOM at all " * 20, b"\0" * 200, b"DICM", b"\x08\0"])
def test_what_is_no_dicom_is_told(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ReadError, match="is no DICOM file"):
        walk_bytes(tmp_path, content)


def test_a_walk_ends_behind_the_last_tag_that_is_wanted() -> None:
    found = walk_file(bundled("CT_small.dcm"), until=0x00100020)
    assert found.elements[-1].tag == 0x00100020
    assert found.broken is None


SEEDS = ("CT_small.dcm", "rtplan.dcm", "MR_small_bigendian.dcm", "nested_priv_SQ.dcm", "image_dfl.dcm", "reportsi.dcm",
         "MR_small_jp2klossless.dcm", "UN_sequence.dcm")  # fmt: skip
WOUNDS = st.lists(st.tuples(st.integers(0, 1 << 16), st.binary(min_size=1, max_size=8)), max_size=6)


@given(st.sampled_from(SEEDS), st.integers(0, 1 << 16), WOUNDS)
def test_damaged_files_raise_nothing_but_errors_of_ours(
    tmp_path_factory: pytest.TempPathFactory, seed: str, cut: int, wounds: list[tuple[int, bytes]]
) -> None:
    data = bytearray(Path(bundled(seed)).read_bytes()[:20_000])
    for place, bytes_ in wounds:
        place %= len(data)
        data[place : place + len(bytes_)] = bytes_
    path = tmp_path_factory.mktemp("damaged") / "file"
    path.write_bytes(data[: len(data) - cut % len(data)])
    found = walked(path)
    if found is None:
        return
    rows = load_rows(found) if found.elements or found.broken else None
    if rows is not None:
        assert len(rows.haystacks()) == len(rows) == len(rows.parents)
        assert all(rows.key(index) for index in range(min(len(rows), 50)))


def test_a_value_longer_than_its_item_is_cut_there_and_told(tmp_path: Path) -> None:
    inner = explicit(0x00080060, "CS", b"CT").replace(b"\2\0CT", b"\x3c\0CT")
    sequence = explicit(0x00081140, "SQ", struct.pack("<HHI", 0xFFFE, 0xE000, len(inner)) + inner)
    found = walk_bytes(tmp_path, part_10([sequence, explicit(0x00100010, "PN", b"DOE^JANE")]))
    assert [(element.tag, element.length) for element in found.elements[-2:]] == [(0x00080060, 2), (0x00100010, 8)]
    assert "says it is longer than the item it lies in" in found.remarks[0]


def test_a_damaged_sequence_whose_end_is_known_does_not_stop_the_rest(tmp_path: Path) -> None:
    sequence = explicit(0x00081140, "SQ", b"nonsense" * 3)
    found = walk_bytes(tmp_path, part_10([sequence, explicit(0x00100010, "PN", b"DOE^JANE")]))
    assert found.broken is None
    assert found.elements[-1].tag == 0x00100010
    assert "an item was expected" in found.remarks[0]


def test_a_vr_of_a_later_edition_has_a_long_length(tmp_path: Path) -> None:
    newer = struct.pack("<HH2sHI", 0x0009, 0x1001, b"ZZ", 0, 4) + b"abcd"
    found = walk_bytes(tmp_path, part_10([newer, explicit(0x00100010, "PN", b"DOE^JANE")]))
    assert [(element.tag, element.vr, element.length) for element in found.elements[-2:]] == [
        (0x00091001, "UN", 4),
        (0x00100010, "PN", 8),
    ]


def test_fragments_cost_their_headers_only(tmp_path: Path) -> None:
    path = tmp_path / "slide"
    count, length = 2000, 100_000
    with path.open("wb") as file:  # sparse: mostly holes
        file.write(part_10([struct.pack("<HH2sHI", 0x7FE0, 0x0010, b"OB", 0, UNDEFINED)]))
        for _ in range(count):
            file.write(struct.pack("<HHI", 0xFFFE, 0xE000, length))
            file.seek(length, 1)
        file.write(struct.pack("<HHI", 0xFFFE, 0xE0DD, 0))
    found = walk_file(str(path))
    assert found.broken is None
    assert len(found.elements) == count + 2
    assert sum(map(len, found.source._windows)) < 1 << 20


def test_large_values_between_small_ones_are_not_kept(tmp_path: Path) -> None:
    data = part_10([explicit(0x00091000 + number, "OB", b"\0" * 200_000) for number in range(0x10, 0x50)])
    found = walk_bytes(tmp_path, data)
    assert found.broken is None
    assert sum(map(len, found.source._windows)) < len(data) // 5
    for element in found.elements[-3:]:
        assert len(found.source.head(element.offset, 64)) == 64


def test_deep_nesting_does_not_slow_the_search(tmp_path: Path) -> None:
    levels = 5000
    opened = struct.pack("<HH2sHI", 0x0008, 0x1140, b"SQ", 0, UNDEFINED) + struct.pack("<HHI", 0xFFFE, 0xE000, UNDEFINED)
    closed = struct.pack("<HHIHHI", 0xFFFE, 0xE00D, 0, 0xFFFE, 0xE0DD, 0)
    rows = load_rows(walk_bytes(tmp_path, part_10([opened * levels + closed * levels])))
    assert sum(map(len, rows.haystacks())) < 200 * len(rows)
