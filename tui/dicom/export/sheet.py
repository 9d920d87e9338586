"""A contact sheet of a series: all its pictures on one, in a grid, with their numbers."""

from collections.abc import Iterator
from math import ceil
from typing import Final

from PIL import Image, ImageDraw

from tui.dicom.errors import PixelError
from tui.dicom.export.animation_options import COLUMNS, NO_TITLES, TILE
from tui.dicom.export.frames import frames_in
from tui.dicom.export.order import Subject
from tui.dicom.export.outputs import Output
from tui.dicom.export.picture_options import SIZE, view_of
from tui.dicom.export.pictures import png_info
from tui.dicom.export.seen import as_first, font_of, image_of, window_words, with_window
from tui.dicom.options import Values

_GAP: Final = 4
_TITLE: Final = 14  # pixels of the height of titles
_GREY: Final = (160, 160, 160)
_MOST_PIXELS: Final = 1 << 25


def write_sheet(subject: Subject, values: Values, output: Output) -> Iterator[str]:
    """Write the pictures of a series, each fitted into a square tile, under the window of the first one."""
    tile, columns, titled = int(str(values[TILE.name])), int(str(values[COLUMNS.name])), not values[NO_TITLES.name]
    count = sum(1 for _ in frames_in(subject, values))
    if not count:
        raise PixelError("there is no frame to be written", subject.files[0])
    columns = min(columns, count)
    height = tile + (_TITLE if titled else 0) + _GAP
    size = columns * (tile + _GAP) + _GAP, ceil(count / columns) * height + _GAP
    if size[0] * size[1] > _MOST_PIXELS:
        said = f"a sheet of {count:,} pictures would have {size[0]:,} x {size[1]:,} pixels"
        raise PixelError(f"{said}: make tiles smaller (--tile), or choose frames (--frames)", subject.files[0])
    sheet, font = Image.new("RGB", size), font_of(_TITLE - 2)
    draw = ImageDraw.Draw(sheet)
    view, fitted, words = view_of(values), values | {SIZE.name: str(tile)}, ""
    for place, frame in enumerate(frames_in(subject, values)):
        picture = frame.picture()
        if not place:
            view = as_first(picture, with_window(picture, view, values))
            words = window_words(picture, view)
        image = image_of(picture, view, fitted)
        left, top = _GAP + place % columns * (tile + _GAP), _GAP + place // columns * height
        sheet.paste(image.convert("RGB"), (left + (tile - image.width) // 2, top + (tile - image.height) // 2))
        if titled:
            said = (
                f"{frame.number + 1}/{picture.frames}" if picture.frames > 1 else f"Im {picture.caption.number or place + 1}"
            )
            titles = (f"{said}  {picture.caption.place}", said)
            title = next((title for title in titles if font.getlength(title) <= tile), "")
            draw.text((left, top + tile), title, _GREY, font)
        yield f"{place + 1:,} of {count:,}"
    with output.file(seeks=True) as file:
        sheet.save(file, "PNG", pnginfo=png_info(words))
