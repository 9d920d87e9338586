"""What lies over the picture: its words, its colours, and how large curves are, in half-blocks."""

from typing import Final, NamedTuple

WHITE: Final = (255, 255, 255)
CROSSHAIR: Final = (90, 200, 255)
LEAST_WIDTH: Final = 60  # of the screen: what is smaller shows no histogram and no curve
LEAST_HEIGHT: Final = 30
CURVE_HEIGHT: Final = 12
MOST_WIDE: Final = 96
MARGIN: Final = 2


class ScreenText(NamedTuple):
    """Words at screen pixel (x, y): to the right of it or, with `ends`, up to it."""

    x: int
    y: int
    text: str
    ends: bool = False
