"""Films of series and multi-frame images as MP4 (ISO/IEC 14496-14), by PyAV: the extra ``video``."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Final

import numpy as np

from tui.dicom.errors import PixelError, translated
from tui.dicom.export.animation import Movie
from tui.dicom.export.order import Subject
from tui.dicom.export.outputs import Output
from tui.dicom.options import Values

_ENCODERS: Final = (("libx264", {"crf": "16", "preset": "medium"}), ("mpeg4", {"qscale": "2"}))
_MOST_PARTS: Final = 1001  # of a rate as a fraction: 29.97 is 30000/1001
_LARGEST_SIDE: Final = 8192  # pixels: of what players take
_EVEN: Final = 2  # pixels: colours lie at every other one


def write_mp4(subject: Subject, values: Values, output: Output) -> Iterator[str]:
    """Write a film, compressed with loss; a picture of an odd size gets a black line."""
    path = subject.files[0]
    import av  # of an extra

    movie = Movie(subject, values)
    if max(movie.first.size) > _LARGEST_SIDE:
        raise PixelError(f"films have at most {_LARGEST_SIDE:,} pixels a side: make the pictures smaller (--size)", path)
    with (
        output.file(seeks=True) as file,
        translated(PixelError, "the film cannot be made", path),
        av.open(file, "w", format="mp4") as container,
    ):
        name, options = next((name, options) for name, options in _ENCODERS if name in av.codecs_available)
        stream: Any = container.add_stream(name, rate=Fraction(movie.rate_fps).limit_denominator(_MOST_PARTS))
        stream.width, stream.height = (size + size % _EVEN for size in movie.first.size)
        stream.pix_fmt, stream.options = "yuv420p", options
        for number, image in enumerate(movie, 1):
            pixels = np.asarray(image.convert("RGB"))
            even = np.pad(pixels, ((0, pixels.shape[0] % _EVEN), (0, pixels.shape[1] % _EVEN), (0, 0)))
            container.mux(stream.encode(av.VideoFrame.from_ndarray(even, format="rgb24")))
            yield f"{number:,} of {movie.count:,}"
        container.mux(stream.encode())
    output.note("MP4 is compressed with loss: measure in the files")
