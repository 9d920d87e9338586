"""The files bundled inside pydicom, anonymized: what is valid stays so, references hold, pixels are what they were."""

import collections
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pydicom
import pytest
from pydicom import Dataset

from tests.files import BUNDLED, files_of
from tui.dicom.anonymize.apply import Task, anonymize_file, plan_file
from tui.dicom.anonymize.boxes import Box, Boxes, device_of
from tui.dicom.anonymize.plan import Plan
from tui.dicom.anonymize.policy import SWITCHES, Dates, OnBurnedIn, Policy
from tui.dicom.anonymize.project import Project
from tui.dicom.anonymize.uids import STRUCTURAL, is_registered
from tui.dicom.attributes import Attributes
from tui.dicom.compare import Comparer
from tui.dicom.element import tag_text
from tui.dicom.elements import walk_file
from tui.dicom.encoding import DEFLATED_EXPLICIT_LITTLE
from tui.dicom.errors import DicomError
from tui.dicom.iod_types import types_at_top
from tui.dicom.pixels.decode import decode_frames
from tui.dicom.pixels.image_pixel import image_pixel
from tui.dicom.tags import load_rows

pytestmark = pytest.mark.filterwarnings("ignore:.*:UserWarning")
KEY = bytes(range(32))
COMPRESSED = ("1.2.840.10008.1.2.4.", "1.2.840.10008.1.2.5")
BASIC = Policy(on_burned_in=OnBurnedIn.KEEP)
ALL = Policy(frozenset(switch.profile for switch in SWITCHES), Dates.SHIFT, on_burned_in=OnBurnedIn.KEEP)
REFUSED = {  # by rule; the rest is written
    "no SOP UIDs": 8, "DICOMDIR": 8, "pixel data that is not understood": 2, "parse error": 2, "no DICOM file": 13,
}  # fmt: skip
FILES = [path for path in files_of(BUNDLED) if path.suffix != ".gz"]  # packed, it is not what pydicom reads


class Pair(NamedTuple):
    """A file and its result."""

    before: Path
    after: Path
    plan: Plan


@pytest.fixture(scope="module", params=[BASIC, ALL], ids=["basic", "all"])
def pairs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Pair]:
    """Every file that is not refused, with its result; each in a folder of its own, for some are the same instance."""
    root = tmp_path_factory.mktemp("bundled")
    made, refused = list[Pair](), collections.Counter[str]()
    for number, path in enumerate(FILES):
        output = root / str(number)
        output.mkdir()
        task = Task(request.param, Project(KEY), str(output))
        before = path.read_bytes()
        outcome = anonymize_file(task, str(path))
        assert path.read_bytes() == before
        if outcome.rule:
            refused[outcome.rule] += 1
            continue
        plan = plan_file(task, str(path))
        assert isinstance(plan, Plan)
        made.append(Pair(path, output / outcome.written, plan))
    assert refused == REFUSED
    return made


def every_element(dataset: Dataset) -> Iterator[pydicom.DataElement]:
    for element in dataset:
        yield element
        if element.VR == "SQ":
            for item in element.value:
                yield from every_element(item)


def test_no_attribute_of_type_1_or_2_is_lost(pairs: list[Pair]) -> None:
    for pair in pairs:
        before, after = (Attributes.of(walk_file(str(path))) for path in (pair.before, pair.after))
        for tag, kind in types_at_top(before.text(0x00080016) or "").items():
            old, new = before.element(tag), after.element(tag)
            if old is None or kind not in ("1", "2"):
                continue
            assert new is not None, (pair.before.name, tag_text(tag))
            assert new.length or kind == "2" or not old.length, (pair.before.name, tag_text(tag))


