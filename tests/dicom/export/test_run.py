"""What an export does with names, files that exist, failures, options and streams."""

import base64
import gzip
import io
import json
import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.dicom.export.series import SLICES, exported, write_enhanced, write_series
from tests.files import bundled, write
from tui.dicom.errors import ExportError, WriteError
from tui.dicom.export import pictures
from tui.dicom.export.formats import FORMATS
from tui.dicom.export.order import Carries, Order, Subject, frames_of
from tui.dicom.export.outputs import Output
from tui.dicom.export.packed import PackedFile
from tui.dicom.export.picture_options import marks_of, values_of, view_of
from tui.dicom.export.results import Summary
from tui.dicom.export.run import export
from tui.dicom.export.tables import safe_cell
from tui.dicom.job import Step
from tui.dicom.options import Values
from tui.dicom.pixels.view import View


def _files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def _png(path: Path) -> tuple[np.ndarray, str]:
    with Image.open(path) as image:
        return np.asarray(image), str(image.info.get("Description", ""))


# --- names and places


def test_results_are_called_after_numbers_or_after_files(tmp_path: Path) -> None:
    write_series(tmp_path / "in" / "A")
    write_series(tmp_path / "in" / "B", root="1.2.9", SeriesNumber="4")
    exported(tmp_path / "in", tmp_path / "numbers", "png")
    assert _files(tmp_path / "numbers")[:2] == ["CT-s0003/i00001.png", "CT-s0003/i00002.png"]
    exported(tmp_path / "in", tmp_path / "files", "png", names="files")
    named = _files(tmp_path / "files")
    assert [name.partition("/")[0] for name in named] == ["A"] * SLICES + ["B"] * SLICES
    assert all("DOE_JANE_" in name for name in named)
    exported(tmp_path / "in", tmp_path / "volumes", "nifti", names="files")
    assert _files(tmp_path / "volumes") == ["A.nii.gz", "B.nii.gz"]


def test_names_that_would_be_the_same_are_counted(tmp_path: Path) -> None:
    for number in range(3):
        write(tmp_path / "in" / f"{number}.dcm", SOPInstanceUID=f"1.2.{number}", InstanceNumber="1")
    summary = exported(tmp_path / "in", tmp_path / "out", "png")
    assert _files(tmp_path / "out") == ["i00001-2.png", "i00001-3.png", "i00001.png"]
    assert summary.done == 3


def test_frames_are_chosen_and_numbered(tmp_path: Path) -> None:
    file = bundled("examples_ybr_color.dcm")
    exported(file, tmp_path / "out", "jpeg", frames="2-3,30")
    assert _files(tmp_path / "out") == ["i16117-f02.jpg", "i16117-f03.jpg", "i16117-f30.jpg"]
    summary = exported(file, tmp_path / "none", "jpeg", frames="99")
    assert not summary.done
    assert "no frame 99" in summary.failed[0][1]


def test_one_result_may_have_the_name_that_was_given(tmp_path: Path) -> None:
    file = write(tmp_path / "a.dcm")
    summary = exported(file, tmp_path / "picture.PNG", "png")
    assert summary.written == [str(tmp_path / "picture.PNG")]
    write_series(tmp_path / "in")
    with pytest.raises(ExportError, match="5 results"):
        exported(tmp_path / "in", tmp_path / "other.png", "png")


def test_nothing_is_written_over_unless_told(tmp_path: Path) -> None:
    file, out = write(tmp_path / "a.dcm"), tmp_path / "x.png"
    out.write_bytes(b"mine")
    summary = exported(file, out, "png")
    assert out.read_bytes() == b"mine"
    assert "a file of that name exists" in summary.failed[0][1]
    assert exported(file, out, "png", replace=True).done == 1
    assert out.read_bytes()[:4] == b"\x89PNG"
    assert _files(tmp_path) == ["a.dcm", "x.png"]


def test_no_link_is_followed_out_of_the_folder(tmp_path: Path) -> None:
    write_series(tmp_path / "in")
    write_series(tmp_path / "in" / "B", root="1.2.9", SeriesNumber="4")
    (tmp_path / "out").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out" / "CT-s0003").symlink_to(tmp_path / "elsewhere")
    summary = exported(tmp_path / "in", tmp_path / "out", "png")
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert len(summary.failed) == SLICES
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(WriteError, match="is a link"):
        exported(tmp_path / "in", tmp_path / "link", "png")


