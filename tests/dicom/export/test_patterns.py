"""Names made of attributes: values stay names, and no name leads out of the folder."""

import os
from pathlib import Path

import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.dicom.export.series import SLICES, exported, write_series
from tests.files import write
from tests.test_cli_view import run
from tui.dicom.export.patterns import Pattern, clean_name, problem_of


@given(st.text(max_size=200))
def test_values_are_names(text: str) -> None:
    name = clean_name(text)
    assert not {"/", "\\", "\0", "\n", "\x1b"} & set(name)
    assert name not in (".", "..")
    assert not name.startswith(".")
    assert len(name) <= 64


@settings(max_examples=40)
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\\"), max_size=30))
def test_no_value_leads_out(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = write(tmp_path_factory.mktemp("in") / "a.dcm", SpecificCharacterSet="ISO_IR 192", SeriesDescription=text)
    names = Pattern("{SeriesDescription}/x{SeriesDescription}").names(path)
    assert len(names) == 2
    assert all(name and os.sep not in name and name not in (".", "..") and len(name.encode()) <= 255 for name in names)


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("{Nothing}", "no keyword"), ("{PatientID", "not closed"), ("../{PatientID}", "empty, . or .."),
        ("{PatientID}//x{PatientID}", "empty, . or .."), ("/{PatientID}", "empty, . or .."), ("{PatientID:>9}", "digits"),
        ("{PatientID!r}", "nothing but digits"), ("{OverlayRows}", "no keyword"),
    ],
)  # fmt: skip
def test_what_is_no_pattern_is_said(pattern: str, said: str) -> None:
    assert said in str(problem_of(pattern))


def test_numbers_have_digits_and_what_is_missing_is_none(tmp_path: Path) -> None:
    path = write(tmp_path / "a.dcm", SeriesNumber="7", StudyDescription=None)
    assert Pattern("{SeriesNumber:04d}_{StudyDescription}/{InstanceNumber}.dcm").names(path) == ("0007_none", "7")


def test_files_are_sorted_byte_for_byte(tmp_path: Path) -> None:
    series = write_series(tmp_path / "in", SeriesDescription="a/../b")
    (tmp_path / "in" / "again.dcm").write_bytes(Path(str(series[0].filename)).read_bytes())
    done = run("sort", str(tmp_path / "in"), "-o", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    assert b"1 name would have been that of another result: such are counted" in done.stderr
    made = sorted(path for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert len(made) == SLICES + 1
    assert made[0].relative_to(tmp_path / "out").parts[0] == "1CT1"
    assert {path.parent.name for path in made} == {"0003_a_.._b"}
    contents = sorted(path.read_bytes() for path in (tmp_path / "in").iterdir())
    assert sorted(path.read_bytes() for path in made) == contents
    again = run("sort", str(tmp_path / "in"), "-o", str(tmp_path / "out"))
    assert again.returncode == 2
    assert b"a file of that name exists" in again.stderr


def test_a_pattern_names_any_format(tmp_path: Path) -> None:
    write_series(tmp_path / "in")
    summary = exported(tmp_path / "in", tmp_path / "out", "png", names="{PatientID}/{Modality}{InstanceNumber:03d}")
    assert os.path.relpath(summary.written[0], tmp_path / "out") == "1CT1/CT001.png"
    assert pydicom.dcmread(next((tmp_path / "in").iterdir())).PatientID == "1CT1"
