"""The index: the same library with it as without it, and nothing that is damaged or old is ever believed."""

import os
import shutil
import sqlite3
import stat
from pathlib import Path

import pytest

from tests.files import write
from tests.library_tree import write_tree
from tui.dicom.errors import WriteError
from tui.dicom.library import scanner
from tui.dicom.library.header import HeaderReader
from tui.dicom.library.index import Index, clear
from tui.dicom.library.scanner import scan
from tui.dicom.library.studies import Library


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    write_tree(tmp_path / "tree", series=8, files=5, junk=3)
    (tmp_path / "tree" / "empty").touch()
    write(
        tmp_path / "tree" / "odd\udcff\n.dcm", PatientName="M\u00fcller^J", SpecificCharacterSet="ISO_IR 192", PatientID="U"
    )
    return tmp_path / "tree"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "index.sqlite3"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the files whose headers are read."""
    names: list[str] = []

    class Counting(HeaderReader):
        def read(self, path: str):  # type: ignore[no-untyped-def] # noqa: ANN202 - as the base class says
            names.append(os.path.basename(path))
            return super().read(path)

    monkeypatch.setattr(scanner, "HeaderReader", Counting)
    return names


def _scanned(tree: Path, file: Path | None) -> tuple[Library, str]:
    library, word = Library(), ""
    index = Index(str(file)) if file is not None else None
    for _ in scan([str(tree)], library, index=index):
        continue
    if index is not None:
        index.close()
        word = index.word
    return library, word


def _facts(library: Library) -> object:
    return sorted(library.instances), library.others, library.unread, sorted(library.uids), sorted(library.repeated)


def test_a_library_is_the_same_with_the_index_and_nothing_is_read_again(tree: Path, file: Path, read: list[str]) -> None:
    plain, _ = _scanned(tree, None)
    built, _ = _scanned(tree, file)
    assert len(read) == 2 * 45
    read.clear()
    again, word = _scanned(tree, file)
    assert read == ["empty"]  # what could not be read may be readable now
    assert word == ""
    assert _facts(plain) == _facts(built) == _facts(again)


def test_it_is_for_its_owner_only(tree: Path, file: Path) -> None:
    _scanned(tree, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [path.name for path in file.parent.iterdir()] == ["index.sqlite3"]


def test_what_changed_is_read_again_and_nothing_else(tree: Path, file: Path, read: list[str]) -> None:
    _scanned(tree, file)
    read.clear()
    one = tree / "PAT0000" / "STUDY0000" / "SER0000"
    write(one / "IM00003", PatientID="CHANGED", SOPInstanceUID="1.2.3.77")
    (tree / "PAT0000" / "STUDY0000" / "SER0001" / "IM00002").unlink()
    write(tree / "PAT0000" / "STUDY0001" / "SER0003" / "new", SOPInstanceUID="1.2.3.78")
    library, _ = _scanned(tree, file)
    assert ("CHANGED", "") in library.patients
    assert library.count == 8 * 5 + 1 - 1 + 1
    changed = (one, tree / "PAT0000" / "STUDY0000" / "SER0001", tree / "PAT0000" / "STUDY0001" / "SER0003")
    assert sorted(read) == sorted(["empty", *(path.name for folder in changed for path in folder.iterdir())])
    assert _facts(library) == _facts(_scanned(tree, None)[0])


def test_a_file_that_was_written_anew_with_the_same_size_is_read_again(tree: Path, file: Path) -> None:
    path = tree / "PAT0000" / "STUDY0000" / "SER0000" / "IM00003"
    _scanned(tree, file)
    path.write_bytes(path.read_bytes().replace(b"PAT0000 ", b"PATXXXX ").replace(b"PAT0000", b"PATXXXX"))
    library, _ = _scanned(tree, file)
    assert ("PATXXXX", "") in library.patients


def test_what_was_removed_is_not_there(tree: Path, file: Path) -> None:
    _scanned(tree, file)
    shutil.rmtree(tree / "PAT0000" / "STUDY0001")
    library, _ = _scanned(tree, file)
    assert library.count == 8 * 5 - 3 * 5 + 1
    assert [Path(path).name for path in library.problems] == ["empty"]


@pytest.mark.parametrize("content", [b"no database at all" * 99, b"SQLite format 3\0" + b"\xff" * 4000])
def test_a_damaged_file_is_made_anew_with_a_word(tree: Path, file: Path, content: bytes) -> None:
    file.parent.mkdir(mode=0o700)
    file.write_bytes(content)
    library, word = _scanned(tree, file)
    assert library.count == 41
    assert word == "the index was damaged, or of another version, and is made anew"
    assert _scanned(tree, file)[1] == ""


def test_one_of_another_version_is_made_anew_with_a_word(tree: Path, file: Path, read: list[str]) -> None:
    _scanned(tree, file)
    with sqlite3.connect(file) as changed:
        changed.execute("PRAGMA user_version = 99")
    changed.close()
    read.clear()
    library, word = _scanned(tree, file)
    assert library.count == 41
    assert "of another version" in word
    assert len(read) == 45


def test_a_damaged_part_is_not_believed(tree: Path, file: Path) -> None:
    _scanned(tree, file)
    with sqlite3.connect(file) as changed:
        changed.execute("UPDATE folders SET texts = replace(texts, 'IM0', 'XX0')")
    changed.close()
    library, word = _scanned(tree, file)
    assert word == "a part of the index was damaged, and is made anew"
    assert _facts(library) == _facts(_scanned(tree, None)[0])


def test_folders_with_links_are_always_read(tree: Path, file: Path, read: list[str]) -> None:
    (tree / "PAT0000" / "link").symlink_to(tree / "PAT0000" / "STUDY0000")
    _scanned(tree, file)
    read.clear()
    library, _ = _scanned(tree, file)
    assert library.links == 1
    assert library.count == 41


def test_it_is_the_same_by_a_relative_path(tree: Path, file: Path, read: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    _scanned(tree, file)
    read.clear()
    monkeypatch.chdir(tree.parent)
    library, _ = _scanned(Path("tree"), file)
    assert read == ["empty"]
    assert {instance.folder.split("/")[0] for instance in library.instances} == {"tree"}


def test_values_that_hold_its_own_marks_are_not_kept(tmp_path: Path, file: Path, read: list[str]) -> None:
    write(tmp_path / "tree" / "a\x1fb", SOPInstanceUID="1.2.3")
    _scanned(tmp_path / "tree", file)
    library, _ = _scanned(tmp_path / "tree", file)
    assert library.count == 1
    assert len(read) == 2


def test_where_it_cannot_be_written_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WriteError, match="cannot be made"):
        Index(str(tmp_path / "file" / "index.sqlite3"))


def test_clearing_removes_it(tree: Path, file: Path) -> None:
    _scanned(tree, file)
    assert clear(str(file))
    assert not clear(str(file))
    assert list(file.parent.iterdir()) == []


def test_a_page_that_is_damaged_makes_it_anew(tree: Path, file: Path) -> None:
    _scanned(tree, file)
    data = bytearray(file.read_bytes())
    page = int.from_bytes(data[16:18], "big")
    data[page:] = b"\xaa" * (len(data) - page)  # the first page, with the schema, is as it was
    file.write_bytes(data)
    library, word = _scanned(tree, file)
    assert library.count == 41
    assert word == "the index was damaged, or of another version, and is made anew"
    assert _scanned(tree, file)[1] == ""


def test_a_table_of_other_columns_is_made_anew(tree: Path, file: Path, read: list[str]) -> None:
    _scanned(tree, file)
    with sqlite3.connect(file) as changed:
        changed.execute("DROP TABLE folders")
        changed.execute("CREATE TABLE folders (path BLOB PRIMARY KEY, other)")
    changed.close()
    library, word = _scanned(tree, file)
    assert library.count == 41
    assert word == "the index was damaged, or of another version, and is made anew"
    read.clear()
    assert _scanned(tree, file)[1] == ""
    assert read == ["empty"]


def test_two_programs_may_have_it_open(tree: Path, file: Path) -> None:
    index = Index(str(file))
    library = Library()
    for _ in scan([str(tree)], library, index=index):
        continue
    index.commit()  # as is done before new files are waited for
    assert _scanned(tree, file)[1] == ""
    index.close()
    assert index.word == ""


def test_repeated_files_of_the_index_are_told_and_taken_away(tree: Path, file: Path) -> None:
    first = next(path for path in sorted(tree.rglob("*")) if path.is_file() and path.stat().st_size > 1000)
    for name in ("again", "and again"):
        (tree / name).mkdir()
        (tree / name / "copy.dcm").write_bytes(first.read_bytes())
    plain, _ = _scanned(tree, None)
    built, _ = _scanned(tree, file)
    again, _ = _scanned(tree, file)
    assert _facts(plain) == _facts(built) == _facts(again)
    (uid,) = again.repeated
    assert len(again.repeated[uid]) == 3
    for left in (2, 1, 0):
        again.remove(again.repeated[uid][0] if uid in again.repeated else next(i for i in again.instances if i.uid == uid))
        assert len([instance for instance in again.instances if instance.uid == uid]) == left
        assert again.count == len(list(again.instances))
    assert uid not in again.uids
    assert not again.repeated
