"""What the browser asks in the background, and the messages that bring the answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from textual.message import Message

if TYPE_CHECKING:  # the service layer is imported in the threads that ask it, after the first paint
    from tui.browser_state import Sentence, Start
    from tui.dicom.change import Change
    from tui.dicom.edit import Draft
    from tui.dicom.elements import Elements
    from tui.dicom.library.find import Hit
    from tui.dicom.library.outline import Outline
    from tui.dicom.library.scan import Facts, Listing
    from tui.dicom.pixels.picture import Picture
    from tui.dicom.query import Hits, QueryError
    from tui.dicom.tags import TagRows

LAST_FRAME = -1
UNDO, REDO, AGAIN = "undo", "redo", "again"


class PictureQuestion(NamedTuple):
    """Which picture; frame LAST_FRAME is the last one. `beside` are the files that the next step may go to."""

    elements: Elements
    frame: int
    beside: tuple[str, ...] = ()


class SearchQuestion(NamedTuple):
    """Which rows are searched for what."""

    rows: TagRows
    text: str


class EditQuestion(NamedTuple):
    """A change to a draft; UNDO takes the last one back, REDO makes it again, AGAIN asks for the draft as it is.

    Several changes are made one after the other, without those that are refused.
    """

    draft: Draft
    change: Change | str | tuple[Change, ...]


class EditedFile(NamedTuple):
    """A changed draft, its rows, and the places of the attributes that were set, the newest last.

    `refused` are the changes that could not be made again, a sentence each; safe to draw.
    """

    draft: Draft
    rows: TagRows
    touched: tuple[int, ...]
    refused: tuple[str, ...] = ()


class SaveQuestion(NamedTuple):
    """Where the copy of a draft is written, and which UIDs are new in it (see `edited_copy.RENEW`)."""

    draft: Draft
    path: str
    renew: str


@dataclass(frozen=True, slots=True, eq=False)
class LibraryQuestion:
    """What lies below some folders; with `follow` also what comes later; `index` is where the index is, "" without one."""

    roots: tuple[str, ...]
    follow: bool = False
    index: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class FindQuestion:
    """Which files below some folders are what is looked for."""

    roots: tuple[str, ...]
    text: str


class FoundFiles(NamedTuple):
    """Files that were found since the last answer; with `problem` there will be no more, and it says why; safe to draw."""

    hits: tuple[Hit, ...]
    unread: int = 0
    complete: bool = False
    problem: str = ""


class FileRead(NamedTuple):
    """A walked file: its rows, and how many frames it says to have."""

    rows: TagRows
    frames: int


@dataclass(frozen=True, slots=True)
class SeekQuestion:
    """Look for a DICOM file.

    The `count`-th among `paths`, or the one with the InstanceNumber `number`; or the first one below one of `folders`.
    `none` is what to say where there is none.
    """

    paths: tuple[str, ...]
    count: int = 1
    folders: tuple[str, ...] = ()
    number: int | None = None
    last_frame: bool = False
    none: str = ""


class PathLookedAt(Message):
    """The disk was asked for a path that the user typed: `start` shows it, or else `problem` says why not."""

    def __init__(self, path: str, answer: Start | str) -> None:
        super().__init__()
        self.path = path
        self.start = None if isinstance(answer, str) else answer
        self.problem = answer if isinstance(answer, str) else ""


class Listed(Message):
    """A folder was read, or a part of it."""

    def __init__(self, listing: Listing) -> None:
        super().__init__()
        self.listing = listing


class FactsFound(Message):
    """It is known what some files are."""

    def __init__(self, facts: dict[str, Facts]) -> None:
        super().__init__()
        self.facts = facts


class LibraryGrown(Message):
    """More is known of what lies below the folders."""

    def __init__(self, question: LibraryQuestion, outline: Outline) -> None:
        super().__init__()
        self.question = question
        self.outline = outline


class FilesFound(Message):
    """Files were found, or there are no more."""

    def __init__(self, question: FindQuestion, found: FoundFiles) -> None:
        super().__init__()
        self.question = question
        self.found = found


class RowsRead(Message):
    """A file was walked, or the `answer` is a sentence that says why not."""

    def __init__(self, path: str, answer: FileRead | Sentence) -> None:
        super().__init__()
        self.path = path
        self.answer = answer


class PictureMade(Message):
    """A frame was decoded, or the `answer` is a sentence that says why not."""

    def __init__(self, question: PictureQuestion, answer: Picture | Sentence) -> None:
        super().__init__()
        self.question = question
        self.answer = answer


class Edited(Message):
    """A change was made, or the `answer` is a sentence that says why it was refused."""

    def __init__(self, question: EditQuestion, answer: EditedFile | Sentence) -> None:
        super().__init__()
        self.question = question
        self.answer = answer


class Saved(Message):
    """A copy was written, or the `problem` says why not."""

    def __init__(self, question: SaveQuestion, problem: str) -> None:
        super().__init__()
        self.question = question
        self.problem = problem


class Searched(Message):
    """A search has ended: with hits, or because it could not be read."""

    def __init__(self, question: SearchQuestion, answer: Hits | QueryError) -> None:
        super().__init__()
        self.question = question
        self.answer = answer


class Sought(Message):
    """A DICOM file was found, or there is none (`path` "")."""

    def __init__(self, question: SeekQuestion, path: str) -> None:
        super().__init__()
        self.question = question
        self.path = path


class Failed(Message):
    """A thread met with an error that nobody expected: a bug, to be raised in the program's own thread."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error
