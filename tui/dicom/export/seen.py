"""A picture as it is seen: windowed, coloured, turned, with overlays, measures and corner text."""

from typing import Any, Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tui.dicom.errors import PixelError
from tui.dicom.export.picture_options import FULL, PERCENTILE, REGION, SIZE, WINDOW, region_of
from tui.dicom.options import Values
from tui.dicom.pixels.drawing import Drawing
from tui.dicom.pixels.picture import Picture
from tui.dicom.pixels.view import View
from tui.dicom.pixels.window import Window
from tui.render.cell_kind import PixelCells

_PIXELS: Final = PixelCells(1, 1)
_LEAST_FONT: Final = 10  # pixels
_LINES: Final = 36  # of text, one above the other, in the shorter side
_MARGIN: Final = 4


def with_window(picture: Picture, view: View, values: Values) -> View:
    """Return a view with the window that options ask for, where that depends on the picture."""
    window = values.get(WINDOW.name)
    if window == FULL:
        return view.windowed(picture.full_range)
    return view.windowed(picture.percentile_range) if window == PERCENTILE else view


def as_first(picture: Picture, view: View) -> View:
    """Return a view under which other pictures of a series have the grey levels of this one."""
    voi = picture.voi_of(view)
    return view.windowed(voi) if isinstance(voi, Window) and not picture.color else view


def image_of(picture: Picture, view: View, values: Values) -> Image.Image:
    """Return a picture, or a region of it, as it is seen under a view: 8 bit grey or RGB.

    With a size or measures it has true proportions, else a pixel for each of the image's own.
    """
    size, region = int(str(values.get(SIZE.name, "") or 0)), region_of(str(values.get(REGION.name, "")))
    if region is None:
        whole = _fitted(picture.columns, picture.rows * picture.aspect, view, size)
        if size or view.marks:
            drawing = Drawing(picture, *whole, cells=_PIXELS)
            image = Image.fromarray(drawing.levels(view))
            _write_texts(image, drawing, view)
        else:
            image = Image.fromarray(np.ascontiguousarray(Drawing(picture, 1, 1, cells=_PIXELS).whole(view)))
    else:
        image = _part_of(picture, view, region, size)
    if view.corner_text:
        _write_corners(image, picture, view)
    return image


def _write_texts(image: Image.Image, drawing: Drawing, view: View) -> None:
    """Write what is measured beside the measures."""
    font, draw = font_of(max(_LEAST_FONT, min(image.size) // _LINES)), ImageDraw.Draw(image)
    light, dark = (255, 0) if image.mode == "L" else ((255, 255, 255), (0, 0, 0))
    for said in drawing.texts(view):
        draw.text((said.x, said.y), said.text, light, font, "rm" if said.ends else "lm", stroke_width=1, stroke_fill=dark)


def _part_of(picture: Picture, view: View, region: tuple[int, int, int, int], size: int) -> Image.Image:
    """Return a region of a picture as it is seen, with a size in true proportions."""
    image = Image.fromarray(np.ascontiguousarray(Drawing(picture, 1, 1, cells=_PIXELS).whole(view)))
    x, y, width, height = region
    if x + width > image.width or y + height > image.height:
        said = f"there is no region {x},{y},{width},{height}"
        raise PixelError(f"{said}: the picture has {image.width} x {image.height} pixels", picture.key.path)
    image = image.crop((x, y, x + width, y + height))
    if not size:
        return image
    high = 1 / picture.aspect if view.turns % 2 else picture.aspect
    scale = size / max(width, height * high)
    enlarging = Image.Resampling.BILINEAR if view.smooth else Image.Resampling.NEAREST
    fitted = max(1, round(width * scale)), max(1, round(height * high * scale))
    return image.resize(fitted, enlarging if scale >= 1 else Image.Resampling.BOX)


def _fitted(width: float, height: float, view: View, longest: int) -> tuple[int, int]:
    """Return (width, height) of a picture as it is seen; of its own size where no longest side is given."""
    if view.turns % 2:
        width, height = height, width
    scale = longest / max(width, height) if longest else 1.0
    return max(1, round(width * scale)), max(1, round(height * scale))


def window_words(picture: Picture, view: View) -> str:
    """Return the window a picture is seen under, in words; "" for a colour picture, and for a LUT."""
    voi = picture.voi_of(view)
    return f"{voi.text} {picture.unit}".strip() if isinstance(voi, Window) else ""


def font_of(height: int) -> Any:  # noqa: ANN401 - Pillow has two classes of fonts
    """Return a font of a height in pixels, the one that comes with Pillow."""
    return ImageFont.load_default(height)


def _write_corners(image: Image.Image, picture: Picture, view: View) -> None:
    caption = picture.caption.masked if view.private else picture.caption
    frame = f"{picture.key.frame + 1}/{picture.frames}" if picture.frames > 1 else ""
    corners = {
        "la": caption.patient, "ra": caption.study, "ld": (caption.title, window_words(picture, view)),
        "rd": (" ".join(part for part in (f"Im {caption.number}" if caption.number else "", frame) if part), caption.place),
    }  # fmt: skip
    letters = picture.letters.as_seen(mirrored=view.mirrored, turns=view.turns)
    width, height = image.size
    font = font_of(max(_LEAST_FONT, min(width, height) // _LINES))
    draw, white = ImageDraw.Draw(image), 255 if image.mode == "L" else (255, 255, 255)
    black = 0 if image.mode == "L" else (0, 0, 0)
    places = {
        "la": (_MARGIN, _MARGIN), "ra": (width - _MARGIN, _MARGIN), "ld": (_MARGIN, height - _MARGIN),
        "rd": (width - _MARGIN, height - _MARGIN), "lm": (_MARGIN, height // 2), "rm": (width - _MARGIN, height // 2),
        "ma": (width // 2, _MARGIN), "md": (width // 2, height - _MARGIN),
    }  # fmt: skip
    edges = {"lm": letters.left, "rm": letters.right, "ma": letters.top, "md": letters.bottom}
    texts = {anchor: "\n".join(line for line in lines if line) for anchor, lines in corners.items()} | edges
    for anchor, text in texts.items():
        if text:
            align = "right" if anchor[0] == "r" else "left"
            draw.multiline_text(places[anchor], text, white, font, anchor, align=align, stroke_width=1, stroke_fill=black)
