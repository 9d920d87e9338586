"""Real World Value Mapping (PS3.3 C.7.6.16.2.11): what stored values mean beside the modality's own values."""

from dataclasses import dataclass
from typing import Final

from tui.dicom.attributes import Attributes
from tui.dicom.pixels.functional_groups import FrameGroups
from tui.text import safe_text

REAL_WORLD_VALUE_MAPPING: Final = 0x00409096
_FIRST, _LAST = (0x00409216, 0x00409214), (0x00409211, 0x00409213)  # as integers, else as doubles
_SLOPE, _INTERCEPT, _TABLE = 0x00409225, 0x00409224, 0x00409212
_LABEL, _UNITS, _CODE = 0x00409210, 0x004008EA, 0x00080100
_NO_UNIT: Final = "1"  # UCUM for a number without one
_MOST_BYTES: Final = 8 * 65536
_NAME: Final = 20


@dataclass(frozen=True, slots=True)
class RealWorldValues:
    """One mapping: stored values from `first` to `last` stand for real ones, by a line or by a `table`."""

    first: float
    last: float
    slope: float
    intercept: float
    table: tuple[float, ...]
    unit: str
    label: str

    def value(self, stored: float) -> float | None:
        """Return what a stored value stands for, or None where it is not mapped."""
        if not self.first <= stored <= self.last:
            return None
        if not self.table:
            return stored * self.slope + self.intercept
        at = int(stored - self.first)
        return self.table[at] if at < len(self.table) else None


def real_world_values(groups: FrameGroups) -> tuple[RealWorldValues, ...]:
    """Return the mappings of a frame: its own, else those of all frames, else the dataset's."""
    for holder in (groups.own, groups.shared, groups.top):
        items = holder.items(REAL_WORLD_VALUE_MAPPING) if holder is not None else []
        if items:
            return tuple(mapping for item in items if (mapping := _mapping(item)) is not None)
    return ()


def _first_number(item: Attributes, tags: tuple[int, ...]) -> float | None:
    return next((found for tag in tags if (found := item.number(tag)) is not None), None)


def _mapping(item: Attributes) -> RealWorldValues | None:
    first, last = (_first_number(item, tags) for tags in (_FIRST, _LAST))
    slope, intercept = item.number(_SLOPE), item.number(_INTERCEPT)
    element = item.element(_TABLE)
    table = item.numbers(_TABLE) if element is not None and element.length <= _MOST_BYTES else ()
    if first is None or last is None or (slope is None and not table):
        return None
    units = item.item(_UNITS)
    unit = safe_text((units.text(_CODE) if units is not None else None) or "", _NAME)
    label = safe_text(item.text(_LABEL) or "", _NAME)
    return RealWorldValues(first, last, slope or 0.0, intercept or 0.0, table, "" if unit == _NO_UNIT else unit, label)