def test_references_hold_and_what_names_classes_stays(pairs: list[Pair]) -> None:
    new_of: dict[str, str] = {}
    for pair in pairs:
        before, after = pydicom.dcmread(pair.before, force=True), pydicom.dcmread(pair.after)
        new_of[before.SOPInstanceUID] = after.SOPInstanceUID
        classes = [element.value for element in every_element(before) if element.VR == "UI" and element.tag in STRUCTURAL]
        kept = {str(element.value) for element in every_element(after) if element.VR == "UI"}
        there = {str(element.value) for element in every_element(after) if element.tag in STRUCTURAL}
        assert there <= {str(value) for value in classes}, pair.before.name
        assert str(before.SOPClassUID) in kept
        assert after.file_meta.TransferSyntaxUID == before.file_meta.get(
            "TransferSyntaxUID", after.file_meta.TransferSyntaxUID
        )
    originals = set(new_of)
    for pair in pairs:
        for old, new in zip(references(pair.before), references(pair.after), strict=False):
            if old in originals and len(references(pair.before)) == len(references(pair.after)):
                assert new == new_of[old]


def references(path: Path) -> list[str]:
    """Return the instances that a file names."""
    return [
        str(element.value)
        for element in every_element(pydicom.dcmread(path, force=True))
        if element.keyword == "ReferencedSOPInstanceUID"
    ]


def test_every_frame_that_decodes_is_the_same(pairs: list[Pair]) -> None:
    compared = 0
    for pair in pairs:
        for old, new in frames(pair.before, pair.after):
            assert np.array_equal(old, new), pair.before.name
            compared += 1
    assert compared > 150


