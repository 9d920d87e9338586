import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as some

from tui.render.lines import polyline

WIDTH, HEIGHT = 30, 20
places = some.tuples(some.floats(-40, 70), some.floats(-40, 60))


@given(places, places)
def test_a_line_runs_through_its_pixels_and_no_others(first: tuple[float, float], second: tuple[float, float]) -> None:
    drawn = polyline(HEIGHT, WIDTH, [first, second])
    rows, columns = np.nonzero(drawn)
    length = math.hypot(second[0] - first[0], second[1] - first[1])
    for x, y in zip(columns + 0.5, rows + 0.5, strict=True):
        if length < 1e-9:
            assert math.hypot(x - first[0], y - first[1]) <= 0.8
            continue
        along = ((x - first[0]) * (second[0] - first[0]) + (y - first[1]) * (second[1] - first[1])) / length**2
        along = min(1, max(0, along))
        off = math.hypot(x - first[0] - along * (second[0] - first[0]), y - first[1] - along * (second[1] - first[1]))
        assert off <= math.sqrt(0.5) + 1e-6
    for share in np.linspace(0, 1, 7):  # no gaps where it is on the screen
        x = first[0] + share * (second[0] - first[0])
        y = first[1] + share * (second[1] - first[1])
        if 1 <= x < WIDTH - 1 and 1 <= y < HEIGHT - 1:
            assert drawn[int(y) - 1 : int(y) + 2, int(x) - 1 : int(x) + 2].any()


def test_one_point_is_one_pixel() -> None:
    assert np.argwhere(polyline(5, 5, [(2.5, 3.5)])).tolist() == [[3, 2]]
    assert not polyline(5, 5, []).any()
