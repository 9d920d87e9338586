"""DICOM files in other transfer syntaxes: the same values, read back by pydicom, DCMTK and GDCM."""

import subprocess
from pathlib import Path
from typing import Final

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset

from tests.dicom.export.series import exported
from tests.dicom.test_oracles import needs
from tests.files import BUNDLED, SHARED, bundled, files_of, write
from tui.dicom.export import dicom_checks
from tui.dicom.export.dicom_options import BY_NAME
from tui.dicom.export.encoders import ENCODERS
from tui.dicom.pixels.codecs import has_fast_codecs

_OF_PIXELS: Final = {0x00280004, 0x00280006, 0x00282110, 0x7FE00010, 0x7FE00001, 0x7FE00002, 0xFFFCFFFC}
# Which bundled files are not written anew, and why.
_BIG, _DAMAGED, _NO_ROWS = "it is big endian", "a damaged file", "Rows is missing"
_BITS, _SMALL = "bits are not compressed", "too few for the JPEG 2000 encoder"
_REFUSED: Final = {
    "ExplVR_BigEnd.dcm": _BIG, "MR_small_bigendian.dcm": _BIG, "MR_small_expb.dcm": _BIG, "liver_expb_1frame.dcm": _BIG,
    "SC_rgb_small_odd_big_endian.dcm": _BIG, "rtdose_expb.dcm": _BIG, "rtdose_expb_1frame.dcm": _BIG,
    "ExplVR_BigEndNoMeta.dcm": "", "JPEG2000-embedded-sequence-delimiter.dcm": "the code stream says",
    "MR_truncated.dcm": _DAMAGED, "rtplan_truncated.dcm": _DAMAGED, "SC_rgb_jpeg.dcm": "it cannot be written anew",
    "empty_charset_LEI.dcm": "it has no SOPClassUID", "meta_missing_tsyntax.dcm": _NO_ROWS, "nested_priv_SQ.dcm": _NO_ROWS,
    "no_meta.dcm": "there is no DICOM file",
}  # fmt: skip
_NOT_COMPRESSED: Final = {
    "SC_rgb_rle_32bit.dcm", "SC_rgb_rle_32bit_2frame.dcm", "badVR.dcm", "liver_1frame.dcm", "rtdose.dcm",
    "rtdose_1frame.dcm", "rtdose_rle.dcm", "rtdose_rle_1frame.dcm",
}  # fmt: skip
_TOO_SMALL: Final = {
    "JPEGLSNearLossless_08.dcm", "JPEGLSNearLossless_16.dcm", "SC_rgb_small_odd.dcm", "SC_rgb_small_odd_jpeg.dcm",
}  # fmt: skip
_SYNTAXES: Final = [name for name, syntax in BY_NAME.items() if has_fast_codecs() or not syntax.fast]


def _compared(one: Dataset, other: Dataset, *, private: bool) -> list[str]:
    """Return the elements in which two datasets differ, but for those that say how pixels are encoded.

    Without VRs a reader does not know what values of private elements are.
    """
    tags = {element.tag for of in (one, other) for element in of if private or not element.tag.is_private} - _OF_PIXELS
    return [str(tag) for tag in tags if tag.element and (tag not in one or tag not in other or one[tag] != other[tag])]


@pytest.mark.parametrize("syntax", _SYNTAXES)
def test_values_and_headers_of_bundled_files_stay(tmp_path: Path, syntax: str) -> None:
    expected = dict(_REFUSED)
    expected |= dict.fromkeys(_NOT_COMPRESSED, _BITS) if BY_NAME[syntax].encoder else {}
    if syntax == "implicit":  # without VRs there is none that cannot be written
        del expected["SC_rgb_jpeg.dcm"]
    expected |= dict.fromkeys(_TOO_SMALL, _SMALL) if syntax == "jpeg-2000" else {}
    for number, path in enumerate(sorted((BUNDLED / "test_files").glob("*.dcm"))):
        summary = exported(path, tmp_path / f"{number}", "dicom", syntax=syntax)
        refused = summary.failed[0].why if summary.failed else None
        if path.name in expected or refused is not None:
            assert expected.get(path.name, "nothing") in str(refused), (path.name, refused)
            continue
        (made,) = summary.written
        before, after = pydicom.dcmread(path, force=True), pydicom.dcmread(made)
        assert after.file_meta.TransferSyntaxUID == BY_NAME[syntax].uid
        assert after.get("SOPInstanceUID") == before.get("SOPInstanceUID")
        assert _compared(before, after, private=syntax != "implicit") == [], path.name
        if "PixelData" in before and summary.done:
            try:
                pixels = before.pixel_array
            except (ValueError, AttributeError, RuntimeError, NotImplementedError):  # what pydicom does not decode
                continue
            if after.PhotometricInterpretation != before.PhotometricInterpretation:
                continue  # a lossy decoder's own colours
            np.testing.assert_array_equal(after.pixel_array, pixels, err_msg=path.name)


