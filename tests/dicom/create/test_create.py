"""Files that are made of pictures, arrays and documents, read back by pydicom; dciodvfy finds no error in them."""

import io
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pydicom.dataset import Dataset

from tests.dicom.test_oracles import needs
from tests.files import bundled, write
from tui.dicom.create.order import Order
from tui.dicom.create.run import create
from tui.dicom.edit_words import read_assignment
from tui.dicom.errors import DicomError
from tui.dicom.export.results import Summary
from tui.dicom.new_object import as_ds

ROWS, COLUMNS = 24, 40
_GRAY: Final = np.linspace(0, 255, ROWS * COLUMNS).reshape(ROWS, COLUMNS).astype(np.uint8)
_COLOR: Final = np.stack([_GRAY, _GRAY[::-1], _GRAY[:, ::-1]], axis=-1)
_DEEP: Final = _GRAY.astype(np.uint16) * 257
_SIGNED: Final = np.random.default_rng(1).integers(-1000, 3000, (4, ROWS, COLUMNS)).astype(np.int16)
_FLOAT: Final = np.random.default_rng(2).normal(size=(4, ROWS, COLUMNS))
_PDF: Final = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"


def created(paths: Any, output: Path, *words: str, **values: Any) -> Summary:  # noqa: ANN401 - a path or several
    """Create, and return what came of it; underscores of names of options are hyphens."""
    paths = paths if isinstance(paths, list) else [paths]
    options = {name.replace("_", "-"): value for name, value in values.items()}
    *_, summary = create(Order(tuple(map(str, paths)), str(output), options, tuple(map(read_assignment, words))))
    assert isinstance(summary, Summary)
    return summary


def one(paths: Any, output: Path, *words: str, **values: Any) -> Dataset:  # noqa: ANN401 - as above
    """Create one file, and return what pydicom reads of it."""
    summary = created(paths, output, *words, **values)
    assert summary.failed == []
    (path,) = summary.written
    return pydicom.dcmread(path)


def _png(folder: Path, values: Any, name: str = "a.png", **how: Any) -> Path:  # noqa: ANN401 - what Pillow takes
    Image.fromarray(values).save(folder / name, **how)
    return folder / name


def _npy(folder: Path, values: Any, name: str = "a.npy") -> Path:  # noqa: ANN401 - an array
    np.save(folder / name, values)
    return folder / name


def _pages(folder: Path) -> Path:
    pages = [Image.fromarray(np.roll(_GRAY, step, 0)) for step in range(3)]
    pages[0].save(folder / "pages.tiff", save_all=True, append_images=pages[1:])
    return folder / "pages.tiff"


def _pdf(folder: Path) -> Path:
    (folder / "a.pdf").write_bytes(_PDF)
    return folder / "a.pdf"


