"""What the browser asks in the background: each kind of question on a thread of its own, answers as messages."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from textual.message import Message

from tui.browser_state import Sentence
from tui.dicom.elements import Elements, walk_file
from tui.dicom.errors import DicomError
from tui.dicom.library.scan import Facts, Listing, files_below, list_folder, read_facts, seek_dicom
from tui.dicom.query import Hits, Query, find
from tui.dicom.tags import TagRows, load_rows
from tui.text import safe_text

if TYPE_CHECKING:  # NumPy is imported after the first paint, in the thread that decodes
    from tui.dicom.pixels.picture import Picture

_PICTURES_KEPT_BYTES = 192 * 1024 * 1024
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
    """Look for the `count`-th DICOM file among `paths`, or the first one below one of `folders`."""

    paths: tuple[str, ...]
    count: int = 1
    folders: tuple[str, ...] = ()
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

    def __init__(self, path: str, answer: "TagRows | Sentence") -> None:
        super().__init__()
        self.path = path
        self.answer = answer


class PictureMade(Message):
    """A frame was decoded, or (`sentence`) it is said why not."""

    def __init__(self, question: PictureQuestion, answer: "Picture | Sentence") -> None:
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


def sentence_of(error: DicomError) -> Sentence:
    """Return an error as a pane shows it."""
    text = safe_text(str(error))
    return Sentence(text[:1].upper() + text[1:], error=True)


def answer_folder(path: str) -> Iterator[Listing | None]:
    """Answer what is in a folder."""
    return list_folder(path)


def answer_facts(paths: tuple[str, ...]) -> Iterator[dict[str, Facts] | None]:
    """Answer what some files are, a few at a time."""
    facts: dict[str, Facts] = {}
    for path in paths:
        facts[path] = read_facts(path)
        if len(facts) >= 16:
            yield facts
            facts = {}
    if facts:
        yield facts


def answer_rows(path: str) -> Iterator[TagRows | Sentence | None]:
    """Answer with the rows of a file, or why there are none."""
    try:
        yield load_rows(walk_file(path))
    except DicomError as error:
        yield sentence_of(error)


def answer_search(question: SearchQuestion) -> Iterator[Hits | None]:
    """Answer what a search finds."""
    rows = question.rows
    yield find(Query.parse(question.text), rows.haystacks(), rows.parents)


def answer_seek(question: SeekQuestion) -> Iterator[str | None]:
    """Answer where the DICOM file is that is looked for."""
    paths = iter(question.paths) if question.paths else (
        path for folder in question.folders for path in files_below(folder)
    )  # fmt: skip
    found = None
    for step in seek_dicom(paths, question.count):
        found = step
        yield None
    yield found or ""


@dataclass
class PictureAnswers:
    """Decodes pictures, and keeps the last ones: stepping back costs nothing."""

    _kept: "OrderedDict[tuple[str, object, int], Picture]"

    @classmethod
    def new(cls) -> "PictureAnswers":
        """Return one that keeps nothing yet."""
        return cls(OrderedDict())

    def __call__(self, question: PictureQuestion) -> "Iterator[Picture | Sentence | None]":
        """Answer with a picture, or why there is none."""
        from tui.dicom.pixels.picture import frame_count, load_picture  # imports NumPy: after the first paint

        try:
            frame = question.frame
            if frame == LAST_FRAME:
                frame = frame_count(question.elements) - 1
            key = (question.elements.path, question.elements.source.identity, frame)
            picture = self._kept.get(key)
            if picture is None:
                picture = load_picture(question.elements, frame)
                self._keep(key, picture)
            yield picture
        except DicomError as error:
            yield Sentence(sentence_of(error).text, error=not str(error).startswith("This is"))

    def _keep(self, key: tuple[str, object, int], picture: "Picture") -> None:
        self._kept[key] = picture
        while sum(kept.values.nbytes for kept in self._kept.values()) > _PICTURES_KEPT_BYTES and len(self._kept) > 1:
            self._kept.popitem(last=False)
