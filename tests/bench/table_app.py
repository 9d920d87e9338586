"""The other side: the rows of a file in Textual's own DataTable under an Input, filtered by clearing it and adding rows.

``python -m tests.bench.table_app FILE``: what is typed filters at once; Page Down scrolls as Textual does.
"""

import sys

from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import DataTable, Input, Static

from tui.dicom.elements import walk_file
from tui.dicom.tags import TagRows, load_rows


class TableApp(App[None]):
    """A field over a table."""

    ENABLE_COMMAND_PALETTE = False
    CSS = "DataTable { height: 1fr; }"

    def __init__(self, rows: TagRows | None) -> None:
        super().__init__()
        self._rows = rows
        self._shown: list[tuple[str, str, str, str]] = []

    def compose(self) -> ComposeResult:
        field = Input()
        field.cursor_blink = False  # a blinking one is never quiet
        yield field
        yield DataTable()

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        table.add_columns("tag", "VR", "name", "value")
        if self._rows is not None:
            rows = [self._rows.row(index) for index in range(len(self._rows))]
            self._shown = [(row.tag, row.vr, row.name, row.text) for row in rows]
            table.add_rows(self._shown)

    def on_input_changed(self, event: Input.Changed) -> None:
        if self._rows is not None:
            table = self.query_one(DataTable)
            table.clear()
            table.add_rows(row for row in self._shown if any(event.value.lower() in cell.lower() for cell in row))


class ScrollApp(App[None]):
    """The same rows as text, in a container that scrolls as Textual does when nobody says otherwise."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, rows: TagRows) -> None:
        super().__init__()
        self._rows = rows

    def compose(self) -> ComposeResult:
        rows = (self._rows.row(index) for index in range(len(self._rows)))
        with VerticalScroll():
            yield Static("\n".join(f"{row.tag} {row.vr} {row.name:40} {row.text}" for row in rows), markup=False)


if __name__ == "__main__":
    read = load_rows(walk_file(sys.argv[2]))
    (ScrollApp(read) if sys.argv[1] == "scroll" else TableApp(read)).run()
