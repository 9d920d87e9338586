"""``dicom-tui ls`` and ``dicom-tui check``, as processes."""

import csv
import io
import json
import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.files import bundled, write
from tests.library_tree import write_tree
from tests.test_cli import PROGRAM
from tests.test_cli_view import run


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    write_tree(tmp_path / "tree", series=7, files=3, junk=2)
    return tmp_path / "tree"


def test_ls_prints_a_line_for_each_series(tree: Path) -> None:
    done = run("ls", str(tree))
    assert (done.returncode, done.stderr) == (0, b"")
    head, *lines, summary = done.stdout.decode().splitlines()
    assert head.split() == ["PATIENT", "ID", "DATE", "STUDY", "MOD", "NO", "SERIES", "FILES"]
    assert len(lines) == 7
    assert lines[0].split() == ["Tree^Patient", "0", "PAT0000", "2020-03-01", "e+1", "CT", "1", "AX", "SOFT", "3"]
    assert summary == "1 patient, 3 studies, 7 series, 21 files, 2 other files"


def test_ls_prints_a_tree_with_stacks(tmp_path: Path) -> None:
    shutil.copytree(bundled("dicomdirtests/98892003/MR2"), tmp_path / "MR2")
    done = run("ls", "--tree", str(tmp_path))
    lines = done.stdout.decode().splitlines()
    assert lines[0] == "Doe^Peter  98890234  M  (7)"
    at = lines.index("    2003-05-05  Brain-MRA  MR  (3)")
    assert lines[at + 1 : at + 5] == [
        "        2  MR  T/S/C RF FAST PILOT  (3)",
        "            coronal  (1)",
        "            sagittal  (1)",
        "            axial  (1)",
    ]


def test_ls_as_json_has_everything(tree: Path) -> None:
    shutil.copy(tree / "PAT0000" / "STUDY0000" / "SER0000" / "IM00001", tree / "again")
    (tree / "empty").touch()
    done = run("ls", "--json", str(tree))
    assert done.returncode == 1
    assert b"empty is empty: it has no bytes" in done.stderr
    said = json.loads(done.stdout)
    (patient,) = said["patients"]
    assert (patient["PatientID"], said["files"], said["others"]) == ("PAT0000", 22, 2)
    assert [len(study["series"]) for study in patient["studies"]] == [1, 3, 3]
    series = patient["studies"][2]["series"][0]
    assert (series["SeriesDescription"], series["files"], series["stacks"][0]["files"]) == ("AX SOFT", 4, 3)
    assert [len(paths) for paths in said["repeated"].values()] == [2]
    assert [Path(each["path"]).name for each in said["unread"]] == ["empty"]


def test_ls_as_csv_is_a_row_for_each_series(tree: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run("ls", "--csv", str(tree)).stdout.decode())))
    assert len(rows) == 7
    assert {row["PatientID"] for row in rows} == {"PAT0000"}
    assert all(row["files"] == "3" and row["Modality"] == "CT" for row in rows)


def test_values_do_not_act_on_the_terminal(tmp_path: Path) -> None:
    write(tmp_path / "a.dcm", PatientName="A\x1b]0;x\x07^B", SeriesDescription="\x1b[31mred", StudyInstanceUID="1.2")
    for form in ("--table", "--tree", "--json"):
        assert b"\x1b" not in run("ls", form, str(tmp_path)).stdout
    assert "A␛]0;x␇^B" in run("ls", str(tmp_path)).stdout.decode()


@pytest.mark.parametrize("command", ["ls", "check"])
def test_what_is_not_there_is_one_line_and_exit_code_2(command: str) -> None:
    done = run(command, "/nowhere/\x1b[31m")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode() == "dicom-tui: /nowhere/␛[31m: there is no such file or folder\n"


def test_a_dicomdir_and_what_is_no_dicom_file_are_counted(tmp_path: Path) -> None:
    shutil.copy(bundled("dicomdirtests/DICOMDIR"), tmp_path)
    (tmp_path / "notes.txt").write_text("nothing")
    assert run("ls", str(tmp_path)).stdout.decode().splitlines()[-1] == (
        "0 patients, 0 studies, 0 series, 0 files, 1 DICOMDIR, 1 other file"
    )


def test_check_of_what_is_right_finds_nothing(tree: Path) -> None:
    done = run("check", str(tree))
    assert (done.returncode, done.stdout, done.stderr) == (0, b"21 files looked over: nothing is wrong\n", b"")


