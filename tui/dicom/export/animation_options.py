"""Options of animations and contact sheets."""

from typing import Final

from tui.dicom.options import Option

DEFAULT_RATE_FPS: Final = 10.0


def _no_rate(text: str) -> str | None:
    try:
        return None if not text or 0.1 <= float(text) <= 100 else "a rate is from 0.1 to 100 frames a second"
    except ValueError:
        return "a rate is a number of frames a second"


def _no_count(text: str) -> str | None:
    return None if text.isascii() and text.isdigit() and 0 < int(text) <= 1000 else "it is a number from 1 to 1000"


RATE: Final = Option(
    "rate",
    "Rate",
    f"Frames a second; as it is, the file's own, else {DEFAULT_RATE_FPS:g}",
    "",
    check=_no_rate,
    metavar="FPS",
)
COLUMNS: Final = Option("columns", "Columns", "Pictures in a row", "6", check=_no_count, metavar="N")
TILE: Final = Option("tile", "Tile", "Pixels of the longer side of each picture", "256", check=_no_count, metavar="N")
NO_TITLES: Final = Option("no-titles", "Without titles", "Leave out the numbers and positions below the pictures", False)
SHEET: Final = (COLUMNS, TILE, NO_TITLES)
