"""``dicom-tui edit``, as a process."""

import gzip
import os
import subprocess
import sys
from pathlib import Path

import pydicom

from tests.files import bundled, write
from tests.test_cli_view import run

CT_SMALL = bundled("CT_small.dcm")


def test_a_changed_copy(tmp_path: Path) -> None:
    out = tmp_path / "copy.dcm"
    before = Path(CT_SMALL).read_bytes()
    done = run("edit", CT_SMALL, "-o", str(out), "PatientName=Roe^Richard", "--delete", "PatientSex", "StudyTime",
               "OtherPatientIDsSequence[0].PatientID=new")  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    copy = pydicom.dcmread(out)
    assert copy.PatientName == "Roe^Richard"
    assert "PatientSex" not in copy
    assert "StudyTime" not in copy
    assert copy.OtherPatientIDsSequence[0].PatientID == "new"
    assert Path(CT_SMALL).read_bytes() == before


def test_nothing_is_replaced_unless_told(tmp_path: Path) -> None:
    out = tmp_path / "copy.dcm"
    out.write_text("mine")
    done = run("edit", CT_SMALL, "-o", str(out), "PatientID=x")
    assert done.returncode == 2
    assert b"a file of that name exists" in done.stderr
    assert out.read_text() == "mine"
    assert run("edit", CT_SMALL, "--replace", "-o", str(out), "PatientID=x").returncode == 0
    assert pydicom.dcmread(out).PatientID == "x"


def test_new_uids_alone_are_a_change(tmp_path: Path) -> None:
    out = tmp_path / "copy.dcm"
    assert run("edit", CT_SMALL, "-o", str(out), "--renew-uids", "series").returncode == 0
    assert pydicom.dcmread(out).SeriesInstanceUID.startswith("2.25.")


def test_what_is_refused_is_said(tmp_path: Path) -> None:
    def said(*words: str) -> str:
        out = tmp_path / "copy.dcm"
        done = run("edit", *words, "-o", str(out))
        assert (done.returncode, done.stdout) == (2, b"")
        assert not out.exists()
        return done.stderr.decode()

    assert said(CT_SMALL, "Rows=many") == "dicom-tui: Rows=many: many is no whole number\n"
    assert said(CT_SMALL, "Rowz=5") == "dicom-tui: Rowz: no attribute is called Rowz: is Rows meant?\n"
    assert "nothing is to be changed" in said(CT_SMALL)
    assert "ATTRIBUTE=VALUE is expected" in said(CT_SMALL, "PatientName")
    assert "no such file" in said(str(tmp_path / "none"), "PatientID=x")
    broken = write(tmp_path / "a.dcm")
    Path(broken).write_bytes(Path(broken).read_bytes()[:-100])
    assert "the file is damaged" in said(broken, "PatientID=x")


def test_files_that_begin_with_a_hyphen(tmp_path: Path) -> None:
    source = tmp_path / "-a.dcm"
    source.write_bytes(Path(CT_SMALL).read_bytes())
    words = [sys.executable, "-m", "tui", "edit", "-o", "b.dcm", "--", "-a.dcm", "PatientID=x"]
    root = str(Path(__file__).parents[1])
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, env={**os.environ, "PYTHONPATH": root})
    assert (done.returncode, done.stderr) == (0, b"")
    assert pydicom.dcmread(tmp_path / "b.dcm").PatientID == "x"


def test_a_private_dictionary_gives_the_vr(tmp_path: Path) -> None:
    own = tmp_path / "own.dic"
    own.write_text('(0045,"ACME 1.1",01)\tDS\tTubeAngle\t1\n')
    out = tmp_path / "copy.dcm"
    words = ("0045,0010=ACME 1.1", "0045,1001=2.5", "--private-dictionary", str(own))
    done = run("edit", CT_SMALL, "-o", str(out), *words)
    assert (done.returncode, done.stderr) == (0, b"")
    assert pydicom.dcmread(out).private_block(0x45, "ACME 1.1")[1].value == 2.5
    shown = run("tags", "--grep", "TubeAngle", "--private-dictionary", str(own), str(out)).stdout.decode()
    assert shown == "(0045,1001) DS [TubeAngle]                      2.5\n"
    missing = run("tags", "--private-dictionary", str(tmp_path / "none"), CT_SMALL)
    assert missing.returncode == 2
    assert b"cannot be read" in missing.stderr


def test_what_is_read_is_never_written_over(tmp_path: Path) -> None:
    packed = tmp_path / "a.dcm.gz"
    packed.write_bytes(gzip.compress(Path(CT_SMALL).read_bytes()))
    before = packed.read_bytes()
    done = run("edit", str(packed), "--replace", "-o", str(packed), "PatientID=x")
    assert (done.returncode, packed.read_bytes() == before) == (2, True)
    assert b"is the file that is read" in done.stderr
    plain = Path(write(tmp_path / "b.dcm"))
    before = plain.read_bytes()
    with plain.open("rb") as stream:
        words = [sys.executable, "-m", "tui", "edit", "-", "--replace", "-o", str(plain), "PatientID=x"]
        assert subprocess.run(words, stdin=stream, capture_output=True).returncode == 2
    assert plain.read_bytes() == before
    assert b"needs the name of a file" in run("edit", CT_SMALL, "-o", "-", "PatientID=x").stderr
    out = tmp_path / "copy.dcm"
    assert run("edit", str(packed), "-o", str(out), "PatientID=x").returncode == 0
    assert pydicom.dcmread(out).PatientID == "x"


def test_changes_are_made_in_the_order_in_which_they_are_written(tmp_path: Path) -> None:
    out = tmp_path / "copy.dcm"
    assert run("edit", CT_SMALL, "-o", str(out), "--delete", "PatientName", "PatientName=new").returncode == 0
    assert pydicom.dcmread(out).PatientName == "new"
    assert run("edit", CT_SMALL, "PatientName=new", "--replace", "--delete", "PatientName", "-o", str(out)).returncode == 0
    assert "PatientName" not in pydicom.dcmread(out)
