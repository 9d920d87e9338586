"""Anonymizing from the browser: the dialog, its plan, burned-in text, boxes, and what was done."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pydicom
import pytest
from textual.widgets import Button, Input, Select

from tests.files import write
from tests.ui.browsing import Session, browsing
from tui.commands import BY_ID
from tui.dicom.anonymize import batch, crew
from tui.dicom.anonymize.boxes import Box, Device, read_boxes
from tui.dicom.anonymize.plan_rows import Action
from tui.dicom.anonymize.policy import OnBurnedIn
from tui.screens.anonymizing import AnonymizeDialog
from tui.screens.burned_in import BurnedInScreen, RiskList
from tui.screens.choice import ChoiceScreen
from tui.screens.progress import Ended, ProgressScreen
from tui.screens.reading import ReadingScreen
from tui.settings import boxes_path
from tui.widgets.plan_table import PlanTable


def dialog(session: Session) -> AnonymizeDialog:
    found = session.app.screen
    assert isinstance(found, AnonymizeDialog)
    return found


def table(session: Session) -> PlanTable:
    return dialog(session).query_one(PlanTable)


def select(session: Session, name: str) -> Select[object]:
    return dialog(session).query_one(f"#option-{name}", Select)


async def opened(session: Session) -> None:
    """Press a, and wait until a file is planned."""
    await session.press("a")
    await session.until(lambda: isinstance(session.app.screen, AnonymizeDialog) and table(session).row is not None)
    await session.until(lambda: dialog(session)._survey.complete)


async def typed(session: Session, name: str, text: str) -> None:
    """Put a text into a field, and wait until the dialog has it."""
    dialog(session).query_one(f"#option-{name}", Input).value = text
    await session.until(lambda: dialog(session)._values[name] == text)


async def press_button(session: Session, name: str) -> None:
    dialog(session).query_one(f"#{name}", Button).press()
    await session.pilot.pause()


async def ended(session: Session) -> Ended:
    """Wait until the work has ended; return what is said of it."""
    await session.until(lambda: isinstance(session.app.screen, ProgressScreen) and session.app.screen.ended is not None)
    screen = session.app.screen
    assert isinstance(screen, ProgressScreen)
    assert screen.ended is not None
    return screen.ended


async def test_the_file_under_the_cursor_is_planned_and_written(tmp_path: Path) -> None:
    write(tmp_path / "data" / "a.dcm", StudyDescription="Brain of Qwertz")
    write(tmp_path / "data" / "b.dcm", SOPInstanceUID="1.2.3.9")
    async with browsing([tmp_path / "data"], size=(140, 45)) as session:
        await session.shown("a.dcm")
        await opened(session)
        assert "PatientName" in session.text
        assert "DOE^JANE → ANON-" in session.text
        assert "dicom-tui anonymize" in session.text
        await typed(session, "output", str(tmp_path / "out"))
        await press_button(session, "primary")
        said = await ended(session)
        assert said.ok
        assert "1 written and verified, 0 refused" in "\n".join(said.lines)
        assert any(line.endswith("out.report.json") for line in said.lines)
        (made,) = (tmp_path / "out").rglob("*.dcm")
        assert pydicom.dcmread(made).PatientIdentityRemoved == "YES"
        await session.press("escape")
        assert session.app.screen is session.browser


async def test_options_change_the_plan_at_once_and_presets_fill_them_in(tmp_path: Path) -> None:
    write(
        tmp_path / "data" / "a.dcm", StudyDescription="Brain of Qwertz", StudyDate="20200110", DeviceSerialNumber="SN-4711"
    )
    async with browsing([tmp_path / "data"], size=(140, 45)) as session:
        await session.shown("a.dcm")
        await opened(session)
        rows = {row.path: row for row in table(session)._all}
        assert rows["(0008,1030)"].action is Action.REMOVE
        select(session, "clean-descriptors").value = True
        await session.until(lambda: {row.path: row.after for row in table(session)._all}.get("(0008,1030)") == "Brain of")
        assert "--option clean-descriptors" in session.text
        select(session, "preset").value = "research"
        await session.until(lambda: {row.path: row.action for row in table(session)._all}.get("(0018,1000)") is Action.KEEP)
        assert select(session, "dates").value == "shift"
        await session.until(lambda: "--preset research" in session.text)


async def test_the_plan_is_narrowed_searched_read_and_stepped_through(tmp_path: Path) -> None:
    write(tmp_path / "data" / "a.dcm")
    write(tmp_path / "data" / "b.dcm", SOPInstanceUID="1.2.3.9", PatientName="ROE^RICHARD")
    async with browsing([tmp_path / "data"], size=(140, 45)) as session:
        await session.press("home")
        await opened(session)
        table(session).focus()
        await session.press("x")
        assert table(session).action is Action.REMOVE
        for _ in range(7):
            await session.press("x")
        assert table(session).action is None
        await session.press("slash", *"patientname")
        await session.until(lambda: table(session).shown[0] == 1)
        await session.press("enter")
        assert table(session).has_focus
        await session.press("full_stop")
        await session.until(lambda: "ROE^RICHARD → ANON-" in session.text)
        await session.press("enter")
        await session.until(lambda: isinstance(session.app.screen, ReadingScreen) and "Table E.1-1" in session.text)
        await session.press("escape", "escape")
        assert session.app.screen is session.browser


async def test_a_description_is_confirmed_by_who_has_read_it(tmp_path: Path) -> None:
    write(tmp_path / "data" / "a.dcm", StudyDescription="Brain of Qwertz")
    async with browsing([tmp_path / "data"], size=(140, 45)) as session:
        await session.shown("a.dcm")
        await opened(session)
        select(session, "clean-descriptors").value = True
        table(session).focus()
        await session.until(lambda: {row.path: row.after for row in table(session)._all}.get("(0008,1030)") == "Brain of")
        await session.press("slash", *"studydescription", "enter", "c")
        await session.until(
            lambda: {row.path: row.after for row in table(session)._all}.get("(0008,1030)") == "Brain of Qwertz"
        )
        await typed(session, "output", str(tmp_path / "out"))
        await press_button(session, "primary")
        assert (await ended(session)).ok
        (made,) = (tmp_path / "out").rglob("*.dcm")
        assert pydicom.dcmread(made).StudyDescription == "Brain of Qwertz"


async def test_burned_in_text_is_decided_by_device(tmp_path: Path) -> None:
    for number, model in enumerate(("A", "A", "B")):
        write(
            tmp_path / "data" / f"{number}.dcm", SOPInstanceUID=f"1.2.3.{number}", Modality="US", ManufacturerModelName=model
        )
    async with browsing([tmp_path / "data"], size=(140, 45)) as session:
        await session.press("home")
        await session.press("a")
        await session.until(lambda: isinstance(session.app.screen, AnonymizeDialog) and dialog(session)._survey.complete)
        await session.until(lambda: "refused: text may be burned into its pixels" in session.text)
        assert "Burned-in text: 3 files" in session.text
        await press_button(session, "burned-in")
        await session.until(lambda: isinstance(session.app.screen, BurnedInScreen))
        rows = session.app.screen.query_one(RiskList)
        assert [risky.device.model for risky in rows.risky] == ["A", "B"]
        await session.press("k")
        assert rows.choices == [OnBurnedIn.KEEP, OnBurnedIn.REFUSE]
        await session.press("up", "enter")
        await session.until(lambda: isinstance(session.app.screen, ReadingScreen) and "1.dcm" in session.text)
        await session.press("escape", "escape")
        await session.until(lambda: table(session).row is not None)
        await typed(session, "output", str(tmp_path / "out"))
        await press_button(session, "primary")
        said = "\n".join((await ended(session)).lines)
        assert "2 written and verified, 1 refused" in said
        assert "1 refused: burned-in text" in said
        assert "no boxes" not in session.text


async def test_measured_rectangles_become_boxes_of_the_device(tmp_path: Path) -> None:
    write(tmp_path / "data" / "a.dcm", BurnedInAnnotation="YES", Manufacturer="ACME", ManufacturerModelName="X1")
    async with browsing([tmp_path / "data"], size=(140, 45)) as session:
        await session.shown("a.dcm")
        await session.focus("picture")
        await session.browser.run_command(BY_ID["picture.boxes-keep"])
        await session.until(lambda: "Measure rectangles" in session.text)
        await session.press("m", *"rect", "enter")
        await session.press("enter", "right", "right", "right", "down", "down", "enter", "escape")
        await session.until(lambda: len(session.browser.view.marks) == 1)
        await session.browser.run_command(BY_ID["picture.boxes-keep"])
        await session.until(lambda: any("1 box kept for ACME X1, 64 x 64" in told for told in session.told))
        boxes = read_boxes(boxes_path())[Device("ACME", "X1", 64, 64)]
        assert len(boxes) == 1
        assert isinstance(boxes[0], Box)
        await session.focus("files")
        await session.press("a")
        await session.until(lambda: isinstance(session.app.screen, AnonymizeDialog) and dialog(session)._survey.complete)
        select(session, "on-burned-in").value = "box"
        await session.until(
            lambda: table(session).row is not None and "a person drew it over text" in str(table(session)._all)
        )
        await typed(session, "output", str(tmp_path / "out"))
        await press_button(session, "primary")
        assert (await ended(session)).ok
        (made,) = (tmp_path / "out").rglob("*.dcm")
        found = pydicom.dcmread(made)
        assert found.BurnedInAnnotation == "NO"
        assert not found.pixel_array[boxes[0].rows, boxes[0].columns].any()
        await session.press("escape")
        await session.browser.run_command(BY_ID["picture.boxes-forget"])
        await session.until(lambda: not read_boxes(boxes_path()))


async def test_what_is_wrong_is_said_before_anything_is_done(tmp_path: Path) -> None:
    write(tmp_path / "data" / "a.dcm")
    async with browsing([tmp_path / "data"], size=(140, 45)) as session:
        await session.shown("a.dcm")
        await opened(session)
        await typed(session, "keep", "PatientNam")
        await session.until(lambda: "did you mean PatientName" in session.text)
        assert dialog(session).query_one("#primary", Button).disabled
        await typed(session, "keep", "")
        await session.until(lambda: not dialog(session).query_one("#primary", Button).disabled)
        await typed(session, "output", str(tmp_path / "data" / "in"))
        await session.pilot.pause()
        await press_button(session, "primary")
        said = await ended(session)
        assert not said.ok
        assert "must be neither in" in said.lines[0]
        assert not (tmp_path / "data" / "in").exists()


async def test_enter_in_a_field_writes_nothing_and_narrow_screens_show_one_half(tmp_path: Path) -> None:
    write(tmp_path / "data" / "a.dcm")
    async with browsing([tmp_path / "data"], size=(80, 24)) as session:
        await session.shown("a.dcm")
        await opened(session)
        await session.press("enter")
        assert isinstance(session.app.screen, AnonymizeDialog)
        assert not table(session).is_on_screen
        await press_button(session, "toggle")
        await session.until(lambda: "ANON-" in session.text)
        assert "Retain UIDs" not in session.text
        await press_button(session, "toggle")
        await session.until(lambda: "Preset" in session.text)
        await session.press("escape")
        await session.until(lambda: session.app.screen is session.browser)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["data"]


async def test_work_is_stopped_only_after_asking_and_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(6):
        write(tmp_path / "data" / f"{number}.dcm", SOPInstanceUID=f"1.2.3.4.{number}")
    let_go, work = threading.Event(), crew.work

    def held_up(*arguments: Any) -> Iterator[Any]:  # noqa: ANN401 - what the real one takes and gives
        for count, done in enumerate(work(*arguments), 1):
            yield done
            if count == 2:
                let_go.wait(30)

    monkeypatch.setattr(batch, "work", held_up)
    async with browsing([tmp_path / "data"], size=(140, 45)) as session:
        await session.press("home")
        await opened(session)
        await typed(session, "output", str(tmp_path / "out"))
        await press_button(session, "primary")
        await session.until(lambda: isinstance(session.app.screen, ProgressScreen))
        await session.until(lambda: len(list((tmp_path / "out").rglob("*.dcm"))) >= 2)
        await session.press("escape")
        await session.until(lambda: isinstance(session.app.screen, ChoiceScreen))
        await session.press(*"stop", "enter")
        await session.until(lambda: session.app.screen is session.browser)
        let_go.set()
        await session.until(lambda: not any(thread.name == "job" for thread in threading.enumerate()))
        assert (tmp_path / "out.state").exists()
        before = len(list((tmp_path / "out").rglob("*.dcm")))
        assert 2 <= before < 6
        await opened(session)
        await typed(session, "output", str(tmp_path / "out"))
        await press_button(session, "primary")
        said = await ended(session)
        assert said.ok, said
        assert "6 written and verified" in "\n".join(said.lines)
        assert len(list((tmp_path / "out").rglob("*.dcm"))) == 6
        assert not (tmp_path / "out.state").exists()
