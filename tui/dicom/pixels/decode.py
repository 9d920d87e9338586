"""One frame's stored values, however they are written."""

from tui.dicom.attributes import Attributes
from tui.dicom.pixels.image_pixel import ImagePixel, contradiction
from tui.dicom.pixels.native import Decoded, decode_native


def decode_frame(attributes: Attributes, image: ImagePixel, frame: int) -> Decoded:
    """Return the stored values of frame `frame` (from 0).

    Raises
    ------
    PixelError
        They cannot be decoded; the sentence says what would help.
    ReadError
        The file cannot be read.
    """
    if image.encapsulated:
        from tui.dicom.pixels.encapsulated import decode_encapsulated  # what speaks to a child process: most need none

        return decode_encapsulated(attributes, image, frame)
    if (note := contradiction(image)) is not None:
        decoded = decode_native(attributes, image, frame)
        return decoded._replace(notes=(*decoded.notes, note))
    return decode_native(attributes, image, frame)
