"""The tables of the standard that the program carries: as data, with the edition in it."""

from pathlib import Path
from typing import Final

EDITION: Final = "2026c"
_TABLES: Final = Path(__file__).parent / "tables"


def table_lines(name: str) -> list[list[str]]:
    """Return the rows of one of the tables beside this module, without its comment."""
    text = (_TABLES / name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
