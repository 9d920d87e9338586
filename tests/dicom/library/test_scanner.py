"""Scanning: what is found, what cannot be read, links, and scans that are stopped and gone on with."""

import os
import shutil
import time
from itertools import islice
from pathlib import Path

import pytest

from tests.files import bundled, dataset, write
from tests.library_tree import write_tree
from tui.dicom.errors import ReadError
from tui.dicom.library import ahead, scanner
from tui.dicom.library.header import HeaderReader
from tui.dicom.library.scanner import scan
from tui.dicom.library.studies import Library


def _scanned(*roots: Path) -> Library:
    library = Library()
    for _ in scan([str(root) for root in roots], library):
        continue
    return library


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    write_tree(tmp_path / "tree", series=6, files=40, junk=3)
    return tmp_path / "tree"


def test_a_scan_that_was_stopped_is_gone_on_with(tree: Path) -> None:
    library = Library()
    job = scan([str(tree)], library)
    while library.count < 100:
        next(job)
    del job
    before = library.count
    looked_at = before + library.others
    assert before < 240
    steps = list(scan([str(tree)], library))
    assert library.count == 240
    assert steps[-1].done == 240 + 3 - looked_at  # what was looked at is not looked at again
    assert not library.repeated


def test_what_a_receiver_writes_meanwhile_is_found_by_the_next_scan(tree: Path) -> None:
    library = _scanned(tree)
    dataset(SOPInstanceUID="1.2.3.99", PatientID="NEW").save_as(tree / "new.dcm", enforce_file_format=True)
    for _ in scan([str(tree)], library):
        continue
    assert library.count == 241
    assert ("NEW", "") in library.patients


def test_a_folder_that_is_removed_meanwhile_is_told_and_the_rest_is_read(tree: Path) -> None:
    library = Library()
    job = scan([str(tree)], library)
    while library.count < 45:
        next(job)
    shutil.rmtree(tree / "PAT0000" / "STUDY0001")
    for _ in job:
        continue
    assert 45 <= library.count < 240
    (path, why), *_ = library.problems.items()
    assert "STUDY0001" in path
    assert "no such file or directory" in why


