import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.pixels import apply_windowing

from tui.dicom.pixels.stages import windowed
from tui.dicom.pixels.view import View
from tui.dicom.pixels.window import LINEAR, LINEAR_EXACT, PRESETS, SIGMOID, Window, parse_window

CENTERS = st.floats(-3000, 3000, allow_nan=False)
WIDTHS = st.floats(1, 5000, allow_nan=False)
FUNCTIONS = st.sampled_from([LINEAR, LINEAR_EXACT, SIGMOID])


def of_the_standard(values: np.ndarray, window: Window) -> np.ndarray:
    """PS3.3 C.11.2.1.2.1, C.11.2.1.3.1 and C.11.2.1.3.2, in float64, for an output of 0 to 1."""
    x, c, w = values.astype(np.float64), window.center, window.width
    if window.function == SIGMOID:
        with np.errstate(over="ignore"):
            return 1 / (1 + np.exp(-4 * (x - c) / w))
    if window.function == LINEAR:
        c, w = c - 0.5, w - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        ramp = (x - c) / w + 0.5
    return np.where(x <= c - w / 2, 0.0, np.where(x > c + w / 2, 1.0, ramp))


@given(CENTERS, WIDTHS, FUNCTIONS)
def test_windows_are_what_the_standard_says(center: float, width: float, function: str) -> None:
    values = np.linspace(-4000, 4000, 501, dtype=np.float32)
    window = Window(center, width, function)
    shades = windowed(values, window)
    assert shades.min() >= 0
    assert shades.max() <= 1
    near_edge = np.abs(np.abs(values - (center - 0.5)) - (width - 1) / 2) < 0.01  # float32 may fall on either side
    difference = np.abs(shades - of_the_standard(values, window))
    assert difference[~near_edge].max(initial=0) < 2e-3


@pytest.mark.parametrize("function", [LINEAR, LINEAR_EXACT, SIGMOID])
def test_windows_are_what_pydicom_says(function: str) -> None:
    dataset = Dataset()
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsStored, dataset.PixelRepresentation = 16, 0
    dataset.WindowCenter, dataset.WindowWidth, dataset.VOILUTFunction = "1000", "700", function
    values = np.arange(0, 4096, dtype=np.uint16)
    theirs = apply_windowing(values, dataset) / 65535
    ours = windowed(values.astype(np.float32), Window(1000, 700, function))
    assert np.abs(ours - theirs).max() < 1e-4


@pytest.mark.parametrize("width", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("function", [LINEAR, LINEAR_EXACT, SIGMOID])
def test_widths_that_are_errors_are_survived(width: float, function: str) -> None:
    shades = windowed(np.array([-1000, 1000], np.float32), Window(0, width, function))
    assert shades.tolist() == pytest.approx([0, 1])


@given(CENTERS, WIDTHS, FUNCTIONS, st.floats(-0.05, 0.05), st.floats(-0.05, 0.05))
def test_nudging_is_relative_to_the_width(center: float, width: float, function: str, move: float, wider: float) -> None:
    window = Window(center, width, function).nudged(move, wider)
    assert window.center == pytest.approx(center + move * width)
    assert window.width >= 1 or function != LINEAR
    assert window.width == pytest.approx(max(1.0 if function == LINEAR else 0, width * (1 + wider)))


@pytest.mark.parametrize(
    ("text", "width", "center"),
    [("400/40", 400, 40), (" 1500 -600 ", 1500, -600), ("0.5/0.25", 0.5, 0.25), ("2e-3/1", 0.002, 1)],
)
def test_typed_windows(text: str, width: float, center: float) -> None:
    window = parse_window(text)
    assert window is not None
    assert (window.width, window.center) == (width, center)


@pytest.mark.parametrize("text", ["", "400", "0/40", "-1/40", "a/b", "400/40/3", "nan/1"])
def test_what_is_no_window(text: str) -> None:
    assert parse_window(text) is None


def test_presets_have_their_own_keys() -> None:
    assert sorted(preset.key for preset in PRESETS) == list("3456789")


@given(st.floats(0.1, 10), st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1)), max_size=5))
def test_zoom_and_pan_stay_within_the_picture(factor: float, moves: list[tuple[float, float]]) -> None:
    view = View().zoomed(factor)
    for right, down in moves:
        view = view.panned(right, down)
    half = 0.5 / view.zoom
    assert view.zoom >= 1
    assert half - 1e-9 <= view.center_x <= 1 - half + 1e-9
    assert half - 1e-9 <= view.center_y <= 1 - half + 1e-9
    assert view.fitted().zoom == 1
    assert view.reset() == View()
