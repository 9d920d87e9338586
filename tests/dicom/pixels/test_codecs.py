"""Compressed frames that need more than a plug-in of pydicom's: one test for each case."""

import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.encaps import encapsulate
from pydicom.uid import UID

from tests.files import bundled, dataset
from tui.dicom.attributes import Attributes
from tui.dicom.elements import walk_file
from tui.dicom.errors import PixelError
from tui.dicom.pixels import encapsulated
from tui.dicom.pixels.codestream import read_header, with_whole_scan
from tui.dicom.pixels.decode import decode_frame
from tui.dicom.pixels.frames import encapsulated_bytes
from tui.dicom.pixels.image_pixel import image_pixel
from tui.dicom.pixels.load import load_picture, load_pictures
from tui.dicom.pixels.view import View

DEFLATED_FRAME = "1.2.840.10008.1.2.8.1"
RLE = "1.2.840.10008.1.2.5"
_PLACEHOLDER = "1.2.840.10008.1.2.4.50"
Values = np.ndarray[Any, Any]


def encapsulated_file(path: Path, syntax: str, frames: list[bytes], **attributes: Any) -> str:  # noqa: ANN401
    """Write a file with `frames` as they are, under any transfer syntax; return its path."""
    made = dataset(PixelData=encapsulate(frames), NumberOfFrames=str(len(frames)), **attributes)
    made["PixelData"].is_undefined_length = True
    made["PixelData"].VR = "OB"
    placeholder = syntax == DEFLATED_FRAME  # pydicom writes no transfer syntax that it does not know
    made.file_meta.TransferSyntaxUID = UID(_PLACEHOLDER if placeholder else syntax)
    pydicom.dcmwrite(path, made, implicit_vr=False, little_endian=True, enforce_file_format=False)
    if placeholder:
        data = path.read_bytes()
        assert data.count(_PLACEHOLDER.encode()) == 1
        path.write_bytes(data.replace(_PLACEHOLDER.encode(), syntax.encode().ljust(len(_PLACEHOLDER), b"\0")))
    return str(path)


def stored(path: str, frame: int = 0) -> Values:
    attributes = Attributes.of(walk_file(path))
    return decode_frame(attributes, image_pixel(attributes), frame).values


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def test_deflated_frames(tmp_path: Path) -> None:
    values = np.arange(2 * 64 * 64, dtype="<u2").reshape(2, 64, 64)
    path = encapsulated_file(tmp_path / "a", DEFLATED_FRAME, [deflated(frame.tobytes()) for frame in values])
    assert np.array_equal(stored(path, 0), values[0])
    assert np.array_equal(stored(path, 1), values[1])


def test_a_deflated_frame_takes_no_more_than_it_should(tmp_path: Path) -> None:
    path = encapsulated_file(tmp_path / "a", DEFLATED_FRAME, [deflated(b"\1" * (1 << 28))])
    assert np.array_equal(stored(path), np.full((64, 64), 0x101))


def test_a_damaged_deflated_frame_is_told(tmp_path: Path) -> None:
    path = encapsulated_file(tmp_path / "a", DEFLATED_FRAME, [b"\xff" * 100])
    with pytest.raises(PixelError, match="Deflated Image Frame Compression, frame 1 cannot be decoded: Error -3"):
        stored(path)


def test_run_length_encoded_bits(tmp_path: Path) -> None:
    bits = np.random.default_rng(1).integers(0, 2, (64, 64), np.uint8)
    packed = np.packbits(bits, bitorder="little").tobytes()
    runs = b"".join(bytes([127]) + packed[at : at + 128] for at in range(0, len(packed), 128))
    segment = (1).to_bytes(4, "little") + (64).to_bytes(4, "little") + bytes(56) + runs
    path = encapsulated_file(tmp_path / "a", RLE, [segment], BitsAllocated=1, BitsStored=1, HighBit=0)
    assert np.array_equal(stored(path), bits)


