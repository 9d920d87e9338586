"""The files pane: folders as the disk has them, DICOM files told by content."""

import os
from collections.abc import Iterator

from textual.message import Message
from textual.reactive import var

from tui.dicom.library.scan import Entry, Facts, Kind, Listing
from tui.text import safe_text, shown_name
from tui.widgets.file_list import FileList
from tui.widgets.file_rows import FileRow, FileRows
from tui.widgets.glyphs import UNICODE, Glyphs
from tui.widgets.row_list import Piece

_NAME_LIMIT = 512
_INDENT = "  "
_IN_SHORT = {Kind.LOOP: "loop", Kind.BROKEN: "nothing", Kind.SPECIAL: "no file", Kind.UNREADABLE: "?"}


class FileTree(FileList):
    """Folders and files; what it needs from the disk it asks for with messages, and gets through its methods."""

    filter: var[str] = var("", init=False)

    class FolderWanted(Message):
        """The content of a folder is wanted."""

        def __init__(self, path: str) -> None:
            super().__init__()
            self.path = path

    class FactsWanted(Message):
        """What these files are is wanted: those on screen that are not known yet."""

        def __init__(self, paths: tuple[str, ...]) -> None:
            super().__init__()
            self.paths = paths

    def __init__(self, roots: tuple[str, ...], glyphs: Glyphs = UNICODE, *, id: str | None = None) -> None:
        super().__init__(glyphs, id=id)
        self.set_roots(roots)

    # --- what comes from outside

    def set_roots(self, roots: tuple[str, ...]) -> None:
        """Show the folders `roots`, unfolded; nothing is known of them, and nothing marked."""
        self.files = FileRows(roots)
        self.marked = frozenset()
        self._facts: dict[str, Facts] = {}
        self._asked: frozenset[str] = frozenset()
        self._stale: set[str] = set()
        self._put_on: str | None = None
        for entry in self.files.roots:
            self.files.unfolded[entry.path] = entry
        self.files.rebuild()

    def begin(self) -> None:
        """Ask for the roots."""
        self.rows_changed(0)
        self.ask_for_folder()

    def ask_for_folder(self) -> None:
        """Ask for an unfolded folder whose content is not known, if there is one."""
        path = self._folder_to_read()
        if path is not None:
            self.post_message(self.FolderWanted(path))

    def _folder_to_read(self) -> str | None:
        listings = self.files.listings
        unread = (path for path in self.files.unfolded if path not in listings or not listings[path].complete)
        return next(unread, None) or next(iter(self._stale), None)

    def show_listing(self, listing: Listing) -> None:
        """Show what is in a folder; the cursor stays on its entry."""
        if listing.path in self._stale and not listing.complete:
            return  # what it held is shown until all is known that it holds now
        self._stale.discard(listing.path)
        entry, put_on = self.entry, self._put_on
        self.files.listings[listing.path] = listing
        self.files.rebuild()
        target = self.files.index_of(put_on) if put_on else None
        index = target if target is not None or entry is None else self.files.index_of(entry.path)
        self.rows_changed(index)  # which may move the cursor, and so forget where it is to be put
        self._put_on = put_on if target is None and self._folder_to_read() is not None else None
        if self._put_on is None:
            self._tell_cursor(None if entry is not None and entry.path == listing.path else entry)
        if listing.complete:
            self.ask_for_folder()

    def show_facts(self, facts: dict[str, Facts]) -> None:
        """Take over what is known of files, and repaint those on screen."""
        self._facts.update(facts)
        for index in self.visible_rows:
            entry = self.files.row(index).entry
            if entry is not None and entry.path in facts:
                self._refresh_row(index)

    def facts_of(self, path: str) -> Facts | None:
        """Return what is known of a file, or None."""
        return self._facts.get(path)

    def put_cursor_on(self, path: str) -> bool:
        """Put the cursor on `path`; if its folder is not read yet, as soon as it is. Return whether it is shown now."""
        index = self.files.index_of(path)
        if index is None:
            self._put_on = path
            return False
        self._put_on = None
        self.cursor = index
        return True

    def reveal(self, path: str) -> None:
        """Put the cursor on `path`, unfolding the folders around it."""
        unfolded = self.files.unfold_to(path)
        if unfolded:
            self.rows_changed()
        if not self.put_cursor_on(path) and unfolded:
            self.ask_for_folder()

    @property
    def awaited(self) -> str | None:
        """Return the file the cursor will be put on as soon as its folder is read, or None."""
        return self._put_on

    @property
    def file(self) -> str | None:
        """Return the file under the cursor, or None."""
        entry = self.entry
        return entry.path if entry is not None and entry.kind is Kind.FILE else None

    @property
    def place(self) -> tuple[int, int]:
        """Return which of its folder's files (from 1) the cursor is on, and their number; (0, 0) if on none."""
        return self.files.place_of(self.entry)

    @property
    def here(self) -> str | None:
        """Return the path under the cursor, or None."""
        entry = self.entry
        return entry.path if entry is not None else None

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the marked files, else the file or the folder under the cursor."""
        here = self.here
        return tuple(sorted(self.marked)) or ((here,) if here is not None else ())

    def paths_on(self, step: int, path: str | None = None) -> Iterator[str]:
        """Yield the files after or before the cursor, or another file, nearest first."""
        at = self.cursor if path is None else self.files.index_of(path)
        return iter(()) if at is None else self.files.paths_to(at, step)

    def files_beside(self, path: str | None) -> tuple[str, ...]:
        """Return the files of the folder of a file."""
        return self.files.files_of(os.path.dirname(path or ""))

    def read_again(self) -> None:
        """Ask for all unfolded folders anew, and what their files are; until it is known, all is shown as it was."""
        self._stale = set(self.files.unfolded)
        self._facts.clear()
        self._asked = frozenset()
        self.ask_for_folder()

    # --- rows

    @property
    def entry(self) -> Entry | None:
        """Return the entry under the cursor, or None."""
        return self.files.row(self.cursor).entry if self.cursor < len(self.files) else None

    def row_count(self) -> int:
        """Return how many rows there are."""
        return len(self.files)

    def row_pieces(self, index: int) -> tuple[list[Piece], Piece]:
        """Return the name with its marks, and modality and number at the right."""
        row = self.files.row(index)
        if row.entry is None:
            style = "error" if row.error else "dim"
            return [(_INDENT * row.depth + "  ", "plain"), (safe_text(row.note), style)], ("", "dim")
        return self._entry_pieces(row, row.entry)

    def _entry_pieces(self, row: FileRow, entry: Entry) -> tuple[list[Piece], Piece]:
        name = shown_name(entry.name, _NAME_LIMIT)
        indent = _INDENT * row.depth
        if entry.kind is Kind.FOLDER:
            fold = self._glyphs.unfolded if entry.path in self.files.unfolded else self._glyphs.folded
            listing = self.files.listings.get(entry.path)
            count = f"{len(listing.entries):,}" if listing and listing.entries else ""
            return [(f"{indent}{fold} ", "dim"), (name, "plain")], (count, "dim")
        mark = f"{self._glyphs.mark} " if entry.path in self.marked else "  "
        if entry.kind is not Kind.FILE:
            words = f" {self._glyphs.link} {_IN_SHORT[entry.kind]}"
            return [(indent + mark, "dim"), (name, "dim"), (words, "error")], ("", "dim")
        facts = self._facts.get(entry.path)
        if facts is None or not facts.is_dicom:
            word = "!" if facts is not None and facts.problem else ""
            return [(indent, "dim"), (mark, "hit"), (name, "dim")], (word, "error")
        end = " ".join(part for part in (facts.modality, facts.number.rjust(4) if facts.number else "") if part)
        return [(indent, "dim"), (mark, "hit"), (name, "plain")], (end, "key")

    # --- what is under the cursor and on screen

    def watch_cursor(self, before: int, after: int) -> None:
        """Say which file is shown now."""
        super().watch_cursor(before, after)
        self._put_on = None
        self._tell_cursor(None)

    def tell_cursor(self) -> None:
        """Say what is under the cursor."""
        self._tell_cursor(None)

    def _tell_cursor(self, before: Entry | None) -> None:
        entry = self.entry
        if before is None or entry is None or entry.path != before.path:
            self.tell(self._what_is_shown())

    def _what_is_shown(self) -> "FileTree.FileShown":
        row = self.files.row(self.cursor) if len(self.files) else FileRow(None, 0)
        entry = row.entry
        if entry is None:
            return self.FileShown(None, safe_text(row.note), error=row.error)
        name = shown_name(entry.name, _NAME_LIMIT)
        if entry.kind is Kind.FILE:
            return self.FileShown(entry.path)
        if entry.kind is not Kind.FOLDER:
            return self.FileShown(None, f"{name} is {entry.kind.value}.", error=True)
        listing = self.files.listings.get(entry.path)
        if listing is None:
            return self.FileShown(None, f"{name} is a folder; the right arrow unfolds it.")
        if listing.problem:
            return self.FileShown(None, f"{name}: {safe_text(listing.problem)}", error=True)
        count = len(listing.entries)
        return self.FileShown(None, f"{name} is a folder of {count:,} entr{'y' if count == 1 else 'ies'}.")

    def rows_in_sight(self) -> None:
        """Ask what the files on screen are, unless that is known or was asked."""
        unknown = tuple(
            row.entry.path
            for row in self.files.rows(self.visible_rows)
            if row.entry is not None and row.entry.kind is Kind.FILE and row.entry.path not in self._facts
        )
        if unknown and frozenset(unknown) != self._asked:
            self._asked = frozenset(unknown)
            self.post_message(self.FactsWanted(unknown))

    def watch_filter(self, text: str) -> None:
        """Show only what matches; folders that are unfolded stay."""
        entry = self.entry
        self.files.filter = text
        self.files.rebuild()
        index = self.files.index_of(entry.path) if entry else None
        if index is None:
            index = next((at for at in range(min(len(self.files), 1000)) if self._is_file(at)), 0)
        self.rows_changed(index)
        self._tell_cursor(entry)

    def _is_file(self, index: int) -> bool:
        entry = self.files.row(index).entry
        return entry is not None and entry.kind is Kind.FILE

    # --- actions

    def action_clicked(self) -> None:
        """Do what Enter does."""
        self.action_enter()

    def action_unfold(self) -> None:
        """Unfold the folder under the cursor, or go to its first entry."""
        entry = self.entry
        if entry is None or entry.kind is not Kind.FOLDER:
            return
        if entry.path in self.files.unfolded:
            self.action_move(1)
            return
        self.files.unfolded[entry.path] = entry
        self.files.rebuild()
        self.rows_changed()
        self.post_message(self.FolderWanted(entry.path))  # a folder that is being read now is asked for again after it

    def action_fold(self) -> None:
        """Fold the folder under the cursor, or go to the folder around."""
        entry, depth = self.entry, self.files.row(self.cursor).depth if len(self.files) else 0
        if entry is not None and entry.path in self.files.unfolded:
            del self.files.unfolded[entry.path]
            self.files.listings.pop(entry.path, None)
            self._stale.discard(entry.path)
            self.files.rebuild()
            self.rows_changed()
            return
        for index in range(self.cursor - 1, -1, -1):
            if self.files.row(index).depth < depth:
                self.cursor = index
                return

    def action_enter(self) -> None:
        """Fold or unfold a folder; tell that a file was entered."""
        entry = self.entry
        if entry is not None and entry.kind is Kind.FOLDER:
            if entry.path in self.files.unfolded:
                self.action_fold()
            else:
                self.action_unfold()
        elif entry is not None:
            self.post_message(self.FileEntered())

    def action_mark(self) -> None:
        """Mark the file under the cursor, or take its mark away, and go on to the next row."""
        entry = self.entry
        if entry is None or entry.kind is not Kind.FILE:
            return
        self.toggle_marks(frozenset((entry.path,)))
        self.action_move(1)

    def action_mark_all(self) -> None:
        """Mark all files shown of the folder, or take all their marks away if they are marked."""
        entry = self.entry
        folder = None
        if entry is not None:
            folder = entry.path if entry.kind is Kind.FOLDER else os.path.dirname(entry.path)
        self.toggle_marks(frozenset(self.files.files_of(folder)))
