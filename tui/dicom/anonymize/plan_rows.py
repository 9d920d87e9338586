"""What a plan says of one attribute, or of one part of a file."""

from enum import StrEnum
from typing import NamedTuple


class Action(StrEnum):
    """What happened to an attribute: the letters of PS3.15 E.3, and S where a value is set."""

    REMOVE = "X"
    EMPTY = "Z"
    DUMMY = "D"
    KEEP = "K"
    CLEAN = "C"
    UID = "U"
    SET = "S"


class PlanRow(NamedTuple):
    """One row of a plan.

    Parameters
    ----------
    path : str
        Where, as in the tag table; of a part of the file what it is.
    tag : int
        0xGGGGEEEE; 0 of a part of the file.
    vr, name : str
        As far as known.
    code : str
        The code of the Basic Profile in Table E.1-1; "" where it is not listed.
    action : Action
        What the code, the options, the rules and the Type resolve to.
    why : str
        In a few words.
    before, after : str or None
        The value in one line, safe to draw; None where it is not there.
    row : int
        Which element of the file; -1 where it is new, or a part of the file.
    data : bytes or None
        The new value field, of a sequence the new items; None where it goes, or stays.
    """

    path: str
    tag: int
    vr: str
    name: str
    code: str
    action: Action
    why: str
    before: str | None
    after: str | None
    row: int = -1
    data: bytes | None = None

    @property
    def changes(self) -> bool:
        """Return whether something differs."""
        return self.before != self.after

    @property
    def nested(self) -> bool:
        """Return whether it lies in a sequence."""
        return "." in self.path or self.path.endswith("]")
