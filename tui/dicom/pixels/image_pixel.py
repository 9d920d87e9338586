"""The Image Pixel module (PS3.3 C.7.6.3): what the pixel data of a file is, before anything is decoded."""

from dataclasses import dataclass

from tui.dicom.attributes import Attributes, frames_said
from tui.dicom.dictionary import uid_name
from tui.dicom.element import DOUBLE_FLOAT_PIXEL_DATA, FLOAT_PIXEL_DATA, PIXEL_DATA, UNDEFINED, Element
from tui.dicom.encoding import GE_PRIVATE_BIG_PIXELS, is_encapsulated
from tui.dicom.errors import PixelError
from tui.text import safe_text

LARGEST_FRAME = 1 << 28  # pixels: sixteen times the largest mammogram
_COLORS = 3
_TAKEN_OUT = {  # SOP classes of documents, and what takes those out of the file
    "1.2.840.10008.5.1.4.1.1.104.1": "DCMTK's dcm2pdf takes the document out of it.",
    "1.2.840.10008.5.1.4.1.1.104.2": "DCMTK's dcm2cda takes the document out of it.",
}
_DRAWN_BITS = (1, 8, 16, 32, 64)


@dataclass(frozen=True, slots=True)
class ImagePixel:
    """What the pixel data is.

    `bits_allocated`, `bits_stored`, `high_bit` and `signed` describe a stored value; `samples` is 1 or 3; `planar` tells
    that the samples of a frame lie one plane after the other; `encapsulated` what the data really is, whatever the
    transfer syntax says; `float_bits` is 32 or 64 for (Double) Float Pixel Data, else 0.
    """

    rows: int
    columns: int
    frames: int
    samples: int
    bits_allocated: int
    bits_stored: int
    high_bit: int
    signed: bool
    photometric: str
    planar: bool
    transfer_syntax: str
    encapsulated: bool
    big_endian: bool
    float_bits: int
    element: Element

    @property
    def color(self) -> bool:
        """Return whether a pixel has three samples."""
        return self.samples == _COLORS

    @property
    def swapped(self) -> bool:
        """Return whether the bytes of 8-bit samples come in swapped pairs (OW in big endian, PS3.5 A.3)."""
        return self.bits_allocated == 8 and self.big_endian and self.element.vr == "OW" and not self.encapsulated

    @property
    def subsampled(self) -> bool:
        """Return whether two native pixels share their CB and CR (C.7.6.3.1.2)."""
        return self.photometric in ("YBR_FULL_422", "YBR_PARTIAL_422") and not self.encapsulated and self.samples == _COLORS

    @property
    def frame_bits(self) -> int:
        """Return how many bits one native frame takes."""
        pixels = self.rows * self.columns
        if self.subsampled:
            return pixels * 2 * self.bits_allocated  # C.7.6.3.1.2: two Y, one CB, one CR for two pixels
        return pixels * self.samples * self.bits_allocated


def what_it_is(attributes: Attributes) -> str:
    """Return in words what kind of object a file holds: its SOP class's name, or its modality."""
    sop_class = attributes.text(0x00080016) or attributes.text(0x00020002)
    if sop_class:
        name = uid_name(sop_class) or f"object of the unknown SOP class {sop_class}"
    elif 0x00041220 in attributes:
        name = "DICOMDIR"
    else:
        name = f"{modality} object" if (modality := attributes.text(0x00080060)) else "dataset without a SOP class"
    name = safe_text(name.removesuffix(" Storage"), 100)
    return f"an {name}" if name[:1].lower() in "aeio" or name.startswith(("MR ", "RT ", "XR", "X-")) else f"a {name}"


def _positive(attributes: Attributes, tag: int, name: str) -> int:
    value = attributes.integer(tag)
    if value is None or value <= 0:
        said = "is missing" if value is None else f"is {value}"
        raise PixelError(f"there is pixel data, but {name} {said}", attributes.elements.path)
    return value


