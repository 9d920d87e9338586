"""Stacks that are tilted or uneven on a regular grid: a function that is linear in space stays what it is."""

import gzip
import struct
import tempfile
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.dicom.export.series import COLUMNS, ROWS, SPACING, exported, write_series
from tests.files import write
from tui.dicom.attributes import Attributes
from tui.dicom.elements import walk_file
from tui.dicom.export.frames import FrameOf
from tui.dicom.export.resampled import grid_of
from tui.dicom.pixels.geometry import Plane
from tui.dicom.pixels.image_pixel import image_pixel

_SLICES: Final = 6
_COEFFICIENTS: Final = np.array([3.0, -5.0, 2.0])  # of a linear function of the place in mm


def _volume(path: Path) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the values of a NIfTI file, shape (columns, rows, slices, times), and its affine, in DICOM's directions."""
    data = gzip.decompress(path.read_bytes())
    dims = struct.unpack_from("<8h", data, 40)
    (kind,) = struct.unpack_from("<h", data, 70)
    assert kind == 16
    values = np.frombuffer(data, "<f4", offset=352).reshape(tuple(dims[1:5])[::-1])
    affine = np.eye(4)
    affine[:3] = np.diag([-1, -1, 1]) @ np.array(struct.unpack_from("<12f", data, 280)).reshape(3, 4)
    return values.transpose(3, 2, 1, 0).astype(float), affine


def _write(folder: Path, origins: list[Any], right: Any, down: Any, **also: Any) -> None:  # noqa: ANN401 - vectors
    """Write slices of the linear function, whose stored values are whole: coordinates are multiples of a millimetre."""
    for number, origin in enumerate(origins):
        rows, columns = np.mgrid[:ROWS, :COLUMNS]
        place = np.array(origin) + columns[..., None] * np.array(right) + rows[..., None] * np.array(down)
        values = np.clip(np.rint(place @ _COEFFICIENTS * 10), -32768, 32767)
        write(
            folder / f"{number}.dcm", Rows=ROWS, Columns=COLUMNS, PixelData=values.astype("<i2").tobytes(),
            PixelRepresentation=1, RescaleSlope="0.1", RescaleIntercept="0", InstanceNumber=str(number + 1),
            SOPInstanceUID=f"1.2.3.9.{number}", PixelSpacing=[np.linalg.norm(down), np.linalg.norm(right)],
            ImagePositionPatient=[f"{part:.9g}" for part in origin],
            ImageOrientationPatient=[*(np.array(right) / np.linalg.norm(right)), *(np.array(down) / np.linalg.norm(down))],
            SliceThickness="2", **also,
        )  # fmt: skip


def _check(path: Path, *, fill: float) -> int:
    """Compare all voxels that hold something with the function at their place; return how many those are."""
    values, affine = _volume(path)
    column, row, each = np.mgrid[: values.shape[0], : values.shape[1], : values.shape[2]]
    places = np.stack([column, row, each, np.ones_like(column)], axis=-1) @ affine.T
    expected = places[..., :3] @ _COEFFICIENTS
    found = values[..., 0]
    inside = found != fill
    assert np.abs(found - expected)[inside].max() < 0.1
    return int(inside.sum())


_RIGHT, _DOWN = np.array([0.5, 0, 0]), np.array([0, 0.8, 0])


def test_a_tilted_stack_is_straightened(tmp_path: Path) -> None:
    _write(tmp_path / "in", [(2 + 0.7 * n, 3 - 0.4 * n, 2.5 * n) for n in range(_SLICES)], _RIGHT, _DOWN)
    assert "--resample interpolates them" in exported(tmp_path / "in", tmp_path / "no.nii.gz", "nifti").failed[0].why
    summary = exported(tmp_path / "in", tmp_path / "a.nii.gz", "nifti", resample=True)
    assert summary.failed == []
    assert "outside of them they are -1024" in summary.notes[0]
    values, affine = _volume(tmp_path / "a.nii.gz")
    assert values.shape == (COLUMNS + 7, ROWS + 3, _SLICES, 1)  # 5 x 0.7 mm of 0.5, 5 x 0.4 of 0.8
    np.testing.assert_allclose(affine[:3, 2], [0, 0, 2.5], atol=1e-5)
    assert _check(tmp_path / "a.nii.gz", fill=-1024) > 0.8 * COLUMNS * ROWS * _SLICES


