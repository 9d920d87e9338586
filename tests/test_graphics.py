"""Pictures of pixels: what is written is read back by readers of our own, and covers what it should."""

import base64
import io
import re
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from PIL import Image

from tui.terminal.graphics import Graphics, LabelText, Protocol
from tui.terminal.probe import classify

KEPT = re.compile(r"\x1b8(?:\x1b\[(\d+)B)?(?:\x1b\[(\d+)C)?")


def pixels_of_sixel(text: str) -> np.ndarray:
    """Read Sixel back as percents of red, green and blue, shape (h, w, 3); -1 where nothing was drawn."""
    body = re.fullmatch(r'\x1bP0;1;0q"1;1;(\d+);(\d+)(.*)\x1b\\', text, re.DOTALL)
    assert body is not None
    width, height = int(body[1]), int(body[2])
    screen = np.full((height + 6, width, 3), -1)
    colors: dict[int, tuple[int, ...]] = {}
    x = y = color = 0
    for repeat, glyph, number, rest, control in re.findall(r"(?:!(\d+))?([?-~])|#(\d+)((?:;\d+){4})?|([$-])", body[3]):
        if number:
            color = int(number)
            if rest:
                colors[color] = tuple(map(int, rest.split(";")[2:]))
        elif control:
            x, y = 0, y + 6 * (control == "-")
        else:
            count, bits = int(repeat or 1), ord(glyph) - 63
            for row in range(6):
                if bits >> row & 1:
                    assert (screen[y + row, x : x + count] == -1).all()  # each pixel is drawn once
                    screen[y + row, x : x + count] = colors[color]
            x += count
    assert (screen[height:] == -1).all()
    return screen[:height]


def one_sixel(levels: np.ndarray) -> str:
    text = Graphics(Protocol.SIXEL).drawn(levels, 1, 1)
    return text[text.index("\x1bP") :]


@given(some.integers(1, 20), some.integers(1, 30), some.integers(0, 1000))
def test_grey_sixels_read_back(height: int, width: int, seed: int) -> None:
    levels = np.random.default_rng(seed).integers(0, 256, (height, width)).astype(np.uint8)
    percents = pixels_of_sixel(one_sixel(levels))
    assert np.abs(percents * 2.55 - levels[..., None]).max() <= 1.3


def test_few_colours_are_exact_in_sixel() -> None:
    colors = np.array([[255, 0, 0], [0, 255, 0], [0, 51, 255], [102, 102, 102]], np.uint8)
    levels = colors[np.random.default_rng(1).integers(0, 4, (13, 17))]
    assert np.abs(pixels_of_sixel(one_sixel(levels)) * 2.55 - levels).max() <= 1.3


def test_large_sixels_come_in_tiles_of_whole_cells() -> None:
    levels = np.random.default_rng(2).integers(0, 256, (6 * 20, 9 * 10)).astype(np.uint8)
    text = Graphics(Protocol.SIXEL, widest=45, highest=50).drawn(levels, 9, 6)
    screen = np.full(levels.shape, -1.0)
    parts = text.removeprefix("\x1b7").split("\x1b8")[1:]
    assert len(parts) == 3 * 3
    for part in parts:
        place = KEPT.match("\x1b8" + part)
        assert place is not None
        top, left = int(place[1] or 0) * 20, int(place[2] or 0) * 10
        drawn = pixels_of_sixel(part[part.index("\x1bP") :])
        assert drawn.shape[0] <= 50
        assert drawn.shape[1] <= 45
        screen[top : top + drawn.shape[0], left : left + drawn.shape[1]] = drawn[..., 0]
    assert np.abs(screen * 2.55 - levels).max() <= 1.3


def test_tiles_share_their_colours_and_have_no_more_than_the_terminal() -> None:
    levels = np.random.default_rng(6).integers(0, 256, (60, 60, 3)).astype(np.uint8)
    text = Graphics(Protocol.SIXEL, widest=20, highest=30, colors=128).drawn(levels, 6, 6)
    defined: dict[str, set[str]] = {}
    for number, color in re.findall(r"#(\d+);2;([\d;]+)", text):
        defined.setdefault(number, set()).add(color)
    assert 16 < len(defined) <= 128
    assert all(len(colors) == 1 for colors in defined.values())


LABELS = (LabelText(0, 1, 3, "abc"), LabelText(0, 6, 4, "defg"), LabelText(3, 4, 1, "R"), LabelText(5, 0, 10, "0123456789"))


