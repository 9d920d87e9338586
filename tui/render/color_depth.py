"""What colours a terminal can show, and how they are selected (ECMA-48 SGR). Imports no NumPy: start-up asks it."""

import enum


class ColorDepth(enum.Enum):
    """How many colours a terminal shows."""

    TRUECOLOR = "truecolor"
    PALETTE_256 = "256"
    PALETTE_16 = "16"
    MONO = "mono"

    @property
    def has_colors(self) -> bool:
        """Return whether more than greys are shown."""
        return self in (ColorDepth.TRUECOLOR, ColorDepth.PALETTE_256)


LUMA = (0.299, 0.587, 0.114)  # of red, green and blue (ITU-R BT.601)
FROM_PALETTE = 1 << 24  # with an index: a colour of the 256-colour palette, in true colour too (its code is shorter)
CUBE = (0, 95, 135, 175, 215, 255)  # the levels of the 6 x 6 x 6 colour cube, from index 16 on


def sgr(color: int, depth: ColorDepth, *, background: bool) -> str:
    """Return the SGR parameters that select colour id `color`."""
    if depth is ColorDepth.TRUECOLOR and color & FROM_PALETTE:
        return f"{48 if background else 38};5;{color & 255}"
    if depth is ColorDepth.TRUECOLOR:
        return f"{48 if background else 38};2;{color >> 16};{color >> 8 & 255};{color & 255}"
    if depth is ColorDepth.PALETTE_256:
        return f"{48 if background else 38};5;{color}"
    base = 40 if background else 30
    return str(base + color if color < 8 else base + 52 + color)


def rgb_of(color: int, depth: ColorDepth) -> tuple[int, int, int]:
    """Return what colour id `color` looks like (the usual values, for 16 colours)."""
    if depth is ColorDepth.TRUECOLOR and color & FROM_PALETTE:
        return rgb_of(color & 255, ColorDepth.PALETTE_256)
    if depth is ColorDepth.TRUECOLOR:
        return color >> 16, color >> 8 & 255, color & 255
    if depth is ColorDepth.PALETTE_256:
        if color >= 232:
            return (8 + 10 * (color - 232),) * 3
        index = color - 16
        return CUBE[index // 36], CUBE[index // 6 % 6], CUBE[index % 6]
    if depth is ColorDepth.PALETTE_16:
        return {0: (0, 0, 0), 8: (85, 85, 85), 7: (170, 170, 170)}.get(color, (255, 255, 255))
    return (255, 255, 255) if color else (0, 0, 0)
