import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.text import cell_width, fit_cells, safe_text, shown_path, size_text

BIDI_CONTROLS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
ANY_TEXT = st.text(st.characters(codec=None), max_size=50)  # lone surrogates included


@given(ANY_TEXT)
def test_nothing_that_acts_on_a_terminal_is_left(text: str) -> None:
    safe = safe_text(text)
    assert not [char for char in safe if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")]
    assert not [char for char in safe if unicodedata.bidirectional(char) in BIDI_CONTROLS]
    assert safe.encode().decode() == safe  # it can be written


@given(ANY_TEXT)
def test_it_is_its_own_result(text: str) -> None:
    assert safe_text(safe_text(text)) == safe_text(text)


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_printable_ascii_stays(text: str) -> None:
    assert safe_text(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]52;c;eA==\x1b\\", "␛]52;c;eA==␛\\"),
        ("a\x9b31mb", "a\ufffd31mb"),
        ("\u202eevil", "⟨202E⟩evil"),
        ("two\r\nlines\tand a tab", "two␍⏎lines⇥and a tab"),
        ("\x7f\0", "␡␀"),
        ("inv\udcffalid", "inv\ufffdalid"),
        ("山田^太郎 Müller", "山田^太郎 Müller"),
        ("[/x] [bold]", "[/x] [bold]"),
    ],
)
def test_stand_ins(text: str, shown: str) -> None:
    assert safe_text(text) == shown


def test_long_text_is_cut_and_says_so() -> None:
    assert safe_text("x" * 100, 10) == "x" * 10 + "…"


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs", "Mn"]), max_size=30), st.integers(0, 40))
def test_fitted_text_fits(text: str, width: int) -> None:
    safe = safe_text(text)
    assert cell_width(fit_cells(safe, width)) <= width
    assert cell_width(fit_cells(safe, width, pad=True)) == width or cell_width(fit_cells(safe, width)) == width
    if cell_width(safe) <= width:
        assert fit_cells(safe, width) == safe


def test_wide_characters_take_two_cells() -> None:
    assert cell_width("山田") == 4
    assert fit_cells("山田", 3) == "山…"


def test_the_user_s_home_is_a_tilde(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/jane")
    assert shown_path("/home/jane/data\x1b/x") == "~/data␛/x"
    assert shown_path("/home/jane") == "~"
    assert shown_path("/home/janet/x") == "/home/janet/x"


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 bytes"), (1, "1 byte"), (9_999, "9,999 bytes"), (10_000, "10.0 kB"), (99_960, "100.0 kB"),
        (999_600, "1,000 kB"), (1_000_000, "1.0 MB"), (123_456_789, "123 MB"), (5 * 10**15, "5,000 TB"),
    ],
)  # fmt: skip
def test_sizes_are_told_as_people_write_them(count: int, said: str) -> None:
    assert size_text(count) == said
