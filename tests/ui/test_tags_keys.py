from pathlib import Path

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from tests.files import bundled, write
from tests.ui.browsing import Session, browsing

CT_SMALL = bundled("CT_small.dcm")


async def at_tags(session: Session, name: str = "CT_small.dcm") -> None:
    await session.shown(name)
    await session.focus("tags")


async def search(session: Session, text: str) -> None:
    keys = {" ": "space", ",": "comma", "(": "left_parenthesis", ")": "right_parenthesis"}
    await session.press("slash", *(keys.get(character, character) for character in text))
    await session.until(lambda: f"/ {text}" in session.text)


async def test_every_element_has_a_row() -> None:
    async with browsing([CT_SMALL]) as session:
        await at_tags(session)
        assert session.row.name == "FileMetaInformationGroupLength"
        await session.press("G")
        assert session.row.name == "DataSetTrailingPadding"
        await session.press("g", "down", "j", "k")
        assert session.row.name == "FileMetaInformationVersion"
        await session.press("pagedown", "pageup", "end", "home")
        assert session.row.tag == "(0002,0000)"


async def test_sequences_fold_and_unfold() -> None:
    async with browsing([CT_SMALL]) as session:
        await at_tags(session)
        await search(session, "1234ABCD")
        await session.until(lambda: "1 of" in session.text)
        await session.press("enter", "escape")
        await session.until(lambda: session.browser.table.shown.hits is None)
        assert session.row.name == "PatientID"
        rows, index = session.browser.table.shown.rows, session.browser.table.row_index
        assert rows is not None
        assert index is not None
        assert rows.key(index) == "(0010,1002)[1].(0010,0020)"
        await session.press("left")
        assert session.row.name == "item 2"
        await session.press("right", "h", "h")  # into it, back to it, folded
        await session.press("h")
        assert session.row.name == "OtherPatientIDsSequence"
        shown = len(session.browser.table.shown.indices)
        await session.press("left")
        assert len(session.browser.table.shown.indices) == shown - 4
        await session.press("right", "l")
        assert session.row.name == "item 1"


async def test_fold_all() -> None:
    async with browsing([CT_SMALL]) as session:
        await at_tags(session)
        everything = len(session.browser.table.shown.indices)
        await session.press("x")
        assert len(session.browser.table.shown.indices) == everything - 6
        await session.press("x")
        assert len(session.browser.table.shown.indices) == everything


async def test_per_frame_groups_and_fragments_are_folded_at_first(tmp_path: Path) -> None:
    groups = Sequence([Dataset(), Dataset()])
    path = write(tmp_path / "a.dcm", PerFrameFunctionalGroupsSequence=groups)
    async with browsing([path]) as session:
        await at_tags(session, "a.dcm")
        assert "item 1" not in session.text
        await search(session, "PerFrame")
        await session.press("enter", "escape")
        await session.press("right")
        await session.press("down")
        assert session.row.name == "item 1"


async def test_a_search_finds_values_in_sequences_with_their_parents_and_counts() -> None:
    async with browsing([CT_SMALL]) as session:
        await at_tags(session)
        await search(session, "ABCD")
        await session.until(lambda: "2 of" in session.text)
        assert "OtherPatientIDsSequence" in session.text
        assert "item 1" in session.text
        await session.press("enter")
        assert session.row.text == "ABCD1234"
        await session.press("n")
        assert session.row.text == "1234ABCD"
        await session.press("n")
        assert session.row.text == "ABCD1234"
        await session.press("N")
        assert session.row.text == "1234ABCD"
        await session.press("escape")
        await session.until(lambda: "2 of" not in session.text)


async def test_a_search_survives_moving_to_another_file(series: Path) -> None:
    async with browsing([series / "IM1"]) as session:
        await at_tags(session, "IM1")
        await search(session, "InstanceNumber")
        await session.until(lambda: session.row.text == "1")
        await session.press("enter")
        await session.focus("files")
        await session.press("down")
        await session.until(lambda: session.row.text == "2")


async def test_the_cursor_stays_on_its_element(series: Path) -> None:
    async with browsing([series / "IM1"]) as session:
        await at_tags(session, "IM1")
        for _ in range(50):
            if session.row.name == "PatientID":
                break
            await session.press("down")
        await session.focus("files")
        await session.press("down")
        await session.shown("IM2")
        assert session.row.name == "PatientID"