def test_check_tells_what_is_wrong_and_where(tree: Path) -> None:
    series = tree / "PAT0000" / "STUDY0000" / "SER0000"
    (series / "IM00002").write_bytes((series / "IM00002").read_bytes()[:-4000])
    done = run("check", str(tree))
    assert done.returncode == 1
    lines = done.stdout.decode().splitlines()
    assert lines[0] == "Tree^Patient 0  PAT0000 > 2020-01-01  e+1  CT > 1  CT  AX SOFT (3 files)"
    assert lines[1].startswith("  x 1 file broken: (7FE0,0010) PixelData says it has 8,192 bytes")
    assert lines[2] == f"    {series / 'IM00002'}"
    assert lines[-1] == "21 files looked over: 1 error (x), 0 notes (!)"
    found = json.loads(run("check", "--json", str(tree)).stdout)["findings"]
    assert {each["code"] for each in found} >= {"broken"}
    assert found[0]["PatientID"] == "PAT0000"
    assert found[0]["paths"] == [str(series / "IM00002")]


# --- find


def test_find_prints_files_with_what_was_found_in_them(tree: Path) -> None:
    done = run("find", str(tree), "InstanceNumber=2", "SeriesDescription~bone")
    assert (done.returncode, done.stderr) == (0, b"")
    files = [line for line in done.stdout.decode().splitlines() if not line.startswith(" ")]
    assert [Path(file).relative_to(tree).parts for file in files] == [
        ("PAT0000", "STUDY0000", "SER0001", "IM00002"), ("PAT0000", "STUDY0001", "SER0004", "IM00002"),
    ]  # fmt: skip
    assert b"    (0008,103E) LO SeriesDescription                AX BONE 1.25\n" in done.stdout


def test_find_gives_paths_to_other_programs(tree: Path) -> None:
    odd = tree / "a \n b\udcff.dcm"
    shutil.copy(tree / "PAT0000" / "STUDY0000" / "SER0000" / "IM00001", odd)
    done = run("find", "--paths0", str(tree), "InstanceNumber=1", "SeriesNumber=1")
    paths = done.stdout.split(b"\0")
    assert paths[-1] == b""
    assert {Path(os.fsdecode(path)).name for path in paths[:-1]} == {odd.name, "IM00001"}
    assert all(Path(os.fsdecode(path)).is_file() for path in paths[:-1])
    counted = subprocess.run(
        f"{shlex.join(PROGRAM)} find {shlex.quote(str(tree))} Modality=CT --paths0 | xargs -0 ls -d | wc -l",
        shell=True, capture_output=True, check=True,
    )  # fmt: skip
    assert int(counted.stdout) >= 22


def test_find_as_json_and_csv(tree: Path) -> None:
    said = json.loads(run("find", "--json", str(tree), "InstanceNumber=3").stdout)
    assert len(said) == 7
    assert said[0]["InstanceNumber"] == "3"
    assert said[0]["found"][0]["name"] == "InstanceNumber"
    rows = list(csv.DictReader(io.StringIO(run("find", "--csv", str(tree), "InstanceNumber=3").stdout.decode())))
    assert [row["file"] for row in rows] == [each["path"] for each in said]
    assert json.loads(run("find", "--json", str(tree), "InstanceNumber=99").stdout) == []


def test_find_of_nothing_is_exit_code_1_and_of_what_cannot_be_read_2(tree: Path) -> None:
    assert run("find", str(tree), "Modality=XX").returncode == 1
    assert run("find", str(tree), "-Modality=CT").returncode == 1
    assert run("find", str(tree), "--paths", "-Modality=MR").returncode == 0
    (tree / "dead").symlink_to(tree / "nothing")
    done = run("find", str(tree), "Modality=CT")
    assert done.returncode == 2
    assert b"dead: a link to nothing" in done.stderr


def test_find_says_what_is_wrong_with_a_query_and_where(tree: Path) -> None:
    done = run("find", str(tree), "Rowz>5")
    assert done.returncode == 2
    assert done.stderr.decode().splitlines() == [
        "dicom-tui: QUERY: no attribute is called Rowz: is Rows meant?", "  Rowz>5", "  ^",
    ]  # fmt: skip
    assert run("find", str(tree)).returncode == 2
    assert run("find").returncode == 2
    assert "usage: dicom-tui find" in run("find", "--help").stdout.decode()


# --- the index


def test_the_index_is_kept_only_where_it_is_asked_for(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    assert run("ls", str(tree)).returncode == 0
    assert b"there is no index" in run("index").stdout
    first = run("ls", "--index", str(tree))
    assert (first.returncode, first.stderr) == (0, b"")
    assert b"index.sqlite3: " in run("index").stdout
    assert run("ls", "--index", str(tree)).stdout == first.stdout
    assert run("check", "--index", str(tree)).returncode == 0
    assert run("index", "clear").stdout == b"the index was removed\n"
    assert run("index", "clear").stdout == b"there is no index\n"
