import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.files import bundled, write
from tui.dicom.library.scan import Kind, Listing, list_folder, natural_key
from tui.dicom.library.sniff import files_below, read_facts, seek_dicom


def listing(folder: Path) -> Listing:
    return list(list_folder(str(folder)))[-1]


def test_natural_order_folders_first(tmp_path: Path) -> None:
    for name in ("im10", "im2", "IM1", "b", "a"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "zfolder").mkdir()
    assert [entry.name for entry in listing(tmp_path).entries] == ["zfolder", "a", "b", "IM1", "im2", "im10"]


@given(st.integers(0, 10**18), st.integers(0, 10**18))
def test_digits_sort_by_their_value(a: int, b: int) -> None:
    assert (natural_key(f"im{a}x") < natural_key(f"im{b}x")) == (a < b)


def test_links_are_told_apart(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "up").symlink_to(tmp_path, target_is_directory=True)
    (inner / "itself").symlink_to(inner / "itself")
    (inner / "gone").symlink_to(tmp_path / "nothing")
    (inner / "file").symlink_to(write(tmp_path / "a.dcm"))
    (tmp_path / "elsewhere").mkdir()
    (inner / "elsewhere").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    os.mkfifo(inner / "fifo")
    kinds = {entry.name: entry.kind for entry in listing(inner).entries}
    assert kinds.pop("itself") in (Kind.LOOP, Kind.BROKEN)
    assert kinds == {
        "up": Kind.LOOP,
        "gone": Kind.BROKEN,
        "file": Kind.FILE,
        "elsewhere": Kind.FOLDER,
        "fifo": Kind.SPECIAL,
    }


def test_a_folder_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    found = listing(tmp_path / "missing")
    assert found.complete
    assert found.problem == "no such file or directory: this folder cannot be read"


def test_names_that_are_no_text_are_listed(tmp_path: Path) -> None:
    os.close(os.open(os.fsencode(tmp_path) + b"/inv\xff.dcm", os.O_CREAT | os.O_WRONLY))
    assert [entry.name for entry in listing(tmp_path).entries] == ["inv\udcff.dcm"]


@pytest.mark.parametrize(
    ("name", "modality", "number"),
    [
        ("CT_small.dcm", "CT", "1"),
        ("MR_small_bigendian.dcm", "MR", "1"),
        ("ExplVR_LitEndNoMeta.dcm", "RTPLAN", "1"),
        ("image_dfl.dcm", "OT", ""),
        ("zipMR.gz", "MR", "1"),
        ("DICOMDIR", "DIR", ""),
    ],
)
def test_dicom_is_told_by_content(name: str, modality: str, number: str) -> None:
    path = bundled(name) if name != "DICOMDIR" else bundled("dicomdirtests/DICOMDIR")
    facts = read_facts(path)
    assert facts.is_dicom
    assert facts.modality == modality
    assert facts.number == number


@pytest.mark.parametrize("name", ["README.txt", "test1.json", "rtplan.dump", "crayons.icc"])
def test_other_files_are_no_dicom(name: str) -> None:
    facts = read_facts(bundled(name))
    assert not facts.is_dicom
    assert not facts.problem


def test_an_unreadable_file_says_why(tmp_path: Path) -> None:
    assert "no such file" in read_facts(str(tmp_path / "missing")).problem


def test_seeking_finds_the_nth_dicom_file(series: Path) -> None:
    paths = [entry.path for entry in listing(series).entries]
    assert [step for step in seek_dicom(paths, 3) if step] == [str(series / "IM3")]
    assert [step for step in seek_dicom(paths, 99) if step] == [str(series / "IM12")]
    assert [step for step in seek_dicom([str(series / "notes.txt")]) if step] == []


def test_files_below_come_from_the_folder_itself_first(tmp_path: Path) -> None:
    write(tmp_path / "b" / "x.dcm")
    (tmp_path / "z.txt").write_text("")
    (tmp_path / "b" / "loop").symlink_to(tmp_path, target_is_directory=True)
    assert list(files_below(str(tmp_path))) == [str(tmp_path / "z.txt"), str(tmp_path / "b" / "x.dcm")]
