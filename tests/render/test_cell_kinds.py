"""Cells of several pixels: their characters by Unicode's own names, their colours by trying all, their lines read back."""

import itertools
import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.render.ansi import cells_of
from tui.render.blocks import gathered, masks, two_colors
from tui.render.cell_kind import CellKind
from tui.render.cells import Encoder, Label
from tui.render.color_depth import ColorDepth, rgb_of
from tui.render.dither import color_ids

BLOCKS = [CellKind.QUADRANT, CellKind.SEXTANT, CellKind.OCTANT]
SEEDS = some.integers(0, 10_000)


def picture(kind: CellKind, seed: int, *, color: bool = False) -> np.ndarray:
    random = np.random.default_rng(seed)
    shape = (int(random.integers(1, 5)) * kind.rows, int(random.integers(1, 12)) * kind.columns)
    levels = random.integers(0, 256, shape + (3,) * color)
    levels[: kind.rows, : kind.columns] = 77  # a cell of one colour
    return levels.astype(np.uint8)


def test_quadrants_are_called_so() -> None:
    places = ("UPPER LEFT", "UPPER RIGHT", "LOWER LEFT", "LOWER RIGHT")
    for mask, glyph in enumerate(CellKind.QUADRANT.glyphs):
        name = unicodedata.name(glyph)
        drawn = [place for at, place in enumerate(places) if mask >> at & 1]
        if name.startswith("QUADRANT"):
            assert name.removeprefix("QUADRANT ").split(" AND ") == drawn
        else:
            assert name == {0: "SPACE", 3: "UPPER HALF BLOCK", 12: "LOWER HALF BLOCK", 5: "LEFT HALF BLOCK",
                            10: "RIGHT HALF BLOCK", 15: "FULL BLOCK"}[mask]  # fmt: skip


def test_sextants_are_called_so() -> None:
    for mask, glyph in enumerate(CellKind.SEXTANT.glyphs):
        digits = "".join(str(at + 1) for at in range(6) if mask >> at & 1)
        others = {"": "SPACE", "135": "LEFT HALF BLOCK", "246": "RIGHT HALF BLOCK", "123456": "FULL BLOCK"}
        assert unicodedata.name(glyph) == others.get(digits, f"BLOCK SEXTANT-{digits}")


def test_octants_are_all_different_and_end_where_unicode_s_do() -> None:
    glyphs = CellKind.OCTANT.glyphs
    assert len(set(glyphs)) == 256
    own = [ord(glyph) for glyph in glyphs if 0x1CD00 <= ord(glyph) < 0x1CE00]
    assert own == list(range(0x1CD00, 0x1CDE6))
    named = {0b100: 0x1CD00, 0b110: 0x1CD01, 0b1001: 0x1CD04, 0b10101: 0x1CD0D, 0b11111110: 0x1CDE5}
    assert {mask: ord(glyphs[mask]) for mask in named} == named


def test_braille_dots_lie_where_they_are_drawn() -> None:
    numbers = (1, 4, 2, 5, 3, 6, 7, 8)
    for mask, glyph in enumerate(CellKind.BRAILLE.glyphs):
        dots = "".join(str(number) for number in sorted(numbers[at] for at in range(8) if mask >> at & 1))
        assert unicodedata.name(glyph) == (f"BRAILLE PATTERN DOTS-{dots}" if dots else "SPACE")


@given(SEEDS)
def test_no_two_colours_come_nearer(seed: int) -> None:
    levels = picture(CellKind.QUADRANT, seed)
    blocks, cells = two_colors(levels, CellKind.QUADRANT), gathered(levels, CellKind.QUADRANT).astype(float)
    for row, column in np.ndindex(blocks.mask.shape):
        values, mask = cells[row, column], int(blocks.mask[row, column])
        bits = np.array([mask >> at & 1 for at in range(4)], bool)
        drawn = np.where(bits, float(blocks.front[row, column]), float(blocks.back[row, column]))
        best = min(
            sum(((values[part] - values[part].mean()) ** 2).sum() for part in (chosen, ~chosen) if part.any())
            for chosen in (np.array(bits, bool) for bits in itertools.product((0, 1), repeat=4))
        )
        assert ((values - drawn) ** 2).sum() <= best + 4 * 0.25 + 1e-6  # means are rounded


