"""What a cell of the terminal draws of a picture. Imports no NumPy: start-up asks it."""

import enum
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Protocol

_SIZES: Final = {"half": (1, 2), "quadrant": (2, 2), "sextant": (2, 3), "octant": (2, 4), "braille": (2, 4),
                 "ascii": (1, 1), "space": (1, 1)}  # fmt: skip
_DENSITY: Final = " .:-=+*#%@"
_BRAILLE_DOTS: Final = (0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80)  # from left to right, from above down
# Octants that are other characters of Unicode: those of halves, quadrants and quarters (Unicode 16, Symbols for Legacy
# Computing Supplement). The rest lies in order from U+1CD00 on.
_OTHER_OCTANTS: Final = {
    0: " ", 255: "█", 15: "▀", 240: "▄", 85: "▌", 170: "▐", 5: "▘", 10: "▝", 80: "▖", 160: "▗", 90: "▞", 165: "▚",
    95: "▛", 175: "▜", 245: "▙", 250: "▟", 3: "\U0001fb82", 192: "▂", 63: "\U0001fb85", 252: "▆", 1: "\U0001cea8",
    2: "\U0001ceab", 64: "\U0001cea3", 128: "\U0001cea0", 20: "\U0001fbe6", 40: "\U0001fbe7",
}  # fmt: skip


class CellSize(Protocol):
    """How many pixels a cell has, and how what is measured in half-blocks is drawn with them."""

    @property
    def columns(self) -> int:
        """Return how many pixels a cell is wide."""

    @property
    def rows(self) -> int:
        """Return how many pixels a cell is high."""

    @property
    def pixel_aspect(self) -> float:
        """Return the height of such a pixel over its width."""

    def across(self, halves: int) -> int:
        """Return in its pixels what is so many half-blocks wide."""

    def down(self, halves: int) -> int:
        """Return in its pixels what is so many half-blocks high."""


def _down(halves: int, rows: int) -> int:
    """Return in pixels what is so many half-blocks high, where a cell has `rows` of them."""
    return max(1, halves * rows // 2) if halves else 0


@dataclass(frozen=True, slots=True)
class PixelCells:
    """Cells of a terminal's own pixels, which are square."""

    columns: int
    rows: int
    pixel_aspect: float = 1.0

    def across(self, halves: int) -> int:
        """Return in pixels what is so many half-blocks wide."""
        return halves * self.columns

    def down(self, halves: int) -> int:
        """Return in pixels what is so many half-blocks high."""
        return _down(halves, self.rows)


class CellKind(enum.Enum):
    """How a cell draws pixels: as halves, quadrants, sextants or octants of two colours, dots, letters, or a space."""

    HALF = "half"
    QUADRANT = "quadrant"
    SEXTANT = "sextant"
    OCTANT = "octant"
    BRAILLE = "braille"
    ASCII = "ascii"
    SPACE = "space"

    @property
    def columns(self) -> int:
        """Return how many pixels a cell is wide."""
        return _SIZES[self.value][0]

    @property
    def rows(self) -> int:
        """Return how many pixels a cell is high."""
        return _SIZES[self.value][1]

    @property
    def pixel_aspect(self) -> float:
        """Return the height of such a pixel over its width: a cell is twice as high as wide."""
        return 2 * self.columns / self.rows

    @property
    def is_text(self) -> bool:
        """Return whether its characters stand for brightness, without colours."""
        return self in (CellKind.BRAILLE, CellKind.ASCII)

    @cached_property
    def glyphs(self) -> str:
        """Return its characters.

        Of pixels, by which of them are drawn: bit 0 for the first, from left to right and from above down. Of ASCII, by
        brightness.
        """
        plain = {"half": " ▀▄█", "quadrant": " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█", "ascii": _DENSITY, "space": _DENSITY}
        return plain.get(self.value) or {"sextant": _sextants, "octant": _octants, "braille": _braille}[self.value]()

    def across(self, halves: int) -> int:
        """Return in its pixels what is so many half-blocks wide."""
        return halves * self.columns

    def down(self, halves: int) -> int:
        """Return in its pixels what is so many half-blocks high."""
        return _down(halves, self.rows)


def _sextants() -> str:
    """Return the sextants; those that are half blocks have no character of their own (Unicode 13)."""
    left, right = 0b010101, 0b101010
    own = (chr(0x1FB00 + mask - 1 - (mask > left) - (mask > right)) for mask in range(64))
    return "".join({0: " ", left: "▌", right: "▐", 63: "█"}.get(mask, glyph) for mask, glyph in enumerate(own))


def _octants() -> str:
    glyphs, code = [], 0x1CD00
    for mask in range(256):
        other = _OTHER_OCTANTS.get(mask)
        glyphs.append(other or chr(code))
        code += other is None
    return "".join(glyphs)


def _braille() -> str:
    dots = (sum(dot for at, dot in enumerate(_BRAILLE_DOTS) if mask >> at & 1) for mask in range(256))
    return "".join(chr(0x2800 + code) if code else " " for code in dots)
