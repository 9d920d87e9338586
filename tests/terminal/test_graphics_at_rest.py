"""The picture of pixels in the running program: at rest, away when something moves or covers it, and back again."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.pty_program import REPLIES, PtyProgram
from tests.files import write

pytestmark = pytest.mark.terminal

SHOWN, AWAY = b"\x1b_Ga=p", b"\x1b_Ga=d"
QUERY = b"\x1b[6n"
HALF_BLOCK = "▀".encode()
CELL = (8, 16)


def noise(path: Path) -> str:
    pixels = bytes(value * 37 % 251 for value in range(2 * 64 * 64))
    return write(path, PixelData=pixels, WindowCenter="30000", WindowWidth="60000")


@pytest.fixture
def program(tmp_path: Path) -> Iterator[PtyProgram]:
    path = noise(tmp_path / "a.dcm")
    env = {"XDG_CONFIG_HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path), "DICOM_TUI_COLOR": "truecolor", "TMUX": ""}
    command = (sys.executable, "-m", "tui", "--graphics", "kitty", path)
    with PtyProgram(command, (120, 40), env, CELL) as running:
        running.until(lambda output: output.count(HALF_BLOCK) > 200)
        running.until(lambda output: SHOWN in output)
        running.until_quiet(0.6)
        yield running


def test_it_goes_when_a_key_moves_the_picture_and_comes_back(program: PtyProgram) -> None:
    program.send(b"\t")
    program.until_quiet(0.8)
    program.send(b".")
    moved = program.until_quiet(0.15)
    assert moved.index(AWAY) < moved.index(HALF_BLOCK)
    assert SHOWN not in moved
    assert moved.count(HALF_BLOCK) > 200  # all of it: the picture of pixels lay over every line
    after = program.until_quiet(0.8)
    assert SHOWN in after
    assert HALF_BLOCK not in after


def test_a_dialog_is_not_covered(program: PtyProgram) -> None:
    program.send(b"?")
    opened = program.until_quiet(0.8)
    assert AWAY in opened
    assert SHOWN not in opened
    program.send(b"\x1b")
    closed = program.until_quiet(1.5)
    assert SHOWN in closed


def test_without_asking_for_it_nothing_is_drawn(tmp_path: Path) -> None:
    path = noise(tmp_path / "a.dcm")
    env = {"XDG_CONFIG_HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path), "TMUX": ""}
    with PtyProgram((sys.executable, "-m", "tui", path), (120, 40), env, CELL) as running:
        running.until(lambda output: output.count(HALF_BLOCK) > 200)
        running.until_quiet(1.0)
        assert b"\x1b_G" not in running.output


@pytest.mark.parametrize("size", [(120, 40), (80, 30)])
def test_it_goes_with_its_pane(tmp_path: Path, size: tuple[int, int]) -> None:
    env = {"XDG_CONFIG_HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path), "DICOM_TUI_COLOR": "truecolor", "TMUX": ""}
    command = (sys.executable, "-m", "tui", "--graphics", "kitty", noise(tmp_path / "a.dcm"))
    with PtyProgram(command, size, env, CELL) as running:
        if size[0] < 100:
            running.until(lambda output: b"a.dcm" in output)
            running.until_quiet(0.6)
            running.send(b"\t")
        running.until(lambda output: SHOWN in output)
        running.until_quiet(0.6)
        running.send(b"\t" if size[0] < 100 else b"z")
        assert AWAY in running.until_quiet(0.6)


def test_it_goes_although_a_word_lies_over_another_pane(program: PtyProgram) -> None:
    program.send(b"\t\t")
    program.until_quiet(0.8)
    program.send(b"y")  # copying says so, below the picture
    program.until_quiet(0.8)
    program.send(b"\x1b[Z")
    program.until_quiet(0.2)
    program.send(b".")
    assert AWAY in program.until_quiet(0.4)


def test_over_a_slow_link_there_is_none(program: PtyProgram) -> None:
    program.send(b"\t")
    program.until_quiet(0.8)
    del program.replies[QUERY]
    for _ in range(3):
        program.send(b".")
        assert QUERY in program.until_quiet(0.3)
        program.send(REPLIES[QUERY])
    assert SHOWN not in program.until_quiet(1.0)


def test_the_doctor_says_how_large_a_cell_is(tmp_path: Path) -> None:
    env = {"XDG_CONFIG_HOME": str(tmp_path), "TMUX": ""}
    for cell, said in ((CELL, b"cells of 8 x 16 pixels"), ((0, 0), b"the terminal does not tell the size of its cells")):
        with PtyProgram((sys.executable, "-m", "tui", "doctor", "--graphics", "kitty"), (120, 40), env, cell) as running:
            running.until_end()
            assert said in running.output
            assert b"runs of one colour are written short (REP)" in running.output