def test_an_uneven_stack_is_evened(tmp_path: Path) -> None:
    _write(tmp_path / "in", [(2, 3, z) for z in (0, 2, 4, 7, 9, 13)], _RIGHT, _DOWN)
    assert exported(tmp_path / "in", tmp_path / "a.nii.gz", "nifti", resample=True).failed == []
    values, affine = _volume(tmp_path / "a.nii.gz")
    assert values.shape == (COLUMNS, ROWS, 7, 1)
    np.testing.assert_allclose(
        affine[:3, 2:].T, np.array([[0, 0, 13 / 6], [2, 3, 0]]), atol=1e-5
    )  # from the first to the last one
    rows, columns = np.mgrid[:ROWS, :COLUMNS]
    for number in range(7):  # there is no edge: all values are compared
        place = np.stack([2 + 0.5 * columns, 3 + 0.8 * rows, np.full(rows.shape, 13 / 6 * number)], axis=-1)
        assert np.abs(values[..., number, 0].T - place @ _COEFFICIENTS).max() < 0.1


def test_an_oblique_tilted_and_uneven_stack_is_both(tmp_path: Path) -> None:
    right, down = 0.5 * np.array([0.8, 0.6, 0]), 0.8 * np.array([0, 0, -1.0])
    normal = np.cross(right, down) / np.linalg.norm(np.cross(right, down))
    origins = [
        np.array([-5.0, 8, 3]) + place * normal + 0.3 * n * right + 0.6 * n * down
        for n, place in enumerate((0, 2, 4, 7, 9, 11))
    ]
    _write(tmp_path / "in", origins, right, down, Modality="MR", SOPClassUID="1.2.840.10008.5.1.4.1.1.4")
    summary = exported(tmp_path / "in", tmp_path / "a.nii.gz", "nifti", resample=True)
    assert "outside of them they are 0" in summary.notes[0]
    assert _check(tmp_path / "a.nii.gz", fill=0) > 0.7 * COLUMNS * ROWS * _SLICES


def test_a_regular_stack_is_not_resampled(tmp_path: Path) -> None:
    write_series(tmp_path / "in")
    summary = exported(tmp_path / "in", tmp_path / "a.nii.gz", "nifti", resample=True)
    exported(tmp_path / "in", tmp_path / "b.nii.gz", "nifti")
    assert summary.notes == []
    assert gzip.decompress((tmp_path / "a.nii.gz").read_bytes()) == gzip.decompress((tmp_path / "b.nii.gz").read_bytes())


def test_colours_are_not_interpolated(tmp_path: Path) -> None:
    for number, place in enumerate((0, 2, 7)):
        write(
            tmp_path / "in" / f"{number}.dcm", Rows=8, Columns=8, SamplesPerPixel=3, PhotometricInterpretation="RGB",
            PlanarConfiguration=0, BitsAllocated=8, BitsStored=8, HighBit=7, PixelData=bytes(192), PixelSpacing=[1, 1],
            SOPInstanceUID=f"1.2.9.{number}", ImageOrientationPatient=[1, 0, 0, 0, 1, 0], ImagePositionPatient=[0, 0, place],
        )  # fmt: skip
    summary = exported(tmp_path / "in", tmp_path / "out", "nifti", resample=True)
    assert "colours are not interpolated" in summary.failed[0].why


