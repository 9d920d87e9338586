import os
import stat
from dataclasses import fields
from pathlib import Path

import pytest

from tui.dicom.options import Option, problems
from tui.settings import (
    OPTIONS,
    Remembered,
    Settings,
    SettingsError,
    as_toml,
    load,
    recall,
    remember,
    remembered_path,
    settings_path,
)


def load_text(folder: Path, text: str) -> Settings:
    path = folder / "settings.toml"
    path.write_text(text)
    return load(str(path))


def test_without_a_file_there_are_defaults(tmp_path: Path) -> None:
    assert load(str(tmp_path / "settings.toml")) == Settings()


def test_every_setting_but_the_keys_is_an_option() -> None:
    assert {item.name.replace("_", "-") for item in fields(Settings)} - {"keys"} == {option.name for option in OPTIONS}


def test_settings_are_read(tmp_path: Path) -> None:
    found = load_text(tmp_path, 'theme = "nord"\ncolor = "256"\nno-mouse = true\n[keys]\n"picture.invert" = "X"\n')
    assert found == Settings(theme="nord", color="256", no_mouse=True, keys={"picture.invert": "X"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("thme = 1", "unknown setting thme; known are ascii, cells, color, graphics"),
        ('color = "many"', "Colours: 'many' is none of auto"),
        ("ascii = 1", "ASCII only: yes or no is wanted"),
        ("theme = 1", "Theme: a text is wanted"),
        ('[keys]\n"picture.nothing" = "x"', "unknown commands: picture.nothing"),
        ("[keys]\nhelp = 1", "[keys] holds lines such as"),
        ("keys = 1", "a section of their own, [keys]"),
        ('[keys]\n"picture.invert" = "q"', "picture.invert and quit on the same key, q"),
        ('[keys]\n"picture.invert" = "plus"', "picture.in and picture.invert on the same key, +"),
        ("not toml", "is not valid TOML"),
    ],
)
def test_what_is_wrong_is_said_with_the_file(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsError) as raised:
        load_text(tmp_path, text)
    assert said in str(raised.value)
    assert "settings.toml" in str(raised.value)


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load(str(tmp_path))


def test_toml_of_settings_reads_back(tmp_path: Path) -> None:
    settings = Settings(theme='a"b', color="16", ascii=True)
    assert load_text(tmp_path, as_toml(settings)) == settings
    assert load_text(tmp_path, as_toml(Settings())) == Settings()


def test_sizes_are_remembered_and_private() -> None:
    path = remembered_path()
    assert recall(path) == Remembered()
    assert remember(path, Remembered(40, 70)) is None
    assert recall(path) == Remembered(40, 70)
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert remember(path, Remembered(41, 71)) is None


@pytest.mark.parametrize("text", ["", "[]", "{", '{"files_width": "x"}', '{"files_width": 100000, "other": 1}'])
def test_damaged_memory_counts_as_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "layout.json"
    path.write_text(text)
    assert 16 <= recall(str(path)).files_width <= 80


def test_settings_are_looked_for_in_the_user_s_folder() -> None:
    assert settings_path().endswith("dicom-tui/settings.toml")


def test_options_check_their_values() -> None:
    options = (
        Option("a", "A", "", default="x", choices=("x", "y")),
        Option("b", "B", "", default=False),
        Option("c", "C", "", check=lambda text: None if text else "C is wanted"),
    )
    assert problems(options, {"a": "y", "b": True, "c": "z"}) == []
    assert problems(options, {"a": "z", "b": "yes"}) == ["A: 'z' is none of x, y", "B: yes or no is wanted", "C is wanted"]
