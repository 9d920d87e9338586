"""A few words at a place of the screen."""

from typing import NamedTuple


class ScreenText(NamedTuple):
    """Words at screen pixel (x, y): to the right of it or, with `ends`, up to it."""

    x: int
    y: int
    text: str
    ends: bool = False
