"""The DICOM JSON model: what the standard says, and the same as DCMTK's dcm2json, where that reads a file."""

import base64
import json
import math
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRBigEndian

from tests.files import BUNDLED, SHARED, bundled, dataset, deep_file, explicit, files_of, part_10
from tui.dicom.anonymize.profile import identifies
from tui.dicom.attributes import Attributes
from tui.dicom.element import PIXEL_DATA, UNDEFINED
from tui.dicom.elements import walk_file
from tui.dicom.errors import DicomError
from tui.dicom.json_model import json_texts
from tui.dicom.query import Query
from tui.dicom.tags import load_rows

Model = dict[str, Any]


def model_of(path: Path | str, **wanted: Any) -> Model:  # noqa: ANN401 - keyword arguments
    read: Model = json.loads("".join(json_texts(load_rows(walk_file(str(path))), **wanted)))
    return read


def saved(tmp_path: Path, **attributes: Any) -> str:  # noqa: ANN401 - keyword arguments
    path = tmp_path / "a.dcm"
    dataset(**attributes).save_as(path, enforce_file_format=True)
    return str(path)


def test_values_are_as_the_standard_writes_them(tmp_path: Path) -> None:
    item = Dataset()
    item.CodeValue = "T-1"
    path = saved(
        tmp_path, SpecificCharacterSet="ISO_IR 100", PatientName="Müller^Jo", ImageType=["A", "", "C"],
        SliceThickness="1.250", PixelSpacing=["+0.5", ".5"], SeriesNumber="7", BodyPartExamined="",
        FrameIncrementPointer=[0x00181063, 0x00181065], ConceptNameCodeSequence=Sequence([item, Dataset()]),
        ReferencedImageSequence=Sequence([]),
    )  # fmt: skip
    model = model_of(path)
    assert "00020010" not in model
    assert model["00080005"] == {"vr": "CS", "Value": ["ISO_IR 192"]}
    assert model["00100010"]["Value"] == [{"Alphabetic": "Müller^Jo"}]
    assert model["00080008"] == {"vr": "CS", "Value": ["A", None, "C"]}
    assert model["00180015"] == {"vr": "CS"}
    assert model["00280030"] == {"vr": "DS", "Value": ["+0.5", ".5"]}
    assert model["00200011"] == {"vr": "IS", "Value": [7]}
    assert model["00280009"] == {"vr": "AT", "Value": ["00181063", "00181065"]}
    assert model["0040A043"] == {"vr": "SQ", "Value": [{"00080100": {"vr": "SH", "Value": ["T-1"]}}, {}]}
    assert model["00081140"] == {"vr": "SQ"}
    assert '"Value": [1.250]' in "".join(json_texts(load_rows(walk_file(path))))  # with the digits of the file


def test_numbers_that_json_has_none_for(tmp_path: Path) -> None:
    path = saved(tmp_path, RealWorldValueIntercept=math.nan, RealWorldValueSlope=-math.inf)
    assert model_of(path)["00409224"] == {"vr": "FD", "Value": ["NaN"]}
    assert model_of(path)["00409225"] == {"vr": "FD", "Value": ["-inf"]}


def test_short_binary_values_are_inline_and_long_ones_a_place_in_the_file(tmp_path: Path) -> None:
    made = dataset(PixelData=bytes(2 * 64 * 64))
    made.add_new(0x00091001, "OB", b"ab")
    path = tmp_path / "ä b.dcm"
    made.save_as(path, enforce_file_format=True)
    model = model_of(path)
    assert model["00091001"] == {"vr": "OB", "InlineBinary": "YWI="}
    at = Attributes.of(walk_file(str(path))).element(PIXEL_DATA)
    assert at is not None
    uri = model["7FE00010"]["BulkDataURI"]
    assert uri == path.as_uri() + f"?offset={at.offset}&length=8192"
    assert model_of(path, named=False)["7FE00010"]["BulkDataURI"] == f"?offset={at.offset}&length=8192"


