"""Stored values and pictures against pydicom, on every file bundled inside it."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.pixels import apply_modality_lut, apply_voi_lut, pixel_array
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian

from tests.files import BUNDLED, bundled, write
from tui.dicom.attributes import Attributes
from tui.dicom.elements import walk_file
from tui.dicom.errors import PixelError
from tui.dicom.pixels.decode import decode_frame
from tui.dicom.pixels.drawing import Drawing
from tui.dicom.pixels.image_pixel import image_pixel
from tui.dicom.pixels.load import frame_count, load_picture
from tui.dicom.pixels.picture import Picture
from tui.dicom.pixels.probe import said_at
from tui.dicom.pixels.stages import LookupTable
from tui.dicom.pixels.view import View
from tui.dicom.pixels.window import Window

FILES = sorted(BUNDLED.rglob("*.dcm"))


def stored_by_pydicom(dataset: Dataset, frame: int, *, raw: bool = True) -> Any:  # noqa: ANN401 - an array
    """Return stored values as pydicom decodes them by the plug-ins that are always there, not by an oracle's."""
    compressed = dataset.file_meta.get("TransferSyntaxUID", ExplicitVRLittleEndian).is_encapsulated
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pixel_array(dataset, raw=raw, index=frame, decoding_plugin="pylibjpeg" if compressed else "")


def decoded_by_pydicom(path: Path) -> Dataset | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            dataset = pydicom.dcmread(path, force=True)
            stored_by_pydicom(dataset, 0)
        except Exception:  # noqa: BLE001 - whatever it raises, it does not decode
            return None
    return dataset


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_frame_that_pydicom_decodes_is_decoded_the_same_and_drawn(path: Path) -> None:
    dataset = decoded_by_pydicom(path)
    if dataset is None:
        pytest.skip("pydicom does not decode it; the table of expected sentences says what is shown")
    elements = walk_file(str(path))
    attributes = Attributes.of(elements)
    image = image_pixel(attributes)
    for frame in range(image.frames):
        theirs = stored_by_pydicom(dataset, frame)
        ours = decode_frame(attributes, image, frame).values
        assert np.array_equal(ours, theirs, equal_nan=ours.dtype.kind == "f")
        picture = load_picture(elements, frame)
        levels = picture.shaded(picture.values, View(), picture.padding)
        assert levels.dtype == np.uint8
        assert levels.shape[:2] == (image.rows, image.columns)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_windowed_values_are_those_of_pydicom(path: Path) -> None:
    dataset = decoded_by_pydicom(path)
    if dataset is None or dataset.get("SamplesPerPixel") != 1 or "PALETTE" in dataset.PhotometricInterpretation:
        pytest.skip("no grey image")
    if "WindowWidth" not in dataset or not dataset.WindowWidth:
        pytest.skip("no window in the file")
    picture = load_picture(walk_file(str(path)), 0)
    voi = picture.voi_of(View())
    assert isinstance(voi, Window)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        stored = stored_by_pydicom(dataset, 0)
        modality = apply_modality_lut(stored, dataset)
        theirs = apply_voi_lut(modality, dataset, prefer_lut=False).astype(np.float64)
        low, high = (
            apply_voi_lut(np.array([end]), dataset, prefer_lut=False).item()
            for end in (voi.center - 10 * voi.width, voi.center + 10 * voi.width)
        )
    levels = picture.shaded(picture.values, View()).astype(np.float64)
    if picture.inverted:
        levels = 255 - levels
    expected = (theirs - low) / (high - low) * 255
    assert np.abs(levels - expected).max() <= 0.51


def picture_of(path: str, frame: int = 0) -> Picture:
    return load_picture(walk_file(path), frame)


def test_monochrome1_is_inverted_after_the_window(tmp_path: Path) -> None:
    plain = picture_of(write(tmp_path / "2.dcm"))
    inverted = picture_of(write(tmp_path / "1.dcm", PhotometricInterpretation="MONOCHROME1"))
    both = picture_of(write(tmp_path / "b.dcm", PhotometricInterpretation="MONOCHROME1", PresentationLUTShape="INVERSE"))
    view = View()
    levels = plain.shaded(plain.values, view)
    assert np.array_equal(inverted.shaded(inverted.values, view), 255 - levels)
    assert np.array_equal(both.shaded(both.values, view), 255 - levels)  # they state the same thing: once
    assert np.array_equal(plain.shaded(plain.values, view.toggled()), 255 - levels)


