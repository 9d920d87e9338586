from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pydicom
from textual.widgets import Input

from tests.dicom.test_csa import csa
from tests.files import write
from tests.ui.browsing import Session, browsing
from tui.screens.choice import ChoiceScreen
from tui.screens.dialog import Dialog
from tui.screens.reading import ReadingScreen


@asynccontextmanager
async def editing(folder: Path) -> AsyncIterator[Session]:
    async with browsing([folder], editable=True) as session:
        await session.shown("a.dcm")
        await session.focus("tags")
        yield session


async def go_to(session: Session, name: str) -> None:
    rows = session.browser.table.shown.rows
    assert rows is not None
    index = next(index for index in range(len(rows)) if rows.row(index).name == name)
    session.browser.table.cursor = session.browser.table.shown.place_of(index) or 0
    await session.until(lambda: session.row.name == name)


async def dialog(session: Session, key: str) -> None:
    await session.press(key)
    await session.until(lambda: isinstance(session.app.screen, Dialog) and session.app.focused is not None)


NAMES = {
    "_": "underscore",
    " ": "space", "=": "equals_sign", "^": "circumflex_accent", ".": "full_stop", "/": "slash", "-": "minus",
    "[": "left_square_bracket", "]": "right_square_bracket",
}  # fmt: skip


async def typed(session: Session, text: str) -> None:
    await session.press("ctrl+u", *(NAMES.get(each, each) for each in text))


async def test_without_rw_nothing_is_edited(tmp_path: Path) -> None:
    write(tmp_path / "a.dcm")
    async with browsing([tmp_path]) as session:
        await session.shown("a.dcm")
        await session.focus("tags")
        for key in ("i", "A", "X", "u", "ctrl+r", "S"):
            await session.press(key)
            assert "dicom-tui --rw can change tags" in session.text
            assert session.app.screen is session.browser


async def test_a_value_is_changed_and_a_copy_written(tmp_path: Path) -> None:
    path = Path(write(tmp_path / "a.dcm", PatientSex="F"))
    before = path.read_bytes()
    async with editing(tmp_path) as session:
        await go_to(session, "PatientName")
        await dialog(session, "i")
        assert "DOE^JANE" in session.text
        await typed(session, "Roe^Richard")
        await session.until(lambda: "PatientName=Roe^Richard" in " ".join(session.text.split()))
        await session.press("enter")
        await session.until(lambda: "1 change, not saved" in session.text)
        assert session.row.text == "Roe^Richard"
        assert "* Roe^Richard" in session.text
        await go_to(session, "PatientSex")
        await session.press("X")
        await session.until(lambda: "2 changes, not saved" in session.text)
        await dialog(session, "S")
        await session.until(lambda: "a-edited.dcm" in session.text)
        await session.press("enter")
        await session.until(lambda: (tmp_path / "a-edited.dcm").exists() and "not saved" not in session.text)
        await session.until(lambda: "written to" in session.text)
        await session.until(lambda: session.browser.unsaved == 0)
    copy = pydicom.dcmread(tmp_path / "a-edited.dcm")
    assert copy.PatientName == "Roe^Richard"
    assert "PatientSex" not in copy
    assert path.read_bytes() == before


async def test_a_value_that_is_refused_says_why(tmp_path: Path) -> None:
    write(tmp_path / "a.dcm", StudyDate="20040119")
    async with editing(tmp_path) as session:
        await go_to(session, "StudyDate")
        await dialog(session, "i")
        await typed(session, "2004")
        await session.until(lambda: "a date is written as 20040119" in session.text)
        await session.press("enter")
        assert isinstance(session.app.screen, Dialog)
        await session.press("escape")
        await go_to(session, "PixelData")
        await session.press("i")
        assert "are not edited as text" in session.text
        assert session.browser.unsaved == 0


async def test_an_element_is_added_where_it_belongs(tmp_path: Path) -> None:
    write(tmp_path / "a.dcm")
    async with editing(tmp_path) as session:
        await dialog(session, "A")
        await typed(session, "Rowz")
        await session.until(lambda: "no attribute is called Rowz" in session.text)
        await typed(session, "RequestAttributesSequence[0].ScheduledProcedureStepID")
        await session.press("tab")
        await typed(session, "step1")
        await session.press("enter")
        await session.until(lambda: "1 change, not saved" in session.text)
        await session.until(lambda: session.row.text == "step1")
        rows, index = session.browser.table.shown.rows, session.browser.table.row_index
        assert rows is not None
        assert index is not None
        assert rows.key(index) == "(0040,0275)[0].(0040,0009)"
        await dialog(session, "A")  # inside an item, its path is there already
        assert "RequestAttributesSequence[0]." in session.text
        await session.press("escape")


async def test_undo_redo_and_the_list_of_changes(tmp_path: Path) -> None:
    write(tmp_path / "a.dcm", PatientSex="F")
    async with editing(tmp_path) as session:
        await session.press("u")
        assert "There is nothing to undo" in session.text
        await go_to(session, "PatientSex")
        await session.press("X")
        await session.until(lambda: session.browser.unsaved == 1)
        assert "PatientSex" not in session.text
        await session.press("u")
        await session.until(lambda: session.browser.unsaved == 0 and "PatientSex" in session.text)
        await session.press("ctrl+r")
        await session.until(lambda: session.browser.unsaved == 1 and "PatientSex" not in session.text)
        session.browser.action_list_changes()
        await session.until(lambda: isinstance(session.app.screen, ReadingScreen) and "delete PatientSex" in session.text)


