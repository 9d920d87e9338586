import pytest

from tui.render.color_depth import ColorDepth
from tui.terminal.probe import classify

XTERM = "\x1bP>|XTerm(379)\x1b\\\x1b[>41;379;0c\x1b[10;2R\x1b[?64;1;2c"
UTF8, LATIN1 = "\x1b[10;2R", "\x1b[10;4R"


@pytest.mark.parametrize(
    ("answer", "environment", "depth"),
    [
        (XTERM, {"TERM": "xterm"}, ColorDepth.TRUECOLOR),
        ("\x1b[>0;136;0c\x1b[?6c", {"TERM": "xterm"}, ColorDepth.TRUECOLOR),  # PuTTY
        ("\x1b[>65;7000;1c\x1b[?61;1c", {"TERM": "xterm-256color"}, ColorDepth.TRUECOLOR),  # VTE
        ("\x1bP>|kitty(0.26.5)\x1b\\\x1b[>1;4000;26c\x1b[?62;c", {"TERM": "xterm-kitty"}, ColorDepth.TRUECOLOR),
        ("\x1b[>0;276;0c\x1b[?62;c", {"TERM": "foot"}, ColorDepth.TRUECOLOR),
        ("\x1b[>85;95;0c\x1b[?1;2c", {"TERM": "rxvt", "COLORTERM": "truecolor"}, ColorDepth.PALETTE_256),
        ("\x1b[>83;40900;0c\x1b[?1;2c", {"TERM": "screen", "COLORTERM": "truecolor"}, ColorDepth.PALETTE_256),
        ("\x1b[>1;95;0c\x1b[?1;2c", {"TERM": "xterm-256color"}, ColorDepth.PALETTE_256),  # Apple Terminal
        ("", {"TERM": "xterm", "STY": "1.x"}, ColorDepth.PALETTE_256),
        ("", {"TERM": "xterm-256color", "COLORTERM": "truecolor"}, ColorDepth.TRUECOLOR),
        ("", {"TERM": "xterm-256color", "COLORTERM": "24bit"}, ColorDepth.TRUECOLOR),
        ("", {"TERM": "st-256color"}, ColorDepth.TRUECOLOR),
        ("", {"TERM": "xterm-256color"}, ColorDepth.PALETTE_256),
        ("", {"TERM": "putty"}, ColorDepth.PALETTE_256),
        ("", {"TERM": "linux"}, ColorDepth.PALETTE_16),
        (XTERM, {"TERM": "xterm", "NO_COLOR": "1"}, ColorDepth.MONO),
        (XTERM, {"TERM": "xterm", "NO_COLOR": ""}, ColorDepth.TRUECOLOR),
    ],
)
def test_colours(answer: str, environment: dict[str, str], depth: ColorDepth) -> None:
    assert classify(answer, environment).depth is depth


def test_what_a_user_asks_for_rules() -> None:
    found = classify(XTERM, {"TERM": "xterm", "NO_COLOR": "1"}, "256", ascii_only=True)
    assert found.depth is ColorDepth.PALETTE_256
    assert not found.unicode
    assert found.depth_reason == found.unicode_reason == "asked for"


@pytest.mark.parametrize(
    ("answer", "environment", "unicode"),
    [
        (UTF8, {"LANG": "C"}, True),
        (LATIN1, {"LANG": "C.UTF-8"}, False),
        ("", {"LANG": "C.UTF-8"}, True),
        ("", {"LANG": "C.UTF-8", "LC_ALL": "C"}, False),
        ("", {"LC_CTYPE": "de_DE.utf8"}, True),
        ("", {}, False),
    ],
)
def test_utf_8(answer: str, environment: dict[str, str], unicode: bool) -> None:
    assert classify(answer, environment | {"TERM": "xterm"}).unicode == unicode


@pytest.mark.parametrize(
    ("answer", "repeats"),
    [
        ("\x1b[10;2R\x1b[10;4R", True),
        ("\x1b[10;4R\x1b[10;6R", True),
        ("\x1b[10;2R\x1b[10;2R", False),
        (UTF8, False),
        ("", False),
    ],
)
def test_repeating(answer: str, repeats: bool) -> None:
    assert classify(answer, {"TERM": "xterm"}).repeats == repeats


@pytest.mark.parametrize(
    ("features", "environment", "depth"),
    [
        ("256,RGB,title", {}, ColorDepth.TRUECOLOR),
        ("256,title", {"COLORTERM": "truecolor"}, ColorDepth.PALETTE_256),
        ("", {"COLORTERM": "truecolor"}, ColorDepth.TRUECOLOR),
        ("", {}, ColorDepth.PALETTE_256),
    ],
)
def test_inside_tmux_its_client_decides(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    features: str,
    environment: dict[str, str],
    depth: ColorDepth,
) -> None:
    folder = tmp_path_factory.mktemp("bin")
    (folder / "tmux").write_text(f"#!/bin/sh\necho {features}\n")
    (folder / "tmux").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    found = classify("\x1bP>|tmux 3.3a\x1b\\\x1b[?1;2c", environment | {"TERM": "tmux-256color"})
    assert found.depth is depth
    assert found.multiplexer == "tmux"