def test_standard_output_takes_one_result(tmp_path: Path) -> None:
    file = write(tmp_path / "a.dcm")
    stream = io.BytesIO()
    *_, summary = export(Order((file,), "-", "png", {"window": "400/40"}), stream)
    assert isinstance(summary, Summary)
    assert (summary.written, summary.done) == ([], 1)
    assert stream.getvalue()[:4] == b"\x89PNG"
    write_series(tmp_path / "in")
    with pytest.raises(ExportError, match="standard output takes one result"):
        list(export(Order((str(tmp_path / "in"),), "-", "png"), stream))


# --- failures


def test_a_failure_belongs_to_its_file(tmp_path: Path) -> None:
    write_series(tmp_path / "in")
    write(tmp_path / "in" / "report.dcm", PixelData=None, Rows=None, SOPInstanceUID="1.9", SeriesInstanceUID="1.9.1")
    (tmp_path / "in" / "empty.dcm").touch()
    (tmp_path / "in" / "notes.txt").write_text("nothing")
    summary = exported(tmp_path / "in", tmp_path / "out", "png")
    assert summary.done == SLICES
    assert sorted(os.path.basename(path) for path, _ in summary.failed) == ["empty.dcm", "report.dcm"]


def test_a_disk_that_is_full_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full)
    summary = exported(write(tmp_path / "a.dcm"), tmp_path / "out", "png")
    assert "no space left on device" in summary.failed[0][1].lower()
    assert _files(tmp_path / "out") == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_takes_no_files_is_told(tmp_path: Path) -> None:
    file, out = write(tmp_path / "a.dcm"), tmp_path / "out"
    out.mkdir(mode=0o500)
    assert "permission denied" in exported(file, out, "png").failed[0][1]


def test_a_job_that_is_closed_leaves_no_part(tmp_path: Path) -> None:
    write_series(tmp_path / "in")
    job = export(Order((str(tmp_path / "in"),), str(tmp_path / "out"), "apng"))
    for step in job:
        if isinstance(step, Step) and step.note.endswith("2 of 5"):
            break
    assert isinstance(job, Iterator)
    job.close()  # type: ignore[attr-defined] # it is a generator
    assert _files(tmp_path / "out") == []


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (Order((), "x", "png"), "nothing to export"),
        (Order((".",), "", "png"), "output folder"),
        (Order((".",), "x", "bmp"), "no format"),
        (Order(("not there",), "x", "png"), "no such file"),
        (Order((".",), "x", "png", {"window": "wide"}), "--window: a window is"),
        (Order((".",), "x", "png", {"rate": "3"}), "no option rate"),
        (Order((".",), "x", "png", {"depth": "16-stored", "invert": True}), "Invert does not go"),
        (Order((".",), "x", "png", {"frames": "3-1"}), "--frames: "),
        (Order((".",), "x.nii.gz", "nifti", {"uncompressed": True}), "does not go with a name"),
        (Order((".",), "x", "dicom", {"frames": "1"}), "no option frames"),
    ],
)
def test_orders_that_cannot_be_followed_are_refused(order: Order, said: str) -> None:
    with pytest.raises(ExportError, match=said):
        list(export(order))


# --- pictures


def test_16_bit_is_exact_and_says_what_was_added(tmp_path: Path) -> None:
    first, *_ = write_series(tmp_path / "in")
    file = str(first.filename)
    exported(file, tmp_path / "s.png", "png", depth="16-stored")
    values, words = _png(tmp_path / "s.png")
    np.testing.assert_array_equal(values.astype(int), first.pixel_array.astype(int) + 2048)
    assert words == "stored values + 2048"
    exported(file, tmp_path / "r.png", "png", depth="16-rescaled")
    values, words = _png(tmp_path / "r.png")
    np.testing.assert_array_equal(values.astype(int), first.pixel_array.astype(int) * 2 - 24 + 32768)
    assert words == "values HU + 32768"
    exported(file, tmp_path / "f.tiff", "tiff", depth="float")
    np.testing.assert_array_equal(_png(tmp_path / "f.tiff")[0], (first.pixel_array * 2 - 24).astype(np.float32))