async def test_changes_wait_while_another_file_is_looked_at(tmp_path: Path) -> None:
    write(tmp_path / "a.dcm", PatientSex="F")
    write(tmp_path / "b.dcm")
    async with editing(tmp_path) as session:
        await go_to(session, "PatientSex")
        await session.press("X")
        await session.until(lambda: session.browser.unsaved == 1)
        await session.focus("files")
        await session.press("down")
        await session.shown("b.dcm")
        await session.until(lambda: "not saved" not in session.text)
        assert not session.browser.table.edited
        await session.press("up")
        await session.shown("a.dcm")
        await session.until(lambda: "1 change, not saved" in session.text)
        assert "PatientSex" not in session.text


async def test_undo_where_a_csa_header_is_folded_out(tmp_path: Path) -> None:
    write(tmp_path / "a.dcm", PatientSex="F")
    made = pydicom.dcmread(tmp_path / "a.dcm")
    block = made.private_block(0x29, "SIEMENS CSA HEADER", create=True)
    block.add_new(0x10, "OB", csa([("B_value", "IS", ["1000"])], second=True))
    made.save_as(tmp_path / "a.dcm", enforce_file_format=True)
    async with editing(tmp_path) as session:
        await go_to(session, "PatientSex")
        await session.press("X")
        await session.until(lambda: session.browser.unsaved == 1 and not session.browser.is_editing)
        await session.press("u")
        await session.until(lambda: session.browser.unsaved == 0 and "PatientSex" in session.text)
        await session.press("slash", *"b_value")
        await session.until(lambda: "1000" in session.text)


async def test_changes_are_made_again_to_a_file_that_was_written_anew(tmp_path: Path) -> None:
    path = Path(write(tmp_path / "a.dcm", PatientSex="F"))
    async with editing(tmp_path) as session:
        await go_to(session, "PatientSex")
        await session.press("X")
        await session.until(lambda: session.browser.unsaved == 1)
        await go_to(session, "PatientID")
        await session.press("X")
        await session.until(lambda: session.browser.unsaved == 2)
        write(path, PatientSex="F", PatientID=None, PatientAge="054Y")
        await session.press("f5")
        await session.until(lambda: session.browser.unsaved == 1)
        await session.until(lambda: any("made again" in said for said in session.told))
        assert any("delete PatientID: PatientID is not in the file" in said for said in session.told)
        await session.until(lambda: "PatientAge" in session.text and "PatientSex" not in session.text)


def has_unsaved(session: Session, count: int) -> bool:
    return session.browser.unsaved == count


async def test_reading_the_file_again_loses_no_change(tmp_path: Path) -> None:
    write(tmp_path / "a.dcm", PatientSex="F", PatientAge="054Y")
    async with editing(tmp_path) as session:
        for name, count in (("PatientSex", 1), ("PatientAge", 2)):
            await go_to(session, name)
            await session.press("X", "f5")
            await session.until(partial(has_unsaved, session, count))
        await session.until(lambda: "2 changes, not saved" in session.text)


async def test_leaving_with_changes_asks(tmp_path: Path) -> None:
    write(tmp_path / "a.dcm", PatientSex="F")
    async with editing(tmp_path) as session:
        await go_to(session, "PatientSex")
        await session.press("X")
        await session.until(lambda: session.browser.unsaved == 1)
        await session.press("q")
        await session.until(lambda: isinstance(session.app.screen, ChoiceScreen))
        assert "1 change that no copy has will be lost" in session.text
        await session.press("enter")
        await session.until(lambda: session.app.screen is session.browser)
        await session.press("q")
        await session.until(lambda: isinstance(session.app.screen, ChoiceScreen))
        await session.press("down", "enter")
        await session.until(lambda: not session.app.is_running)


async def test_a_copy_does_not_replace_a_file(tmp_path: Path) -> None:
    write(tmp_path / "a.dcm", PatientSex="F")
    (tmp_path / "a-edited.dcm").write_text("mine")
    async with editing(tmp_path) as session:
        await go_to(session, "PatientSex")
        await session.press("X")
        await session.until(lambda: session.browser.unsaved == 1)
        await dialog(session, "S")
        await session.until(lambda: "a-edited-2.dcm" in " ".join(session.text.split()))  # a name that is free
        await typed(session, str(tmp_path / "a-edited.dcm"))
        await session.press("enter")
        await session.until(lambda: any("a file of that name exists" in said for said in session.told))
        assert session.browser.unsaved == 1
    assert (tmp_path / "a-edited.dcm").read_text() == "mine"


async def test_hostile_values_are_replaced_as_a_whole(tmp_path: Path) -> None:
    write(tmp_path / "a.dcm", PatientComments="a\x1b]52;c;x\x07")
    async with editing(tmp_path) as session:
        await go_to(session, "PatientComments")
        await dialog(session, "i")
        assert "cannot be shown" in " ".join(session.text.split())
        field = session.app.focused
        assert isinstance(field, Input)
        assert field.value == ""