async def test_no_hits(ct: str) -> None:
    async with browsing([ct]) as session:
        await at_tags(session, "ct.dcm")
        await session.press("n")
        await session.until(lambda: "No search is on" in session.text)
        await search(session, "zzz")
        await session.until(lambda: "0 of" in session.text)
        assert "Nothing found" in session.text
        await session.press("enter", "enter", "y", "left", "right", "x")
        assert session.app.is_running


async def test_whole_values(tmp_path: Path) -> None:
    text = "line one\r\nline two " + "word " * 400 + "the end"
    path = write(tmp_path / "a.dcm", AdditionalPatientHistory=text)
    async with browsing([path]) as session:
        await at_tags(session, "a.dcm")
        await search(session, "AdditionalPatientHistory")
        await session.press("enter", "enter")
        await session.until(lambda: "the end" in session.text)
        assert "Additional Patient History" in session.text
        assert "line two" in session.text
        await session.press("escape")
        await session.until(lambda: session.app.screen is session.browser)


async def test_scrolling_sideways(tmp_path: Path) -> None:
    path = write(tmp_path / "a.dcm", StudyDescription="x" * 64)
    async with browsing([path], size=(100, 30)) as session:
        await at_tags(session, "a.dcm")
        assert "(0002,0010)" in session.text
        await session.press("greater_than_sign", "greater_than_sign")
        assert "(0002,0010)" not in session.text
        await session.press("less_than_sign", "less_than_sign", "less_than_sign")
        assert "(0002,0010)" in session.text


async def test_copying(ct: str) -> None:
    async with browsing([ct]) as session:
        await at_tags(session, "ct.dcm")
        await search(session, "PatientName")
        await session.press("enter", "y")
        assert session.app.clipboard == "DOE^JANE"
        await session.press("Y")
        assert session.app.clipboard == "(0010,0010) PatientName = DOE^JANE"
        await session.until(lambda: any("copied, if the terminal" in toast.message for toast in session.app._notifications))
        await session.press("escape")
        await search(session, "PixelData")
        await session.press("enter", "y")
        await session.until(lambda: "Enter shows it, and y copies it there" in session.text)


async def test_copying_inside_tmux(ct: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tmux = tmp_path / "bin" / "tmux"
    tmux.parent.mkdir()
    tmux.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/arguments\ncat > {tmp_path}/buffer\n')
    tmux.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmux.parent), prepend=":")
    monkeypatch.setenv("TMUX", "socket,1,0")
    async with browsing([ct]) as session:
        await at_tags(session, "ct.dcm")
        await search(session, "PatientName")
        await session.press("enter", "y")
        await session.until(lambda: (tmp_path / "buffer").exists() and (tmp_path / "buffer").read_text() == "DOE^JANE")
        assert (tmp_path / "arguments").read_text() == "load-buffer -w -\n"


async def test_a_broken_file_shows_what_could_be_read_and_why_not_more(tmp_path: Path) -> None:
    whole = Path(write(tmp_path / "whole.dcm")).read_bytes()
    path = tmp_path / "cut.dcm"
    path.write_bytes(whole[: whole.index(b"DOE^JANE") + 4])
    async with browsing([path]) as session:
        await session.until(lambda: "PatientName says it has 8 bytes" in session.text)
        assert "Modality" in session.text
        assert "This is a CT Image: it holds no pixel data. The file is broken" in " ".join(session.text.split())


async def test_values_are_never_markup(tmp_path: Path) -> None:
    path = write(tmp_path / "a.dcm", PatientName="[/x]", PatientID="[@click=app.quit]x[/]", StudyDescription="\x1b[31mred")
    async with browsing([path]) as session:
        await at_tags(session, "a.dcm")
        assert "[/x]" in session.text
        assert "[@click=app.quit]x[/]" in session.text
        assert "␛[31mred" in session.text
        await search(session, "PatientID")
        await session.press("enter", "enter")
        await session.until(lambda: "[@click=app.quit]x[/]" in session.text)
        await session.press("y")
