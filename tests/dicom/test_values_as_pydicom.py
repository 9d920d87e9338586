"""The values of every element of every file: the same as pydicom's."""

import math
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pydicom
import pytest
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from tests.dicom.test_elements import DIFFERENT, dicom_files
from tests.files import BUNDLED, SHARED
from tui.dicom.element import ITEM, UNDEFINED
from tui.dicom.elements import walk_file
from tui.dicom.errors import ReadError
from tui.dicom.tags import TagRows, load_rows
from tui.dicom.values import BINARY_VRS

NO_NUMBERS = {"badVR.dcm", "pydicom__badVR.dcm"}  # hold text where numbers belong: pydicom raises an error


def theirs(path: Path) -> Iterator[DataElement]:
    """Return every element that pydicom reads, in order, file meta first; without the items."""
    dataset = pydicom.dcmread(path, force=True)

    def each(found: Dataset) -> Iterator[DataElement]:
        for element in found:
            yield element
            if element.VR == "SQ":
                for item in element.value:
                    yield from each(item)

    yield from each(getattr(dataset, "file_meta", Dataset()))
    yield from each(dataset)


def ours(rows: TagRows) -> Iterator[int]:
    """Return the rows of elements, without items and fragments."""
    for index, element in enumerate(rows.elements.elements):
        if element.tag != ITEM:
            yield index


def plain(vr: str, value: Any) -> list[Any]:  # noqa: ANN401 - what pydicom holds
    values = list(value) if isinstance(value, list | pydicom.multival.MultiValue) else [] if value in (None, "") else [value]
    if vr in ("DS", "IS"):
        return [None if each in ("", None) else float(each) for each in values]
    if vr == "PN":
        return [str(each).rstrip("^= ") for each in values]
    if vr == "AT":
        return [int(each) for each in values]
    if vr in ("US", "SS", "UL", "SL", "UV", "SV", "FL", "FD"):
        return values
    return [str(each).strip(" \0") for each in values]


def kind_of_difference(rows: TagRows, index: int, element: DataElement) -> str:
    """Return "" where the values are the same, else what differs."""
    found = rows.elements.elements[index]
    vr = found.vr
    if vr == "SQ":
        return "" if rows.values(index) == (len(element.value),) else "items"
    if vr in BINARY_VRS:
        if found.length == UNDEFINED:
            return ""  # pydicom keeps fragments with their headers
        data = rows.elements.source.read(found.offset, found.length)
        return "" if isinstance(element.value, bytes | None) and data == (element.value or b"") else "bytes"
    mine: list[Any] = list(rows.every_value(index))
    their = plain(vr, element.value)
    if vr in ("DS", "IS"):
        mine = [None if each == "" else float(each) for each in mine]
    elif vr == "PN":
        mine = [str(each).rstrip("^= ") for each in mine]
    elif vr == "AT":
        mine = [int(str(each).strip("()").replace(",", ""), 16) for each in mine]
    elif not isinstance(mine[0] if mine else "", int | float):
        mine = [str(each).strip(" \0") for each in mine]
    while mine and mine[-1] in ("", None):
        mine.pop()
    while their and their[-1] in ("", None):
        their.pop()
    same = len(mine) == len(their) and all(
        one == other or (isinstance(one, float) and math.isnan(one) and math.isnan(other))
        for one, other in zip(mine, their, strict=True)
    )
    return "" if same else f"{vr} {mine} {their}"


def check(path: Path) -> None:
    if path.name in DIFFERENT:
        pytest.skip(DIFFERENT[path.name])
    if path.name in NO_NUMBERS:
        pytest.skip("holds text where numbers belong: pydicom gives no value")
    try:
        rows = load_rows(walk_file(str(path)), fold_out=False)
    except ReadError:
        pytest.skip("it is no DICOM file")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pairs = zip(ours(rows), theirs(path), strict=True)
        different = Counter(kind for index, element in pairs if (kind := kind_of_difference(rows, index, element)))
    assert different == Counter()


@pytest.mark.parametrize("path", dicom_files(BUNDLED), ids=lambda path: path.name)
def test_the_same_values_as_pydicom(path: Path) -> None:
    check(path)


@pytest.mark.corpus
@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared files are not beside this checkout")
@pytest.mark.parametrize("path", dicom_files(SHARED) if SHARED.is_dir() else [], ids=lambda path: path.name)
def test_the_same_values_as_pydicom_shared(path: Path) -> None:
    check(path)
