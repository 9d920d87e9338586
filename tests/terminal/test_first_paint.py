"""What is loaded when the first screen is painted, seen from inside a real run on a pseudo-terminal."""

import json
import sys
from pathlib import Path

import pytest

from tests.bench.pty_program import PtyProgram

pytestmark = pytest.mark.terminal

HEAVY = {"pydicom", "numpy", "PIL", "pylibjpeg", "sqlite3", "libjpeg", "openjpeg", "rle"}
SPY = """
import json, sys
from textual.app import App
from tui.cli import main
seen = {}
display = App._display
def spy(self, screen, renderable):
    if renderable is not None and "first" not in seen:
        seen["first"] = sorted({name.partition(".")[0] for name in sys.modules})
    display(self, screen, renderable)
App._display = spy
sys.argv[1:] = sys.argv[2:]
code = main()
seen["last"] = sorted({name.partition(".")[0] for name in sys.modules})
json.dump(seen, open(sys.argv[-1] + ".modules", "w"))
sys.exit(code)
"""


def test_nothing_heavy_is_loaded_before_the_first_paint(tmp_path: Path, ct: str) -> None:
    script = tmp_path / "spy.py"
    script.write_text(SPY)
    with PtyProgram((sys.executable, str(script), "--", ct), (120, 40)) as program:
        program.until(lambda output: b"W 400 L 40" in output)
        program.send(b"q")
        program.until_end()
    seen = json.loads(Path(f"{ct}.modules").read_text())
    assert "textual" in seen["first"]
    assert not HEAVY & set(seen["first"])
    assert "numpy" in seen["last"]
    assert "pydicom" not in seen["last"]  # an uncompressed image needs none


def test_a_tab_repaints_borders_and_no_picture(tmp_path: Path, ct: str) -> None:
    with PtyProgram((sys.executable, "-m", "tui", ct), (120, 40)) as program:
        program.until(lambda output: b"W 400 L 40" in output)
        program.until_quiet(0.5)
        for _ in range(3):
            program.send(b"\t")
            written = program.until_quiet(0.5)
            assert b"quit" in written  # the key line is another pane's
            assert "▀".encode() not in written
            assert len(written) < 10_000