def test_files_that_vanish_between_listing_and_reading_are_told(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanner, "_STEP_EVERY", 1)
    library = Library()
    job = scan([str(tree)], library)
    while library.count < 2:
        next(job)
    folder = tree / "PAT0000" / "STUDY0000" / "SER0000"
    for name in ("IM00010", "IM00011"):
        (folder / name).unlink()
    for _ in job:
        continue
    assert library.count == 238
    assert [os.path.basename(path) for path in library.problems] == ["IM00010", "IM00011"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_told(tree: Path) -> None:
    (tree / "PAT0000" / "STUDY0001").chmod(0)
    file = tree / "PAT0000" / "STUDY0000" / "SER0000" / "IM00001"
    file.chmod(0)
    library = _scanned(tree)
    (tree / "PAT0000" / "STUDY0001").chmod(0o755)
    assert library.unread == 2
    assert all("permission denied" in why for why in library.problems.values())


def test_unreadable_folders_are_told_by_whoever_runs_it(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str) -> "os._ScandirIterator[str]":
        if path.endswith("STUDY0001"):
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    real = os.scandir
    monkeypatch.setattr(os, "scandir", refuse)
    library = _scanned(tree)
    assert [(os.path.basename(path), why) for path, why in library.problems.items()] == [
        ("STUDY0001", "permission denied: this folder cannot be read")
    ]
    assert library.count == 120


def test_links_lead_nowhere_twice_and_never_around(tree: Path, tmp_path: Path) -> None:
    (tree / "loop").symlink_to(tree)
    (tree / "PAT0000" / "up").symlink_to(tmp_path)
    (tree / "PAT0000" / "STUDY0000" / "again").symlink_to(tree / "PAT0000" / "STUDY0001")
    (tree / "copy.dcm").symlink_to(tree / "PAT0000" / "STUDY0000" / "SER0000" / "IM00001")
    (tree / "dead").symlink_to(tmp_path / "nothing")
    outside = tmp_path / "outside"
    write_tree(outside, series=1, files=5, seed=4)
    (tree / "PAT0000" / "STUDY0000" / "beside").symlink_to(outside)
    (tree / "PAT0000" / "STUDY0001" / "beside").symlink_to(outside)
    library = _scanned(tree)
    assert library.count == 245
    assert len(library.repeated) == 5  # the tree outside has the same UIDs
    assert [os.path.basename(path) for path, why in library.problems.items() if why == "a link to nothing"] == ["dead"]
    assert library.links >= 3


def test_one_folder_of_20_000_files_is_read_in_natural_order(tmp_path: Path) -> None:
    first = write_tree(tmp_path / "one", series=1, files=1)[0]
    flat = tmp_path / "flat"
    flat.mkdir()
    for number in range(20_000):
        os.link(first, flat / f"IM{number}")
    library = _scanned(flat)
    assert library.count == 20_000
    names = [instance.name for instance in library.instances]
    assert names == [f"IM{number}" for number in range(20_000)]
    assert len(library.repeated) == 1


def test_files_are_named_too_and_those_known_are_not_read_again(tree: Path) -> None:
    file = tree / "PAT0000" / "STUDY0000" / "SER0000" / "IM00003"
    library = _scanned(file)
    assert library.count == 1
    for _ in scan([str(file), str(tree)], library):
        continue
    assert library.count == 240


def test_a_slow_disk_is_read_ahead_by_threads(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touched: list[str] = []
    monkeypatch.setattr(ahead, "_touch", touched.append)
    monkeypatch.setattr(scanner, "_SLOW_S", 0.0)
    monkeypatch.setattr(scanner, "_STEP_EVERY", 4)
    library = _scanned(tree)
    deadline = time.monotonic() + 20
    while len(touched) < 190 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert library.count == 240
    assert len(touched) >= 190
    assert len(set(touched)) == len(touched)


def test_a_scan_beside_a_user_interface_gives_way(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(scanner, "_GIVE_WAY_EVERY", 20)
    monkeypatch.setattr(time, "sleep", slept.append)
    for _ in scan([str(tree)], Library(), gently=True):
        continue
    assert len(slept) >= 240 // 20


def test_pipes_and_devices_are_never_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    shutil.copy(bundled("CT_small.dcm"), tmp_path / "ct.dcm")
    library = _scanned(tmp_path)
    assert (library.count, library.others, library.unread) == (1, 0, 0)


def test_steps_come_while_a_long_folder_is_listed(tree: Path) -> None:
    notes = [step.note for step in islice(scan([str(tree)], Library()), 5)]
    assert notes[0] == str(tree)


# --- roots, names and files that change


def test_folders_that_lie_in_each_other_are_read_once(tree: Path) -> None:
    inner = tree / "PAT0000" / "STUDY0001"
    for roots in ([tree, inner], [inner, tree], [tree, tree], [Path(f"{tree}/"), tree]):
        library = Library()
        for _ in scan([str(root) for root in roots], library):
            continue
        assert (library.count, len(library.repeated)) == (240, 0)


def test_what_was_looked_at_is_counted_once(tree: Path) -> None:
    (tree / "empty").touch()
    library = Library()
    for _turn in range(3):
        for _ in scan([str(tree)], library):
            continue
        assert (library.count, library.others, library.unread) == (240, 3, 1)


def test_a_file_that_was_met_half_written_is_read_again(tree: Path) -> None:
    whole = tree / "PAT0000" / "STUDY0000" / "SER0000" / "IM00001"
    data = whole.read_bytes()
    whole.write_bytes(data[: len(data) // 2])
    early = tree / "early"
    early.write_bytes(b"")
    library = _scanned(tree)
    assert (library.count, library.unread) == (240, 1)
    whole.write_bytes(data)
    early.write_bytes(data.replace(b"IM00001", b"IM00002"))
    for _ in scan([str(tree)], library):
        continue
    assert (library.count, library.unread) == (241, 0)
    (found,) = (instance for instance in library.instances if instance.path == str(whole))
    assert (found.size, found.broken) == (len(data), "")
    assert list(map(len, library.repeated.values())) == [2]  # one that came early is a copy, told once


def test_a_dicomdir_that_was_met_half_written_is_known_once(tmp_path: Path) -> None:
    path = tmp_path / "DICOMDIR"
    data = Path(bundled("dicomdirtests/DICOMDIR")).read_bytes()
    path.write_bytes(data[:-1000])
    library = _scanned(tmp_path)
    path.write_bytes(data)
    for _ in range(2):
        for _step in scan([str(tmp_path)], library):
            continue
        assert [(each.size, each.broken) for each in library.directories] == [(len(data), "")]


def test_a_file_that_shrinks_while_it_is_read_ends(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tree / "long", StudyDescription="x" * 20000, SOPInstanceUID="1.2.9")
    real = os.lseek

    def shrink(fd: int, offset: int, whence: int) -> int:
        size = real(fd, offset, whence)
        os.truncate(path, 9000)
        return size

    monkeypatch.setattr(os, "lseek", shrink)
    found = HeaderReader().read(path)
    assert found is not None
    assert found.broken


def test_a_name_that_no_file_can_have_is_an_error() -> None:
    with pytest.raises(ReadError, match="cannot be read: embedded null byte"):
        HeaderReader().read("a\0b")
