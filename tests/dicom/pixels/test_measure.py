"""Measures against NumPy's own sums and against plain geometry."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.files import write
from tui.dicom.elements import walk_file
from tui.dicom.pixels.calibration import Calibration, Spacing
from tui.dicom.pixels.caption import Caption
from tui.dicom.pixels.drawing import Drawing
from tui.dicom.pixels.geometry import Letters
from tui.dicom.pixels.load import load_picture
from tui.dicom.pixels.marks import ANGLE, DISTANCE, ELLIPSE, PROFILE, RECTANGLE, TOOLS, Mark, Point, Tool
from tui.dicom.pixels.measure import angle_degrees, distance, measured, profile, region_values, statistics
from tui.dicom.pixels.picture import Picture, PictureKey
from tui.dicom.pixels.probe import said_at
from tui.dicom.pixels.view import View
from tui.dicom.pixels.window import Window

ROWS, COLUMNS = 30, 40
VALUES = np.random.default_rng(1).normal(100, 20, (ROWS, COLUMNS)).astype(np.float32)
pixels = some.tuples(some.integers(0, COLUMNS - 1), some.integers(0, ROWS - 1))


def picture(values: Any = VALUES, **others: Any) -> Picture:  # noqa: ANN401 - arrays and fields
    fields: dict[str, Any] = {
        "calibration": Calibration(Spacing(2.0, 0.5)), "unit": "HU", "padding": None, "aspect": 4.0,
    } | others  # fmt: skip
    return Picture(
        key=PictureKey("a", 0), values=values, inverted=False, voi=(), frames=1, letters=Letters(), caption=Caption(),
        notes=(), **fields,
    )  # fmt: skip


def mark(tool: Tool, *points: Point) -> Mark:
    return Mark(tool, points)


def test_a_distance_is_between_centers_and_rows_are_further_apart() -> None:
    assert distance((3, 4), (6, 8), Spacing(2.0, 0.5)) == pytest.approx(math.hypot(3 * 0.5, 4 * 2))
    assert distance((3, 4), (6, 8), None) == 5
    assert measured(picture(), mark(DISTANCE, (3, 4), (6, 8))) == ("8.14 mm", "8.14 mm")
    unknown = picture(calibration=Calibration())
    assert measured(unknown, mark(DISTANCE, (3, 4), (6, 8))).short == "5.00 px"
    detector = picture(calibration=Calibration(Spacing(1, 1, "at the detector")))
    assert measured(detector, mark(DISTANCE, (0, 0), (30, 0))) == ("30.0 mm", "30.0 mm (at the detector)")


def test_an_angle_knows_the_shape_of_pixels() -> None:
    assert angle_degrees((4, 0), (0, 0), (4, 1), 4.0) == pytest.approx(45)
    assert measured(picture(), mark(ANGLE, (4, 0), (0, 0), (4, 1))).said == "45.0 deg"
    assert measured(picture(calibration=Calibration()), mark(ANGLE, (4, 0), (0, 0), (4, 1))).said == "45.0 deg"
    assert measured(picture(), mark(ANGLE, (4, 0), (4, 0), (4, 1))).short == "no angle"


@given(pixels, pixels, pixels)
def test_any_angle_is_that_of_the_cosine(first: Point, vertex: Point, second: Point) -> None:
    found = angle_degrees(first, vertex, second, 1.0)
    a, b = np.subtract(first, vertex), np.subtract(second, vertex)
    if not a.any() or not b.any():
        assert found is None
    else:
        cosine = a @ b / (np.linalg.norm(a) * np.linalg.norm(b))
        assert found == pytest.approx(np.degrees(np.arccos(np.clip(cosine, -1, 1))), abs=1e-5)


@given(pixels, pixels)
def test_a_rectangle_holds_its_corners_and_all_between(first: Point, second: Point) -> None:
    found = region_values(picture(), mark(RECTANGLE, first, second))
    left, right = sorted((first[0], second[0]))
    top, bottom = sorted((first[1], second[1]))
    assert np.array_equal(found, VALUES[top : bottom + 1, left : right + 1].reshape(-1))


@given(pixels, pixels)
def test_an_ellipse_holds_the_pixels_whose_centers_lie_in_it(first: Point, second: Point) -> None:
    left, right = sorted((first[0], second[0]))
    top, bottom = sorted((first[1], second[1]))
    width, height = right - left + 1, bottom - top + 1
    expected = [
        VALUES[row, column]
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
        if ((2 * (column - left) + 1 - width) / width) ** 2 + ((2 * (row - top) + 1 - height) / height) ** 2 <= 1 + 1e-12
    ]
    found = region_values(picture(), mark(ELLIPSE, first, second))
    assert len(found) == pytest.approx(len(expected), abs=4)  # centers on the edge itself
    assert set(found) <= set(expected)


def test_what_is_said_of_a_region() -> None:
    said = measured(picture(), mark(RECTANGLE, (10, 5), (19, 9)))
    part = VALUES[5:10, 10:20].astype(np.float64)
    assert said.short == f"{part.mean():.4g} sd {part.std():.4g} HU"
    assert said.said == (
        f"mean {part.mean():.4g} HU  sd {part.std():.4g}  min {part.min():.6g}  max {part.max():.6g}  50 px  "
        "5.00 x 10.0 mm  area 50.0 mm2"
    )
    ellipse = measured(picture(), mark(ELLIPSE, (10, 5), (19, 9))).said
    assert ellipse.endswith(f"5.00 x 10.0 mm  area {50 * math.pi / 4:.1f} mm2")
    assert measured(picture(calibration=Calibration()), mark(RECTANGLE, (0, 0), (9, 9))).said.endswith("area 100.0 px2")


def test_padding_and_what_is_no_number_are_left_out() -> None:
    padding = np.zeros(VALUES.shape, bool)
    padding[5:9] = True
    values = VALUES.copy()
    values[9, 10:15] = np.nan
    found = statistics(region_values(picture(values, padding=padding), mark(RECTANGLE, (10, 5), (19, 9))))
    assert found is not None
    assert found.pixels == 5
    assert found.mean == pytest.approx(VALUES[9, 15:20].mean())
    padding[...] = True
    assert measured(picture(padding=padding), mark(RECTANGLE, (10, 5), (19, 9))).said.startswith("no values but padding")


def test_colours_have_means_only() -> None:
    rgb = np.zeros((ROWS, COLUMNS, 3), np.uint8)
    rgb[:, :20] = 10, 20, 30
    assert measured(picture(rgb), mark(RECTANGLE, (0, 0), (9, 9))).short == "RGB 10 20 30"
    assert profile(picture(rgb), mark(PROFILE, (18, 0), (21, 0))).values == pytest.approx([18.15, 18.15, 0, 0])


@given(pixels, pixels)
def test_a_profile_of_a_plane_is_straight(first: Point, second: Point) -> None:
    plane = (3.0 * np.arange(COLUMNS) - 2.0 * np.arange(ROWS)[:, None]).astype(np.float32)
    found = profile(picture(plane), mark(PROFILE, first, second))
    ends = plane[first[1], first[0]], plane[second[1], second[0]]
    assert found.values == pytest.approx(np.linspace(*ends, len(found.values)), abs=1e-4)
    assert found.along[-1] == pytest.approx(distance(first, second, Spacing(2.0, 0.5)))


def test_a_profile_along_a_row_is_the_row() -> None:
    found = profile(picture(), mark(PROFILE, (5, 7), (25, 7)))
    assert np.array_equal(found.values, VALUES[7, 5:26].astype(np.float64))
    least, most = VALUES[7, 5:26].min(), VALUES[7, 5:26].max()
    assert measured(picture(), mark(PROFILE, (5, 7), (25, 7))).said == f"{least:.6g} to {most:.6g} HU  along 10.0 mm"


def test_logarithmic_x_rays_are_measured_after_the_rescale(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a", SOPClassUID="1.2.840.10008.5.1.4.1.1.12.1", PixelIntensityRelationship="LOG", RescaleSlope="0.5",
        RescaleIntercept="3", RescaleType="OD", PixelData=np.full(64 * 64, 10, "<u2").tobytes(),
    )  # fmt: skip
    assert measured(load_picture(walk_file(path), 0), mark(RECTANGLE, (0, 0), (9, 9))).short == "8 sd 0 OD"


def test_a_large_region_is_counted_when_it_is_done() -> None:
    large = picture(np.ones((2000, 2000), np.float32), calibration=Calibration())
    drawn = Mark(RECTANGLE, ((0, 0),))
    assert "mean" in measured(large, drawn.with_point((1999, 1999))).said
    under_way = Mark(Tool("rectangle", 3, ""), ((0, 0), (1999, 1999)))
    assert "mean" not in measured(large, Mark(RECTANGLE, ((0, 0),))).said
    assert not under_way.finished


# --- on the screen

BLACK = View(window=Window(1000, 10))
VIEWS = [
    BLACK, BLACK.turned(), BLACK.flipped(), BLACK.turned().turned().flipped(), BLACK.flipped_upside_down().turned(),
    BLACK.zoomed(3), BLACK.zoomed(3).panned(0.2, -0.3).turned(),
]  # fmt: skip


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("tool", TOOLS)
def test_a_mark_lies_on_its_pixels(view: View, tool: Tool) -> None:
    drawing = Drawing(picture(np.zeros((ROWS, COLUMNS), np.float32)), 120, 240)
    points: tuple[Point, ...] = ((10, 8), (22, 17), (15, 20))[: tool.points]
    assert not drawing.levels(view).any()
    changed = np.greater(drawing.levels(view.with_marks((Mark(tool, points),)))[..., 1], 0)
    assert changed.any()
    for column, row in points:
        place = view.seen_place((column + 0.5) / COLUMNS, (row + 0.5) / ROWS)
        at = drawing.screen_place(replace(view, probe_x=place[0], probe_y=place[1]))
        if at is not None and tool in (DISTANCE, ANGLE, PROFILE):
            assert changed[max(0, at[1] - 1) : at[1] + 2, max(0, at[0] - 1) : at[0] + 2].any()


def test_the_outline_of_a_rectangle_is_around_its_pixels() -> None:
    drawing = Drawing(picture(np.zeros((10, 10), np.float32), aspect=1.0), 100, 100)
    drawn = drawing.levels(BLACK.with_marks((Mark(RECTANGLE, ((2, 3), (4, 6))),)))[..., 1] > 0
    rows, columns = np.nonzero(drawn)
    assert (columns.min(), columns.max(), rows.min(), rows.max()) == (20, 50, 30, 70)
    assert not drawn[31:70, 21:50].any()


def test_the_words_stand_beside_the_last_point() -> None:
    drawing = Drawing(picture(np.zeros((10, 10), np.float32), aspect=1.0), 100, 100)
    (text,) = drawing.texts(View(marks=(Mark(DISTANCE, ((2, 3), (4, 6))),)))
    assert (text.x, text.y, text.text) == (48, 65, "6.08 mm")
    (text,) = drawing.texts(View(marks=(Mark(DISTANCE, ((2, 3), (9, 6))),)))
    assert text.ends
    assert text.x < 100
    assert drawing.texts(View(zoom=4, marks=(Mark(DISTANCE, ((2, 3), (9, 9))),))) == ()


def test_a_curve_goes_up_where_the_values_do() -> None:
    ramp = np.repeat(np.arange(100, dtype=np.float32)[None], 100, 0)
    drawing = Drawing(picture(ramp, aspect=1.0), 120, 60)
    view = View(marks=(Mark(PROFILE, ((0, 50), (99, 50))),), overlays=False)
    drawn = drawing.levels(view)
    left, top, width, height = 120 - 16 - 40, 60 - 2 - 12, 40, 12
    curve = (drawn[top : top + height, left : left + width] == (130, 230, 130)).all(-1)
    assert curve[-1, 0]
    assert curve[0, -1]
    first_row = curve.argmax(0)
    assert (np.diff(first_row) <= 0).all()
    words = [text.text for text in drawing.texts(view)]
    assert words[:2] == ["0 to 99", "49.5 mm"]


def test_what_is_said_of_the_mark_under_the_crosshair() -> None:
    drawing = Drawing(picture(aspect=1.0), 100, 100)
    view = View().probed(12.5 / COLUMNS, 8.5 / ROWS)
    assert drawing.said(view).startswith("(12, 8)  ")
    assert drawing.said(view.marked(Mark(DISTANCE, ((10, 8),)))) == "1.00 mm"
    assert drawing.said(view.with_marks((Mark(DISTANCE, ((10, 8), (12, 8))),))) == "1.00 mm"
    assert drawing.said_of_marks(view.with_marks((Mark(DISTANCE, ((10, 8), (12, 8))),))) == [
        "distance: 1.00 mm  (10, 8), (12, 8)"
    ]


def test_a_profile_leaves_out_padding_and_what_has_no_part_in_it() -> None:
    values = VALUES.copy()
    values[8] = np.nan
    padding = np.zeros(VALUES.shape, bool)
    padding[7, 10:12] = True
    found = profile(picture(values, padding=padding), mark(PROFILE, (5, 7), (25, 7))).values
    assert np.isnan(found[5:7]).all()
    assert np.array_equal(np.delete(found, [5, 6]), np.delete(VALUES[7, 5:26].astype(float), [5, 6]))


@pytest.mark.parametrize("tool", TOOLS)
def test_points_beside_the_picture_measure_nothing(tool: Tool) -> None:
    points = ((0, 0), (COLUMNS, 3), (1, ROWS))[: tool.points]
    assert measured(picture(), Mark(tool, points)) == ("", "")


def test_small_lengths_are_as_exact_as_large_ones() -> None:
    slide = picture(calibration=Calibration(Spacing(0.00025, 0.00025)))
    assert measured(slide, mark(DISTANCE, (0, 0), (8, 6))).short == "0.0025 mm"
    assert measured(slide, mark(RECTANGLE, (0, 0), (9, 9))).said.endswith("0.0025 x 0.0025 mm  area 6.25e-06 mm2")
    large = measured(picture(np.full((ROWS, COLUMNS), 3e38, np.float32)), mark(RECTANGLE, (0, 0), (9, 9)))
    assert len(large.short) < 30


def test_a_preview_is_not_measured() -> None:
    drawing = Drawing(picture(np.zeros((4, 4), np.float32), preview=True), 100, 100)
    view = View(marking=Mark(PROFILE, ((30, 20),))).probed(0.5, 0.5)
    assert drawing.under_way(view) is None
    drawing.levels(view)


def test_what_is_no_number_is_said_so() -> None:
    nothing = picture(np.full((ROWS, COLUMNS), np.nan, np.float32))
    assert measured(nothing, mark(RECTANGLE, (0, 0), (3, 3))).said.startswith("no values but what is no number")


def test_zero_has_no_sign(tmp_path: Path) -> None:
    path = write(tmp_path / "a", RescaleSlope="-1", RescaleIntercept="0", PixelData=bytes(2 * 64 * 64))
    assert said_at(load_picture(walk_file(path), 0), 0, 0) == "(0, 0)  0 HU"