def test_padding_is_left_out_and_black(tmp_path: Path) -> None:
    stored = np.full((64, 64), 500, np.int16)
    stored[:, 32:] = 1000
    stored[:8] = -2000
    for name, photometric in (("2", "MONOCHROME2"), ("1", "MONOCHROME1")):
        path = write(
            tmp_path / f"{name}.dcm", PixelData=stored.tobytes(), PixelRepresentation=1, PixelPaddingValue=-2000,
            WindowCenter=None, WindowWidth=None, PhotometricInterpretation=photometric,
        )  # fmt: skip
        picture = picture_of(path)
        assert picture.padding is not None
        assert picture.padding.sum() == 8 * 64
        voi = picture.voi_of(View())
        assert isinstance(voi, Window)
        assert voi.name == "auto"
        assert (voi.center - voi.width / 2, voi.center + voi.width / 2) == (-500, 0)  # of the modality values
        assert (picture.shaded(picture.values, View(), picture.padding)[:8] == 0).all()


def test_several_windows_and_a_lut_are_alternatives(tmp_path: Path) -> None:
    lut = Dataset()
    lut.LUTDescriptor = [256, -1000, 8]
    lut["LUTDescriptor"].VR = "SS"
    lut.LUTExplanation = "stairs"
    lut.LUTData = np.repeat(np.arange(0, 256, 32, dtype="<u2"), 32).tobytes()  # 8-bit entries in 16-bit words
    lut["LUTData"].VR = "OW"
    path = write(
        tmp_path / "a.dcm", WindowCenter=["40", "-600"], WindowWidth=["400", "1500"],
        WindowCenterWidthExplanation=["SOFT", "LUNG"], VOILUTSequence=Sequence([lut]),
    )  # fmt: skip
    picture = picture_of(path)
    assert [voi.name for voi in picture.voi] == ["SOFT", "LUNG", "stairs"]
    table = picture.voi[2]
    assert isinstance(table, LookupTable)
    shades = table.shade(np.array([-5000, -1000, -1000 + 32, -1000 + 255, 5000], np.float32))
    assert np.allclose(shades * 255, [0, 0, 32, 224, 224])
    assert picture.voi_of(View(choice=4)) is picture.voi[1]  # modulo their number


def test_windows_of_width_zero_are_none(tmp_path: Path) -> None:
    picture = picture_of(write(tmp_path / "a.dcm", WindowWidth="0"))
    voi = picture.voi_of(View())
    assert isinstance(voi, Window)
    assert voi.name == "auto"


def test_palettes_are_those_of_pydicom(tmp_path: Path) -> None:
    from pydicom.pixels import apply_color_lut

    tables: dict[str, object] = {}
    for name, step in (("Red", 257), ("Green", 31), ("Blue", 101)):
        tables[f"{name}PaletteColorLookupTableDescriptor"] = [200, 10, 16]
        tables[f"{name}PaletteColorLookupTableData"] = (np.arange(200) * step % 65536).astype("<u2").tobytes()
    stored = np.arange(64 * 64, dtype=np.uint8).tobytes()
    path = write(
        tmp_path / "a.dcm", PhotometricInterpretation="PALETTE COLOR", BitsAllocated=8, BitsStored=8, HighBit=7,
        PixelData=stored, **tables,
    )  # fmt: skip
    dataset = pydicom.dcmread(path)
    theirs = apply_color_lut(pixel_array(dataset, raw=True), dataset)
    assert np.array_equal(picture_of(path).values, theirs >> 8)


@pytest.mark.parametrize("name", ["fall.dcm", "spring.dcm", "summer.dcm", "winter.dcm", "hotiron.dcm", "pet.dcm"])
def test_segmented_palettes_expand_as_in_pydicom(name: str) -> None:
    from pydicom.pixels import apply_color_lut

    from tui.dicom.pixels.palette_color import apply_palette

    path = BUNDLED / "palettes" / name
    index = np.arange(256, dtype=np.uint8).reshape(16, 16)
    theirs = apply_color_lut(index, pydicom.dcmread(path)).astype(np.int32)
    theirs = theirs >> 8 if theirs.max() > 255 else theirs
    ours = apply_palette(index, Attributes.of(walk_file(str(path))), signed=False).astype(np.int32)
    assert np.abs(ours - theirs).max() <= 1


