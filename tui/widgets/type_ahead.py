"""Text fields that take letters in the order they were typed, however fast. Imports no Input: the first paint needs none."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.widgets import Input as _Base
else:
    _Base = object


class TypeAhead(_Base):
    """Put before Input among the bases of a text field: the App gives it letters itself, and does other keys at once."""

    def type_in(self, character: str) -> None:
        """Put a letter at the cursor, in place of what is selected."""
        self.replace(character, *self.selection)
