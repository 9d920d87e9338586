"""The header reader against the walker and against pydicom, on generated trees, pydicom's files and the shared ones."""

import gzip
import random
import struct
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.multival import MultiValue
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)
from pydicom.valuerep import PersonName

from tests.files import BUNDLED, SHARED, dataset, explicit, files_of, part_10
from tests.library_tree import write_tree
from tui.dicom.attributes import Attributes
from tui.dicom.elements import walk_file
from tui.dicom.errors import NotDicomError, ReadError
from tui.dicom.library import header as header_module
from tui.dicom.library.fields import FIELDS, INDEX, Values
from tui.dicom.library.header import Header, HeaderReader
from tui.dicom.library.instances import Instance, Instances
from tui.dicom.library.layouts import Layouts
from tui.dicom.library.scanner import scan
from tui.dicom.library.studies import Library


def _walked(path: str) -> dict[str, bytes | None] | None:
    """Return what the walker finds of the fields, as it stands in the file."""
    try:
        top = Attributes.of(walk_file(path))
    except NotDicomError:
        return None
    return {field.name: None if field.tag not in top else top.data(field.tag) or b"" for field in FIELDS}


def _read(reader: HeaderReader, path: str) -> dict[str, bytes | None] | None:
    found = reader.read(path)
    return None if found is None else dict(zip((field.name for field in FIELDS), found.values, strict=True))


def _shuffled(paths: Sequence[Path], seed: int) -> list[str]:
    """Return paths five times, in disorder: so that what was learned of one file is met by all others."""
    found = [str(path) for path in paths] * 5
    random.Random(seed).shuffle(found)
    return found


def _differences(paths: Sequence[str]) -> list[str]:
    reader, walked, differ = HeaderReader(), dict[str, Any](), list[str]()
    for path in paths:
        if not Path(path).stat().st_size:
            continue
        if path not in walked:
            walked[path] = _walked(path)
        if _read(reader, path) != walked[path]:
            differ.append(path)
    return differ


def test_every_field_is_the_walkers_in_a_generated_tree(tmp_path: Path) -> None:
    paths = write_tree(tmp_path, series=50, files=12, junk=9)
    assert _differences([str(path) for path in paths]) == []
    assert _differences(_shuffled(paths, 7)) == []


def test_every_field_is_the_walkers_in_pydicoms_files() -> None:
    assert _differences(_shuffled(files_of(BUNDLED), 1)) == []


@pytest.mark.corpus
@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared files are not beside this checkout")
def test_every_field_is_the_walkers_in_the_shared_files() -> None:
    assert _differences(_shuffled(files_of(SHARED), 2)) == []


def test_most_files_need_no_walker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needed: list[str] = []
    monkeypatch.setattr(header_module, "_carefully", needed.append)
    reader = HeaderReader()
    for path in write_tree(tmp_path, series=60, files=3):
        assert reader.read(str(path)) is not None
    assert needed == []


def _elements(*, series: bool) -> list[bytes]:
    rest = [
        explicit(0x00100020, "LO", b"AB"), explicit(0x00281201, "OW", bytes(20_000)), explicit(0x00400275, "SQ", b""),
        *([explicit(0x0020000E, "UI", b"1.2.3.")] if series else []), explicit(0x7FE00010, "OW", bytes(64)),
    ]  # fmt: skip
    return [explicit(0x00080016, "UI", b"1.2.840.10008.5.1.4.39.1\0\0"), *rest]


@pytest.mark.parametrize("series", [False, True])
def test_what_is_missing_is_looked_for_up_to_the_pixels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, series: bool
) -> None:
    path = tmp_path / "a.dcm"
    path.write_bytes(part_10(_elements(series=series)))
    walked: list[str] = []
    real = header_module._carefully

    def carefully(each: str) -> Header | None:
        walked.append(each)
        return real(each)

    monkeypatch.setattr(header_module, "_carefully", carefully)
    found = HeaderReader().read(str(path))
    assert found is not None
    assert (found.values[INDEX["series_uid"]] or b"").rstrip(b"\0") == (b"1.2.3." if series else b"")
    assert found.values[INDEX["patient_id"]] == b"AB"
    assert walked == ([str(path)] if series else [])


# --- whole headers that are known


