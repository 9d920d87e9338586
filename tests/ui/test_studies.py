"""The studies view, marks of whole series, and finding, key by key."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from tests.files import bundled, write
from tests.library_tree import write_tree
from tests.ui.browsing import Session, browsing
from tui.dicom.library import outline as outline_module
from tui.dicom.library.outline import Outline
from tui.dicom.library.scanner import scan
from tui.settings import Settings
from tui.widgets.hit_list import HitList
from tui.widgets.study_list import StudyList


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    write_tree(tmp_path / "tree", series=5, files=6, junk=1)
    return tmp_path / "tree"


def studies(session: Session) -> StudyList:
    found = session.browser.files_shown
    assert isinstance(found, StudyList)
    return found


def lines(session: Session) -> list[str]:
    """Return what the files pane shows, without the space at the right."""
    shown = session.browser.files_shown
    rows = []
    for index in range(shown.row_count()):
        pieces, (end, _) = shown.row_pieces(index)
        rows.append(f"{''.join(text for text, _ in pieces)} | {end}".rstrip())
    return rows


async def looked(session: Session) -> None:
    await session.until(lambda: isinstance(session.browser.files_shown, StudyList) and studies(session).outline.looked)


async def open_studies(session: Session, name: str) -> None:
    """Show the studies, with the cursor on a file, once that file is shown in the folders."""
    await session.shown(name)
    await session.press("s")
    await looked(session)
    await session.until(lambda: session.browser.files_shown.file is not None)


async def test_s_shows_studies_with_the_file_under_the_cursor_and_the_folders_again(tree: Path) -> None:
    async with browsing([tree]) as session:
        await open_studies(session, "IM00001")
        assert lines(session)[:4] == [
            "▾ Tree^Patient 0  PAT0000  O | 30 ✓", "  ▸ 2020-02-01  e+1  CT | 12 ✓", "  ▾ 2020-01-01  e+1  CT | 18 ✓",
            "    ▾ 1  CT  AX SOFT | 6 ✓",
        ]  # fmt: skip
        assert "Studies - 30" in session.text
        assert "1 of 6" in session.text
        await session.press("j")
        await session.shown("IM00002")
        await session.press("s")
        assert session.entry == "IM00002"
        assert "2 of 7" in session.text  # with the file that is no DICOM file


async def test_series_are_looked_through_in_the_order_of_their_slices(tmp_path: Path) -> None:
    for number, place in ((1, 30.0), (2, 10.0), (3, 20.0)):
        write(
            tmp_path / "x" / f"IM{number}", InstanceNumber=str(number), SOPInstanceUID=f"1.2.3.{number}",
            StudyInstanceUID="1.2", ImagePositionPatient=["0", "0", f"{place:g}"],
            ImageOrientationPatient=["1", "0", "0", "0", "1", "0"],
        )  # fmt: skip
    async with browsing([tmp_path]) as session:
        await open_studies(session, "IM1")
        assert session.browser.files_shown.place == (3, 3)
        await session.focus("picture")
        await session.press("g")
        await session.shown("IM2")
        await session.press("j")
        await session.shown("IM3")
        await session.press("j")
        await session.shown("IM1")
        await session.press("j")
        await session.until(lambda: "This is the last image" in session.text)


async def test_window_and_tag_row_stay_through_a_series(tree: Path) -> None:
    async with browsing([tree]) as session:
        await session.shown("IM00001")
        await session.press("s")
        await looked(session)
        await session.focus("tags")
        await session.press("slash", *"modality", "enter")
        await session.until(lambda: session.row.name == "Modality")
        await session.focus("picture")
        await session.press("l", "l")
        window = session.window
        await session.press("j")
        await session.shown("IM00002")
        assert session.window == window
        await session.until(lambda: session.row.name == "Modality")


async def test_folding_and_what_is_said_of_what_is_no_file(tree: Path) -> None:
    async with browsing([tree]) as session:
        await open_studies(session, "IM00001")
        await session.press("left")
        await session.says("Series 1  CT  AX SOFT: 6 files\nNothing is wrong with it, by its headers.")
        await session.press("left")
        assert not any("IM0" in line for line in lines(session))
        await session.press("left", "left")
        await session.says("Study 2020-01-01")
        await session.press("enter")
        await session.press("g", "left")
        assert len(lines(session)) == 1
        await session.press("right", "right", "right")
        assert len(lines(session)) > 3


async def test_a_mark_tells_what_is_wrong_and_enter_says_it_whole(tmp_path: Path) -> None:
    for number in (1, 2, 3, 4, 7):
        write(
            tmp_path / "x" / f"IM{number}", InstanceNumber=str(number), SOPInstanceUID=f"1.2.3.{number}",
            StudyInstanceUID="1.2", ImagePositionPatient=["0", "0", f"{number * 2}"],
            ImageOrientationPatient=["1", "0", "0", "0", "1", "0"],
        )  # fmt: skip
    async with browsing([tmp_path]) as session:
        await open_studies(session, "IM1")
        assert lines(session)[2].endswith("5 ✗")
        await session.press("left")
        await session.says("✗ 1 gap along the normal, of 2 slices")
        await session.press("enter")
        await session.until(lambda: "What its headers say" in session.text)
        assert "missing-number" not in session.text
        assert "2 instance numbers missing: 5-6" in session.text
        await session.press("escape")


async def test_space_marks_a_whole_series_which_commands_then_work_on(tree: Path) -> None:
    async with browsing([tree]) as session:
        await open_studies(session, "IM00001")
        await session.press("left", "space")
        shown = session.browser.files_shown
        assert {Path(path).parent.name for path in shown.marked} == {"SER0000"}
        assert len(shown.marked) == 6
        assert "6 marked" in session.text
        await session.press("s")
        assert session.browser.file_tree.marked == shown.marked
        assert "6 marked" in session.text
        await session.press("s")
        assert "● " in lines(session)[3]
        assert shown.targets == tuple(sorted(shown.marked))
        await session.press("k", "space")
        assert not shown.marked
        await session.press("g", "asterisk")
        assert len(shown.marked) == 30
        await session.press("a")
        await session.until(lambda: type(session.app.screen).__name__ == "AnonymizeDialog")
        await session.press("escape")


async def test_a_series_under_the_cursor_is_what_anonymizing_works_on(tree: Path) -> None:
    async with browsing([tree]) as session:
        await open_studies(session, "IM00001")
        await session.press("left")
        assert len(session.browser.files_shown.targets) == 6


async def test_the_filter_shows_series_that_match_in_what_they_lie_in(tree: Path) -> None:
    async with browsing([tree]) as session:
        await session.shown("IM00001")
        await session.press("s")
        await looked(session)
        await session.press("slash", *"bone", "enter")
        await session.until(lambda: "- bone" in session.text)
        await session.press("g")
        assert [line.split(" | ")[0].strip() for line in lines(session) if "AX" in line] == ["▸ 2  CT  AX BONE 1.25"]
        await session.press("escape")
        await session.until(lambda: any("AX SOFT" in line for line in lines(session)))


async def test_f5_finds_what_was_written_meanwhile(tree: Path) -> None:
    async with browsing([tree]) as session:
        await session.shown("IM00001")
        await session.press("s")
        await looked(session)
        write(tree / "new.dcm", PatientID="NEW", PatientName="New^Patient", SOPInstanceUID="1.2.9")
        await session.press("f5")
        await session.until(lambda: any("New^Patient" in line for line in lines(session)))


async def test_following_finds_new_files_by_itself(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.dicom.library.outline._FOLLOW_EVERY_S", 0.05)
    async with browsing([tree]) as session:
        await session.shown("IM00001")
        await session.press("colon", *"follow", "enter")
        await looked(session)
        await session.until(lambda: "following" in session.text)
        write(tree / "new.dcm", PatientID="NEW", PatientName="New^Patient", SOPInstanceUID="1.2.9")
        await session.until(lambda: any("New^Patient" in line for line in lines(session)))


async def test_the_privacy_view_masks_patients_and_studies(tree: Path) -> None:
    async with browsing([tree], settings=Settings(private=True)) as session:
        await session.until(lambda: session.browser.image.picture is not None)
        await session.press("s")
        await looked(session)
        await session.until(lambda: session.browser.files_shown.file is not None)
        assert not any(word in "\n".join(lines(session)) for word in ("Tree", "PAT0", "2020", "e+1", "IM0", "AX"))
        assert "Tree" not in session.text
        await session.press("P")
        assert "Tree^Patient 0" in "\n".join(lines(session))


async def test_odd_values_are_safe_to_draw(tmp_path: Path) -> None:
    write(tmp_path / "a.dcm", PatientName="A\x1b]0;x\x07^B[/x]", SeriesDescription="\x1b[31mred", StudyInstanceUID="1.2")
    async with browsing([tmp_path]) as session:
        await open_studies(session, "a.dcm")
        assert "A␛]0;x␇^B[/x]" in lines(session)[0]
        await session.press("left")
        await session.says("␛[31mred")


async def test_other_folders_have_other_studies(tree: Path, tmp_path: Path) -> None:
    shutil.copytree(bundled("dicomdirtests/98892003/MR2"), tmp_path / "other")
    async with browsing([tree]) as session:
        await session.shown("IM00001")
        await session.press("s")
        await looked(session)
        await session.press("o")
        await session.until(lambda: "Shows another folder" in session.text)
        session.app.screen.query_one("#option-path", Input).value = str(tmp_path / "other")
        await session.press("enter")
        await session.until(lambda: any("Doe^Peter" in line for line in lines(session)))
        assert not any("Tree" in line for line in lines(session))


async def test_an_empty_folder_says_so(tmp_path: Path) -> None:
    async with browsing([tmp_path]) as session:
        await session.press("s")
        await session.until(lambda: "no DICOM files are here" in "\n".join(lines(session)))


# --- finding


async def find(session: Session, query: str) -> HitList:
    await session.press("F", *query, "enter")
    await session.until(lambda: isinstance(session.browser.files_shown, HitList))
    found = session.browser.files_shown
    assert isinstance(found, HitList)
    await session.until(lambda: found.complete)
    return found


async def test_hits_are_a_list_of_files_that_behaves_like_the_tree(tree: Path) -> None:
    async with browsing([tree]) as session:
        await session.shown("IM00001")
        hits = await find(session, "InstanceNumber=3")
        assert len(hits.hits) == 5
        await session.shown("IM00003")
        assert "Found - 5" in session.text
        assert "1 of 5" in session.text
        before = session.browser.files_shown.file
        await session.press("j")
        await session.until(lambda: session.browser.selection.path not in (None, before))
        await session.press("space")
        assert len(hits.marked) == 1
        await session.press("asterisk")
        assert len(hits.marked) == 5
        await session.focus("picture")
        await session.press("G")
        await session.until(lambda: hits.place == (5, 5))
        await session.focus("files")
        path = hits.file
        await session.press("escape")
        await session.until(lambda: session.browser.files_shown is session.browser.file_tree)
        await session.until(lambda: session.browser.file_tree.file == path)


async def test_what_is_found_can_be_filtered_and_found_anew(tree: Path) -> None:
    async with browsing([tree]) as session:
        await session.shown("IM00001")
        hits = await find(session, "InstanceNumber=3")
        await session.press("slash", *"bone", "enter")
        await session.until(lambda: len(lines(session)) == 2)
        await session.press("escape")
        await session.until(lambda: len(lines(session)) == 5)
        await session.press("F", "ctrl+a", *"Modality=XX", "enter")
        await session.until(lambda: hits.complete and lines(session) == ["  nothing was found |"])


async def test_a_query_that_cannot_be_read_is_refused_in_the_dialog(tree: Path) -> None:
    async with browsing([tree]) as session:
        await session.shown("IM00001")
        await session.press("F", *"Rowz>5", "enter")
        await session.until(lambda: "no attribute is called Rowz" in session.text)
        await session.press("escape")
        assert session.browser.files_shown is session.browser.file_tree


async def test_finding_in_the_privacy_view_looks_at_no_masked_value(tree: Path) -> None:
    async with browsing([tree], settings=Settings(private=True)) as session:
        await session.until(lambda: session.browser.image.picture is not None)
        hits = await find(session, "PatientID=PAT0000")
        assert hits.hits == []
        hits = await find(session, " Modality=CT")
        assert not any("Tree" in line or "IM0" in line for line in lines(session))


async def test_reading_again_keeps_what_is_shown_until_as_much_is_known(tree: Path) -> None:
    async with browsing([tree]) as session:
        await open_studies(session, "IM00001")
        outlines: list[Outline] = []
        shown = studies(session)
        show = shown.show_outline

        def listen(outline: Outline) -> None:
            outlines.append(outline)
            show(outline)

        shown.show_outline = listen  # type: ignore[method-assign] # to listen
        await session.press("f5")
        await session.until(lambda: outlines and outlines[-1].looked)
        assert all(outline.known == 30 for outline in outlines)
        assert session.file == "IM00001"
        assert session.browser.table.row is not None


async def test_with_marks_only_marked_files_are_looked_through(tree: Path) -> None:
    async with browsing([tree]) as session:
        await open_studies(session, "IM00001")
        await session.press("left", "space")
        hits = await find(session, "InstanceNumber=3")
        assert [Path(hit.path).parent.name for hit in hits.hits] == ["SER0000"]


# --- while it grows


async def test_the_cursor_stays_on_its_file_when_its_series_becomes_stacks(tmp_path: Path) -> None:
    def slices(folder: str, first: int) -> None:
        for number in range(1, 6):
            write(
                tmp_path / folder / f"{folder}{number}", InstanceNumber=str(first + number), StudyInstanceUID="1.2",
                SOPInstanceUID=f"1.2.3.{first + number}", ImagePositionPatient=["0", "0", str(number)],
                ImageOrientationPatient=["1", "0", "0", "0", "1", "0"],
            )  # fmt: skip

    slices("a", 0)
    async with browsing([tmp_path]) as session:
        await open_studies(session, "a1")
        await session.press("j")
        path = studies(session).file
        assert path is not None
        slices("b", 10)  # the same places once more: two stacks
        await session.press("f5")
        await session.until(lambda: any("set 2" in line for line in lines(session)))
        await looked(session)
        assert studies(session).file == path
        assert Path(path).name in lines(session)[studies(session).cursor]


async def test_esc_stops_finding_and_f5_begins_anew(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = threading.Event()
    real = scan

    def slowly(*args: Any, **options: Any) -> Iterator[Any]:  # noqa: ANN401 - as what it stands for
        for step in real(*args, **options):
            yield step
            waiting.wait(20)

    monkeypatch.setattr(outline_module, "scan", slowly)
    async with browsing([tree]) as session:
        await session.shown("IM00001")
        await session.press("s")
        await session.until(lambda: isinstance(session.browser.files_shown, StudyList))
        await session.press("escape")
        await session.until(lambda: "Stopped: F5 begins anew" in session.text)
        assert "stopped" in session.browser.view_words
        assert session.browser.files_view == "studies"
        waiting.set()
        await session.press("f5")
        await looked(session)
        assert studies(session).outline.known == 30


async def test_what_could_not_be_read_is_a_page(tree: Path) -> None:
    (tree / "empty[x]\x1b").touch()
    async with browsing([tree]) as session:
        await session.shown("IM00001")
        await session.press("s")
        await looked(session)
        await session.press("colon", *"unread", "enter")
        await session.until(lambda: "has no bytes" in session.text)
        assert "empty[x]␛" in session.text


async def test_the_privacy_view_hides_what_was_found_before_and_the_query(tree: Path) -> None:
    async with browsing([tree]) as session:
        await session.shown("IM00001")
        hits = await find(session, "PatientID=PAT0000")
        assert hits.hits
        await session.press("P")
        await session.until(lambda: not hits.hits)
        assert "PAT0000" not in session.text
        await session.press("F")
        await session.until(lambda: "Find" in session.text)
        assert "PAT0000" not in session.text


async def test_no_label_shows_a_file_s_name_in_the_privacy_view(tmp_path: Path) -> None:
    for number in (1, 2):
        write(
            tmp_path / f"SMITH_JOHN_{number}.dcm", NumberOfFrames="2", PixelData=b"\0" * 16384, InstanceNumber=str(number),
            SOPInstanceUID=f"1.2.3.{number}", StudyInstanceUID="1.2",
        )  # fmt: skip
    async with browsing([tmp_path], settings=Settings(private=True)) as session:
        await session.until(lambda: session.browser.image.picture is not None)
        await session.press("s")
        await looked(session)
        assert not any("SMITH" in line for line in lines(session))
        assert any("image 1" in line for line in lines(session))
