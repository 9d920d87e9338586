"""What came of an order: results that were written, those that failed and why, and what a reader of them must know."""

from dataclasses import dataclass, field
from typing import NamedTuple

from tui.dicom.export.order import Carries


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
    size: int = 0
    results: int = 0
    done: int = 0

    def add(self, written: list[str], size: int, notes: list[str]) -> None:
        """Add what became of one result."""
        self.written += written
        self.size += size
        self.notes += [note for note in notes if note not in self.notes]
