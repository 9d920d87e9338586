"""What a person sees and presses, in a real terminal (tmux)."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.files import write
from tests.terminal.tmux import PROGRAM, Terminal, browser, terminal

pytestmark = pytest.mark.terminal

HOSTILE = {
    "PatientName": "\x1b]2;OWNED-TITLE\x07\x1b]52;c;T1dORUQ=\x07",
    "PatientID": "\x9b31m\x1b[41mRED",
    "StudyDescription": "[/x] [@click=app.quit]q[/]",
    "SeriesDescription": "\u202egnp.exe\x1b[2J",
    "InstitutionName": "\x1bP+q544e\x1b\\ \x08\x08\x07",
}
HOSTILE_NAMES = ("\x1b]2;OWNED-TITLE\x07", "\x1b[2J[nope]", "\u202egnp.dcm", "a\rb\nc")


def left_clean(shell: Terminal) -> None:
    """Check that the terminal is as it was: main screen, cursor, echo, no mouse."""
    assert shell.fact("#{alternate_on}") == "0"
    assert shell.fact("#{cursor_flag}") == "1"
    assert shell.fact("#{mouse_any_flag}#{mouse_button_flag}#{mouse_standard_flag}#{mouse_all_flag}") == "0000"
    shell.type("stty -a")
    shell.keys("Enter")
    shell.shows("stty -a", " echo ", " icanon ")


def test_start_move_search_window_and_quit(tmp_path: Path, series: Path) -> None:
    with terminal(tmp_path) as shell:
        shell.run(*browser(series))
        shell.shows("IM12", "(0002,0010)", "DOE^JANE", "W 400 L 40 HU", "not for diagnosis")
        assert shell.fact("#{alternate_on}") == "1"
        assert "▀" in shell.text
        shell.keys("Down", "Down")
        shell.shows("IM3  ", "3 of 13")
        shell.keys("Tab", "Right")
        shell.shows("W 420 L 40")
        shell.keys("Tab")
        shell.type("/doe")
        shell.shows("1 of 27 - / doe")
        shell.keys("Enter", "Enter")
        shell.shows("Patient's Name")
        shell.keys("Escape")
        shell.until(lambda: "Patient's Name" not in shell.text, "the dialog's end")
        shell.type("q")
        shell.shows("ended with 0")
        left_clean(shell)


def test_a_truecolor_picture_is_exact_in_the_terminal(tmp_path: Path, ct: str) -> None:
    with terminal(tmp_path) as shell:
        shell.run(*browser(ct))
        shell.shows("W 400 L 40 HU")
        shell.until(lambda: "48;2;0;0;0" in shell.ansi and "48;2;255;255;255" in shell.ansi, "black and white")


def test_256_colours_are_the_grey_ramp(tmp_path: Path, ct: str) -> None:
    with terminal(tmp_path, env={"COLORTERM": ""}) as shell:
        shell.run(*browser(ct))
        shell.shows("W 400 L 40 HU", "▀")
        assert "8;2;" not in shell.ansi
        shell.until(lambda: "48;5;244" in shell.ansi, "a grey of the ramp")


@pytest.mark.parametrize("color", ["16", "mono"])
def test_fewer_colours(tmp_path: Path, ct: str, color: str) -> None:
    with terminal(tmp_path) as shell:
        shell.run(*browser("--color", color, ct))
        shell.shows("W 400 L 40 HU", "(0002,0010)")
        picture = [line for line in shell.ansi.splitlines() if "▀" in line]
        assert picture
        assert not any("8;2;" in line.partition("│")[2] for line in picture if color == "mono")


def test_resizing_to_80x24_and_40x12(tmp_path: Path, ct: str) -> None:
    with terminal(tmp_path, size=(160, 50)) as shell:
        shell.run(*browser(ct))
        shell.shows("Files", "Tags", "W 400 L 40 HU")
        shell.resize(80, 24)
        shell.shows("[Files]")
        shell.keys("Tab")
        shell.shows("[Picture]", "W 400 L 40 HU", "▀")
        shell.resize(40, 12)
        shell.shows("[Picture]", "▀", "W 400 L 40 HU")
        shell.keys("Tab")
        shell.shows("[Tags]", "(0002,0010)")
        shell.resize(160, 50)
        shell.shows("─ Files", "─ Tags")
        shell.type("q")
        shell.shows("ended with 0")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_ended_by_the_system_the_terminal_is_left_clean(tmp_path: Path, ct: str, number: signal.Signals) -> None:
    with terminal(tmp_path) as shell:
        shell.run(*browser(ct))
        shell.shows("W 400 L 40 HU")
        os.kill(shell.pid(), number)
        shell.shows(f"ended with {128 + number}")
        left_clean(shell)


def test_a_crash_tells_where_but_no_patient_data(tmp_path: Path, ct: str) -> None:
    crash = (
        "import sys, tui.widgets.tag_table as t\n"
        "def broken(self, index):\n"
        "    patient = [self.shown.rows.row(at).text for at in range(14)]\n"
        "    raise KeyError('a bug \\x1b]2;OWNED-TITLE\\x07 [/x]')\n"
        "t.TagTable.row_pieces = broken\n"
        "from tui.cli import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    script = tmp_path / "crash.py"
    script.write_text(crash)
    with terminal(tmp_path, size=(160, 50)) as shell:
        shell.run(sys.executable, str(script), ct)
        shell.shows("dicom-tui ended because of a bug in it", "in broken", "KeyError", "ended with 1")
        assert "DOE" not in shell.text
        assert "OWNED-TITLE" not in shell.fact("#{pane_title}")
        left_clean(shell)


def test_suspended_and_back(tmp_path: Path, ct: str) -> None:
    with terminal(tmp_path, env={"ENV": ""}) as shell:
        shell.type("bash --norc -i")
        shell.keys("Enter")
        shell.run(*browser(ct))
        shell.shows("W 400 L 40 HU")
        shell.keys("C-z")
        shell.until(lambda: shell.fact("#{alternate_on}") == "0", "the shell")
        shell.shows("Stopped")
        shell.type("fg")
        shell.keys("Enter")
        shell.until(lambda: shell.fact("#{alternate_on}") == "1", "the program")
        shell.shows("W 400 L 40 HU", "(0002,0010)")
        shell.type("q")
        shell.until(lambda: shell.fact("#{alternate_on}") == "0", "the end")


def test_hostile_values_and_names_are_drawn_and_do_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "hostile"
    path = write(folder / "0.dcm", **HOSTILE)
    for name in HOSTILE_NAMES:
        (folder / name).write_bytes(b"")
    with terminal(tmp_path) as shell:
        shell.tmux("set-option", "-g", "set-clipboard", "on")
        before = shell.fact("#{pane_title}")
        shell.run(*browser(path))
        shell.shows("(0002,0010)", "␛]2;OWNED-TITLE␇", "␛[2J[nope]", "⟨202E⟩gnp.dcm", "a␍b⏎c")
        shell.keys("Tab", "Tab")
        shell.type("/00100")
        shell.shows("2 of 30 - / 00100", "␛]52;c;T1dORUQ", "␛[41mRED")
        shell.keys("Enter", "Enter")
        shell.shows("Patient's Name")
        shell.keys("Escape")
        shell.until(lambda: "Patient's Name" not in shell.text, "the dialog's end")
        assert shell.fact("#{pane_title}") == before
        buffers = shell.tmux("list-buffers")
        assert "OWNED" not in buffers
        assert not buffers
        shell.type("q")
        shell.shows("ended with 0")
        left_clean(shell)


def test_the_command_line_makes_names_safe_too(tmp_path: Path) -> None:
    with terminal(tmp_path) as shell:
        before = shell.fact("#{pane_title}")
        shell.run(*PROGRAM, "/nowhere/\x1b]2;OWNED-TITLE\x07")
        shell.shows("there is no such file or folder", "␛]2;OWNED-TITLE␇", "ended with 2")
        assert shell.fact("#{pane_title}") == before


@pytest.mark.parametrize(("env", "unicode"), [({}, True), ({"LANG": "C", "LC_ALL": ""}, True)])
def test_utf_8_is_asked_and_not_guessed(tmp_path: Path, ct: str, env: dict[str, str], unicode: bool) -> None:
    with terminal(tmp_path, env=env) as shell:
        shell.run(*browser(ct))
        shell.shows("W 400 L 40 HU")
        assert ("▀" in shell.text) == unicode


def test_ascii_only(tmp_path: Path, ct: str) -> None:
    with terminal(tmp_path) as shell:
        shell.run(*browser("--ascii", ct))
        shell.shows("W 400 L 40 HU", "(0002,0010)", "+- Files -")
        assert shell.text.isascii()


@pytest.mark.parametrize(("redirect", "which"), [("< /dev/null", "standard input"), ("2> errors; cat errors", "")])
def test_without_a_terminal_it_says_so(tmp_path: Path, ct: str, redirect: str, which: str) -> None:
    with terminal(tmp_path) as shell:
        shell.type(f"cd {tmp_path}; {' '.join(browser(ct))} {redirect}; echo ended")
        shell.keys("Enter")
        shell.shows(f"{which or 'standard error'} is no terminal, and the browser needs one", "ended")


def test_a_dumb_terminal_gets_a_sentence(tmp_path: Path, ct: str) -> None:
    with terminal(tmp_path, env={"TERM": "dumb"}) as shell:
        shell.run(*browser(ct))
        shell.shows("TERM is dumb: this terminal cannot show a full-screen program", "ended with 2")


def test_the_demo_needs_nothing(tmp_path: Path) -> None:
    with terminal(tmp_path) as shell:
        shell.run(*PROGRAM, "demo")
        shell.shows("PHANTOM^CT", "IM0030.dcm", "W 400 L 40 HU  SOFT TISSUE", "30 of 60", "(0002,0010)")
        shell.type("q")
        shell.shows("ended with 0")
    assert len(list((tmp_path / "cache").rglob("IM*.dcm"))) == 60


def test_in_a_shell_without_settings_nothing_is_written(tmp_path: Path, ct: str) -> None:
    before = Path(ct).read_bytes(), Path(ct).stat().st_mtime_ns
    with terminal(tmp_path) as shell:
        shell.run(*browser(ct))
        shell.shows("W 400 L 40 HU")
        shell.type("q")
        shell.shows("ended with 0")
    assert (Path(ct).read_bytes(), Path(ct).stat().st_mtime_ns) == before
    assert not [path for name in ("config", "state", "cache") for path in (tmp_path / name).rglob("*") if path.is_file()]


def test_tmux_is_there() -> None:
    assert subprocess.run(["tmux", "-V"], capture_output=True, check=True).stdout