_SLICES: Final = {"spacing": "0.7,0.5", "step": "2.5"}
# name: what makes the source, options, SOP Class, shape and type of all pixels
CASES: Final[dict[str, tuple[Callable[[Path], Path], dict[str, Any], str, tuple[int, ...], str]]] = {
    "png": (lambda at: _png(at, _GRAY), {}, "7", (ROWS, COLUMNS), "uint8"),
    "png in colour": (lambda at: _png(at, _COLOR), {}, "7", (ROWS, COLUMNS, 3), "uint8"),
    "png of 16 bits": (lambda at: _png(at, _DEEP), {}, "7", (ROWS, COLUMNS), "uint16"),
    "png of 1 bit": (lambda at: _png(at, _GRAY > 99), {}, "7", (ROWS, COLUMNS), "uint8"),
    "jpeg": (lambda at: _png(at, _GRAY, "a.jpg"), {}, "7", (ROWS, COLUMNS), "uint8"),
    "jpeg in colour": (lambda at: _png(at, _COLOR, "a.jpg"), {}, "7", (ROWS, COLUMNS, 3), "uint8"),
    "tiff of 16 bits": (lambda at: _png(at, _DEEP, "a.tiff"), {}, "7", (ROWS, COLUMNS), "uint16"),
    "tiff of floats": (lambda at: _png(at, _FLOAT[0].astype("f4"), "a.tiff"), {}, "7", (ROWS, COLUMNS), "uint16"),
    "pages": (_pages, {}, "7", (3, ROWS, COLUMNS), "uint8"),
    "pages of one file": (_pages, {"multi_frame": True}, "7.2", (3, ROWS, COLUMNS), "uint8"),
    "words of one file": (lambda at: _npy(at, np.abs(_SIGNED).astype("u2")), {"multi_frame": True, "rate": "12.5"}, "7.3",
                          (4, ROWS, COLUMNS), "uint16"),
    "colours of one file": (lambda at: _npy(at, np.stack([_COLOR, _COLOR[::-1]])), {"multi_frame": True}, "7.4",
                            (2, ROWS, COLUMNS, 3), "uint8"),
    "jpeg of one file": (lambda at: _png(at, _COLOR, "a.jpg"), {"multi_frame": True}, "7.4", (ROWS, COLUMNS, 3), "uint8"),
    "signed": (lambda at: _npy(at, _SIGNED), {}, "7", (4, ROWS, COLUMNS), "int16"),
    "mask": (lambda at: _npy(at, _GRAY > 99), {}, "7", (ROWS, COLUMNS), "uint8"),
    "ct": (lambda at: _npy(at, _SIGNED), {"sop_class": "ct", **_SLICES}, "2", (4, ROWS, COLUMNS), "int16"),
    "mr": (lambda at: _npy(at, _FLOAT), {"sop_class": "mr", **_SLICES, "orientation": "sagittal"}, "4",
           (4, ROWS, COLUMNS), "uint16"),
    "pdf": (_pdf, {}, "104.1", (), ""),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_pixels_and_classes_are_what_was_given(tmp_path: Path, case: str) -> None:
    make, values, sop_class, shape, kind = CASES[case]
    source = make(tmp_path)
    before = source.read_bytes()
    summary = created(source, tmp_path / "out", **values)
    assert summary.failed == []
    found = [pydicom.dcmread(path) for path in summary.written]
    assert {item.SOPClassUID for item in found} == {f"1.2.840.10008.5.1.4.1.1.{sop_class}"}
    assert len({item.SOPInstanceUID for item in found}) == len(found)
    assert len({item.SeriesInstanceUID for item in found}) == len({item.StudyInstanceUID for item in found}) == 1
    assert [item.InstanceNumber for item in found] == list(range(1, len(found) + 1))
    assert source.read_bytes() == before
    if case == "pdf":
        assert found[0].EncapsulatedDocument[: found[0].EncapsulatedDocumentLength] == _PDF
        return
    pixels = [item.pixel_array for item in found]
    values_written = np.stack(pixels) if len(pixels) > 1 else pixels[0]
    assert (values_written.shape, str(values_written.dtype)) == (shape, kind)
    expected = _expected(source)
    if found[0].get("RescaleSlope") is not None:
        slope, intercept = float(found[0].RescaleSlope), float(found[0].RescaleIntercept)
        error = np.abs(values_written * slope + intercept - expected).max()
        assert error <= (abs(slope) / 2 * 1.0001 if expected.dtype.kind == "f" else 0)
    elif source.suffix != ".jpg":
        assert np.array_equal(values_written, expected)


def _expected(source: Path) -> Any:  # noqa: ANN401 - an array
    if source.suffix == ".npy":
        return np.load(source).astype("u1") if np.load(source).dtype == bool else np.load(source)
    with Image.open(source) as image:
        found = []
        for page in range(getattr(image, "n_frames", 1)):
            image.seek(page)
            found.append(np.asarray(image.convert("L") if image.mode == "1" else image))
    return np.stack(found) if len(found) > 1 else found[0]


@pytest.mark.oracle
@pytest.mark.parametrize("case", CASES)
def test_dciodvfy_finds_no_error(tmp_path: Path, case: str) -> None:
    needs("dciodvfy")
    make, values, *_ = CASES[case]
    for path in created(make(tmp_path), tmp_path / "out", "PatientID=7", "PatientName=Ä^Ö", **values).written:
        for more in ([], ["-new"]):
            done = subprocess.run(["dciodvfy", *more, path], capture_output=True, check=False)
            assert [line for line in done.stderr.splitlines() if line.startswith(b"Error")] == []


def test_a_jpeg_stays_as_it_is_without_its_exif(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at 52.5 N 13.4 E"
    source = _png(tmp_path, _COLOR, "a.jpg", exif=exif, quality=90)
    assert b"52.5 N" in source.read_bytes()
    found = one(source, tmp_path / "out")
    assert found.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.4.50"
    assert (found.PhotometricInterpretation, found.LossyImageCompression) == ("YBR_FULL_422", "01")
    (stream,) = pydicom.encaps.generate_frames(found.PixelData, number_of_frames=1)
    assert b"52.5 N" not in stream
    with Image.open(io.BytesIO(stream)) as kept, Image.open(source) as given_:
        assert np.array_equal(np.asarray(kept), np.asarray(given_))


def test_a_jpeg_that_lies_on_its_side_is_turned(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    source = _png(tmp_path, _GRAY, "a.jpg", exif=exif)
    found = one(source, tmp_path / "out")
    assert (found.Rows, found.Columns, found.LossyImageCompression) == (COLUMNS, ROWS, "01")
    with Image.open(source) as image:
        assert np.array_equal(found.pixel_array, np.rot90(np.asarray(image), -1))


@pytest.mark.parametrize(
    ("mode", "note"),
    [("RGBA", "what can be seen through was laid on black"), ("LA", "what can be seen through was laid on black")],
)
def test_what_pixels_lose_is_told(tmp_path: Path, mode: str, note: str) -> None:
    image = Image.fromarray(_COLOR if mode == "RGBA" else _GRAY).convert(mode)
    image.putalpha(Image.fromarray(np.where(_GRAY > 99, 255, 0).astype("u1")))
    image.save(tmp_path / "a.png")
    summary = created(tmp_path / "a.png", tmp_path / "out")
    assert note in summary.notes
    pixels = pydicom.dcmread(summary.written[0]).pixel_array
    assert not pixels[_GRAY <= 99].any()
    assert pixels[_GRAY > 99].any()


def test_a_16_bit_tiff_whose_0_is_white_keeps_its_values(tmp_path: Path) -> None:
    Image.fromarray(_DEEP).save(tmp_path / "a.tiff", tiffinfo={262: 0})
    found = one(tmp_path / "a.tiff", tmp_path / "out")
    assert found.PhotometricInterpretation == "MONOCHROME1"
    assert np.array_equal(found.pixel_array, _DEEP)


@pytest.mark.parametrize(
    ("orientation", "right", "down"),
    [("axial", (1, 0, 0), (0, 1, 0)), ("coronal", (1, 0, 0), (0, 0, -1)), ("0.6,0.8,0,0,0,-1", (0.6, 0.8, 0), (0, 0, -1))],
)
def test_slices_lie_where_they_were_said_to(tmp_path: Path, orientation: str, right: Any, down: Any) -> None:  # noqa: ANN401
    summary = created(
        _npy(tmp_path, _SIGNED), tmp_path / "out", sop_class="ct", orientation=orientation, position="-10,20,30.5",
        thickness="2", **_SLICES,
    )  # fmt: skip
    normal = np.cross(right, down)
    for number, path in enumerate(summary.written):
        found = pydicom.dcmread(path)
        place = np.array([-10, 20, 30.5]) + number * 2.5 * normal
        assert np.allclose(np.array(found.ImagePositionPatient, float), place)
        assert np.allclose(np.array(found.ImageOrientationPatient, float), [*right, *down])
        assert list(found.PixelSpacing) == [0.7, 0.5]
        assert (found.SliceThickness, found.SpacingBetweenSlices) == (2, 2.5)
        assert found.SliceLocation == pytest.approx(float(place @ normal))


def test_a_template_gives_patient_study_and_place(tmp_path: Path) -> None:
    template = pydicom.dcmread(bundled("CT_small.dcm"))
    values = np.zeros((2, template.Rows, template.Columns), "i2")
    summary = created(_npy(tmp_path, values), tmp_path / "out", "SeriesDescription=made", step="4",
                      template=bundled("CT_small.dcm"))  # fmt: skip
    assert any("Rescale Slope and Intercept of the template are not taken over" in note for note in summary.notes)
    first, second = map(pydicom.dcmread, summary.written)
    for keyword in (
        "PatientName",
        "PatientID",
        "StudyInstanceUID",
        "StudyDate",
        "FrameOfReferenceUID",
        "PixelSpacing",
        "KVP",
    ):
        assert first[keyword].value == template[keyword].value
    assert list(first.ImagePositionPatient) == list(template.ImagePositionPatient)
    assert float(second.ImagePositionPatient[2]) == pytest.approx(float(template.ImagePositionPatient[2]) + 4)
    assert first.SeriesInstanceUID != template.SeriesInstanceUID
    assert first.SeriesDescription == "made"
    assert not any(element.tag.is_private for element in first)
    assert (first.RescaleSlope, first.RescaleIntercept) == (1, 0)
    capture = one(_png(tmp_path, _GRAY), tmp_path / "sc", template=bundled("CT_small.dcm"), sop_class="sc")
    assert capture.StudyInstanceUID == template.StudyInstanceUID
    assert "KVP" not in capture


def test_a_document_takes_patient_and_study_over_alone(tmp_path: Path) -> None:
    for name in ("rtplan.dcm", "CT_small.dcm"):
        template = pydicom.dcmread(bundled(name))
        found = one(_pdf(tmp_path), tmp_path / name, "DocumentTitle=Report", template=bundled(name))
        assert (found.StudyInstanceUID, found.PatientID) == (template.StudyInstanceUID, template.PatientID)
        assert not {"RTPlanLabel", "BeamSequence", "KVP", "SeriesDescription"} & set(found.dir())


def test_a_template_s_texts_stay_what_they_are(tmp_path: Path) -> None:
    template = write(tmp_path / "t.dcm", SpecificCharacterSet="ISO_IR 100", PatientName="Müller^Jürgen", StudyID="1")
    found = one(_png(tmp_path, _GRAY), tmp_path / "out", template=template, sop_class="sc")
    assert (found.SpecificCharacterSet, str(found.PatientName)) == ("ISO_IR 192", "Müller^Jürgen")


def test_nested_attributes_are_set(tmp_path: Path) -> None:
    found = one(_png(tmp_path, _GRAY), tmp_path / "out", "ProcedureCodeSequence.CodeValue=X1", "BurnedInAnnotation=NO")
    assert found.ProcedureCodeSequence[0].CodeValue == "X1"
    assert found.BurnedInAnnotation == "NO"


def _negative(folder: Path) -> Path:
    with (folder / "negative.npy").open("wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "<u2", "fortran_order": False, "shape": (-5, 20, 20)})
    return folder / "negative.npy"


def test_a_jpeg_as_a_slice_is_decoded(tmp_path: Path) -> None:
    source = _png(tmp_path, _GRAY, "a.jpg")
    found = one(source, tmp_path / "out", sop_class="ct", spacing="1")
    with Image.open(source) as image:
        assert np.array_equal(found.pixel_array, np.asarray(image))
    assert (found.BitsAllocated, found.file_meta.TransferSyntaxUID) == (16, "1.2.840.10008.1.2.1")


def test_only_a_baseline_jpeg_stays_as_it_is(tmp_path: Path) -> None:
    source = _png(tmp_path, _GRAY, "a.jpg", progressive=True, quality=95)
    data = bytearray(source.read_bytes())
    table = data.index(b"\xff\xdb") + 5
    data[table + 40 : table + 42] = b"\xff\xc0"  # a quantization table in which the marker stands by chance
    source.write_bytes(data)
    assert one(source, tmp_path / "out").file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.1"


def test_pages_of_different_kinds_keep_their_values(tmp_path: Path) -> None:
    pages = [Image.fromarray(_GRAY), Image.fromarray(_DEEP[1:]), Image.fromarray(_COLOR)]
    pages[0].save(tmp_path / "a.tiff", save_all=True, append_images=pages[1:])
    summary = created(tmp_path / "a.tiff", tmp_path / "out")
    found = [pydicom.dcmread(path).pixel_array for path in summary.written]
    assert [np.array_equal(*pair) for pair in ((found[0], _GRAY), (found[1], _DEEP[1:]), (found[2], _COLOR))] == [True] * 3


@pytest.mark.parametrize("mode", ["P", "L"])
def test_one_colour_that_is_seen_through_is_black(tmp_path: Path, mode: str) -> None:
    Image.fromarray(np.where(_GRAY > 99, 200, 50).astype("u1")).convert(mode).save(tmp_path / "a.png", transparency=50)
    summary = created(tmp_path / "a.png", tmp_path / "out")
    assert "what can be seen through was laid on black" in summary.notes
    assert not pydicom.dcmread(summary.written[0]).pixel_array[_GRAY <= 99].any()


def test_a_picture_in_which_a_pdf_s_mark_stands_is_a_picture(tmp_path: Path) -> None:
    info = PngInfo()
    info.add_text("Comment", "%PDF-1.4")
    assert one(_png(tmp_path, _GRAY, pnginfo=info), tmp_path / "out").Rows == ROWS
    (tmp_path / "x.txt").write_text("see %PDF-1.4")
    with pytest.raises(DicomError, match="no PDF document"):
        created(tmp_path / "x.txt", tmp_path / "no")


def test_what_was_lossy_stays_known_as_such(tmp_path: Path) -> None:
    source = _png(tmp_path, _GRAY, "a.tiff", compression="jpeg")
    assert one(source, tmp_path / "out").LossyImageCompression == "01"
    assert one(_png(tmp_path, _GRAY), tmp_path / "b.dcm", "LossyImageCompression=01").LossyImageCompression == "01"


def test_arrays_in_fortran_s_order_and_big_endian_are_what_they_are(tmp_path: Path) -> None:
    for name, values in (("f.npy", np.asfortranarray(_SIGNED)), ("b.npy", _SIGNED.astype(">i2"))):
        summary = created(_npy(tmp_path, values, name), tmp_path / name.replace(".", ""))
        found = np.stack([pydicom.dcmread(path).pixel_array for path in summary.written])
        assert np.array_equal(found, _SIGNED)


def test_a_template_gives_nothing_that_is_of_its_own_pixels(tmp_path: Path) -> None:
    found = one(_png(tmp_path, _GRAY), tmp_path / "out", template=bundled("MR_small.dcm"), spacing="1")
    assert not {"WindowCenter", "WindowWidth", "SmallestImagePixelValue", "PatientIdentityRemoved"} & set(found.dir())
    movie = tmp_path / "movie.dcm"
    one(_npy(tmp_path, np.abs(_SIGNED).astype("u2")), movie, multi_frame=True, rate="5")
    capture = one(_png(tmp_path, _GRAY), tmp_path / "sc", template=str(movie))
    assert not {"FrameTime", "FrameIncrementPointer", "RecommendedDisplayFrameRate", "PresentationLUTShape"} & set(
        capture.dir()
    )


def test_a_place_and_its_space_come_together(tmp_path: Path) -> None:
    template = pydicom.dcmread(bundled("MR_small.dcm"))
    found = one(_npy(tmp_path, _SIGNED[0]), tmp_path / "out", template=bundled("MR_small.dcm"), sop_class="ct")
    assert found.FrameOfReferenceUID == template.FrameOfReferenceUID
    assert found.ImagePositionPatient == template.ImagePositionPatient
    assert (found.SOPClassUID, found.RescaleType) == ("1.2.840.10008.5.1.4.1.1.2", "US")


def test_hounsfield_units_are_a_template_s_or_said(tmp_path: Path) -> None:
    array = _npy(tmp_path, _SIGNED[0])
    assert one(array, tmp_path / "a.dcm", template=bundled("CT_small.dcm"), step="1").RescaleType == "HU"
    summary = created(array, tmp_path / "b.dcm", sop_class="ct", spacing="1")
    assert any(note.startswith("RescaleType is US") for note in summary.notes)
    assert one(array, tmp_path / "c.dcm", "RescaleType=HU", sop_class="ct", spacing="1").RescaleType == "HU"


@pytest.mark.oracle
@pytest.mark.parametrize("said", ["BodyPartExamined=CHEST", "BodyPartExamined=KNEE", "ImageLaterality=L", "StudyID=1"])
def test_a_side_is_there_where_one_may_be(tmp_path: Path, said: str) -> None:
    needs("dciodvfy")
    for template in ("", bundled("CT_small.dcm")):
        path = created(
            _png(tmp_path, _GRAY), tmp_path / f"{bool(template)}", said, sop_class="sc", template=template
        ).written[0]
        done = subprocess.run(["dciodvfy", "-new", path], capture_output=True, check=False)
        assert [line for line in done.stderr.splitlines() if line.startswith(b"Error") and b"ateral" in line] == []


def _refusals(at: Path) -> dict[str, tuple[Any, tuple[str, ...], dict[str, Any], str]]:
    gray, deep, color = _png(at, _GRAY), _npy(at, _SIGNED, "v.npy"), _png(at, _COLOR, "c.png")
    odd = _npy(at, np.where(_FLOAT > 0, _FLOAT, np.nan), "nan.npy")
    (at / "cut.npy").write_bytes(deep.read_bytes()[:-9])
    (at / "cut.png").write_bytes(gray.read_bytes()[:-300])
    (at / "x.txt").write_text("nothing")
    return {
        "missing": (at / "none.png", (), {}, "none.png: there is no such file"),
        "text": (at / "x.txt", (), {}, "is no PNG, JPEG or TIFF picture, no array (.npy) and no PDF document"),
        "cut array": (at / "cut.npy", (), {}, "cut.npy ends early"),
        "complex": (_npy(at, np.zeros((2, 2), complex), "z.npy"), (), {}, "holds values of type complex128"),
        "objects": (_npy(at, np.array([[{}]]), "o.npy"), (), {}, "holds values of type object"),
        "shape": (_npy(at, np.zeros(5), "l.npy"), (), {}, "has the shape (5,)"),
        "no numbers": (odd, (), {}, "no numbers, or infinite"),
        "signed frames": (deep, (), {"multi_frame": True}, "no values below 0"),
        "rescaled frames": (_npy(at, np.abs(_FLOAT), "f.npy"), (), {"multi_frame": True}, "no rescaled values"),
        "no spacing": (deep, (), {"sop_class": "ct"}, "--spacing MM"),
        "no step": (deep, (), {"sop_class": "mr", "spacing": "1"}, "--step MM"),
        "colour ct": (color, (), {"sop_class": "ct", "spacing": "1"}, "no CT images"),
        "frames of ct": (deep, (), {"sop_class": "ct", "spacing": "1", "multi_frame": True}, "hold one frame each"),
        "place of sc": (gray, (), {"position": "1,2,3"}, "--position is of slices"),
        "sizes": ([gray, _png(at, _GRAY[1:], "b.png")], (), {"multi_frame": True}, "cannot lie in one file or volume"),
        "colours": ([gray, color], (), {"multi_frame": True}, "has other colours"),
        "mixed": ([gray, _pdf(at)], (), {}, "do not become one series"),
        "pdf options": (_pdf(at), (), {"spacing": "1"}, "PDF documents have none"),
        "negative": (_negative(at), (), {}, "has the shape (-5, 20, 20)"),
        "deep colours": (_npy(at, _COLOR.astype("u2"), "c.npy"), (), {}, "colours are taken as three values of 8 bits"),
        "rescaled colours": (color, (), {"slope": "2"}, "have no --slope and --intercept"),
        "lossless again": (gray, ("LossyImageCompression=00",), {}, "only 01 may be said"),
        "no template": (gray, (), {"template": str(at / "none.dcm")}, "is no file that is there"),
        "too far apart": (_npy(at, np.array([[1e308, -1e308]]), "far.npy"), (), {}, "too far apart"),
        "much too fast": (gray, (), {"rate": "1e300", "multi_frame": True}, "from 0.001 to 10,000"),
        "rate": (gray, (), {"rate": "5"}, "--rate goes with --multi-frame"),
        "orientation": (gray, (), {"orientation": "1,0,0,1,0,0"}, "six direction cosines"),
        "pixels": (gray, ("Rows=3",), {}, "Rows=3: it follows from what the file is made of"),
        "type 1": (gray, ("Modality=",), {}, "it must have a value in such a file"),
        "vr": (gray, ("PatientBirthDate=31.12.1999",), {}, "PatientBirthDate=31.12.1999: 31.12.1999 is no day"),
        "vm": (gray, ("PatientID=1\\2",), {}, "its VM is 1"),
        "same": ([gray, color], ("SOPInstanceUID=1.2.3",), {}, "the same in 2 files"),
        "template": (gray, (), {"template": str(at / "x.txt")}, "the template x.txt is no DICOM file"),
        "template class": (gray, (), {"template": bundled("rtplan.dcm")}, "say with --sop-class"),
        "too many steps": (_npy(at, _FLOAT * 1e6, "m.npy"), (), {"slope": "1"}, "do not fit into 16 bits"),
        "one name": ([gray, color], (), {"output": "a.dcm"}, "there would be 2 results"),
    }


@pytest.mark.parametrize("case", [
    "missing", "text", "cut array", "complex", "objects", "shape", "no numbers", "signed frames", "rescaled frames",
    "no spacing", "no step", "colour ct", "frames of ct", "place of sc", "sizes", "colours", "mixed", "pdf options", "rate",
    "negative", "deep colours", "rescaled colours", "lossless again", "no template", "too far apart", "much too fast",
    "orientation", "pixels", "type 1", "vr", "vm", "same", "template", "template class", "too many steps", "one name",
])  # fmt: skip
def test_what_cannot_be_made_is_refused_before_anything_is_written(tmp_path: Path, case: str) -> None:
    paths, words, values, said = _refusals(tmp_path)[case]
    output = tmp_path / values.pop("output", "out")
    with pytest.raises(DicomError, match=re.escape(said)):
        created(paths, output, *words, **values)
    assert not output.exists()


def test_a_damaged_picture_fails_alone(tmp_path: Path) -> None:
    good = _png(tmp_path, _GRAY)
    noise = _png(tmp_path, np.random.default_rng(1).integers(0, 255, (ROWS, COLUMNS)).astype("u1"), "b.png")
    noise.write_bytes(noise.read_bytes()[:-300])
    summary = created([good, noise], tmp_path / "out")
    assert summary.done == 1
    ((what, why),) = summary.failed
    assert (what, "b.png cannot be decoded" in why) == (str(noise), True)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["i00001.dcm"]


def test_a_source_that_cannot_be_read_fails_alone_but_not_in_a_volume(tmp_path: Path) -> None:
    good, none = _png(tmp_path, _GRAY), tmp_path / "none.png"
    summary = created([good, none, good], tmp_path / "out")
    assert (summary.done, summary.failed[0].why) == (2, "none.png: there is no such file")
    with pytest.raises(DicomError, match="no such file"):
        created([good, none], tmp_path / "no", multi_frame=True)
    assert not (tmp_path / "no").exists()


def test_signed_types_without_negative_values_become_frames(tmp_path: Path) -> None:
    values = np.abs(_SIGNED)
    found = one(_npy(tmp_path, values), tmp_path / "out", multi_frame=True)
    assert (found.PixelRepresentation, np.array_equal(found.pixel_array, values)) == (0, True)


def test_of_an_animation_it_is_said_what_is_taken(tmp_path: Path) -> None:
    frames = [Image.fromarray(np.roll(_GRAY, step, 0)) for step in range(2)]
    frames[0].save(tmp_path / "a.png", save_all=True, append_images=frames[1:])
    assert "of an animation the first picture alone was taken" in created(tmp_path / "a.png", tmp_path / "out").notes


def test_no_file_stays_open(tmp_path: Path) -> None:
    sources = [_png(tmp_path, _GRAY), _png(tmp_path, _COLOR, "a.jpg"), _npy(tmp_path, _SIGNED)]
    before = len(os.listdir("/dev/fd"))
    assert created(sources, tmp_path / "out", "PatientID=7", "StudyID=1").failed == []
    assert len(os.listdir("/dev/fd")) == before


def test_nothing_is_written_over(tmp_path: Path) -> None:
    source = _png(tmp_path, _GRAY)
    one(source, tmp_path / "a.dcm")
    before = (tmp_path / "a.dcm").read_bytes()
    assert "a file of that name exists" in created(source, tmp_path / "a.dcm").failed[0].why
    assert (tmp_path / "a.dcm").read_bytes() == before
    assert "never written over" in created(
        source, tmp_path / "a.dcm", replace=True, sop_class="sc", template=str(tmp_path / "a.dcm")
    ).failed[0].why  # fmt: skip
    assert created(source, tmp_path / "a.dcm", replace=True).failed == []
    assert (tmp_path / "a.dcm").stat().st_mode & 0o777 == 0o600


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e30, max_value=1e30))
def test_decimal_strings_are_short_and_near(number: float) -> None:
    text = as_ds(number)
    assert len(text) <= 16
    assert float(text) == pytest.approx(number, rel=1e-8, abs=1e-300)


@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=2, max_size=2, unique=True))
def test_floats_are_at_most_half_a_step_off(tmp_path_factory: pytest.TempPathFactory, ends: list[float]) -> None:
    folder = tmp_path_factory.mktemp("floats")
    values = np.linspace(ends[0], ends[1], 77).reshape(7, 11)
    found = one(_npy(folder, values), folder / "out.dcm")
    slope = float(found.get("RescaleSlope", 1))
    back = found.pixel_array * slope + float(found.get("RescaleIntercept", 0))
    assert np.abs(back - values).max() <= abs(slope) / 2 * 1.001 + 1e-9 * np.abs(values).max()
