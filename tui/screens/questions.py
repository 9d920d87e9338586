"""What the browser asks in the background, and the messages that bring the answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from textual.message import Message

if TYPE_CHECKING:  # the service layer is imported in the threads that ask it, after the first paint
    from tui.browser_state import Sentence
    from tui.dicom.elements import Elements
    from tui.dicom.library.scan import Facts, Listing
    from tui.dicom.pixels.picture import Picture
    from tui.dicom.query import Hits
    from tui.dicom.tags import TagRows

LAST_FRAME = -1


class PictureQuestion(NamedTuple):
    """Which picture; frame LAST_FRAME is the last one."""

    elements: Elements
    frame: int


class SearchQuestion(NamedTuple):
    """Which rows are searched for what."""

    rows: TagRows
    text: str


@dataclass(frozen=True, slots=True)
class SeekQuestion:
    """Look for a DICOM file.

    The `count`-th among `paths`, or the one with the InstanceNumber `number`; or the first one below one of `folders`.
    """

    paths: tuple[str, ...]
    count: int = 1
    folders: tuple[str, ...] = ()
    number: int | None = None
    last_frame: bool = False


class Listed(Message):
    """A folder was read, or a part of it."""

    def __init__(self, path: str, listing: Listing) -> None:
        super().__init__()
        self.path = path
        self.listing = listing


class FactsFound(Message):
    """It is known what some files are."""

    def __init__(self, paths: tuple[str, ...], facts: dict[str, Facts]) -> None:
        super().__init__()
        self.paths = paths
        self.facts = facts


class RowsRead(Message):
    """A file was walked, or (`sentence`) it is said why not."""

    def __init__(self, path: str, answer: TagRows | Sentence) -> None:
        super().__init__()
        self.path = path
        self.answer = answer


class PictureMade(Message):
    """A frame was decoded, or (`sentence`) it is said why not."""

    def __init__(self, question: PictureQuestion, answer: Picture | Sentence) -> None:
        super().__init__()
        self.question = question
        self.answer = answer


class Searched(Message):
    """A search has ended."""

    def __init__(self, question: SearchQuestion, hits: Hits) -> None:
        super().__init__()
        self.question = question
        self.hits = hits


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