@pytest.mark.parametrize("syntax", ["rle", "jpeg-2000"])
def test_frames_have_an_offset_table(tmp_path: Path, syntax: str) -> None:
    (made,) = exported(bundled("SC_rgb_rle_2frame.dcm"), tmp_path / "out", "dicom", syntax=syntax).written
    data = pydicom.dcmread(made)
    offsets = pydicom.encaps.parse_basic_offsets(data.PixelData)
    assert len(offsets) == int(data.NumberOfFrames)
    assert offsets[0] == 0
    assert sorted(offsets) == offsets


def test_what_was_lossy_is_known_as_lossy(tmp_path: Path) -> None:
    (made,) = exported(bundled("JPGExtended.dcm"), tmp_path / "out", "dicom").written
    assert pydicom.dcmread(made).LossyImageCompression == "01"


def test_what_does_not_come_back_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = ENCODERS["jpeg_2000"]

    def _other(values: np.ndarray, image: object, photometric: str) -> bytes:
        return real(values ^ 1, image, photometric)  # type: ignore[arg-type] # an ImagePixel

    monkeypatch.setitem(ENCODERS, "jpeg_2000", _other)
    summary = exported(write(tmp_path / "a.dcm"), tmp_path / "out", "dicom", syntax="jpeg-2000")
    assert "could not be read back" in summary.failed[0].why
    assert list((tmp_path / "out").iterdir()) == []


def test_without_the_codec_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dicom_checks, "has_fast_codecs", lambda: False)
    summary = exported(write(tmp_path / "a.dcm"), tmp_path / "out", "dicom", syntax="jpeg-ls")
    assert "pip install 'dicom-tui[fast]'" in summary.failed[0].why


_DECODERS: Final = {
    "rle": ["dcmdrle"], "jpeg-2000": ["gdcmconv", "--raw"], "jpeg-ls": ["dcmdjpls"], "deflated": ["dcmconv", "+te"],
    "implicit": ["dcmconv", "+te"], "explicit": ["dcmconv", "+te"],
}  # fmt: skip


@pytest.mark.oracle
@pytest.mark.parametrize("name", ["CT_small.dcm", "MR_small.dcm", "SC_rgb_rle.dcm", "SC_rgb_rle_2frame.dcm"])
@pytest.mark.parametrize("syntax", [name for name in _SYNTAXES if name in _DECODERS])
def test_other_toolkits_decode_the_same_pixels(tmp_path: Path, syntax: str, name: str) -> None:
    command = _DECODERS[syntax]
    needs(command[0])
    (made,) = exported(bundled(name), tmp_path / "out", "dicom", syntax=syntax).written
    plain = tmp_path / "plain.dcm"
    subprocess.run([*command, made, str(plain)], check=True, capture_output=True)
    one, other = pydicom.dcmread(plain), pydicom.dcmread(bundled(name))
    assert not one.file_meta.TransferSyntaxUID.is_compressed
    np.testing.assert_array_equal(one.pixel_array, other.pixel_array)


@pytest.mark.oracle
@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared files are not beside the checkout")
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_dcmtk_decodes_copies_of_real_files_to_the_same_pixels(tmp_path: Path) -> None:
    needs("dcmdrle")
    compared, wrong = 0, []
    for number, path in enumerate(files_of(SHARED / "images") + files_of(SHARED / "derived")):
        plain = exported(path, tmp_path / f"{number}-plain", "dicom").written
        packed = exported(path, tmp_path / f"{number}-rle", "dicom", syntax="rle").written if plain else []
        if not packed or "PixelData" not in pydicom.dcmread(packed[0], specific_tags=["PixelData"]):
            continue
        head = pydicom.dcmread(plain[0], stop_before_pixels=True)
        if head.get("PhotometricInterpretation") == "YBR_FULL_422":
            continue  # two pixels share their colours there; decoded, each has its own
        unpacked = tmp_path / f"{number}.dcm"
        done = subprocess.run(["dcmdrle", packed[0], str(unpacked)], capture_output=True, check=False)
        if done.returncode or not np.array_equal(_stored(unpacked), _stored(Path(plain[0]))):
            wrong.append((path.name, done.stderr))
        compared += 1
    assert wrong == []
    assert compared > 100


