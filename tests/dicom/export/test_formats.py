"""Every format from its row: a series is written, read back by another program's reader, and compared."""

import csv
import gzip
import json
import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.pixels import apply_modality_lut, apply_windowing

from tests.dicom.export.series import COLUMNS, ROWS, SLICES, SPACING, STEP, exported, write_enhanced, write_series
from tests.test_cli_view import run
from tui.dicom.export.formats import BY_NAME, FORMATS
from tui.dicom.export.order import Scope

Array = NDArray[Any]
_JPEG_ERROR: Final = 40  # greys of noise, at the quality that is the default


def _codecs() -> Any:  # noqa: ANN401 - a module without types
    return pytest.importorskip("imagecodecs", reason="imagecodecs reads what Pillow wrote; .ci/run installs it")


def seen(of: Dataset) -> Array:
    """Return what pydicom makes of a dataset's window, as 8 bit."""
    shown = apply_windowing(of.pixel_array.astype(np.float64) * float(of.RescaleSlope) + float(of.RescaleIntercept), of)
    low, high = shown.min(), shown.max()
    return np.asarray(np.rint((shown - low) / (high - low) * 255))


def modality(series: list[Dataset]) -> Array:
    return np.stack([apply_modality_lut(each.pixel_array, each) for each in series])


def _same(found: Array, expected: Array, error: float = 1) -> None:
    assert found.shape[:2] == expected.shape
    grey = found if found.ndim == 2 else found[..., 0]
    assert np.abs(grey.astype(float) - expected).max() <= error


def _each(decode: str, error: float = 1) -> Callable[[list[Path], list[Dataset]], None]:
    def check(files: list[Path], series: list[Dataset]) -> None:
        for path, of in zip(files, series, strict=True):
            _same(getattr(_codecs(), decode)(path.read_bytes()), seen(of), error)

    return check


def _frames(decode: str) -> Callable[[list[Path], list[Dataset]], None]:
    def check(files: list[Path], series: list[Dataset]) -> None:
        (path,) = files
        with Image.open(path) as movie:
            movie.load()
            assert (getattr(movie, "n_frames", 1), movie.info["duration"]) == (SLICES, 100)
        for number, of in enumerate(series):
            _same(np.squeeze(getattr(_codecs(), decode)(path.read_bytes(), index=number)), seen(of))

    return check


def _webp_animation(files: list[Path], series: list[Dataset]) -> None:
    with Image.open(files[0]) as movie:  # imagecodecs gives what changes, not the frames
        for number, of in enumerate(series):
            movie.seek(number)
            _same(np.asarray(movie.convert("RGB")), seen(of))


def _mp4(files: list[Path], series: list[Dataset]) -> None:
    av = pytest.importorskip("av", reason="PyAV makes and reads films; .ci/run installs it")
    with av.open(str(files[0])) as film:
        (stream,) = film.streams
        assert (stream.average_rate, stream.width, stream.height) == (10, COLUMNS, ROWS)
        frames = [frame.to_ndarray(format="gray") for frame in film.decode(video=0)]
    for found, of in zip(frames, series, strict=True):
        assert np.corrcoef(found.ravel().astype(float), seen(of).ravel())[0, 1] > 0.99


def _apng(files: list[Path], series: list[Dataset]) -> None:
    (path,) = files
    found = _codecs().apng_decode(path.read_bytes())
    assert len(found) == SLICES
    for frame, of in zip(found, series, strict=True):
        _same(np.squeeze(frame), seen(of))


def _alike(drawn: Array, of: Dataset) -> None:
    """Compare a picture in true proportions, drawn larger or smaller, with what pydicom makes of it."""
    with Image.fromarray(drawn.astype(np.uint8)) as image:
        found = np.asarray(image.resize((COLUMNS, ROWS), Image.Resampling.BOX), float)
    assert np.corrcoef(found.ravel(), seen(of).ravel())[0, 1] > 0.9


