"""pydicom's view of a file in the walker's terms, to compare with."""

import warnings
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset

from tui.dicom.element import ITEM
from tui.dicom.elements import Elements

Row = tuple[int, int, str]


def rows_of_pydicom(path: Path) -> list[Row]:
    """Return (depth, tag, VR) of every element that pydicom reads, file meta first."""
    found: list[Row] = []

    def add(dataset: Dataset, depth: int) -> None:
        for element in dataset:
            found.append((depth, int(element.tag), str(element.VR)))
            if element.VR == "SQ":
                for item in element.value:
                    found.append((depth + 1, ITEM, ""))
                    add(item, depth + 2)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset = pydicom.dcmread(path, force=True)
        add(getattr(dataset, "file_meta", Dataset()), 0)
        add(dataset, 0)
    return found


def rows_of_walk(elements: Elements) -> list[Row]:
    """Return (depth, tag, VR) of every element of a walk, but for the fragments of pixel data."""
    found: list[Row] = []
    fragments_below: int | None = None
    for element in elements.elements:
        if fragments_below is not None and element.depth > fragments_below:
            continue
        encapsulated = element.vr in ("OB", "OW") and element.length == 0xFFFFFFFF
        fragments_below = element.depth if encapsulated else None
        found.append((element.depth, element.tag, element.vr))
    return found
