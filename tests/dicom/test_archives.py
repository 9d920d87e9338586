"""Archives as folders, and what gzip packed: read in memory, bounded, and told where they are damaged."""

import gzip
import os
import shutil
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.files import bundled, write
from tui.dicom import archives, unnamed
from tui.dicom.archives import is_folder, listed
from tui.dicom.elements import walk_file
from tui.dicom.errors import ChangedError, ReadError
from tui.dicom.library.scan import Kind, list_folder
from tui.dicom.library.scanner import scan
from tui.dicom.library.studies import Library
from tui.dicom.pixels.load import load_picture
from tui.dicom.source import Source


def _zip(path: Path, folder: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(folder.parent))


def _tar(mode: str) -> Callable[[Path, Path], None]:
    def make(path: Path, folder: Path) -> None:
        with tarfile.open(path, mode) as archive:  # type: ignore[call-overload] # one of its modes
            archive.add(folder, folder.name)

    return make


_MAKERS: dict[str, Callable[[Path, Path], None]] = {
    "a.zip": _zip, "a.ZIP": _zip, "a.tar": _tar("w:"), "a.tar.gz": _tar("w:gz"), "a.tgz": _tar("w:gz"),
    "a.tar.bz2": _tar("w:bz2"), "a.tar.xz": _tar("w:xz"),
}  # fmt: skip


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    write(folder / "CT" / "IM1", InstanceNumber="1", SOPInstanceUID="1.2.1")
    write(folder / "CT" / "IM10", InstanceNumber="10", SOPInstanceUID="1.2.2")
    shutil.copy(bundled("MR_small.dcm"), folder / "mr.dcm")
    (folder / "notes.txt").write_text("nothing")
    return folder


@pytest.fixture(params=_MAKERS)
def archive(request: pytest.FixtureRequest, tmp_path: Path, files: Path) -> Path:
    path = tmp_path / "in" / str(request.param)
    path.parent.mkdir()
    _MAKERS[path.name](path, files)
    return path


def _names(path: str) -> list[tuple[str, Kind]]:
    *_, listing = list_folder(path)
    assert not listing.problem
    return [(entry.name, entry.kind) for entry in listing.entries]


def test_an_archive_is_a_folder(archive: Path) -> None:
    assert _names(str(archive.parent)) == [(archive.name, Kind.FOLDER)]
    assert _names(str(archive)) == [("files", Kind.FOLDER)]
    assert _names(f"{archive}/files") == [("CT", Kind.FOLDER), ("mr.dcm", Kind.FILE), ("notes.txt", Kind.FILE)]
    assert _names(f"{archive}/files/CT") == [("IM1", Kind.FILE), ("IM10", Kind.FILE)]
    assert is_folder(f"{archive}/files/CT")
    assert not is_folder(f"{archive}/files/mr.dcm")


def test_a_member_is_read_as_a_file(archive: Path, files: Path) -> None:
    with Source(f"{archive}/files/mr.dcm") as source:
        assert source.read(0, 1 << 20) == (files / "mr.dcm").read_bytes()
        assert not source.changed
    walked = walk_file(f"{archive}/files/mr.dcm")
    assert load_picture(walked, 0).frames == 1  # it is opened again


def test_all_of_it_is_scanned(archive: Path) -> None:
    for root in (archive, archive.parent, Path(f"{archive}/files/CT")):
        library = Library()
        for _ in scan([str(root)], library):
            continue
        assert (library.count, library.unread) == (2 if root.name == "CT" else 3, 0)