def _stored(path: Path) -> np.ndarray:
    found = pydicom.dcmread(path)
    values = np.frombuffer(found.PixelData, f"u{found.BitsAllocated // 8}")
    values = (values >> (found.HighBit + 1 - found.BitsStored)) & ((1 << found.BitsStored) - 1)  # without unused bits
    values = values[: len(values) // found.SamplesPerPixel * found.SamplesPerPixel]
    if found.SamplesPerPixel == 3 and found.PlanarConfiguration == 1:  # in planes, frame by frame
        pixels = found.Rows * found.Columns
        values = values[: int(found.get("NumberOfFrames") or 1) * 3 * pixels].reshape(-1, 3, pixels).swapaxes(1, 2)
    size = int(found.get("NumberOfFrames") or 1) * found.Rows * found.Columns * found.SamplesPerPixel
    return np.ravel(values)[:size]


@pytest.mark.oracle
@pytest.mark.parametrize("syntax", sorted({*_SYNTAXES} - {"deflated", "htj2k"}))  # which dciodvfy does not read
def test_dciodvfy_finds_nothing_new(tmp_path: Path, syntax: str) -> None:
    needs("dciodvfy")

    def errors(path: str) -> set[str]:
        said = subprocess.run(["dciodvfy", path], capture_output=True, check=False).stderr.decode("latin-1")
        return {line for line in said.splitlines() if line.startswith("Error")}

    for name in ("CT_small.dcm", "MR_small.dcm", "SC_rgb_rle_2frame.dcm"):
        (made,) = exported(bundled(name), tmp_path / name, "dicom", syntax=syntax).written
        assert errors(made) <= errors(bundled(name))


def test_float_pixels_are_copied_and_not_compressed(tmp_path: Path) -> None:
    values = np.linspace(-1, 1, 64 * 64).astype("<f4")
    path = write(
        tmp_path / "a.dcm", PixelData=None, FloatPixelData=values.tobytes(), BitsAllocated=32, BitsStored=None, HighBit=None,
        PixelRepresentation=None,
    )  # fmt: skip
    for syntax in ("explicit", "implicit", "deflated"):
        (made,) = exported(path, tmp_path / syntax, "dicom", syntax=syntax).written
        assert pydicom.dcmread(made).FloatPixelData == values.tobytes()
    assert "bits are not compressed" in exported(path, tmp_path / "rle", "dicom", syntax="rle").failed[0].why


def test_overlays_in_unused_bits_are_not_lost(tmp_path: Path) -> None:
    path = write(tmp_path / "a.dcm", BitsStored=12, HighBit=11)
    of = pydicom.dcmread(path)
    of.add_new(0x60000010, "US", 64)
    of.add_new(0x60000100, "US", 16)
    of.add_new(0x60000102, "US", 12)
    of.save_as(path)
    assert "an overlay lies in unused bits" in exported(path, tmp_path / "rle", "dicom", syntax="rle").failed[0].why
    (made,) = exported(path, tmp_path / "plain", "dicom", syntax="implicit").written
    assert pydicom.dcmread(made).PixelData == of.PixelData


def test_bits_lie_where_the_header_says(tmp_path: Path) -> None:
    stored = np.arange(64 * 64).reshape(64, 64) % 4096
    path = write(tmp_path / "a.dcm", BitsStored=12, HighBit=15, PixelData=(stored << 4).astype("<u2").tobytes())
    for syntax in ("rle", "jpeg-2000"):
        (made,) = exported(path, tmp_path / syntax, "dicom", syntax=syntax).written
        found = pydicom.dcmread(made)
        assert found.HighBit == 11
        np.testing.assert_array_equal(found.pixel_array, stored)


def test_old_offset_tables_and_compressed_icons_do_not_stay(tmp_path: Path) -> None:
    of = pydicom.dcmread(bundled("SC_rgb_rle_2frame.dcm"))
    frames = list(pydicom.encaps.generate_frames(of.PixelData, number_of_frames=2))
    of.PixelData, of.ExtendedOffsetTable, of.ExtendedOffsetTableLengths = pydicom.encaps.encapsulate_extended(frames)
    icon = Dataset()
    icon.Rows = icon.Columns = 2
    icon.add_new(0x7FE00010, "OB", pydicom.encaps.encapsulate([b"\x00" * 4]))
    icon["PixelData"].is_undefined_length = True
    of.IconImageSequence = [icon]
    of.save_as(tmp_path / "a.dcm")
    for syntax in ("explicit", "rle", "jpeg-2000"):
        summary = exported(tmp_path / "a.dcm", tmp_path / syntax, "dicom", syntax=syntax)
        found = pydicom.dcmread(summary.written[0])
        assert "ExtendedOffsetTable" not in found
        assert "IconImageSequence" not in found
        assert any("icon" in note for note in summary.notes)
        np.testing.assert_array_equal(found.pixel_array, of.pixel_array)
