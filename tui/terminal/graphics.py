"""Pictures of real pixels in the terminals that show some: Kitty's protocol, Sixel (DEC), and iTerm2's inline images.

They are asked for (``--graphics``), drawn when the picture rests, and never needed.
"""

import enum
import fcntl
import struct
import termios
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Levels = NDArray[Any]

_IMAGE: Final = 7301  # our picture's number, for terminals that keep several
_CHUNK: Final = 4096  # bytes of base64 in one of Kitty's commands
_SIXEL_ROWS: Final = 6
_SIXEL_GREYS: Final = 101  # Sixel's colours are in percent
_SIXEL_COLORS: Final = 256


class Graphics(enum.Enum):
    """How a terminal takes pictures."""

    KITTY = "kitty"
    SIXEL = "sixel"
    ITERM2 = "iterm2"

    @property
    def lies_under_text(self) -> bool:
        """Return whether its pictures are seen through cells that are empty, rather than drawn over them."""
        return self is Graphics.KITTY

    @property
    def clear(self) -> str:
        """Return what takes the picture away; "" where text that is written over it does."""
        return f"\x1b_Ga=d,d=I,i={_IMAGE},q=2\x1b\\" if self is Graphics.KITTY else ""

    def drawn(self, levels: "Levels", columns: int, rows: int) -> str:
        """Return what draws a picture at the cursor, and `columns` x `rows` cells large.

        Parameters
        ----------
        levels : ndarray of uint8, shape (h, w) or (h, w, 3)
            Grey levels or RGB. Sixel draws each on one pixel of the screen, the others fill the cells with them.
        columns, rows : int
            How many cells it covers.
        """
        if self is Graphics.SIXEL:
            return sixel(levels)
        import base64  # start-up does without

        data = base64.standard_b64encode(_png(levels)).decode()
        if self is Graphics.ITERM2:
            size = f"width={columns};height={rows};preserveAspectRatio=0;doNotMoveCursor=1"
            return f"\x1b]1337;File=inline=1;{size}:{data}\x07"
        chunks = [data[at : at + _CHUNK] for at in range(0, len(data), _CHUNK)]
        first = f"a=T,f=100,i={_IMAGE},p=1,q=2,c={columns},r={rows},C=1,z=-1,"
        return "".join(
            f"\x1b_G{first if at == 0 else ''}m={int(at < len(chunks) - 1)};{chunk}\x1b\\" for at, chunk in enumerate(chunks)
        )


def _png(levels: "Levels") -> bytes:
    from io import BytesIO

    from PIL import Image

    file = BytesIO()
    Image.fromarray(levels).save(file, "PNG", compress_level=1)
    return file.getvalue()


def sixel(levels: "Levels") -> str:
    """Return a picture as Sixel (DEC STD 070, chapter 9): grey in the 101 greys it has, or in 256 colours."""
    import numpy as np

    if levels.ndim == 2:
        index = (levels.astype(np.uint16) * (_SIXEL_GREYS - 1) + 127) // 255
        percents = np.repeat(np.arange(_SIXEL_GREYS)[:, None], 3, 1)
    else:
        from PIL import Image

        quantized = Image.fromarray(levels).quantize(_SIXEL_COLORS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        index = np.asarray(quantized)
        palette = np.array(quantized.getpalette("RGB")).reshape(-1, 3)
        percents = (palette * 100 + 127) // 255
    used = np.unique(index)
    colors = "".join(f"#{one};2;{red};{green};{blue}" for one in used for red, green, blue in (percents[one],))
    height, width = index.shape
    bands = (_band(index[top : top + _SIXEL_ROWS]) for top in range(0, height, _SIXEL_ROWS))
    return f'\x1bP0;1;0q"1;1;{width};{height}{colors}{"-".join(bands)}\x1b\\'


def _band(index: "NDArray[np.integer[Any]]") -> str:
    """Return up to six rows of pixels: for each colour the columns in which it stands, one after the other."""
    import numpy as np

    place = (1 << np.arange(len(index)))[:, None]
    lines = []
    for color in np.unique(index):
        bits = ((index == color) * place).sum(0)
        starts = np.flatnonzero(np.diff(bits, prepend=-1))
        lengths = np.diff(starts, append=len(bits)).tolist()
        runs = zip(map(chr, (bits[starts] + 63).tolist()), lengths, strict=True)
        lines.append(f"#{color}" + "".join(glyph * length if length < 4 else f"!{length}{glyph}" for glyph, length in runs))
    return "$".join(lines)


def cell_pixels(fd: int) -> tuple[int, int] | None:
    """Return the width and the height of a cell in pixels, or None where the terminal does not tell."""
    with suppress(OSError, struct.error):
        rows, columns, width, height = struct.unpack("HHHH", fcntl.ioctl(fd, termios.TIOCGWINSZ, b"\0" * 8))
        if rows and columns and width >= columns and height >= rows:
            return width // columns, height // rows
    return None
