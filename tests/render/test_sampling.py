import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.render.sampling import Placement, fit_scale, oriented, place, sample, sample_without

SIZES = st.integers(1, 60)


def exact_means(values: np.ndarray, start: float, stop: float, count: int) -> np.ndarray:
    """The mean over each interval along axis 0, from a matrix of overlaps."""
    step = (stop - start) / count
    pixels = np.arange(len(values))
    rows = []
    for index in range(count):
        low, high = start + index * step, start + (index + 1) * step
        overlap = np.clip(np.minimum(pixels + 1, high) - np.maximum(pixels, low), 0, 1)
        rows.append(overlap @ values / overlap.sum())
    return np.array(rows)


@given(st.integers(2, 50), st.integers(1, 40), st.floats(0, 1))
def test_shrinking_averages_areas_exactly(length: int, count: int, offset: float) -> None:
    values = np.random.default_rng(length * count).normal(0, 100, (length, 3)).astype(np.float32)
    start = min(offset, max(0.0, length - count - 1e-6))
    if (length - start) / count <= 1:
        return
    placed = Placement(0, start, 3, length, 0, 0, 3, count, 1.0)
    found = sample(values, placed)
    assert np.allclose(found, exact_means(values.astype(np.float64), start, length, count), atol=2e-2)


@given(SIZES, SIZES)
def test_the_mean_of_a_whole_picture_is_kept(rows: int, columns: int) -> None:
    values = np.random.default_rng(rows * columns).integers(0, 4096, (rows, columns)).astype(np.float32)
    placed = Placement(0, 0, columns, rows, 0, 0, 1, 1, 1.0)
    assert sample(values, placed)[0, 0] == pytest.approx(values.mean(), rel=1e-4, abs=1e-2)


@given(
    SIZES,
    SIZES,
    st.floats(0.2, 5),
    st.integers(1, 80),
    st.integers(2, 80),
    st.floats(1, 20),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_a_placed_picture_lies_on_the_screen_and_shows_only_itself(
    rows: int, columns: int, aspect: float, width: int, height: int, zoom: float, x: float, y: float
) -> None:
    placed = place(rows, columns, aspect, width, height, zoom, (x, y))
    assert 0 <= placed.left < placed.right <= columns + 1e-6
    assert 0 <= placed.top < placed.bottom <= rows + 1e-6
    assert placed.x >= 0
    assert placed.y >= 0
    assert placed.x + placed.width <= width
    assert placed.y + placed.height <= height
    assert sample(np.zeros((rows, columns)), placed).shape == (placed.height, placed.width)


def test_proportions_are_true() -> None:
    placed = place(100, 100, 1.0, 120, 60, 1.0, (0.5, 0.5))
    assert (placed.width, placed.height) == (60, 60)
    placed = place(100, 100, 2.0, 120, 60, 1.0, (0.5, 0.5))
    assert (placed.width, placed.height) == (30, 60)
    assert fit_scale(100, 100, 1.0, 120, 60) == 0.6


def test_enlarging_repeats_pixels() -> None:
    values = np.arange(4, dtype=np.float32).reshape(2, 2)
    placed = place(2, 2, 1.0, 4, 4, 1.0, (0.5, 0.5))
    assert np.array_equal(sample(values, placed), np.kron(values, np.ones((2, 2))))


def test_zoom_shows_what_lies_in_the_middle() -> None:
    values = np.arange(100, dtype=np.float32).reshape(10, 10)
    placed = place(10, 10, 1.0, 10, 10, 5.0, (0.95, 0.05))
    assert np.array_equal(np.unique(sample(values, placed)), [8, 9, 18, 19])


def test_colour_is_averaged_channel_by_channel() -> None:
    values = np.zeros((4, 4, 3), np.uint8)
    values[..., 1] = 200
    values[:2, :, 2] = 100
    placed = place(4, 4, 1.0, 1, 2, 1.0, (0.5, 0.5))
    assert sample(values, placed)[:, 0].tolist() in ([[0, 200, 50]], [[0, 200, 100], [0, 200, 0]])


def test_padding_does_not_count() -> None:
    values = np.full((4, 4), 10, np.float32)
    values[0] = -2000
    excluded = values < 0
    placed = place(4, 4, 1.0, 2, 2, 1.0, (0.5, 0.5))
    samples, outside = sample_without(values, excluded, placed)
    assert np.allclose(samples, 10)
    assert not outside.any()
    samples, outside = sample_without(values, values < 100, placed)
    assert outside.all()


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("turns", range(4))
def test_pictures_are_mirrored_then_turned_clockwise(mirrored: bool, turns: int) -> None:
    picture = np.arange(6).reshape(2, 3)
    expected = picture[:, ::-1] if mirrored else picture
    for _ in range(turns):
        expected = np.array(
            [[expected[-1 - row, column] for row in range(len(expected))] for column in range(expected.shape[1])]
        )
    assert np.array_equal(oriented(picture, mirrored=mirrored, turns=turns), expected)


def test_enlarging_smoothly_goes_straight_from_center_to_center() -> None:
    values = np.array([[0.0, 100.0]], np.float32)
    placed = place(1, 2, 1.0, 20, 10, 1.0, (0.5, 0.5))
    row = sample(values, placed, smooth=True)[0]
    assert row[:5].tolist() == [0] * 5
    assert row[15:].tolist() == [100] * 5
    assert np.allclose(np.diff(row[5:15]), 10)
    assert set(sample(values, placed)[0].tolist()) == {0.0, 100.0}


def test_a_part_that_is_enlarged_smoothly_is_that_part_of_the_whole() -> None:
    values = np.random.default_rng(5).normal(size=(16, 16)).astype(np.float32)
    whole = sample(values, place(16, 16, 1.0, 128, 128, 1.0, (0.5, 0.5)), smooth=True)
    part = sample(values, place(16, 16, 1.0, 64, 64, 2.0, (0.5, 0.5)), smooth=True)
    assert np.allclose(part, whole[32:96, 32:96], atol=1e-5)


def test_shrinking_is_the_same_smoothly() -> None:
    values = np.random.default_rng(6).normal(size=(64, 64)).astype(np.float32)
    placed = place(64, 64, 1.0, 20, 20, 1.0, (0.5, 0.5))
    assert np.array_equal(sample(values, placed, smooth=True), sample(values, placed))
