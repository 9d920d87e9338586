"""The picture of the terminal: as text with escape sequences, and as SVG."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tui.dicom.errors import PixelError
from tui.dicom.export.frames import frames_in
from tui.dicom.export.order import Subject
from tui.dicom.export.outputs import Output
from tui.dicom.export.picture_options import CELLS, WIDTH, view_of
from tui.dicom.export.seen import with_window
from tui.dicom.options import Values
from tui.dicom.pixels.drawing import Drawing
from tui.dicom.pixels.picture import Picture
from tui.render.cell_kind import CellKind
from tui.render.cells import Encoder
from tui.render.color_depth import ColorDepth

_HALF: Final = CellKind.HALF
_SVG_CELL: Final = 8  # units: a half-block is so wide and so high


def _drawing(subject: Subject, values: Values, *, colors: bool = True) -> tuple[Picture, Drawing]:
    for frame in frames_in(subject, values):
        picture = frame.picture()
        turned = view_of(values).turns % 2
        shape = picture.columns / (picture.rows * picture.aspect)
        width = int(str(values[WIDTH.name]))
        height = max(1, round(width / (1 / shape if turned else shape) / 2))
        return picture, Drawing(picture, width * _HALF.columns, height * _HALF.rows, colors=colors, cells=_HALF)
    raise PixelError("there is no frame to be written", subject.files[0])


def _levels(picture: Picture, drawing: Drawing, values: Values) -> NDArray[np.uint8]:
    return drawing.levels(with_window(picture, view_of(values), values))


def write_ansi(subject: Subject, values: Values, output: Output) -> Iterator[str]:
    """Write a frame as lines of half-blocks with colours, as ``dicom-tui view`` prints it."""
    depth = ColorDepth(str(values[CELLS[1].name]))
    picture, drawing = _drawing(subject, values, colors=depth.has_colors)
    lines = Encoder(depth, _HALF).grid(_levels(picture, drawing, values)).lines()
    with output.file() as file:
        file.write("".join(f"{line}\n" for line in lines).encode())
    yield ""


def write_svg(subject: Subject, values: Values, output: Output) -> Iterator[str]:
    """Write a frame as an SVG of the half-blocks' squares; it needs no font."""
    picture, drawing = _drawing(subject, values)
    levels = _levels(picture, drawing, values)
    rows, columns = levels.shape[:2]
    colors = levels if levels.ndim == 3 else np.repeat(levels[..., None], 3, axis=2)
    with output.file() as file:
        width, height = columns * _SVG_CELL, rows * _SVG_CELL
        file.write(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" shape-rendering="crispEdges">\n'
            f'<rect width="{width}" height="{height}"/>\n'.encode()
        )
        for row in range(rows):
            file.write(_row(colors[row], row).encode())
        file.write(b"</svg>\n")
    yield ""


def _row(colors: NDArray[np.uint8], row: int) -> str:
    """Return the rectangles of a row, one for each stretch of a colour that is not black."""
    changes = np.flatnonzero((colors[1:] != colors[:-1]).any(axis=1)) + 1
    begins = [0, *changes.tolist()]
    ends = [*changes.tolist(), len(colors)]
    parts = []
    for begin, end in zip(begins, ends, strict=True):
        red, green, blue = (int(part) for part in colors[begin])
        if red or green or blue:
            parts.append(
                f'<rect x="{begin * _SVG_CELL}" y="{row * _SVG_CELL}" width="{(end - begin) * _SVG_CELL}" '
                f'height="{_SVG_CELL}" fill="#{red:02x}{green:02x}{blue:02x}"/>\n'
            )
    return "".join(parts)
