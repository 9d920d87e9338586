"""Long work is a generator of Steps.

Whoever wants the work done drives the generator: the command line prints its Steps, the progress screen shows them.
Not asking for the next Step and closing the generator is how a job is cancelled; its ``finally`` tidies up.
"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One finished step of a job.

    Parameters
    ----------
    done, total : int
        How many of how many; `total` 0 means not known yet.
    note : str
        What was just done.
    """

    done: int
    total: int
    note: str


Job = Iterator[Step]
