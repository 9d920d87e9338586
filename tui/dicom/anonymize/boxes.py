"""Boxes that are blackened: drawn once for a kind of device, and kept by maker, model and size of the picture."""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from tui.dicom.attributes import Attributes
from tui.dicom.errors import PolicyError, os_reason
from tui.dicom.save import new_file, private_folder
from tui.text import safe_text

_MANUFACTURER, _MODEL, _ROWS, _COLUMNS = 0x00080070, 0x00081090, 0x00280010, 0x00280011
_CORNERS: Final = 4


@dataclass(frozen=True, slots=True, order=True)
class Box:
    """A rectangle of pixels, from 0: the first column and row, and how many of each."""

    left: int
    top: int
    width: int
    height: int

    @property
    def rows(self) -> slice:
        """Return its rows."""
        return slice(self.top, self.top + self.height)

    @property
    def columns(self) -> slice:
        """Return its columns."""
        return slice(self.left, self.left + self.width)

    @property
    def words(self) -> str:
        """Return it in words."""
        return f"{self.width} x {self.height} at ({self.left},{self.top})"

    def fits(self, rows: int, columns: int) -> bool:
        """Return whether it lies in a picture of that size, and is not empty."""
        inside = 0 <= self.left < self.left + self.width <= columns and 0 <= self.top < self.top + self.height <= rows
        return inside and self.width > 0 and self.height > 0


class Device(NamedTuple):
    """What pictures have their texts in the same places: maker, model, Rows and Columns."""

    manufacturer: str
    model: str
    rows: int
    columns: int

    @property
    def words(self) -> str:
        """Return it in words, safe to draw."""
        name = f"{self.manufacturer} {self.model}".strip() or "an unnamed device"
        return safe_text(f"{name}, {self.columns} x {self.rows}", 160)


def device_of(top: Attributes) -> Device:
    """Return the device of a file."""
    rows, columns = top.integer(_ROWS) or 0, top.integer(_COLUMNS) or 0
    return Device((top.text(_MANUFACTURER) or "").strip(), (top.text(_MODEL) or "").strip(), rows, columns)


Boxes = Mapping[Device, tuple[Box, ...]]


def read_boxes(path: str) -> dict[Device, tuple[Box, ...]]:
    """Read the boxes of a file that `write_boxes` made; none where there is no file.

    Raises
    ------
    PolicyError
        It cannot be read, or holds something else.
    """
    name = safe_text(path)
    try:
        with open(path, "rb") as file:
            return boxes_from(json.load(file))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise PolicyError(f"{name} cannot be read: {os_reason(error)}", path) from error
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise PolicyError(
            f"{name} holds no boxes: a list of manufacturer, model, rows, columns and boxes is expected"
        ) from error


def boxes_from(said: Iterable[Mapping[str, Any]]) -> dict[Device, tuple[Box, ...]]:
    """Return the boxes of a list as it is kept in JSON; raise ValueError, TypeError or KeyError where it is none."""
    found: dict[Device, tuple[Box, ...]] = {}
    for row in said:
        device = Device(str(row["manufacturer"]), str(row["model"]), int(row["rows"]), int(row["columns"]))
        boxes = tuple(Box(*map(int, corners)) for corners in row["boxes"])
        if not all(box.fits(device.rows, device.columns) for box in boxes):
            raise ValueError("a box lies outside the picture")
        found[device] = boxes
    return found


def as_list(boxes: Boxes) -> list[dict[str, Any]]:
    """Return boxes in the form of `boxes_from`."""
    return [
        {**device._asdict(), "boxes": [[box.left, box.top, box.width, box.height] for box in drawn]}
        for device, drawn in sorted(boxes.items())
    ]


def write_boxes(path: str, boxes: Boxes) -> None:
    """Keep boxes in a file, in the place of what it held.

    Raises
    ------
    WriteError
        It cannot be written.
    """
    private_folder(os.path.dirname(os.path.abspath(path)))
    with new_file(path, replace=True) as file:
        file.write(json.dumps(as_list(boxes), indent=1, ensure_ascii=False).encode())
