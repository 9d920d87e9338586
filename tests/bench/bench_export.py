"""A CT series of 200 slices to PNG and to NIfTI, against DCMTK's dcmj2pnm called once for each file, and dcm2niix.

To reach: PNG in no more time, and at most 1.1 times the size; NIfTI in 2 times dcm2niix's. All sides are whole processes.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from pydicom.uid import CTImageStorage

from tests.bench.pty_program import print_versions, row
from tests.files import write

_WINDOW = ("40", "400")  # center, width


def write_ct(folder: Path, slices: int) -> None:
    """Write a series of 512 x 512: a body with structures, and the noise of a scanner."""
    rng = np.random.default_rng(1)
    rows, columns = np.mgrid[-1:1:512j, -1:1:512j]
    for number in range(slices):
        body = (columns / 0.8) ** 2 + (rows / 0.6) ** 2 < 1
        values = np.where(body, 40 + 60 * np.sin(9 * columns + number / 20) * np.cos(7 * rows), -1000)
        values = values + rng.normal(0, 15, values.shape) * body
        write(
            folder / f"{number:04d}.dcm", Rows=512, Columns=512, PixelRepresentation=1, BitsStored=16, HighBit=15,
            PixelData=values.astype("<i2").tobytes(), RescaleIntercept="0", InstanceNumber=str(number + 1),
            SOPClassUID=CTImageStorage, SOPInstanceUID=f"1.2.3.{number}", PixelSpacing=[0.7, 0.7], SliceThickness="1.5",
            ImagePositionPatient=[0, 0, 1.5 * number], ImageOrientationPatient=[1, 0, 0, 0, 1, 0], SeriesNumber="1",
        )  # fmt: skip


def timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def compare(
    what: str, ours: Sequence[str], theirs: Sequence[str], out: Path, rounds: int, goals: tuple[float, float]
) -> None:
    """Print time and size of both sides, which write into `out`."""
    taken: dict[str, list[float]] = {"ours": [], "theirs": []}
    sizes = {}
    for _ in range(rounds):
        for side, command in (("theirs", theirs), ("ours", ours)):
            shutil.rmtree(out, ignore_errors=True)
            out.mkdir()
            taken[side].append(timed(lambda command=command: subprocess.run(command, capture_output=True, check=True)))  # type: ignore[misc] # bound at once
            sizes[side] = size_of(out)
    middle = {side: statistics.median(times) for side, times in taken.items()}
    row(what, middle["ours"], middle["theirs"], "s", goals[0])
    row(f"{what}, size", sizes["ours"] / 1e6, sizes["theirs"] / 1e6, "MB", goals[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few slices, once")
    quick = parser.parse_args().quick
    print_versions()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        write_ct(root / "in", 20 if quick else 200)
        out, rounds = root / "out", 1 if quick else 5
        center, width = _WINDOW
        export = [sys.executable, "-m", "tui", "export", str(root / "in"), "-o", str(out), "-f"]
        if shutil.which("dcmj2pnm"):
            each = f"dcmj2pnm --write-png +Ww {center} {width} @ {out}/@.png"
            theirs = ["sh", "-c", f"cd {root}/in && ls | xargs -I@ {each}"]
            ours = [*export, "png", "--window", f"{width}/{center}"]
            compare("to PNG / dcmj2pnm for each file", ours, theirs, out, rounds, (1, 1.1))
        if shutil.which("dcm2niix"):
            theirs = ["dcm2niix", "-z", "y", "-b", "n", "-o", str(out), str(root / "in")]
            compare("to NIfTI / dcm2niix", [*export, "nifti"], theirs, out, rounds, (2, 1.1))


if __name__ == "__main__":
    main()
