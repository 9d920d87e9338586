"""``dicom-tui view`` and ``dicom-tui doctor``, as processes."""

import gzip
import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.files import bundled, write
from tests.render.ansi import pixels_of
from tui.dicom import unnamed
from tui.dicom.elements import walk_file
from tui.dicom.errors import ReadError
from tui.dicom.pixels.drawing import Drawing
from tui.dicom.pixels.load import load_picture
from tui.dicom.pixels.view import View
from tui.dicom.pixels.window import Window
from tui.dicom.unnamed import held_stream

ENVIRONMENT = {"TERM": "xterm", "LANG": "C.UTF-8", "COLUMNS": "80", "LINES": "24"}


def run(*words: str, data: bytes = b"", env: dict[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
    base = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLORTERM", "LC_ALL")}
    env = base | ENVIRONMENT | (env or {})
    return subprocess.run([sys.executable, "-m", "tui", *words], input=data, capture_output=True, check=False, env=env)


def grey_levels(text: str) -> np.ndarray:
    """Return the grey levels that true-colour lines show, two rows for a line."""
    lines = [pixels_of(line) for line in text.splitlines()]
    return np.array([[int((cell[half] or ("2", "0"))[1]) for cell in cells] for cells in lines for half in (0, 1)])


def test_what_is_printed_is_the_picture(tmp_path: Path) -> None:
    path = write(tmp_path / "a.dcm")
    done = run("view", "--color", "truecolor", "--width", "40", path)
    assert (done.returncode, done.stderr) == (0, b"")
    *picture, about = done.stdout.decode().splitlines()
    expected = Drawing(load_picture(walk_file(path), 0), 40, 40).levels(View())
    assert np.array_equal(grey_levels("\n".join(picture)), expected)
    assert about == "CT  W 400 L 40 HU  64 x 64  not for diagnosis"


def test_window_and_inversion(tmp_path: Path) -> None:
    path = write(tmp_path / "a.dcm")
    done = run("view", "--color", "truecolor", "--width", "40", "--window", "1000/-200", "--invert", path)
    *picture, about = done.stdout.decode().splitlines()
    view = View(window=Window(-200, 1000), inverted=True)
    assert np.array_equal(grey_levels("\n".join(picture)), Drawing(load_picture(walk_file(path), 0), 40, 40).levels(view))
    assert "W 1000 L -200" in about


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_standard_input_packed_or_not(tmp_path: Path, pack: "type[bytes]") -> None:
    path = write(tmp_path / "a.dcm")
    data = pack(Path(path).read_bytes())
    assert run("view", "-", data=data).stdout == run("view", path).stdout


def test_a_packed_file(tmp_path: Path) -> None:
    path = write(tmp_path / "a.dcm")
    packed = tmp_path / "b.dcm.gz"
    packed.write_bytes(gzip.compress(Path(path).read_bytes()))
    assert run("view", str(packed)).stdout == run("view", path).stdout


def test_it_fits_into_the_terminal(tmp_path: Path) -> None:
    *picture, _ = run("view", write(tmp_path / "a.dcm")).stdout.decode().splitlines()
    assert len(picture) == 21
    assert len(pixels_of(picture[0])) == 42


@pytest.mark.parametrize("color", ["truecolor", "256", "16", "mono"])
def test_every_colour_depth_and_ascii(tmp_path: Path, color: str) -> None:
    path = write(tmp_path / "a.dcm")
    done = run("view", "--color", color, "--ascii", path)
    assert done.returncode == 0
    assert done.stdout.isascii()
    assert (b"\x1b" in done.stdout) == (color != "mono")


def test_a_frame_and_its_number() -> None:
    path = bundled("examples_ybr_color.dcm")
    assert b"frame 3/30" in run("view", "--frame", "3", path).stdout
    done = run("view", "--frame", "31", path)
    assert done.returncode == 1
    assert b"there is no frame 31: the file has 30" in done.stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["/nowhere.dcm"], 1, "/nowhere.dcm: nowhere.dcm cannot be opened: no such file or directory"),
        (["/nowhere.dcm.gz"], 1, "No such file"),
        (["x", "--window", "wide"], 2, "--window: it is WIDTH/CENTER, such as 400/40"),
        (["x", "--frame", "0"], 2, "--frame: it is a number from 1 on"),
        (["x", "--width", "-3"], 2, "--width"),
        (["x", "--colormap", "pink"], 2, "invalid choice: 'pink'"),
        ([], 2, "the following arguments are required: FILE (see dicom-tui view --help)"),
        (["-"], 1, "is no DICOM file"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(words: list[str], code: int, said: str) -> None:
    done = run("view", *words)
    assert (done.returncode, done.stdout) == (code, b"")
    assert said in done.stderr.decode()
    assert len(done.stderr.decode().splitlines()) == 1


def test_a_damaged_gzip_is_said(tmp_path: Path) -> None:
    packed = tmp_path / "a.dcm.gz"
    packed.write_bytes(gzip.compress(b"x" * 100_000)[:50])
    done = run("view", str(packed))
    assert done.returncode == 1
    assert b"a.dcm.gz cannot be read: Compressed file ended" in done.stderr


def test_a_stream_without_end_is_not_read_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unnamed, "LARGEST_STREAM", 1 << 22)
    bomb = gzip.compress(bytes(1 << 24))
    open_before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(ReadError, match="it holds more than"):
        held_stream(io.BufferedReader(io.BytesIO(bomb)), "it")
    assert len(os.listdir("/proc/self/fd")) == open_before


def test_the_doctor_says_what_was_found() -> None:
    done = run("doctor", "--color", "256")
    text = done.stdout.decode()
    assert done.returncode == 0
    assert "colours      256: asked for" in text
    assert "Unicode: the terminal did not answer; the locale is C.UTF-8" in text
    assert "pydicom 3" in text
    assert "\x1b" not in text


def test_what_is_set_holds_for_view_and_doctor_too(tmp_path: Path) -> None:
    path = write(tmp_path / "a")
    for name, words in (("view", ["--width", "20", path]), ("doctor", [])):
        done = run(name, *words, env={"DICOM_TUI_COLOR": "mono"})
        assert b"38;2" not in done.stdout
        assert b"colours      mono" in done.stdout or name == "view"
        bogus = run(name, *words, env={"DICOM_TUI_COLOR": "pink"})
        assert b"DICOM_TUI_COLOR" in bogus.stdout + bogus.stderr


def test_a_picture_wider_than_any_terminal_is_refused(tmp_path: Path) -> None:
    done = run("view", "--width", "300000", write(tmp_path / "a"))
    assert done.returncode == 2
    assert b"no more than 2000 cells" in done.stderr


def test_a_reader_that_leaves_is_no_error(tmp_path: Path) -> None:
    path = write(tmp_path / "a", PixelData=np.random.default_rng(1).bytes(2 * 64 * 64), WindowWidth="60000")
    command = f"{sys.executable} -m tui view --color truecolor --width 400 {path} | head -c 10 >/dev/null"
    done = subprocess.run(["bash", "-c", command], capture_output=True, check=False)
    assert done.stderr == b""