def test_values_that_16_bits_do_not_hold_are_refused(tmp_path: Path) -> None:
    summary = exported(write(tmp_path / "a.dcm", RescaleSlope="0.3"), tmp_path / "a.png", "png", depth="16-rescaled")
    assert "no whole numbers: a TIFF of floats" in summary.failed[0][1]
    summary = exported(write(tmp_path / "b.dcm", RescaleSlope="100"), tmp_path / "b.png", "png", depth="16-rescaled")
    assert "do not fit into 16 bits" in summary.failed[0][1]
    color = bundled("SC_rgb_rle.dcm")
    assert "in colour" in exported(color, tmp_path / "c.png", "png", depth="16-stored").failed[0][1]


def test_pages_are_one_file(tmp_path: Path) -> None:
    series = write_series(tmp_path / "in")
    summary = exported(tmp_path / "in", tmp_path / "out", "tiff", pages=True, depth="float")
    (path,) = summary.written
    with Image.open(path) as pages:
        assert getattr(pages, "n_frames", 1) == SLICES
        for number, of in enumerate(series):
            pages.seek(number)
            np.testing.assert_array_equal(np.asarray(pages), (of.pixel_array * 2 - 24).astype(np.float32))


def test_pictures_are_turned_sized_and_coloured_as_asked(tmp_path: Path) -> None:
    file = write(tmp_path / "a.dcm", Rows=32, Columns=128, PixelSpacing=[2, 1])
    plain = _png(Path(exported(file, tmp_path / "p.png", "png").written[0]))[0]
    assert plain.shape == (32, 128)
    turned = _png(Path(exported(file, tmp_path / "t.png", "png", rotate="90", flip="left-right").written[0]))[0]
    np.testing.assert_array_equal(turned, np.rot90(plain[:, ::-1], -1))
    np.testing.assert_array_equal(
        _png(Path(exported(file, tmp_path / "i.png", "png", invert=True).written[0]))[0], 255 - plain
    )
    sized = _png(Path(exported(file, tmp_path / "z.png", "png", size="64").written[0]))[0]
    assert sized.shape == (32, 64)  # pixels are twice as high as wide
    colored = _png(Path(exported(file, tmp_path / "c.png", "png", colormap="viridis").written[0]))[0]
    assert colored.shape == (32, 128, 3)


def test_corner_text_is_drawn_and_told_of(tmp_path: Path) -> None:
    file = write(tmp_path / "a.dcm", Rows=64, Columns=64)
    plain, text = (
        exported(file, tmp_path / "p.png", "png", size="512"),
        exported(file, tmp_path / "t.png", "png", size="512", corner_text=True),
    )
    one, other = (_png(Path(each.written[0]))[0] for each in (plain, text))
    changed = np.argwhere(one != other)
    assert changed.size
    assert changed[:, 0].min() < 40
    assert plain.carries == {Carries.PIXELS}
    assert text.carries == {Carries.PIXELS, Carries.CORNER}


# --- volumes


def test_volumes_that_are_none_are_refused_by_name(tmp_path: Path) -> None:
    for name, said, keywords in (
        ("tilted", "tilted by", {"tilt": 0.5}), ("uneven", "uneven: from 2.500 to 5.000", {"left_out": 2}),
        ("nowhere", "position, orientation or spacing is missing", {"ImagePositionPatient": None}),
    ):  # fmt: skip
        write_series(tmp_path / name, **keywords)
        summary = exported(tmp_path / name, tmp_path / "out", "nifti")
        assert said in summary.failed[0][1]
        assert summary.written == []


def test_slopes_that_differ_become_floats(tmp_path: Path) -> None:
    series = write_series(tmp_path / "in")
    for number, of in enumerate(series):
        of.RescaleSlope = str(number + 1.5)
        of.save_as(str(of.filename))
    (path,) = exported(tmp_path / "in", tmp_path / "v.nii", "nifti").written
    assert path.endswith("v.nii")
    data = Path(path).read_bytes()
    assert struct.unpack_from("<2h", data, 70) == (16, 32)
    expected = np.stack([of.pixel_array * np.float32(of.RescaleSlope) - 24 for of in series])
    np.testing.assert_allclose(np.frombuffer(data, "<f4", offset=352).reshape(expected.shape), expected, rtol=1e-6)