@pytest.mark.parametrize("number", range(3))
def test_planes_that_lie_where_a_slice_was_keep_its_values(tmp_path: Path, number: int) -> None:
    series = write_series(tmp_path / "in", tilt=SPACING[1] * (number + 1))  # whole pixels: nothing is interpolated
    exported(tmp_path / "in", tmp_path / "a.nii.gz", "nifti", resample=True)
    values, _ = _volume(tmp_path / "a.nii.gz")
    for at, of in enumerate(series):
        moved = (number + 1) * at
        expected = of.pixel_array * 2.0 - 24
        np.testing.assert_allclose(values[moved : moved + COLUMNS, :, at, 0].T, expected, atol=1e-3)


def test_the_last_slice_is_not_left_out(tmp_path: Path) -> None:
    _write(tmp_path / "in", [(2, 3, z) for z in (0, 10, 20, 29)], _RIGHT, _DOWN)
    exported(tmp_path / "in", tmp_path / "a.nii.gz", "nifti", resample=True)
    values, affine = _volume(tmp_path / "a.nii.gz")
    rows, columns = np.mgrid[:ROWS, :COLUMNS]
    place = np.stack([2 + 0.5 * columns, 3 + 0.8 * rows, np.full(rows.shape, 29.0)], axis=-1)
    assert np.abs(values[..., -1, 0].T - place @ _COEFFICIENTS).max() < 0.1
    assert affine[2, 2] * (values.shape[2] - 1) == pytest.approx(29)


@pytest.mark.parametrize(
    ("places", "said"),
    [
        (
            [(0, 0, 0), (0, 0, 1), (0, 0, 2), (0, 0, 30)],
            "a gap of 28 mm between slices that are mostly 1 mm apart",
        ),
        ([(0, 0, 0), (0, 0, 1), (0, 0, 100_000)], "too wide to be interpolated"),
        ([(0, 0, 0), (100_000, 0, 1), (0, 0, 2)], "too far aside of each other"),
        ([(0, 0, 0), (0, 0, 1), (1e9, 0, 2)], "no place on earth"),
    ],
)
def test_what_would_be_invented_is_refused(tmp_path: Path, places: list[Any], said: str) -> None:
    _write(tmp_path / "in", [np.array(place, float) for place in places], _RIGHT, _DOWN)
    assert said in exported(tmp_path / "in", tmp_path / "out", "nrrd", resample=True).failed[0].why


def test_wide_gaps_are_told(tmp_path: Path) -> None:
    _write(tmp_path / "in", [(2, 3, z) for z in (0, 2, 4, 10, 12)], _RIGHT, _DOWN)
    summary = exported(tmp_path / "in", tmp_path / "out", "nifti", resample=True)
    assert "across gaps of up to 6 mm" in summary.notes[0]


@given(st.lists(st.floats(1.5, 5), min_size=2, max_size=8), st.lists(st.floats(-1, 1), min_size=2, max_size=2))
def test_no_slice_lies_outside_of_the_grid(steps: list[float], aside: list[float]) -> None:
    places = np.concatenate([[0.0], np.cumsum(steps)])
    with tempfile.TemporaryDirectory() as folder:
        elements = walk_file(write(Path(folder) / "a.dcm", Rows=ROWS, Columns=COLUMNS))
        first = FrameOf(elements, image_pixel(Attributes.of(elements)), 0).facts()
    planes = [Plane((aside[0] * n, aside[1] * n, float(place)), (0.5, 0, 0), (0, 0.8, 0)) for n, place in enumerate(places)]
    grid = grid_of([first._replace(plane=plane) for plane in planes])
    columns, rows, count = grid.shape
    assert (grid.moved >= 0).all()
    assert (grid.moved[0, :, 0] + COLUMNS <= columns).all()
    assert (grid.moved[0, :, 1] + ROWS <= rows).all()
    assert ((grid.part >= 0) & (grid.part <= 1)).all()
    reached = places[grid.below] + grid.part * np.diff(places)[grid.below]
    np.testing.assert_allclose(reached, np.linspace(0, places[-1], count), atol=1e-3)