YBR = ["SC_ybr_full_uncompressed.dcm", "SC_ybr_full_422_uncompressed.dcm", "SC_rgb_dcmtk_+eb+cr.dcm",
       "SC_rgb_small_odd.dcm", "examples_ybr_color.dcm"]  # fmt: skip


@pytest.mark.parametrize("name", YBR)
def test_colour_becomes_rgb_as_in_pydicom(name: str) -> None:
    path = BUNDLED / "test_files" / name
    if not path.exists():
        pytest.skip("not among this pydicom's files")
    theirs = stored_by_pydicom(pydicom.dcmread(path), 0, raw=False).astype(np.int32)
    assert np.abs(picture_of(str(path)).values.astype(np.int32) - theirs).max() <= 1


def test_a_window_differs_from_frame_to_frame(tmp_path: Path) -> None:
    def group(center: str, intercept: str) -> Dataset:
        made, voi, transformation = Dataset(), Dataset(), Dataset()
        voi.WindowCenter, voi.WindowWidth = center, "100"
        transformation.RescaleSlope, transformation.RescaleIntercept, transformation.RescaleType = "1", intercept, "HU"
        made.FrameVOILUTSequence = Sequence([voi])
        made.PixelValueTransformationSequence = Sequence([transformation])
        return made

    shared = Dataset()
    measures = Dataset()
    measures.PixelSpacing, measures.SliceThickness = ["2", "1"], "5"
    shared.PixelMeasuresSequence = Sequence([measures])
    frames = np.arange(2 * 64 * 64, dtype="<u2").tobytes()
    path = write(
        tmp_path / "a.dcm", NumberOfFrames="2", PixelData=frames, WindowCenter=None, WindowWidth=None,
        PerFrameFunctionalGroupsSequence=Sequence([group("10", "-1000"), group("20", "-2000")]),
        SharedFunctionalGroupsSequence=Sequence([shared]),
    )  # fmt: skip
    first, second = picture_of(path, 0), picture_of(path, 1)
    assert [picture.voi[0].center for picture in (first, second) if isinstance(picture.voi[0], Window)] == [10, 20]
    assert float(first.values[0, 0]) == -1000
    assert float(second.values[0, 0]) == 64 * 64 - 2000
    assert first.aspect == 2
    assert "5 mm" in first.caption.place


SENTENCES: dict[str, tuple[dict[str, Any], str]] = {
    "not an image": (dict(PixelData=None), "This is a CT Image: it holds no pixel data. What it holds is in the tags."),
    "no Rows": (dict(Rows=None), "Rows is missing"),
    "too large": (dict(Rows=46341, Columns=46341), "larger than this program draws"),
    "samples": (dict(SamplesPerPixel=4, PhotometricInterpretation="CMYK"), "4 samples (CMYK)"),
    "photometric": (dict(PhotometricInterpretation="HSV"), "HSV"),
    "bits": (dict(BitsAllocated=12, BitsStored=12, HighBit=11), "12 bits allocated"),
    "no palette": (dict(PhotometricInterpretation="PALETTE COLOR"), "its palette is missing"),
    "missing frame": (dict(NumberOfFrames="9", PixelData=b""), "pixel data is empty"),
}


@pytest.mark.parametrize("case", SENTENCES)
def test_what_cannot_be_drawn_says_why(tmp_path: Path, case: str) -> None:
    attributes, sentence = SENTENCES[case]
    path = write(tmp_path / "a.dcm", **attributes)
    with pytest.raises(PixelError) as raised:
        picture_of(path)
    assert sentence in str(raised.value)


def test_pixel_data_that_ends_early_is_drawn_and_told() -> None:
    picture = picture_of(bundled("MR_truncated.dcm"))
    assert "the pixel data ends 62 bytes early: what is missing is drawn black" in picture.notes


