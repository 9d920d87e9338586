import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.files import part_10
from tui.dicom.dictionary import lookup, lookup_private, tags_called, use_private
from tui.dicom.elements import walk_file
from tui.dicom.errors import ReadError
from tui.dicom.private_dictionary import read_private_dictionary
from tui.dicom.tags import load_rows

LINES = """# ours
(0029,"ACME 1.1",10)\tDS\tTubeAngle\t1\tPrivateTag
(0019-o-00ff,"ACME 1.1",20-2f)\tLO\tStationNotes\t1-n
"""


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "own.dic"
    path.write_text(LINES)
    yield path
    use_private(())


def test_names_and_vrs_of_private_attributes(own: Path, tmp_path: Path) -> None:
    use_private(read_private_dictionary(str(own)))
    entry = lookup_private("ACME 1.1", 0x00291010)
    assert entry is not None
    assert (entry.vr, entry.name) == ("DS", "TubeAngle")
    assert lookup_private("ACME 1.1", 0x00291011) is None
    assert lookup_private("ACME 1.1", 0x002F1025) == lookup_private("ACME 1.1", 0x00191120)
    file = tmp_path / "file.dcm"
    creator = b"\x29\x00\x10\x00\x08\x00\x00\x00ACME 1.1"
    value = b"\x29\x00\x10\x10\x04\x00\x00\x0012.5"
    file.write_bytes(part_10([creator, value], "1.2.840.10008.1.2"))
    rows = load_rows(walk_file(str(file)))
    assert rows.row(2)[1:5] == ("(0029,1010)", "DS", "[TubeAngle]", "12.5")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("0029,10 DS Name 1", "with tabs between them"),
        ('(0028,"ACME",10)\tDS\tName\t1', "are odd"),
        ('(0029,"ACME",10)\tXX\tName\t1', "XX is no value representation"),
        ("(0029,10)\tDS\tName\t1", "is no private tag"),
        ('(0029,"ACME",20-10)\tDS\tName\t1', "end before they begin"),
    ],
)
def test_a_line_that_is_wrong_is_named(tmp_path: Path, line: str, reason: str) -> None:
    path = tmp_path / "own.dic"
    path.write_text(f"# a remark\n\n{line}\n")
    with pytest.raises(ReadError, match=f"line 3: .*{reason}"):
        read_private_dictionary(str(path))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"none\.dic cannot be read"):
        read_private_dictionary(str(tmp_path / "none.dic"))


@pytest.mark.oracle
@pytest.mark.skipif(shutil.which("dcmdump") is None, reason="DCMTK is not installed")
def test_the_dictionary_of_dcmtk_is_read() -> None:
    (path,) = Path("/usr/share").glob("libdcmtk*/private.dic")
    assert len(read_private_dictionary(str(path))) > 2500


def test_attributes_that_are_newer_than_the_other_tables_are_known() -> None:
    entry = lookup(0x00100041)
    assert entry is not None
    assert entry[:3] == ("SQ", "1", "Gender Identity Sequence")
    assert entry.keyword == "GenderIdentitySequence"
    assert tags_called("genderidentitysequence") == (0xFFFFFFFF, 0x00100041)
