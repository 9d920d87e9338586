"""Searching rows of tags: plain words over tag, keyword, name and value, at every depth."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_TAG = re.compile(r"\(?([0-9a-fx]{1,4}),([0-9a-fx]{1,4})\)?", re.IGNORECASE)
_WORDS = re.compile(r'"([^"]*)"?|(\S+)')


@dataclass(frozen=True, slots=True)
class Query:
    """A search: every word must be found somewhere in a row, in any order, without case.

    A word in quotation marks may hold spaces; ``10,10`` and ``(0010,0010)`` are tags.
    """

    words: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Query":
        """Return the query that `text` stands for."""
        words = (quoted or plain for quoted, plain in _WORDS.findall(text.lower()))
        return cls(tuple(_meanings(word) for word in words if word))

    def __bool__(self) -> bool:
        """Return whether anything is searched for."""
        return bool(self.words)

    def matches(self, haystack: str) -> bool:
        """Return whether every word is in `haystack`, a row's text in lower case."""
        return all(any(meaning in haystack for meaning in word) for word in self.words)


def _meanings(word: str) -> tuple[str, ...]:
    """Return what `word` may stand for: itself, and where it looks like one, a tag."""
    match = _TAG.fullmatch(word)
    if match:
        return f"({match[1].zfill(4)}/{match[2].zfill(4)})", word
    return (word.replace(",", "/"), word) if word.startswith("(") else (word,)


@dataclass(frozen=True, slots=True)
class Hits:
    """What a search found among rows.

    Parameters
    ----------
    shown : tuple of int
        The rows to show: hits and the rows they lie in, in order.
    matching : tuple of int
        The hits themselves.
    """

    shown: tuple[int, ...]
    matching: tuple[int, ...]


def find(query: Query, haystacks: Sequence[str], parents: Sequence[int]) -> Hits:
    """Search all rows.

    Parameters
    ----------
    query : Query
        What for.
    haystacks : sequence of str
        A text per row.
    parents : sequence of int
        The row that each row lies in, -1 at the top.
    """
    matching = [index for index, text in enumerate(haystacks) if query.matches(text)]
    shown: set[int] = set()
    for index in matching:
        while index >= 0 and index not in shown:
            shown.add(index)
            index = parents[index]
    return Hits(tuple(sorted(shown)), tuple(matching))
