import os
import stat
from pathlib import Path

import pytest

from tui.dicom import save
from tui.dicom.errors import WriteError
from tui.dicom.leftovers import remove_leftovers
from tui.dicom.save import new_file, private_folder


@pytest.fixture(params=["unnamed", "named"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways: with unnamed temporary files, and on file systems that have none."""
    if request.param == "named":
        real = os.open

        def refuse(path: str, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
            if flags & os.O_TMPFILE == os.O_TMPFILE:
                raise OSError(95, "Operation not supported")
            return real(path, flags, mode, dir_fd=dir_fd)

        monkeypatch.setattr("tui.dicom.save.os.open", refuse)
    return str(request.param)


def write(path: Path, content: bytes = b"new", *, replace: bool = False) -> None:
    with new_file(str(path), replace=replace) as file:
        file.write(content)


@pytest.mark.usefixtures("way")
def test_a_file_appears_whole_and_private(tmp_path: Path) -> None:
    target = tmp_path / "out.dcm"
    with new_file(str(target)) as file:
        file.write(b"half")
        assert not target.exists()
        file.write(b" and half")
    assert target.read_bytes() == b"half and half"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["out.dcm"]


@pytest.mark.usefixtures("way")
def test_nothing_is_overwritten_unless_told(tmp_path: Path) -> None:
    target = tmp_path / "out.dcm"
    target.write_bytes(b"old")
    with pytest.raises(WriteError, match="a file of that name exists"):
        write(target)
    assert target.read_bytes() == b"old"
    write(target, replace=True)
    assert target.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["out.dcm"]


@pytest.mark.usefixtures("way")
def test_a_name_that_is_taken_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    target = tmp_path / "out.dcm"
    with pytest.raises(WriteError, match="a file of that name exists"), new_file(str(target)) as file:
        file.write(b"new")
        target.write_bytes(b"somebody else's")
    assert target.read_bytes() == b"somebody else's"
    assert os.listdir(tmp_path) == ["out.dcm"]


@pytest.mark.usefixtures("way")
def test_an_error_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), new_file(str(tmp_path / "out.dcm")) as file:
        file.write(b"half")
        raise ZeroDivisionError
    assert os.listdir(tmp_path) == []


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"old")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "out").symlink_to(outside)
    with pytest.raises(WriteError, match="exists"):
        write(folder / "out")
    write(folder / "out", replace=True)
    assert outside.read_bytes() == b"old"
    (tmp_path / "link").symlink_to(folder, target_is_directory=True)
    with pytest.raises(WriteError, match="its folder is a link"):
        write(tmp_path / "link" / "other")


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="its folder cannot be opened"):
        write(tmp_path / "missing" / "out")


def test_a_full_disk_is_said() -> None:
    with pytest.raises(WriteError, match=r"was not written"):
        write(Path("/dev/full/x"))


def test_leftovers_of_dead_processes_are_removed(tmp_path: Path) -> None:
    dead, alive = f"{save.PARTIAL_PREFIX}99999999-aa", f"{save.PARTIAL_PREFIX}{os.getpid()}-bb"
    for name in (dead, alive, "other"):
        (tmp_path / name).write_bytes(b"")
    assert remove_leftovers(str(tmp_path)) == [dead]
    assert sorted(os.listdir(tmp_path)) == sorted([alive, "other"])


def test_a_private_folder_is_the_owners(tmp_path: Path) -> None:
    private_folder(str(tmp_path / "a" / "b"))
    for folder in (tmp_path / "a", tmp_path / "a" / "b"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.usefixtures("way")
def test_a_folder_in_the_way_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(WriteError):
        write(tmp_path / "out", replace=True)
    assert os.listdir(tmp_path) == ["out"]


def test_without_links_the_name_is_reserved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr("tui.dicom.save._DESCRIPTORS", "/nowhere")
    monkeypatch.setattr("tui.dicom.save.os.link", refuse)
    write(tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == b"new"
    monkeypatch.setattr("tui.dicom.save.os.rename", refuse)
    with pytest.raises(WriteError):
        write(tmp_path / "other")
    assert os.listdir(tmp_path) == ["out"]