def _sheet(files: list[Path], series: list[Dataset]) -> None:
    found = _codecs().png_decode(files[0].read_bytes())
    assert found.shape == (256 + 14 + 4 + 4, SLICES * 260 + 4, 3)
    width = round(256 * COLUMNS * SPACING[1] / (ROWS * SPACING[0]))  # the pictures are higher than wide
    for number, of in enumerate(series):
        tile = found[4:260, 4 + 260 * number : 260 + 260 * number, 0]
        left = (256 - width) // 2
        _alike(tile[:, left : left + width], of)
        assert tile[:, : left - 1].max(initial=0) == 0
        assert found[261:274, 4 + 260 * number : 260 + 260 * number].max() > 100  # its title


def _ansi(files: list[Path], series: list[Dataset]) -> None:
    for path, of in zip(files, series, strict=True):
        assert of.filename is not None
        shown = run("view", str(of.filename), "--width", "80", "--color", "truecolor", "--cells", "half").stdout.decode()
        assert path.read_text().splitlines() == shown.splitlines()[:-1]


def _svg(files: list[Path], series: list[Dataset]) -> None:
    for path, of in zip(files, series, strict=True):
        root = ElementTree.fromstring(path.read_text())
        width, height = (int(part) // 8 for part in root.attrib["viewBox"].split()[2:])
        drawn = np.zeros((height, width))
        for rect in list(root)[1:]:
            x, y, long = (int(rect.attrib[name]) // 8 for name in ("x", "y", "width"))
            drawn[y, x : x + long] = int(rect.attrib["fill"][1:3], 16)
        assert width == 80
        assert height / width == pytest.approx(ROWS * SPACING[0] / (COLUMNS * SPACING[1]), rel=0.05)
        _alike(drawn, of)


def _affine(series: list[Dataset]) -> Array:
    affine = np.eye(4)
    cosines = np.array(series[0].ImageOrientationPatient, float)
    affine[:3, 0], affine[:3, 1] = cosines[:3] * SPACING[1], cosines[3:] * SPACING[0]
    affine[:3, 2] = np.cross(cosines[:3], cosines[3:]) * STEP
    affine[:3, 3] = np.array(series[0].ImagePositionPatient, float)
    return affine


def _npy(files: list[Path], series: list[Dataset]) -> None:
    (path,) = (each for each in files if each.suffix == ".npy")
    np.testing.assert_array_equal(np.load(path, allow_pickle=False), modality(series))
    about = json.loads(Path(f"{path}.json").read_text())
    np.testing.assert_allclose(about["affine_lps"], _affine(series), atol=1e-4)
    assert (about["values"], about["rescale"], about["slices"]) == ("modality", [[2.0, -24.0]], SLICES)


def _npz(files: list[Path], series: list[Dataset]) -> None:
    with np.load(files[0], allow_pickle=False) as archive:
        np.testing.assert_array_equal(archive["values"], modality(series))
        np.testing.assert_allclose(archive["affine_lps"], _affine(series), atol=1e-4)
        assert json.loads(str(archive["about"]))["spacing_mm"] == pytest.approx([SPACING[1], SPACING[0], STEP], abs=1e-4)


def _raw(files: list[Path], series: list[Dataset]) -> None:
    (path,) = (each for each in files if each.suffix == ".raw")
    about = json.loads(Path(f"{path}.json").read_text())
    found = np.fromfile(path, about["dtype"]).reshape(about["shape"])
    np.testing.assert_array_equal(found, modality(series))


def _nifti(files: list[Path], series: list[Dataset]) -> None:
    data = gzip.decompress(files[0].read_bytes())
    dims = struct.unpack_from("<8h", data, 40)
    kind, bits = struct.unpack_from("<2h", data, 70)
    offset, slope, intercept = struct.unpack_from("<3f", data, 108)
    assert dims[:5] == (3, COLUMNS, ROWS, SLICES, 1)
    assert (kind, bits, slope, intercept, data[344:348]) == (4, 16, 2.0, -24.0, b"n+1\0")
    values = np.frombuffer(data, "<i2", offset=int(offset)).reshape(SLICES, ROWS, COLUMNS)
    np.testing.assert_array_equal(values * slope + intercept, modality(series))
    affine = np.array(struct.unpack_from("<12f", data, 280)).reshape(3, 4)
    np.testing.assert_allclose(np.diag([-1, -1, 1]) @ affine, _affine(series)[:3], atol=1e-4)


def _nrrd(files: list[Path], series: list[Dataset]) -> None:
    nrrd = pytest.importorskip("nrrd", reason="pynrrd reads volumes; .ci/run installs it")
    values, head = nrrd.read(str(files[0]))
    np.testing.assert_array_equal(values.transpose(2, 1, 0), modality(series))
    assert (head["type"], head["space"], list(head["kinds"])) == ("int16", "left-posterior-superior", ["domain"] * 3)
    affine = np.eye(4)
    affine[:3, :3], affine[:3, 3] = head["space directions"].T, head["space origin"]
    np.testing.assert_allclose(affine, _affine(series), atol=1e-4)


def _dicom(files: list[Path], series: list[Dataset]) -> None:
    for path, of in zip(files, series, strict=True):
        found = pydicom.dcmread(path)
        assert found.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.1"
        np.testing.assert_array_equal(found.pixel_array, of.pixel_array)
        assert found.SOPInstanceUID == of.SOPInstanceUID


def _dicom_frames(files: list[Path], series: list[Dataset]) -> None:
    for path, of in zip(files, series, strict=True):
        found = pydicom.dcmread(path)
        np.testing.assert_array_equal(found.pixel_array, of.pixel_array)
        assert found.SOPClassUID == of.SOPClassUID
        for keyword in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "RescaleSlope", "InstanceNumber"):
            assert found[keyword].value == of[keyword].value


def _copy(files: list[Path], series: list[Dataset]) -> None:
    for path, of in zip(files, series, strict=True):
        assert path.read_bytes() == Path(str(of.filename)).read_bytes()


def _text(files: list[Path], series: list[Dataset]) -> None:
    for path, of in zip(files, series, strict=True):
        lines = path.read_text().splitlines()
        for element in of:
            (line,) = (line for line in lines if line.startswith(f"({element.tag.group:04X},{element.tag.element:04X})"))
            assert element.keyword in line
            if element.VR in ("LO", "UI", "IS", "PN"):
                assert line.endswith(str(element.value)) or element.VR == "UI"


def _json(files: list[Path], series: list[Dataset]) -> None:
    for path, of in zip(files, series, strict=True):
        found = json.loads(path.read_text())
        del found["7FE00010"]
        whole = Dataset.from_json(found)
        del of.PixelData
        assert {element.tag: element.value for element in whole if element.tag != 0x00080005} == {
            element.tag: element.value for element in of if element.tag != 0x00080005
        }


def _xml(files: list[Path], series: list[Dataset]) -> None:
    space = "{http://dicom.nema.org/PS3.19/models/NativeDICOM}"
    for path, of in zip(files, series, strict=True):
        found = {
            each.attrib["tag"]: each for each in ElementTree.fromstring(path.read_text()).iter(f"{space}DicomAttribute")
        }
        assert set(found) == {f"{element.tag:08X}" for element in of}
        for element in of:
            attribute = found[f"{element.tag:08X}"]
            assert (attribute.attrib["vr"], attribute.attrib["keyword"]) == (element.VR, element.keyword)
            if element.VR in ("DS", "IS", "US", "LO", "UI"):
                values = element.value if element.VM > 1 else [element.value] if element.VM else []
                assert [each.text for each in attribute.iter(f"{space}Value")] == [str(value) for value in values]
        (family,) = found["00100010"].iter(f"{space}FamilyName")
        assert family.text == "DOE"


def _csv(files: list[Path], series: list[Dataset]) -> None:
    with files[0].open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["InstanceNumber"] for row in rows] == [str(of.InstanceNumber) for of in series]
    assert {row["SeriesDescription"] for row in rows} == {"'=1+1"}  # a spreadsheet would reckon
    assert rows[0]["PixelSpacing"] == "0.8\\0.5"


