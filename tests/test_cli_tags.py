"""``dicom-tui tags``, as a process."""

import base64
import csv
import gzip
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.files import bundled, explicit, part_10, write
from tests.test_cli_view import run

CT_SMALL = bundled("CT_small.dcm")


def lines_of(done: subprocess.CompletedProcess[bytes]) -> list[str]:
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode().splitlines()


def test_every_element_is_a_line() -> None:
    lines = lines_of(run("tags", CT_SMALL))
    assert lines[0] == "(0002,0000) UL FileMetaInformationGroupLength   192"
    assert "(0010,0010) PN PatientName                      CompressedSamples^CT1" in lines
    assert "    (0010,0020) LO PatientID                        1234ABCD" in lines
    assert lines[-1].startswith("(FFFC,FFFC) OB DataSetTrailingPadding")


def test_what_is_looked_for_with_what_it_lies_in() -> None:
    assert lines_of(run("tags", "--grep", "1234ABCD", CT_SMALL)) == [
        "(0010,1002) SQ OtherPatientIDsSequence          2 items",
        "  item 2",
        "    (0010,0020) LO PatientID                        1234ABCD",
    ]
    nothing = run("tags", "--grep", "Rows>5000", CT_SMALL)
    assert (nothing.returncode, nothing.stdout, nothing.stderr) == (1, b"", b"")


def test_of_several_files_those_that_match_are_named(tmp_path: Path) -> None:
    other = write(tmp_path / "other.dcm")
    assert lines_of(run("tags", "--grep", "Rows>100", other, CT_SMALL)) == [
        CT_SMALL, "(0028,0010) US Rows                             128"
    ]  # fmt: skip
    both = lines_of(run("tags", "--show", "Rows", other, CT_SMALL))
    assert [line for line in both if not line.startswith("(")] == [other, "", CT_SMALL]


def test_a_query_that_cannot_be_read_is_pointed_at() -> None:
    done = run("tags", "--grep", "patient Rowz>5", CT_SMALL)
    assert done.returncode == 2
    assert done.stderr.decode().splitlines() == [
        "dicom-tui: --grep: no attribute is called Rowz: is Rows meant?", "  patient Rowz>5", "          ^"
    ]  # fmt: skip
    assert b"--show: no attribute is called Foo" in run("tags", "--show", "Rows,Foo", CT_SMALL).stderr


def test_json_is_an_object_and_an_array_for_several_files() -> None:
    one = json.loads(run("tags", "--json", CT_SMALL).stdout)
    assert one["00280010"] == {"vr": "US", "Value": [128]}
    two = json.loads(run("tags", "--json", CT_SMALL, CT_SMALL, "--grep", "Rows>1").stdout)
    assert two == [{"00280010": {"vr": "US", "Value": [128]}}] * 2
    assert json.loads(run("tags", "--json", CT_SMALL, CT_SMALL, "--grep", "Rows>1000").stdout) == []
    shown = json.loads(run("tags", "--json", "--show", "Rows,(0010,1002)[1].0010,0020", CT_SMALL).stdout)
    assert shown == {
        "00101002": {"vr": "SQ", "Value": [{"00100020": {"vr": "LO", "Value": ["1234ABCD"]}}]},
        "00280010": {"vr": "US", "Value": [128]},
    }


def test_csv_is_a_line_for_each_file_with_exact_values(tmp_path: Path) -> None:
    odd = write(tmp_path / "odd.dcm", PatientID='a,"b"\x1b[31m', PixelSpacing=["1.50", "2"])
    done = run("tags", "--csv", "--show", "0010,0020,PixelSpacing", "--show", "Rows", odd, CT_SMALL)
    assert list(csv.reader(io.StringIO(done.stdout.decode(), newline=""))) == [
        ["file", "0010,0020", "PixelSpacing", "Rows"],
        [odd, 'a,"b"\x1b[31m', "1.50\\2", "64"],
        [CT_SMALL, "1CT1", "0.661468\\0.661468", "128"],
    ]
    assert b"--show says with which attributes" in run("tags", "--csv", CT_SMALL).stderr


def test_text_is_safe_to_draw(tmp_path: Path) -> None:
    odd = write(tmp_path / "odd.dcm", PatientID="a\x1b[31mb")
    done = run("tags", odd)
    assert b"\x1b" not in done.stdout
    assert "a␛[31mb" in done.stdout.decode()


def test_standard_input_and_what_gzip_packed(tmp_path: Path) -> None:
    data = Path(CT_SMALL).read_bytes()
    packed = tmp_path / "a.dcm.gz"
    packed.write_bytes(gzip.compress(data))
    assert lines_of(run("tags", "--show", "Rows", "-", data=data)) == ["(0028,0010) US Rows                             128"]
    assert lines_of(run("tags", "--show", "Rows", str(packed))) == ["(0028,0010) US Rows                             128"]
    model = json.loads(run("tags", "--json", "-", data=data).stdout)
    assert model["7FE00010"]["BulkDataURI"].startswith("?offset=")


