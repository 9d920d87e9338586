import os
import shutil
from pathlib import Path

import pytest

from tests.files import write
from tests.ui.browsing import Session, browsing, terminal


async def rows(session: Session) -> list[str]:
    files = session.browser.file_tree.files
    return [row.entry.name if row.entry else row.note for row in files.rows(range(len(files)))]


async def test_a_folder_starts_on_its_first_dicom_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("first, and no DICOM")
    write(tmp_path / "b" / "deep.dcm")
    async with browsing([tmp_path]) as session:
        await session.shown("deep.dcm")
        assert session.entry == "deep.dcm"
        await session.until(lambda: "PatientName" in session.text)
        assert session.browser.layout_state.pane == "files"


async def test_an_archive_is_a_folder(series: Path, tmp_path: Path) -> None:
    shutil.make_archive(str(tmp_path / "all"), "zip", series.parent, series.name)
    async with browsing([tmp_path / "all.zip"]) as session:
        await session.shown("IM1")
        assert await rows(session) == ["all.zip", "series", *(f"IM{number}" for number in range(1, 13)), "notes.txt"]
        await session.press("j")
        await session.shown("IM2")
        await session.press("s")
        await session.until(lambda: "Studies - 12" in session.text)
        await session.press("j")
        await session.shown("IM3")


async def test_a_file_starts_on_itself(series: Path) -> None:
    async with browsing([series / "IM5"]) as session:
        await session.shown("IM5")
        assert session.entry == "IM5"
        assert "5 of 13" in session.text


async def test_natural_order_and_facts(series: Path) -> None:
    async with browsing([series]) as session:
        assert await rows(session) == ["series", *(f"IM{number}" for number in range(1, 13)), "notes.txt"]
        await session.until(lambda: "IM12" in session.text and "CT   12" in session.text)


async def test_moving_shows_what_is_under_the_cursor(series: Path) -> None:
    async with browsing([series / "IM1"]) as session:
        await session.shown("IM1")
        await session.press("down", "j")
        await session.shown("IM3")
        await session.press("up", "k")
        await session.shown("IM1")
        await session.press("G")
        await session.until(lambda: session.sentence == "notes.txt is no DICOM file")
        assert "notes.txt is no DICOM file" in session.text
        await session.press("home")
        assert session.entry == "series"
        await session.press("pagedown")
        await session.press("end", "pageup", "g")
        assert session.entry == "series"


async def test_folding(tmp_path: Path) -> None:
    write(tmp_path / "a" / "x.dcm")
    write(tmp_path / "b.dcm")
    async with browsing([tmp_path / "b.dcm"]) as session:
        await session.shown("b.dcm")
        await session.press("k")
        assert session.entry == "a"
        await session.press("right")
        await session.until(lambda: "x.dcm" in session.text)
        await session.press("l")
        assert session.entry == "x.dcm"
        await session.press("h")
        assert session.entry == "a"
        await session.press("left")
        assert "x.dcm" not in await rows(session)
        await session.press("enter")
        await session.until(lambda: "x.dcm" in session.text)
        await session.press("enter", "left")
        assert session.entry == tmp_path.name


async def test_enter_on_a_file_goes_to_its_picture(ct: str) -> None:
    async with browsing([ct]) as session:
        await session.shown("ct.dcm")
        await session.press("enter")
        assert session.browser.layout_state.pane == "picture"


async def test_marks(series: Path) -> None:
    async with browsing([series / "IM1"]) as session:
        await session.shown("IM1")
        await session.press("space", "space")
        assert session.browser.file_tree.marked == {str(series / "IM1"), str(series / "IM2")}
        assert "2 marked" in session.text
        await session.press("up", "space")
        assert session.browser.file_tree.marked == {str(series / "IM1")}
        await session.press("asterisk")
        assert len(session.browser.file_tree.marked) == 13
        await session.press("asterisk")
        assert not session.browser.file_tree.marked