def _xlsx(files: list[Path], series: list[Dataset]) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="openpyxl reads sheets; .ci/run installs it")
    head, *rows = openpyxl.load_workbook(files[0])["files"].iter_rows(values_only=True)
    _typed_rows([dict(zip(head, row, strict=True)) for row in rows], series)


def _parquet(files: list[Path], series: list[Dataset]) -> None:
    from pyarrow import parquet

    _typed_rows(parquet.read_table(files[0]).to_pylist(), series)


def _typed_rows(rows: list[dict[str, Any]], series: list[Dataset]) -> None:
    assert [row["InstanceNumber"] for row in rows] == [of.InstanceNumber for of in series]
    assert [row["SliceThickness"] for row in rows] == [float(of.SliceThickness) for of in series]
    assert {row["SeriesDescription"] for row in rows} == {"=1+1"}  # a text: nothing reckons
    assert rows[0]["PixelSpacing"] == "0.8\\0.5"
    assert {row["Rows"] for row in rows} == {ROWS}


def _csv_elements(files: list[Path], series: list[Dataset]) -> None:
    for path, of in zip(files, series, strict=True):
        with path.open(newline="") as file:
            rows = {row["keyword"]: row for row in csv.DictReader(file)}
        assert rows["InstanceNumber"]["value"] == str(of.InstanceNumber)
        assert rows["ImagePositionPatient"]["value"] == "\\".join(map(str, of.ImagePositionPatient))  # minus stays
        assert rows["PixelData"]["value"] == ""


