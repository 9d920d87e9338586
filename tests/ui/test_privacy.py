"""The privacy view: what may identify somebody is nowhere on the screen."""

from pathlib import Path

from tests.files import write
from tests.ui.browsing import Session, browsing
from tui.dicom.anonymize.privacy import is_masked
from tui.screens.anonymizing import AnonymizeDialog
from tui.screens.comparing import ComparisonScreen
from tui.screens.dialog import Field
from tui.screens.reading import ReadingScreen
from tui.settings import Settings
from tui.text import MASK, mask_names, shown_name, shown_path
from tui.widgets.comparison_table import ComparisonTable
from tui.widgets.plan_table import PlanTable

SECRETS = ("DOE", "JANE", "1CT1", "Qwertz", "SN-4711", "2020-01-10", "20200110", "patients")


def files(tmp_path: Path) -> Path:
    folder = tmp_path / "patients"
    for number, name in enumerate(("DOE^JANE", "DOE^JOHN")):
        write(folder / f"{name}.dcm", SOPInstanceUID=f"1.2.3.{number}", PatientName=name, StudyDescription="of Qwertz",
              InstitutionName="Qwertz", DeviceSerialNumber="SN-4711", StudyDate="20200110", PatientAge="054Y")  # fmt: skip
    return folder


def seen(session: Session) -> list[str]:
    """Return which secrets are on the screen, or in a toast."""
    text = "\n".join([session.text, *session.told])
    return [secret for secret in SECRETS if secret in text]


async def test_everything_that_identifies_is_masked_and_shown_again(tmp_path: Path) -> None:
    async with browsing([files(tmp_path)], size=(140, 45)) as session:
        await session.until(lambda: len(seen(session)) >= 6)
        await session.press("P")
        await session.until(lambda: not seen(session) and session.browser.table.shown.rows is not None)
        await session.until(lambda: session.row is not None)
        assert "privacy view" in session.text
        assert "are neither copied nor searched" in session.text
        assert "CT Image Storage" in session.text
        assert f"{MASK}.dcm" in session.text
        await session.press("P")
        await session.until(lambda: len(seen(session)) >= 6)


async def test_it_can_be_on_from_the_start(tmp_path: Path) -> None:
    async with browsing([files(tmp_path)], size=(140, 45), settings=Settings(private=True)) as session:
        await session.until(lambda: session.browser.image.picture is not None and session.browser.table.row is not None)
        await session.pilot.pause()
        assert not seen(session)


async def test_masked_values_are_neither_read_nor_copied_nor_found(tmp_path: Path) -> None:
    async with browsing([files(tmp_path)], size=(140, 45), settings=Settings(private=True)) as session:
        await session.until(lambda: session.browser.table.row is not None)
        await session.focus("tags")
        await session.press("slash", *"patientname", "enter")
        await session.until(lambda: session.row.name == "PatientName")
        await session.press("y")
        await session.until(lambda: "is not copied" in session.text)
        assert session.app.clipboard == ""
        await session.press("enter")
        await session.until(lambda: isinstance(session.app.screen, ReadingScreen) and MASK in session.text)
        assert not seen(session)
        await session.press("escape", "slash", *"doe")
        await session.until(lambda: session.browser.table.row is None)
        await session.press("escape", "slash", *"PatientName=DOE*")
        await session.until(lambda: session.browser.table.row is None)


async def test_comparisons_and_plans_are_masked(tmp_path: Path) -> None:
    async with browsing([files(tmp_path)], size=(140, 45), settings=Settings(private=True)) as session:
        await session.until(lambda: session.browser.table.row is not None)
        await session.press("asterisk", "d")
        await session.until(
            lambda: (
                isinstance(session.app.screen, ComparisonScreen)
                and session.app.screen.query_one(ComparisonTable).comparison.files
            )
        )
        await session.until(lambda: "PatientName" in session.text)
        assert not seen(session)
        await session.press("escape", "a")
        await session.until(
            lambda: (
                isinstance(session.app.screen, AnonymizeDialog) and session.app.screen.query_one(PlanTable).row is not None
            )
        )
        await session.until(lambda: "PatientName" in session.text)
        assert not seen(session)
        await session.press("ctrl+u", *"out")  # what is typed is seen
        await session.until(lambda: session.app.screen.query_one("#option-output", Field).value == "out")
        await session.until(lambda: "  out  " in session.text)
        assert not seen(session)


async def test_burned_in_text_is_said_beside_the_picture(tmp_path: Path) -> None:
    write(tmp_path / "a.dcm", BurnedInAnnotation="YES")
    async with browsing([tmp_path], size=(160, 45)) as session:
        await session.shown("a.dcm")
        assert "text may be burned into the pixels" not in session.text
        await session.press("P")
        await session.until(lambda: "text may be burned into the pixels" in session.text)


def test_the_table_decides_what_is_masked() -> None:
    assert is_masked(0x00100010, "PN")
    assert is_masked(0x00080018, "UI")
    assert is_masked(0x00091001, "LO")
    assert is_masked(0x00404010, "DT")
    assert not is_masked(0x00280010, "US")
    assert not is_masked(0x00080016, "UI")
    assert not is_masked(0x00020010, "UI")
    assert not is_masked(0x00180015, "CS")


def test_names_keep_their_endings() -> None:
    try:
        mask_names(on=True)
        assert shown_name("DOE^JANE.dcm") == f"{MASK}.dcm"
        assert shown_name("1.2.840.4711") == MASK
        assert shown_path("/data/DOE/a.dcm") == f"{MASK}/{MASK}.dcm"
    finally:
        mask_names(on=False)
    assert shown_name("DOE^JANE.dcm") == "DOE^JANE.dcm"
