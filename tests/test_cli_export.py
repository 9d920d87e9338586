"""``dicom-tui export``, as a process."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.dicom.export.series import SLICES, write_series
from tests.files import write
from tests.test_cli_view import run
from tui.dicom.export.formats import FORMATS


def test_export_writes_and_tells(tmp_path: Path) -> None:
    write_series(tmp_path / "in")
    done = run("export", str(tmp_path / "in"), "-o", str(tmp_path / "out"), "-f", "png")
    assert (done.returncode, done.stdout) == (0, b"")
    said = done.stderr.decode().splitlines()
    assert said[-1].startswith(f"{SLICES} files, ")
    assert "what was written may hold what is burned into the pixels" in said[-2]
    assert len(list((tmp_path / "out").iterdir())) == SLICES


def test_a_result_goes_to_standard_output_alone(tmp_path: Path) -> None:
    file = write(tmp_path / "a.dcm")
    done = run("export", file, "-f", "png", "-o", "-", "--window", "400/40")
    assert done.returncode == 0
    (tmp_path / "a.png").write_bytes(done.stdout)
    with Image.open(tmp_path / "a.png") as image:
        assert np.asarray(image).shape == (64, 64)


def test_standard_input_is_exported(tmp_path: Path) -> None:
    data = Path(write(tmp_path / "a.dcm")).read_bytes()
    done = run("export", "-", "-o", str(tmp_path / "a.tiff"), "--depth", "float", data=data)
    assert done.returncode == 0, done.stderr
    with Image.open(tmp_path / "a.tiff") as image:
        assert image.mode == "F"


def test_the_format_is_the_one_that_the_output_ends_like(tmp_path: Path) -> None:
    write_series(tmp_path / "in")
    assert run("export", str(tmp_path / "in"), "-o", str(tmp_path / "v.nii")).returncode == 0
    assert (tmp_path / "v.nii").read_bytes()[344:348] == b"n+1\0"


def test_exit_codes_tell_what_was_written(tmp_path: Path) -> None:
    write_series(tmp_path / "in")
    write(tmp_path / "in" / "report.dcm", PixelData=None, Rows=None, SOPInstanceUID="1.9", SeriesInstanceUID="1.9.1")
    some = run("export", str(tmp_path / "in"), "-o", str(tmp_path / "out"), "-f", "jpeg")
    assert some.returncode == 1
    assert b"report.dcm: not written: " in some.stderr
    none = run("export", str(tmp_path / "in" / "report.dcm"), "-o", str(tmp_path / "none"), "-f", "jpeg")
    assert none.returncode == 2
    assert list((tmp_path / "none").iterdir()) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["x"], "-f says which format"),
        (["x", "-f", "bmp", "-o", "y"], "there is no format 'bmp'"),
        (["not there", "-f", "png", "-o", "y"], "no such file"),
        (["README.md", "-f", "png"], "an output folder or file is needed"),
        (["README.md", "-f", "png", "-o", "y", "--window", "w"], "--window: a window is"),
        (["README.md", "-f", "png", "-o", "y", "--mode", "777"], "permissions such as"),
        (["README.md", "-f", "gif", "-o", "y", "--depth", "8"], "unrecognized arguments"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_code_2(words: list[str], said: str) -> None:
    done = run("export", *words)
    assert (done.returncode, done.stdout) == (2, b"")
    assert said in done.stderr.decode()
    assert len(done.stderr.decode().splitlines()) == 1


def test_help_of_each_format_has_its_options() -> None:
    every = run("export", "--help").stdout.decode()
    for row in FORMATS:
        assert f"  {row.name} " in every
    for row in (FORMATS[0], FORMATS[-1]):
        own = run("export", "-f", row.name, "--help").stdout.decode()
        assert all(f"--{option.name}" in own for option in row.all_options)


def test_names_of_files_do_not_act_on_the_terminal(tmp_path: Path) -> None:
    name = "a\x1b]0;x\x07.dcm"
    (tmp_path / name).touch()
    done = run("export", str(tmp_path / name), "-f", "png", "-o", str(tmp_path / "out"))
    assert done.returncode == 2
    assert b"\x1b" not in done.stderr


def test_the_readme_lists_the_formats() -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text()
    rows = [f"| `{row.name}` | {row.label} | {row.scope.value} |" for row in FORMATS]
    assert "\n".join(rows) in readme


def test_flags_of_anonymizing_go_with_it(tmp_path: Path) -> None:
    write_series(tmp_path / "in", StudyDate="20200102")
    words = ["export", str(tmp_path / "in"), "-f", "csv", "--columns", "PatientID,StudyDate,SeriesDescription"]
    done = run(*words, "-o", str(tmp_path / "a.csv"), "--dates", "keep")
    assert (done.returncode, b"go with --anonymize" in done.stderr) == (2, True)
    done = run(*words, "-o", str(tmp_path / "a.csv"), "--anonymize", "basic", "--dates", "keep", "--set", "PatientID=P7")
    assert done.returncode == 0, done.stderr
    lines = (tmp_path / "a.csv").read_text().splitlines()
    assert lines[1].split(",")[1:] == ["P7", "20200102", ""]


def _on_a_terminal(words: list[str], *, of: str) -> tuple[int, str]:
    """Run with standard output or error on a terminal of its own; return the exit code, and what it showed."""
    there, here = pty.openpty()
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, of: here}
    with subprocess.Popen([sys.executable, "-m", "tui", *words], **streams) as process:  # type: ignore[call-overload]
        os.close(here)
        shown = b""
        while True:
            try:
                data = os.read(there, 4096)
            except OSError:  # Linux says so of a terminal that nobody has open
                break
            if not data:
                break
            shown += data
    os.close(there)
    return process.returncode, shown.decode()


def test_progress_on_a_terminal_is_safe_and_taken_away(tmp_path: Path) -> None:
    for number in range(40):
        write(
            tmp_path / "in" / f"a\x1b]0;x\x07{number}\n.dcm",
            SOPInstanceUID=f"1.2.{number}",
            SeriesInstanceUID=f"1.3.{number}",
        )
    code, shown = _on_a_terminal(
        ["export", str(tmp_path / "in"), "-o", str(tmp_path / "out"), "-f", "tiff", "--depth", "float"], of="stderr"
    )
    assert code == 0
    assert "\x1b]" not in shown
    assert "\x07" not in shown
    assert set(re.findall("\x1b[^m]*?[A-Za-z]", shown)) <= {"\x1b[K"}
    assert "40 files" in shown.splitlines()[-1]


def test_nothing_binary_is_sent_to_a_terminal(tmp_path: Path) -> None:
    file = write(tmp_path / "a.dcm")
    for words in (["export", file, "-f", "png", "-o", "-"], ["create", str(tmp_path / "a.dcm"), "-o", "-"]):
        code, shown = _on_a_terminal(words, of="stdout")
        assert (code, shown) == (2, "")
    code, shown = _on_a_terminal(["export", file, "-f", "text", "-o", "-"], of="stdout")
    assert (code, "DOE^JANE" in shown) == (0, True)


@pytest.mark.parametrize("words", [["-fpng"], ["--format=png"], ["-f", "png"]])
def test_a_format_is_said_in_every_way_that_options_are(tmp_path: Path, words: list[str]) -> None:
    file = write(tmp_path / "a.dcm")
    assert run("export", file, "-o", str(tmp_path / "out"), *words, "--window=400/40").returncode == 0
    assert [path.suffix for path in (tmp_path / "out").iterdir()] == [".png"]


def test_what_is_read_is_never_written_over(tmp_path: Path) -> None:
    file = Path(write(tmp_path / "i00007.dcm"))
    before = file.read_bytes()
    done = run("export", str(file), "-o", str(tmp_path), "-f", "dicom", "--syntax", "rle", "--replace")
    assert done.returncode == 2
    assert b"is one of the files that are read: they are never written over" in done.stderr
    assert file.read_bytes() == before


def test_input_without_dicom_is_said_to_be_none(tmp_path: Path) -> None:
    for done in (
        run("export", "-", "-f", "xml", "-o", "-", data=b"nothing"),
        run("export", sys.executable, "-f", "xml", "-o", "-"),
    ):
        assert done.returncode == 2
        assert b"standard output takes one" not in done.stderr
    done = run(
        "export",
        "-",
        "-f",
        "png",
        "-o",
        str(tmp_path / "out"),
        data=Path(write(tmp_path / "a", PixelData=None)).read_bytes(),
    )
    assert b"standard input: not written: " in done.stderr


def test_sort_writes_into_folders_alone(tmp_path: Path) -> None:
    file = write(tmp_path / "a.dcm")
    assert run("sort", file, "-o", str(tmp_path / "out.dcm"), "--pattern", "{PatientID}/{Modality}").returncode == 0
    assert (tmp_path / "out.dcm" / "1CT1" / "CT.dcm").is_file()
    for words, said in (
        (["-o", "-"], "files are sorted into a folder"), (["-o", "x", "--pattern", ""], "--pattern: "),
        (["-o", "x", "--pattern", "{"], "--pattern: a brace"),
        (["-o", "x", "--dicomdir", "--pattern", "x"], "leave --pattern away"),
    ):  # fmt: skip
        done = run("sort", file, *words)
        assert (done.returncode, said in done.stderr.decode()) == (2, True), done.stderr
