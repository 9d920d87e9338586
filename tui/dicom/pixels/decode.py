"""One frame's stored values, however they are written."""

from collections.abc import Iterator

from tui.dicom.attributes import Attributes
from tui.dicom.pixels.image_pixel import ImagePixel, contradiction
from tui.dicom.pixels.native import Decoded, decode_native


def decode_frames(
    attributes: Attributes, image: ImagePixel, frame: int, *, previews: bool, limit_s: float | None = None
) -> Iterator[tuple[Decoded, bool]]:
    """Yield the stored values of frame `frame` (from 0), and False.

    Where `previews` are wanted and one is quicker, it is yielded first, and True; it has fewer rows and columns. A codec
    that takes longer than `limit_s` seconds (None: a minute) is stopped.

    Raises
    ------
    PixelError
        They cannot be decoded; the sentence says what would help.
    ReadError
        The file cannot be read.
    """
    if image.encapsulated:
        from tui.dicom.pixels import encapsulated  # it speaks to a child process; most files need none

        coded = encapsulated.read_frame(attributes, image, frame)
        preview = encapsulated.decode_preview(coded) if previews else None
        if preview is not None:
            yield preview, True
        limit_s = encapsulated.TIME_LIMIT_S if limit_s is None else limit_s
        yield encapsulated.decode_encapsulated(coded, limit_s), False
        return
    decoded = decode_native(attributes, image, frame)
    if (note := contradiction(image)) is not None:
        decoded = decoded._replace(notes=(*decoded.notes, note))
    yield decoded, False


def decode_frame(attributes: Attributes, image: ImagePixel, frame: int) -> Decoded:
    """Return the stored values of frame `frame` (from 0); raise what `decode_frames` does."""
    ((decoded, _),) = decode_frames(attributes, image, frame, previews=False)
    return decoded
