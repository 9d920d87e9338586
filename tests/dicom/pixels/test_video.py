"""The first frame of a video, where the extra is installed; else what would help."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import MPEG2MPML, MPEG4HP41, UID

from tests.files import dataset
from tui.dicom.attributes import frames_said
from tui.dicom.elements import walk_file
from tui.dicom.errors import PixelError
from tui.dicom.pixels import codecs
from tui.dicom.pixels.load import load_picture

ROWS, COLUMNS, FRAMES = 96, 128, 5


def colors() -> np.ndarray[Any, Any]:
    """Return smooth colours, which a lossy codec keeps."""
    y, x = np.mgrid[0:ROWS, 0:COLUMNS]
    return np.stack([x * 255 // COLUMNS, y * 255 // ROWS, np.full_like(x, 90)], 2).astype(np.uint8)


def video(path: Path, syntax: UID, stream: bytes, **attributes: Any) -> str:  # noqa: ANN401 - DICOM values
    values = dict(
        Rows=ROWS, Columns=COLUMNS, NumberOfFrames=str(FRAMES), SamplesPerPixel=3, PlanarConfiguration=0, BitsAllocated=8,
        BitsStored=8, HighBit=7, PhotometricInterpretation="YBR_PARTIAL_420",
    )  # fmt: skip
    made = dataset(**(values | attributes), PixelData=encapsulate([stream]))
    made["PixelData"].VR = "OB"
    made["PixelData"].is_undefined_length = True
    made.file_meta.TransferSyntaxUID = syntax
    made.save_as(path, enforce_file_format=True)
    return str(path)


def coded(codec: str, container: str) -> bytes:
    av = pytest.importorskip("av", reason="the extra video is not installed")
    file = io.BytesIO()
    with av.open(file, "w", format=container) as output:
        stream = output.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = COLUMNS, ROWS, "yuv420p", 4_000_000
        for number in range(FRAMES):
            frame = av.VideoFrame.from_ndarray(np.roll(colors(), 8 * number, 1), format="rgb24")
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return file.getvalue()


@pytest.mark.parametrize(
    ("syntax", "codec", "container"),
    [(MPEG2MPML, "mpeg2video", "mpeg"), (MPEG4HP41, "mpeg4", "mp4"), (MPEG2MPML, "mpeg2video", "mpegts")],
)
def test_the_first_frame_is_drawn(tmp_path: Path, syntax: UID, codec: str, container: str) -> None:
    elements = walk_file(video(tmp_path / "a", syntax, coded(codec, container)))
    picture = load_picture(elements, 0)
    difference = np.abs(picture.values.astype(int) - colors())
    assert difference.mean() < 4
    assert picture.frames == frames_said(elements) == 1
    assert picture.notes == ("lossy", f"first of {FRAMES} frames of a video")


def test_a_video_of_another_size_is_refused(tmp_path: Path) -> None:
    elements = walk_file(video(tmp_path / "a", MPEG2MPML, coded("mpeg2video", "mpeg"), Rows=64))
    with pytest.raises(PixelError, match="the video is 128 x 96 pixels large"):
        load_picture(elements, 0)


def test_damage_is_told(tmp_path: Path) -> None:
    pytest.importorskip("av", reason="the extra video is not installed")
    elements = walk_file(video(tmp_path / "a", MPEG2MPML, b"no video at all" * 100))
    with pytest.raises(PixelError, match="frame 1 cannot be decoded"):
        load_picture(elements, 0)


def test_without_the_extra_it_is_told_what_would_help(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codecs, "has_video_codecs", lambda: False)
    elements = walk_file(video(tmp_path / "a", MPEG2MPML, bytes(100)))
    with pytest.raises(PixelError, match=r"dicom-tui\[video\].*gdcmraw"):
        load_picture(elements, 0)
