import gc
from functools import partial
from pathlib import Path

import pytest
from textual.events import DescendantFocus, Resize
from textual.geometry import Size
from textual.widgets import Input

from tests.files import write
from tests.ui.browsing import WIDE, Session, browsing, terminal
from tui.app import DicomApp, UnknownThemeError
from tui.browser_state import start_of
from tui.commands import COMMANDS, EVERYWHERE, Command, key_label, of_scope
from tui.settings import Settings
from tui.widgets.bars import TitleBar
from tui.widgets.safe_lines import SafeLines

KEYS = [(command, key) for command in COMMANDS for key in command.keys]


@pytest.mark.parametrize(("command", "key"), KEYS, ids=[f"{command.id}-{key}" for command, key in KEYS])
async def test_no_key_ends_the_program_but_the_one_that_does(series: Path, command: Command, key: str) -> None:
    async with browsing([series / "IM2"]) as session:
        await session.shown("IM2")
        if command.scope != EVERYWHERE:
            await session.focus(command.scope)
        await session.press(key)
        await session.pilot.pause()
        assert session.app.return_code in (None, 0)
        assert session.app.is_running == (command.id != "quit")


async def test_tab_goes_round(ct: str) -> None:
    async with browsing([ct]) as session:
        await session.shown("ct.dcm")
        seen = []
        for _ in range(4):
            seen.append(session.browser.layout_state.pane)
            await session.press("tab")
        assert seen == ["files", "picture", "tags", "files"]
        await session.press("shift+tab", "shift+tab")
        assert session.browser.layout_state.pane == "tags"
        assert session.app.focused is session.browser.table


async def test_the_key_line_shows_the_keys_of_the_focused_pane(ct: str) -> None:
    async with browsing([ct], size=(160, 40)) as session:
        await session.shown("ct.dcm")
        assert "mark" in session.text.splitlines()[-1]
        await session.press("tab")
        assert "wider" in session.text.splitlines()[-1]
        await session.press("tab")
        assert "whole value" in session.text.splitlines()[-1]
        assert session.text.splitlines()[-1].rstrip().endswith("q quit")


async def test_one_pane_on_the_whole_screen_and_back(ct: str) -> None:
    async with browsing([ct]) as session:
        await session.shown("ct.dcm")
        await session.focus("picture")
        width = session.browser.image.size.width
        await session.press("z")
        await session.until(lambda: session.browser.image.size.width > width)
        assert "Files" not in session.text
        await session.press("tab")
        await session.until(lambda: "PatientName" in session.text)
        assert session.browser.table.size.width > 100
        await session.press("shift+tab", "z")
        await session.until(lambda: session.browser.image.size.width == width)
        assert "Files" in session.text


@pytest.mark.parametrize("size", [(80, 24), (99, 30), (60, 20), (40, 12), (20, 6)])
async def test_narrow_screens_show_one_pane_with_tabs(ct: str, size: tuple[int, int]) -> None:
    async with browsing([ct], size=size) as session:
        await session.shown("ct.dcm")
        assert "[Files]" in session.text
        assert "ct.dcm" in session.text
        border = 2 if size[1] >= 16 else 0
        await session.until(lambda: session.browser.file_tree.size.width == size[0] - border)
        await session.press("tab")
        await session.until(lambda: session.browser.image.size.width == size[0] - border)
        assert session.browser.image.size.height == size[1] - 4 - border  # title, tabs, status, keys
        await session.until(lambda: "▀" in session.text or size[1] < 8)
        await session.press("3", "right", "w", "w", "tab")
        await session.until(lambda: "[Tags]" in session.text or size[0] < 24)
        await session.until(lambda: "(0002,0000)" in session.text or size[1] < 8)


def is_laid_out_for(session: Session, width: int) -> bool:
    return session.browser.layout_state.narrow == (width < 100)


async def test_resizing_while_it_runs(ct: str) -> None:
    async with browsing([ct], size=(160, 50)) as session:
        await session.shown("ct.dcm")
        for size in ((80, 24), (40, 12), (120, 40), (99, 40), (100, 40)):
            await session.pilot.resize_terminal(*size)
            await session.until(partial(is_laid_out_for, session, size[0]))
            await session.until(lambda: "diagnosis" in session.text)
        assert "Files" in session.text
        assert "Tags" in session.text


