from pathlib import Path

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from textual.widgets import Label

from tests.files import bundled, write
from tests.ui.browsing import Session, browsing
from tui.widgets.search_input import SearchInput

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
        said = "This is a CT Image: it holds no pixel data. The file is broken"
        await session.until(lambda: said in " ".join(session.text.split()))


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


async def test_a_search_that_cannot_be_read_says_where_and_why_in_place_of_the_rows() -> None:
    async with browsing([CT_SMALL]) as session:
        await at_tags(session)
        await session.press("slash", *"group")
        await session.until(lambda: "/ group" in session.text)
        await session.press("colon")
        await session.press(*"zz")
        await session.until(lambda: "A group such as 0028 is expected" in session.text)
        table = session.browser.table
        lines = ["".join(text for text, _ in table.row_pieces(row)[0]) for row in range(table.row_count())]
        assert lines == ["  A group such as 0028 is expected", "  group:zz", "        ^"]
        await session.press("backspace", "backspace", *"28")
        await session.until(lambda: "Rows" in session.text and "is expected" not in session.text)


async def test_what_is_still_being_typed_is_no_error() -> None:
    async with browsing([CT_SMALL]) as session:
        await at_tags(session)
        await search(session, "Rows")
        await session.until(lambda: "1 of" in session.text)
        await session.press("greater_than_sign")
        await session.until(lambda: session.browser.tag_query == "Rows>")
        assert "Something is missing" not in session.text
        await session.press("2")
        await session.until(lambda: "/ Rows>2" in session.text)
        assert "1 of" in session.text


async def test_a_condition_that_holds_without_an_element_says_so() -> None:
    async with browsing([CT_SMALL]) as session:
        await at_tags(session)
        await session.press("slash", *"PatientComments", "exclamation_mark", "equals_sign", "x")
        await session.until(lambda: "It holds, without an element to show" in session.text)


async def test_only_private_only_identifying_and_all_again() -> None:
    async with browsing([CT_SMALL]) as session:
        await at_tags(session)
        await session.press("number_sign")
        await session.until(lambda: "/ private:" in session.text)
        assert session.row.private
        await session.press("exclamation_mark")
        await session.until(lambda: "/ phi:" in session.text)
        assert session.row.name == "MediaStorageSOPInstanceUID"
        await session.press("exclamation_mark")
        await session.until(lambda: " of " not in session.browser.pane("tags").title)


async def test_earlier_searches_come_back() -> None:
    async with browsing([CT_SMALL]) as session:
        await at_tags(session)
        for text in ("rows", "columns"):
            await search(session, text)
            await session.press("enter")
        await session.press("slash", *"new")
        field = session.browser.query_one(SearchInput)
        for key, value in (("up", "columns"), ("up", "rows"), ("up", "rows"), ("down", "columns"), ("down", "new")):
            await session.press(key)
            assert field.value == value
        await session.press("down")
        assert session.app.focused is session.browser.table


async def test_what_is_known_of_an_element_stands_above_its_value() -> None:
    async with browsing([CT_SMALL]) as session:
        await at_tags(session)
        await search(session, "PatientName")
        await session.press("enter", "enter")
        await session.until(lambda: session.app.screen.query("#value"))
        said = str(session.app.screen.query_one(".sentence", Label).content)
        assert said.startswith(
            "Patient's Name; means family CompressedSamples, given CT1; VR PN (person's name); VM 1 (here 1)"
        )
        assert "22 bytes from byte 930 on; at (0010,0010)" in said
        assert said.endswith("may identify somebody: PS3.15 Table E.1-1 has Z for it")


async def test_what_may_identify_somebody_is_marked() -> None:
    async with browsing([CT_SMALL]) as session:
        await at_tags(session)
        await search(session, "PatientName")
        await session.until(lambda: "(0010,0010) PN•  1 PatientName" in session.text)
        await session.press("enter")
        await search(session, "Rows")
        await session.until(lambda: "(0028,0010) US   1 Rows" in session.text)


async def test_paths_are_copied() -> None:
    async with browsing([CT_SMALL]) as session:
        await at_tags(session)
        await search(session, "1234ABCD")
        await session.until(lambda: "1 of" in session.text)
        await session.press("enter", "U")
        assert session.app.clipboard == "ds.OtherPatientIDsSequence[1].PatientID"
        await session.app.run_action("screen.copy_path('dicom')", session.browser)
        assert session.app.clipboard == "00101002[1].00100020"


