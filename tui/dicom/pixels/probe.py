"""What is known of one pixel of a picture, in words."""

from typing import Any, Final

import numpy as np

from tui.dicom.pixels.picture import Picture

_LARGEST_IN_FULL: Final = 1e15


def said_at(picture: Picture, column: int, row: int) -> str:
    """Return what is known of pixel (`column`, `row`), counted from 0: values with their units, and the place in mm."""
    parts = [
        f"({column}, {row})",
        *(_color_said(picture, column, row) if picture.color else _grey_said(picture, column, row)),
    ]
    if picture.plane is not None:
        parts.append("({:.1f}, {:.1f}, {:.1f}) mm".format(*picture.plane.position_mm(column, row)))
    return "  ".join(parts)


def number_text(value: float) -> str:
    """Return a value in words: whole ones in full, others with six digits."""
    value = float(value) + 0.0  # no -0
    return f"{value:.0f}" if value.is_integer() and abs(value) < _LARGEST_IN_FULL else f"{value:.6g}"


def _stored(picture: Picture, column: int, row: int) -> Any:  # noqa: ANN401 - NumPy's scalar, or an array of three
    return picture.stored[row, column] if picture.stored is not None else None


def _color_said(picture: Picture, column: int, row: int) -> list[str]:
    value, stored = picture.values[row, column], _stored(picture, column, row)
    parts = [f"RGB {value[0]} {value[1]} {value[2]}"]
    if stored is not None and not np.array_equal(stored, value):
        parts.append(f"stored {' '.join(str(part) for part in np.atleast_1d(stored))}")
    return parts


def _grey_said(picture: Picture, column: int, row: int) -> list[str]:
    (value,), stored = picture.measured(picture.values[row, column : column + 1]), _stored(picture, column, row)
    parts = [f"{number_text(value)} {picture.measured_unit}".strip()]
    if stored is not None and float(stored) != float(value):
        parts.append(f"stored {stored:.6g}" if stored.dtype.kind == "f" else f"stored {stored}")
    if picture.padding is not None and picture.padding[row, column]:
        parts.append("padding")
    elif stored is not None:
        for mapping in picture.real_world:
            real = mapping.value(float(stored))
            if real is not None:
                parts.append(" ".join(part for part in (mapping.label, f"{real:.6g}", mapping.unit) if part))
    return parts
