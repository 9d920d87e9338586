"""One change to a dataset, as a value."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tui.dicom.element import tag_text
from tui.dicom.terms import Step

SINGLE: Final = 0xFFFFFFFF  # the mask of a tag that is none of a repeating group


class Action(StrEnum):
    """What a change does."""

    SET = "set"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Change:
    r"""One change.

    Parameters
    ----------
    action : Action
        Whether a value is set (the element is added where it is not there), or an element or an item deleted.
    path : tuple of Step
        Which attribute, from the top on; what it lies in is added where it is not there.
    written : str
        The path as somebody wrote it.
    text : str
        The new value; several with backslashes between them.
    vr : str
        The VR of a new element that the dictionary does not settle.
    """

    action: Action
    path: tuple[Step, ...]
    written: str
    text: str = ""
    vr: str = ""

    @property
    def words(self) -> str:
        """Return it in words, as it would be written on the command line."""
        if self.action is Action.DELETE:
            return f"delete {self.written}"
        return f"{self.written}{f':{self.vr}' if self.vr else ''}={self.text}"


def setting(tag: int, text: str) -> Change:
    """Return the change that sets an attribute of the top level."""
    return Change(Action.SET, (Step(SINGLE, tag, None),), tag_text(tag), text)
