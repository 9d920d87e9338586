"""How the browser's questions are answered, each on a thread of its own; imported by the first of them."""

from collections import OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tui.browser_state import Sentence, Start, start_of
from tui.dicom.attributes import frames_said
from tui.dicom.elements import walk_file
from tui.dicom.errors import DicomError
from tui.dicom.library.scan import Facts, Listing, list_folder, path_problem
from tui.dicom.library.sniff import files_below, read_facts, seek_dicom
from tui.dicom.tags import load_rows
from tui.screens.questions import LAST_FRAME, FileRead, PictureQuestion, SearchQuestion, SeekQuestion
from tui.text import safe_text

if TYPE_CHECKING:  # NumPy is imported with the first picture, the query with the first search
    from tui.dicom.pixels.picture import Picture
    from tui.dicom.query import Hits

_PICTURES_KEPT_BYTES = 192 * 1024 * 1024
_FACTS_AT_ONCE = 16


def sentence_of(error: DicomError) -> Sentence:
    """Return an error as a pane shows it."""
    text = safe_text(str(error))
    return Sentence(text[:1].upper() + text[1:], error=True)


class Answers:
    """Answers every kind of question; keeps the last pictures, so that stepping back costs nothing."""

    def __init__(self) -> None:
        self._pictures: OrderedDict[tuple[str, object, int], Picture] = OrderedDict()

    def path(self, path: str) -> Iterator[Start | str]:
        """Answer where the browser starts to show `path`, or in a sentence why it cannot."""
        yield path_problem(path) or start_of([path])

    def folder(self, path: str) -> Iterator[Listing]:
        """Answer what is in a folder."""
        return list_folder(path)

    def facts(self, paths: tuple[str, ...]) -> Iterator[dict[str, Facts]]:
        """Answer what some files are, a few at a time."""
        facts: dict[str, Facts] = {}
        for path in paths:
            facts[path] = read_facts(path)
            if len(facts) >= _FACTS_AT_ONCE:
                yield facts
                facts = {}
        if facts:
            yield facts

    def rows(self, path: str) -> Iterator[FileRead | Sentence]:
        """Answer with the rows of a file, or why there are none."""
        try:
            elements = walk_file(path)
            yield FileRead(load_rows(elements), frames_said(elements))
        except DicomError as error:
            yield sentence_of(error)

    def search(self, question: SearchQuestion) -> "Iterator[Hits | None]":
        """Answer what a search finds."""
        from tui.dicom.query import Query, find

        rows = question.rows
        for _ in rows.make_haystacks():
            yield None
        yield find(Query.parse(question.text), rows.haystacks(), rows.parents)

    def seek(self, question: SeekQuestion) -> Iterator[str | None]:
        """Answer where the DICOM file is that is looked for, "" if nowhere."""
        below = (path for folder in question.folders for path in files_below(folder))
        found = None
        for step in seek_dicom(question.paths or below, question.count, question.number):
            found = step
            yield None
        yield found or ""

    def picture(self, question: PictureQuestion) -> "Iterator[Picture | Sentence]":
        """Answer with a picture, or why there is none."""
        from tui.dicom.pixels.load import frame_count, load_picture  # imports NumPy

        elements, frame = question
        try:
            if frame == LAST_FRAME:
                frame = frame_count(elements) - 1
            key = (elements.path, elements.source.identity, frame)
            picture = self._pictures.pop(key, None) or load_picture(elements, frame)
            self._pictures[key] = picture
            self._forget()
            yield picture
        except DicomError as error:
            # what is no image at all is no error
            yield Sentence(sentence_of(error).text, error=not str(error).startswith("This is"))

    def _forget(self) -> None:
        """Let the oldest pictures go where all together are too large; the last one stays."""
        while len(self._pictures) > 1 and sum(kept.values.nbytes for kept in self._pictures.values()) > _PICTURES_KEPT_BYTES:
            self._pictures.popitem(last=False)
