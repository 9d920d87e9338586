"""What a step from pixel to pixel is in millimetres, and what must be known of that (PS3.3 10.7.1, C.8.5.5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tui.dicom.attributes import Attributes
from tui.dicom.pixels.functional_groups import PIXEL_MEASURES, FrameGroups
from tui.text import safe_text

PIXEL_SPACING: Final = 0x00280030
IMAGER_PIXEL_SPACING: Final = 0x00181164
NOMINAL_SCANNED_PIXEL_SPACING: Final = 0x00182010
CALIBRATION_TYPE: Final = 0x00280A02
ULTRASOUND_REGIONS: Final = 0x00186011
_TWO_DIMENSIONAL: Final = 1  # Region Spatial Format
_CENTIMETRES: Final = 3  # Physical Units
_MM_IN_A_CM: Final = 10.0
_EQUAL: Final = 1e-4
_CLASSES: Final = "1.2.840.10008.5.1.4.1.1."
# CR, DX, MG, intra-oral (1 to 1.3, and for processing), XA and XRF
_PROJECTIONS: Final = ("1", "1.1", "1.1.1", "1.2", "1.2.1", "1.3", "1.3.1", "12.1", "12.1.1", "12.2", "12.2.1", "12.3")
_ULTRASOUND: Final = ("3", "3.1", "6", "6.1")


@dataclass(frozen=True, slots=True)
class Spacing:
    """Millimetres from row to row and from column to column; `said` is what must be known of them, "" for nothing."""

    rows_mm: float
    columns_mm: float
    said: str = ""


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle of an ultrasound image; its last row and column belong to it.

    `spacing` is None where its steps are no distances; `priority` tells that it rules where regions overlap (RegionFlags).
    """

    left: float
    top: float
    right: float
    bottom: float
    spacing: Spacing | None
    priority: bool = True

    def contains(self, column: float, row: float) -> bool:
        """Return whether a pixel lies in it."""
        return self.left <= column <= self.right and self.top <= row <= self.bottom


@dataclass(frozen=True, slots=True)
class Calibration:
    """The spacing of a whole frame, or of the regions of one that has none as a whole."""

    whole: Spacing | None = None
    regions: tuple[Region, ...] = ()

    def spacing(self, points: Sequence[tuple[float, float]]) -> Spacing | None:
        """Return the spacing that holds for all of `points` (column, row), or None: then they are pixels apart."""
        if not self.regions:
            return self.whole
        touched = [region for region in self.regions if any(region.contains(*point) for point in points)]
        around = [region for region in touched if all(region.contains(*point) for point in points)]
        for some in (touched, [region for region in touched if region.priority]):
            said = {region.spacing for region in some}
            if len(said) == 1 and any(region in around for region in some):
                return said.pop()
        return None


NOT_CALIBRATED: Final = Calibration()


def calibration_of(groups: FrameGroups) -> Calibration:
    """Return what is known of the distances in a frame."""
    top = groups.top
    sop_class = (top.text(0x00080016) or "").removeprefix(_CLASSES)
    if sop_class in _ULTRASOUND or ULTRASOUND_REGIONS in top:
        regions = (_region(item) for item in top.items(ULTRASOUND_REGIONS))
        return Calibration(regions=tuple(region for region in regions if region is not None))
    own = _pair(groups.macro(PIXEL_MEASURES), PIXEL_SPACING) or _pair(top, PIXEL_SPACING)
    imager = _pair(top, IMAGER_PIXEL_SPACING)
    if own is not None:
        return Calibration(Spacing(*own, _said(top, own, imager, projection=sop_class in _PROJECTIONS)))
    if imager is not None:
        return Calibration(Spacing(*imager, "at the detector"))
    scanned = _pair(top, NOMINAL_SCANNED_PIXEL_SPACING)
    return Calibration(Spacing(*scanned, "on the scanned film") if scanned is not None else None)


def _pair(attributes: Attributes, tag: int) -> tuple[float, float] | None:
    found = attributes.numbers(tag)
    return (found[0], found[1]) if len(found) == 2 and min(found) > 0 else None


def _said(top: Attributes, own: tuple[float, float], imager: tuple[float, float] | None, *, projection: bool) -> str:
    """Return what Pixel Spacing means in a projection image (10.7.1); "" in a section."""
    kind = safe_text(top.text(CALIBRATION_TYPE) or "", 20).lower()
    if kind:
        return f"calibrated: {kind}"
    if imager is not None:
        same = all(abs(mine - its) <= _EQUAL * its for mine, its in zip(own, imager, strict=True))
        return "at the detector" if same else "calibrated"
    return "not known whether calibrated" if projection else ""


def _region(item: Attributes) -> Region | None:
    """Return a region of an ultrasound image, or None where it lies nowhere."""
    places = [item.integer(tag) for tag in (0x00186018, 0x0018601A, 0x0018601C, 0x0018601E)]
    units = [item.integer(tag) for tag in (0x00186012, 0x00186024, 0x00186026)]
    across, down = item.number(0x0018602C), item.number(0x0018602E)
    left, top, right, bottom = (float(place) if place is not None else -1.0 for place in places)
    if min(left, top, right, bottom) < 0:
        return None
    low_priority = bool((item.integer(0x00186016) or 0) & 1)
    if units != [_TWO_DIMENSIONAL, _CENTIMETRES, _CENTIMETRES] or not across or not down:
        return Region(left, top, right, bottom, None, not low_priority)
    spacing = Spacing(abs(down) * _MM_IN_A_CM, abs(across) * _MM_IN_A_CM)
    return Region(left, top, right, bottom, spacing, not low_priority)