@pytest.mark.parametrize("kind", BLOCKS)
@pytest.mark.parametrize("color", [False, True])
@given(seed=SEEDS)
def test_lines_read_back_are_the_blocks(kind: CellKind, color: bool, seed: int) -> None:
    levels = picture(kind, seed, color=color)
    blocks = two_colors(levels, kind)
    front = color_ids(blocks.front, ColorDepth.TRUECOLOR)
    back = color_ids(blocks.back, ColorDepth.TRUECOLOR)

    def shown(mask: int, over: object, under: object) -> list[object]:
        return [over if mask >> at & 1 else under for at in range(kind.rows * kind.columns)]

    full = (1 << kind.rows * kind.columns) - 1
    for row, line in enumerate(Encoder(ColorDepth.TRUECOLOR, kind).grid(levels).lines()):
        read = [
            shown(full if glyph == "█" else kind.glyphs.index(glyph), over and over[1:], under and under[1:])
            for glyph, over, under in cells_of(line)
        ]
        expected = [
            shown(int(mask), *(tuple(map(str, rgb_of(int(one), ColorDepth.TRUECOLOR))) for one in (over, under)))
            for mask, over, under in zip(blocks.mask[row], front[row], back[row], strict=True)
        ]
        assert read == expected


@pytest.mark.parametrize("kind", list(CellKind))
@pytest.mark.parametrize("depth", list(ColorDepth))
def test_every_kind_in_every_depth(kind: CellKind, depth: ColorDepth) -> None:
    random = np.random.default_rng(5)
    levels = random.integers(0, 256, (4 * kind.rows, 10 * kind.columns)).astype(np.uint8)
    grid = Encoder(depth, kind).grid(levels, (Label(1, 2, 3, "abc"),))
    for row, line in enumerate(grid.lines()):
        cells = cells_of(line)
        assert len(cells) == 10
        assert "".join(run.text for run in grid.runs(row)).replace(" ", "") == (
            "".join(cell[0] for cell in cells).replace(" ", "").replace("█", "" if depth is not ColorDepth.MONO else "█")
        )
        if depth is ColorDepth.MONO:
            assert "\x1b" not in line
    assert "".join(cell[0] for cell in cells_of(grid.lines()[1]))[2:5] == "abc"


def test_dots_are_as_many_as_it_is_bright() -> None:
    for level in (30, 128, 220):
        levels = np.full((32 * 4, 32 * 2), level, np.uint8)
        (counts,) = np.nonzero(masks(color_ids(levels, ColorDepth.MONO), CellKind.BRAILLE).reshape(-1) >= 0)
        text = "".join(Encoder(ColorDepth.MONO, CellKind.BRAILLE).grid(levels).lines())
        dots = sum((ord(glyph) - 0x2800).bit_count() for glyph in text if glyph != " ")
        assert dots / (8 * len(counts)) == pytest.approx(level / 255, abs=0.03)


def test_letters_are_denser_where_it_is_brighter() -> None:
    ramp = np.arange(256, dtype=np.uint8)[None]
    (line,) = Encoder(ColorDepth.TRUECOLOR, CellKind.ASCII).grid(ramp).lines()
    text = "".join(cell[0] for cell in cells_of(line))
    glyphs = CellKind.ASCII.glyphs
    assert [glyphs.index(glyph) for glyph in text] == sorted(glyphs.index(glyph) for glyph in text)
    assert set(text) == set(glyphs)
    assert {cell[2] for cell in cells_of(line)} == {("2", "0", "0", "0")}


@pytest.mark.parametrize("kind", list(CellKind))
def test_what_is_so_many_half_blocks_large(kind: CellKind) -> None:
    assert kind.across(6) == 6 * kind.columns
    assert kind.down(12) == 6 * kind.rows
    assert kind.pixel_aspect * kind.rows == pytest.approx(2 * kind.columns)
