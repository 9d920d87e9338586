"""The texts around a picture, as radiology viewers set them: patient left, institution and study right."""

import re
from dataclasses import dataclass

from tui.dicom.attributes import Attributes
from tui.dicom.pixels.functional_groups import PIXEL_MEASURES, FrameGroups
from tui.dicom.pixels.geometry import slice_location_mm
from tui.text import MASK, safe_text

_PART = 40


@dataclass(frozen=True, slots=True)
class Caption:
    """Texts around a picture, safe to draw; lines from the top down.

    `title` names the series, `place` the slice's thickness and position, `number` the instance, `modality` how it was made.
    """

    title: str = ""
    patient: tuple[str, ...] = ()
    study: tuple[str, ...] = ()
    place: str = ""
    number: str = ""
    modality: str = ""

    @property
    def masked(self) -> "Caption":
        """Return it without what may identify somebody."""
        return Caption(
            self.modality, (MASK,) if self.patient else (), (MASK,) if self.study else (), self.place, self.number
        )


def _part(attributes: Attributes, tag: int) -> str:
    return safe_text(attributes.text(tag) or "", _PART)


def date_text(date: str) -> str:
    """Return a DA value as YYYY-MM-DD; anything else as it stands."""
    match = re.fullmatch(r"(\d{4})\.?(\d{2})\.?(\d{2})", date)
    return f"{match[1]}-{match[2]}-{match[3]}" if match else date


def _joined(*parts: str) -> str:
    return "  ".join(part for part in parts if part)


def caption_of(groups: FrameGroups) -> Caption:
    """Return the texts around a frame."""
    top = groups.top
    title = _joined(_part(top, 0x00080060), _part(top, 0x0008103E) or _part(top, 0x00181030))
    patient = (
        _part(top, 0x00100010).partition("=")[0],
        _joined(_part(top, 0x00100020), _part(top, 0x00100040), _part(top, 0x00101010)),
    )
    date = _part(top, 0x00080022) or _part(top, 0x00080020)
    study = (_joined(_part(top, 0x00080080), date_text(date)), _part(top, 0x00081030))
    thickness = groups.macro(PIXEL_MEASURES).number(0x00180050)
    location = slice_location_mm(groups)
    place = _joined(f"{thickness:g} mm" if thickness else "", f"at {location:.1f} mm" if location is not None else "")
    return Caption(
        title,
        tuple(line for line in patient if line),
        tuple(line for line in study if line),
        place,
        _part(top, 0x00200013),
        _part(top, 0x00080060),
    )
