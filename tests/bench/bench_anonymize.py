"""Anonymizing: against pydicom reading, writing and flushing the same files; and what a second process brings.

To reach: 1.5 times the time of pydicom's `dcmread`, `save_as` and `fsync`, files that are read back and looked at included.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pydicom
from pydicom.uid import UID

from tests.bench.pty_program import print_versions, row
from tests.files import bundled
from tui.dicom.anonymize.apply import Task, anonymize_file
from tui.dicom.anonymize.batch import anonymize
from tui.dicom.anonymize.order import Order
from tui.dicom.anonymize.policy import OnBurnedIn, Policy
from tui.dicom.anonymize.project import Project
from tui.dicom.phantom import slice_dataset

KEY = bytes(range(32))
POLICY = Policy(on_burned_in=OnBurnedIn.KEEP)
SOURCES = ("CT_small.dcm", "MR_small.dcm", "JPEG2000.dcm", "examples_rgb_color.dcm")


def files(folder: Path, count: int) -> list[Path]:
    """Write real files and phantom slices of 512 x 512, each an instance of its own."""
    made = []
    for number in range(count):
        name = SOURCES[number % (2 * len(SOURCES))] if number % (2 * len(SOURCES)) < len(SOURCES) else ""
        dataset = pydicom.dcmread(bundled(name)) if name else slice_dataset(number % 60)
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = UID(
            f"1.2.826.0.1.3680043.8.498.{10**37 + number}"
        )
        path = folder / f"{number}.dcm"
        dataset.save_as(path, enforce_file_format=True)
        made.append(path)
    return made


def by_pydicom(paths: Sequence[Path], output: Path) -> None:
    for path in paths:
        dataset = pydicom.dcmread(path)
        with (output / path.name).open("wb") as file:
            dataset.save_as(file)
            file.flush()
            os.fsync(file.fileno())


def by_us(paths: Sequence[Path], output: Path) -> None:
    task = Task(POLICY, Project(KEY), str(output))
    for path in paths:
        outcome = anonymize_file(task, str(path))
        assert not outcome.rule, outcome


def by_job(folder: Path, output: Path, jobs: int) -> None:
    for _ in anonymize(Order((str(folder),), str(output), POLICY, Project(KEY), jobs=jobs)):
        continue


def taken_s(work: Callable[[Path], None], root: Path) -> float:
    output = Path(tempfile.mkdtemp(dir=root)) / "out"  # it stays: ext4 is slow to make files where some were just removed
    output.mkdir()
    begin = time.perf_counter()
    work(output)
    return time.perf_counter() - begin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few files, once")
    quick = parser.parse_args().quick
    print_versions()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        folder = root / "in"
        folder.mkdir()
        paths = files(folder, 16 if quick else 300)
        rounds = 1 if quick else 5
        sides: dict[str, list[float]] = {"pydicom": [], "here": [], "one": [], "two": []}
        for _ in range(rounds + 1):  # the first one warms up
            sides["pydicom"].append(taken_s(lambda output: by_pydicom(paths, output), root))
            sides["here"].append(taken_s(lambda output: by_us(paths, output), root))
            sides["one"].append(taken_s(lambda output: by_job(folder, output, 1), root))
            sides["two"].append(taken_s(lambda output: by_job(folder, output, 2), root))
        ms = {side: 1000 * statistics.median(found[1:]) / len(paths) for side, found in sides.items()}
        row("a file / pydicom's reading, writing and fsync", ms["here"], ms["pydicom"], "ms", 1.5)
        row("a batch in one process / the same", ms["one"], ms["pydicom"], "ms", 1.5)
        row("a batch in two processes / in one", ms["two"], ms["one"], "ms", 1.0)


if __name__ == "__main__":
    main()
