import numpy as np
import pytest

from tui.dicom.errors import DicomError
from tui.dicom.pixels import colormaps
from tui.dicom.pixels.colormaps import COLORMAPS, color_table, problem_of
from tui.render.colormaps import blended, interpolated


def test_colours_lie_where_they_should() -> None:
    table = interpolated("0:000000 0.2:ff0000 1:ffffff")
    assert table.shape == (256, 3)
    assert table[0].tolist() == [0, 0, 0]
    assert table[51].tolist() == [255, 0, 0]
    assert table[255].tolist() == [255, 255, 255]
    assert interpolated("000000 ffffff").tolist() == [[level] * 3 for level in range(256)]


@pytest.mark.parametrize("name", [row.name for row in COLORMAPS])
def test_every_colormap_makes_a_table(name: str) -> None:
    table = color_table(name)
    assert table.shape == (256, 3)
    assert table.dtype == np.uint8
    assert len(np.unique(table, axis=0)) >= 20


@pytest.mark.parametrize("name", ["hot", "bone", "viridis", "inferno", "cividis", "hot iron"])
def test_brighter_stays_brighter(name: str) -> None:
    luma = color_table(name) @ np.array([0.2126, 0.7152, 0.0722])
    assert (np.diff(luma) >= -1.5).all()
    assert luma[-1] - luma[0] > 150


def test_hot_iron_is_the_standards() -> None:  # PS3.6 B.1.1
    table = color_table("hot iron")
    assert table[[0, 1, 127, 128, 191, 192, 255]].tolist() == [
        [0, 0, 0], [2, 0, 0], [254, 0, 0], [255, 0, 0], [255, 126, 0], [255, 128, 4], [255, 255, 255]
    ]  # fmt: skip


def test_a_palette_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(colormaps, "pydicom_data", lambda name: f"/nowhere/{name}")
    color_table.cache_clear()
    problem = problem_of("PET")
    assert problem is not None
    assert "pet.dcm" in problem
    assert problem_of("hot") is None
    with pytest.raises(DicomError):
        color_table("PET")
    color_table.cache_clear()


def test_colours_are_blended_over_a_picture() -> None:
    grey = np.array([[0, 100], [200, 255]], np.uint8)
    weight = np.array([[0, 1], [0.5, 0]], np.float32)
    assert blended(grey, weight, (255, 255, 255)).tolist() == [[0, 255], [228, 255]]
    assert blended(grey, weight, (255, 200, 0)).tolist() == [
        [[0, 0, 0], [255, 200, 0]], [[228, 200, 100], [255, 255, 255]]
    ]  # fmt: skip
