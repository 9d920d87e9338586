from pathlib import Path
from typing import Any

import pytest

from tests.files import bundled, write
from tui.dicom.attributes import Attributes
from tui.dicom.elements import walk_file
from tui.dicom.pixels.cine import frame_rate_fps


@pytest.mark.parametrize(
    ("attributes", "rate"),
    [
        ({}, None),
        ({"FrameTime": "40"}, 25),
        ({"CineRate": "15", "FrameTime": "40"}, 15),
        ({"RecommendedDisplayFrameRate": "30", "CineRate": "15"}, 30),
        ({"FrameTimeVector": ["0", "100", "50", "150"]}, 10),
        ({"FrameTime": "0"}, None),
        ({"CineRate": "0", "FrameTime": "50"}, 20),
        ({"CineRate": "120"}, 120),
        ({"CineRate": "1e9"}, 1000),
        ({"FrameTime": "100000"}, 0.01),
        ({"FrameTime": "1e9"}, 0.001),
        ({"FrameTimeVector": ["0"]}, None),
    ],
)
def test_the_rate_that_the_file_asks_for(tmp_path: Path, attributes: dict[str, Any], rate: float | None) -> None:
    found = frame_rate_fps(Attributes.of(walk_file(write(tmp_path / "a", **attributes))))
    assert found == (None if rate is None else pytest.approx(rate))


def test_a_real_file() -> None:
    found = frame_rate_fps(Attributes.of(walk_file(bundled("examples_ybr_color.dcm"))))
    assert found is not None
    assert 5 < found <= 60
