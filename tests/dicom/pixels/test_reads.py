"""A frame of many reads that frame's bytes and a small constant, whatever stands around it."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.encaps import encapsulate, encapsulate_extended
from pydicom.pixels import get_encoder
from pydicom.uid import RLELossless

from tests.files import dataset, write
from tui.dicom.elements import walk_file
from tui.dicom.pixels.load import load_picture

FRAMES, SIDE = 400, 128
CONSTANT = 160 * 1024  # two windows of the walker, and a little
NOISE = np.random.default_rng(7).integers(0, 4096, (4, SIDE, SIDE)).astype("<u2")


class Reads:
    """How much was read since it was asked last."""

    total = calls = 0

    def taken(self) -> tuple[int, int]:
        found = self.total, self.calls
        self.total = self.calls = 0
        return found


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Iterator[Reads]:
    counted, pread = Reads(), os.pread

    def counting(fd: int, length: int, offset: int) -> bytes:
        data = pread(fd, length, offset)
        counted.total += len(data)
        counted.calls += 1
        return data

    monkeypatch.setattr(os, "pread", counting)
    yield counted


def native(path: Path) -> str:
    pixels = b"".join(NOISE[number % 4].tobytes() for number in range(FRAMES))
    return write(path, Rows=SIDE, Columns=SIDE, NumberOfFrames=str(FRAMES), PixelData=pixels, RescaleIntercept="0")


def encapsulated(path: Path, table: str) -> tuple[str, int]:
    """Write run-length encoded frames; return the file and the size of a frame."""
    made = dataset(Rows=SIDE, Columns=SIDE, NumberOfFrames=str(FRAMES), PixelData=b"", RescaleIntercept="0")
    encoder = get_encoder(RLELossless)
    options: dict[str, Any] = {
        "rows": SIDE, "columns": SIDE, "number_of_frames": 1, "samples_per_pixel": 1, "bits_allocated": 16,
        "bits_stored": 16, "pixel_representation": 0, "photometric_interpretation": "MONOCHROME2",
    }  # fmt: skip
    coded = [encoder.encode(frame, encoding_plugin="pydicom", **options) for frame in NOISE]
    frames = [coded[number % 4] for number in range(FRAMES)]
    if table == "extended":
        made.PixelData, made.ExtendedOffsetTable, made.ExtendedOffsetTableLengths = encapsulate_extended(frames)
    else:
        made.PixelData = encapsulate(frames, has_bot=table == "basic")
    made["PixelData"].VR = "OB"
    made["PixelData"].is_undefined_length = True
    made.file_meta.TransferSyntaxUID = RLELossless
    made.save_as(path, enforce_file_format=True)
    return str(path), max(map(len, coded))


def test_a_native_frame_reads_itself(tmp_path: Path, reads: Reads) -> None:
    path, size = native(tmp_path / "a"), SIDE * SIDE * 2
    elements = walk_file(path)
    assert reads.taken()[0] <= CONSTANT
    for number in (371, 3, 372, 0, FRAMES - 1):
        assert np.array_equal(load_picture(elements, number).values, NOISE[number % 4])
        read, calls = reads.taken()
        assert size <= read <= size + 4096
        assert calls <= 3


@pytest.mark.parametrize("table", ["none", "basic", "extended"])
def test_a_compressed_frame_reads_itself(tmp_path: Path, reads: Reads, table: str) -> None:
    path, size = encapsulated(tmp_path / "a", table)
    elements = walk_file(path)
    assert np.array_equal(load_picture(elements, 371).values, NOISE[371 % 4])
    read, _ = reads.taken()
    # the headers of the fragments are walked once: they lie beside the frames, each in a page of its own
    assert read <= size + CONSTANT + FRAMES * 4096
    for number in (3, 372, 0, FRAMES - 1):
        assert np.array_equal(load_picture(elements, number).values, NOISE[number % 4])
        read, calls = reads.taken()
        assert read <= size + 16 * 1024
        assert calls <= 6
