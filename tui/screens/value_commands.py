"""What is done with values: reading them whole, copying, drawing them through a series, and comparing files."""

from functools import partial
from typing import TYPE_CHECKING

from textual.screen import Screen

from tui.text import names_are_masked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tui.browser_state import Selection
    from tui.dicom.tags import TagRows
    from tui.terminal.probe import Terminal
    from tui.widgets.file_list import FileList
    from tui.widgets.glyphs import Glyphs
    from tui.widgets.image_view import ImageView
    from tui.widgets.tag_table import TagTable


class ValueCommands(Screen[None]):
    """The part of the browser that works with values."""

    if TYPE_CHECKING:  # what the browser has
        selection: Selection
        terminal: Terminal
        table: TagTable
        image: ImageView
        glyphs: Glyphs

        @property
        def files_shown(self) -> FileList:
            """Return the list that the files pane shows."""

        def say(self, message: str) -> None:
            """Show a word on the last key."""

        def read_text(self, title: str, sentence: str, read: "Callable[[], str | Iterator[str]]") -> None:
            """Show a text to read, select and copy."""

    # --- comparing

    def action_compare(self) -> None:
        """Show what differs between the marked files, or between the marked one and the one under the cursor."""
        here, marked = self.files_shown.file or self.selection.path, self.files_shown.marked
        paths = sorted(marked - {here})
        if here is not None and (len(paths) < 2 or here in marked):
            paths.append(here)
        if len(paths) < 2:
            self.say("Mark files with Space in the files pane: d compares them, or the marked one with this one")
            return
        self._compare(tuple(paths), series=False)

    def action_compare_series(self) -> None:
        """Show what differs in the series of the file under the cursor."""
        if self.selection.path is None:
            self.say("There is no file under the cursor")
        else:
            self._compare((self.selection.path,), series=True)

    def _compare(self, paths: tuple[str, ...], *, series: bool) -> None:
        from tui.screens.comparing import ComparisonQuestion, ComparisonScreen
        from tui.screens.privacy import hides
        from tui.widgets.picture_row import PictureRow

        pictures = PictureRow(self.image.depth, self.image.kind, unicode=self.terminal.unicode)
        hidden = hides() if names_are_masked() else None
        self.app.push_screen(ComparisonScreen(ComparisonQuestion(paths, series), pictures, self.glyphs, hidden))

    # --- values

    def current_row(self) -> "tuple[TagRows, int] | None":
        """Return the rows of the tags and the one under the cursor; say where there is none."""
        current = self.row_under_cursor
        if current is None:
            self.say("There is no value under the cursor")
        return current

    @property
    def row_under_cursor(self) -> "tuple[TagRows, int] | None":
        """Return the rows of the tags and the one under the cursor, or None."""
        rows, index = self.table.shown.rows, self.table.row_index
        return None if rows is None or index is None else (rows, index)

    def action_whole_value(self) -> None:
        """Show the whole value under the cursor."""
        current = self.current_row()
        if current is None:
            return
        rows, index = current
        if rows.is_parent(index) and self.table.shown.hits is None:
            self.table.action_clicked()
            return
        row = rows.row(index)
        from tui.dicom.anonymize.profile import treatment_of
        from tui.dicom.describing import facts
        from tui.dicom.known_values import UNITS
        from tui.dicom.meanings import Meanings

        known, element = facts(rows, index), rows.element(index)
        meaning = Meanings(rows).of(index)
        if meaning and not rows.is_hidden(index):
            known.insert(1, f"{'in' if element is not None and element.tag in UNITS else 'means'} {meaning}")
        treatment = treatment_of(element.tag) if element is not None else None
        if treatment is not None:
            known.append(f"may identify somebody: PS3.15 Table E.1-1 has {treatment.basic} for it")
        self.read_text(f"{row.tag} {row.name}".strip(), "; ".join(known), partial(rows.whole, index))

    def action_plot(self) -> None:
        """Show a curve of the number under the cursor."""
        current = self.current_row()
        if current is None:
            return
        rows, index = current
        from tui.dicom.library.along import is_number
        from tui.screens.plotting import curve_texts

        if rows.is_hidden(index):
            self.say("This value is masked: P shows it")
            return
        if not is_number(rows, index):
            self.say("There is no number under the cursor")
            return
        row = rows.row(index)
        read = partial(curve_texts, rows, index, unicode=self.terminal.unicode)
        self.read_text(f"{row.tag} {row.name}".strip(), f"Through the frames or the series: {rows.key(index)}", read)

    def action_copy_value(self) -> None:
        """Copy the value under the cursor, as another program wants it."""
        self._copy(line=False)

    def action_copy_line(self) -> None:
        """Copy tag, keyword and value under the cursor."""
        self._copy(line=True)

    def action_copy_path(self, form: str) -> None:
        """Copy where the element under the cursor stands, as pydicom or as DICOM writes it."""
        from tui.dicom.describing import dicom_path, pydicom_path

        current = self.current_row()
        if current is not None:
            path = (pydicom_path if form == "pydicom" else dicom_path)(*current)
            if path:
                self.app.copy_to_clipboard(path)
            else:
                self.say("This row is no element")

    def _copy(self, *, line: bool) -> None:
        current = self.current_row()
        if current is None:
            return
        rows, index = current
        text, row = rows.copied(index), rows.row(index)
        if rows.is_hidden(index):
            self.say("This value is masked, and is not copied: P shows it")
        elif text is None:
            self.say("This value is long or binary: Enter shows it, and y copies it there")
        else:
            self.app.copy_to_clipboard(f"{row.tag} {row.name} = {text}" if line else text)

    def action_copy_text(self) -> None:
        """Copy what is selected; without a selection, say how to quit."""
        selected = self.get_selected_text()
        if selected:
            self.app.copy_to_clipboard(selected)
        else:
            self.say("q quits; Ctrl+C copies a selection")
