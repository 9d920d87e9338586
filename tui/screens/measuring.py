"""Measuring on the picture: the tools, their points, and the marks that stay on each picture until the program ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.screen import Screen

from tui.browser_state import Mode
from tui.dicom.pixels.marks import DISTANCE, TOOL_BY_NAME, TOOLS, Mark, Tool
from tui.text import shown_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tui.dicom.pixels.picture import Picture
    from tui.dicom.pixels.view import View
    from tui.screens.choice import Choice
    from tui.widgets.image_view import ImageView

_LIST, _REMOVE_LAST, _REMOVE_ALL = "list", "remove the last", "remove all"


def _measured_thing(picture: Picture) -> object:
    return picture.key, picture.identity


class Measuring(Screen[None]):
    """The part of the browser that measures."""

    if TYPE_CHECKING:  # what the browser has
        view: View
        mode: Mode
        image: ImageView

        def watch_mode(self, mode: Mode) -> None:
            """Show the mode."""

        def place_crosshair(self) -> None:
            """Put the crosshair on a pixel, if it stands nowhere."""

        def say(self, message: str) -> None:
            """Show a word on the last key."""

        def choose(self, title: str, choices: tuple[Choice, ...], chosen: Callable[[str | None], None]) -> None:
            """Let the user choose by name."""

        def read_text(self, title: str, sentence: str, read: Callable[[], str | Iterator[str]]) -> None:
            """Show a text to read, select and copy."""

    _tool: Tool = DISTANCE
    _marks: dict[object, tuple[Mark, ...]]

    @property
    def tool(self) -> Tool:
        """Return what is measured with."""
        return self._tool

    def marks_of(self, picture: Picture) -> tuple[Mark, ...]:
        """Return what was measured on a picture; nothing where its file was written anew since."""
        return () if picture.preview else self._marks.get(_measured_thing(picture), ())

    def action_measure(self) -> None:
        """Ask what to measure; in the mode, end it."""
        if self.mode is Mode.MEASURE:
            self.mode = Mode.NONE
            return
        picture = self.image.picture
        if picture is None or picture.preview:
            self.say("There is no picture to measure on" if picture is None else "The picture is still being decoded")
            return
        from tui.screens.choice import Choice

        rows = [Choice(tool.name, tool.name, tool.help) for tool in TOOLS]
        if self.view.marks:
            rows += [
                Choice(_LIST, _LIST, "All that was measured on this picture, to read and to copy"),
                Choice(_REMOVE_LAST, _REMOVE_LAST, "Take the last measure off this picture"),
                Choice(_REMOVE_ALL, _REMOVE_ALL, "Take all measures off this picture"),
            ]
        self.choose("Measure", tuple(rows), self._chosen)

    def _chosen(self, name: str | None) -> None:
        if name in TOOL_BY_NAME:
            self.begin_measuring(TOOL_BY_NAME[name])
        elif name == _LIST:
            self.action_list_marks()
        elif name is not None:
            self.action_remove_marks(name == _REMOVE_ALL)

    def begin_measuring(self, tool: Tool) -> None:
        """Measure with `tool`: arrows move the crosshair, Enter sets points."""
        if self.image.picture is None:
            self.say("There is no picture to measure on")
            return
        self._tool = tool
        self.mode = Mode.MEASURE
        self.watch_mode(Mode.MEASURE)  # the tool's name, where another one was used before
        self.place_crosshair()
        self.view = self.view.marked(Mark(tool))

    def set_point(self) -> None:
        """Set the next point of a measure where the crosshair stands; after the last one, it is done."""
        picture, pixel = self.image.picture, self.image.probed_pixel(self.view)
        if picture is None or picture.preview or pixel is None:
            return
        mark = (self.view.marking or Mark(self._tool)).with_point(pixel)
        if not mark.finished:
            self.view = self.view.marked(mark)
            return
        self._set_marks((*self.view.marks, mark))
        self.view = self.view.marked(Mark(self._tool))

    def end_drag(self) -> None:
        """Set a point where the mouse was let go, if it was dragged there from another."""
        marking, pixel = self.view.marking, self.image.probed_pixel(self.view)
        if marking is not None and marking.points and marking.points[-1] != pixel:
            self.set_point()

    def action_remove_marks(self, every: bool) -> None:
        """Take the last measure off the picture, or all of them."""
        if not self.view.marks:
            self.say("Nothing was measured on this picture")
            return
        self._set_marks(() if every else self.view.marks[:-1])

    def drop_point(self) -> bool:
        """Drop the points of the measure that is under way; return whether there were some."""
        had_points = self.view.marking is not None and bool(self.view.marking.points)
        if had_points:
            self.view = self.view.marked(Mark(self._tool))
        return had_points

    def action_list_marks(self) -> None:
        """Show all that was measured on the picture, to read, select and copy."""
        lines, picture = self.image.said_of_marks(self.view), self.image.picture
        if picture is None or not lines:
            self.say("Nothing was measured on this picture")
            return
        frame = f", frame {picture.key.frame + 1}" if picture.frames > 1 else ""
        where = f"{shown_path(picture.key.path)}{frame}; points are (column, row), counted from 0"
        self.read_text("Measures", where, lambda: "\n".join(lines))

    def _set_marks(self, marks: tuple[Mark, ...]) -> None:
        picture = self.image.picture
        if picture is None:
            return
        self._marks[_measured_thing(picture)] = marks
        self.view = self.view.with_marks(marks)
