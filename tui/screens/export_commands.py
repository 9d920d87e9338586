"""Exporting from the browser: what is marked or under the cursor, as it is on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.screen import Screen

from tui.text import names_are_masked, safe_text, sentence_case, shown_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.dicom.export.formats import Format
    from tui.dicom.export.order import Order
    from tui.dicom.options import Values
    from tui.dicom.pixels.view import View
    from tui.screens.choice import Choice
    from tui.screens.progress import Job
    from tui.terminal.probe import Terminal
    from tui.widgets.file_list import FileList
    from tui.widgets.glyphs import Glyphs
    from tui.widgets.image_view import ImageView


_HIDDEN = "outside the privacy view it is said why"


class ExportCommands(Screen[None]):
    """The part of the browser that exports."""

    if TYPE_CHECKING:  # what the browser has
        view: View
        image: ImageView
        glyphs: Glyphs
        terminal: Terminal

        @property
        def files_shown(self) -> FileList:
            """Return the list that the files pane shows."""

        def say(self, message: str) -> None:
            """Show a word on the last key."""

        def choose(self, title: str, choices: tuple[Choice, ...], chosen: Callable[[str | None], None]) -> None:
            """Let the user choose by name."""

        def action_rescan(self) -> None:
            """Read the folders again."""

    _last_export: tuple[Format, Values] | None = None

    def action_export(self) -> None:
        """Ask for a format, and how the marked files, or the file or folder under the cursor, are exported."""
        paths = self.files_shown.targets
        if not paths:
            self.say("There is no file and no folder under the cursor")
            return
        from tui.dicom.export.formats import BY_NAME, FORMATS
        from tui.screens.choice import Choice

        def chosen(name: str | None) -> None:
            if name is not None:
                row = BY_NAME[name]
                self._ask_export(row, paths, self._as_on_screen(row))

        choices = tuple(Choice(row.name, row.name, row.label) for row in FORMATS)
        self.choose("Export as", choices, chosen)

    def action_export_again(self) -> None:
        """Open the dialog of the last export, with its choices, for what is marked or under the cursor now."""
        paths = self.files_shown.targets
        if self._last_export is None or not paths:
            self.action_export()
            return
        row, values = self._last_export
        self._ask_export(row, paths, values)

    def _as_on_screen(self, row: Format) -> Values:
        """Return the options that write pictures as they are on the screen."""
        picture = self.image.picture
        if picture is None or not row.is_picture:
            return {}
        from tui.dicom.export.order import FRAMES
        from tui.dicom.export.picture_options import values_of

        shape = picture.columns, picture.rows
        values = values_of(self.view, shape[::-1] if self.view.turns % 2 else shape, windowed=not picture.color)
        if picture.frames > 1 and self.image.has_focus:
            values[FRAMES.name] = str(picture.key.frame + 1)
        taken = {option.name for option in row.all_options}
        return {name: value for name, value in values.items() if name in taken}

    def _ask_export(self, row: Format, paths: tuple[str, ...], values: Values) -> None:
        from tui.screens.exporting import ExportDialog
        from tui.screens.split_dialog import OUTPUT_NAME

        dialog = ExportDialog(
            row, paths, values | {OUTPUT_NAME: ""}, self.image.depth, self.image.kind, unicode=self.terminal.unicode
        )

        def answered(values: Values | None) -> None:
            if values is not None:
                own = {name: value for name, value in values.items() if name != OUTPUT_NAME}
                self._last_export = row, own
                self._export(dialog.order(values))

        self.app.push_screen(dialog, answered)

    def _export(self, order: Order) -> None:
        from tui.screens.progress import ProgressScreen

        over = "files that exist are written over" if order.values.get("replace") else "nothing is written over"
        sentence = f"Results go to {shown_path(order.output)}; {over}."
        screen = ProgressScreen("Exporting", sentence, lambda: _job(order), self.choose, self.glyphs)
        self.app.push_screen(screen, lambda _: self.action_rescan())


def _job(order: Order) -> Job:
    """Export what was asked; in a thread of the progress screen."""
    from tui.dicom.export.results import NotWritten, Summary
    from tui.dicom.export.run import export
    from tui.screens.progress import Ended

    for step in export(order):
        if isinstance(step, NotWritten):
            yield f"{shown_path(step.what)}: {_HIDDEN if names_are_masked() else safe_text(step.why)}"
        elif isinstance(step, Summary):
            count = len(step.written)
            lines = [f"{count:,} file{'s' * (count != 1)}, {step.size:,} bytes: {shown_path(step.output)}"]
            if names_are_masked() and step.notes:
                lines.append(f"{len(step.notes):,} remarks, which may name somebody, are not shown in the privacy view")
            else:
                lines += map(safe_text, step.notes)
            if burned := step.burned_words(shown_path):
                lines.append(sentence_case(safe_text(burned)))
            carried = sorted(step.carries, key=str) if count else []
            lines += [f"What was written may hold {each.value}" for each in carried]
            if step.failed:
                lines.append(f"{len(step.failed):,} not written:")
            yield Ended(tuple(lines), ok=step.done > 0)
        else:
            yield step
