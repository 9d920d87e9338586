import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render.ansi import cells_of, colors_of, pixels_of
from tui.render.cell_kind import CellKind
from tui.render.cells import Encoder, Label
from tui.render.color_depth import ColorDepth, rgb_of, sgr
from tui.render.dither import color_ids
from tui.render.thrifty import COARSE, NEAR

COLOURED = [ColorDepth.TRUECOLOR, ColorDepth.PALETTE_256, ColorDepth.PALETTE_16]
SEEDS = st.integers(0, 10_000)


def picture(seed: int, *, color: bool) -> np.ndarray:
    """A picture with runs, noise and flat parts."""
    random = np.random.default_rng(seed)
    height, width = 2 * int(random.integers(1, 8)), int(random.integers(1, 30))
    shape = (height, width, 3) if color else (height, width)
    levels = random.integers(0, 256, shape)
    flat = random.integers(0, 256, shape[2:]) if color else random.integers(0, 256)
    levels[random.random((height, width)) < random.random()] = flat
    return levels.astype(np.uint8)


def written(color: int, depth: ColorDepth) -> tuple[str, ...]:
    parts = sgr(color, depth, background=True).split(";")
    return tuple(parts[1:]) if parts[0] == "48" else (str(int(parts[0]) % 10 + (8 if int(parts[0]) >= 100 else 0)),)


@pytest.mark.parametrize("depth", COLOURED)
@pytest.mark.parametrize("color", [False, True])
@given(seed=SEEDS)
def test_lines_read_back_are_the_pixels(depth: ColorDepth, color: bool, seed: int) -> None:
    levels = picture(seed, color=color)
    ids = color_ids(levels, depth)
    for row, line in enumerate(Encoder(depth).grid(levels).lines()):
        expected = [
            (written(int(upper), depth), written(int(lower), depth))
            for upper, lower in zip(ids[2 * row], ids[2 * row + 1], strict=True)
        ]
        assert pixels_of(line) == expected
        assert line.endswith("\x1b[0m")


@pytest.mark.parametrize("depth", list(ColorDepth))
@given(seed=SEEDS)
def test_runs_are_the_same_cells_as_the_line(depth: ColorDepth, seed: int) -> None:
    levels = picture(seed, color=False)
    labels = (Label(0, 1, 2, "ab"), Label(0, 2, 2, "no"), Label(9, 0, 2, "no"))
    grid = Encoder(depth).grid(levels, labels)
    for row, line in enumerate(grid.lines()):
        text = "".join(run.text for run in grid.runs(row))
        mono = depth is ColorDepth.MONO
        assert text == "".join(cell[0] if mono else cell[0].replace("█", " ") for cell in cells_of(line))
        assert len(text) == grid.width


@given(SEEDS)
def test_a_label_is_drawn_and_the_cells_around_it_stay(seed: int) -> None:
    levels = picture(seed, color=False)
    plain = [cells_of(line) for line in Encoder(ColorDepth.TRUECOLOR).grid(levels).lines()]
    labelled = [cells_of(line) for line in Encoder(ColorDepth.TRUECOLOR).grid(levels, (Label(0, 1, 3, "abc"),)).lines()]
    if len(plain[0]) < 4:
        assert labelled == plain
        return
    assert "".join(cell[0] for cell in labelled[0][1:4]) == "abc"
    assert [colors_of(cell) for cell in labelled[0][:1] + labelled[0][4:]] == [
        colors_of(cell) for cell in plain[0][:1] + plain[0][4:]
    ]
    assert labelled[1:] == plain[1:]


def test_truecolor_is_exact_and_greys_of_256_are_the_ramp_s() -> None:
    ramp = np.tile(np.arange(256, dtype=np.uint8), (2, 1))
    exact = [rgb_of(int(color), ColorDepth.TRUECOLOR)[0] for color in color_ids(ramp, ColorDepth.TRUECOLOR)[0]]
    assert exact == list(range(256))
    shown = np.array([rgb_of(int(color), ColorDepth.PALETTE_256)[0] for color in color_ids(ramp, ColorDepth.PALETTE_256)[0]])
    assert np.abs(shown - np.arange(256)).max() < 17  # the widest step of the ramp, from 238 to 255
    assert set(shown) <= {0, 255, *range(8, 248, 10)}


@pytest.mark.parametrize("depth", [ColorDepth.PALETTE_256, ColorDepth.PALETTE_16, ColorDepth.MONO])
@pytest.mark.parametrize("level", [3, 60, 128, 200, 250])
def test_dithered_greys_are_right_on_average(depth: ColorDepth, level: int) -> None:
    ids = color_ids(np.full((64, 64), level, np.uint8), depth)
    mean = np.mean([rgb_of(int(color), depth)[0] for color in ids.ravel()])
    assert mean == pytest.approx(level, abs=6)


