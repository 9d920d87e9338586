"""One frame, ready to be drawn under any window: what the picture pane holds."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui.dicom.pixels.calibration import NOT_CALIBRATED, Calibration
from tui.dicom.pixels.caption import Caption
from tui.dicom.pixels.geometry import Letters, Plane
from tui.dicom.pixels.real_world import RealWorldValues
from tui.dicom.pixels.stages import Modality, Voi, shade
from tui.dicom.pixels.view import View
from tui.dicom.pixels.window import Window
from tui.dicom.source import Identity

Array = NDArray[Any]
Floats = NDArray[np.float32]
_MANY = 1 << 18
_LEAST_SPAN = 1e-6


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
    overlay : ndarray of bool or None
        Shape (rows, columns): where overlays (C.9.2) are drawn.
    stored : ndarray
        Stored values, shape (rows, columns[, 3]), as the decoder gave them.
    undisplayed : Modality or None
        The Modality stage where it is for the probe and for measures, but not for display (PS3.4 N.2.1.2).
    real_world : tuple of RealWorldValues
        What stored values mean beside the modality's values.
    plane : Plane or None
        Where the pixels lie in the patient.
    calibration : Calibration
        What distances are in mm.
    rate_fps : float or None
        Frames per second that the file asks for.
    preview : bool
        Whether it is one of fewer rows and columns, to be seen until the picture comes.
    identity : tuple or None
        Which state of the file it is of.
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
    overlay: NDArray[np.bool_] | None = None
    stored: Array | None = None
    undisplayed: Modality | None = None
    real_world: tuple[RealWorldValues, ...] = ()
    plane: Plane | None = None
    calibration: Calibration = NOT_CALIBRATED
    rate_fps: float | None = None
    preview: bool = False
    identity: Identity | None = None

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

    @property
    def nbytes(self) -> int:
        """Return how much memory it takes."""
        arrays = (self.values, self.stored, self.padding, self.overlay)
        return sum(array.nbytes for array in arrays if array is not None)

    @property
    def measured_unit(self) -> str:
        """Return the unit of `measured` values; "" where not known."""
        return self.undisplayed.unit if self.undisplayed is not None else self.unit

    def measured(self, values: Array) -> Array:
        """Return some of `values` as a probe and measures show them: through the whole Modality stage."""
        return self.undisplayed.apply(values) if self.undisplayed is not None else values

    @cached_property
    def _sample(self) -> Floats:
        """Return values without padding, thinned out where there are many."""
        values = self.values if self.padding is None else self.values[~self.padding]
        values = values.reshape(-1)
        if values.dtype.kind == "f" and len(values) and not np.isfinite(values).all():
            values = values[np.isfinite(values)]
        return values[:: max(1, len(values) // _MANY)] if len(values) else np.zeros(1, np.float32)

    def histogram(self, bins: int) -> tuple[NDArray[np.int64], float, float]:
        """Return how many values (without padding; thinned out where there are many) lie in each bin of the full range.

        Returns
        -------
        (counts, low, step)
            Counts of shape (bins,), where the first bin begins, and how wide each is.
        """
        full = self.full_range
        half = max(full.width / 2, _LEAST_SPAN * max(1.0, abs(full.center)))  # one value alone has a bin in the middle
        low, high = full.center - half, full.center + half
        counts, _ = np.histogram(self._sample.astype(np.float64), bins, (low, high))
        return counts.astype(np.int64), low, (high - low) / bins

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
                shades = np.fmax(shade(real, voi), np.float32(0))  # what is no number is black
                shades *= np.float32(255)
                shades += np.float32(0.5)
                levels = shades.astype(np.uint8)
        if view.inverted != self.inverted:
            levels = np.invert(levels)
        if outside is not None:
            levels[outside] = 0
        return levels