def test_stored_values_and_the_place_without_a_grid(tmp_path: Path) -> None:
    series = write_series(tmp_path / "in", tilt=0.5)
    exported(tmp_path / "in", tmp_path / "out", "npy", values="stored")
    (array,) = (tmp_path / "out").glob("*.npy")
    values = np.load(array)
    assert values.dtype == np.int16
    np.testing.assert_array_equal(values, np.stack([of.pixel_array for of in series]))
    about = json.loads(array.with_suffix(".npy.json").read_text())
    assert about["affine_lps"] is None
    assert "tilted" in about["why"]


def test_a_large_file_takes_little_memory(tmp_path: Path) -> None:
    """300 frames of 512 x 512 x 16 bit: 150 MB of values, 300 MB as floats."""
    frames, path = 300, tmp_path / "large.dcm"
    of = write(tmp_path / "small.dcm", Rows=512, Columns=512, NumberOfFrames=str(frames), PixelData=b"\0" * 8)
    data = bytearray(Path(of).read_bytes()[:-20])
    path.write_bytes(data + struct.pack("<HH2sHI", 0x7FE0, 0x0010, b"OW", 0, frames * 512 * 512 * 2))
    with path.open("ab") as file:
        file.truncate(path.stat().st_size + frames * 512 * 512 * 2)
    code = (
        "import sys, resource; from tests.dicom.export.series import exported; before = resource.getrusage("
        "resource.RUSAGE_SELF).ru_maxrss; exported(sys.argv[1], sys.argv[2], 'raw'); "
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path), str(tmp_path / "out")], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 60_000  # KB
    assert (tmp_path / "out" / "CT-s.raw").stat().st_size == frames * 512 * 512 * 4


@given(st.lists(st.binary(max_size=3_000_000), max_size=3), st.integers(1, 9))
@settings(max_examples=15)
def test_what_is_packed_is_unpacked(parts: list[bytes], level: int) -> None:
    parts = [part * 50 for part in parts]
    file = io.BytesIO()
    with PackedFile(file, level) as packed:
        for part in parts:
            packed.write(part)
    assert gzip.decompress(file.getvalue()) == b"".join(parts)


# --- tables


@given(st.text(max_size=12))
def test_no_text_of_a_table_is_run(text: str) -> None:
    safe = safe_cell(text, "LO")
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert safe in (text, f"'{text}")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_of_a_table_stay(number: float) -> None:
    assert safe_cell(repr(number), "DS") == repr(number)
    assert safe_cell(repr(number), "FD") == repr(number)


@given(st.lists(st.tuples(st.integers(1, 500), st.integers(0, 50)), min_size=1, max_size=5))
def test_frames_are_read_as_they_are_written(ranges: list[tuple[int, int]]) -> None:
    text = ",".join(f"{first}-{first + more}" if more else str(first) for first, more in ranges)
    assert frames_of(text) == [(first - 1, first + more - 1) for first, more in ranges]


def test_every_option_says_what_it_takes() -> None:
    for row in FORMATS:
        names = [option.name for option in row.all_options]
        assert len(set(names)) == len(names)
        values: Values = {option.name: option.default for option in row.all_options}
        assert all(option.problem(values[option.name]) is None for option in row.all_options)
        assert callable(row.write)


# --- de-identified


def test_headers_of_what_is_anonymized_first_name_nobody(tmp_path: Path) -> None:
    write_series(tmp_path / "in", PatientBirthDate="19500101")
    summary = exported(tmp_path / "in", tmp_path / "plain", "json")
    assert b"DOE^JANE" in Path(summary.written[0]).read_bytes()
    summary = exported(tmp_path / "in", tmp_path / "clean", "json", anonymize="basic")
    assert summary.done == SLICES
    for path in summary.written:
        found = json.loads(Path(path).read_text())
        assert "DOE" not in Path(path).read_text()
        assert found["00120062"]["Value"] == ["YES"]
    summary = exported(tmp_path / "in", tmp_path / "picture", "png", anonymize="research", window="400/40")
    plain = exported(tmp_path / "in", tmp_path / "original", "png", window="400/40")
    for one, other in zip(sorted(summary.written), sorted(plain.written), strict=True):
        np.testing.assert_array_equal(_png(Path(one))[0], _png(Path(other))[0])


