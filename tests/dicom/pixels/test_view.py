"""Turning and flipping: whatever order keys come in, the picture, the letters and the middle go together."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.dicom.pixels.geometry import Letters
from tui.dicom.pixels.view import View
from tui.dicom.pixels.window import Window
from tui.render.sampling import oriented

PICTURE = np.arange(12).reshape(3, 4)
LETTERS = Letters("R", "L", "A", "P")
KEYS = st.lists(st.sampled_from("rfv"), max_size=12)


@given(keys=KEYS)
def test_keys_act_on_what_is_seen(keys: list[str]) -> None:
    view, picture, letters = View(), PICTURE, LETTERS
    for key in keys:
        if key == "r":
            view, picture = view.turned(), np.rot90(picture, -1)
            letters = Letters(letters.bottom, letters.top, letters.left, letters.right)
        elif key == "f":
            view, picture = view.flipped(), np.fliplr(picture)
            letters = replace(letters, left=letters.right, right=letters.left)
        else:
            view, picture = view.flipped_upside_down(), np.flipud(picture)
            letters = replace(letters, top=letters.bottom, bottom=letters.top)
    assert np.array_equal(oriented(PICTURE, mirrored=view.mirrored, turns=view.turns), picture)
    assert LETTERS.as_seen(mirrored=view.mirrored, turns=view.turns) == letters


@given(keys=KEYS, x=st.floats(0.2, 0.8), y=st.floats(0.2, 0.8))
def test_what_lies_in_the_middle_stays_there(keys: list[str], x: float, y: float) -> None:
    marked = np.zeros((100, 100))
    marked[min(99, int(y * 100)), min(99, int(x * 100))] = 1
    view = View(zoom=4.0, center_x=x, center_y=y)
    for key in keys:
        view = {"r": view.turned, "f": view.flipped, "v": view.flipped_upside_down}[key]()
    (row,), (column,) = np.nonzero(oriented(marked, mirrored=view.mirrored, turns=view.turns))
    assert (column + 0.5) / 100 == pytest.approx(view.center_x, abs=0.0101)
    assert (row + 0.5) / 100 == pytest.approx(view.center_y, abs=0.0101)


def test_another_series_begins_anew_unless_the_window_is_locked() -> None:
    window = Window(50, 400)
    view = View(window=window, zoom=3, turns=1, mirrored=True, colormap="hot", corner_text=False, inverted=True)
    assert view.for_another_series(same_unit=True) == View(corner_text=False)
    locked = view.with_lock(True)
    assert locked.for_another_series(same_unit=True) == View(corner_text=False, window=window, inverted=True, locked=True)
    assert locked.for_another_series(same_unit=False).window is None
    assert locked.reset() == View(corner_text=False)