def _samples(attributes: Attributes, element: Element) -> tuple[int, str]:
    samples = attributes.integer(0x00280002) or 1
    photometric = (attributes.text(0x00280004) or "").upper()
    if not photometric:
        photometric = "RGB" if samples == _COLORS else "MONOCHROME2"
    if samples not in (1, _COLORS):
        path = attributes.elements.path
        raise PixelError(f"a pixel of {samples} samples ({photometric}) is not a picture that can be drawn", path)
    if samples == _COLORS and photometric.startswith(("MONOCHROME", "PALETTE")):
        photometric = "RGB"
    return (1, "MONOCHROME2") if element.tag != PIXEL_DATA else (samples, photometric)


def _no_pixels(attributes: Attributes) -> PixelError:
    broken = attributes.elements.broken
    why = f"The file is broken: {broken.sentence}." if broken else ""
    sop_class = attributes.text(0x00080016) or ""
    hint = _TAKEN_OUT.get(sop_class, "What it holds is in the tags.")
    return PixelError(f"This is {what_it_is(attributes)}: it holds no pixel data. {why or hint}", attributes.elements.path)


def image_pixel(attributes: Attributes) -> ImagePixel:
    """Return what the pixel data of a file is.

    Raises
    ------
    PixelError
        There is none, or it is not described well enough to be drawn.
    """
    tags = (PIXEL_DATA, FLOAT_PIXEL_DATA, DOUBLE_FLOAT_PIXEL_DATA)
    element = next((found for tag in tags if (found := attributes.element(tag)) is not None), None)
    if element is None or (element.length == 0 and not attributes.integer(0x00280010)):
        raise _no_pixels(attributes)
    if element.length == 0:
        raise PixelError(f"This is {what_it_is(attributes)}, but its pixel data is empty.", attributes.elements.path)
    rows, columns = _positive(attributes, 0x00280010, "Rows"), _positive(attributes, 0x00280011, "Columns")
    if rows * columns > LARGEST_FRAME:
        raise PixelError(
            f"a frame of {columns:,} x {rows:,} pixels is larger than this program draws", attributes.elements.path
        )
    samples, photometric = _samples(attributes, element)
    float_bits = {PIXEL_DATA: 0, FLOAT_PIXEL_DATA: 32, DOUBLE_FLOAT_PIXEL_DATA: 64}[element.tag]
    allocated = float_bits or _positive(attributes, 0x00280100, "BitsAllocated")
    if allocated not in _DRAWN_BITS:
        raise PixelError(f"{allocated} bits allocated for a value are not drawn", attributes.elements.path)
    stored = float_bits or min(attributes.integer(0x00280101) or allocated, allocated)
    high = attributes.integer(0x00280102)
    syntax = attributes.elements.transfer_syntax
    encoding = attributes.elements.encoding
    return ImagePixel(
        rows=rows,
        columns=columns,
        frames=frames_said(attributes.elements),
        samples=samples,
        bits_allocated=allocated,
        bits_stored=max(1, stored),
        high_bit=high if high is not None and stored - 1 <= high < allocated else stored - 1,
        signed=attributes.integer(0x00280103) == 1,
        photometric=photometric,
        planar=attributes.integer(0x00280006) == 1,
        transfer_syntax=syntax,
        encapsulated=element.length == UNDEFINED,
        big_endian=encoding.big_endian or syntax == GE_PRIVATE_BIG_PIXELS,
        float_bits=float_bits,
        element=element,
    )


def contradiction(image: ImagePixel) -> str | None:
    """Return how the pixel data contradicts the transfer syntax, if it does."""
    if image.encapsulated == is_encapsulated(image.transfer_syntax) or not image.transfer_syntax:
        return None
    real, said = ("encapsulated", "native") if image.encapsulated else ("native", "encapsulated")
    name = uid_name(image.transfer_syntax) or image.transfer_syntax
    return f"the pixel data is {real}, the transfer syntax ({name}) says {said}"
