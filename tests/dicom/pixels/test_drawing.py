"""Where pixels land on the screen, and which pixel lies under a place of it: for any size, zoom, turn and flip."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.files import write
from tui.dicom.elements import walk_file
from tui.dicom.pixels.caption import Caption
from tui.dicom.pixels.drawing import Drawing
from tui.dicom.pixels.geometry import Letters, Plane
from tui.dicom.pixels.load import load_picture
from tui.dicom.pixels.picture import Picture, PictureKey
from tui.dicom.pixels.probe import said_at
from tui.dicom.pixels.view import View
from tui.dicom.pixels.window import LINEAR_EXACT, Window
from tui.render.cell_kind import CellKind
from tui.render.sampling import oriented

ROWS, COLUMNS = 30, 40
VALUES = np.arange(ROWS * COLUMNS, dtype=np.float32).reshape(ROWS, COLUMNS)


def picture(values: np.ndarray = VALUES, aspect: float = 1.0) -> Picture:
    return Picture(
        PictureKey("a", 0), values, None, False, (), "HU", 1, aspect, Letters(), Caption(), (),
        stored=values.astype(np.int16), plane=Plane((-100.0, -50.0, 10.0), (0.5, 0.0, 0.0), (0.0, 0.0, -0.25)),
    )  # fmt: skip


VIEWS = st.builds(
    lambda keys, zoom, x, y: _pressed(View(zoom=zoom, center_x=x, center_y=y).panned(0, 0), keys),
    st.lists(st.sampled_from("rfv"), max_size=5), st.floats(1, 6), st.floats(0, 1), st.floats(0, 1),
)  # fmt: skip
PLACES = st.floats(0.001, 0.999)


def _pressed(view: View, keys: list[str]) -> View:
    for key in keys:
        view = {"r": view.turned, "f": view.flipped, "v": view.flipped_upside_down}[key]()
    return view


@given(view=VIEWS, x=PLACES, y=PLACES)
def test_the_probed_pixel_is_the_one_that_is_seen_there(view: View, x: float, y: float) -> None:
    view = view.probed(x, y)
    pixel = Drawing(picture(), 100, 80).probed_pixel(view)
    assert pixel is not None
    seen = oriented(VALUES, mirrored=view.mirrored, turns=view.turns)
    rows, columns = seen.shape
    near = {seen[int(y * rows + d), int(x * columns + e)] for d in (-1e-9, 1e-9) for e in (-1e-9, 1e-9)}
    assert VALUES[pixel[1], pixel[0]] in near  # on the edge between two pixels either is right


@given(view=VIEWS, x=PLACES, y=PLACES, aspect=st.sampled_from([0.5, 1.0, 2.0]))
def test_the_crosshair_stands_on_the_probed_pixel(view: View, x: float, y: float, aspect: float) -> None:
    view = view.probed(x, y)
    drawing = Drawing(picture(aspect=aspect), 200, 160)
    place, pixel = drawing.screen_place(view), drawing.probed_pixel(view)
    if place is None:
        return
    back = drawing.place_at(view, *place)
    assert back is not None
    found = drawing.probed_pixel(view.probed(*back))
    assert found is not None
    assert pixel is not None
    assert max(abs(found[0] - pixel[0]), abs(found[1] - pixel[1])) <= (0 if drawing.placement(view).scale >= 3 else 1)


@given(view=VIEWS)
def test_a_crosshair_leaves_its_pixel_free(view: View) -> None:
    view = view.probed(0.4, 0.6)
    drawing = Drawing(picture(), 120, 90)
    place = drawing.screen_place(view)
    plain = drawing.levels(view.probed(None, None))
    crossed = drawing.levels(view)
    if place is None:
        assert np.array_equal(crossed, plain)
        return
    assert (crossed[place[1], place[0]] == plain[place[1], place[0]]).all()
    assert (crossed[place[1]] != plain[place[1]][..., None]).any()


def test_beside_the_picture_there_is_nothing() -> None:
    drawing = Drawing(picture(), 200, 60)
    assert drawing.place_at(View(), 0, 30) is None
    assert drawing.place_at(View(), 100, 30) is not None


def test_what_is_said_of_a_pixel() -> None:
    assert said_at(picture(), 3, 2) == "(3, 2)  83 HU  (-98.5, -50.0, 9.5) mm"


def test_what_is_said_of_a_real_file(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a", ImagePositionPatient=["-10", "-20", "30"], ImageOrientationPatient=["1", "0", "0", "0", "1", "0"],
        PixelSpacing=["0.5", "0.25"],
    )  # fmt: skip
    found = load_picture(walk_file(path), 0)
    stored = int(found.values[5, 8]) + 1000
    assert said_at(found, 8, 5) == f"(8, 5)  {stored - 1000} HU  stored {stored}  (-8.0, -17.5, 30.0) mm"


def test_colours_and_padding_are_said(tmp_path: Path) -> None:
    rgb = np.zeros((4, 4, 3), np.uint8)
    rgb[1, 2] = 10, 20, 30
    assert said_at(picture(rgb), 2, 1).startswith("(2, 1)  RGB 10 20 30")
    path = write(tmp_path / "a", PixelPaddingValue=0, RescaleIntercept="0")
    assert said_at(load_picture(walk_file(path), 0), 0, 0) == "(0, 0)  0 HU  padding"


@pytest.mark.parametrize("colors", [True, False])
def test_a_colormap_needs_colours(colors: bool) -> None:
    view = View(colormap="hot", window=Window(600, 1200, LINEAR_EXACT))
    levels = Drawing(picture(), 80, 60, colors=colors).levels(view)
    assert levels.ndim == (3 if colors else 2)


def test_keys_zoom_about_the_probe() -> None:
    view = View().probed(0.8, 0.3).zoomed(4)
    assert (view.center_x, view.center_y) == (0.8, 0.3)
    moved = view.probed(0.1, 0.3)
    assert moved.center_x - 0.5 / 4 <= 0.1 <= moved.center_x + 0.5 / 4


@pytest.mark.parametrize("kind", list(CellKind))
def test_a_picture_has_the_same_shape_in_all_cells(kind: CellKind) -> None:
    square = Drawing(picture(np.ones((50, 50), np.float32)), 80 * kind.columns, 30 * kind.rows, cells=kind)
    placement = square.placement(View())
    assert placement.width / kind.columns == pytest.approx(2 * placement.height / kind.rows, abs=1)
    bars = square.levels(View(bars=True, probe_x=0.5, probe_y=0.5))
    assert bars.shape[:2] == (30 * kind.rows, 80 * kind.columns)
    assert all(0 <= text.x <= square.width and 0 <= text.y < square.height for text in square.texts(View(bars=True)))


def test_a_step_of_the_crosshair_is_a_pixel_of_the_screen_each_way() -> None:
    drawing = Drawing(picture(np.zeros((300, 60), np.float32), aspect=0.2), 60, 30)
    across, down = drawing.pixels_a_step(View())
    assert (across, down) == (2, 10)
    assert drawing.pixels_a_step(View().turned()) == (10, 2)
    assert Drawing(picture(), 400, 400).pixels_a_step(View()) == (1, 1)