def test_words_of_big_endian_are_turned_round(tmp_path: Path) -> None:
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    made.SOPClassUID, made.SOPInstanceUID, made.Rows = "1.2", "1.2.3", 64
    made.add_new(0x00091001, "OW", b"\x01\x02\x03\x04")
    made.add_new(0x00091002, "OF", b"\x01\x02\x03\x04")
    path = tmp_path / "big.dcm"
    made.save_as(path, enforce_file_format=True)
    model = model_of(path)
    assert base64.b64decode(model["00091001"]["InlineBinary"]) == b"\x02\x01\x04\x03"
    assert base64.b64decode(model["00091002"]["InlineBinary"]) == b"\x04\x03\x02\x01"
    assert model["00280010"]["Value"] == [64]


def test_only_what_is_wanted() -> None:
    path = bundled("CT_small.dcm")
    rows = load_rows(walk_file(path))
    wanted = Query.parse("1234ABCD").find(rows, identifies).shown
    items = [{"00100020": {"vr": "LO", "Value": ["1234ABCD"]}}]
    assert model_of(path, shown=wanted) == {"00101002": {"vr": "SQ", "Value": items}}


def test_nesting_of_any_depth(tmp_path: Path) -> None:
    depth, path = 3000, tmp_path / "deep.dcm"
    path.write_bytes(deep_file(depth))
    text = "".join(json_texts(load_rows(walk_file(str(path)))))
    assert text.count('"Value": [') == depth + 1
    assert len(text) < 400 * depth
    assert text.count("{") == text.count("}")


def test_a_group_length_that_is_a_sequence_is_left_out_whole(tmp_path: Path) -> None:
    item = b"\xfe\xff\x00\xe0\x0c\x00\x00\x00" + explicit(0x00100020, "LO", b"abcd")
    path = tmp_path / "odd.dcm"
    path.write_bytes(part_10([explicit(0x00090000, "SQ", item), explicit(0x00100020, "LO", b"ef")]))
    assert model_of(path) == {"00100020": {"vr": "LO", "Value": ["ef"]}}


def test_of_an_element_that_is_there_twice_the_first_counts(tmp_path: Path) -> None:
    path = tmp_path / "twice.dcm"
    twice = [explicit(0x00100020, "LO", b"ab"), explicit(0x00100030, "DA", b""), explicit(0x00100020, "LO", b"cd")]
    path.write_bytes(part_10(twice))
    assert "".join(json_texts(load_rows(walk_file(str(path))))).count("00100020") == 1
    assert model_of(path)["00100020"]["Value"] == ["ab"]


def test_a_number_that_readers_choke_on_is_a_text(tmp_path: Path) -> None:
    path = tmp_path / "numbers.dcm"
    numbers = explicit(0x00200013, "IS", b"9" * 5000) + explicit(0x00280030, "DS", b"1e400\\1.5 ")
    path.write_bytes(part_10([numbers]))
    assert model_of(path)["00200013"]["Value"] == ["9" * 5000]
    assert model_of(path)["00280030"]["Value"] == ["1e400", 1.5]


# --- dcm2json

# classes of differences: (what differs, theirs first), each with the reason
_REASONS = {
    "charset": "dcm2json leaves SpecificCharacterSet of items as it is, though its texts are UTF-8",
    "private": "only one of the two knows the private attribute, in implicit VR or as UN",
    "later": "pydicom's dictionary has a VR for an attribute that dcm2json's has as UN in implicit VR, or the file says UN",
}


def differences(ours: Model, theirs: Model, path: str = "") -> list[tuple[str, str]]:
    """Return (kind of difference, where and what); one that no reason is known for has its own text as kind."""
    found: list[tuple[str, str]] = []
    for tag in sorted(ours.keys() | theirs.keys()):
        one, other, where = ours.get(tag), theirs.get(tag), f"{path}{tag}"
        if one is None or other is None:
            found.append(("missing", f"{where} {one} {other}"))
        elif one["vr"] != other["vr"]:
            known = "private" if int(tag[:4], 16) & 1 else "later"
            found.append((known if "UN" in (one["vr"], other["vr"]) else "vr", f"{where} {one['vr']} {other['vr']}"))
        elif one["vr"] == "SQ":
            items, others = one.get("Value", []), other.get("Value", [])
            if len(items) != len(others):
                found.append(("items", where))
            for number, (item, twin) in enumerate(zip(items, others, strict=False)):
                found += differences(item, twin, f"{where}[{number}].")
        elif "BulkDataURI" not in one and (kind := _different(tag, one, other)):
            found.append((kind, f"{where} {one} {other}"))
    return found