def test_without_unicode_cells_are_coloured_spaces() -> None:
    levels = picture(1, color=False)
    for depth in COLOURED:
        for line in Encoder(depth, CellKind.SPACE).grid(levels).lines():
            assert line.isascii()
            assert {cell[0] for cell in cells_of(line)} == {" "}
    for line in Encoder(ColorDepth.MONO, CellKind.SPACE).grid(levels).lines():
        assert line.isascii()
        assert "\x1b" not in line


def test_mono_writes_no_colours() -> None:
    lines = Encoder(ColorDepth.MONO).grid(picture(2, color=True)).lines()
    assert set("".join(lines)) <= set("▀▄█ ")


def rgb(color: tuple[str, ...] | None) -> tuple[int, ...]:
    assert color is not None
    kind, *numbers = color
    return tuple(map(int, numbers)) if kind == "2" else rgb_of(int(numbers[0]), ColorDepth.PALETTE_256)


def pixels_read(lines: list[str]) -> np.ndarray:
    """Return the colours that lines show, shape (2 * rows, columns, 3)."""
    return np.array([[rgb(pair[half]) for pair in pixels_of(line)] for line in lines for half in (0, 1)])


@given(SEEDS, st.sampled_from(["grey", "colour", "nearly grey", "smooth"]))
def test_few_colours_are_near_and_read_back(seed: int, kind: str) -> None:
    levels = picture(seed, color=kind == "colour")
    if kind == "nearly grey":
        levels = np.clip(np.random.default_rng(seed).integers(-5, 6, (*levels.shape, 3)) + levels[..., None], 0, 255)
        levels = levels.astype(np.uint8)
    if kind == "smooth":
        levels = (levels // 16 + np.arange(levels.shape[1]) * 3 % 240).astype(np.uint8)
    wanted = levels if levels.ndim == 3 else levels[..., None]
    for error in (NEAR, COARSE):
        shown = pixels_read(Encoder(ColorDepth.TRUECOLOR).grid(levels, error=error).lines())
        assert np.abs(shown - wanted.astype(int)).max() <= error


@pytest.mark.parametrize("depth", [ColorDepth.PALETTE_256, ColorDepth.PALETTE_16])
@given(SEEDS)
def test_of_a_palette_few_colours_are_the_same(depth: ColorDepth, seed: int) -> None:
    levels = picture(seed, color=False)
    few, all_ = (Encoder(depth).grid(levels, error=error).lines() for error in (NEAR, 0))
    assert [pixels_of(line) for line in few] == [pixels_of(line) for line in all_]


@given(SEEDS)
def test_few_colours_of_other_cells_are_near(seed: int) -> None:
    for color in (False, True):
        levels = picture(seed, color=color)
        ids = color_ids(levels, ColorDepth.TRUECOLOR, few=True)
        shown = np.array([rgb_of(int(one), ColorDepth.TRUECOLOR) for one in ids.ravel()]).reshape(*ids.shape, 3)
        assert np.abs(shown - (levels if color else levels[..., None]).astype(int)).max() <= 3


def test_few_colours_stop_at_labels() -> None:
    levels = np.full((2, 20), 77, np.uint8)
    (line,) = Encoder(ColorDepth.TRUECOLOR).grid(levels, (Label(0, 5, 3, "abc"),), error=NEAR).lines()
    cells = cells_of(line)
    assert "".join(cell[0] for cell in cells[5:8]) == "abc"
    assert all(abs(rgb(color)[0] - 77) <= 3 for cell in cells[:5] + cells[8:] for color in colors_of(cell))


@given(SEEDS)
def test_a_terminal_that_repeats_gets_the_same_cells_in_no_more_bytes(seed: int) -> None:
    levels = np.repeat(picture(seed, color=seed % 2 == 0), 1 + seed % 9, axis=1)
    for depth in COLOURED:
        for error in (0, NEAR, COARSE):
            grids = [
                Encoder(depth, repeats=repeats).grid(levels, (Label(0, 3, 2, "ab"),), error=error)
                for repeats in (False, True)
            ]
            for plain, repeated in zip(grids[0].lines(), grids[1].lines(), strict=True):
                assert cells_of(repeated) == cells_of(plain)
                assert len(repeated) <= len(plain)


def test_a_long_run_is_repeated() -> None:
    for error in (0, NEAR, COARSE):
        (line,) = Encoder(ColorDepth.TRUECOLOR, repeats=True).grid(np.zeros((2, 200), np.uint8), error=error).lines()
        assert line.endswith(" \x1b[199b\x1b[0m")


def test_few_colours_take_fewer_bytes() -> None:
    noise = np.random.default_rng(3).normal(128, 6, (40, 60)).clip(0, 255).astype(np.uint8)
    encoder = Encoder(ColorDepth.TRUECOLOR)
    for levels in (noise, np.repeat(noise[..., None], 3, -1)):
        coarse, few, exact = (sum(map(len, encoder.grid(levels, error=error).lines())) for error in (COARSE, NEAR, 0))
        assert coarse < 0.8 * few
        assert few < 0.8 * exact
