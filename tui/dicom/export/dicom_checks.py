"""Which files are not written in another transfer syntax: what would lose something."""

import os
from typing import Final

from tui.dicom.archives import is_packed
from tui.dicom.attributes import Attributes
from tui.dicom.element import PIXEL_DATA, UNDEFINED
from tui.dicom.elements import Elements
from tui.dicom.errors import PixelError
from tui.dicom.export.dicom_options import Syntax
from tui.dicom.pixels.codecs import has_fast_codecs, is_video
from tui.dicom.pixels.image_pixel import ImagePixel

_BIG_ENDIAN: Final = "1.2.840.10008.1.2.2"
_OVERLAYS: Final = 0x60  # groups 6000 to 60FF
_BIT_POSITION: Final = 0x0102
ICON: Final = 0x00880200
BEHIND: Final = frozenset({0xFFFAFFFA, 0xFFFCFFFC})  # signatures, of the bytes that were; padding


def check_file(elements: Elements, syntax: Syntax) -> None:
    """Refuse what would lose something."""
    path = elements.path
    if syntax.fast and not has_fast_codecs():
        raise PixelError(f"writing {syntax.name} needs imagecodecs: pip install 'dicom-tui[fast]'", path)
    if elements.broken is not None:
        raise PixelError(f"a damaged file is not written anew: {elements.broken.sentence}", path)
    if elements.transfer_syntax == _BIG_ENDIAN:
        raise PixelError("it is big endian, whose words of unknown size cannot be turned round safely", path)
    if is_video(elements.transfer_syntax):
        raise PixelError("it is a video: its frames are not taken apart", path)
    if not os.path.isfile(path) or is_packed(path):
        raise PixelError("it is packed, or lies in an archive: unpack it first", path)
    behind = [tag for tag in elements.top if tag > PIXEL_DATA and tag not in BEHIND]
    if behind:
        raise PixelError(f"there are elements behind the pixel data, ({behind[0] >> 16:04X},{behind[0] & 0xFFFF:04X})", path)


def check_pixels(elements: Elements, top: Attributes, image: ImagePixel, syntax: Syntax) -> None:
    """Refuse what would lose something of the pixels."""
    path = elements.path
    if syntax.encoder and (image.bits_allocated not in (8, 16) or image.float_bits):
        raise PixelError(f"pixels of {image.bits_allocated} bits are not compressed here: write it as explicit", path)
    if image.encapsulated and image.bits_allocated == 1:
        raise PixelError("pixels of single bits are not taken out of their compression here", path)
    overlays = [tag for tag in elements.top if tag >> 24 == _OVERLAYS and tag & 0xFFFF == _BIT_POSITION]
    if syntax.encoder and any(top.integer(tag) for tag in overlays):
        raise PixelError("an overlay lies in unused bits of its pixels, which compressing would lose", path)
    icons = elements.top.get(ICON)
    inside = range(icons, elements.after(icons)) if icons is not None else range(0)
    for index, element in enumerate(elements.elements):
        if element.tag == PIXEL_DATA and element.depth and element.length == UNDEFINED and index not in inside:
            raise PixelError("a picture within one of its sequences is compressed, which is not taken apart here", path)
