"""Scanning, listing and knowing many files, on a generated tree of 20,000 with others among them.

To reach: a scan per file 1/25 of pydicom's `dcmread` with `stop_before_pixels` and `specific_tags` (1/15 on files of many
makers in disorder), and 8 times opening, reading 8 KB and closing; `dicom-tui ls` as a process 0.6 times `gdcmscanner -r`
with the same keys, 1.3 times vtk-dicom's `dicomtocsv`; opened again with the index 1.6 times walking and `stat`; keys while
scanning 2 times those without, at half the scan's speed; a folder of 100,000 painted 1.3 times as late as one of 1,000;
15 MB for 20,000 files; a million files (simulated) at 1.5 times the cost of one of 20,000.
"""

import argparse
import gc
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import pydicom

from tests.bench.pty_program import PtyProgram, print_versions, row
from tests.files import SHARED, files_of
from tests.library_tree import write_copies, write_tree
from tui.dicom.library.fields import FIELDS
from tui.dicom.library.header import HeaderReader
from tui.dicom.library.index import Index
from tui.dicom.library.instances import Instances, Shared
from tui.dicom.library.outline import Outliner
from tui.dicom.library.scanner import scan
from tui.dicom.library.studies import Library

_TAGS = [field.tag for field in FIELDS]
_READ = 8192
_SAMPLE = 400  # files, of pydicom's side: it is slow
_QUIET_S = 0.008


def timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def open_read_close(paths: Sequence[str]) -> None:
    for path in paths:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        os.read(fd, _READ)
        os.close(fd)


