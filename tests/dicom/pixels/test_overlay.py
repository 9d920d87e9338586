"""Overlay planes against bits that the tests set themselves (PS3.3 C.9.2)."""

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.uid import ExplicitVRBigEndian

from tests.files import bundled, write
from tui.dicom.elements import walk_file
from tui.dicom.pixels.load import load_picture
from tui.dicom.pixels.overlay import Mask

FRAME = np.zeros((64, 64), bool)
FRAME[3, 5:20] = FRAME[10:30, 40] = True


def plane(group: int, mask: Any, **others: Any) -> dict[str, Any]:  # noqa: ANN401 - DICOM values
    """Return the attributes of one overlay."""
    height, width = mask.shape[-2:]
    packed = np.packbits(mask.reshape(-1), bitorder="little").tobytes()
    values: dict[str, Any] = {
        "Rows": height, "Columns": width, "Type": "G", "Origin": [1, 1], "BitsAllocated": 1, "BitPosition": 0,
        "Data": packed + b"\0" * (len(packed) % 2),
    }  # fmt: skip
    values |= others
    return {f"0x{group:04x}{ELEMENTS[name]}": value for name, value in values.items() if value is not None}


ELEMENTS = {"Rows": "0010", "Columns": "0011", "Frames": "0015", "Type": "0040", "Origin": "0050", "FrameOrigin": "0051",
            "BitsAllocated": "0100", "BitPosition": "0102", "Data": "3000"}  # fmt: skip
VRS = {"0015": "IS", "0040": "CS", "0050": "SS", "3000": "OW"}


def written(path: Path, *overlays: dict[str, Any], big_endian: bool = False, **attributes: Any) -> str:  # noqa: ANN401
    made = pydicom.dcmread(write(path, **attributes))
    for overlay in overlays:
        for tag, value in overlay.items():
            made.add_new(int(tag, 16), VRS.get(tag[-4:], "US"), value)
    if big_endian:
        for number in (0x7FE00010, 0x60003000):
            made[number].value = np.frombuffer(made[number].value, "<u2").astype(">u2").tobytes()
        made.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
        pydicom.dcmwrite(path, made, little_endian=False, implicit_vr=False)
    else:
        made.save_as(path)
    return str(path)


def overlay(path: str, frame: int = 0) -> Mask | None:
    return load_picture(walk_file(path), frame).overlay


@pytest.mark.parametrize("big_endian", [False, True])
def test_a_plane_of_its_own(tmp_path: Path, big_endian: bool) -> None:
    found = overlay(written(tmp_path / "a", plane(0x6000, FRAME), big_endian=big_endian))
    assert found is not None
    assert np.array_equal(found, FRAME)


def test_two_planes_are_drawn_together(tmp_path: Path) -> None:
    other = np.zeros((64, 64), bool)
    other[60, 60] = True
    found = overlay(written(tmp_path / "a", plane(0x6000, FRAME), plane(0x6002, other)))
    assert found is not None
    assert np.array_equal(found, FRAME | other)


@pytest.mark.parametrize("origin", [(11, 21), (-9, -4), (60, 60), (1, 1), (-70, 1), (200, 1), (1, 200), (85, 85)])
def test_a_plane_lies_where_its_origin_says(tmp_path: Path, origin: tuple[int, int]) -> None:
    small = np.ones((20, 10), bool)
    expected = np.zeros((64, 64), bool)
    for row in range(20):
        for column in range(10):
            down, right = row + origin[0] - 1, column + origin[1] - 1
            if 0 <= down < 64 and 0 <= right < 64:
                expected[down, right] = True
    found = overlay(written(tmp_path / "a", plane(0x6000, small, Origin=list(origin))))
    assert np.array_equal(expected if found is None else found, expected)
    assert (found is None) == (not expected.any())


def test_a_plane_in_unused_bits_of_the_pixel_data(tmp_path: Path) -> None:
    pixels = np.arange(64 * 64, dtype=np.uint16).reshape(64, 64) & 0xFFF
    words = (pixels | FRAME.astype(np.uint16) << 12).astype("<u2")
    path = written(
        tmp_path / "a", plane(0x6000, FRAME, Data=None, BitsAllocated=16, BitPosition=12),
        BitsStored=12, HighBit=11, PixelData=words.tobytes(), RescaleIntercept="0",
    )  # fmt: skip
    picture = load_picture(walk_file(path), 0)
    assert picture.overlay is not None
    assert np.array_equal(picture.overlay, FRAME)
    assert np.array_equal(picture.values, pixels)


def test_the_images_own_bits_are_no_overlay(tmp_path: Path) -> None:
    words = np.full((64, 64), 0xFFF, "<u2").tobytes()
    own = plane(0x6000, FRAME, Data=None, BitsAllocated=16, BitPosition=5)
    assert overlay(written(tmp_path / "a", own, BitsStored=12, HighBit=11, PixelData=words)) is None


def test_frames_have_their_own_overlays_from_the_frame_origin_on(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    masks = rng.integers(0, 2, (2, 33, 31)).astype(bool)  # 1,023 bits: the second frame begins within a byte
    path = written(
        tmp_path / "a", plane(0x6000, masks, Frames="2", FrameOrigin=2),
        NumberOfFrames="4", PixelData=bytes(4 * 64 * 64 * 2),
    )  # fmt: skip
    for frame in range(4):
        found = overlay(path, frame)
        if 1 <= frame <= 2:
            assert found is not None
            assert np.array_equal(found[:33, :31], masks[frame - 1])
        else:
            assert found is None


def test_one_overlay_holds_for_all_frames(tmp_path: Path) -> None:
    path = written(tmp_path / "a", plane(0x6000, FRAME), NumberOfFrames="2", PixelData=bytes(2 * 64 * 64 * 2))
    assert all(overlay(path, frame) is not None for frame in range(2))


def test_overlay_data_that_is_too_short_is_none(tmp_path: Path) -> None:
    assert overlay(written(tmp_path / "a", plane(0x6000, FRAME, Data=b"\xff" * 100))) is None


def test_a_broken_overlay_is_a_note_on_the_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise struct.error("unpack requires a buffer of 8 bytes")

    monkeypatch.setattr("tui.dicom.pixels.load.overlay_of", broken)
    picture = load_picture(walk_file(written(tmp_path / "a", plane(0x6000, FRAME))), 0)
    assert picture.overlay is None
    assert picture.notes == ("overlay not drawn: unpack requires a buffer of 8 bytes",)


def test_the_same_as_pydicom() -> None:
    path = bundled("MR-SIEMENS-DICOM-WithOverlays.dcm")
    path = path if Path(path).exists() else bundled("examples_overlay.dcm")
    theirs = pydicom.dcmread(path).overlay_array(0x6000)
    found = overlay(path)
    assert found is not None
    assert np.array_equal(found[: theirs.shape[0], : theirs.shape[1]], theirs[: found.shape[0], : found.shape[1]])


def test_a_truncated_file_draws_without_its_embedded_overlay(tmp_path: Path) -> None:
    own = plane(0x6000, FRAME, Data=None, BitsAllocated=16, BitPosition=12)
    path = Path(written(tmp_path / "a", own, BitsStored=12, HighBit=11))
    path.write_bytes(path.read_bytes()[:-1001])
    assert overlay(str(path)) is None
