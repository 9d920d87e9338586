"""What comes late: answers to old questions, and keys pressed before an answer came."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.files import write
from tests.ui.browsing import Session, browsing, terminal
from tui.app import DicomApp
from tui.browser_state import Start, start_of
from tui.dicom.library.scan import Listing
from tui.screens import questions
from tui.screens.answers import Answers
from tui.settings import Settings


class Held(threading.Event):
    """Lets the answers go when it is set; `delivered` is set when one is."""

    def __init__(self) -> None:
        super().__init__()
        self.delivered = threading.Event()


Hold = Callable[..., Held]


@pytest.fixture
def hold(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hold]:
    """Return what holds the answers to one kind of question back until the event it returns is set."""
    events: list[Held] = []

    def held(kind: str, of: Callable[[Any], bool] = lambda question: True) -> Held:
        answer, event = getattr(Answers, kind), Held()
        events.append(event)

        def late(self: Answers, question: Any) -> Iterator[Any]:  # noqa: ANN401 - of any kind
            if of(question):
                event.wait(30)
            yield from answer(self, question)
            event.delivered.set()

        monkeypatch.setattr(Answers, kind, late)
        return event

    yield held
    for event in events:
        event.set()


def three_frames(path: Path) -> str:
    return write(path, NumberOfFrames="3", PixelData=np.arange(3 * 64 * 64, dtype="<u2").tobytes())


async def forget_facts(session: Session) -> None:
    """Let the browser not know what the files are, as before their facts came; they do not come again."""
    tree = session.browser.file_tree
    await session.until(lambda: len(tree._facts) == len(tree.files.listings[tree.files.roots[0].path].entries))
    tree._facts.clear()


async def test_answers_to_old_questions_are_dropped(series: Path) -> None:
    async with browsing([series / "IM1"]) as session:
        await session.shown("IM1")
        browser, old_rows, old_picture = session.browser, session.browser._rows, session.picture
        assert old_rows is not None
        await session.press("down")
        await session.shown("IM2")
        rows = browser._rows
        question = questions.SeekQuestion((str(series / "IM9"),))
        for message in (
            questions.RowsRead(old_rows.path, questions.FileRead(old_rows, 1)),
            questions.PictureMade(questions.PictureQuestion(old_rows.elements, 0), old_picture),
            questions.Sought(question, str(series / "IM9")),
        ):
            browser.post_message(message)
        await session.pilot.pause()
        assert browser._rows is rows
        assert (session.file, session.entry) == ("IM2", "IM2")


async def test_the_user_is_faster_than_the_search_for_a_first_file(series: Path, hold: Hold) -> None:
    found = hold("seek")
    async with browsing([series]) as session:
        await session.until(lambda: "IM12" in session.text)
        await session.press("down", "down", "down")
        await session.shown("IM3")
        found.set()
        await session.until(found.delivered.is_set)
        await session.pilot.pause()
        assert (session.file, session.entry) == ("IM3", "IM3")


async def test_a_question_for_an_image_does_not_stop_the_search_for_a_first_file(series: Path, hold: Hold) -> None:
    found = hold("seek")
    async with browsing([series]) as session:
        await session.press("tab", "G")
        await session.until(lambda: "No image is shown here" in session.text)
        found.set()
        await session.shown("IM1")


async def test_steps_wait_for_a_search_and_count_from_where_it_ends(series: Path, hold: Hold) -> None:
    found = hold("seek")
    async with browsing([series]) as session:
        await session.press("tab", "j", "j")
        found.set()
        await session.shown("IM3")


async def test_an_answer_for_folders_that_were_left_is_dropped(series: Path, ct: str, hold: Hold) -> None:
    found = hold("seek", lambda question: str(series) in question.folders)
    async with browsing([series]) as session:
        old = session.browser._seek
        assert old is not None
        session.browser.open_at(Start((str(Path(ct).parent),)))
        session.browser.post_message(questions.Sought(old.question, str(series / "IM1")))
        found.set()
        await session.shown("ct.dcm")
        assert session.entry == "ct.dcm"


async def test_steps_wait_until_the_frames_of_a_file_are_known(tmp_path: Path, hold: Hold) -> None:
    write(tmp_path / "a.dcm")
    many = three_frames(tmp_path / "b.dcm")
    write(tmp_path / "c.dcm")
    read = hold("rows", lambda path: path == many)
    async with browsing([tmp_path / "a.dcm"]) as session:
        await session.shown("a.dcm")
        await session.press("tab", "j")
        await session.until(lambda: session.entry == "b.dcm")
        await session.press("j", "j")
        assert session.entry == "b.dcm"
        read.set()
        await session.shown("b.dcm")
        await session.frame(2)
        await session.press("j")
        await session.shown("c.dcm")


async def test_steps_of_a_file_that_was_left_are_dropped(tmp_path: Path, hold: Hold) -> None:
    many = three_frames(tmp_path / "b.dcm")
    three_frames(tmp_path / "c.dcm")
    read = hold("rows", lambda path: path == many)
    async with browsing([many]) as session:
        await session.until(lambda: session.entry == "b.dcm")
        await session.press("tab", "j", "shift+tab", "down")
        await session.until(lambda: session.browser.selection.path == str(tmp_path / "c.dcm"))
        read.set()
        await session.shown("c.dcm")
        await session.pilot.pause()
        assert session.browser.selection.frame == 0


async def test_another_path_begins_without_filter_and_marks(series: Path, ct: str) -> None:
    async with browsing([series / "IM2"]) as session:
        await session.shown("IM2")
        await session.press("space", "slash", "I", "M", "2", "enter")
        await session.until(lambda: session.browser.file_tree.filter == "IM2")
        assert session.browser.file_tree.marked
        session.browser.open_at(start_of([ct]))
        await session.shown("ct.dcm")
        await session.until(lambda: session.entry == "ct.dcm")
        assert not session.browser.file_tree.marked
        assert "marked" not in session.text
        assert "IM2" not in session.text


async def test_what_is_shown_stays_while_it_is_read_again(series: Path, hold: Hold) -> None:
    async with browsing([series / "IM5"]) as session:
        await session.shown("IM5")
        await session.until(lambda: session.entry == "IM5")
        listed = hold("folder")
        write(series / "IM0")
        await session.press("f5")
        session.browser.file_tree.show_listing(Listing(str(series), (), complete=False))
        await session.pilot.pause()
        assert "IM12" in session.text
        assert (session.file, session.entry) == ("IM5", "IM5")
        listed.set()
        await session.until(lambda: "IM0" in session.text)
        assert (session.file, session.entry) == ("IM5", "IM5")


async def test_reading_again_shows_what_is_in_the_file_now(ct: str) -> None:
    async with browsing([ct]) as session:
        await session.shown("ct.dcm")
        assert "DOE^JANE" in session.text
        write(Path(ct), PatientName="ROE^RICHARD")
        await session.press("f5")
        await session.until(lambda: "ROE^RICHARD" in session.text)
        assert session.file == "ct.dcm"


async def test_a_file_stays_in_sight_while_its_large_folder_is_read(series: Path, hold: Hold) -> None:
    listed = hold("folder")
    app = DicomApp(start_of([str(series / "IM5")]), Settings(), terminal())
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        session = Session(app, pilot, app.screen)  # type: ignore[arg-type]
        await session.shown("IM5")
        session.browser.file_tree.show_listing(Listing(str(series), (), complete=False))
        await session.until(lambda: "0 so far" in session.text)
        await session.pilot.pause()
        assert session.file == "IM5"
        listed.set()
        await session.until(lambda: session.entry == "IM5")
        assert session.file == "IM5"


async def test_steps_wait_for_a_folder_that_is_unfolded_for_them(series: Path, hold: Hold) -> None:
    found = hold("seek")
    async with browsing([series.parent]) as session:
        await session.press("tab", "j", "j")
        found.set()
        await session.shown("IM3")


async def test_the_last_image_waits_for_the_frames(tmp_path: Path, hold: Hold) -> None:
    many = three_frames(tmp_path / "b.dcm")
    write(tmp_path / "c.dcm")
    read = hold("rows", lambda path: path == many)
    async with browsing([many]) as session:
        await session.until(lambda: session.entry == "b.dcm")
        await session.press("tab", "G", "k")
        read.set()
        await session.shown("b.dcm")
        await session.frame(1)


async def test_the_first_image_forgets_the_steps_before_it(series: Path, hold: Hold) -> None:
    async with browsing([series / "IM3"]) as session:
        await session.shown("IM3")
        await session.until(lambda: session.entry == "IM3")
        found = hold("seek")
        await forget_facts(session)
        await session.press("tab", "j", "j", "g")
        found.set()
        await session.shown("IM1")
        await session.pilot.pause()
        assert session.entry == "IM1"


async def test_steps_are_dropped_where_the_user_moves_to_a_folder(tmp_path: Path, hold: Hold) -> None:
    many = three_frames(tmp_path / "b.dcm")
    read = hold("rows", lambda path: path == many)
    async with browsing([many]) as session:
        await session.until(lambda: session.entry == "b.dcm")
        await session.press("tab", "j", "shift+tab", "up")
        await session.says("is a folder of")
        read.set()
        await session.pilot.pause()
        assert session.entry == tmp_path.name


async def test_away_and_back_is_a_move(series: Path, hold: Hold) -> None:
    async with browsing([series / "IM3"]) as session:
        await session.shown("IM3")
        await session.until(lambda: session.entry == "IM3")
        found = hold("seek")
        await forget_facts(session)
        await session.press("tab", "j", "shift+tab", "up")
        await session.shown("IM2")
        await session.press("down")
        await session.shown("IM3")
        found.set()
        await session.until(found.delivered.is_set)
        await session.pilot.pause()
        assert session.entry == "IM3"


async def test_a_file_that_has_fewer_frames_now(tmp_path: Path) -> None:
    path = tmp_path / "a.dcm"
    three_frames(path)
    async with browsing([path]) as session:
        await session.shown("a.dcm")
        await session.press("tab", "G")
        await session.frame(2)
        write(path)
        await session.press("f5")
        await session.frame(0)
        assert session.picture.frames == 1
