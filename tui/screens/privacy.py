"""The privacy view: what may identify somebody is masked everywhere on the screen, for others who see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.screen import Screen

from tui.text import mask_names
from tui.widgets.bars import PANE_NAMES
from tui.widgets.pane import Pane

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.browser_state import Selection
    from tui.dicom.pixels.view import View
    from tui.dicom.tags import TagRows
    from tui.screens.answers import Answers
    from tui.widgets.file_list import FileList
    from tui.widgets.image_view import ImageView

BURNED_IN = "text may be burned into the pixels"


def hides() -> Callable[[int, str], bool]:
    """Return what tells which attributes are masked; imported only where they are."""
    from tui.dicom.anonymize.privacy import is_masked

    return is_masked


class Privacy(Screen[None]):
    """The part of the browser that masks."""

    if TYPE_CHECKING:  # what the browser has
        selection: Selection
        view: View
        image: ImageView
        _rows: TagRows | None

        @property
        def files_shown(self) -> FileList:
            """Return the list that the files pane shows."""

        @property
        def answers(self) -> Answers:
            """Return what answers questions."""

        def hide_hits(self) -> None:
            """Take away what was found."""

        def title_files(self) -> None:
            """Show in the files pane's title what it shows."""

        def say(self, message: str) -> None:
            """Show a word on the last key."""

        def show_place(self) -> None:
            """Show in the title bar where the cursor is."""

        def show_status(self) -> None:
            """Show in the status line what is seen, and how."""

        def read_again(self) -> None:
            """Read the file that is shown again."""

    is_private = False

    def action_privacy(self) -> None:
        """Mask what may identify somebody, or show it again."""
        self.is_private = not self.is_private
        mask_names(on=self.is_private)
        self.answers.hides = hides() if self.is_private else None
        self.view = self.view.with_privacy(self.is_private)
        if self.is_private:
            self.hide_hits()
        self.files_shown.refresh()
        self.files_shown.tell_cursor()
        self.title_files()
        self.show_place()
        self.show_title()
        self.read_again()
        self.say(
            "Privacy view: names and identifying values are masked, and are neither copied nor searched"
            if self.is_private
            else "Names and values are shown as they are"
        )

    def show_title(self) -> None:
        """Show over the picture what it is of."""
        picture = self.image.picture
        title = ""
        if picture is not None:
            caption = picture.caption.masked if self.is_private else picture.caption
            title = caption.title
        self.query_one("#picture-pane", Pane).title = title or PANE_NAMES["picture"]
        self.show_status()

    @property
    def private_note(self) -> str:
        """Return what others may see in the picture although values are masked; "" where nothing is suspected."""
        if not self.is_private or self._rows is None:
            return ""
        from tui.dicom.anonymize.risks import risks_of
        from tui.dicom.attributes import Attributes

        return BURNED_IN if risks_of(Attributes.of(self._rows.walked)).burned_in else ""