def test_a_frame_that_is_not_there_says_so() -> None:
    elements = walk_file(bundled("CT_small.dcm"))
    assert frame_count(elements) == 1
    with pytest.raises(PixelError, match="there is no frame 2"):
        load_picture(elements, 1)


def test_a_code_stream_that_contradicts_the_dataset_never_reaches_a_codec(tmp_path: Path) -> None:
    data = bytearray(Path(bundled("SC_rgb_jpeg_dcmtk.dcm")).read_bytes())
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = b"\xff\xdc\xff\xdc"  # 65,500 x 65,500
    path = tmp_path / "bomb.dcm"
    path.write_bytes(data)
    with pytest.raises(PixelError, match="65,500 x 65,500"):
        picture_of(str(path))


def test_compressed_pictures_name_lossy() -> None:
    assert "lossy" in picture_of(bundled("JPEG2000.dcm")).notes
    assert "lossy" not in picture_of(bundled("MR_small_jp2klossless.dcm")).notes


def test_presets_are_for_hu(tmp_path: Path) -> None:
    assert picture_of(write(tmp_path / "a.dcm")).unit == "HU"
    assert picture_of(write(tmp_path / "b.dcm", SOPClassUID="1.2.840.10008.5.1.4.1.1.4")).unit == ""
    assert picture_of(write(tmp_path / "c.dcm", RescaleType="US")).unit == ""


XA = "1.2.840.10008.5.1.4.1.1.12.1"


def modality_lut() -> Sequence:
    lut = Dataset()
    lut.LUTDescriptor = [256, 0, 16]
    lut["LUTDescriptor"].VR = "US"
    lut.ModalityLUTType = "US"
    lut.LUTData = (np.arange(256) ** 2).astype("<u2").tobytes()
    lut["LUTData"].VR = "OW"
    return Sequence([lut])


@pytest.mark.parametrize(("relationship", "greatest"), [("DISP", 255), ("LOG", 255), ("LIN", 255**2)])
def test_logarithmic_x_ray_values_stay_as_they_are(tmp_path: Path, relationship: str, greatest: int) -> None:
    path = write(
        tmp_path / "a.dcm", SOPClassUID=XA, PixelIntensityRelationship=relationship, ModalityLUTSequence=modality_lut(),
        RescaleSlope=None, RescaleIntercept=None, PixelData=np.arange(64 * 64, dtype="<u2").tobytes(),
    )  # fmt: skip
    assert picture_of(path).values.max() == (greatest if relationship == "LIN" else 64 * 64 - 1)


def test_logarithmic_x_ray_values_are_rescaled_for_the_probe(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.dcm", SOPClassUID=XA, PixelIntensityRelationship="LOG", RescaleSlope="0.5", RescaleIntercept="3",
        RescaleType="OD", PixelData=np.arange(64 * 64, dtype="<u2").tobytes(),
    )  # fmt: skip
    picture = picture_of(path)
    assert picture.values[0, 10] == 10
    assert (picture.unit, picture.measured_unit) == ("", "OD")
    assert said_at(picture, 10, 0) == "(10, 0)  8 OD  stored 10"


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_a_frame_of_padding_alone_is_black(tmp_path: Path, photometric: str) -> None:
    path = write(
        tmp_path / "a.dcm", PixelPaddingValue=0, PixelData=bytes(2 * 64 * 64), PhotometricInterpretation=photometric
    )
    picture = picture_of(path)
    for view in (View(), View(window=Window(0, 100))):
        assert not Drawing(picture, 40, 40).levels(view).any()


def test_a_codec_that_takes_too_long_is_stopped_and_another_stands_by() -> None:
    elements = walk_file(bundled("JPEG2000.dcm"))
    with pytest.raises(PixelError, match="took too long"):
        load_picture(elements, 0, limit_s=0)
    assert load_picture(elements, 0).rows == 1024


def test_wide_integers_keep_their_differences(tmp_path: Path) -> None:
    stored = (2**31 + np.arange(64 * 64)).astype("<u4").tobytes()
    path = write(tmp_path / "a.dcm", BitsAllocated=32, BitsStored=32, HighBit=31, PixelData=stored, RescaleIntercept="0")
    picture = picture_of(path)
    assert len(np.unique(picture.values)) == 64 * 64
    voi = Window.spanning(2**31, 2**31 + 255, "test")
    assert np.array_equal(picture.shaded(picture.values[:1, :64], View(window=voi)), np.arange(64)[None])


