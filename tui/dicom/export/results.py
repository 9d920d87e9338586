"""What came of an order: results that were written, those that failed and why, and what a reader of them must know."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from tui.dicom.export.order import Carries

_MOST_NAMED: Final = 3  # files


class Reason(NamedTuple):
    """Why something is to be known of a file."""

    path: str
    why: str


class NotWritten(NamedTuple):
    """A result that failed: of what it was to be made, and why."""

    what: str
    why: str


@dataclass
class Summary:
    """What came of an order.

    Parameters
    ----------
    output : str
        Where the results are.

    Attributes
    ----------
    written : list of str
        Their paths.
    failed : list of NotWritten
        Of what nothing was written, and why.
    notes : list of str
        What a reader of the results must know.
    carries : set of Carries
        What they may tell of the patient.
    burned_in : list of Reason
        Files into whose pixels text may be burned, and why.
    size : int
        Bytes that were written.
    results : int
        How many there were to be.
    done : int
        How many there are.
    """

    output: str
    written: list[str] = field(default_factory=list)
    failed: list[NotWritten] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    carries: frozenset[Carries] = frozenset()
    burned_in: list[Reason] = field(default_factory=list)
    size: int = 0
    results: int = 0
    done: int = 0

    def add(self, written: list[str], size: int, notes: list[str]) -> None:
        """Add what became of one result."""
        self.written += written
        self.size += size
        self.notes += [note for note in notes if note not in self.notes]

    def burned_words(self, name: Callable[[str], str]) -> str:
        """Return in a sentence into which files text may be burned, "" without any; `name` makes a path fit to be shown."""
        if not self.burned_in:
            return ""
        first = ", ".join(f"{name(path)} ({why})" for path, why in self.burned_in[:_MOST_NAMED])
        more = f", and {len(self.burned_in) - _MOST_NAMED:,} more" if len(self.burned_in) > _MOST_NAMED else ""
        return f"text may be burned into the pixels of {first}{more}"
