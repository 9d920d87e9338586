"""Animations of series and multi-frame images: GIF, APNG and WebP. Frames are read and written one after the other."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from PIL import GifImagePlugin, Image

from tui.dicom.errors import PixelError
from tui.dicom.export.animation_options import DEFAULT_RATE_FPS, RATE
from tui.dicom.export.apng import ApngWriter
from tui.dicom.export.frames import frames_in
from tui.dicom.export.order import Subject
from tui.dicom.export.outputs import Output
from tui.dicom.export.picture_options import view_of
from tui.dicom.export.pictures import LEVEL, png_info, webp_quality
from tui.dicom.export.seen import as_first, image_of, window_words, with_window
from tui.dicom.export.webp import WebpWriter
from tui.dicom.options import Values
from tui.dicom.pixels.view import View

_GIF_UNIT_MS: Final = 10  # GIF counts in hundredths of a second
_GIF_END: Final = b";"
_ALIKE: Final = 0.01


class Movie:
    """The images of a subject, all under the window of the first one, and of its size."""

    def __init__(self, subject: Subject, values: Values) -> None:
        self._subject, self._values = subject, values
        self.count = sum(1 for _ in frames_in(subject, values))
        if not self.count:
            raise PixelError("there is no frame to be written", subject.files[0])
        picture = next(frames_in(subject, values)).picture()
        self._view: View = as_first(picture, with_window(picture, view_of(values), values))
        self.first = image_of(picture, self._view, values)
        self.words = window_words(picture, self._view)
        self.rate_fps = float(str(values[RATE.name])) if values[RATE.name] else picture.rate_fps or DEFAULT_RATE_FPS

    def __iter__(self) -> Iterator[Image.Image]:
        yield self.first
        for frame in islice(frames_in(self._subject, self._values), 1, None):
            image = image_of(frame.picture(), self._view, self._values)
            if (image.size, image.mode) != (self.first.size, self.first.mode):
                raise PixelError("its frames differ in size or colours: no animation is made", frame.elements.path)
            yield image


def write_gif(subject: Subject, values: Values, output: Output) -> Iterator[str]:
    """Write an animated GIF: greys are exact, colours are reduced to 256 for each frame."""
    movie = Movie(subject, values)
    duration_ms = max(_GIF_UNIT_MS, round(1000 / movie.rate_fps / _GIF_UNIT_MS) * _GIF_UNIT_MS)
    if abs(1000 / duration_ms - movie.rate_fps) > _ALIKE * movie.rate_fps:
        output.note(f"GIF has no rate of {movie.rate_fps:.3g} frames a second: {1000 / duration_ms:.3g} was taken")
    with output.file() as file:
        for number, image in enumerate(movie, 1):
            reduced = image if image.mode == "L" else image.quantize(256)
            if number == 1:
                header, _ = GifImagePlugin.getheader(reduced, info={"loop": 0, "version": b"89a"})
                file.writelines(header)
            file.writelines(GifImagePlugin.getdata(reduced, duration=duration_ms, include_color_table=number > 1))
            yield f"{number:,} of {movie.count:,}"
        file.write(_GIF_END)


def write_apng(subject: Subject, values: Values, output: Output) -> Iterator[str]:
    """Write an animated PNG."""
    movie = Movie(subject, values)
    with output.file() as file:
        writer = ApngWriter(file, movie.count, movie.rate_fps, png_info(movie.words), LEVEL)
        for number, image in enumerate(movie, 1):
            writer.add(image)
            yield f"{number:,} of {movie.count:,}"
        writer.end()


def write_webp(subject: Subject, values: Values, output: Output) -> Iterator[str]:
    """Write an animated WebP, without loss unless a quality is given."""
    movie = Movie(subject, values)
    with output.file(seeks=True) as file:
        writer = WebpWriter(file, movie.first.size, round(1000 / movie.rate_fps), webp_quality(values))
        for number, image in enumerate(movie, 1):
            writer.add(image)
            yield f"{number:,} of {movie.count:,}"
        writer.end()