def test_what_is_not_anonymized_is_not_exported(tmp_path: Path) -> None:
    write_series(tmp_path / "in")
    write(tmp_path / "in" / "burned.dcm", BurnedInAnnotation="YES", SOPInstanceUID="1.9", SeriesInstanceUID="1.9.1")
    summary = exported(tmp_path / "in", tmp_path / "out", "png", anonymize="basic")
    assert summary.done == SLICES
    ((what, why),) = summary.failed
    assert what.endswith("burned.dcm")
    assert why.startswith("not anonymized: ")


def test_what_fails_behind_anonymizing_is_named_as_it_was(tmp_path: Path) -> None:
    write_series(tmp_path / "in", tilt=0.5)
    summary = exported(tmp_path / "in", tmp_path / "out", "nifti", anonymize="basic")
    ((what, why),) = summary.failed
    assert what.startswith(str(tmp_path / "in"))
    assert "tilted" in why


def test_links_lead_to_files_that_stay(tmp_path: Path) -> None:
    write(tmp_path / "a.dcm")
    plain = exported(tmp_path / "a.dcm", tmp_path / "a.json", "json")
    assert Carries.PATHS in plain.carries
    assert "BulkDataURI" in json.loads(Path(plain.written[0]).read_text())["7FE00010"]
    clean = exported(tmp_path / "a.dcm", tmp_path / "b.json", "json", anonymize="basic")
    assert json.loads(Path(clean.written[0]).read_text())["7FE00010"] == {"vr": "OW"}
    assert any("left out" in note for note in clean.notes)
    inline = exported(tmp_path / "a.dcm", tmp_path / "c.json", "json", bulk="inline")
    found = json.loads(Path(inline.written[0]).read_text())["7FE00010"]["InlineBinary"]
    assert base64.b64decode(found) == pydicom.dcmread(tmp_path / "a.dcm").PixelData


def test_a_region_is_cut_out_and_enlarged(tmp_path: Path) -> None:
    file = write(tmp_path / "a.dcm")
    whole = _png(Path(exported(file, tmp_path / "w.png", "png").written[0]))[0]
    part = _png(Path(exported(file, tmp_path / "p.png", "png", region="8,16,4,2").written[0]))[0]
    np.testing.assert_array_equal(part, whole[16:18, 8:12])
    large = _png(Path(exported(file, tmp_path / "l.png", "png", region="8,16,4,2", size="400").written[0]))[0]
    np.testing.assert_array_equal(large, np.repeat(np.repeat(part, 100, 0), 100, 1))
    summary = exported(file, tmp_path / "n.png", "png", region="60,0,5,5")
    assert "the picture has 64 x 64 pixels" in summary.failed[0].why


def test_files_without_an_ending_keep_their_names(tmp_path: Path) -> None:
    for number in (1, 2, 10):
        write(tmp_path / "in" / f"1.2.840.{number}", SOPInstanceUID=f"1.2.{number}")
    exported(tmp_path / "in", tmp_path / "out", "png", names="files")
    assert _files(tmp_path / "out") == ["1.2.840.1.png", "1.2.840.10.png", "1.2.840.2.png"]


def test_counted_names_are_taken(tmp_path: Path) -> None:
    for number, name in enumerate(("a.dcm", "a.ima", "a-2.dcm")):
        write(tmp_path / "in" / name, SOPInstanceUID=f"1.2.{number}", InstanceNumber=str(number))
    summary = exported(tmp_path / "in", tmp_path / "out", "copy", names="files", replace=True)
    assert len(set(summary.written)) == 3


def test_every_copy_of_a_file_is_copied(tmp_path: Path) -> None:
    path = Path(write(tmp_path / "in" / "a.dcm"))
    (tmp_path / "in" / "b.dcm").write_bytes(path.read_bytes())
    assert exported(tmp_path / "in", tmp_path / "out", "copy").done == 2
    assert any("left out" in note for note in exported(tmp_path / "in", tmp_path / "png", "png").notes)


