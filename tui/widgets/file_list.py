"""What the files pane shows has in common, whether folders, studies or hits: files under a cursor, and marks."""

from collections.abc import Iterator
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from tui.commands import FILES
from tui.dicom.library.scan import Facts
from tui.widgets.bindings import bindings
from tui.widgets.row_list import RowList


class FileList(RowList):
    """A list in which files stand, among other rows; `marked` are the paths of those that were marked."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(FILES)
    marked: frozenset[str] = frozenset()

    class FileShown(Message):
        """The cursor is on a file, or (`path` None) on something else, of which `words` tell; safe to draw."""

        def __init__(self, path: str | None, words: str = "", *, error: bool = False) -> None:
            super().__init__()
            self.path = path
            self.words = words
            self.error = error

    class FileEntered(Message):
        """Enter was pressed on a file."""

    class MarksChanged(Message):
        """Files were marked, or marks taken away: see `marked`."""

    # --- what a subclass says

    @property
    def file(self) -> str | None:
        """Return the file under the cursor, or None."""
        raise NotImplementedError  # every subclass says it

    @property
    def here(self) -> str | None:
        """Return what is under the cursor, as a text that is the same for the same thing; None for nothing."""
        raise NotImplementedError  # every subclass says it

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the files and folders that a command works on: the marked ones, else what is under the cursor."""
        raise NotImplementedError  # every subclass says it

    @property
    def place(self) -> tuple[int, int]:
        """Return which of the files beside it (from 1) the cursor is on, and their number; (0, 0) if on none."""
        raise NotImplementedError  # every subclass says it

    @property
    def awaited(self) -> str | None:
        """Return the file the cursor will be put on as soon as it is known where it is, or None."""
        return None

    def paths_on(self, step: int, path: str | None = None) -> Iterator[str]:
        """Yield the files after (step 1) or before (-1) the cursor, or after another file, nearest first."""
        raise NotImplementedError  # every subclass says it

    def files_beside(self, path: str | None) -> tuple[str, ...]:
        """Return the files that stand together with a file, in order."""
        raise NotImplementedError  # every subclass says it

    def facts_of(self, path: str) -> Facts | None:
        """Return what is known of a file, or None."""
        raise NotImplementedError  # every subclass says it

    def reveal(self, path: str) -> None:
        """Put the cursor on a file, unfolding what is around it."""
        raise NotImplementedError  # every subclass says it

    def tell_cursor(self) -> None:
        """Say what is under the cursor."""
        raise NotImplementedError  # every subclass says it

    def tell(self, message: Message) -> None:
        """Post a message on what is under the cursor, where anybody sees that."""
        if self.display:
            self.post_message(message)

    # --- marks

    def move_to_file(self, step: int) -> None:
        """Put the cursor on the next (1) or previous (-1) file."""
        path = next(self.paths_on(step), None)
        if path is not None:
            self.reveal(path)

    def set_marks(self, marked: frozenset[str]) -> None:
        """Mark these files, and no others."""
        self.marked = marked
        self.refresh()
        self.post_message(self.MarksChanged())

    def toggle_marks(self, paths: frozenset[str]) -> None:
        """Mark files, or take their marks away where all of them are marked."""
        if paths:
            self.set_marks(self.marked - paths if paths <= self.marked else self.marked | paths)
