"""What becomes of the pixel data of a file: native or encapsulated, it is looked through to its end."""

from tui.dicom.anonymize.boxes import Box
from tui.dicom.anonymize.encapsulated_pixels import plan_encapsulated
from tui.dicom.anonymize.native_pixels import plan_native
from tui.dicom.anonymize.pixel_work import PixelWork, refused
from tui.dicom.attributes import Attributes
from tui.dicom.element import DOUBLE_FLOAT_PIXEL_DATA, FLOAT_PIXEL_DATA, PIXEL_DATA
from tui.dicom.errors import PixelError
from tui.dicom.pixels.image_pixel import contradiction, image_pixel


def plan_pixels(top: Attributes, boxes: tuple[Box, ...]) -> PixelWork | None:
    """Return what becomes of the pixel data; None where there is none, or all of it stays as it is.

    Raises
    ------
    RefusedError
        Pixels are missing, or cannot be looked through.
    ReadError
        The file cannot be read.
    """
    try:
        image = image_pixel(top)
    except PixelError as error:
        if any(tag in top for tag in (PIXEL_DATA, FLOAT_PIXEL_DATA, DOUBLE_FLOAT_PIXEL_DATA)):
            raise refused("pixel data that is not understood", f"its pixel data is not understood: {error}") from error
        return None
    if (said := contradiction(image)) is not None:
        raise refused("pixel data that is not understood", said)
    if image.encapsulated:
        return plan_encapsulated(top, image, boxes)
    return plan_native(top, image, boxes)