async def test_help_shows_every_command(ct: str) -> None:
    async with browsing([ct], size=(120, 40)) as session:
        await session.shown("ct.dcm")
        await session.press("question_mark")
        await session.until(lambda: "Everywhere" in session.text)
        seen = session.text
        for _ in range(12):
            await session.press("pagedown")
            seen += session.text
        for command in COMMANDS:
            assert command.help in seen, command.id
        await session.press("escape")
        await session.until(lambda: session.app.screen is session.browser)


async def test_the_palette_runs_commands_of_any_pane(ct: str) -> None:
    async with browsing([ct]) as session:
        await session.shown("ct.dcm")
        await session.press("colon", *"invert", "enter")
        await session.until(lambda: session.browser.view.inverted)
        assert session.browser.layout_state.pane == "picture"


async def test_the_palette_runs_what_was_typed_however_fast(series: Path) -> None:
    async with browsing([series / "IM1"]) as session:
        await session.shown("IM1")
        for key in ("colon", *"invert", "enter"):
            session.app.simulate_key(key)
        await session.until(lambda: session.app.screen is session.browser and session.browser.view.inverted)
        assert not session.browser.layout_state.zoomed
        await session.press("colon", "pagedown", "up", "escape")
        await session.until(lambda: session.app.screen is session.browser)


@pytest.mark.parametrize("key", ["o", "question_mark", "colon"])
async def test_no_palette_over_a_dialog(ct: str, key: str) -> None:
    async with browsing([ct]) as session:
        await session.shown("ct.dcm")
        await session.press(key)
        await session.until(lambda: session.app.screen is not session.browser)
        await session.press("ctrl+p")
        await session.pilot.pause()
        assert len(session.app.screen_stack) == 2


async def test_a_theme_from_the_palette_paints_everything(ct: str) -> None:
    async with browsing([ct]) as session:
        await session.shown("ct.dcm")
        before = session.browser.table.render_line(3)
        await session.press("colon", *"theme", "enter")
        await session.until(lambda: "Themes" in session.text)
        await session.press(*"high", "enter")
        await session.until(lambda: session.app.theme == "high-contrast")
        await session.until(lambda: session.browser.table.render_line(3) != before)


async def test_clicking_a_tab_shows_its_pane(ct: str) -> None:
    async with browsing([ct], size=(80, 24)) as session:
        await session.shown("ct.dcm")
        await session.pilot.click("PaneTabs", offset=(12, 0))
        assert session.browser.layout_state.pane == "picture"


async def test_opening_another_path(ct: str, series: Path) -> None:
    async with browsing([ct]) as session:
        await session.shown("ct.dcm")
        await session.press("o")
        await session.until(lambda: "Shows another folder" in session.text)
        field = session.app.screen.query_one("#option-path", Input)
        field.value = str(series / "nothing")
        await session.press("enter")
        await session.until(lambda: "there is no such file or folder" in " ".join(session.text.split()))
        field = session.app.screen.query_one("#option-path", Input)
        assert field.value == str(series / "nothing")
        field.value = str(series / "IM3")
        await session.press("enter")
        await session.shown("IM3")
        assert session.entry == "IM3"


async def test_settings_are_tried_and_said_but_not_written(ct: str) -> None:
    async with browsing([ct]) as session:
        await session.shown("ct.dcm")
        session.browser.action_settings()
        await session.until(lambda: "settings.toml" in session.text)
        field = session.app.screen.query_one("#option-theme", Input)
        field.value = "nonsense"
        await session.until(lambda: "There is no theme nonsense" in session.text)
        field.value = "high-contrast"
        await session.until(lambda: 'theme = "high-contrast"' in session.text)
        await session.press("enter")
        await session.until(lambda: session.app.theme == "high-contrast")


async def test_sizes_are_remembered(ct: str) -> None:
    async with browsing([ct]) as session:
        await session.shown("ct.dcm")
        width = session.browser.file_tree.size.width
        session.browser.action_resize_files(8)
        session.browser.action_resize_picture(10)
        await session.until(lambda: session.browser.file_tree.size.width == width + 8)
        await session.press("q")
    async with browsing([ct]) as session:
        await session.until(lambda: session.browser.file_tree.size.width == width + 8)
        assert session.browser.remembered.picture_percent == 70


async def test_keys_can_be_remapped(ct: str) -> None:
    async with browsing([ct], settings=Settings(keys={"picture.invert": "ctrl+i,X"})) as session:
        await session.shown("ct.dcm")
        await session.focus("picture")
        await session.press("i")
        assert not session.browser.view.inverted
        await session.press("X")
        assert session.browser.view.inverted