@pytest.mark.parametrize(
    ("attributes", "padding"),
    [
        (dict(PixelRepresentation=0, PixelPaddingValue=63536), 63536),
        (dict(PixelRepresentation=1, PixelPaddingValue=-2000), 63536),
        (dict(PixelRepresentation=1, BitsStored=12, HighBit=11, PixelPaddingValue=-2048), 0x800),
    ],
)
def test_padding_is_found_whatever_its_sign(tmp_path: Path, attributes: dict[str, Any], padding: int) -> None:
    stored = np.full((64, 64), 100, "<u2")
    stored[:4] = padding
    picture = picture_of(write(tmp_path / "a.dcm", PixelData=stored.tobytes(), **attributes))
    assert picture.padding is not None
    assert picture.padding.sum() == 4 * 64


def test_float_padding(tmp_path: Path) -> None:
    values = np.ones((64, 64), "<f4")
    values[0] = -1e30
    path = write(
        tmp_path / "a.dcm", PixelData=None, FloatPixelData=values.tobytes(), FloatPixelPaddingValue=-1e30, BitsAllocated=32,
        BitsStored=None, HighBit=None, WindowCenter=None, WindowWidth=None,
    )  # fmt: skip
    picture = picture_of(path)
    assert picture.padding is not None
    assert picture.full_range.width < 1


def test_subsampled_native_colour_of_either_range(tmp_path: Path) -> None:
    grey = np.tile(np.array([128, 128, 128, 128], np.uint8), 64 * 64 // 2).tobytes()
    for photometric in ("YBR_FULL_422", "YBR_PARTIAL_422"):
        picture = picture_of(
            write(
                tmp_path / "a.dcm", PhotometricInterpretation=photometric, SamplesPerPixel=3, PlanarConfiguration=0,
                BitsAllocated=8, BitsStored=8, HighBit=7, PixelData=grey,
            )
        )  # fmt: skip
        assert picture.notes == ()
        assert np.ptp(picture.values) == 0


def test_adobe_s_marker_decides_where_the_dataset_errs(tmp_path: Path) -> None:
    from PIL import Image
    from pydicom.encaps import encapsulate

    buffer = tmp_path / "a.jpg"
    Image.new("RGB", (64, 64), (200, 30, 30)).save(buffer, quality=95, subsampling=0)  # JFIF: YCbCr
    path = write(
        tmp_path / "a.dcm", PhotometricInterpretation="RGB", SamplesPerPixel=3, PlanarConfiguration=0, BitsAllocated=8,
        BitsStored=8, HighBit=7, PixelData=np.zeros(64 * 64 * 3, np.uint8).tobytes(),
    )  # fmt: skip
    dataset = pydicom.dcmread(path)
    dataset.PixelData = encapsulate([buffer.read_bytes()])
    dataset["PixelData"].is_undefined_length = True
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.JPEGBaseline8Bit
    dataset.save_as(path)
    assert np.abs(picture_of(path).values[32, 32].astype(int) - [200, 30, 30]).max() <= 3


def test_of_a_frame_of_which_almost_nothing_is_there_nothing_is_drawn(tmp_path: Path) -> None:
    path = write(tmp_path / "a.dcm", Rows=16000, Columns=16000, PixelData=b"\0" * 9000)
    with pytest.raises(PixelError, match="of the 512,000,000 bytes of frame 1 only 9,000 are in the file"):
        picture_of(path)


def test_texts_around_a_picture_are_safe(tmp_path: Path) -> None:
    hostile = {
        "PatientOrientation": ["\x1b]2;x\x07", "\x1b[2J"],
        "RescaleType": "\x1b[2J",
        "WindowCenterWidthExplanation": "\x1b[1m",
    }
    picture = picture_of(write(tmp_path / "a.dcm", **hostile))
    shown = [picture.letters.right, picture.letters.bottom, picture.unit, *(voi.name for voi in picture.voi)]
    assert not any("\x1b" in text for text in shown)
