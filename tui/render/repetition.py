"""Runs of spaces for a terminal that repeats a character on request (ECMA-48 8.3.103, REP)."""

import re
from typing import Final

from tui.render.thrifty import SPACE

_MANY_SPACES: Final = re.compile(SPACE + "{6,}")  # fewer are no longer than what asks for them


class _MoreSpaces(dict[int, str]):
    """The text of some more spaces behind one, whichever is shorter; made when first needed."""

    def __missing__(self, number: int) -> str:
        text = self[number] = min(SPACE * number, f"\x1b[{number}b", key=len)
        return text


MORE_SPACES: Final = _MoreSpaces()


def with_repetition(text: str) -> str:
    """Return `text` with its long runs of spaces repeated."""
    return _MANY_SPACES.sub(lambda found: SPACE + MORE_SPACES[len(found[0]) - 1], text)
