"""Against toolkits that others wrote: DCMTK's dcmdump and dicom3tools' dciodvfy."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.files import BUNDLED
from tui.dicom import phantom
from tui.dicom.element import ITEM
from tui.dicom.elements import walk_file
from tui.dicom.errors import ReadError

pytestmark = pytest.mark.oracle

# Where dcmdump shows something else, each with the reason.
DIFFERENT = {
    "badVR.dcm": "dcmdump stops at the invalid VR",
    "rtplan_truncated.dcm": "dcmdump drops the sequence in which the file ends",
    "UN_sequence.dcm": "dcmdump shows the sequence in UN as bytes",
    "rtdose_rle.dcm": "the same",
    "rtdose_rle_1frame.dcm": "the same",
    "winter.dcm": "two elements are in it twice; dcmdump shows the first of each",
}
_LINE = re.compile(r"^( *)\(([0-9a-f]{4}),([0-9a-f]{4})\) (\w\w|\?\?)", re.MULTILINE)


def needs(program: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed (CI installs it)")


def dumped(path: Path) -> list[tuple[int, int]] | None:
    """Return (depth, tag) of every element, without items, as dcmdump shows them; None if it cannot read the file."""
    command = ["dcmdump", "-q", "+L", "-Un", str(path)]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        return None
    text = done.stdout.decode("latin-1")
    found = []
    for indent, group, element, _vr in _LINE.findall(text):
        tag = int(group + element, 16)
        if tag >> 16 != 0xFFFE:
            found.append((len(indent) // 2, tag))
    return found


@pytest.mark.parametrize("path", sorted(BUNDLED.rglob("*.dcm")), ids=lambda path: path.name)
def test_the_same_elements_as_dcmdump(path: Path) -> None:
    needs("dcmdump")
    if path.name in DIFFERENT:
        pytest.skip(DIFFERENT[path.name])
    theirs = dumped(path)
    if theirs is None:
        pytest.skip("dcmdump does not read it")
    try:
        walked = walk_file(str(path))
    except ReadError:
        pytest.skip("no DICOM file to us; dcmdump, told nothing, reads nonsense")
    ours = [(element.depth, element.tag) for element in walked.elements if element.tag != ITEM]
    if any(element.vr == "" for element in walked.elements):  # dcmdump indents an item's elements like ours
        assert [tag for _, tag in ours] == [tag for _, tag in theirs]
    assert sorted(ours) == sorted(theirs)


def test_the_phantom_is_a_valid_ct_image(tmp_path: Path) -> None:
    needs("dciodvfy")
    steps = phantom.write_series(str(tmp_path / "phantom"))
    next(steps)
    done = subprocess.run(
        ["dciodvfy", str(tmp_path / "phantom" / phantom.file_name(1))], capture_output=True, text=True, check=False
    )
    said = done.stdout + done.stderr
    assert "CTImage" in said
    errors = [line for line in said.splitlines() if line.startswith("Error") and "Laterality" not in line]
    assert not errors  # Laterality: wanted of paired body parts only (PS3.3 C.7.3.1), which a phantom is not
