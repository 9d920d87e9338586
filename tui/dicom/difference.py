"""What a comparison finds, and what it may leave out: values without the work."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from tui.dicom.options import Option, Values
from tui.dicom.values import Value
from tui.text import MASK, safe_text

Cell = tuple[Value, ...]
_SHOWN_LENGTH: Final = 256
_TAGS: Final = re.compile(r"\(([0-9A-F]{4}),([0-9A-F]{4})\)")
_MOST_COMPONENTS: Final = 16


class Kind(StrEnum):
    """How the second of two datasets differs from the first; VARIES stands for more than two."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    VARIES = "varies"


@dataclass(frozen=True, slots=True)
class Ignoring:
    """What is no difference.

    Parameters
    ----------
    uids : bool
        UIDs that PS3.6 does not register: of instances, series, studies, frames of reference.
    dates : bool
        Dates and times.
    private : bool
        Private attributes.
    meta : bool
        The file meta information (PS3.10 7.1): how and by whom the file was written.
    """

    uids: bool = False
    dates: bool = False
    private: bool = False
    meta: bool = False


OPTIONS: Final = (
    Option("ignore-uids", "Ignore UIDs", "UIDs that the standard does not register are no difference", default=False),
    Option("ignore-dates", "Ignore dates", "Dates and times are no difference", default=False),
    Option("ignore-private", "Ignore private", "Private attributes are no difference", default=False),
    Option("ignore-meta", "Ignore file meta", "The file meta information (group 0002) is no difference", default=False),
)


def ignoring_of(values: Values) -> Ignoring:
    """Return what the values of `OPTIONS` stand for."""
    return Ignoring(**{option.name.removeprefix("ignore-"): bool(values.get(option.name)) for option in OPTIONS})


class Difference(NamedTuple):
    """One attribute that differs; texts are safe to draw.

    `path` is as in the tag table; `depth` as there. `values` has one entry for each file, None where the attribute is not
    there. `words` say how the values of two files differ, where there is something to say.
    """

    path: str
    tag: str
    vr: str
    name: str
    depth: int
    kind: Kind
    values: tuple[Cell | None, ...]
    words: str

    def masked(self, hides: Callable[[int, str], bool]) -> "Difference":
        """Return it without values, where it, or what it lies in, is masked (privacy view)."""
        tags = [int(group + element, 16) for group, element in _TAGS.findall(self.path)]
        hidden = any(hides(tag, self.vr if tag == tags[-1] else "SQ") for tag in tags)
        if not hidden:
            return self
        return self._replace(values=tuple(None if cell is None else (MASK,) for cell in self.values), words="")

    def text(self, file: int) -> str:
        """Return the value of one file in one line, "" where it has none."""
        found = self.values[file]
        return safe_text("\\".join(map(str, found)), _SHOWN_LENGTH) if found else ""

    @property
    def varying(self) -> tuple[int, ...]:
        """Return which values (from 0) differ, where all files have equally many of some; else none."""
        counts = {len(cell) if cell is not None else 0 for cell in self.values}
        (count,) = counts if len(counts) == 1 else (0,)
        if not 1 < count <= _MOST_COMPONENTS:
            return ()
        cells = [cell for cell in self.values if cell is not None]
        return tuple(which for which in range(count) if len({cell[which] for cell in cells}) > 1)

    def short_text(self, file: int) -> str:
        """Return what of a value differs from those of the other files, in one line."""
        found, varying = self.values[file], self.varying
        if found is None or not varying:
            return self.text(file)
        return safe_text("\\".join(str(found[which]) for which in varying), _SHOWN_LENGTH)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was found: the differences, and how many attributes are the same in all `files`."""

    files: tuple[str, ...]
    differences: tuple[Difference, ...]
    same: int