def test_measures_are_drawn_with_what_they_measure(tmp_path: Path) -> None:
    file = write(tmp_path / "a.dcm", Rows=64, Columns=64, PixelSpacing=[1, 1])
    plain = _png(Path(exported(file, tmp_path / "p.png", "png", size="512").written[0]))[0]
    text = "distance 8,32 56,32; rectangle 4,4 12,12"
    drawn = _png(Path(exported(file, tmp_path / "m.png", "png", size="512", measures=text).written[0]))[0]
    assert drawn.shape == (512, 512, 3)
    changed = np.argwhere((drawn != plain[..., None]).any(axis=2))
    assert {64, 448} <= set(changed[:, 1])
    assert 260 in changed[:, 0]
    assert marks_of("distance 1,2 3") is marks_of("line 1,2 3,4") is marks_of("angle 1,2 3,4") is None
    with pytest.raises(ExportError, match="do not go with a region"):
        exported(file, tmp_path / "x.png", "png", measures=text, region="0,0,5,5")


def test_what_is_on_the_screen_becomes_options_and_back() -> None:
    view = View(inverted=True, mirrored=True, turns=3, smooth=True, overlays=False, zoom=2, center_x=0.5, center_y=0.25)
    values = values_of(view, (100, 80), windowed=True)
    assert values["region"] == "25,0,50,40"
    again = view_of(values)
    assert (again.inverted, again.mirrored, again.turns, again.smooth, again.overlays) == (True, True, 3, True, False)
    marked = view.with_marks(marks_of("distance 1,2 3,4; angle 1,1 2,2 3,3") or ())
    values = values_of(marked, (100, 80), windowed=True)
    assert values["measures"] == "distance 1,2 3,4; angle 1,1 2,2 3,3"
    assert view_of(values).marks == marked.marks


