"""Which picture is looked at next: a frame of this file, or another file that has to be found."""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from textual import on
from textual.screen import Screen

from tui.browser_state import Selection, Sentence
from tui.screens import questions

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.background import Background
    from tui.widgets.file_list import FileList

_LOOK_FURTHER = 20_000
_NO_DICOM = Sentence("There is no DICOM file in this folder or below it.")
_NO_IMAGE = "No image is shown here"


class _Seek(NamedTuple):
    """A question that is out, and what the files' cursor was on when it was asked."""

    question: questions.SeekQuestion
    origin: str | None


class Seeking(Screen[None]):
    """The part of the browser that goes from picture to picture."""

    if TYPE_CHECKING:  # what the browser has
        selection: Selection
        sentence: Sentence
        seeks: Background[questions.SeekQuestion, str]

        @property
        def files_shown(self) -> FileList:
            """Return the list that the files pane shows."""

        def say(self, message: str) -> None:
            """Show a word on the last key."""

    _seek: _Seek | None = None
    _frames: int | None = 1
    _then: Callable[[], None] | None = None
    _going_to = ""
    _frame_of_next_file = 0
    _waiting_steps = 0
    _no_dicom = False

    # --- frames

    def forget_frames(self) -> None:
        """Count the steps that are asked for from now on, until it is known how many frames the file has."""
        self._frames = None

    def take_frames(self, frames: int) -> None:
        """Take over how many frames the file has that is shown; what shows no picture has one."""
        self._frames = frames
        self.take_waiting()

    def arrive(self, path: str) -> int:
        """Return the frame to begin with in `path`, to which the files' cursor came.

        Where it was the user who moved it, what waited for another file is dropped.
        """
        going, self._going_to = self._going_to, ""
        frame, self._frame_of_next_file = self._frame_of_next_file, 0
        if path == going:
            return frame
        self._drop_waiting()
        return 0

    def leave(self) -> None:
        """Drop what waited for a file: the cursor came to what is none, and it is not that one is on its way."""
        if not self._is_seeking and self.files_shown.awaited is None:
            self._drop_waiting()

    def _drop_waiting(self) -> None:
        self._seek = self._then = None
        self._waiting_steps = self._frame_of_next_file = 0

    @property
    def _frames_known(self) -> bool:
        """Return whether the file that is shown is the one under the cursor, and its frames are known."""
        here = self.selection.path
        tree = self.files_shown
        return self._frames is not None and tree.file in (None, here) and tree.awaited in (None, here)

    def take_waiting(self) -> None:
        """Do what was asked for before it could be done."""
        if not self._frames_known or self._is_seeking:
            return
        then, self._then = self._then, None
        steps, self._waiting_steps = self._waiting_steps, 0
        if then is not None:
            then()
        if steps:
            self.action_step_image(steps)  # which may wait for what was done just now

    def _wait_to(self, then: Callable[[], None]) -> bool:
        """Put `then` off until the frames are known, in place of all that waits; return whether they are not."""
        self._waiting_steps, self._then = 0, None
        if not self._frames_known:
            self._then = then
        return self._then is not None

    def action_step_image(self, step: int) -> None:
        """Show the picture `step` further: a frame of this file, else another file."""
        if self._is_seeking or self._frames is None or not self._frames_known:
            self._waiting_steps += step  # counted from where that ends
            return
        last = self._frames - 1
        now = min(self.selection.frame, last) if self.selection.frame >= 0 else last
        wanted = min(max(0, now + step), last)
        if wanted != now and (wanted == now + step or abs(step) > 1):
            self.selection = Selection(self.selection.path, wanted)
        else:
            self._go_on(step)

    def action_image_at_end(self, step: int) -> None:
        """Show the first (-1) or last (1) frame; of a single frame, the first or last image of the folder."""
        if self._wait_to(partial(self.action_image_at_end, step)):
            return
        if self._frames is not None and self._frames > 1:
            self.selection = Selection(self.selection.path, 0 if step < 0 else self._frames - 1)
        else:
            paths = self.files_here()
            self._ask_seek(questions.SeekQuestion(paths if step < 0 else paths[::-1], none=_NO_IMAGE))

    def go_to_image(self, number: int) -> None:
        """Show frame `number` (from 1), or of single frames the image of the folder with that instance number."""
        if self._wait_to(partial(self.go_to_image, number)):
            return
        if self._frames is not None and self._frames > 1:
            self.selection = Selection(self.selection.path, min(max(1, number), self._frames) - 1)
        else:
            none = f"There is no image {number} in this folder"
            self._ask_seek(questions.SeekQuestion(self.files_here(), number=number, none=none))

    # --- files

    def go_to_file(self, path: str, *, last_frame: bool = False) -> None:
        """Put the files' cursor on `path`, which shows it."""
        if path == self.selection.path:
            return
        self._going_to = path
        self._frame_of_next_file = questions.LAST_FRAME if last_frame else 0
        self.files_shown.reveal(path)

    def _go_on(self, step: int) -> None:
        """Go to the file that is `step` DICOM files on: at once where it is known what they are."""
        direction = 1 if step > 0 else -1
        none = "This is the last image" if step > 0 else "This is the first image"
        paths = self.files_shown.paths_on(direction)
        known, last = list[str](), None
        for path in paths:
            facts = self.files_shown.facts_of(path)
            if facts is None:
                rest = (*known, path, *islice(paths, _LOOK_FURTHER))
                self._ask_seek(questions.SeekQuestion(rest, abs(step), last_frame=direction < 0, none=none))
                return
            if facts.is_dicom:
                known.append(path)
                last = path
                if len(known) == abs(step):
                    break
        if last is None:
            self.say(none)
        else:
            self.go_to_file(last, last_frame=direction < 0)

    def files_here(self) -> tuple[str, ...]:
        """Return the files of the folder, or of the stack, of the file that is shown."""
        return self.files_shown.files_beside(self.selection.path)

    # --- looking for a file

    def seek_first(self, folders: tuple[str, ...]) -> None:
        """Look for the first DICOM file below `folders`, to begin with."""
        self._ask_seek(questions.SeekQuestion((), folders=folders))

    def forget_seek(self) -> None:
        """Drop the answer to the question that is out, and the steps that wait for it."""
        self._drop_waiting()
        self._frames = 1
        self._no_dicom = False

    @property
    def _is_seeking(self) -> bool:
        """Return whether a file is looked for, and the user has not moved on since."""
        return self._seek is not None and self._seek.origin == self._under_cursor

    @property
    def _under_cursor(self) -> str | None:
        return self.files_shown.here

    def _ask_seek(self, question: questions.SeekQuestion) -> None:
        if not question.paths and not question.folders:
            self.say(question.none)
            return
        self._seek = _Seek(question, self._under_cursor)
        self.seeks.ask(question)

    @on(questions.Sought)
    def _sought(self, message: questions.Sought) -> None:
        seek = self._seek
        if seek is None or seek.question is not message.question:
            return  # another one was asked, or other folders were opened
        moved_on, self._seek = not self._is_seeking, None
        if moved_on:
            return
        if message.path:
            self.go_to_file(message.path, last_frame=message.question.last_frame)
        elif message.question.folders:
            self._no_dicom = True
            self.sentence = _NO_DICOM
        else:
            self.say(message.question.none)
        self.take_waiting()

    def sentence_here(self, said: Sentence) -> Sentence:
        """Return what is said instead of a picture: what the files' cursor says, or at the start that there is none."""
        return _NO_DICOM if self._no_dicom and self.files_shown.cursor == 0 else said