def frames(before: Path, after: Path) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Return the frames of both files, decoded; none where the first has no pixels that can be."""
    tops = [Attributes.of(walk_file(str(path))) for path in (before, after)]
    try:
        images = [image_pixel(top) for top in tops]
    except DicomError:
        return
    for frame in range(images[0].frames):
        try:
            *_, (old, _) = decode_frames(tops[0], images[0], frame, previews=False)
        except DicomError:
            return
        *_, (new, _) = decode_frames(tops[1], images[1], frame, previews=False)
        yield old.values, new.values


def test_outside_a_box_the_pixels_are_the_same_and_in_it_black(tmp_path: Path) -> None:
    """Risks are made up for all: what counts is what becomes of the pixels."""
    done = 0
    for number, path in enumerate(FILES):
        with_risk = risky(path, tmp_path / "in" / f"{number}.dcm")
        if with_risk is None:
            continue
        top = Attributes.of(walk_file(str(with_risk)))
        device = device_of(top)
        box = Box(device.columns // 4, device.rows // 4, max(1, device.columns // 3), max(1, device.rows // 3))
        boxes: Boxes = {device: (box,)}
        output = tmp_path / str(number)
        output.mkdir()
        outcome = anonymize_file(Task(Policy(on_burned_in=OnBurnedIn.BOX), Project(KEY), str(output), boxes), str(with_risk))
        if outcome.rule in ("boxes", "pixels that cannot be decoded"):
            continue
        assert not outcome.rule, (path.name, outcome)
        result = output / outcome.written
        for old, new in frames(with_risk, result):
            assert old.shape == new.shape
            inside = np.zeros(old.shape[:2], bool)
            inside[box.rows, box.columns] = True
            assert np.array_equal(old[~inside], new[~inside]), path.name
            assert len(np.unique(new[inside].reshape(inside.sum(), -1), axis=0)) == 1, path.name
            done += 1
        dataset = pydicom.dcmread(result)
        assert dataset.BurnedInAnnotation == "NO"
        assert "113101" in [item.CodeValue for item in dataset.DeidentificationMethodCodeSequence]
    assert done > 90


def risky(path: Path, to: Path) -> Path | None:
    """Write a copy with BurnedInAnnotation YES; None of what has no pixels, or is refused for other reasons."""
    plan = plan_file(Task(BASIC, Project(KEY), ""), str(path))
    if not isinstance(plan, Plan) or 0x7FE00010 not in plan.elements.top:
        return None
    dataset = pydicom.dcmread(path, force=True)
    dataset.BurnedInAnnotation = "YES"
    if "TransferSyntaxUID" not in dataset.file_meta:
        return None
    to.parent.mkdir(exist_ok=True)
    dataset.save_as(to)
    return to


def test_the_plan_is_exactly_what_differs(pairs: list[Pair]) -> None:
    for pair in pairs:
        comparer = Comparer()
        for path in (pair.before, pair.after):
            comparer.add(load_rows(walk_file(str(path)), fold_out=False))
        told = {row.path for row in pair.plan.rows if row.changes and row.tag & 0xFFFF}
        told |= {"(7FE0,0010)" for row in pair.plan.rows if row.name == "pixel data"}
        lengths = [row.path for row in pair.plan.rows if row.tag and not row.tag & 0xFFFF]  # which no comparison shows
        assert all(path.endswith(",0000)") for path in lengths)
        assert not any(element.tag & 0xFFFF == 0 for element in walk_file(str(pair.after)).elements[1:])
        found = {difference.path for difference in comparer.result().differences if difference.path != "(0002,0000)"}
        below = {path for path in found if any(path.startswith((f"{row}[", f"{row}.")) for row in told)}
        missing = found - told - below
        assert not missing, (pair.before.name, sorted(missing)[:5])
        unfounded = {path for path in told - found if not any(other.startswith(f"{path}[") for other in found)}
        assert not unfounded, (pair.before.name, sorted(unfounded)[:5])


def test_the_file_s_own_parts_are_told(pairs: list[Pair]) -> None:
    for pair in pairs:
        before, after = pair.before.read_bytes(), pair.after.read_bytes()
        parts = {row.path for row in pair.plan.rows if row.tag == 0 and row.changes}
        assert ("preamble" in parts) == (before[:132] != after[:132]), pair.before.name
        assert after[:132] == bytes(128) + b"DICM"


UID = re.compile(r"\b[0-9]+(?:\.[0-9]+){3,}\b")


def errors(path: Path) -> collections.Counter[str]:
    """Return what dciodvfy calls errors, without the values."""
    done = subprocess.run(["dciodvfy", "-new", str(path)], capture_output=True, check=False)
    said = (done.stdout + done.stderr).decode("latin-1")
    return collections.Counter(
        re.sub(r"<[^/<>]*>|\([0-9a-f]{4},[0-9a-f]{4}\)> - Tag read failed.*", "", line)
        for line in said.splitlines()
        if line.startswith("Error")
    )


@pytest.mark.oracle
def test_dciodvfy_finds_no_new_errors(pairs: list[Pair]) -> None:
    if shutil.which("dciodvfy") is None:
        pytest.skip("dciodvfy is not installed (CI installs it)")
    for pair in pairs:
        if pair.plan.transfer_syntax == DEFLATED_EXPLICIT_LITTLE:
            continue  # it takes deflated bytes for elements
        new = errors(pair.after) - errors(pair.before)
        assert not new, (pair.before.name, new)


@pytest.mark.oracle
def test_gdcm_decodes_the_same_pixels(pairs: list[Pair], tmp_path: Path) -> None:
    if shutil.which("gdcmconv") is None:
        pytest.skip("gdcmconv is not installed (CI installs it)")
    decoded = 0
    for pair in pairs:
        if not pair.plan.transfer_syntax.startswith(COMPRESSED):
            continue
        raw = [tmp_path / "before.dcm", tmp_path / "after.dcm"]
        done = [
            subprocess.run(["gdcmconv", "--raw", str(path), str(to)], capture_output=True, check=False).returncode
            for path, to in zip(pair[:2], raw, strict=True)
        ]
        if done[0]:
            continue  # not one that it decodes
        assert not done[1], pair.before.name
        before, after = (pydicom.dcmread(path) for path in raw)
        assert before.PixelData == after.PixelData, pair.before.name
        decoded += 1
    assert decoded >= 20


def test_registered_uids_are_never_replaced(pairs: list[Pair]) -> None:
    for pair in pairs:
        for row in pair.plan.rows:
            if row.vr == "UI" and row.before and row.changes and row.path != "(0002,0010)":
                assert not is_registered(row.before), (pair.before.name, row.path)
