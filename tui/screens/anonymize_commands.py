"""Anonymizing from the browser: what is marked or under the cursor, and the boxes that are drawn on pictures."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from textual.screen import Screen

from tui.settings import boxes_path
from tui.text import safe_text, shown_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.dicom.anonymize.boxes import Box
    from tui.dicom.options import Values
    from tui.dicom.pixels.picture import Picture
    from tui.dicom.pixels.view import View
    from tui.dicom.tags import TagRows
    from tui.screens.anonymizing import Asked
    from tui.screens.choice import Choice
    from tui.screens.progress import Job
    from tui.widgets.file_list import FileList
    from tui.widgets.glyphs import Glyphs
    from tui.widgets.image_view import ImageView

_RECTANGLE: Final = "rectangle"


class AnonymizeCommands(Screen[None]):
    """The part of the browser that anonymizes."""

    if TYPE_CHECKING:  # what the browser has
        view: View
        image: ImageView
        glyphs: Glyphs
        _rows: TagRows | None

        @property
        def files_shown(self) -> FileList:
            """Return the list that the files pane shows."""

        def say(self, message: str) -> None:
            """Show a word on the last key."""

        def choose(self, title: str, choices: tuple[Choice, ...], chosen: Callable[[str | None], None]) -> None:
            """Let the user choose by name."""

        def action_rescan(self) -> None:
            """Read the folders again."""

    _last_values: Values | None = None

    def action_anonymize(self) -> None:
        """Ask how the marked files, or the file or folder under the cursor, are anonymized."""
        paths = self.files_shown.targets
        if not paths:
            self.say("There is no file and no folder under the cursor")
            return
        from tui.screens.anonymizing import AnonymizeDialog

        values: Values = dict(self._last_values or {}) | {"output": ""}
        dialog = AnonymizeDialog(paths, values, self.glyphs)

        def answered(values: Values | None) -> None:
            if values is not None and dialog.asked is not None:
                self._last_values = values
                self._anonymize(dialog.asked)

        self.app.push_screen(dialog, answered)

    def _anonymize(self, asked: Asked) -> None:
        from tui.screens.progress import ProgressScreen

        output = asked.wish.output
        sentence = f"Copies go to {shown_path(output)}; each is read back and looked at before it gets its name."
        screen = ProgressScreen("Anonymizing", sentence, lambda: _job(asked), self.choose, self.glyphs)
        self.app.push_screen(screen, lambda _: self.action_rescan())

    def action_keep_boxes(self) -> None:
        """Keep the rectangles that are measured on the picture as boxes that anonymizing blackens, for its device."""
        picture = self.image.picture
        corners = [mark.points for mark in self.view.marks if mark.tool.name == _RECTANGLE and mark.finished]
        if picture is None or self._rows is None or picture.preview:
            self.say("There is no picture")
            return
        if not corners:
            self.say("Measure rectangles (m) over the text first: they become the boxes")
            return
        from tui.dicom.anonymize.boxes import device_of, read_boxes, write_boxes
        from tui.dicom.attributes import Attributes
        from tui.dicom.errors import DicomError

        device, path = device_of(Attributes.of(self._rows.walked)), boxes_path()
        try:
            boxes = dict(read_boxes(path))
            boxes[device] = tuple(_box(points, picture) for points in corners)
            write_boxes(path, boxes)
        except DicomError as error:
            self.app.notify(safe_text(str(error)), title="Not kept", severity="error", markup=False)
            return
        count = len(corners)
        said = f"{count} box{'es' * (count != 1)} kept for {device.words}: anonymize with burned-in text on box"
        self.app.notify(said, markup=False)

    def action_forget_boxes(self) -> None:
        """Forget the boxes of the device of the picture."""
        if self._rows is None:
            self.say("There is no picture")
            return
        from tui.dicom.anonymize.boxes import device_of, read_boxes, write_boxes
        from tui.dicom.attributes import Attributes
        from tui.dicom.errors import DicomError

        device, path = device_of(Attributes.of(self._rows.walked)), boxes_path()
        try:
            boxes = dict(read_boxes(path))
            if boxes.pop(device, None) is None:
                self.say(f"No boxes are kept for {device.words}")
                return
            write_boxes(path, boxes)
        except DicomError as error:
            self.app.notify(safe_text(str(error)), title="Not forgotten", severity="error", markup=False)
            return
        self.app.notify(f"boxes forgotten for {device.words}", markup=False)


def _box(points: tuple[tuple[int, int], ...], picture: Picture) -> Box:
    """Return the box between two pixels, both in it."""
    from tui.dicom.anonymize.boxes import Box  # it imports NumPy

    (first_column, first_row), (last_column, last_row) = points[0], points[-1]
    left, right = sorted((first_column, last_column))
    top, bottom = sorted((first_row, last_row))
    right, bottom = min(right, picture.columns - 1), min(bottom, picture.rows - 1)
    return Box(max(0, left), max(0, top), right - max(0, left) + 1, bottom - max(0, top) + 1)


def _job(asked: Asked) -> Job:
    """Anonymize what was asked; in a thread of the progress screen."""
    from tui.dicom.anonymize.batch import Told, anonymize
    from tui.dicom.anonymize.report import Report
    from tui.screens.progress import Ended

    order = asked.wish.order(boxes_path(asked.wish.files.get("project", "")))
    order = replace(order, policy=replace(order.policy, confirmed=order.policy.confirmed | asked.confirmed))
    for step in anonymize(order):
        if isinstance(step, Told):
            if step.outcome.rule:
                yield f"{shown_path(step.path)}: {safe_text(step.outcome.reason)}"
        elif isinstance(step, Report):
            where = (f"Copies: {shown_path(order.output)}", f"Report: {shown_path(order.report_path)}")
            yield Ended((*map(safe_text, step.lines), *where), ok=step.written > 0)
        else:
            yield step