CHECKS: Final[dict[str, Callable[[list[Path], list[Dataset]], None]]] = {
    "png": _each("png_decode"), "jpeg": _each("jpeg8_decode", _JPEG_ERROR), "webp": _each("webp_decode"),
    "tiff": _each("tiff_decode"), "gif": _frames("gif_decode"), "apng": _apng, "webp-animation": _webp_animation,
    "mp4": _mp4, "sheet": _sheet, "ansi": _ansi, "svg": _svg, "npy": _npy, "npz": _npz, "raw": _raw, "nifti": _nifti,
    "nrrd": _nrrd, "dicom": _dicom, "dicom-frames": _dicom_frames, "copy": _copy, "text": _text, "json": _json, "xml": _xml,
    "csv": _csv, "xlsx": _xlsx, "parquet": _parquet, "csv-elements": _csv_elements,
}  # fmt: skip


def test_every_format_has_a_check() -> None:
    assert CHECKS.keys() == BY_NAME.keys()
    assert len(FORMATS) == len(BY_NAME)


@pytest.mark.parametrize("form", BY_NAME)
def test_what_is_written_is_what_is_in_the_series(tmp_path: Path, form: str) -> None:
    needed = BY_NAME[form].needs
    if needed is not None:
        pytest.importorskip(needed.module, reason=f"{form} needs {needed.module}; .ci/run installs it")
    series = write_series(tmp_path / "in")
    if form == "dicom-frames":
        write_enhanced(tmp_path / "whole" / "DOE.dcm", series)
    source = tmp_path / ("whole" if form == "dicom-frames" else "in")
    summary = exported(source, tmp_path / "out", form, **({"window": "400/40"} if _is_seen(form) else {}))
    assert summary.failed == []
    files = sorted(path for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert sorted(summary.written) == sorted(map(str, files))
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in files)
    assert not any("DOE" in str(path.relative_to(tmp_path)) for path in files)
    assert summary.size == sum(path.stat().st_size for path in files)
    results = {Scope.FRAME: SLICES, Scope.FILE: SLICES, Scope.STACK: 1, Scope.ALL: 1}[BY_NAME[form].scope]
    assert summary.results == summary.done == results
    for of in series:
        of.WindowCenter, of.WindowWidth = "40", "400"
    CHECKS[form](files, series)


def _is_seen(form: str) -> bool:
    return any(option.name == "window" for option in BY_NAME[form].options)


def test_readers_find_no_patient_in_pictures(tmp_path: Path) -> None:
    write_series(tmp_path / "in")
    for form in ("png", "tiff", "jpeg", "webp", "apng", "gif", "svg", "npz", "nifti"):
        exported(tmp_path / "in", tmp_path / form, form)
        for path in (tmp_path / form).rglob("*"):
            assert path.is_dir() or not re.search(rb"DOE|1CT1|1\.2\.3", path.read_bytes())