def test_nothing_is_unpacked_to_a_disk(archive: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    for _ in scan([str(archive)], Library()):
        continue
    assert sorted(tmp_path.rglob("*")) == before


def test_what_gzip_packed_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mr.dcm.gz"
    path.write_bytes(gzip.compress(Path(bundled("MR_small.dcm")).read_bytes()))
    assert walk_file(str(path)).elements[5:] == walk_file(bundled("MR_small.dcm")).elements[5:]
    library = Library()
    for _ in scan([str(tmp_path)], library):
        continue
    assert library.count == 1
    assert _names(str(tmp_path)) == [("mr.dcm.gz", Kind.FILE)]


def test_a_file_that_is_only_called_packed_is_read_as_it_is(tmp_path: Path) -> None:
    shutil.copy(bundled("MR_small.dcm"), tmp_path / "mr.gz")
    assert len(walk_file(str(tmp_path / "mr.gz")).elements) > 50


def test_members_that_lead_out_and_other_odd_names_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "odd.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("../out", "a/../../out", "/absolute", "./b//c", "d\\e", "..", "dup", "dup/inside"):
            archive.writestr(name, b"x")
    assert listed(str(path)) == [("absolute", False), ("b", True), ("d", True), ("dup", False)]
    assert listed(f"{path}/b") == [("c", False)]
    with pytest.raises(ReadError, match=r"out is not in odd\.zip"):
        Source(f"{path}/../out".replace("/../", "/"))


def test_links_and_devices_of_a_tar_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "odd.tar"
    with tarfile.open(path, "w") as archive:
        for name, kind in (
            ("link", tarfile.SYMTYPE),
            ("hard", tarfile.LNKTYPE),
            ("fifo", tarfile.FIFOTYPE),
            ("dev", tarfile.CHRTYPE),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    assert listed(str(path)) == []


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz", "a.tgz"])
def test_a_damaged_archive_is_a_folder_with_a_problem(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"no archive at all" * 99)
    *_, listing = list_folder(str(tmp_path / name))
    assert f"{name} cannot be read" in listing.problem
    library = Library()
    for _ in scan([str(tmp_path)], library):
        continue
    assert list(library.problems) == [str(tmp_path / name)]


def test_a_truncated_member_is_an_error(tmp_path: Path, files: Path) -> None:
    path = tmp_path / "a.zip"
    _zip(path, files)
    data = bytearray(path.read_bytes())
    at = data.index(b"files/mr.dcm") + 400
    data[at : at + 50] = bytes(50)
    path.write_bytes(data)
    with pytest.raises(ReadError, match=r"mr\.dcm in a\.zip cannot be read"):
        Source(f"{path}/files/mr.dcm")


def test_what_holds_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unnamed, "LARGEST_STREAM", 1 << 20)
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(4 << 20))
    with pytest.raises(ReadError, match="zeros holds more than"):
        Source(f"{path}/zeros")
    (tmp_path / "zeros.gz").write_bytes(gzip.compress(bytes(4 << 20)))
    with pytest.raises(ReadError, match="holds more than"):
        Source(str(tmp_path / "zeros.gz"))
    (tmp_path / "bomb.tar.gz").write_bytes(gzip.compress(bytes(4 << 20)))
    *_, listing = list_folder(str(tmp_path / "bomb.tar.gz"))
    assert "holds more than" in listing.problem


def test_an_archive_that_was_changed_is_told(tmp_path: Path, files: Path) -> None:
    path = tmp_path / "a.zip"
    _zip(path, files)
    walked = walk_file(f"{path}/files/mr.dcm")
    os.utime(path, (1, 1))
    with pytest.raises(ChangedError):
        walked.source.read(0, 10)


def test_an_encrypted_member_says_so(tmp_path: Path, files: Path) -> None:
    path = tmp_path / "a.zip"
    _zip(path, files)
    data = path.read_bytes()
    for head, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # the flag in both headers
        begin = 0
        while (begin := data.find(head, begin)) >= 0:
            data = data[: begin + at] + bytes([data[begin + at] | 1]) + data[begin + at + 1 :]
            begin += 4
    path.write_bytes(data)
    with pytest.raises(ReadError, match="encrypted"):
        Source(f"{path}/files/mr.dcm")


def test_of_two_members_of_a_name_the_last_is_read(tmp_path: Path) -> None:
    for number in (1, 2):
        write(tmp_path / str(number), InstanceNumber=str(number), SOPInstanceUID=f"1.2.{number}")
    folder = tmp_path / "in"
    folder.mkdir()
    with tarfile.open(folder / "a.tar", "w") as archive:
        archive.add(tmp_path / "1", "x")
        archive.add(tmp_path / "2", "x")
    library = Library()
    for _ in scan([str(folder)], library):
        continue
    assert [instance.number for instance in library.instances] == ["2"]


def test_a_name_of_very_many_folders_ends_soon(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("ab/" * 20_000 + "x", b"")
        archive.write(bundled("MR_small.dcm"), "mr.dcm")
    library = Library()
    for _ in scan([str(tmp_path)], library):
        continue
    assert library.count == 1


def test_what_gzip_packed_and_is_no_dicom_file_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "log.gz").write_bytes(gzip.compress(b"a line of a log\n" * 100_000))
    unpacked: list[str] = []
    monkeypatch.setattr(archives, "unpacked_gzip", lambda fd, path: unpacked.append(path))
    library = Library()
    for _ in scan([str(tmp_path)], library):
        continue
    assert (library.count, library.others, library.unread) == (0, 1, 0)
    assert unpacked == []


@pytest.mark.parametrize("name", ["A.DCM.GZ", "a.gz"])
def test_the_letters_of_its_ending_may_be_large(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(gzip.compress(Path(bundled("MR_small.dcm")).read_bytes()))
    library = Library()
    for _ in scan([str(tmp_path)], library):
        continue
    assert library.count == 1
    assert walk_file(str(tmp_path / name)).elements