def test_no_file_that_is_read_is_written_over(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    path = Path(write(folder / "a.dcm"))
    before = path.read_bytes()
    for values in ({"syntax": "rle"}, {"anonymize": "basic"}):
        summary = exported(path, path, "dicom", replace=True, **values)
        assert "never written over" in summary.failed[0].why
    summary = exported(folder, folder, "copy", names="files", replace=True)
    assert "never written over" in summary.failed[0].why
    assert path.read_bytes() == before


def test_what_a_run_before_left_is_removed_and_told(tmp_path: Path) -> None:
    file, out = write(tmp_path / "a.dcm"), tmp_path / "out"
    out.mkdir()
    (out / ".dicom-tui-partial-999999999-aa").touch()
    summary = exported(file, out, "png")
    assert summary.notes == ["1 unfinished file of a run that was cut off: removed"]
    assert _files(out) == ["i00007.png"]


def test_files_into_which_text_may_be_burned_are_named(tmp_path: Path) -> None:
    write_series(tmp_path / "in")
    write(tmp_path / "in" / "us.dcm", Modality="US", SOPInstanceUID="1.9", SeriesInstanceUID="1.9.1")
    write(tmp_path / "in" / "yes.dcm", BurnedInAnnotation="YES", SOPInstanceUID="1.8", SeriesInstanceUID="1.8.1")
    summary = exported(tmp_path / "in", tmp_path / "out", "png")
    assert {(Path(path).name, why) for path, why in summary.burned_in} == {
        ("us.dcm", "its modality is US: ultrasound"), ("yes.dcm", "BurnedInAnnotation is YES"),
    }  # fmt: skip
    assert summary.burned_words(os.path.basename).startswith("text may be burned into the pixels of ")
    assert exported(tmp_path / "in", tmp_path / "text", "text").burned_in == []
    frames = exported(bundled("examples_ybr_color.dcm"), tmp_path / "frames", "jpeg", frames="1-3")
    assert len(frames.burned_in) == 1


@pytest.mark.parametrize(
    "attributes", [{"RescaleSlope": "1e39"}, {"RescaleIntercept": "-1e39"}, {"PixelSpacing": ["1e30", "1"]}]
)
@pytest.mark.parametrize("form", ["nifti", "nrrd"])
def test_absurd_numbers_fail_alone(tmp_path: Path, form: str, attributes: dict[str, Any]) -> None:
    write_series(tmp_path / "in" / "a")
    write_series(tmp_path / "in" / "b", root="1.2.3.9", **attributes)
    summary = exported(tmp_path / "in", tmp_path / "out", form)
    assert (summary.done, len(summary.failed)) == (1, 1)


def test_whatever_a_writer_meets_belongs_to_its_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_series(tmp_path / "in")
    real = pictures.write_png

    def odd(subject: Subject, values: Values, output: Output) -> Iterator[str]:
        if subject.names[-1] == "i00002":
            raise RuntimeError("a codec that nobody knew")
        yield from real(subject, values, output)

    monkeypatch.setattr(pictures, "write_png", odd)
    summary = exported(tmp_path / "in", tmp_path / "out", "png")
    assert (summary.done, summary.failed[0].why) == (SLICES - 1, "it cannot be written: a codec that nobody knew")


def test_a_name_that_ends_like_another_format_is_no_folder(tmp_path: Path) -> None:
    file = write(tmp_path / "a.dcm")
    with pytest.raises(ExportError, match="ends like csv, and not like json"):
        exported(file, tmp_path / "a.csv", "json")
    (tmp_path / "old.csv").mkdir()
    assert exported(file, tmp_path / "old.csv", "json").failed == []


@pytest.mark.parametrize("form", ["json", "xml"])
def test_compressed_pixels_are_never_links_where_all_bytes_are_wanted(tmp_path: Path, form: str) -> None:
    summary = exported(bundled("JPEG2000.dcm"), tmp_path / "out", form, bulk="inline")
    assert "file:" not in Path(summary.written[0]).read_text()
    assert "compressed pixel data was left out: its fragments have no form as a value" in summary.notes


def test_files_that_are_called_the_same_are_told_apart_in_tables(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write(tmp_path / name / "1.dcm", SOPInstanceUID=f"1.2.{ord(name)}")
    summary = exported(tmp_path, tmp_path / "out", "csv")
    assert sorted(line.split(",")[0] for line in Path(summary.written[0]).read_text().splitlines()) == [
        "a/1.dcm", "b/1.dcm", "file",
    ]  # fmt: skip


def test_an_empty_value_leaves_a_column_a_number(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="PyArrow makes and reads tables; .ci/run installs it")
    write(tmp_path / "in" / "a.dcm", SliceThickness="2.50", InstanceNumber="1", SOPInstanceUID="1.2.1", StudyID="007")
    write(tmp_path / "in" / "b.dcm", SliceThickness="", InstanceNumber="2", SOPInstanceUID="1.2.2", StudyID="")
    summary = exported(tmp_path / "in", tmp_path / "out", "parquet", columns="InstanceNumber,SliceThickness,StudyID")
    rows = parquet.read_table(summary.written[0]).to_pylist()
    assert [(row["InstanceNumber"], row["SliceThickness"], row["StudyID"]) for row in rows] == [
        (1, 2.5, "007"),
        (2, None, None),
    ]


def test_broken_files_are_told_of_in_tables(tmp_path: Path) -> None:
    path = Path(write(tmp_path / "in" / "a.dcm"))
    path.write_bytes(path.read_bytes()[:-5000])
    assert exported(tmp_path / "in", tmp_path / "out", "csv", columns="PatientID").notes != []


def test_an_option_that_a_format_has_not_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="there is no option quality"):
        exported(write(tmp_path / "a.dcm"), tmp_path / "out", "png", quality="90")


@pytest.mark.parametrize("form", ["dicom", "copy", "dicom-frames", "png", "json", "nifti"])
def test_no_file_stays_open(tmp_path: Path, form: str) -> None:
    series = write_series(tmp_path / "in")
    source = tmp_path / "in"
    if form == "dicom-frames":
        write_enhanced(tmp_path / "a.dcm", series)
        source = tmp_path / "a.dcm"
    exported(source, tmp_path / "first", form)  # the codecs' process stays
    before = len(os.listdir("/dev/fd"))
    assert exported(source, tmp_path / "second", form).failed == []
    assert len(os.listdir("/dev/fd")) == before
