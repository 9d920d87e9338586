"""``dicom-tui view FILE``: print one picture where the cursor is, and exit."""

import io
import os
import shutil
import sys
from collections.abc import Sequence

from tui.cli import PROGRAM
from tui.cli.arguments import Parser, add_options, given
from tui.cli.configured import configured
from tui.cli.inputs import opened
from tui.cli.output import refuse
from tui.dicom.errors import DicomError
from tui.dicom.options import Option, Values
from tui.dicom.pixels.colormaps import BY_NAME, COLORMAPS, GREY, problem_of
from tui.dicom.pixels.view import View
from tui.dicom.pixels.window import Window, parse_window
from tui.settings import OPTIONS as SETTINGS
from tui.settings import SettingsError
from tui.terminal import probe
from tui.text import in_ascii, safe_text

FAILED = 1
_LINES_BELOW = 3  # the words on the picture, and the prompt
_MOST_LINES, _MOST_COLUMNS = 1000, 2000


def _positive(text: str) -> str | None:
    return None if text.isdecimal() and int(text) > 0 else "it is a number from 1 on"


def _width_problem(text: str) -> str | None:
    return _positive(text) or (None if int(text) <= _MOST_COLUMNS else f"no more than {_MOST_COLUMNS} cells are printed")


def _no_window(text: str) -> str | None:
    return None if not text or parse_window(text) is not None else "it is WIDTH/CENTER, such as 400/40"


OPTIONS = (
    Option("frame", "Frame", "Which frame, from 1", "1", check=_positive, metavar="N"),
    Option("window", "Window", "WIDTH/CENTER instead of the file's own", "", check=_no_window, metavar="WIDTH/CENTER"),
    Option("width", "Width", "In cells; as it is, what fits into the terminal", "", metavar="W",
           check=lambda text: _width_problem(text) if text else None),
    Option("colormap", "Colormap", "For grey pictures", GREY, choices=tuple(row.name for row in COLORMAPS)),
    Option("invert", "Invert", "Turn the grey scale round", False),
    Option("smooth", "Smooth", "Blend enlarged pixels into each other", False),
    *(option for option in SETTINGS if option.name in ("color", "cells", "ascii", "low-bandwidth")),
)  # fmt: skip


def run(words: Sequence[str]) -> int:
    """Print the picture that `words` ask for; return the exit code."""
    parser = Parser(
        prog=f"{PROGRAM} view",
        description="Print one picture of a DICOM file where the cursor is, and exit. Not for diagnosis.",
        epilog="FILE may be packed by gzip, or - for standard input: curl ... | dicom-tui view -",
    )
    parser.add_argument("file", metavar="FILE", help="a DICOM file, or - for standard input")
    add_options(parser, OPTIONS)
    arguments = parser.parse_args(words)
    try:
        set_already = configured({}).values()
    except SettingsError as error:
        return refuse(str(error))
    values: Values = {option.name: set_already.get(option.name, option.default) for option in OPTIONS}
    values |= given(arguments, OPTIONS)
    for option in OPTIONS:
        if problem := option.problem(values[option.name]):
            return refuse(f"--{option.name}: {problem}")
    if str(values["colormap"]) in BY_NAME and (problem := problem_of(str(values["colormap"]))):
        return refuse(f"--colormap {values['colormap']}: {problem}")
    try:
        lines, about = _drawn(arguments.file, values)
    except (DicomError, OSError) as error:
        print(f"{PROGRAM}: {safe_text(arguments.file)}: {safe_text(str(error))}", file=sys.stderr)
        return FAILED
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    sys.stdout.write("".join(f"{line}\n" for line in [*lines, about]))
    return 0


def _drawn(file: str, values: Values) -> tuple[list[str], str]:
    """Return the lines of the picture, and what it is in words."""
    from tui.dicom.elements import walk_file
    from tui.dicom.pixels.drawing import Drawing
    from tui.dicom.pixels.load import load_picture
    from tui.render.cells import Encoder
    from tui.render.thrifty import NEAR

    terminal = _terminal(str(values["color"]), ascii_only=bool(values["ascii"]))
    with opened(file) as path:
        picture = load_picture(walk_file(path), int(str(values["frame"])) - 1)
    window = parse_window(str(values["window"])) if values["window"] else None
    view = View(
        window=window, inverted=bool(values["invert"]), colormap=str(values["colormap"]), smooth=bool(values["smooth"])
    )
    width, height = _size(str(values["width"]), picture.columns / (picture.rows * picture.aspect))
    kind = terminal.kind(str(values["cells"]))
    colors = terminal.depth.has_colors and not kind.is_text
    drawing = Drawing(picture, width * kind.columns, height * kind.rows, colors=colors, cells=kind)
    grid = Encoder(terminal.depth, kind, repeats=terminal.repeats).grid(
        drawing.levels(view), error=NEAR if values["low-bandwidth"] else 0
    )
    voi = picture.voi_of(view)
    said = f"{voi.text} {picture.unit}".strip() if isinstance(voi, Window) else "colour" if picture.color else "LUT"
    frame = f"frame {picture.key.frame + 1}/{picture.frames}" if picture.frames > 1 else ""
    size = f"{picture.columns} x {picture.rows}"
    parts = (picture.caption.title, said, size, frame, *picture.notes, "not for diagnosis")
    about = "  ".join(part for part in parts if part)
    return grid.lines(), about if terminal.unicode else in_ascii(about)


def _terminal(color: str, *, ascii_only: bool) -> probe.Terminal:
    """Return what the terminal can do; where the output is none, what the environment says."""
    answer = probe.ask() if sys.stdout.isatty() else ""
    return probe.classify(answer, os.environ, color, ascii_only=ascii_only)


def _size(width: str, shape: float) -> tuple[int, int]:
    """Return (columns, rows) of cells for a picture `shape` times as wide as high: what was asked for, or what fits."""
    columns, lines = shutil.get_terminal_size()
    most = int(width) if width else min(columns, max(1, round(2 * max(1, lines - _LINES_BELOW) * shape)))
    return most, min(_MOST_LINES, max(1, round(most / shape / 2)))
