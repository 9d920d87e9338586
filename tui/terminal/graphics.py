"""Pictures of real pixels in the terminals that show some: Kitty's protocol, Sixel (DEC), and iTerm2's inline images.

They are asked for (``--graphics``), drawn when the picture rests, and never needed.
"""

import enum
import fcntl
import struct
import termios
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Levels = NDArray[Any]

_IMAGE: Final = 7301  # our picture's number, for terminals that keep several
_KEEP: Final = "\x1b7"  # keeps where the cursor is
_CHUNK: Final = 4096  # bytes of base64 in one of Kitty's commands
_SIXEL_ROWS: Final = 6
_SIXEL_GREYS: Final = 101  # Sixel's colours are in percent


class LabelText(NamedTuple):
    """A text over a picture: its cells, and the ready terminal text."""

    row: int
    column: int
    width: int
    text: str


class Protocol(enum.Enum):
    """How a terminal takes pictures."""

    KITTY = "kitty"
    SIXEL = "sixel"
    ITERM2 = "iterm2"


@dataclass(frozen=True, slots=True)
class Graphics:
    """What a terminal draws.

    Parameters
    ----------
    protocol : Protocol
        How it takes pictures.
    widest, highest : int
        The largest picture that it takes, in pixels; of Sixel, larger ones are made of several.
    colors : int
        How many colours a Sixel picture has.
    """

    protocol: Protocol
    widest: int = 1000
    highest: int = 1000
    colors: int = 256

    @property
    def scales(self) -> bool:
        """Return whether the terminal scales pictures to the cells that they are to fill."""
        return self.protocol is not Protocol.SIXEL

    @property
    def clear(self) -> str:
        """Return what takes the picture away; "" where text that is written over it does."""
        return f"\x1b_Ga=d,d=I,i={_IMAGE},q=2\x1b\\" if self.protocol is Protocol.KITTY else ""

    def drawn(self, levels: "Levels", columns: int, rows: int, labels: Sequence[LabelText] = ()) -> str:
        """Return what draws a picture at the cursor, and `columns` x `rows` cells large.

        Parameters
        ----------
        levels : ndarray of uint8, shape (h, w) or (h, w, 3)
            Grey levels or RGB; h and w are multiples of `rows` and `columns`.
        columns, rows : int
            How many cells it covers.
        labels : sequence of LabelText
            Texts that stand over it.
        """
        width, height = levels.shape[1] // columns, levels.shape[0] // rows
        if self.protocol is Protocol.KITTY:
            return _kitty(_png(levels), (columns, rows), (width, height), labels)
        picture = (
            self._tiles(levels, width, height) if self.protocol is Protocol.SIXEL else _iterm2(_png(levels), columns, rows)
        )
        return f"{_KEEP}{picture}{''.join(_at(label.row, label.column) + label.text for label in labels)}"

    def _tiles(self, levels: "Levels", width: int, height: int) -> str:
        """Return a picture as pictures of whole cells (`width` x `height` pixels), none larger than the terminal takes."""
        across, down = max(1, self.widest // width), max(1, self.highest // height)
        index, percents = _indexed(levels, self.colors)  # of all: the parts may share the terminal's registers
        return "".join(
            _at(top, left)
            + sixel(index[top * height : (top + down) * height, left * width : (left + across) * width], percents)
            for top in range(0, levels.shape[0] // height, down)
            for left in range(0, levels.shape[1] // width, across)
        )


def _at(row: int, column: int) -> str:
    """Return what puts the cursor so many cells below and right of where it was kept."""
    return "\x1b8" + (f"\x1b[{row}B" if row else "") + (f"\x1b[{column}C" if column else "")


def _iterm2(png: bytes, columns: int, rows: int) -> str:
    import base64  # start-up does without

    size = f"width={columns};height={rows};preserveAspectRatio=0;doNotMoveCursor=1"
    return f"\x1b]1337;File=inline=1;{size}:{base64.standard_b64encode(png).decode()}\x07"


def _kitty(png: bytes, size: tuple[int, int], cell: tuple[int, int], labels: Sequence[LabelText]) -> str:
    """Return a picture in Kitty's protocol: sent once, and shown in pieces beside the labels, which it would cover."""
    import base64

    data = base64.standard_b64encode(png).decode()
    chunks = [data[at : at + _CHUNK] for at in range(0, len(data), _CHUNK)]
    first = f"a=t,f=100,i={_IMAGE},q=2,"
    sent = "".join(
        f"\x1b_G{first if at == 0 else ''}m={int(at < len(chunks) - 1)};{chunk}\x1b\\" for at, chunk in enumerate(chunks)
    )
    shown = []
    for number, (row, column, high, wide) in enumerate(_beside(labels, *size), 1):
        source = f"x={column * cell[0]},y={row * cell[1]},w={wide * cell[0]},h={high * cell[1]}"
        shown.append(f"{_at(row, column)}\x1b_Ga=p,i={_IMAGE},p={number},{source},c={wide},r={high},C=1,q=2\x1b\\")
    return _KEEP + sent + "".join(shown)


def _beside(labels: Sequence[LabelText], columns: int, rows: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield (row, column, rows, columns) of rectangles that cover all cells but those of labels."""
    free_from = 0
    for row in sorted({label.row for label in labels if 0 <= label.row < rows}):
        if row > free_from:
            yield free_from, 0, row - free_from, columns
        at = 0
        for label in sorted((label for label in labels if label.row == row), key=lambda label: label.column):
            if label.column > at:
                yield row, at, 1, label.column - at
            at = label.column + label.width
        if at < columns:
            yield row, at, 1, columns - at
        free_from = row + 1
    if free_from < rows:
        yield free_from, 0, rows - free_from, columns


def _png(levels: "Levels") -> bytes:
    from io import BytesIO

    from PIL import Image

    file = BytesIO()
    Image.fromarray(levels).save(file, "PNG", compress_level=1)
    return file.getvalue()


def _indexed(levels: "Levels", colors: int) -> "tuple[Levels, Levels]":
    """Return the number of each pixel's colour, and the colours in percent: the 101 greys that Sixel has, or others."""
    import numpy as np

    if levels.ndim == 2:
        greys = min(_SIXEL_GREYS, colors)
        index = (levels.astype(np.uint16) * (greys - 1) + 127) // 255
        return index, np.repeat(np.linspace(0, 100, greys).round().astype(int)[:, None], 3, 1)
    from PIL import Image

    quantized = Image.fromarray(levels).quantize(min(256, colors), Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    palette = np.array(quantized.getpalette("RGB")).reshape(-1, 3)
    return np.asarray(quantized), (palette * 100 + 127) // 255


def sixel(index: "Levels", percents: "Levels") -> str:
    """Return a picture as Sixel (DEC STD 070, chapter 9).

    Parameters
    ----------
    index : ndarray of int, shape (h, w)
        The number of each pixel's colour.
    percents : ndarray of int, shape (colours, 3)
        Red, green and blue of each, 0 to 100.
    """
    import numpy as np

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
