"""The tag table: building rows against pydicom, and opening, searching and paging 50,000 rows against Textual's DataTable.

To reach: the first screen of 5,000 elements in 0.03 times what reading and iterating them takes pydicom, all rows in
0.15; the table of 50,000 rows opens in 1.3 times the time of one of 300 and 0.1 times that of a DataTable; a search key in
it takes 1.5 times what it takes in 300 rows, and 0.05 times what clearing and filling a DataTable takes; a page down takes
2 times the time of a line down, and 0.05 times the bytes of Textual's animated default.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pydicom
from pydicom import Dataset
from pydicom.sequence import Sequence

from tests.bench.pty_program import PtyProgram, print_versions, row
from tui.dicom.elements import walk_file
from tui.dicom.phantom import slice_dataset
from tui.dicom.tags import load_rows
from tui.screens.answers import FIRST_ELEMENTS

SIZE = (160, 50)
SCREEN = 50
MANY, SOME, FEW = 50_000, 5_000, 300
KEYS = b"1.2"
QUIET_S = 0.12
SLOW_QUIET_S = 1.5  # a DataTable is silent while it is filled


def made(path: Path, rows: int) -> str:
    """Write a dataset of about so many rows; a quarter of them are items."""
    dataset = slice_dataset(30)
    items = []
    for number in range((rows - 60) // 4):
        item = Dataset()
        item.ReferencedSOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
        item.ReferencedSOPInstanceUID = f"1.2.3.{number}"
        item.ReferencedFrameNumber = str(number + 1)
        items.append(item)
    dataset.ReferencedImageSequence = Sequence(items)
    dataset.save_as(path, enforce_file_format=True)
    return str(path)


def best_ms(work: Callable[[], object], rounds: int) -> float:
    """Return the median time of some work."""
    taken = []
    for _ in range(rounds):
        begin = time.perf_counter()
        work()
        taken.append((time.perf_counter() - begin) * 1000)
    return statistics.median(taken)


def first_rows(path: str, count: int) -> None:
    rows = load_rows(walk_file(path, most=FIRST_ELEMENTS))
    rows.some(range(count))


def all_rows(path: str) -> None:
    rows = load_rows(walk_file(path))
    rows.some(range(len(rows)))


def pydicom_rows(path: str) -> None:
    for element in pydicom.dcmread(path).iterall():
        _ = (element.name, element.VR, element.VM, element.repval)


class Side:
    """One program with a table on the screen."""

    def __init__(self, command: tuple[str, ...], home: str, shows: bytes, quiet_s: float) -> None:
        env = {"XDG_CONFIG_HOME": home, "XDG_STATE_HOME": home, "DICOM_TUI_COLOR": "truecolor"}
        begin = time.perf_counter()
        self.quiet_s = quiet_s
        self.program = PtyProgram((sys.executable, "-m", *command), SIZE, env)
        self.program.until(lambda output: shows in output, 120.0)
        self.started = (time.perf_counter() - begin) * 1000
        self.program.until_quiet(max(0.5, quiet_s), 120.0)

    def key(self, key: bytes) -> tuple[float, int]:
        """Press a key; return the time (ms) to its last byte, and the bytes."""
        pressed = time.perf_counter()
        self.program.send(key)
        last, size = pressed, 0
        while part := self.program.read(self.quiet_s if size else 5.0):
            last, size = time.perf_counter(), size + len(part)
        return (last - pressed) * 1000, size

    def end(self) -> None:
        self.program.__exit__(None, None, None)


def ours(path: str, home: str) -> Side:
    side = Side(("tui", "--no-corner-text", path), home, b"(0002,0010)", QUIET_S)
    for key in (b"\t", b"\t"):
        side.key(key)
    return side


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    rounds = 1 if parser.parse_args().quick else 5
    print_versions()
    with tempfile.TemporaryDirectory() as home:
        paths = {count: made(Path(home) / f"{count}.dcm", count) for count in (MANY, SOME, FEW)}
        theirs = best_ms(lambda: pydicom_rows(paths[SOME]), rounds)
        row("first screen of 5,000 elements, pydicom", best_ms(lambda: first_rows(paths[SOME], SCREEN), 5 * rounds), theirs,
            "ms", 0.03)  # fmt: skip
        row("all rows of 5,000 elements, pydicom", best_ms(lambda: all_rows(paths[SOME]), rounds), theirs, "ms", 0.15)
        starts: dict[str, list[float]] = {}
        for _ in range(rounds):
            for name, count in (("many", MANY), ("few", FEW)):
                side = ours(paths[count], home)
                starts.setdefault(name, []).append(side.started)
                side.end()
        table = Side(("tests.bench.table_app", "table", paths[MANY]), home, b"(0002,0010)", SLOW_QUIET_S)
        many = statistics.median(starts["many"])
        row("open 50,000 rows, 300 rows", many, statistics.median(starts["few"]), "ms", 1.3)
        row("open 50,000 rows, DataTable", many, table.started, "ms", 0.1)
        searched: dict[str, float] = {}
        for name, count in (("many", MANY), ("few", FEW)):
            side = ours(paths[count], home)
            side.key(b"/")
            side.key(KEYS[:1])  # the first key makes what is searched
            taken = [side.key(key)[0] for _ in range(rounds) for key in (KEYS[1:2], KEYS[2:3], b"\x7f", b"\x7f")]
            searched[name] = statistics.median(taken)
            side.end()
        filled = statistics.median([table.key(KEYS[at : at + 1])[0] for at in range(3)])
        table.end()
        row("search key in 50,000 rows, in 300", searched["many"], searched["few"], "ms", 1.5)
        row("search key in 50,000 rows, DataTable", searched["many"], filled, "ms", 0.05)
        side = ours(paths[MANY], home)
        side.key(b"z")
        pages = [side.key(b"\x1b[6~") for _ in range(4 * rounds)]
        lines = [side.key(b"j") for _ in range(4 * rounds)]
        side.end()
        row(
            "page down, line down",
            statistics.median(p[0] for p in pages),
            statistics.median(one[0] for one in lines),
            "ms",
            2,
        )
        animated = Side(("tests.bench.table_app", "scroll", paths[SOME]), home, b"(0002,0010)", 0.5)
        animated.key(b"\t")
        theirs_paged = [animated.key(b"\x1b[6~")[1] for _ in range(3)]
        animated.end()
        row("page down, animated", statistics.median(p[1] for p in pages), statistics.median(theirs_paged), "bytes", 0.05)


if __name__ == "__main__":
    main()
