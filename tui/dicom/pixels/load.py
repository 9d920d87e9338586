"""From a walked file to a picture: decode one frame and take it through the stages."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui.dicom.attributes import NUMBER_OF_FRAMES, Attributes
from tui.dicom.elements import Elements
from tui.dicom.errors import PixelError, translated
from tui.dicom.pixels.calibration import calibration_of
from tui.dicom.pixels.caption import caption_of
from tui.dicom.pixels.cine import frame_rate_fps
from tui.dicom.pixels.codecs import LOSSY, is_video
from tui.dicom.pixels.color import to_rgb
from tui.dicom.pixels.decode import decode_frames
from tui.dicom.pixels.functional_groups import FRAME_VOI_LUT, PIXEL_VALUE_TRANSFORMATION, FrameGroups
from tui.dicom.pixels.geometry import letters_of, pixel_aspect, plane_of
from tui.dicom.pixels.image_pixel import ImagePixel, image_pixel
from tui.dicom.pixels.native import Decoded
from tui.dicom.pixels.overlay import overlay_of
from tui.dicom.pixels.palette_color import apply_palette
from tui.dicom.pixels.picture import Picture, PictureKey
from tui.dicom.pixels.real_world import real_world_values
from tui.dicom.pixels.stages import Modality, Rescale, Voi, modality_stage, voi_stages
from tui.text import safe_text

Array = NDArray[Any]
_NOTE = 80


def _is_inverted(top: Attributes, decoded: Decoded) -> bool:
    return decoded.photometric == "MONOCHROME1" or (top.text(0x20500020) == "INVERSE" and decoded.values.ndim == 2)


def _padding(top: Attributes, image: ImagePixel, stored: Array) -> NDArray[np.bool_] | None:
    """Return where the Pixel Padding Value (or its range) stands: C.7.5.1.1.2."""
    if stored.ndim == 3:
        return None
    tags = {32: (0x00280122, 0x00280124), 64: (0x00280123, 0x00280125)}.get(image.float_bits, (0x00280120, 0x00280121))
    value, limit = top.number(tags[0]), top.number(tags[1])
    if value is None:
        return None
    ends = [value, value if limit is None else limit]
    if not image.float_bits:
        ends = [_as_stored(int(end), image) for end in ends]
    mask = (stored >= min(ends)) & (stored <= max(ends))
    return mask if mask.any() else None


def _as_stored(value: int, image: ImagePixel) -> int:
    """Return a padding value with the bits and the sign of stored values, whatever VR it was written with."""
    bits = value & (1 << image.bits_stored) - 1
    return bits - (1 << image.bits_stored) if image.signed and bits >> image.bits_stored - 1 else bits


def _notes(top: Attributes, image: ImagePixel, decoded: Decoded) -> tuple[str, ...]:
    remarks = top.elements.remarks
    notes = [*decoded.notes, *(remark for remark in remarks if not remark.startswith("there is no preamble"))]
    if top.text(0x00282110) == "01" or (
        image.encapsulated and (image.transfer_syntax in LOSSY or is_video(image.transfer_syntax))
    ):
        notes.append("lossy")
    said = top.integer(NUMBER_OF_FRAMES)
    if is_video(image.transfer_syntax):
        notes.append(f"first of {said} frames of a video" if said else "first frame of a video")
    if 0x00282000 in top and decoded.values.ndim == 3:
        notes.append("ICC profile not applied")
    return tuple(notes)


def _overlay(top: Attributes, image: ImagePixel, frame: int) -> tuple[NDArray[np.bool_] | None, tuple[str, ...]]:
    """Return where overlays are drawn; a broken one is a note, for the picture under it is not."""
    try:
        with translated(PixelError, "overlay not drawn", top.elements.path):
            return overlay_of(top, image, frame), ()
    except PixelError as error:
        return None, (safe_text(str(error), _NOTE),)


def load_pictures(
    elements: Elements, frame: int, *, previews: bool = True, limit_s: float | None = None
) -> Iterator[Picture]:
    """Decode frame `frame` (from 0) of a walked file: yield a preview where that comes much sooner, then the picture.

    Without `previews`, only the picture. A codec that takes longer than `limit_s` seconds (None: a minute) is stopped.

    Raises
    ------
    PixelError
        It is no image, or cannot be decoded; a sentence says what it is and what would help.
    ReadError
        The file cannot be read, or was changed.
    """
    path = elements.path
    with translated(PixelError, "the picture cannot be made", path):
        top = Attributes.of(elements)
        image = image_pixel(top)
        if frame >= image.frames:
            raise PixelError(f"there is no frame {frame + 1}: the file has {image.frames}", path)
        groups = FrameGroups.of(top, frame)
        for decoded, preview in decode_frames(top, image, frame, previews=previews, limit_s=limit_s):
            values, padding, voi, unit, undisplayed = _stages(groups, image, decoded)
            overlay, overlay_notes = (None, ()) if preview else _overlay(top, image, frame)
            yield Picture(
                key=PictureKey(path, frame),
                values=values,
                padding=padding,
                inverted=_is_inverted(top, decoded),
                voi=voi,
                unit=unit,
                frames=image.frames,
                aspect=pixel_aspect(groups),
                letters=letters_of(groups),
                caption=caption_of(groups),
                notes=(*_notes(top, image, decoded), *overlay_notes),
                series=top.text(0x0020000E) or "",
                overlay=overlay,
                stored=decoded.values,
                undisplayed=undisplayed,
                real_world=real_world_values(groups),
                plane=plane_of(groups),
                calibration=calibration_of(groups),
                rate_fps=frame_rate_fps(top),
                preview=preview,
                identity=elements.source.identity,
            )


def load_picture(elements: Elements, frame: int, *, limit_s: float | None = None) -> Picture:
    """Decode frame `frame` (from 0) of a walked file, without a preview; raise what `load_pictures` does."""
    (picture,) = load_pictures(elements, frame, previews=False, limit_s=limit_s)
    return picture


def frame_count(elements: Elements) -> int:
    """Return how many frames a file has.

    Raises
    ------
    PixelError
        It is no image.
    """
    with translated(PixelError, "the picture cannot be made", elements.path):
        return image_pixel(Attributes.of(elements)).frames


def _stages(
    groups: FrameGroups, image: ImagePixel, decoded: Decoded
) -> tuple[Array, NDArray[np.bool_] | None, tuple[Voi, ...], str, Modality | None]:
    """Return (values, padding, voi, unit, the Modality stage that is not for display) of a decoded frame."""
    top, stored, photometric = groups.top, decoded.values, decoded.photometric
    if photometric == "PALETTE COLOR":
        return apply_palette(stored, top, signed=image.signed), None, (), "", None
    if stored.ndim == 3:
        return to_rgb(stored, photometric, image.bits_stored, top.elements.path), None, (), "", None
    if photometric not in ("MONOCHROME1", "MONOCHROME2"):
        raise PixelError(f"the photometric interpretation {photometric} with one sample is not known", top.elements.path)
    transformation = groups.macro(PIXEL_VALUE_TRANSFORMATION)
    modality, measured = (
        modality_stage(top, transformation, signed=image.signed, display=display) for display in (True, False)
    )
    values = modality.apply(stored)
    low = values.min(initial=0.0)
    voi = voi_stages(groups.macro(FRAME_VOI_LUT), top, signed=bool(low < 0))
    undisplayed = measured if modality == Rescale() != measured else None
    return values, _padding(top, image, stored), voi, modality.unit, undisplayed
