"""Windows (PS3.3 C.11.2.1.2) and the presets that keys offer. Imports no NumPy: the key handling uses it."""

import re
from dataclasses import dataclass, replace
from typing import Final

LINEAR: Final = "LINEAR"
LINEAR_EXACT: Final = "LINEAR_EXACT"
SIGMOID: Final = "SIGMOID"
NARROWEST: Final = 1e-6
LARGEST: Final = 1e12
_WIDEST: Final = 1e308  # where values reach further than a number does


@dataclass(frozen=True, slots=True)
class Window:
    """A window center and width, in modality units, with the VOI LUT function that it is for."""

    center: float
    width: float
    function: str = LINEAR
    name: str = ""

    def nudged(self, center: float = 0.0, width: float = 0.0) -> "Window":
        """Return the window moved and widened by fractions of its width; it is never narrower than its function allows."""
        least = 1.0 if self.function == LINEAR and self.width >= 1.0 else NARROWEST
        return replace(
            self,
            center=self.center + center * self.width,
            width=min(LARGEST, max(least, self.width * (1.0 + width))),
            name="",
        )

    @classmethod
    def spanning(cls, low: float, high: float, name: str) -> "Window":
        """Return the window that maps `low` to black and `high` to white."""
        return cls(low / 2 + high / 2, max(2 * min(high / 2 - low / 2, _WIDEST / 2), NARROWEST), LINEAR_EXACT, name)

    @property
    def text(self) -> str:
        """Return width and level in words, as a status line shows them."""
        return f"W {_short(self.width)} L {_short(self.center)}"


def _short(number: float) -> str:
    return f"{number:.0f}" if 100 <= abs(number) < 1e7 else f"{number:.4g}"


def parse_window(text: str) -> Window | None:
    """Return the window that ``WIDTH/CENTER`` (or ``WIDTH CENTER``) stands for, or None."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d*)?(?:e-?\d+)?)\s*[/ ,;]\s*(-?\d+(?:\.\d*)?(?:e-?\d+)?)\s*", text)
    if match is None or not 0 < float(match[1]) < LARGEST or not abs(float(match[2])) < LARGEST:
        return None
    return Window(float(match[2]), float(match[1]), LINEAR if float(match[1]) >= 1 else LINEAR_EXACT, "typed")


@dataclass(frozen=True, slots=True)
class Preset:
    """A window that a key offers, for images in HU only."""

    key: str
    name: str
    width: float
    center: float

    @property
    def window(self) -> Window:
        """Return the preset's window."""
        return Window(self.center, self.width, name=self.name)


PRESETS: Final = (
    Preset("3", "brain", 80, 40),
    Preset("4", "abdomen", 400, 50),
    Preset("5", "mediastinum", 350, 50),
    Preset("6", "bone", 1800, 400),
    Preset("7", "lung", 1500, -600),
    Preset("8", "liver", 150, 30),
    Preset("9", "angio", 600, 200),
)
