from pathlib import Path

import numpy as np
import pytest

from tests.files import bundled, write
from tui.dicom.elements import walk_file
from tui.dicom.errors import PixelError
from tui.dicom.pixels.differences import compare_pictures, compare_pixels, difference_picture, picture_problem
from tui.dicom.pixels.load import load_picture


def test_a_lossless_compression_is_no_difference() -> None:
    before = walk_file(bundled("MR_small.dcm"))
    for name in ("MR_small_RLE.dcm", "MR_small_jp2klossless.dcm", "MR_small_bigendian.dcm"):
        assert [found.same for found in compare_pixels(before, walk_file(bundled(name)))] == [True]


def test_what_differs_is_counted_and_drawn(tmp_path: Path) -> None:
    pixels = np.zeros((64, 64), "<u2")
    before = walk_file(write(tmp_path / "a.dcm", PixelData=pixels.tobytes()))
    pixels[10, 20:23] = (5, 300, 7)
    after = walk_file(write(tmp_path / "b.dcm", PixelData=pixels.tobytes(), RescaleSlope="2"))
    (found,) = compare_pixels(before, after)
    assert (found.differing, found.total, found.largest, found.at) == (3, 4096, 300.0, (20, 10))
    apart = difference_picture(load_picture(before, 0), load_picture(after, 0))
    assert apart is not None
    assert apart.values[10, 20:23].tolist() == [5, 300, 7]  # of stored values, whatever they are rescaled to
    assert apart.values.sum() == 312
    assert apart.voi == ()


def test_other_sizes_and_frames(tmp_path: Path) -> None:
    small = walk_file(write(tmp_path / "a.dcm"))
    frames = walk_file(write(tmp_path / "b.dcm", NumberOfFrames=3, PixelData=np.zeros(3 * 64 * 64, "<u2").tobytes()))
    found = list(compare_pixels(small, frames))
    assert [each.words for each in found][1:] == ["only the second has it"] * 2
    wide = walk_file(write(tmp_path / "c.dcm", Rows=32, Columns=128))
    assert compare_pictures(load_picture(small, 0), load_picture(wide, 0)).words == "64 x 64 and 128 x 32"
    assert difference_picture(load_picture(small, 0), load_picture(wide, 0)) is None


def test_colours_are_compared_as_they_are_seen(tmp_path: Path) -> None:
    colors = np.zeros((64, 64, 3), np.uint8)
    rgb = {"SamplesPerPixel": 3, "PhotometricInterpretation": "RGB", "BitsAllocated": 8, "BitsStored": 8, "HighBit": 7}
    before = walk_file(write(tmp_path / "a.dcm", **rgb, PlanarConfiguration=0, PixelData=colors.tobytes()))
    colors[3, 4] = (1, 9, 2)
    by_plane = np.ascontiguousarray(np.moveaxis(colors, 2, 0)).tobytes()
    after = walk_file(write(tmp_path / "b.dcm", **rgb, PlanarConfiguration=1, PixelData=by_plane))
    (found,) = compare_pixels(before, after)
    assert (found.differing, found.largest, found.at) == (1, 9.0, (4, 3))


def test_without_a_picture_there_is_a_reason() -> None:
    report = walk_file(bundled("reportsi.dcm"))
    assert "no pixel data" in picture_problem(report)
    assert picture_problem(walk_file(bundled("CT_small.dcm"))) == ""
    with pytest.raises(PixelError):
        list(compare_pixels(report, report))
