from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.dicom.pixels.test_drawing import picture
from tests.files import write
from tui.dicom.elements import walk_file
from tui.dicom.pixels.bars import bar_texts
from tui.dicom.pixels.drawing import Drawing
from tui.dicom.pixels.load import load_picture
from tui.dicom.pixels.stages import LookupTable
from tui.dicom.pixels.view import View
from tui.dicom.pixels.window import LINEAR_EXACT, Window

WIDTH, HEIGHT = 240, 80


def screen(view: View, *, colors: bool = True) -> np.ndarray:
    return Drawing(picture(), WIDTH, HEIGHT, colors=colors).levels(view)


def test_counts_are_numpys_over_the_full_range() -> None:
    values = np.random.default_rng(4).normal(100, 20, (50, 50)).astype(np.float32)
    counts, low, step = picture(values).histogram(40)
    theirs, edges = np.histogram(values, 40)
    assert np.array_equal(counts, theirs)
    assert low == pytest.approx(edges[0])
    assert step == pytest.approx(edges[1] - edges[0], rel=1e-4)


def test_padding_is_not_counted(tmp_path: Path) -> None:
    path = write(tmp_path / "a", PixelPaddingValue=0, PixelPaddingRangeLimit=500, RescaleIntercept="0")
    found = load_picture(walk_file(path), 0)
    counts, low, _ = found.histogram(10)
    assert found.padding is not None
    assert counts.sum() == (~found.padding).sum()
    assert low > 500


def test_columns_in_the_window_are_bright_and_the_others_dark() -> None:
    window = Window(600, 300, LINEAR_EXACT)  # of values from 0 to 1199: columns 30 to 50 of 80
    plain, drawn = screen(View(window=window)), screen(View(window=window, bars=True))
    row = drawn[HEIGHT - 3, 2:82]
    assert set(row.tolist()) == {70, 200}
    assert np.flatnonzero(row == 200).tolist() == list(range(30, 50))
    assert np.array_equal(drawn[: HEIGHT // 4 - 2], plain[: HEIGHT // 4 - 2])


def test_the_bar_goes_from_white_to_black_in_the_colours_of_the_picture() -> None:
    grey = screen(View(bars=True))[:, WIDTH - 5]
    assert (grey[20], grey[59]) == (255, 0)
    assert (np.diff(grey[20:60].astype(int)) <= 0).all()
    hot = screen(View(bars=True, colormap="hot"))[:, WIDTH - 5]
    assert hot[20].tolist() == [255, 255, 255]
    assert hot[40, 0] == 255
    assert hot[40, 2] < 50
    assert screen(View(bars=True, colormap="hot"), colors=False).ndim == 2


def test_the_values_beside_the_bars() -> None:
    view = View(window=Window(600, 300, LINEAR_EXACT), bars=True)
    high, low, least, most = bar_texts(picture(), view, WIDTH, HEIGHT)
    assert (high.text, low.text, least.text, most.text) == ("750", "450", "0", "1199")
    turned = bar_texts(picture(), View(window=view.window, inverted=True), WIDTH, HEIGHT)
    assert (turned[0].text, turned[1].text) == ("450", "750")


def test_small_screens_and_colours_show_none() -> None:
    assert bar_texts(picture(), View(bars=True), 50, 80) == ()
    rgb = np.zeros((30, 40, 3), np.uint8)
    for found, width in ((picture(rgb), WIDTH), (picture(), 50)):
        drawing = Drawing(found, width, HEIGHT)
        assert np.array_equal(drawing.levels(View(bars=True)), drawing.levels(View()))


@pytest.mark.parametrize("value", [0.0, 1.0, 30000.0, -4096.0])
def test_a_picture_of_one_value_has_a_histogram(value: float) -> None:
    counts, low, step = picture(np.full((30, 40), value, np.float32)).histogram(20)
    assert counts.sum() == 1200
    assert low <= value <= low + 20 * step


@pytest.mark.parametrize("ends", [(-1e308, 1e308), (0.0, 1.7e308)])
def test_values_further_apart_than_a_number_reaches(ends: tuple[float, float]) -> None:
    found = replace(picture(), values=np.resize(np.array(ends), (30, 40)))
    counts, low, step = found.histogram(20)
    assert np.isfinite([low, step]).all()
    assert counts.sum() <= 1200
    Drawing(found, WIDTH, HEIGHT).levels(View(bars=True))


def test_a_table_is_named_and_a_sigmoid_has_no_ends() -> None:
    table = LookupTable(100, 8, np.arange(255, -1, -1), "softer")
    high, low, *_ = bar_texts(replace(picture(), voi=(table,)), View(bars=True), WIDTH, HEIGHT)
    assert (high.text, low.text) == ("softer", "")
    sigmoid = View(bars=True, window=Window(40, 400, "SIGMOID"))
    assert [text.text for text in bar_texts(picture(), sigmoid, WIDTH, HEIGHT)[:2]] == ["", ""]
