"""Keys while a folder of 20,000 files is being read again and again, against the same in a folder of 20.

Once in the tags of a file beside that folder, once in the folder itself, from file to file.

To reach: the 95th percentile of key to frame at most 2 times that in the small folder.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.pty_program import PtyProgram, print_versions
from tui.dicom.phantom import slice_dataset

MANY, FEW = 20_000, 20
MANY_NAME, FEW_NAME = "20,000 files", "20 files"
QUIET_S = 0.008
REREAD = b"\x1b[15~"  # F5


def make(folder: Path, count: int) -> Path:
    """Make a folder with one CT, and beside it one of `count` DICOM files (links to one content)."""
    (folder / "one").mkdir(parents=True)
    (folder / "all").mkdir()
    slice_dataset(1).save_as(folder / "one" / "a.dcm", enforce_file_format=True)
    slice_dataset(2).save_as(folder / "all" / "im0", enforce_file_format=True)
    for number in range(1, count):
        os.link(folder / "all" / "im0", folder / "all" / f"im{number}")
    return folder


def key_times(paths: tuple[str, ...], focus: bytes, home: str, seconds: float) -> list[float]:
    """Move up and down while the folders are read again and again; return key to last byte of each, in ms."""
    env = {"XDG_CONFIG_HOME": home, "XDG_STATE_HOME": home}
    taken = []
    with PtyProgram((sys.executable, "-m", "tui", *paths), (120, 40), env) as program:
        program.until(lambda output: output.count("▀".encode()) > 200)
        program.until_quiet(0.3)
        program.send(focus)
        program.until_quiet(0.3)
        begin = time.perf_counter()
        while time.perf_counter() - begin < seconds:
            program.send(REREAD)
            for key in (b"j", b"k") * 4:
                pressed = time.perf_counter()
                program.send(key)
                first = program.read(1.0)
                last = time.perf_counter()
                while first and program.read(QUIET_S):
                    last = time.perf_counter()
                taken.append((last - pressed) * 1000)
    return taken


def percentile_95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    print_versions()
    taken: dict[tuple[str, str], list[float]] = {}
    with tempfile.TemporaryDirectory() as home:
        folders = {
            MANY_NAME: make(Path(home) / "large", 2_000 if quick else MANY),
            FEW_NAME: make(Path(home) / "small", FEW),
        }
        for _ in range(1 if quick else 6):  # interleaved: the machine is noisy
            for name, folder in folders.items():
                one, every = str(folder / "one" / "a.dcm"), folder / "all"
                taken.setdefault(("tags", name), []).extend(key_times((one, str(every)), b"\t\t", home, 2.0))
                taken.setdefault(("files", name), []).extend(key_times((str(every / "im8"),), b"", home, 2.0))
    for (pane, name), values in taken.items():
        middle, high = statistics.median(values), percentile_95(values)
        print(f"{pane:5} {name:13} {len(values):4} keys  median {middle:6.1f} ms  p95 {high:6.1f} ms")
    for pane in ("tags", "files"):
        ratio = percentile_95(taken[pane, MANY_NAME]) / percentile_95(taken[pane, FEW_NAME])
        print(f"{pane:5} ratio of p95  {ratio:.2f}  to reach 2.00")


if __name__ == "__main__":
    main()
