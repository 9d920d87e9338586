"""One frame, ready to be drawn under any window: what the picture pane holds."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui.dicom.attributes import Attributes
from tui.dicom.dictionary import uid_name
from tui.dicom.elements import Elements
from tui.dicom.errors import PixelError, translated
from tui.dicom.pixels.caption import Caption, caption_of
from tui.dicom.pixels.color import to_rgb
from tui.dicom.pixels.decode import Decoded, decode_frame
from tui.dicom.pixels.functional_groups import FRAME_VOI_LUT, PIXEL_VALUE_TRANSFORMATION, FrameGroups
from tui.dicom.pixels.geometry import Letters, letters_of, pixel_aspect
from tui.dicom.pixels.image_pixel import ImagePixel, image_pixel
from tui.dicom.pixels.palette_color import apply_palette
from tui.dicom.pixels.stages import Modality, Voi, modality_stage, shade, voi_stages
from tui.dicom.pixels.view import View
from tui.dicom.pixels.window import Window

Array = NDArray[Any]
Floats = NDArray[np.float32]
_MANY = 1 << 18
_LOSSY_SYNTAXES = frozenset({"50", "51", "53", "55", "81", "91", "203"})


class PictureKey(NamedTuple):
    """Which picture: a file and a frame of it, from 0."""

    path: str
    frame: int


@dataclass(frozen=True, eq=False)
class Picture:
    """One frame.

    Parameters
    ----------
    key : PictureKey
        Which.
    values : ndarray
        Grey: float32, shape (rows, columns), modality values. Colour: uint8, shape (rows, columns, 3), RGB.
    padding : ndarray of bool or None
        Shape (rows, columns): where there is no picture (C.7.5.1.1.2), drawn black.
    inverted : bool
        Whether low values are bright: MONOCHROME1 or PresentationLUTShape INVERSE, which state the same thing.
    voi : tuple
        The file's own windows and LUTs, the first one first.
    unit : str
        Of the modality values; "" where not known.
    frames : int
        How many there are in the file.
    aspect : float
        Height of a pixel over its width.
    letters, caption : Letters, Caption
        What stands around it.
    notes : tuple of str
        What a viewer must know: lossy, incomplete, odd.
    series : str
        SeriesInstanceUID.
    """

    key: PictureKey
    values: Array
    padding: NDArray[np.bool_] | None
    inverted: bool
    voi: tuple[Voi, ...]
    unit: str
    frames: int
    aspect: float
    letters: Letters
    caption: Caption
    notes: tuple[str, ...]
    series: str = ""

    @property
    def color(self) -> bool:
        """Return whether it is in colour."""
        return self.values.ndim == 3

    @property
    def rows(self) -> int:
        """Return the height in pixels."""
        return int(self.values.shape[0])

    @property
    def columns(self) -> int:
        """Return the width in pixels."""
        return int(self.values.shape[1])

    @cached_property
    def _sample(self) -> Floats:
        """Return values without padding, thinned out where there are many."""
        values = self.values if self.padding is None else self.values[~self.padding]
        values = values.reshape(-1)
        if values.dtype.kind == "f" and len(values) and not np.isfinite(values).all():
            values = values[np.isfinite(values)]
        return values[:: max(1, len(values) // _MANY)] if len(values) else np.zeros(1, np.float32)

    @cached_property
    def full_range(self) -> Window:
        """Return the window from the least to the greatest value."""
        if self.color:
            return Window.spanning(0, 255, "full range")
        whole = self.values if self.padding is None else self.values[~self.padding]
        low, high = (float(whole.min()), float(whole.max())) if whole.size else (0.0, 0.0)
        if not np.isfinite(high - low):
            low, high = float(self._sample.min()), float(self._sample.max())
        return Window.spanning(low, high, "full range")

    @cached_property
    def percentile_range(self) -> Window:
        """Return the window from the 1st to the 99th percentile."""
        low, high = (float(value) for value in np.percentile(self._sample, (1, 99)))
        return Window.spanning(low, high, "1-99 %") if high > low else self.full_range

    @cached_property
    def auto(self) -> Window:
        """Return the window for a file that has none: the whole range, or without its tails where those are wide."""
        full, middle = self.full_range, self.percentile_range
        chosen = middle if middle.width < full.width / 2 else full
        return Window(chosen.center, chosen.width, chosen.function, "auto")

    def voi_of(self, view: View) -> Voi | None:
        """Return what `view` shows the picture under; None for a colour picture that nobody windowed."""
        if view.window is not None:
            return view.window
        if self.color:
            return None
        return self.voi[view.choice % len(self.voi)] if self.voi else self.auto

    def window_of(self, view: View) -> Window:
        """Return the window that keys start from: the one shown, or one like the LUT shown."""
        voi = self.voi_of(view)
        return voi if isinstance(voi, Window) else self.full_range

    def shaded(self, samples: Array, view: View, outside: NDArray[np.bool_] | None = None) -> NDArray[np.uint8]:
        """Return samples of this picture as grey levels or RGB.

        Parameters
        ----------
        samples : ndarray
            Modality values, shape (h, w), float32; or RGB, shape (h, w, 3).
        view : View
            The window and the inversion.
        outside : ndarray of bool, shape (h, w), optional
            Where there is padding.

        Returns
        -------
        ndarray of uint8, the shape of `samples`
        """
        voi = self.voi_of(view)
        levels: NDArray[np.uint8]
        if voi is None:
            levels = np.clip(np.asarray(samples, np.float32) + np.float32(0.5), 0, 255).astype(np.uint8)
        else:
            with np.errstate(invalid="ignore", over="ignore"):
                real = samples if samples.dtype.kind == "f" else samples.astype(np.float32)
                shades = np.nan_to_num(shade(real, voi))
                levels = (shades * np.float32(255) + np.float32(0.5)).astype(np.uint8)
        if view.inverted != self.inverted:
            levels = np.invert(levels)
        if outside is not None:
            levels[outside] = 0
        return levels


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
    return mask if mask.any() and not mask.all() else None


def _as_stored(value: int, image: ImagePixel) -> int:
    """Return a padding value with the bits and the sign of stored values, whatever VR it was written with."""
    bits = value & (1 << image.bits_stored) - 1
    return bits - (1 << image.bits_stored) if image.signed and bits >> image.bits_stored - 1 else bits


def _notes(top: Attributes, image: ImagePixel, decoded: Decoded) -> tuple[str, ...]:
    remarks = top.elements.remarks
    notes = [*decoded.notes, *(remark for remark in remarks if not remark.startswith("there is no preamble"))]
    syntax = image.transfer_syntax
    if top.text(0x00282110) == "01" or (
        image.encapsulated and syntax.startswith("1.2.840.10008.1.2.4.") and syntax[20:] in _LOSSY_SYNTAXES
    ):
        notes.append("lossy")
    if 0x00282000 in top and decoded.values.ndim == 3:
        notes.append("ICC profile not applied")
    return tuple(notes)


def load_picture(elements: Elements, frame: int) -> Picture:
    """Decode frame `frame` (from 0) of a walked file.

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
        decoded = decode_frame(top, image, frame)
        values, padding, voi, unit = _stages(groups, image, decoded)
        return Picture(
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
            notes=_notes(top, image, decoded),
            series=top.text(0x0020000E) or "",
        )


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
) -> tuple[Array, NDArray[np.bool_] | None, tuple[Voi, ...], str]:
    """Return (values, padding, voi, unit) of a decoded frame."""
    top, stored, photometric = groups.top, decoded.values, decoded.photometric
    if photometric == "PALETTE COLOR":
        return apply_palette(stored, top, signed=image.signed), None, (), ""
    if stored.ndim == 3:
        return to_rgb(stored, photometric, image.bits_stored, top.elements.path), None, (), ""
    if photometric not in ("MONOCHROME1", "MONOCHROME2"):
        raise PixelError(f"the photometric interpretation {photometric} with one sample is not known", top.elements.path)
    modality: Modality = modality_stage(top, groups.macro(PIXEL_VALUE_TRANSFORMATION), signed=image.signed)
    values = modality.apply(stored)
    low = values.min(initial=0.0)
    voi = voi_stages(groups.macro(FRAME_VOI_LUT), top, signed=bool(low < 0))
    return values, _padding(top, image, stored), voi, modality.unit


def syntax_name(elements: Elements) -> str:
    """Return the name of a file's transfer syntax."""
    return uid_name(elements.transfer_syntax) or elements.transfer_syntax or "not given"
