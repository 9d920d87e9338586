from hypothesis import given
from hypothesis import strategies as st

from tui.render.plot import plot_lines


def test_a_ramp_fills_the_height() -> None:
    lines = plot_lines([float(n) for n in range(16)], 80, 2)
    assert lines == ["        ▁▂▃▄▅▆▇█", "▁▂▃▄▅▆▇█████████"]


def test_gaps_and_one_value() -> None:
    assert plot_lines([1.0, None, 3.0], 10, 1) == ["▁ █"]
    assert plot_lines([5.0, 5.0], 10, 1) == ["▅▅"]
    assert plot_lines([None], 10, 3) == []
    assert plot_lines([], 10, 3) == []
    assert plot_lines([1.0, 2.0], 10, 1, unicode=False) == [".#"]


@given(st.lists(st.none() | st.floats(-1e6, 1e6), max_size=300), st.integers(1, 60), st.integers(1, 6))
def test_it_never_leaves_its_room(values: list[float | None], width: int, height: int) -> None:
    lines = plot_lines(values, width, height)
    assert len(lines) in (0, height)
    assert all(len(line) <= width for line in lines)
    if lines:
        columns = min(width, len(values))
        bottom = lines[-1].ljust(columns)
        if len(values) <= width:
            assert [mark == " " for mark in bottom] == [value is None for value in values]