def _other(at: int) -> bytes:
    """Return a file with a sequence of undefined length that holds elements which are wanted of the top level alone."""
    nested = explicit(0x00080018, "UI", b"9.9.9\0") + explicit(0x00200013, "IS", b"99")
    begins = struct.pack("<2sHIHHI", b"SQ", 0, 0xFFFFFFFF, 0xFFFE, 0xE000, 0xFFFFFFFF)
    items = begins + nested + struct.pack("<HHIHHI", 0xFFFE, 0xE00D, 0, 0xFFFE, 0xE0DD, 0)
    more = [explicit(0x00181000 + tag, "LO", b"x") for tag in range(0, 16, 2)]
    number = b"%d " % at if at < 10 else b"%d" % at
    return part_10(
        [
            explicit(0x00080016, "UI", b"1.2.840.10008.5.1.4.1.1.2\0"), explicit(0x00080018, "UI", b"1.2.%02d" % at),
            b"\x08\0\x40\x11" + items, explicit(0x00100020, "LO", b"ID%02d" % (at // 20)),
            *more, b"\x18\0\x46\x93" + items, explicit(0x0020000E, "UI", b"1.2.3\0"),
            explicit(0x00200013, "IS", number), explicit(0x00280010, "US", b"\x02\0"), explicit(0x00280011, "US", b"\x02\0"),
            explicit(0x00280100, "US", b"\x08\0"), explicit(0x7FE00010, "OW", bytes(4)),
        ]
    )  # fmt: skip


def test_known_headers_are_read_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    walked = [0]
    real = Layouts.read

    def read(self: Layouts, data: bytes, at: int, values: Values, size: int) -> int:
        walked[0] += 1
        return real(self, data, at, values, size)

    monkeypatch.setattr(Layouts, "read", read)
    reader, instances = HeaderReader(), Instances()
    for at in range(60):
        path = tmp_path / f"{at}"
        path.write_bytes(_other(at))
        found = reader.read(str(path))
        assert found is not None
        made = instances.make("", path.name, found)
        assert (made.uid, made.number, made.shared.patient_id) == (f"1.2.{at:02d}", str(at), f"ID{at // 20:02d}")
        assert found.alike is None or found.alike
    assert walked[0] < 6
    assert found is not None
    assert found.alike


def test_what_is_alike_makes_the_same_instances() -> None:
    paths = [str(path) for path in files_of(BUNDLED)] * 6
    random.Random(3).shuffle(paths)
    reader, instances, alike = HeaderReader(), Instances(), 0
    for path in paths:
        if Path(path).stat().st_size:
            found, alone = reader.read(path), HeaderReader().read(path)
            assert (found is None) == (alone is None), path
            if found is not None and alone is not None:
                alike += found.alike is not None
                assert instances.make("", path, found) == Instances().make("", path, alone), path
    assert alike > len(paths) // 4


# --- against pydicom


def _text(value: Any) -> str:  # noqa: ANN401 - DICOM values are of many types
    """Return a value of pydicom as `Shared` has it."""
    if value is None:
        return ""
    if isinstance(value, MultiValue | list):
        return "\\".join(map(_text, value))
    if isinstance(value, bytes):  # VR UN
        return value.decode("latin-1").strip(" \0")
    if isinstance(value, PersonName):
        return str(value).strip(" \0") if value else ""
    return str(getattr(value, "original_string", value)).strip(" \0")


def _same_as_pydicom(path: str, instance: Instance) -> list[str]:
    """Return the fields that differ from what pydicom reads."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with cast(BinaryIO, gzip.open(path)) if path.endswith(".gz") else Path(path).open("rb") as opened:
            found = pydicom.dcmread(opened, stop_before_pixels=True, force=True)
        wrong = []
        for field in FIELDS:
            ours = getattr(instance if field.name in Instance._fields else instance.shared, field.name)
            theirs = _text(found.get(field.tag).value) if field.tag in found else ""
            if field.name == "charset" and theirs != ours:  # pydicom drops empty values of this one alone
                theirs = ours if theirs.replace("\\", "") == ours.replace("\\", "") else theirs
            if field.vr == "PN":  # pydicom drops component groups that are empty
                ours = ours.rstrip("=")
            if isinstance(ours, str):
                ours = "\\".join(part.strip() for part in ours.split("\\"))
            if isinstance(ours, int):
                theirs = theirs.split("\\")[0] or "0"
            if str(ours) != theirs and not (field.vr == "FD" and theirs and float(ours) == float(theirs)):
                wrong.append(f"{field.name}: {ours!r} is {theirs!r} to pydicom")
    return wrong


def _compared(paths: Sequence[Path]) -> dict[str, list[str]]:
    reader, instances, wrong = HeaderReader(), Instances(), dict[str, list[str]]()
    for path in paths:
        found = reader.read(str(path))
        if found is None or found.directory or found.broken:
            continue
        if differs := _same_as_pydicom(str(path), instances.make(str(path.parent), path.name, found)):
            wrong[path.name] = differs
    return wrong


def test_every_field_is_pydicoms_in_a_generated_tree(tmp_path: Path) -> None:
    assert _compared(write_tree(tmp_path, series=50, files=3, junk=2)) == {}


def test_every_field_is_pydicoms_in_its_own_files() -> None:
    assert _compared(files_of(BUNDLED)) == {}


@pytest.mark.corpus
@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared files are not beside this checkout")
def test_every_field_is_pydicoms_in_the_shared_files() -> None:
    assert _compared(files_of(SHARED)) == {}


# --- odd files


@pytest.fixture
def reader() -> HeaderReader:
    return HeaderReader()


def _written(path: Path, syntax: UID = ExplicitVRLittleEndian, **attributes: Any) -> str:  # noqa: ANN401
    made = dataset(**attributes)
    made.file_meta.TransferSyntaxUID = syntax
    if syntax == ExplicitVRBigEndian:
        made.PixelData = bytes(len(made.PixelData))
    pydicom.dcmwrite(path, made, enforce_file_format=True)
    return str(path)


@pytest.mark.parametrize(
    "syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian]
)
def test_a_header_of_megabytes_is_read_to_its_last_field(tmp_path: Path, reader: HeaderReader, syntax: UID) -> None:
    made = dataset(InstanceNumber="12", BitsAllocated=16)
    made.private_block(0x0009, "ACME", create=True).add_new(0x01, "OB", random.Random(1).randbytes(3_000_000))
    made.file_meta.TransferSyntaxUID = syntax
    path = tmp_path / "long.dcm"
    pydicom.dcmwrite(path, made, enforce_file_format=True)
    for _ in range(3):
        assert _read(reader, str(path)) == _walked(str(path))
    assert (_read(reader, str(path)) or {})["number"] == b"12"


def test_what_is_no_dicom_file_is_none(tmp_path: Path, reader: HeaderReader) -> None:
    for content in (b"DICM", b"x" * 5000, bytes(200)):
        (tmp_path / "x").write_bytes(content)
        assert reader.read(str(tmp_path / "x")) is None


def test_a_file_without_preamble_and_one_without_meta_are_read(tmp_path: Path, reader: HeaderReader) -> None:
    whole = Path(_written(tmp_path / "a")).read_bytes()
    (tmp_path / "b").write_bytes(whole[128:])
    (tmp_path / "c").write_bytes(whole[132:])
    implicit = Path(_written(tmp_path / "i", ImplicitVRLittleEndian)).read_bytes()
    (tmp_path / "d").write_bytes(implicit[144 + struct.unpack_from("<I", implicit, 140)[0] :])
    for name in "abcd":
        found = reader.read(str(tmp_path / name))
        assert found is not None
        assert found.values[[field.name for field in FIELDS].index("number")] == b"7 "


def test_a_truncated_file_is_read_up_to_its_break_which_is_told(tmp_path: Path, reader: HeaderReader) -> None:
    whole = Path(_written(tmp_path / "a")).read_bytes()
    at = whole.index(b"DOE^JANE")
    (tmp_path / "b").write_bytes(whole[: at + 3])
    found = reader.read(str(tmp_path / "b"))
    assert isinstance(found, Header)
    assert "PatientName says it has 8 bytes, the file ends after 3 of them" in found.broken


def test_a_file_that_cannot_be_read_is_an_error_that_says_why(tmp_path: Path, reader: HeaderReader) -> None:
    with pytest.raises(ReadError, match="gone cannot be read: no such file or directory"):
        reader.read(str(tmp_path / "gone"))
    (tmp_path / "empty").touch()
    with pytest.raises(ReadError, match="empty is empty: it has no bytes"):
        reader.read(str(tmp_path / "empty"))
    with pytest.raises(ReadError, match="cannot be read: is a directory"):
        reader.read(str(tmp_path))


def test_a_dicomdir_is_told(reader: HeaderReader) -> None:
    found = [reader.read(str(path)) for path in files_of(BUNDLED) if path.name.startswith("DICOMDIR")]
    assert found
    assert all(header is not None and header.directory for header in found)


# --- made-up datasets: any order of layouts, lengths and nesting


_TAGS = st.sampled_from(
    [field.tag for field in FIELDS] + [0x00090010, 0x00091001, 0x00081140, 0x00100012, 0x00191002, 0x0020000F]
)
_VALUES = st.integers(0, 40).map(lambda length: b"1" * (2 * length))


@st.composite
def _element(draw: st.DrawFn, tag: int, implicit: bool, depth: int = 0) -> bytes:
    group, number = tag >> 16, tag & 0xFFFF
    field = next((field for field in FIELDS if field.tag == tag), None)
    vr = field.vr if field is not None else draw(st.sampled_from(["LO", "OB", "UN", "SQ", "DS", "UT"]))
    if vr == "SQ" and depth < 3:
        content = b"".join(draw(st.lists(_item(implicit, depth), max_size=2)))
        if draw(st.booleans()):
            head = (
                struct.pack("<HHI", group, number, 0xFFFFFFFF)
                if implicit
                else struct.pack("<HH2sHI", group, number, b"SQ", 0, 0xFFFFFFFF)
            )
            return head + content + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
        value = content
    else:
        value = draw(_VALUES)[: 2 if vr == "US" else 80]
    if implicit:
        return struct.pack("<HHI", group, number, len(value)) + value
    if vr in ("OB", "UN", "SQ", "UT"):
        return struct.pack("<HH2sHI", group, number, vr.encode(), 0, len(value)) + value
    return struct.pack("<HH2sH", group, number, vr.encode(), len(value)) + value


@st.composite
def _item(draw: st.DrawFn, implicit: bool, depth: int) -> bytes:
    tags = sorted(draw(st.sets(_TAGS, max_size=4)))
    content = b"".join(draw(_element(tag, implicit, depth + 1)) for tag in tags)
    if draw(st.booleans()):
        return struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF) + content + struct.pack("<HHI", 0xFFFE, 0xE00D, 0)
    return struct.pack("<HHI", 0xFFFE, 0xE000, len(content)) + content


@st.composite
def _file(draw: st.DrawFn) -> bytes:
    implicit = draw(st.booleans())
    syntax = (ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian).encode()
    syntax += b"\0" * (len(syntax) % 2)
    meta = struct.pack("<HH2sH", 2, 0x10, b"UI", len(syntax)) + syntax
    head = bytes(128) + b"DICM" + struct.pack("<HH2sHI", 2, 0, b"UL", 4, len(meta)) + meta
    tags = sorted(draw(st.sets(_TAGS, min_size=1, max_size=24)))
    body = b"".join(draw(_element(tag, implicit)) for tag in tags)
    if draw(st.integers(0, 9)) == 0:
        body = body[: draw(st.integers(0, len(body)))]
    return head + body


@given(st.lists(_file(), min_size=1, max_size=6))
def test_made_up_files_one_after_the_other_are_read_as_the_walker_does(
    tmp_path_factory: pytest.TempPathFactory, files: list[bytes]
) -> None:
    folder = tmp_path_factory.mktemp("made")
    reader = HeaderReader()
    for at, content in enumerate([*files, *files]):
        path = folder / str(at)
        path.write_bytes(content)
        assert _read(reader, str(path)) == _walked(str(path))


def test_a_library_of_a_tree_has_what_was_written(tmp_path: Path) -> None:
    write_tree(tmp_path, series=30, files=5, junk=4)
    library = Library()
    steps = list(scan([str(tmp_path)], library))
    assert steps[-1].done == 154
    assert (library.count, library.others, library.unread) == (150, 4, 0)
    assert sum(len(study.series) for patient in library.in_order for study in patient.in_order) == 30
    for patient in library.in_order:
        for study in patient.in_order:
            for series in study.in_order:
                (stack,) = series.stacks
                assert [int(instance.number) for instance in stack.members] == [1, 2, 3, 4, 5]
                assert list(stack.places_mm) == sorted(stack.places_mm)  # type: ignore[type-var] # all are known