@pytest.mark.parametrize("labels", [(), LABELS])
def test_kitty_s_picture_is_whole_and_leaves_labels_free(labels: tuple[LabelText, ...]) -> None:
    levels = np.random.default_rng(3).integers(0, 256, (6 * 8, 10 * 4)).astype(np.uint8)
    text = Graphics(Protocol.KITTY).drawn(levels, 10, 6, labels)
    commands = re.findall(r"\x1b_G([^;\x1b]*)(?:;([^\x1b]*))?\x1b\\", text)
    data = "".join(payload for _, payload in commands)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(base64.b64decode(data)))), levels)
    assert commands[0][0].startswith("a=t,f=100,")
    assert "q=2" in commands[0][0]  # no answer, which would be taken for typing
    shown = np.full(levels.shape, -1)
    for place, rest in re.findall(r"(\x1b8(?:\x1b\[\d+[BC])*)\x1b_G(a=p[^\x1b]*)\x1b\\", text):
        at = KEPT.match(place)
        assert at is not None
        row, column = int(at[1] or 0), int(at[2] or 0)
        values = {name: int(number) for name, number in re.findall(r"(\w)=(\d+)", rest)}
        assert (values["w"], values["h"]) == (values["c"] * 4, values["r"] * 8)
        part = levels[values["y"] : values["y"] + values["h"], values["x"] : values["x"] + values["w"]]
        target = shown[row * 8 : row * 8 + values["h"], column * 4 : column * 4 + values["w"]]
        assert (target == -1).all()
        target[...] = part
    covered = np.zeros(levels.shape, bool)
    for label in labels:
        covered[label.row * 8 : label.row * 8 + 8, label.column * 4 : (label.column + label.width) * 4] = True
    assert np.array_equal(shown, np.where(covered, -1, levels.astype(int)))


def test_a_long_picture_comes_in_pieces() -> None:
    noise = np.random.default_rng(4).integers(0, 256, (200, 200)).astype(np.uint8)
    text = Graphics(Protocol.KITTY).drawn(noise, 20, 10)
    pieces = re.findall(r"\x1b_G[^;\x1b]*m=(\d);([^\x1b]*)\x1b\\", text)
    assert len(pieces) > 3
    assert [more for more, _ in pieces] == ["1"] * (len(pieces) - 1) + ["0"]
    assert all(len(data) <= 4096 for _, data in pieces)


def test_iterm2_s_picture_fills_its_cells_and_labels_come_over_it() -> None:
    rgb = np.random.default_rng(5).integers(0, 256, (20, 30, 3)).astype(np.uint8)
    text = Graphics(Protocol.ITERM2).drawn(rgb, 3, 2, (LabelText(1, 2, 1, "R"),))
    found = re.search(r"\x1b\]1337;File=([^:]*):([^\x07]*)\x07(.*)", text, re.DOTALL)
    assert found is not None
    assert "width=3;height=2;preserveAspectRatio=0" in found[1]
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(base64.b64decode(found[2])))), rgb)
    assert found[3] == "\x1b8\x1b[1B\x1b[2CR"


KITTY = "\x1bP>|kitty(0.32.1)\x1b\\\x1b[>1;4000;32c\x1b[10;2R\x1b[?62;c"
SIXEL = "\x1bP>|XTerm(379)\x1b\\\x1b[10;2R\x1b[?1;0;256S\x1b[?2;0;900;700S\x1b[?64;1;2;4;22c"
PLAIN = "\x1bP>|XTerm(379)\x1b\\\x1b[10;2R\x1b[?64;1;2;22c"


@pytest.mark.parametrize(
    ("answer", "wanted", "environment", "found", "why"),
    [
        (KITTY, "off", {}, None, "not asked for"),
        (KITTY, "auto", {}, Graphics(Protocol.KITTY), "kitty(0.32.1)"),
        ("\x1bP>|WezTerm 2024\x1b\\\x1b[?65;4;6c", "auto", {}, Graphics(Protocol.ITERM2), "WezTerm"),
        (SIXEL, "auto", {}, Graphics(Protocol.SIXEL, 900, 700), "DA1 with 4"),
        (SIXEL.replace("256S", "128S"), "auto", {}, Graphics(Protocol.SIXEL, 900, 700, 128), "DA1 with 4"),
        (SIXEL.replace("256S", "16S"), "auto", {}, None, "has 16 colours"),
        ("\x1b[?62;4c", "auto", {}, Graphics(Protocol.SIXEL), "DA1 with 4"),
        (PLAIN, "auto", {}, None, "does not say"),
        (PLAIN, "iterm2", {}, Graphics(Protocol.ITERM2), "asked for"),
        (KITTY, "kitty", {"TMUX": "x"}, None, "tmux does not pass them on"),
        (KITTY, "auto", {"STY": "x"}, None, "screen does not pass them on"),
        (PLAIN, "sixel", {"TMUX": "x"}, Graphics(Protocol.SIXEL), "asked for"),
        ("", "auto", {}, None, "does not say"),
    ],
)
def test_which_pictures_a_terminal_takes(
    answer: str, wanted: str, environment: dict[str, str], found: Graphics | None, why: str
) -> None:
    terminal = classify(answer, {"TERM": "xterm", **environment}, graphics=wanted)
    assert terminal.graphics == found
    assert why in terminal.graphics_reason


def test_only_kitty_s_pictures_have_to_be_taken_away() -> None:
    clear: Callable[[Protocol], str] = lambda protocol: Graphics(protocol).clear  # noqa: E731 - of a type
    assert [bool(clear(protocol)) for protocol in Protocol] == [True, False, False]
