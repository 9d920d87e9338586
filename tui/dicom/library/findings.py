"""What is wrong with files: a sentence each, with the files that show it."""

from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Final, NamedTuple

from tui.dicom.library.instances import Instance

_MOST_NAMED: Final = 5


class Level(IntEnum):
    """How bad a finding is: worth a look, or wrong."""

    NOTE = 1
    ERROR = 2


class Finding(NamedTuple):
    """What is wrong: a sentence without names of patients, and the files that show it (of many the first ones).

    `code` is the same for all findings of a kind.
    """

    level: Level
    code: str
    sentence: str
    paths: tuple[str, ...] = ()


def finding(level: Level, code: str, sentence: str, instances: Sequence[Instance] = ()) -> Finding:
    """Return a finding that some files show."""
    return Finding(level, code, sentence, tuple(instance.path for instance in instances[:_MOST_NAMED]))


def many(count: int, one: str, more: str = "") -> str:
    """Return a count with its noun."""
    return f"{count:,} {one if count == 1 else more or one + 's'}"


def worst(findings: Iterable[Finding]) -> Level | None:
    """Return how bad the worst of some findings is; None without any."""
    return max((each.level for each in findings), default=None)


def stretches(numbers: Sequence[int]) -> str:
    """Return numbers in few words: 3, 7-9, 12, ..."""
    said: list[str] = []
    at = 0
    while at < len(numbers) and len(said) < _MOST_NAMED:
        end = at
        while end + 1 < len(numbers) and numbers[end + 1] == numbers[end] + 1:
            end += 1
        said.append(f"{numbers[at]}" if end == at else f"{numbers[at]}-{numbers[end]}")
        at = end + 1
    return ", ".join(said) + (", ..." if at < len(numbers) else "")