def _different(tag: str, one: Model, other: Model) -> str:
    if "InlineBinary" in one or "InlineBinary" in other:
        return "" if one.get("InlineBinary") == other.get("InlineBinary") else "inline"
    vr, ours, theirs = one["vr"], one.get("Value", []), other.get("Value", [])
    if vr in ("DS", "IS"):
        ours, theirs = ([_number(value) for value in values] for values in (ours, theirs))
    if vr in ("FL", "FD") and len(ours) == len(theirs):
        close = all(
            math.isclose(float(a), float(b), rel_tol=1e-6) or str(a) == str(b) for a, b in zip(ours, theirs, strict=True)
        )
        return "" if close else "number"
    if vr == "PN":
        whole, cut = ([_groups(value, cut=cut) for value in ours] for cut in (False, True))
        named = [_groups(value, cut=False) for value in theirs] or [{}] * len(cut)
        return "" if whole == named else "name" if cut == named else "value"
    if ours == theirs:
        return ""
    return "charset" if tag == "00080005" else "value"


def _number(value: Any) -> Any:  # noqa: ANN401 - what JSON holds
    try:
        return float(value)
    except (TypeError, ValueError):
        return value


def _groups(name: Model | None, *, cut: bool) -> Model:
    groups = {kind: text.rstrip("^ ") if cut else text for kind, text in (name or {}).items()}
    return {kind: text for kind, text in groups.items() if text}


def theirs_of(path: Path, tmp_path: Path) -> Model | str:
    """Return dcm2json's model, or why there is none; it reads no encapsulated pixel data, so those are cut off."""
    elements = walk_file(str(path))
    pixels = elements.top.get(PIXEL_DATA)
    if pixels is not None and elements.elements[pixels].length == UNDEFINED:
        cut = tmp_path / "cut.dcm"
        cut.write_bytes(path.read_bytes()[: elements.elements[pixels].offset - (8 if elements.encoding.implicit else 12)])
        path = cut
    done = subprocess.run(["dcm2json", "-ee", str(path)], capture_output=True, check=False)
    try:
        read: Model = json.loads(done.stdout)
    except ValueError as error:
        lines = done.stderr.decode("utf-8", "replace").splitlines()
        return lines[-1] if lines else str(error)
    return read


@pytest.mark.oracle
def test_the_same_as_dcm2json(tmp_path: Path) -> None:
    if shutil.which("dcm2json") is None:
        pytest.skip("dcm2json is not installed (CI installs dcmtk)")
    counts: Counter[str] = Counter()
    unknown: list[str] = []
    roots = [BUNDLED, *([SHARED] if SHARED.is_dir() else [])]
    for path in (path for root in roots for path in files_of(root)):
        try:
            ours = model_of(path)
        except DicomError:
            continue
        theirs = theirs_of(path, tmp_path)
        if isinstance(theirs, str):
            counts["not read by dcm2json"] += 1
            print(f"{path.name}: dcm2json does not read it: {theirs}")
            continue
        found = differences({tag: value for tag, value in ours.items() if tag in theirs or tag < "7FE00010"}, theirs)
        counts["the same" if not found else "different, for known reasons"] += 1
        for kind in sorted({kind for kind, _ in found}):
            print(f"{path.name}: {sum(one == kind for one, _ in found)} x {_REASONS.get(kind, kind)}")
        unknown += [f"{path.name}: {kind}: {what}" for kind, what in found if kind not in _REASONS]
    print(", ".join(f"{kind}: {count}" for kind, count in counts.items()))
    assert unknown == []
    assert counts["the same"] > 50
