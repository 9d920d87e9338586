"""Options of pictures, declared once. Imports no NumPy: the command line's help uses it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from tui.dicom.options import Option, Value, Values
from tui.dicom.pixels.colormaps import BY_NAME, COLORMAPS, GREY
from tui.dicom.pixels.colormaps import problem_of as colormap_problem
from tui.dicom.pixels.marks import TOOL_BY_NAME, Mark
from tui.dicom.pixels.view import View
from tui.dicom.pixels.window import PRESETS, parse_window

SEEN_8: Final = "8"
STORED_16: Final = "16-stored"
RESCALED_16: Final = "16-rescaled"
FLOAT_32: Final = "float"
FULL: Final = "full"
PERCENTILE: Final = "1-99"
_PRESETS: Final = {preset.name: preset.window for preset in PRESETS}
_FLIPS: Final = ("none", "left-right", "up-down")
_TURNS: Final = ("0", "90", "180", "270")
_COORDINATES: Final = 2
_LARGEST_PICTURE: Final = 8192


def _no_window(text: str) -> str | None:
    if not text or text in (FULL, PERCENTILE) or text in _PRESETS or parse_window(text) is not None:
        return None
    return f"a window is WIDTH/CENTER such as 400/40, {FULL}, {PERCENTILE}, or one of {', '.join(_PRESETS)}"


def _number_problem(text: str, least: int, most: int) -> str | None:
    right = text.isascii() and text.isdigit() and least <= int(text) <= most
    return None if right else f"it is a number from {least} to {most}"


WINDOW: Final = Option(
    "window", "Window", f"WIDTH/CENTER, {FULL}, {PERCENTILE} (percent), or a preset; as it is, the file's own", "",
    check=_no_window, metavar="WINDOW",
)  # fmt: skip
COLORMAP: Final = Option("colormap", "Colormap", "For grey pictures", GREY, choices=tuple(row.name for row in COLORMAPS))
INVERT: Final = Option("invert", "Invert", "Turn the grey scale round", False)
FLIP: Final = Option("flip", "Flip", "Exchange sides", _FLIPS[0], choices=_FLIPS)
ROTATE: Final = Option("rotate", "Rotate", "Degrees clockwise, after flipping", _TURNS[0], choices=_TURNS)
SIZE: Final = Option(
    "size", "Size", "Pixels of the longer side, in true proportions; as it is, a pixel for each of the image's", "",
    check=lambda text: _number_problem(text, 1, _LARGEST_PICTURE) if text else None, metavar="N",
)  # fmt: skip
REGION: Final = Option(
    "region", "Region", "Only this part: X,Y,WIDTH,HEIGHT in the image's pixels as seen, from 0", "",
    check=lambda text: None if not text or region_of(text) else "a region is X,Y,WIDTH,HEIGHT such as 0,0,256,256",
    metavar="X,Y,W,H",
)  # fmt: skip
SMOOTH: Final = Option("smooth", "Smooth", "Blend enlarged pixels into each other", False)
NO_OVERLAYS: Final = Option("no-overlays", "Without overlays", "Leave out overlay planes", False)
CORNER_TEXT: Final = Option("corner-text", "Corner text", "Write patient, study, window and image into the corners", False)
MEASURES: Final = Option(
    "measures", "Measures", "Draw these, a tool and its pixels each: distance 10,20 30,40; ellipse 5,5 20,20", "",
    check=lambda text: None if not text or marks_of(text) else f"a measure is {', '.join(TOOL_BY_NAME)} and its pixels X,Y",
    metavar="TOOL X,Y X,Y; ...",
)  # fmt: skip
SEEN: Final = (WINDOW, COLORMAP, INVERT, FLIP, ROTATE, REGION, SIZE, SMOOTH, NO_OVERLAYS, MEASURES, CORNER_TEXT)

DEPTH: Final = Option(
    "depth", "Depth", "8 bit as seen, or 16 bit of stored values or of rescaled ones", SEEN_8,
    choices=(SEEN_8, STORED_16, RESCALED_16),
)  # fmt: skip
TIFF_DEPTH: Final = replace(
    DEPTH, help="8 bit as seen, 16 bit of stored values or of rescaled ones, or 32-bit floats of rescaled ones",
    choices=(SEEN_8, STORED_16, RESCALED_16, FLOAT_32),
)  # fmt: skip
PAGES: Final = Option("pages", "Pages", "One file of many pages for each series or multi-frame image", False)
QUALITY: Final = Option(
    "quality", "Quality", "1 to 100", "90", check=lambda text: _number_problem(text, 1, 100), metavar="N"
)
LOSSY_QUALITY: Final = Option(
    "quality", "Quality", "1 to 100; as it is, without loss", "",
    check=lambda text: _number_problem(text, 1, 100) if text else None, metavar="N",
)  # fmt: skip
WIDTH: Final = Option(
    "width", "Width", "In cells of the terminal", "80", check=lambda text: _number_problem(text, 1, 2000), metavar="W"
)
CELLS: Final = (
    WIDTH,
    Option("color", "Colours", "How many colours the terminal has", "truecolor", choices=("truecolor", "256", "16", "mono")),
)


def marks_of(text: str) -> tuple[Mark, ...] | None:
    """Return the measures that a text names: tools and pixels, in the stored picture, from 0; None of another text."""
    found = []
    for part in text.split(";"):
        name, *points = part.split() or [""]
        tool = TOOL_BY_NAME.get(name)
        pixels = [point.split(",") for point in points]
        right = all(
            len(pixel) == _COORDINATES and all(each.isascii() and each.isdigit() for each in pixel) for pixel in pixels
        )
        if tool is None or not right or len(pixels) != tool.points:
            return None
        found.append(Mark(tool, tuple((int(column), int(row)) for column, row in pixels)))
    return tuple(found)


def _marks_text(marks: tuple[Mark, ...]) -> str:
    finished = (mark for mark in marks if mark.finished)
    return "; ".join(f"{mark.tool.name} {' '.join(f'{column},{row}' for column, row in mark.points)}" for mark in finished)


def region_of(text: str) -> tuple[int, int, int, int] | None:
    """Return (x, y, width, height) in pixels of a text; None of another one."""
    parts = text.replace(" ", "").split(",")
    if len(parts) != 4 or not all(part.isascii() and part.isdigit() for part in parts):
        return None
    x, y, width, height = map(int, parts)
    return (x, y, width, height) if width and height else None


def values_of(view: View, shape: tuple[int, int], *, windowed: bool) -> Values:
    """Return the options that show pictures as a view does.

    Parameters
    ----------
    view : View
        How pictures are looked at.
    shape : tuple of int
        (columns, rows) of the picture as it is seen.
    windowed : bool
        Whether its window is one of somebody's own.
    """
    values: Values = {
        COLORMAP.name: view.colormap, INVERT.name: view.inverted, FLIP.name: _FLIPS[1 if view.mirrored else 0],
        ROTATE.name: _TURNS[view.turns], SMOOTH.name: view.smooth, NO_OVERLAYS.name: not view.overlays,
    }  # fmt: skip
    if windowed and view.window is not None:
        values[WINDOW.name] = f"{view.window.width:.6g}/{view.window.center:.6g}"
    values[MEASURES.name] = _marks_text(view.marks)
    if view.zoom > 1 and not values[MEASURES.name]:
        width, height = (max(1, min(side, round(side / view.zoom))) for side in shape)
        left = round(view.center_x * shape[0] - width / 2)
        top = round(view.center_y * shape[1] - height / 2)
        left, top = (max(0, min(at, side - part)) for at, side, part in ((left, shape[0], width), (top, shape[1], height)))
        values[REGION.name] = f"{left},{top},{width},{height}"
    return values


def view_of(values: Values) -> View:
    """Return the view that options ask for, but for windows that depend on the picture."""
    window = str(values.get(WINDOW.name, ""))
    turns = _TURNS.index(str(values.get(ROTATE.name, _TURNS[0])))
    view = View(
        window=_PRESETS.get(window) or parse_window(window), inverted=bool(values.get(INVERT.name)),
        colormap=str(values.get(COLORMAP.name, GREY)), smooth=bool(values.get(SMOOTH.name)),
        overlays=not values.get(NO_OVERLAYS.name), corner_text=bool(values.get(CORNER_TEXT.name)),
        marks=marks_of(str(values.get(MEASURES.name, ""))) or (),
    )  # fmt: skip
    flip = values.get(FLIP.name)
    if flip == _FLIPS[1]:
        view = view.flipped()
    elif flip == _FLIPS[2]:
        view = view.flipped_upside_down()
    return replace(view, turns=(view.turns + turns) % 4)


def problem_of(values: Mapping[str, Value]) -> str | None:
    """Return what is wrong with options as a whole, or None."""
    name = str(values.get(COLORMAP.name, GREY))
    if name in BY_NAME and (problem := colormap_problem(name)):
        return f"{COLORMAP.label}: {problem}"
    if values.get(MEASURES.name) and values.get(REGION.name):
        return "Measures are drawn on whole pictures: they do not go with a region"
    if values.get(DEPTH.name, SEEN_8) != SEEN_8:
        given = [option.label for option in SEEN if values.get(option.name, option.default) != option.default]
        if given:
            return f"values are written as they are, not as seen: {', '.join(given)} does not go with a depth other than 8"
    return None
