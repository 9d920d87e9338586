"""``dicom-tui diff``, as a process."""

import gzip
import json
import math
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.files import bundled, deep_file, write
from tests.test_cli_view import run

MR_SMALL = bundled("MR_small.dcm")


def test_the_same_file_has_no_difference() -> None:
    done = run("diff", MR_SMALL, MR_SMALL)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().splitlines() == [f"--- {MR_SMALL}", f"+++ {MR_SMALL}"]


def test_what_differs_is_a_line_each(tmp_path: Path) -> None:
    before = write(tmp_path / "a.dcm", StudyDate="20040119", PatientSex="F", PatientName="A\x1b]0;x\x07^B")
    after = write(tmp_path / "b.dcm", StudyDate="20040120", PatientAge="054Y", PatientName="C^D")
    done = run("diff", before, after)
    assert (done.returncode, done.stderr) == (1, b"")
    assert done.stdout.decode().splitlines()[2:] == [
        "~ (0008,0020)                  DA StudyDate                        20040119 -> 20040120  (1 day later)",
        "~ (0010,0010)                  PN PatientName                      A␛]0;x␇^B -> C^D",
        "- (0010,0040)                  CS PatientSex                       F",
        "+ (0010,1010)                  AS PatientAge                       054Y",
    ]
    assert run("diff", "--ignore-dates", before, after).stdout.count(b"\n") == 5


def test_json_has_every_value(tmp_path: Path) -> None:
    before = write(tmp_path / "a.dcm", PatientName="A\x1b]0;x\x07^B", WindowCenter=["1", "2"])
    after = write(tmp_path / "b.dcm", PatientName="C", WindowCenter=None)
    said = json.loads(run("diff", "--json", before, after).stdout)
    assert said["files"] == [before, after]
    assert said["same"] > 10
    assert [(each["tag"], each["kind"], each["values"]) for each in said["differences"]] == [
        ("(0010,0010)", "changed", [["A\x1b]0;x\x07^B"], ["C"]]),
        ("(0028,1050)", "removed", [["1", "2"], None]),
    ]


@pytest.mark.parametrize("other", ["MR_small_RLE.dcm", "MR_small_bigendian.dcm", "MR_small_jp2klossless.dcm"])
def test_pixels_are_compared_decoded(other: str) -> None:
    done = run("diff", "--pixels", "--ignore-meta", MR_SMALL, bundled(other))
    assert done.stdout.startswith(b"--- ")
    assert done.returncode in (0, 1)  # a copy may lack the padding behind the dataset
    assert b"pixels" not in done.stdout
    assert b"PixelData" not in done.stdout


def test_pixels_that_differ_are_counted(tmp_path: Path) -> None:
    data = bytearray(Path(MR_SMALL).read_bytes())
    data[data.index(b"\xe0\x7f\x10\x00OW") + 12 + 2 * (64 * 3 + 5)] ^= 1
    other = tmp_path / "other.dcm"
    other.write_bytes(data)
    done = run("diff", "--pixels", MR_SMALL, str(other))
    assert done.returncode == 1
    assert done.stdout.decode().splitlines()[2:] == [
        "~ pixels, frame 1: 1 of 4,096 pixels differ, by 1 at the most, first at (5,3)"
    ]


def test_a_series_and_a_folder(tmp_path: Path) -> None:
    for number in range(3):
        write(tmp_path / f"{number}.dcm", InstanceNumber=str(number))
    shutil.copy(MR_SMALL, tmp_path / "other.dcm")
    done = run("diff", "--series", str(tmp_path / "1.dcm"))
    assert done.stdout.decode().splitlines() == [
        "~ (0020,0013)                  IS InstanceNumber",
        "    0.dcm                          0",
        "    1.dcm                          1",
        "    2.dcm                          2",
    ]
    many = run("diff", str(tmp_path))
    assert b"other.dcm" in many.stdout
    assert many.returncode == 1


def test_what_cannot_be_compared(tmp_path: Path) -> None:
    assert run("diff", MR_SMALL).returncode == 2
    missing = run("diff", MR_SMALL, str(tmp_path / "none"))
    assert (missing.returncode, missing.stdout) == (2, b"")
    assert b"no such file" in missing.stderr
    assert b"compares two files" in run("diff", "--pixels", MR_SMALL, MR_SMALL, MR_SMALL).stderr
    report = bundled("reportsi.dcm")
    neither = run("diff", "--pixels", report, report)
    assert neither.returncode == 0
    assert neither.stderr.count(b"dicom-tui: ") == 2
    one = run("diff", "--pixels", report, MR_SMALL)
    assert one.returncode == 1
    assert b"~ pixels, only the second file has a picture that can be decoded" in one.stdout


def test_pixels_that_nobody_decodes_are_compared_as_bytes(tmp_path: Path) -> None:
    whole = Path(bundled("MR_small_jp2klossless.dcm")).read_bytes()
    at = whole.index(b"\xff\x4f\xff\x51")
    paths = []
    for number in range(2):
        path = tmp_path / f"{number}.dcm"
        path.write_bytes(whole[:at] + bytes([number]) * 200 + whole[at + 200 :])
        paths.append(str(path))
    done = run("diff", "--pixels", *paths)
    assert done.returncode == 1
    assert b"PixelData" in done.stdout


def test_packed_files_and_standard_input(tmp_path: Path) -> None:
    packed = tmp_path / "a.dcm.gz"
    packed.write_bytes(gzip.compress(Path(MR_SMALL).read_bytes()))
    done = run("diff", "--pixels", str(packed), MR_SMALL)
    assert (done.returncode, done.stderr) == (0, b"")
    piped = subprocess.run(
        [sys.executable, "-m", "tui", "diff", "--pixels", "-", MR_SMALL],
        input=Path(MR_SMALL).read_bytes(), capture_output=True,
    )  # fmt: skip
    assert (piped.returncode, piped.stderr) == (0, b"")


def test_numbers_that_json_has_none_for(tmp_path: Path) -> None:
    path = write(tmp_path / "a.dcm", RealWorldValueSlope=math.nan)
    assert run("diff", path, path).returncode == 0
    said = json.loads(run("diff", "--json", path, write(tmp_path / "b.dcm", RealWorldValueSlope=1.5)).stdout)
    assert said["differences"][0]["values"] == [["nan"], [1.5]]


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    whole = Path(bundled("image_dfl.dcm")).read_bytes()
    cut = tmp_path / "cut.dcm"
    cut.write_bytes(whole[: len(whole) // 2])
    done = run("diff", str(cut), str(cut))
    assert b"the deflated data ends early" in done.stderr


def test_deep_nesting_is_no_flood(tmp_path: Path) -> None:
    deep = tmp_path / "deep.dcm"
    deep.write_bytes(deep_file(10_000))
    done = run("diff", str(deep), write(tmp_path / "a.dcm"))
    assert done.returncode == 1
    assert len(done.stdout) < 20_000_000
