"""A window key in a picture of 200 x 60 cells: the browser, against the same picture drawn by rich-pixels in a Static.

To reach: key to last byte 0.05 times rich-pixels' (and 2 times that of writing the same bytes straight out), CPU a frame
0.04 times; bytes a frame a seventh for CT, and 1/2.5 for MR and ultrasound, at a largest grey error of 3; of a picture of
noise, 10 times as many frames a second. Times are in exact mode (256 levels), but for the rows that say otherwise.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.pictures import COLUMNS, ROWS, measured_files, noise_file
from tests.bench.pty_program import PtyProgram, print_versions, row

CHROME = (2, 5)  # the browser's lines around a picture on the whole screen: a border, title, status and keys
HALF_BLOCKS = ("▀".encode(), "▄".encode())
QUIET_S = 0.03
FRAME_END = b"\x1b[?2026l"  # the end of a synchronized update
LEAST_FRAME = 5_000  # bytes: what is shorter is no picture


def cpu_s(pid: int) -> float:
    """Return the time that all threads of a process were on a processor, by the scheduler's clock (nanoseconds)."""
    return sum(int(task.read_text().split()[0]) for task in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


class Side:
    """One program with the picture on the screen."""

    def __init__(self, name: str, path: str, home: str) -> None:
        self.name = name
        width, height = COLUMNS, ROWS
        command = [sys.executable, "-m", "tests.bench.drawing_app", name, path]
        if name.startswith("ours"):
            width, height = width + CHROME[0], height + CHROME[1]
            flags = ["--low-bandwidth"] if "few" in name else []
            command = [sys.executable, "-m", "tui", "--no-corner-text", *flags, path]
        env = {"XDG_CONFIG_HOME": home, "XDG_STATE_HOME": home, "DICOM_TUI_COLOR": "truecolor"}
        self.program = PtyProgram(tuple(command), (width, height), env)
        self.program.until(lambda output: sum(map(output.count, HALF_BLOCKS)) > 200)
        self.program.until_quiet(0.5)
        if name.startswith("ours"):
            for key in (b"\t", b"z"):
                self.program.send(key)
                self.program.until_quiet(0.5)
        self.times: list[float] = []
        self.bytes: list[int] = []
        self.cpu: list[float] = []

    def key(self) -> None:
        """Press one key, and take the times of its picture."""
        cpu, pressed = cpu_s(self.program.pid), time.perf_counter()
        self.program.send(b".,"[len(self.times) // 4 % 2 : len(self.times) // 4 % 2 + 1])  # four up, four down
        data, last = bytearray(), pressed
        while part := self.program.read(QUIET_S if FRAME_END in data and len(data) > LEAST_FRAME else 2.0):
            data += part
            if FRAME_END in part or b"\x1b[6n" in part:
                last = time.perf_counter()
        size = len(data)
        self.times.append((last - pressed) * 1000)
        self.bytes.append(size)
        self.cpu.append((cpu_s(self.program.pid) - cpu) * 1000)

    def end(self) -> None:
        self.program.__exit__(None, None, None)


def measure(path: str, home: str, names: tuple[str, ...], rounds: int) -> dict[str, Side]:
    """Press keys in all the programs in turn: the machine is noisy."""
    sides = {name: Side(name, path, home) for name in names}
    for _ in range(rounds):
        for side in sides.values():
            side.key()
    for side in sides.values():
        side.end()
    return sides


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    rounds = 5 if parser.parse_args().quick else 40
    print_versions()
    with tempfile.TemporaryDirectory() as home:
        files = measured_files(Path(home))
        for kind, path in files.items():
            sides = measure(path, home, ("ours exact", "ours few", "rich", "raw"), rounds)
            middle = {name: statistics.median(side.times) for name, side in sides.items()}
            size = {name: statistics.median(side.bytes) for name, side in sides.items()}
            print(f"--- {kind}: {os.path.basename(path)}")
            if kind == "CT":
                row("key to last byte (exact), rich-pixels", middle["ours exact"], middle["rich"], "ms", 0.05)
                row("key to last byte (exact), straight out", middle["ours exact"], middle["raw"], "ms", 2)
                used = {name: statistics.median(side.cpu) for name, side in sides.items()}
                row("CPU a frame (exact), rich-pixels", used["ours exact"], used["rich"], "ms", 0.04)
            goal = 1 / 7 if kind == "CT" else 1 / 2.5
            row("bytes a frame (error 3), rich-pixels", size["ours few"], size["rich"], "bytes", goal)
            row("bytes a frame (exact), rich-pixels", size["ours exact"], size["rich"], "bytes", 1)
        print("--- noise: each pixel of a grey level of its own")
        sides = measure(noise_file(Path(home)), home, ("ours exact", "rich"), rounds)
        ours, theirs = (1000 / statistics.median(sides[name].times) for name in ("ours exact", "rich"))
        row("frames a second (exact), rich-pixels: at least", ours, theirs, "", 10)


if __name__ == "__main__":
    main()
