"""How the browser's questions are answered, each on a thread of its own; imported by the first of them."""

import os
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from tui.browser_state import Sentence, Start, start_of
from tui.dicom.attributes import Attributes, frames_said
from tui.dicom.elements import Elements, walk_file
from tui.dicom.errors import DicomError
from tui.dicom.library.scan import Facts, Listing, list_folder, path_problem
from tui.dicom.library.sniff import files_below, read_facts, seek_dicom
from tui.dicom.tags import load_rows
from tui.screens.questions import (
    AGAIN,
    LAST_FRAME,
    REDO,
    UNDO,
    EditedFile,
    EditQuestion,
    FileRead,
    FindQuestion,
    FoundFiles,
    LibraryQuestion,
    PictureQuestion,
    SaveQuestion,
    SearchQuestion,
    SeekQuestion,
)
from tui.text import names_are_masked, safe_text, sentence_case, shown_name, shown_path

if TYPE_CHECKING:  # NumPy is imported with the first picture, the query with the first search
    from tui.dicom.library.outline import Outline
    from tui.dicom.pixels.picture import Picture
    from tui.dicom.query import Hits, QueryError

PictureKey = tuple[str, object, int]

_PICTURES_KEPT_BYTES = 192 * 1024 * 1024
_BYTES_A_PIXEL = 6  # stored and modality values
_AHEAD_FITS = 8  # decoding ahead is for pictures of which so many are kept
_AHEAD_S = 1.0  # ... of which none may hold a question up for longer
_QUICK_S = 0.2  # ... and that come so quickly that the next question hardly waits for them
_FACTS_AT_ONCE = 16
_HITS_EVERY_S = 0.2
FIRST_ELEMENTS = 400  # more than any screen has rows


def _key(elements: Elements, frame: int) -> PictureKey:
    return elements.path, elements.source.identity, frame


def sentence_of(error: DicomError) -> Sentence:
    """Return an error as a pane shows it."""
    text = safe_text(str(error))
    if error.path is not None and names_are_masked():
        name = safe_text(os.path.basename(error.path))
        text = text.replace(safe_text(error.path), shown_path(error.path)).replace(name, shown_name(name))
    named = error.path is not None and text.startswith(shown_name(os.path.basename(error.path)))
    return Sentence(text if named else sentence_case(text), error=True)


