"""Anonymizing in a terminal: hostile values are drawn as stand-ins, nothing is lost when the connection is, and P hides."""

import os
import signal
from pathlib import Path

import pydicom
import pytest

from tests.files import write
from tests.terminal.tmux import PROGRAM, browser, escape, nothing_acted, terminal

pytestmark = pytest.mark.terminal

TITLE = "\x1b]2;OWNED-TITLE\x07"


def hostile(path: Path) -> str:
    return write(path, PatientName="[/x] [@click=app.quit]DOE^JANE", StudyDescription=TITLE, StationName="\x1b[2J")


def test_the_dialog_draws_hostile_values_as_stand_ins_and_writes_what_it_showed(tmp_path: Path) -> None:
    path = hostile(tmp_path / "a.dcm")
    with terminal(tmp_path, size=(160, 50)) as shell:
        before = shell.fact("#{pane_title}")
        shell.run(*browser(path))
        shell.shows("(0002,0010)")
        shell.type("a")
        shell.shows("Preset", "␛]2;OWNED-TITLE␇", "ANON-")
        nothing_acted(shell, before)
        escape(shell, "Preset")
        assert [name for name in os.listdir(tmp_path) if name.endswith(".dcm")] == ["a.dcm"]


def test_the_command_line_prints_stand_ins(tmp_path: Path) -> None:
    path = hostile(tmp_path / "a.dcm")
    with terminal(tmp_path, size=(160, 50)) as shell:
        before = shell.fact("#{pane_title}")
        shell.run(*PROGRAM, "anonymize", "--dry-run", path, "-o", str(tmp_path / "out"))
        shell.shows("␛]2;OWNED-TITLE␇", "ended with 0")
        assert shell.fact("#{pane_title}") == before
        assert not (tmp_path / "out").exists()


def test_a_batch_that_is_hung_up_on_goes_on_where_it_was(tmp_path: Path) -> None:
    for number in range(300):
        write(tmp_path / "in" / f"{number:03}.dcm", SOPInstanceUID=f"1.2.3.4.{number}", PatientName="DOE^JANE")
    out, command = tmp_path / "out", [*PROGRAM, "anonymize", str(tmp_path / "in"), "-o", str(tmp_path / "out"), "--jobs=1"]

    def results() -> set[Path]:
        return set(out.rglob("*.dcm"))

    with terminal(tmp_path, size=(100, 30)) as shell:
        shell.run(*command)
        shell.until(lambda: len(results()) >= 20, "the first results")
        os.kill(shell.pid(), signal.SIGHUP)
        shell.shows("ended with 129")
        early = results()
        assert 20 <= len(early) < 300
        unchanged = {path: path.stat().st_mtime_ns for path in early}
        shell.tmux("send-keys", "-t", "0", "-R", "clear", "Enter")
        shell.run(*command)
        shell.shows("ended with 0")
        assert len(results()) == 300
        assert {path: path.stat().st_mtime_ns for path in early} == unchanged
        assert len({str(pydicom.dcmread(path).PatientName) for path in results()}) == 1
        assert not list(tmp_path.glob("out.state"))
        assert not [path for path in out.rglob("*") if path.is_file() and path.suffix != ".dcm"]


def test_no_name_is_in_the_terminal_in_the_privacy_view(tmp_path: Path) -> None:
    write(tmp_path / "files" / "a.dcm", PatientName="DOE^JANE", PatientID="MRN-4711")
    with terminal(tmp_path, size=(160, 50)) as shell:
        shell.run(*browser(str(tmp_path / "files")))
        shell.shows("(0002,0010)", "DOE^JANE")
        shell.tmux("clear-history", "-t", "0")
        shell.type("P")
        shell.until(lambda: "DOE" not in shell.text and "4711" not in shell.text, "the end of the names")
        shell.type("P")
        shell.shows("DOE^JANE")
