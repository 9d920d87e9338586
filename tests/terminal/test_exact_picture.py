"""What the terminal shows, cell by cell, is the quantised picture: in every colour mode, with overlays, cut and resized."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from tests.dicom.pixels.test_overlay import plane, written
from tests.render.ansi import Cell, cells_of, colors_of
from tests.terminal.tmux import Terminal, browser, terminal
from tui.browser_state import NARROW_BELOW
from tui.dicom.elements import walk_file
from tui.dicom.pixels.drawing import Drawing
from tui.dicom.pixels.load import load_picture
from tui.dicom.pixels.view import View
from tui.render.blocks import two_colors
from tui.render.cell_kind import CellKind
from tui.render.color_depth import ColorDepth, sgr
from tui.render.dither import color_ids

pytestmark = pytest.mark.terminal

SIZE = (110, 36)
LEFT, RIGHT, BOTTOM = 1, 1, 3  # what the browser draws around a picture on the whole screen


def top(size: tuple[int, int]) -> int:
    """Return how many lines lie above it: on a narrow screen, there are tabs."""
    return 2 + (size[0] < NARROW_BELOW)


SIDE = 64


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A picture of shapes and noise, with an overlay."""
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    values = 1000 + 30 * x + np.random.default_rng(4).normal(0, 60, (SIDE, SIDE)) + 400 * (np.hypot(x - 20, y - 30) < 12)
    pixels = values.clip(0, 4095).astype("<u2").tobytes()
    mask = np.zeros((SIDE, SIDE), bool)
    mask[10:50, 40] = mask[25, 5:60] = True
    return written(tmp_path / "a.dcm", plane(0x6000, mask), PixelData=pixels, WindowCenter="700", WindowWidth="1800")


def region(shell: Terminal, size: tuple[int, int]) -> list[list[Cell]]:
    """Return the cells of the picture."""
    lines: list[list[Cell]] = [[]]
    for cell in cells_of(shell.ansi):  # as a whole: tmux lets colours stand from line to line
        if cell[0] == "\n":
            lines.append([])
        else:
            lines[-1].append(cell)
    return [line[LEFT : size[0] - RIGHT] for line in lines[top(size) : size[1] - BOTTOM]]


def expected(path: str, view: View, depth: ColorDepth, size: tuple[int, int]) -> list[list[object]]:
    """Return the colours of the upper and the lower pixel of each cell; of mono, its character."""
    width, height = size[0] - LEFT - RIGHT, size[1] - top(size) - BOTTOM
    drawing = Drawing(load_picture(walk_file(path), 0), width, 2 * height, colors=depth.has_colors)
    ids = color_ids(drawing.levels(view), depth).tolist()
    pairs = [list(zip(upper, lower, strict=True)) for upper, lower in zip(ids[0::2], ids[1::2], strict=True)]
    if depth is ColorDepth.MONO:
        return [[" ▀▄█"[upper + 2 * lower] for upper, lower in row] for row in pairs]
    return [[(color(upper, depth), color(lower, depth)) for upper, lower in row] for row in pairs]


def color(one: int, depth: ColorDepth) -> tuple[str, ...]:
    parts = sgr(one, depth, background=True).split(";")
    return tuple(parts[1:]) if parts[0] == "48" else (str(int(parts[0]) % 10 + (8 if int(parts[0]) >= 100 else 0)),)


def shown(shell: Terminal, depth: ColorDepth, size: tuple[int, int]) -> list[list[object]]:
    of: Callable[[Cell], object] = (lambda cell: cell[0]) if depth is ColorDepth.MONO else colors_of
    return [[of(cell) for cell in row] for row in region(shell, size)]


def is_shown(shell: Terminal, path: str, depth: ColorDepth, view: View, size: tuple[int, int]) -> bool:
    try:
        return shown(shell, depth, size) == expected(path, view, depth, size)
    except KeyError:  # a character that is none of a picture's: something else lies over it still
        return False


@pytest.mark.parametrize("depth", list(ColorDepth))
def test_the_terminal_shows_the_quantised_picture(tmp_path: Path, path: str, depth: ColorDepth) -> None:
    with terminal(tmp_path, size=SIZE) as shell:
        shell.run(*browser("--no-corner-text", "--color", depth.value, path))
        shell.shows("W 1800 L 700 HU")
        shell.keys("Tab")
        shell.type("z")
        window = load_picture(walk_file(path), 0).window_of(View())
        brighter = window.nudged(-0.05).nudged(-0.05)
        steps: tuple[tuple[str, Callable[[View], View]], ...] = (
            ("", lambda view: view),
            (",,", lambda view: view.windowed(brighter)),
            ("i", View.toggled),
            ("+++", lambda view: view.zoomed(1.25).zoomed(1.25).zoomed(1.25)),  # cut at all sides
            ("r", View.turned),
            ("f", View.flipped),
            ("p", lambda view: view.probed(view.center_x, view.center_y)),
            ("p", lambda view: view.probed(None, None)),
            (":overlays\r", lambda view: view.with_overlays(False)),
            (":overlays\r", lambda view: view.with_overlays(True)),
            ("?q", lambda view: view),  # a dialog over it, and away again
        )
        view = View(corner_text=False)
        for keys, change in steps:
            shell.type(keys)
            view = change(view)
            shell.until(partial(is_shown, shell, path, depth, view, SIZE), f"the picture after {keys!r}")
        for size in ((70, 24), (41, 17), SIZE):
            shell.resize(*size)
            shell.until(partial(is_shown, shell, path, depth, view, size), f"the picture at {size}")


@pytest.mark.parametrize("cells", ["quadrant", "sextant"])
def test_smaller_blocks_are_those_that_were_encoded(tmp_path: Path, path: str, cells: str) -> None:
    kind, depth = CellKind(cells), ColorDepth.TRUECOLOR
    width, height = SIZE[0] - LEFT - RIGHT, SIZE[1] - top(SIZE) - BOTTOM
    drawing = Drawing(load_picture(walk_file(path), 0), width * kind.columns, height * kind.rows, cells=kind)
    blocks = two_colors(drawing.levels(View(corner_text=False)), kind)
    front, back = (color_ids(levels, depth).tolist() for levels in (blocks.front, blocks.back))
    wanted = [
        [(kind.glyphs[mask], color(over, depth), color(under, depth)) if over != under else (color(under, depth),)
         for over, under, mask in zip(*row, strict=True)]
        for row in zip(front, back, blocks.mask.tolist(), strict=True)
    ]  # fmt: skip

    def read(cell: Cell) -> object:
        glyph, over, under = cell
        return (over,) if glyph == "█" else (under,) if glyph == " " else (glyph, over, under)

    with terminal(tmp_path, size=SIZE) as shell:
        shell.run(*browser("--no-corner-text", "--color", "truecolor", "--cells", cells, path))
        shell.shows("W 1800 L 700 HU")
        shell.keys("Tab")
        shell.type("z")
        shell.until(lambda: [[read(cell) for cell in row] for row in region(shell, SIZE)] == wanted, "the blocks")