class Answers:
    """Answers every kind of question; keeps the last pictures, so that stepping back costs nothing."""

    def __init__(self) -> None:
        self._pictures: OrderedDict[PictureKey, Picture] = OrderedDict()
        self.hides: Callable[[int, str], bool] | None = None  # whose values are masked (privacy view)

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

    def library(self, question: LibraryQuestion) -> "Iterator[Outline | None]":
        """Answer what lies below some folders, more and more of it."""
        from tui.dicom.library.outline import grow

        if not question.index:
            yield from grow(question.roots, follow=question.follow)
            return
        from tui.dicom.library.index import Index

        try:
            index = Index(question.index)
        except DicomError:  # it is the same without one, but slower
            yield from grow(question.roots, follow=question.follow)
            return
        try:
            yield from grow(question.roots, follow=question.follow, index=index)
        finally:
            index.close()

    def find(self, question: FindQuestion) -> Iterator[FoundFiles | None]:
        """Answer which files are what is looked for, some at a time."""
        from tui.dicom.anonymize.profile import identifies
        from tui.dicom.library.find import Hit, Unread, find
        from tui.dicom.query import Query, QueryError

        hits, unread, due = list[Hit](), 0, time.monotonic()
        try:
            for found in find(question.roots, Query.parse(question.text), identifies, gently=True, hides=self.hides):
                if isinstance(found, Hit):
                    hits.append(found)
                elif isinstance(found, Unread):
                    unread += 1
                if hits and time.monotonic() > due:
                    yield FoundFiles(tuple(hits), unread)
                    hits, due = [], time.monotonic() + _HITS_EVERY_S
                else:
                    yield None
        except QueryError as error:
            yield FoundFiles(tuple(hits), unread, complete=True, problem=safe_text(str(error)))
            return
        yield FoundFiles(tuple(hits), unread, complete=True)

    def rows(self, path: str) -> Iterator[FileRead | Sentence]:
        """Answer with the rows of a file, of a large one before that with the first of them; or why there are none."""
        try:
            elements = walk_file(path, most=FIRST_ELEMENTS)
            if elements.partial:
                yield FileRead(load_rows(elements, fold_out=False, hides=self.hides), 1)
                elements = walk_file(path)
            yield FileRead(load_rows(elements, hides=self.hides), frames_said(elements))
        except DicomError as error:
            yield sentence_of(error)

    def search(self, question: SearchQuestion) -> "Iterator[Hits | QueryError | None]":
        """Answer what a search finds, or why it is none."""
        from tui.dicom.anonymize.profile import identifies
        from tui.dicom.query import Query, QueryError

        try:
            query = Query.parse(question.text)
        except QueryError as error:
            yield error
            return
        rows = question.rows
        for _ in rows.make_haystacks():
            yield None
        try:
            yield query.find(rows, identifies)
        except (QueryError, DicomError) as error:
            yield error if isinstance(error, QueryError) else QueryError(str(error), question.text, 0)

    def edit(self, question: EditQuestion) -> Iterator[EditedFile | Sentence]:
        """Answer with a draft after a change, or why it is refused."""
        from tui.dicom.edit import Draft

        draft, change = question
        try:
            steps = {UNDO: Draft.undo, REDO: Draft.redo, AGAIN: Draft.same}
            refused: list[str] = []
            if isinstance(change, tuple):
                after = draft
                for each in change:
                    try:
                        after = after.changed(each)
                    except DicomError as error:
                        refused.append(safe_text(f"{each.words}: {error}"))
            else:
                after = steps[change](draft) if isinstance(change, str) else draft.changed(change)
            places = load_rows(after.elements, fold_out=False).places  # whose rows are the draft's
            touched = tuple(places[index] for index in after.touched)
            yield EditedFile(after, load_rows(after.elements, hides=self.hides), touched, tuple(refused))
        except DicomError as error:
            yield sentence_of(error)

    def save(self, question: SaveQuestion) -> Iterator[str | None]:
        """Write the copy of a draft; answer "", or why that failed."""
        from tui.dicom.edited_copy import renewed, save_copy

        problem = ""
        try:
            for _ in save_copy(renewed(question.draft, question.renew), question.path):
                yield None
        except DicomError as error:
            problem = sentence_of(error).text
        yield problem

    def seek(self, question: SeekQuestion) -> Iterator[str | None]:
        """Answer where the DICOM file is that is looked for, "" if nowhere."""
        below = (path for folder in question.folders for path in files_below(folder))
        found = None
        for step in seek_dicom(question.paths or below, question.count, question.number):
            found = step
            yield None
        yield found or ""

    def picture(self, question: PictureQuestion) -> "Iterator[Picture | Sentence | None]":
        """Answer with a picture, before it perhaps with a preview, or why there is none; then decode its neighbours."""
        from tui.dicom.pixels.load import frame_count, load_pictures  # imports NumPy

        elements, frame, beside = question
        begin = time.monotonic()
        try:
            if frame == LAST_FRAME:
                frame = frame_count(elements) - 1
            key = _key(elements, frame)
            picture = self._pictures.pop(key, None)
            if picture is not None:
                yield picture
            else:
                for picture in load_pictures(elements, frame):
                    yield picture
            if picture is not None:
                self._keep(key, picture)
                if time.monotonic() - begin < _QUICK_S:
                    yield from self._decode_ahead(elements, frame, picture, beside)
        except DicomError as error:
            # what is no image at all is no error
            yield Sentence(sentence_of(error).text, error=not str(error).startswith("This is"))

    def _decode_ahead(self, elements: Elements, frame: int, picture: "Picture", beside: tuple[str, ...]) -> Iterator[None]:
        """Decode what the next key may ask for: the frames beside this one, or the files beside that of a single frame."""
        from tui.dicom.pixels.image_pixel import image_pixel
        from tui.dicom.pixels.load import load_picture

        if picture.nbytes * _AHEAD_FITS > _PICTURES_KEPT_BYTES:
            return
        neighbours = [(elements.path, frame + step) for step in (1, -1) if 0 <= frame + step < picture.frames]
        files = [(path, 0) for path in beside] if picture.frames == 1 else []
        for path, number in neighbours + files:
            yield None  # a question that came meanwhile goes first
            try:
                walked = elements if path == elements.path else walk_file(path)
                key = _key(walked, number)
                image = image_pixel(Attributes.of(walked))
                needed = image.rows * image.columns * image.samples * _BYTES_A_PIXEL
                if key not in self._pictures and needed * _AHEAD_FITS <= _PICTURES_KEPT_BYTES:
                    self._keep(key, load_picture(walked, number, limit_s=_AHEAD_S))
            except DicomError:
                continue  # nobody asked for it yet; who does is told why

    def _keep(self, key: PictureKey, picture: "Picture") -> None:
        self._pictures[key] = picture
        self._forget()

    def _forget(self) -> None:
        """Let the oldest pictures go where all together are too large; the last one stays."""
        while len(self._pictures) > 1 and sum(kept.nbytes for kept in self._pictures.values()) > _PICTURES_KEPT_BYTES:
            self._pictures.popitem(last=False)
