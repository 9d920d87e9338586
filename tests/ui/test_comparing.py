from pathlib import Path

import numpy as np
import pydicom

from tests.files import bundled, write
from tests.ui.browsing import Session, browsing
from tui.screens.comparing import ComparisonScreen
from tui.screens.reading import ReadingScreen
from tui.widgets.comparison_table import ComparisonTable, heads_of
from tui.widgets.picture_row import PictureRow


def screen(session: Session) -> ComparisonScreen:
    found = session.app.screen
    assert isinstance(found, ComparisonScreen)
    return found


def table(session: Session) -> ComparisonTable:
    return screen(session).query_one(ComparisonTable)


async def compared(session: Session) -> None:
    await session.until(lambda: isinstance(session.app.screen, ComparisonScreen) and table(session).comparison.files)
    await session.pilot.pause()


def names(session: Session) -> list[str]:
    return [difference.name for difference in table(session).comparison.differences]


async def test_the_marked_file_is_compared_with_the_one_under_the_cursor(tmp_path: Path) -> None:
    write(tmp_path / "a.dcm", StudyDate="20040119", SOPInstanceUID="1.2.1", WindowCenter="40")
    write(tmp_path / "b.dcm", StudyDate="20040120", SOPInstanceUID="1.2.2", WindowCenter="50")
    async with browsing([tmp_path]) as session:
        await session.shown("a.dcm")
        await session.press("d")
        assert "Mark files with Space" in session.text
        await session.press("space", "down")
        await session.shown("b.dcm")
        await session.press("d")
        await compared(session)
        assert names(session) == ["MediaStorageSOPInstanceUID", "SOPInstanceUID", "StudyDate", "WindowCenter"]
        assert "4 differ" in session.text
        assert "1 day later" in session.text
        assert "+10 (+25 %)" in session.text
        await session.press("u")
        await session.until(lambda: names(session) == ["StudyDate", "WindowCenter"])
        assert "without UIDs" in session.text
        await session.press("t")
        await session.until(lambda: names(session) == ["WindowCenter"])
        await session.press("enter")
        await session.until(lambda: isinstance(session.app.screen, ReadingScreen) and "a.dcm" in session.text)
        await session.until(lambda: "50" in session.text)
        await session.press("escape")
        await session.press("y")
        assert session.app.clipboard == "(0028,1050) WindowCenter = 40 | 50"
        await session.press("u", "t")
        await session.until(lambda: len(names(session)) == 4)
        await session.press("escape")
        assert session.app.screen is session.browser


async def test_both_pictures_and_their_difference() -> None:
    files = [bundled("MR_small.dcm"), bundled("MR_small_RLE.dcm"), bundled("CT_small.dcm")]
    async with browsing([str(Path(files[0]).parent)], size=(140, 50)) as session:
        session.browser.file_tree.put_cursor_on(files[0])
        await session.shown("MR_small.dcm")
        await session.press("space")
        session.browser.file_tree.put_cursor_on(files[1])
        await session.shown("MR_small_RLE.dcm")
        await session.press("d")
        await compared(session)
        await session.press("p")
        await session.until(lambda: "no pixel differs" in session.text)
        assert "their difference" in session.text
        await session.press("p")
        assert not screen(session).query_one(PictureRow).display
        await session.press("escape")
        session.browser.file_tree.put_cursor_on(files[2])
        await session.shown("CT_small.dcm")
        await session.press("d")
        await compared(session)
        await session.press("p")
        await session.until(lambda: "64 x 64 and 128 x 128: no difference" in " ".join(session.text.split()))
        await session.press("full_stop", "full_stop")  # there is but one frame
        assert screen(session)._frame == 0


async def test_frames_in_step_and_private_attributes_left_out(tmp_path: Path) -> None:
    pixels = np.zeros((3, 64, 64), "<u2")
    for number in range(2):
        pixels[1, 5, 6 + number] = 100
        write(tmp_path / f"{number}.dcm", NumberOfFrames=3, PixelData=pixels.tobytes(), SOPInstanceUID=f"1.2.{number + 1}")
        made = pydicom.dcmread(tmp_path / f"{number}.dcm")
        made.private_block(0x29, "ACME", create=True).add_new(1, "LO", f"private {number}")
        made.save_as(tmp_path / f"{number}.dcm", enforce_file_format=True)
    async with browsing([tmp_path], size=(140, 50)) as session:
        await session.shown("0.dcm")
        await session.press("space", "d")
        await compared(session)
        assert "[ACME]" in names(session)
        await session.press("number_sign")
        await session.until(lambda: "[ACME]" not in names(session))
        await session.press("m")
        await session.until(lambda: "MediaStorageSOPInstanceUID" not in names(session))
        await session.press("p")
        await session.until(lambda: "no pixel differs" in session.text)
        await session.press("full_stop")
        await session.until(lambda: "1 of 4,096 pixels differ" in session.text)
        assert "1.dcm frame 2" in session.text
        await session.press("comma")
        await session.until(lambda: "no pixel differs" in session.text)


async def test_three_marked_files_of_which_one_is_damaged(tmp_path: Path) -> None:
    for number in range(3):
        write(tmp_path / f"{number}.dcm", InstanceNumber=str(number))
    damaged = tmp_path / "1.dcm"
    damaged.write_bytes(damaged.read_bytes()[:-50])
    async with browsing([tmp_path]) as session:
        await session.shown("0.dcm")
        await session.press("asterisk", "d")
        await compared(session)
        await session.until(lambda: "in all 3 files" in session.text)
        assert "! " in session.text
        assert "the file could be read up to byte" in " ".join(session.text.split())


async def test_what_varies_in_the_series(tmp_path: Path) -> None:
    for number in range(12):
        write(tmp_path / f"{number}.dcm", SOPInstanceUID=f"1.2.{number + 1}", InstanceNumber=str(number), PatientSex="F")
    write(tmp_path / "other.dcm", SeriesInstanceUID="1.9")
    async with browsing([tmp_path]) as session:
        await session.shown("0.dcm")
        await session.press("D")
        assert session.app.screen is session.browser  # in the tags only
        await session.focus("tags")
        await session.press("D")
        await compared(session)
        assert names(session) == ["MediaStorageSOPInstanceUID", "SOPInstanceUID", "InstanceNumber"]
        assert "the same in all 12 files" in session.text
        assert "> # 0" in session.text
        assert "# 11" not in session.text
        await session.press(*["l"] * 20)
        await session.until(lambda: "# 11" in session.text)
        await session.press("h")
        await session.until(lambda: "# 11" not in session.text)
        await session.press("p")
        await session.until(lambda: "Pictures are compared of two files" in session.text)


async def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    write(tmp_path / "a.dcm")
    (tmp_path / "b.txt").write_text("no DICOM")
    async with browsing([tmp_path]) as session:
        await session.shown("a.dcm")
        await session.press("space", "down")
        await session.says("is no DICOM file")
        await session.press("d")
        await session.until(lambda: isinstance(session.app.screen, ComparisonScreen) and "no DICOM file" in session.text)
        await session.press("q")
        assert session.app.screen is session.browser


def test_short_names_tell_files_apart() -> None:
    assert heads_of(["/a/x.dcm", "/a/y.dcm"], ()) == ["x.dcm", "y.dcm"]
    assert heads_of(["/a/b/x.dcm", "/a/c/x.dcm"], ()) == ["b/x.dcm", "c/x.dcm"]
    assert heads_of(["/a/x", "/a/x"], ()) == ["/a/x", "/a/x"]
    assert heads_of(["/a", "/b"], ("# 1", "# 2")) == ["# 1", "# 2"]