def test_a_file_that_cannot_be_read_is_said_and_the_others_go_on(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no DICOM, just words " * 20)
    done = run("tags", "--show", "Rows", str(tmp_path / "text"), str(tmp_path / "none"), CT_SMALL)
    assert done.returncode == 2
    assert b"text is no DICOM file" in done.stderr
    assert b"none cannot be opened" in done.stderr
    assert b"Rows" in done.stdout


@pytest.mark.parametrize("form", ["--text", "--json"])
def test_a_broken_file_is_shown_up_to_the_break_and_that_is_said(form: str) -> None:
    done = run("tags", form, bundled("rtplan_truncated.dcm"))
    assert done.returncode == 2
    assert b"could be read up to byte" in done.stdout + done.stderr
    assert b"300A0002" in done.stdout or b"300A,0002" in done.stdout


def test_a_reader_that_leaves_is_no_error() -> None:
    command = f"{sys.executable} -m tui tags {CT_SMALL} {CT_SMALL} | head -n 1"
    done = subprocess.run(["sh", "-c", command], capture_output=True, check=False)
    assert done.stderr == b""


def test_a_query_may_begin_with_not_and_hides_what_it_excludes() -> None:
    lines = lines_of(run("tags", "--grep", "-phi:", CT_SMALL))
    assert any("Rows" in line for line in lines)
    assert not any("(0010,0020)" in line or "(0010,0010)" in line or "1CT1" in line for line in lines)
    model = json.loads(run("tags", "--json", "--grep", "-seq:", CT_SMALL).stdout)
    assert "Value" not in model.get("00101002", {})


def test_many_packed_files_are_let_go_one_by_one(tmp_path: Path) -> None:
    packed = gzip.compress(Path(write(tmp_path / "a.dcm")).read_bytes())
    names = [str(tmp_path / f"{number}.dcm.gz") for number in range(40)]
    for name in names:
        Path(name).write_bytes(packed)
    command = f"ulimit -n 30; {sys.executable} -m tui tags --csv --show Rows {' '.join(names)}"
    done = subprocess.run(["sh", "-c", command], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(done.stdout.splitlines()) == 41


def test_columns_are_as_they_were_asked_for_and_rubbish_is_pointed_at() -> None:
    done = run("tags", "--csv", "--show", "Rows, Columns,Rows", CT_SMALL)
    assert done.stdout.decode().splitlines()[0] == "file,Rows,Columns,Rows"
    for columns, at in ((".", 0), ("Rows,,Columns", 5), ("Rows,", 5), ("Rows.", 4), ("Rows,Foo", 5)):
        wrong = run("tags", "--csv", "--show", columns, CT_SMALL)
        assert wrong.returncode == 2
        assert wrong.stderr.decode().splitlines()[2] == "  " + " " * at + "^"


def test_what_is_no_dicom_on_standard_input_is_called_by_no_number() -> None:
    done = run("tags", "-", data=b"")
    assert done.stderr == b"dicom-tui: -: it is no DICOM file\n"


def test_output_that_cannot_be_written_is_not_blamed_on_the_file() -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run([sys.executable, "-m", "tui", "tags", CT_SMALL], stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 74
    assert done.stderr == b"dicom-tui: standard output cannot be written: no space left on device\n"


def test_closed_streams_are_told() -> None:
    program = f"{sys.executable} -m tui tags"
    closed = subprocess.run(f"{program} {CT_SMALL} >&-", shell=True, capture_output=True)
    assert (closed.returncode, closed.stderr) == (74, b"dicom-tui: standard output is closed\n")
    nothing = subprocess.run(f"{program} - <&-", shell=True, capture_output=True)
    assert (nothing.returncode, nothing.stderr) == (2, b"dicom-tui: -: standard input is closed\n")


def test_flags_are_written_in_full() -> None:
    done = run("tags", "--gre", "Rows", CT_SMALL)
    assert done.returncode == 2
    assert b"--gre" in done.stderr


def test_bytes_in_a_table_are_whole() -> None:
    done = run("tags", "--csv", "--show", "0002,0001,FFFC,FFFC", CT_SMALL)
    row = next(csv.reader(io.StringIO(lines_of(done)[1])))
    assert row[1] == "AAE="
    padding = base64.b64decode(row[2])
    assert len(padding) == 126
    assert padding in Path(CT_SMALL).read_bytes()


def test_what_the_file_says_is_unknown_stays_so_in_json(tmp_path: Path) -> None:
    path = tmp_path / "un.dcm"
    path.write_bytes(part_10([explicit(0x00100020, "UN", b"1CT1"), explicit(0x00100040, "CS", b"F ")]))
    model = json.loads(run("tags", "--json", str(path)).stdout)
    assert model["00100020"] == {"vr": "UN", "InlineBinary": base64.b64encode(b"1CT1").decode()}
    assert b"LO PatientID                        1CT1" in run("tags", str(path)).stdout
