"""One picture in flight, seen from the terminal's side: what is written before a query is answered, and after."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.pty_program import REPLIES, PtyProgram
from tests.files import write

pytestmark = pytest.mark.terminal

QUERY = b"\x1b[6n"
HALF_BLOCK = "▀".encode()


@pytest.fixture
def program(tmp_path: Path) -> Iterator[PtyProgram]:
    noise = bytes(value * 37 % 251 for value in range(2 * 64 * 64))
    path = write(tmp_path / "a.dcm", PixelData=noise, WindowCenter="30000", WindowWidth="60000")
    env = {"XDG_CONFIG_HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path), "DICOM_TUI_COLOR": "truecolor", "TMUX": ""}
    command = (sys.executable, "-m", "tui", "--no-corner-text", path)
    with PtyProgram(command, (120, 40), env) as running:
        running.until(lambda output: output.count(HALF_BLOCK) > 200)
        running.until_quiet(0.5)
        running.send(b"\t")
        running.until_quiet(0.3)
        yield running


def pictures(data: bytes) -> int:
    return sum(part.count(HALF_BLOCK) > 100 for part in data.split(b"\x1b[?2026l"))


def test_the_next_picture_waits_for_the_answer_and_is_the_newest(program: PtyProgram) -> None:
    del program.replies[QUERY]
    held = b""
    for _ in range(8):
        program.send(b".")
        held += program.until_quiet(0.05)
    assert held.count(QUERY) == 1
    assert pictures(held) == 1
    program.replies[QUERY] = REPLIES[QUERY]
    program.send(REPLIES[QUERY])
    after = program.until_quiet(0.5)
    assert 1 <= pictures(after) <= 2  # the exact one may follow one of fewer greys
    program.send(b"i")  # turned round and back, the same window is drawn as it is now
    program.until_quiet(0.5)
    program.send(b"i")
    again = program.until_quiet(0.5)
    assert rows_of(again)[1:-1] == rows_of(after)[1:-1]
    assert b"38;5;" not in b"".join(rows_of(again))  # exact at rest


def rows_of(data: bytes) -> list[bytes]:
    """Return the rows of the last picture in `data`."""
    last = [part for part in data.split(b"\x1b[?2026l") if part.count(HALF_BLOCK) > 100][-1]
    return [row for row in last.split(b"\r\n") if HALF_BLOCK in row]


def test_a_terminal_that_does_not_answer_gets_pictures_all_the_same(program: PtyProgram) -> None:
    del program.replies[QUERY]
    program.send(b".")
    program.until_quiet(0.3)
    program.send(b".")
    begin = time.perf_counter()
    waited = program.until_quiet(2.5)
    assert time.perf_counter() - begin > 1
    assert 1 <= pictures(waited) <= 2
    for _ in range(3):
        program.send(b".")
        assert 1 <= pictures(program.until_quiet(0.3)) <= 2


def test_an_answer_that_is_on_its_way_is_not_left_to_the_shell(program: PtyProgram) -> None:
    del program.replies[QUERY]
    program.send(b".")
    program.until_quiet(0.2)
    program.send(b"q")
    assert b"\x1b[?1049l" not in program.until_quiet(0.2)
    program.send(REPLIES[QUERY])
    program.until_end(5)
    assert b"\x1b[?1049l" in program.output


def test_an_answer_that_never_comes_keeps_nobody(program: PtyProgram) -> None:
    del program.replies[QUERY]
    program.send(b".")
    program.until_quiet(0.2)
    program.send(b"q")
    program.until_end(5)
