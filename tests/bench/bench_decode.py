"""Frames: keys while one is decoded, a preview before it, a random one of many, and memory while paging.

To reach: the longest stall of the keys while a compressed frame of 2048 x 2048 is decoded 0.05 times the decoding, and its
preview 0.08 times; stored values of a random frame of 500 at most 1.2 times `pydicom.pixels.pixel_array(path, index=i)` the
first time and 0.3 times after, read with no more than two frames and 64 KB; 5 MB more memory after 200 frames of a file of
1 GB.
"""

import argparse
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pydicom
from pydicom.pixels import pixel_array
from pydicom.uid import JPEG2000Lossless

from tests.bench.pty_program import print_versions
from tests.files import dataset
from tui.dicom.attributes import Attributes
from tui.dicom.elements import walk_file
from tui.dicom.pixels.decode import decode_frame
from tui.dicom.pixels.image_pixel import image_pixel
from tui.dicom.pixels.load import load_picture, load_pictures

SIDE = 2048
FRAME_SIDE = 512
TICK_S = 0.001


def compressed_file(folder: Path) -> str:
    """Write one JPEG 2000 lossless frame of SIDE x SIDE, 16 bit: smooth shapes with noise, as a radiograph has."""
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    values = 20_000 + 15_000 * np.sin(7 * x + 3 * y) * np.cos(5 * y) + np.random.default_rng(1).normal(0, 200, x.shape)
    made = dataset(Rows=SIDE, Columns=SIDE, PixelData=values.clip(0, 65535).astype("<u2").tobytes())
    made.compress(JPEG2000Lossless, encoding_plugin="pylibjpeg")
    path = folder / "compressed.dcm"
    made.save_as(path, enforce_file_format=True)
    return str(path)


def many_frames(folder: Path, frames: int) -> str:
    """Write an uncompressed file of many frames, a frame at a time."""
    made = dataset(Rows=FRAME_SIDE, Columns=FRAME_SIDE, NumberOfFrames=str(frames), PixelData=b"\0\0")
    path = folder / f"{frames}.dcm"
    made.save_as(path, enforce_file_format=True)
    head = path.read_bytes()[:-6]  # without the length and the value of the pixel data
    one = np.random.default_rng(2).integers(0, 4096, FRAME_SIDE * FRAME_SIDE).astype("<u2").tobytes()
    with path.open("wb") as file:
        file.write(head + (frames * len(one)).to_bytes(4, "little"))
        for _ in range(frames):
            file.write(one)
    return str(path)


def stall_s(work: Callable[[], object]) -> tuple[float, float]:
    """Return (longest gap of a thread that ticks beside `work`, time that `work` takes)."""
    gaps, done = [0.0], threading.Event()

    def tick() -> None:
        last = time.perf_counter()
        while not done.is_set():
            time.sleep(TICK_S)
            now = time.perf_counter()
            gaps.append(now - last)
            last = now

    ticking = threading.Thread(target=tick)
    ticking.start()
    begin = time.perf_counter()
    work()
    took = time.perf_counter() - begin
    done.set()
    ticking.join()
    return max(gaps), took


def timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def memory_kb() -> int:
    """Return anonymous and shared memory of this process and its children, in KB."""
    return sum(_memory_of(pid) for pid in (os.getpid(), *_children()))


def _children() -> Iterator[int]:
    for task in Path("/proc/self/task").iterdir():
        yield from map(int, (task / "children").read_text().split())


def _memory_of(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(("RssAnon", "RssShmem")))


def read_bytes() -> int:
    return int(next(line for line in Path("/proc/self/io").read_text().splitlines() if line.startswith("rchar")).split()[1])


def row(what: str, ours: float, theirs: float, goal: float, unit: str = "ms") -> None:
    print(f"{what:58} {ours:9.3f} {unit} against {theirs:9.3f}  ratio {ours / theirs:.3f}  to reach {goal:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    rounds, paged = (2, 20) if quick else (7, 200)
    print_versions()
    with tempfile.TemporaryDirectory() as home:
        compressed(compressed_file(Path(home)), rounds)
        random_frames(many_frames(Path(home), 500), rounds)
        paging(many_frames(Path(home), 200 if quick else 2000), paged)


def compressed(path: str, rounds: int) -> None:
    elements = walk_file(path)
    load_picture(elements, 0)  # the child is warm
    stalls, takes, previews = [], [], []
    for _ in range(rounds):
        stall, took = stall_s(lambda: load_picture(elements, 0))
        stalls.append(stall)
        takes.append(took)
        begin = time.perf_counter()
        for _ in load_pictures(elements, 0):
            previews.append(time.perf_counter() - begin)
            break
    whole = statistics.median(takes) * 1000
    row("longest stall of a thread, against the decoding", statistics.median(stalls) * 1000, whole, 0.05)
    row("preview, against the decoding", statistics.median(previews) * 1000, whole, 0.08)


def stored(path: str, frame: int) -> object:
    """Return the stored values of a frame of a file that was not opened yet."""
    attributes = Attributes.of(walk_file(path))
    return decode_frame(attributes, image_pixel(attributes), frame)


def random_frames(path: str, rounds: int) -> None:
    theirs, first, later = [], [], []
    pixel_array(path, index=0)
    size = FRAME_SIDE * FRAME_SIDE * 2
    for number in range(rounds):
        frame = (number * 71 + 13) % 500
        theirs.append(timed(partial(pixel_array, path, index=frame)))
        before = read_bytes()
        first.append(timed(partial(stored, path, frame)))
        read = read_bytes() - before
        attributes = Attributes.of(walk_file(path))
        image = image_pixel(attributes)
        later.append(timed(partial(decode_frame, attributes, image, frame)))
    row("random frame of 500, first", statistics.median(first) * 1000, statistics.median(theirs) * 1000, 1.2)
    row("random frame of 500, after", statistics.median(later) * 1000, statistics.median(theirs) * 1000, 0.3)
    row("bytes read for it, against two frames and 64 KB", read / 1024, (2 * size + 65536) / 1024, 1.0, "KB")


def paging(path: str, count: int) -> None:
    from tui.screens.answers import Answers
    from tui.screens.questions import PictureQuestion

    elements, answers = walk_file(path), Answers()
    frames = int(pydicom.dcmread(path, stop_before_pixels=True).NumberOfFrames)

    def show(frame: int) -> None:
        for _ in answers.picture(PictureQuestion(elements, frame)):
            answers._pictures.clear()  # what is kept on purpose has its own limit

    for frame in range(10):
        show(frame)
    before = memory_kb()
    for number in range(count):
        show(number * 37 % frames)
    row(f"memory after {count} frames of {os.path.getsize(path) >> 20} MB", (memory_kb() - before) / 1024, 1, 5, "MB")


if __name__ == "__main__":
    main()
