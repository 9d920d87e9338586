import os
from pathlib import Path

import numpy as np
import pydicom
import pytest

from tui.dicom import phantom
from tui.dicom.elements import walk_file
from tui.dicom.pixels.load import load_picture


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("cache") / "CT phantom"
    steps = list(phantom.write_series(str(made)))
    assert [step.done for step in steps] == list(range(1, phantom.SLICES + 1))
    return made


def test_the_series_is_complete_and_private(folder: Path) -> None:
    assert phantom.is_complete(str(folder))
    assert len(os.listdir(folder)) == 60
    assert (folder / phantom.file_name(1)).stat().st_mode & 0o077 == 0


def test_every_insert_has_its_hu_and_the_noise_is_12(folder: Path) -> None:
    picture = load_picture(walk_file(str(folder / phantom.file_name(30))), 0)
    assert picture.unit == "HU"
    center = (phantom.SIZE - 1) / 2
    for insert in phantom.INSERTS[:-1]:
        column, row = (round(center + mm / phantom.SPACING_MM) for mm in (insert.right_mm, insert.down_mm))
        part = picture.values[row - 6 : row + 7, column - 6 : column + 7]
        if insert.hu > phantom.AIR_HU:  # stored values of air are cut at 0
            assert abs(float(part.mean()) - insert.hu) < 4 * phantom.NOISE_HU / np.sqrt(part.size)
            assert 9 < float(part.std()) < 15


def test_the_geometry_is_a_stack(folder: Path) -> None:
    datasets = [pydicom.dcmread(folder / phantom.file_name(number)) for number in (1, 2, 60)]
    places = [float(dataset.ImagePositionPatient[2]) for dataset in datasets]
    assert places[1] - places[0] == phantom.THICKNESS_MM
    assert places[2] == -places[0]
    assert len({dataset.SeriesInstanceUID for dataset in datasets}) == 1
    assert len({dataset.SOPInstanceUID for dataset in datasets}) == 3


def test_what_is_there_is_not_written_again(folder: Path) -> None:
    first = folder / phantom.file_name(1)
    before = first.stat().st_mtime_ns
    missing = folder / phantom.file_name(2)
    missing.unlink()
    assert not phantom.is_complete(str(folder))
    list(phantom.write_series(str(folder)))
    assert first.stat().st_mtime_ns == before
    assert missing.is_file()
