from itertools import chain
from pathlib import Path

import pytest
from textual.widget import Widget

from tui import commands
from tui.app import DicomApp
from tui.commands import COMMANDS, EVERYWHERE, FILES, PICTURE, SCOPES, TAGS, Command, key_table, of_scope
from tui.screens.browser import Browser
from tui.screens.choosing import palette_choices
from tui.widgets.file_tree import FileTree
from tui.widgets.image_view import ImageView
from tui.widgets.tag_table import TagTable

README = Path(__file__).parents[1] / "README.md"
OWNERS: dict[str, type[Widget]] = {EVERYWHERE: Browser, FILES: FileTree, PICTURE: ImageView, TAGS: TagTable}
FORBIDDEN = {"ctrl+s", "ctrl+q", "ctrl+a", "ctrl+b"}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.id)
def test_every_command_has_an_action(command: Command) -> None:
    name = command.action.partition("(")[0]
    namespace, _, action = name.rpartition(".")
    owners: dict[str, type] = {"": OWNERS[command.scope], "screen": Browser, "app": DicomApp}
    assert hasattr(owners[namespace], f"action_{action}")


def test_ids_are_unique() -> None:
    assert len({command.id for command in COMMANDS}) == len(COMMANDS)


@pytest.mark.parametrize("scope", SCOPES)
def test_no_key_means_two_things(scope: str) -> None:
    keys = list(chain.from_iterable(command.keys for command in {*of_scope(scope), *of_scope(EVERYWHERE)}))
    assert len(keys) == len(set(keys))


def test_no_key_that_terminals_and_multiplexers_keep_for_themselves() -> None:
    assert not FORBIDDEN & set(chain.from_iterable(command.keys for command in COMMANDS))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.id)
def test_every_command_has_a_key_that_every_terminal_sends_or_is_in_the_palette(command: Command) -> None:
    plain = {"up", "down", "left", "right", "enter", "tab", "slash", "question_mark", "plus", "equals_sign", "minus",
             "comma", "full_stop", "less_than_sign", "greater_than_sign", "colon"}  # fmt: skip
    usable = any(key in plain or (len(key) == 1 and key.isalnum()) for key in command.keys)
    assert usable or command.id in {choice.id for choice in palette_choices({})}


def test_the_readme_shows_the_table() -> None:
    assert key_table() in README.read_text("utf-8")


def test_the_table_imports_no_textual() -> None:
    assert commands.__file__ is not None
    assert "import textual" not in Path(commands.__file__).read_text("utf-8")
