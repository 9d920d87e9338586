import struct
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.files import SHARED, explicit, part_10
from tui.dicom.csa import Field, fields
from tui.dicom.elements import walk_file
from tui.dicom.errors import ReadError
from tui.dicom.tags import load_rows

SIEMENS = SHARED / "images" / "dcmqa12bit__12bitUnsigned.dcm"


def csa(said: list[tuple[str, str, list[str]]], *, second: bool) -> bytes:
    """Write a CSA header; each field has room for six values, as real ones have."""
    data = b"SV10\4\3\2\1" if second else b""
    data += struct.pack("<II", len(said), 77)
    room = 6
    for name, vr, values in said:
        data += struct.pack("<64si4siii", name.encode(), len(values), vr.encode(), 6, room, 77)
        for value in [*values, *[""] * (room - len(values))]:
            text = value.encode() + b"\0" if value else b""
            sizes = (len(text),) * 2 + (77, len(text)) if second else (len(text) + room, len(text), 77, len(text))
            data += struct.pack("<4i", *sizes) + text + b"\0" * (-len(text) % 4)
    return data


SAID = [("B_value", "IS", ["1000"]), ("ImagePositionPatient", "DS", ["1.5", "-2", "3"]), ("Nothing", "LO", [])]


@pytest.mark.parametrize("second", [True, False])
def test_both_versions_are_read(second: bool) -> None:
    found = fields(csa(SAID, second=second))
    assert [(field.name, field.vr, list(field.values)) for field in found] == SAID


@given(st.binary(max_size=300), st.booleans(), st.integers(0, 400), st.integers(0, 255))
def test_damaged_headers_are_refused_or_read(data: bytes, second: bool, place: int, byte: int) -> None:
    whole = bytearray(csa(SAID, second=second))
    whole[place % len(whole)] = byte
    for damaged in (data, b"SV10" + data, bytes(whole), bytes(whole[: place % len(whole)])):
        with suppress(ReadError):
            assert all(isinstance(field, Field) for field in fields(damaged))


def test_fields_are_rows_below_the_element(tmp_path: Path) -> None:
    path = tmp_path / "siemens.dcm"
    header = csa(SAID, second=True)
    elements = [explicit(0x00290010, "LO", b"SIEMENS CSA HEADER"), explicit(0x00291010, "OB", header)]
    path.write_bytes(
        part_10([*elements, explicit(0x00291020, "OB", b"SV10 and no more"), explicit(0x00300010, "LO", b"x ")])
    )
    rows = load_rows(walk_file(str(path)))
    texts = [(rows.row(index).name, rows.row(index).text) for index in range(len(rows))]
    at = texts.index(("B_value", "1000"))
    assert rows.key(at) == "(0029,1010).B_value"
    assert rows.depth(at) == 1
    assert texts[at + 1] == ("ImagePositionPatient", "1.5\\-2\\3")
    assert rows.multiplicity(at + 1) == 3
    assert rows.whole(at + 1) == "1.5\n-2\n3"
    assert rows.copied(at) == "1000"
    assert "(0029,1020): the CSA header" in rows.notes[-1] or "(0029,1020): this is no CSA header" in rows.notes[-1]
    plain = load_rows(walk_file(str(path)), fold_out=False)
    assert len(plain) == len(plain.elements.elements) == 5


@pytest.mark.corpus
@pytest.mark.skipif(not SIEMENS.is_file(), reason="the shared files are not beside this checkout")
def test_a_real_header() -> None:
    rows = load_rows(walk_file(str(SIEMENS)))
    found = {rows.row(index).name: rows.row(index).text for index in rows.fields}
    assert len(rows.fields) == 100
    assert found["NumberOfImagesInMosaic"] == "35"
    assert found["AcquisitionMatrixText"] == "64*64"
    assert found["SliceNormalVector"] == "0.00174537\\-0.09237050\\0.99572318"