async def test_meanings_stand_beside_values(tmp_path: Path) -> None:
    path = write(tmp_path / "a.dcm", StudyDate="20040119", PatientAge="054Y", ImageType=["A", "B", "C"])
    async with browsing([path], size=(140, 50)) as session:
        await at_tags(session, "a.dcm")
        await session.until(lambda: "20040119  Mon 2004-01-19" in session.text)
        assert "CT  computed tomography" in session.text
        assert "CS   3 ImageType" in session.text
        await search(session, "patientage")
        await session.press("enter")
        await session.until(lambda: session.row.name == "PatientAge")
        await session.press("enter")
        await session.until(lambda: "means 54 years" in session.text)


async def test_length_and_offset_on_request() -> None:
    async with browsing([CT_SMALL], size=(160, 50)) as session:
        await at_tags(session)
        assert " 156  FileMeta" not in session.text
        session.browser.table.action_columns()
        await session.until(lambda: "1         2       156  FileMetaInformationVersion" in session.text)
        session.browser.table.action_columns()
        await session.until(lambda: " 156  FileMeta" not in session.text)


async def test_the_same_attribute_in_the_next_item_and_frame(tmp_path: Path) -> None:
    groups = []
    for number in range(5):
        voi, group = Dataset(), Dataset()
        voi.WindowCenter = str(100 + number)
        group.FrameVOILUTSequence = Sequence([voi])
        groups.append(group)
    path = write(
        tmp_path / "a.dcm", NumberOfFrames=5, PixelData=b"\1\0" * (64 * 64 * 5), WindowCenter=None, WindowWidth=None,
        PerFrameFunctionalGroupsSequence=Sequence(groups),
    )  # fmt: skip
    async with browsing([path], size=(120, 60)) as session:
        await at_tags(session, "a.dcm")
        await search(session, "seq:voi center")
        await session.until(lambda: "5 of" in session.text)
        await session.press("enter", "escape")
        await session.until(lambda: session.browser.table.shown.hits is None)
        rows = session.browser.table.shown.rows
        assert rows is not None
        index = next(at for at in range(len(rows)) if rows.row(at).text == "101")
        session.browser.table._go_inside(index, rows.item_around(index) or 0)
        assert session.row.text == "101"
        await session.press("J")
        assert session.row.text == "102"
        await session.frame(2)
        await session.press("K", "K")
        assert session.row.text == "100"
        await session.frame(0)
        await session.press("K")
        assert session.row.text == "100"
        assert session.text.count("item 1") >= 1
        await session.focus("picture")
        await session.press("j")
        await session.frame(1)
        await session.until(lambda: session.row.text == "101")


async def test_items_of_any_sequence_are_stepped_through() -> None:
    async with browsing([CT_SMALL]) as session:
        await at_tags(session)
        await search(session, "ABCD1234")
        await session.press("enter", "escape")
        await session.until(lambda: session.row.text == "ABCD1234")
        await session.press("J")
        assert session.row.text == "1234ABCD"
        await session.press("J", "K")
        assert session.row.text == "ABCD1234"


async def test_a_number_is_drawn_through_the_series(tmp_path: Path) -> None:
    for number in range(6):
        write(tmp_path / f"{number}.dcm", InstanceNumber=str(number), WindowCenter=str(10 * number))
    async with browsing([tmp_path]) as session:
        await session.shown("0.dcm")
        await session.focus("tags")
        await search(session, "patientname")
        await session.press("enter")
        await session.until(lambda: session.row.name == "PatientName")
        await session.press("p")
        assert "There is no number under the cursor" in session.text
        await search(session, "windowcenter")
        await session.press("enter")
        await session.until(lambda: session.row.name == "WindowCenter")
        await session.press("p")
        await session.until(lambda: "6 of 6, from 0 to 50, mean 25; in the order of instance number" in session.text)
        assert "█" in session.text
        assert "5.dcm" in session.text


async def test_the_key_line_says_what_a_search_takes() -> None:
    async with browsing([CT_SMALL]) as session:
        await at_tags(session)
        await session.press("slash")
        await session.until(lambda: "Enter to the list" in session.text.splitlines()[-1])
        await session.press("escape")
        await session.until(lambda: "Enter to the list" not in session.text.splitlines()[-1])


async def test_the_first_rows_of_a_large_file_come_first(tmp_path: Path) -> None:
    items = Sequence([Dataset() for _ in range(3000)])
    path = write(tmp_path / "a.dcm", RequestAttributesSequence=items)
    async with browsing([path]) as session:
        await at_tags(session, "a.dcm")
        await session.until(lambda: "Tags - 3,0" in session.text)
        await session.press("G")
        assert session.row.name == "PixelData"
