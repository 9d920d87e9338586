"""The most memory that exports of a multi-frame image of 1 GB take; to reach: 200 MB, the codecs' processes included."""

import argparse
import struct
import subprocess
import sys
import tempfile
import time
from io import BytesIO
from pathlib import Path

import numpy as np
import pydicom

from tests.bench.pty_program import print_versions, row
from tests.files import dataset

_GOAL_MB = 200
_SIDE = 512
_FORMATS: tuple[tuple[str, ...], ...] = (
    ("copy",), ("dicom",), ("dicom", "--syntax", "deflated"), ("dicom", "--syntax", "rle"), ("dicom-frames",), ("npy",),
    ("json", "--bulk", "inline"), ("xml", "--bulk", "inline"), ("png", "--frames", "1-200"), ("tiff", "--pages"),
    ("gif",), ("apng", "--frames", "1-400"), ("webp-animation", "--frames", "1-100"),
)  # fmt: skip


def write_film(path: Path, frames: int) -> None:
    """Write a multi-frame Secondary Capture frame by frame."""
    head = dataset(
        SOPClassUID="1.2.840.10008.5.1.4.1.1.7.3", NumberOfFrames=frames, Rows=_SIDE, Columns=_SIDE, BitsStored=12,
        HighBit=11, StudyInstanceUID="1.2", PixelData=None,
    )  # fmt: skip
    begin = BytesIO()
    pydicom.dcmwrite(begin, head, enforce_file_format=True)
    ramp = np.add.outer(np.arange(_SIDE), np.arange(_SIDE))
    noise = np.random.default_rng(0).integers(0, 60, (_SIDE, _SIDE))
    with path.open("wb") as file:
        file.write(begin.getvalue())
        file.write(struct.pack("<HH2sHI", 0x7FE0, 0x0010, b"OW", 0, frames * _SIDE * _SIDE * 2))
        for number in range(frames):
            file.write(((ramp + number) % 1500 + np.roll(noise, number)).astype("<u2").tobytes())


def memory_mb(process: int) -> float:
    """Return how much a process and all below it hold now (Linux)."""
    parents, sizes = dict[int, int](), dict[int, int]()
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            said = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        except OSError:
            continue  # it ended
        parents[int(said["Pid"])], sizes[int(said["Pid"])] = int(said["PPid"]), int(said.get("VmRSS", "0 kB").split()[0])
    below = {process}
    while more := {pid for pid, parent in parents.items() if parent in below} - below:
        below |= more
    return sum(sizes.get(pid, 0) for pid in below) / 1024


def peak_mb(command: list[str]) -> float:
    """Run a command; return the most memory that it was seen to take."""
    most = 0.0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            most = max(most, memory_mb(process.pid))
            time.sleep(0.05)
    if process.returncode:
        raise RuntimeError(f"{command} failed")
    return most


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small file, and few formats")
    quick = parser.parse_args().quick
    print_versions()
    with tempfile.TemporaryDirectory() as name:
        film, begun = Path(name) / "film.dcm", time.perf_counter()
        write_film(film, 100 if quick else 2000)
        print(f"a file of {film.stat().st_size / 1e6:,.0f} MB was written in {time.perf_counter() - begun:.1f} s")
        for number, (form, *options) in enumerate(_FORMATS[:3] if quick else _FORMATS):
            out = str(Path(name) / f"{number}")
            most = peak_mb([sys.executable, "-m", "tui", "export", str(film), "-o", out, "-f", form, *options])
            row(f"{' '.join((form, *options))} / what is allowed", most, _GOAL_MB, "MB", 1)


if __name__ == "__main__":
    main()
