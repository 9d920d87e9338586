"""Where a frame lies in the patient, and the shape of its pixels (PS3.3 C.7.6.2, C.7.6.1.1.1, 10.7.1)."""

from dataclasses import dataclass
from typing import Final

from tui.dicom.pixels.functional_groups import PIXEL_MEASURES, PLANE_ORIENTATION, PLANE_POSITION, FrameGroups
from tui.text import safe_text

GRID_FRAME_OFFSET_VECTOR: Final = 0x3004000C
_Z: Final = (0.0, 0.0, 1.0)
_OBLIQUE: Final = 0.05
_SQUARE_ENOUGH: Final = 1e-4


@dataclass(frozen=True, slots=True)
class Letters:
    """The directions at a frame's edges: R L A P H F by falling component; "" where not known."""

    left: str = ""
    right: str = ""
    top: str = ""
    bottom: str = ""

    def as_seen(self, *, mirrored: bool, turns: int) -> "Letters":
        """Return the letters of a picture that is mirrored, then turned `turns` quarters clockwise."""
        left, right = (self.right, self.left) if mirrored else (self.left, self.right)
        clockwise = [left, self.top, right, self.bottom]
        left, top, right, bottom = (clockwise[(at - turns) % 4] for at in range(4))
        return Letters(left, right, top, bottom)


def direction(vector: tuple[float, float, float]) -> str:
    """Return up to three letters for where `vector` (patient coordinates, PS3.3 C.7.6.2.1.1) points."""
    ends = (("R", "L"), ("A", "P"), ("F", "H"))
    parts = sorted(zip((abs(part) for part in vector), vector, ends, strict=True), key=lambda part: -part[0])
    return "".join(names[value > 0] for size, value, names in parts if size > _OBLIQUE)


def _opposite(letters: str) -> str:
    return letters.translate(str.maketrans("RLAPHF", "LRPAFH"))


def letters_of(groups: FrameGroups) -> Letters:
    """Return the letters at the edges, from ImageOrientationPatient, else PatientOrientation; none without them."""
    cosines = groups.macro(PLANE_ORIENTATION).numbers(0x00200037)
    if len(cosines) == 6 and any(cosines[:3]) and any(cosines[3:]):
        right, bottom = direction((cosines[0], cosines[1], cosines[2])), direction((cosines[3], cosines[4], cosines[5]))
        return Letters(_opposite(right), right, _opposite(bottom), bottom)
    said = [safe_text(part, 8) for part in groups.top.texts(0x00200020)]
    if len(said) == 2 and all(said):
        biped = all(set(part) <= set("RLAPHF") for part in said)
        right, bottom = said
        return Letters(_opposite(right) if biped else "", right, _opposite(bottom) if biped else "", bottom)
    return Letters()


def pixel_aspect(groups: FrameGroups) -> float:
    """Return how much higher than wide a pixel is: 1.0 for a square one, and where nothing tells."""
    measures = groups.macro(PIXEL_MEASURES)
    for attributes, tag in (
        (measures, 0x00280030),  # PixelSpacing: between rows, between columns
        (groups.top, 0x00280030),
        (groups.top, 0x00181164),  # ImagerPixelSpacing, at the detector
        (groups.top, 0x00182010),  # NominalScannedPixelSpacing
        (groups.top, 0x00280034),  # PixelAspectRatio: vertical, horizontal
    ):
        found = attributes.numbers(tag)
        if len(found) >= 2 and found[0] > 0 and found[1] > 0:
            ratio = found[0] / found[1]
            return 1.0 if abs(ratio - 1) < _SQUARE_ENOUGH else min(100.0, max(0.01, ratio))
    return 1.0


@dataclass(frozen=True, slots=True)
class Plane:
    """Where a frame's pixels lie in the patient (C.7.6.2.1.1): mm, in the Reference Coordinate System.

    `origin` is the center of the first pixel, `right` and `down` are the steps to the next column and the next row.
    """

    origin: tuple[float, float, float]
    right: tuple[float, float, float]
    down: tuple[float, float, float]

    def position_mm(self, column: float, row: float) -> tuple[float, float, float]:
        """Return where pixel (`column`, `row`), counted from 0, lies: x, y, z."""
        x, y, z = (
            start + column * right + row * down
            for start, right, down in zip(self.origin, self.right, self.down, strict=True)
        )
        return x, y, z


def normal(cosines: tuple[float, ...]) -> tuple[float, float, float]:
    """Return the direction from which a frame is seen, from its six cosines (PS3.3 C.7.6.2.1.1)."""
    (a, b, c), (d, e, f) = cosines[:3], cosines[3:]
    return b * f - c * e, c * d - a * f, a * e - b * d


def _place(groups: FrameGroups) -> tuple[tuple[float, ...], tuple[float, ...]] | None:
    """Return (ImagePositionPatient, ImageOrientationPatient) of a frame, or None where one of them is not known.

    The frames of an RT Dose are GridFrameOffsetVector apart (C.8.8.3.2), which is along the normal where it begins with 0,
    and else their z. Of other objects, a position that is not the frame's own is that of the first frame.
    """
    holder = groups.macro(PLANE_POSITION)
    position, cosines = holder.numbers(0x00200032), groups.macro(PLANE_ORIENTATION).numbers(0x00200037)
    if len(position) != 3 or len(cosines) != 6:
        return None
    if groups.frame == 0 or holder is not groups.top:
        return position, cosines
    offsets = groups.top.numbers(GRID_FRAME_OFFSET_VECTOR)
    if groups.frame >= len(offsets):
        return None
    along = normal(cosines) if offsets[0] == 0 else _Z
    offset = offsets[groups.frame] - offsets[0]
    return tuple(place + offset * part for place, part in zip(position, along, strict=True)), cosines


def plane_of(groups: FrameGroups) -> Plane | None:
    """Return where a frame lies, or None where position, orientation or spacing is missing."""
    place, spacing = _place(groups), groups.macro(PIXEL_MEASURES).numbers(0x00280030)
    if place is None or len(spacing) != 2 or min(spacing) <= 0:
        return None
    position, cosines = place
    between_rows, between_columns = spacing
    a, b, c, d, e, f = cosines
    return Plane(
        (position[0], position[1], position[2]),
        (a * between_columns, b * between_columns, c * between_columns),
        (d * between_rows, e * between_rows, f * between_rows),
    )


def slice_location_mm(groups: FrameGroups) -> float | None:
    """Return where a slice lies along its normal, or None where position or orientation is missing."""
    place = _place(groups)
    if place is None:
        return None
    position, cosines = place
    return sum(along * part for along, part in zip(normal(cosines), position, strict=True))