def test_a_scan_that_says_it_holds_no_coefficients() -> None:
    attributes = Attributes.of(walk_file(bundled("JPEG-lossy.dcm")))
    frame = encapsulated_bytes(attributes, image_pixel(attributes), 0)
    whole = with_whole_scan(frame)
    changed = [at for at in range(len(frame)) if frame[at] != whole[at]]
    assert len(whole) == len(frame)
    assert [(frame[at], whole[at]) for at in changed] == [(0, 63)]
    assert with_whole_scan(whole) == whole
    values = stored(bundled("JPEG-lossy.dcm"))
    assert values.shape == (1024, 256)
    assert values.max() > 200


SIDES = st.integers(1, 1 << 30)


@given(rows=SIDES, columns=SIDES, small=st.booleans())
def test_the_size_in_a_jpeg_xl_header(rows: int, columns: int, small: bool) -> None:
    bits, count = int(small), 1
    if small:
        rows, columns = 8 * (rows % 32 + 1), 8 * (columns % 32 + 1)

    def put(value: int, width: int) -> None:
        nonlocal bits, count
        bits |= value << count
        count += width

    for at, side in enumerate((rows, columns)):
        if small:
            put(side // 8 - 1, 5)
        else:
            choice = next(index for index, width in enumerate((9, 13, 18, 30)) if side - 1 < 1 << width)
            put(choice, 2)
            put(side - 1, (9, 13, 18, 30)[choice])
        if at == 0:
            put(0, 3)
    header = read_header(b"\xff\x0a" + bits.to_bytes(16, "little"))
    assert header is not None
    assert (header.rows, header.columns) == (rows, columns)


@pytest.mark.parametrize(("ratio", "columns"), [(1, 240), (2, 288), (3, 320), (4, 360), (5, 426), (6, 300), (7, 480)])
def test_the_ratio_in_a_jpeg_xl_header(ratio: int, columns: int) -> None:
    header = read_header(b"\xff\x0a" + (1 | (240 // 8 - 1) << 1 | ratio << 6).to_bytes(16, "little"))
    assert header is not None
    assert (header.rows, header.columns) == (240, columns)


@pytest.mark.parametrize("name", ["JPEG2000.dcm", "examples_jpeg2k.dcm", "JPEG2000_UNC.dcm", "MR2_J2KR.dcm"])
def test_a_preview_comes_first_and_looks_like_the_picture(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = bundled(name)
    if not Path(path).exists() or not image_pixel(Attributes.of(walk_file(path))).encapsulated:
        pytest.skip("not among this pydicom's files, or not compressed")
    monkeypatch.setattr(encapsulated, "_PREVIEW_PIXELS", 1)
    monkeypatch.setattr(encapsulated, "_PREVIEW_SIDE", 64)
    preview, picture = load_pictures(walk_file(path), 0)
    assert (preview.preview, picture.preview) == (True, False)
    by = picture.rows // preview.rows
    assert by >= 2
    assert (-(-picture.rows // by), -(-picture.columns // by)) == (preview.rows, preview.columns)
    rows, columns = picture.rows // by * by, picture.columns // by * by
    view = View() if picture.color else View(window=picture.window_of(View()))
    whole = picture.shaded(picture.values, view).astype(np.float32)[:rows, :columns]
    mean = whole.reshape(rows // by, by, columns // by, by, -1).mean((1, 3)).squeeze()
    small = preview.shaded(preview.values, view).astype(np.float32)[: rows // by, : columns // by]
    # the wavelet's low pass is no mean, and its samples lie on the first pixel of each group
    assert np.abs(small - mean).mean() < 16
    assert np.corrcoef(small.ravel(), mean.ravel())[0, 1] > 0.8


def test_no_preview_of_values_whose_sign_the_stream_does_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encapsulated, "_PREVIEW_PIXELS", 1)
    monkeypatch.setattr(encapsulated, "_PREVIEW_SIDE", 64)
    (only,) = load_pictures(walk_file(bundled("J2K_pixelrep_mismatch.dcm")), 0)
    assert not only.preview


def test_no_preview_where_none_is_wanted() -> None:
    assert not load_picture(walk_file(bundled("JPEG2000.dcm")), 0).preview
    (only,) = load_pictures(walk_file(bundled("JPEG2000.dcm")), 0)
    assert not only.preview
