"""Where slices lie in the patient (PS3.3 C.7.6.2)."""

from collections.abc import Mapping
from typing import Any

from pydicom.dataset import Dataset

from tui.dicom.create.order import AXIAL, ORIENTATION, POSITION, SPACING, STEP, THICKNESS, directions, numbers
from tui.dicom.errors import ExportError
from tui.dicom.new_object import as_ds
from tui.dicom.options import Value
from tui.dicom.pixels.geometry import normal


class Placement:
    """The places of the slices of a series.

    Parameters
    ----------
    values : mapping
        Of the options.
    template : Dataset or None
        What says what nobody has said.
    slices : int
        How many there will be.

    Attributes
    ----------
    is_of_template : bool
        Whether the distance of pixels is the template's.

    Raises
    ------
    ExportError
        Something is missing.
    """

    def __init__(self, values: Mapping[str, Value], template: Dataset | None, slices: int) -> None:
        held = template if template is not None else Dataset()
        self.is_of_template = not values[SPACING.name]
        self._spacing = _said(values, SPACING.name) or _listed(held, "PixelSpacing", 2)
        if not self._spacing:
            raise ExportError("slices need the distance of their pixels: --spacing MM, or a --template that has it")
        step = _said(values, STEP.name) or _listed(held, "SpacingBetweenSlices", 1)
        if not step and slices > 1:
            raise ExportError("slices need their distance: --step MM, or a --template with SpacingBetweenSlices")
        self._step = step[0] if step else 0.0
        self._thickness = _said(values, THICKNESS.name) or _listed(held, "SliceThickness", 1)
        written = str(values[ORIENTATION.name])
        self._directions = (
            (directions(written) if written else None)
            or _listed(held, "ImageOrientationPatient", 6)
            or directions(AXIAL)
            or ()
        )
        self._position = _said(values, POSITION.name) or _listed(held, "ImagePositionPatient", 3) or (0.0, 0.0, 0.0)
        self._normal = normal(self._directions)

    def attributes(self, number: int) -> dict[str, Any]:
        """Return what says where slice `number` lies, from 0: each one `step` further along the normal."""
        place = [at + number * self._step * along for at, along in zip(self._position, self._normal, strict=True)]
        location = sum(at * along for at, along in zip(place, self._normal, strict=True))
        found: dict[str, Any] = {
            "PixelSpacing": [as_ds(self._spacing[0]), as_ds(self._spacing[-1])],
            "ImageOrientationPatient": [as_ds(part) for part in self._directions],
            "ImagePositionPatient": [as_ds(part) for part in place],
            "SliceLocation": as_ds(location),
        }
        if self._thickness:
            found["SliceThickness"] = as_ds(self._thickness[0])
        if self._step:
            found["SpacingBetweenSlices"] = as_ds(self._step)
        return found


def _said(values: Mapping[str, Value], name: str) -> tuple[float, ...]:
    return numbers(str(values[name])) or ()


def _listed(held: Dataset, keyword: str, count: int) -> tuple[float, ...]:
    """Return the numbers of an attribute where it has so many; else none."""
    value = held.get(keyword)
    parts = list(value) if isinstance(value, list | tuple) or hasattr(value, "__iter__") else [value]
    return tuple(map(float, parts)) if len(parts) == count and None not in parts else ()