async def test_ctrl_c_says_how_to_quit(ct: str) -> None:
    async with browsing([ct]) as session:
        await session.shown("ct.dcm")
        await session.press("ctrl+c")
        await session.until(lambda: "q quits" in session.text)
        assert session.app.is_running


async def test_ctrl_q_and_ctrl_s_do_nothing(ct: str) -> None:
    async with browsing([ct]) as session:
        await session.shown("ct.dcm")
        await session.press("ctrl+q", "ctrl+s")
        await session.pilot.pause()
        assert session.app.is_running


def test_an_unknown_theme_is_refused() -> None:
    with pytest.raises(UnknownThemeError, match="there is no theme nonsense; there are"):
        DicomApp(start_of(["."]), Settings(theme="nonsense"), terminal())


@pytest.mark.parametrize("theme", ["grey", "high-contrast", "textual-light", "nord", "ansi-dark"])
async def test_themes(ct: str, theme: str) -> None:
    async with browsing([ct], settings=Settings(theme=theme)) as session:
        await session.shown("ct.dcm")
        await session.until(lambda: "PatientName" in session.text)


async def test_the_last_net_catches_what_slips_through(ct: str) -> None:
    async with browsing([ct]) as session:
        await session.shown("ct.dcm")
        session.browser.query_one("#title", TitleBar).where = "slipped \x1b]52;c;x\x07 through"
        await session.until(lambda: "slipped ␛]52;c;x" in session.text)
        assert any(isinstance(found, SafeLines) for found in session.app.get_line_filters())


async def test_a_bug_ends_the_program_loudly(ct: str) -> None:
    with pytest.raises(ZeroDivisionError):
        async with browsing([ct]) as session:
            await session.shown("ct.dcm")
            session.browser.rows._failed(ZeroDivisionError("a bug in a thread"))
            await session.until(lambda: not session.app.is_running)


async def test_nothing_waits_for_a_folder_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    from tui.screens.answers import Answers

    release = threading.Event()

    def hang(self: Answers, path: str) -> object:
        release.wait(30)
        yield None

    monkeypatch.setattr(Answers, "folder", hang)
    app = DicomApp(start_of([write(tmp_path / "a.dcm")]), Settings(), terminal())
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        session = Session(app, pilot, app.screen)  # type: ignore[arg-type]
        await session.shown("a.dcm")
        await session.press("tab", "right")
        assert "reading …" in session.text
        await session.press("q")
    release.set()
    assert gc.isenabled()


def test_every_command_of_the_key_line_fits_a_label() -> None:
    for command in of_scope(EVERYWHERE):
        assert len(command.label) <= 14, key_label(command.keys[0])


async def test_the_same_size_again_lays_nothing_out(ct: str) -> None:
    async with browsing([ct]) as session:
        await session.shown(Path(ct).name)
        laid_out = list[object]()
        session.browser.screen_layout_refresh_signal.subscribe(session.app, laid_out.append)
        size = Size(*WIDE)
        session.app.post_message(Resize(size, size))
        await session.pilot.pause()
        assert not laid_out
        await session.pilot.resize_terminal(90, 30)
        await session.until(lambda: laid_out and session.browser.size == Size(90, 30))


async def test_the_browser_follows_sizes_that_change_below_a_dialog(ct: str) -> None:
    async with browsing([ct]) as session:
        await session.shown(Path(ct).name)
        await session.press("question_mark")
        await session.pilot.resize_terminal(80, 24)
        await session.until(lambda: session.app.screen.size == Size(80, 24))
        await session.press("escape")
        await session.until(lambda: "[Files]" in session.text and session.browser.size == Size(80, 24))
        await session.press("question_mark")
        for width, height in ((100, 30), (80, 24), WIDE):
            await session.pilot.resize_terminal(width, height)
        await session.press("escape")
        await session.until(lambda: "─ Tags" in session.text and session.browser.size == Size(*WIDE))


async def test_a_focus_that_has_moved_on_changes_no_pane(tmp_path: Path) -> None:
    write(tmp_path / "a.dcm")
    async with browsing([tmp_path]) as session:
        await session.shown("a.dcm")
        await session.focus("tags")
        session.browser.post_message(DescendantFocus(session.browser.file_tree))  # as of a key just before
        await session.pilot.pause()
        assert session.browser.layout_state.pane == "tags"