def by_pydicom(paths: Sequence[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for path in paths:
            try:
                pydicom.dcmread(path, stop_before_pixels=True, specific_tags=_TAGS)
            except Exception:  # noqa: BLE001, S112 - what is no DICOM file
                continue


def by_us(paths: Sequence[str]) -> None:
    reader, instances = HeaderReader(), Instances()
    for path in paths:
        found = reader.read(path)
        if found is not None:
            instances.make("", path, found)


def compare_reading(what: str, paths: Sequence[str], rounds: int, goal: float) -> None:
    """Print the time per file of both sides, and of the least that reading takes."""
    sample = random.Random(1).sample(list(paths), min(_SAMPLE, len(paths)))
    sides: dict[str, list[float]] = {"ours": [], "pydicom": [], "least": []}
    for _ in range(rounds + 1):  # the first one warms up
        sides["least"].append(timed(lambda: open_read_close(paths)) / len(paths))
        sides["ours"].append(timed(lambda: by_us(paths)) / len(paths))
        sides["pydicom"].append(timed(lambda: by_pydicom(sample)) / len(sample))
    us = {side: 1e6 * statistics.median(taken[1:]) for side, taken in sides.items()}
    row(f"scan, {what}, per file / dcmread", us["ours"], us["pydicom"], "us", 1 / goal)
    row(f"scan, {what}, per file / open, read 8 KB, close", us["ours"], us["least"], "us", 8)


def compare_processes(tree: Path, rounds: int) -> None:
    """Print the time of `dicom-tui ls` and of other programs that list the same tree."""
    keys = [part for field in FIELDS for part in ("-t", f"{field.tag >> 16:04x},{field.tag & 0xFFFF:04x}")]
    commands = {"ls": [sys.executable, "-m", "tui", "ls", str(tree)]}
    if shutil.which("gdcmscanner"):
        commands["gdcmscanner"] = ["gdcmscanner", "-r", "-d", str(tree), *keys]
    if shutil.which("dicomtocsv"):
        commands["dicomtocsv"] = ["dicomtocsv", "--image", "--silent", str(tree)]
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds + 1):
        for name, command in commands.items():
            taken[name].append(timed(lambda command=command: subprocess.run(command, capture_output=True, check=False)))  # type: ignore[misc] # bound at once
    middle = {name: statistics.median(each[1:]) for name, each in taken.items()}
    for name, goal in (("gdcmscanner", 0.6), ("dicomtocsv", 1.3)):
        if name in middle:
            row(f"dicom-tui ls / {name}", middle["ls"], middle[name], "s", goal)
        else:
            print(f"dicom-tui ls / {name}: not measured, {name} is not installed")


def walk_and_stat(tree: Path) -> None:
    waiting = [str(tree)]
    while waiting:
        with os.scandir(waiting.pop()) as found:
            for entry in found:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    entry.stat(follow_symlinks=False)


def scanned(tree: Path, index: Index | None = None) -> Library:
    library = Library()
    for _ in scan([str(tree)], library, index=index):
        continue
    return library


def compare_index(tree: Path, file: Path, rounds: int) -> None:
    def opened() -> None:
        index = Index(str(file))
        scanned(tree, index)
        index.close()

    opened()
    gc.collect()
    gc.freeze()
    again, walked = list[float](), list[float]()
    for _ in range(rounds + 2):
        walked.append(timed(lambda: walk_and_stat(tree)))
        again.append(timed(opened))
    row("opened again with the index / walk and stat", statistics.median(again), statistics.median(walked), "s", 1.6)


def anonymous_kb() -> int:
    with open("/proc/self/smaps_rollup", encoding="ascii") as said:
        return sum(int(line.split()[1]) for line in said if line.startswith(("Anonymous:", "Shmem")))


def measure_memory(tree: Path) -> None:
    """Print how much more memory is taken when all files are known; in a process of its own."""
    code = (
        "import sys; from tests.bench.bench_library import anonymous_kb, scanned; from pathlib import Path\n"
        "scanned(Path(sys.argv[1]) / 'PAT0000'); before = anonymous_kb(); library = scanned(Path(sys.argv[1]))\n"
        "print(anonymous_kb() - before, library.count)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tree)], capture_output=True, text=True, check=True)
    kilobytes, count = map(int, done.stdout.split())
    print(f"memory for {count:,} files known: {kilobytes / 1024:.1f} MB  to reach 15 MB for 20,000")


def simulate(tree: Path, small: int, large: int) -> None:
    """Print the cost of knowing so many files that there is no disk for: headers are read once, and told again and again."""
    reader, instances = HeaderReader(), Instances()
    folder = next(path for path in sorted(tree.rglob("SER*")))
    headers = [found for path in sorted(folder.iterdir()) if (found := reader.read(str(path))) is not None]

    def known(count: int) -> tuple[float, float]:
        """Return the seconds per file, and those of an outline of all."""
        library, of_series = Library(), dict[int, Shared]()
        begin = time.perf_counter()
        for number in range(count):
            one = instances.make(f"/archive/{number // 1000}", f"IM{number}", headers[number % len(headers)])
            shared = of_series.get(number // 200)
            if shared is None:
                made = one.shared._replace(patient_id=str(number // 8000), study_uid=f"1.2.4.{number // 2000}")
                shared = of_series[number // 200] = made._replace(series_uid=f"1.2.3.{number // 200}")
            library.add(one._replace(uid=f"1.2.5.{number}", shared=shared))
        taken = time.perf_counter() - begin
        outliner = Outliner(library)
        outliner.outline(count)
        return taken / count, timed(lambda: outliner.outline(count))

    gc.collect()
    few, _ = known(small)
    many, outline = known(large)
    row(f"known: {large:,} files / {small:,}, per file", many * 1e6, few * 1e6, "us", 1.5)
    print(f"an outline of {large:,} files: {outline * 1000:.1f} ms, in the thread that scans")


def key_times(tree: Path, home: str, *, scanning: bool, seconds: float) -> list[float]:
    """Move up and down in the tags, while the tree is scanned again and again or not; return key to last byte, in ms."""
    env = {"XDG_CONFIG_HOME": home, "XDG_STATE_HOME": home, "XDG_CACHE_HOME": home}
    first = str(next(path for path in sorted(tree.rglob("IM00001"))))
    taken: list[float] = []
    with PtyProgram((sys.executable, "-m", "tui", first, str(tree)), (120, 40), env) as program:
        program.until(lambda output: output.count("▀".encode()) > 30)
        program.until_quiet(0.3)
        program.send(b"s")
        program.until_quiet(0.8)
        begin = time.perf_counter()
        while time.perf_counter() - begin < seconds:
            if scanning:
                program.send(b"\x1b[15~")
            program.send(b"\t\t" if not taken else b"")
            program.until_quiet(0.05, 0.3)
            for key in (b"j", b"k") * 8:
                pressed = time.perf_counter()
                program.send(key)
                got = program.read(1.0)
                last = time.perf_counter()
                while got and program.read(_QUIET_S) and time.perf_counter() - pressed < 0.5:
                    last = time.perf_counter()
                taken.append((last - pressed) * 1000)
    return taken


def painted(folder: Path, home: str) -> float:
    """Return the seconds from the start to the first key's answer in a folder."""
    env = {"XDG_CONFIG_HOME": home, "XDG_STATE_HOME": home, "XDG_CACHE_HOME": home}
    with PtyProgram((sys.executable, "-m", "tui", str(folder)), (120, 40), env) as program:
        program.until(lambda output: b"Files" in output)
        before = len(program.output)
        program.send(b"?")
        program.until(lambda output: b"Everywhere" in output[before:])
        return time.perf_counter() - program.started


def compare_folders(root: Path, home: str, few: int, many: int, rounds: int) -> None:
    folders = {}
    content = root / "content"
    content.write_bytes(b"x")
    for count in (few, many):
        folders[count] = root / f"folder{count}"
        folders[count].mkdir()
        for number in range(count):
            (folders[count] / f"IM{number}").symlink_to(content)
    taken: dict[int, list[float]] = {few: [], many: []}
    for _ in range(rounds + 1):
        for count, folder in folders.items():
            taken[count].append(painted(folder, home))
    middle = {count: statistics.median(each[1:]) for count, each in taken.items()}
    row(f"first paint and key, {many:,} entries / {few:,}", middle[many], middle[few], "s", 1.3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few files, once")
    quick = parser.parse_args().quick
    print_versions()
    rounds = 1 if quick else 5
    with tempfile.TemporaryDirectory() as name:
        root, home = Path(name), str(Path(name) / "home")
        tree = root / "tree"
        paths = [
            str(path)
            for path in write_tree(tree, series=20 if quick else 200, files=20 if quick else 100, junk=10 if quick else 500)
        ]
        compare_reading("natural order", sorted(paths), rounds, 25)
        if SHARED.is_dir():
            makers = [path for path in files_of(SHARED) if path.stat().st_size]
            copies = root / "makers"
            copies.mkdir()
            compare_reading("many makers, in disorder", write_copies(copies, makers, 2 if quick else 40), min(rounds, 3), 15)
            shutil.rmtree(copies)
        compare_processes(tree, rounds)
        compare_index(tree, root / "cache" / "index.sqlite3", rounds)
        measure_memory(tree)
        simulate(tree, 1_000 if quick else 20_000, 5_000 if quick else 1_000_000)
        compare_folders(root, home, 1_000, 2_000 if quick else 100_000, 1 if quick else 3)
        alone, beside = list[float](), list[float]()
        for _ in range(1 if quick else 4):
            alone += key_times(tree, home, scanning=False, seconds=1.0 if quick else 4.0)
            beside += key_times(tree, home, scanning=True, seconds=1.0 if quick else 4.0)
        busy, idle = (statistics.quantiles(taken, n=20)[-1] for taken in (beside, alone))
        row("key to last byte, p95, while scanning / without", busy, idle, "ms", 2)
        library = Library()
        gently = timed(lambda: [None for _ in scan([str(tree)], library, gently=True)])
        row("a scan's speed alone / beside the keys", timed(lambda: scanned(tree)), gently, "s", 0.5)


if __name__ == "__main__":
    main()