async def test_filter(series: Path) -> None:
    async with browsing([series / "IM1"]) as session:
        await session.shown("IM1")
        await session.press("slash", *"m1")
        await session.until(lambda: "Files - m1" in session.text)
        assert await rows(session) == ["series", "IM1", "IM10", "IM11", "IM12"]
        await session.press("enter", "n")
        await session.shown("IM10")
        await session.press("N")
        await session.shown("IM1")
        await session.press("slash", *"xyz")
        assert await rows(session) == ["series", "none of 13 matches"]
        await session.press("escape")
        assert len(await rows(session)) == 14
        assert session.browser.layout_state.pane == "files"


async def test_keys_that_arrive_together_are_not_lost(series: Path) -> None:
    async with browsing([series / "IM1"]) as session:
        await session.shown("IM1")
        session.app._driver  # noqa: B018 - the keys below are queued at once, as a slow link delivers them
        for key in ("slash", "q", "m"):
            session.app.simulate_key(key)
        await session.until(lambda: session.browser.file_filter == "qm")
        assert session.app.is_running


async def test_odd_entries_are_shown_as_such(tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    (folder / "up").symlink_to(folder, target_is_directory=True)
    (folder / "gone").symlink_to(tmp_path / "nothing")
    os.mkfifo(folder / "fifo")
    async with browsing([folder]) as session:
        await session.until(lambda: "gone → nothing" in session.text)
        assert "up → loop" in session.text
        assert "fifo → no file" in session.text
        await session.until(lambda: session.sentence == "There is no DICOM file in this folder or below it.")
        for name, words in (("fifo", "a pipe or a device"), ("gone", "a link to nothing"), ("up", "a link that leads back")):
            await session.press("down")
            assert session.entry == name
            await session.says(words)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
async def test_an_unreadable_folder_says_why(tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o000)
    async with browsing([tmp_path]) as session:
        await session.press("down", "right")
        await session.until(lambda: "permission denied" in session.text)


async def test_a_folder_that_vanishes_says_why(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    async with browsing([tmp_path]) as session:
        (tmp_path / "a").rmdir()
        await session.press("down", "right")
        await session.until(lambda: "no such file or" in session.text)
        sentence = "no such file or directory: this folder cannot be read"
        await session.until(lambda: session.sentence == f"a: {sentence}")
        await session.press("down")
        await session.until(lambda: session.sentence == sentence)


async def test_read_again_finds_new_files_and_keeps_the_cursor(series: Path) -> None:
    async with browsing([series / "IM5"]) as session:
        await session.shown("IM5")
        write(series / "IM0")
        await session.press("f5")
        await session.until(lambda: "IM0" in session.text)
        await session.until(lambda: session.entry == "IM5")


async def test_names_cannot_act_on_the_terminal(tmp_path: Path) -> None:
    for name in ("\x1b]2;evil\x07", "[nope] [bold", "\u202egpj.dcm", "two\nlines"):
        (tmp_path / name).write_bytes(b"")
    os.close(os.open(os.fsencode(tmp_path) + b"/inv\xff", os.O_CREAT))
    async with browsing([tmp_path]) as session:
        await session.until(lambda: "[nope] [bold" in session.text)
        assert "␛]2;evil␇" in session.text
        assert "⟨202E⟩gpj.dcm" in session.text
        assert "two⏎lines" in session.text
        assert "inv\ufffd" in session.text


async def test_twenty_thousand_files_are_one_block(tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(20_000):
        (folder / f"f{number}").touch()
    async with browsing([tmp_path]) as session:
        await session.press("down", "right")
        await session.until(lambda: len(session.browser.file_tree.files) >= 20_002)
        assert len(session.browser.file_tree.files._blocks) <= 3
        await session.press("end")
        await session.until(lambda: "f19999" in session.text)
        await session.press("slash", *"f1999")
        await session.until(lambda: len(session.browser.file_tree.files) == 13)


async def test_ascii_only(ct: str) -> None:
    found = terminal(LANG="C", COLORTERM="")
    assert not found.unicode
    async with browsing([ct], found=found) as session:
        await session.shown("ct.dcm")
        await session.until(lambda: "PatientName" in session.text)
        assert session.text.isascii()
