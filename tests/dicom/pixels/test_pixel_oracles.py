"""Every decodable frame against second decoders and renderers; a table of all of it is printed at the end.

Tolerances are what the codecs allow: reversible ones none; JPEG 2000 9/7 and 12-bit JPEG 1; colour JPEG 3, with subsampled
chroma 26 and 1 on average.
"""

import importlib.util
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset

from tests.dicom.expected import DRAWS, TABLES, read_table
from tests.dicom.pixels.pixel_oracles import (
    ROWS,
    Row,
    by_gdcm,
    by_imagecodecs,
    drawn_by_dcmtk,
    native_frame,
    read,
    windowed_by_pydicom,
)
from tests.files import BUNDLED, SHARED
from tui.dicom.attributes import Attributes
from tui.dicom.elements import walk_file
from tui.dicom.pixels.decode import decode_frame
from tui.dicom.pixels.image_pixel import ImagePixel, image_pixel
from tui.dicom.pixels.load import load_picture
from tui.dicom.pixels.stages import Rescale, modality_stage, windowed
from tui.dicom.pixels.view import View
from tui.dicom.pixels.window import LINEAR, LINEAR_EXACT, SIGMOID, Window

pytestmark = [
    pytest.mark.oracle,
    pytest.mark.skipif(importlib.util.find_spec("imagecodecs") is None, reason="the extra 'oracles' is not installed"),
]

Values = np.ndarray[Any, Any]
MOST_FRAMES = 5
_JPEG = "1.2.840.10008.1.2.4."
_LOSSY = {f"{_JPEG}{number}" for number in (50, 51, 53, 55, 91, 203)}
_WAVELET = {f"{_JPEG}91", f"{_JPEG}203"}
# Where somebody else's differs: who, whose files (how their names end), and why.
_UNUSED_BITS = "it keeps the bits above BitsStored"
_SIGN = "it takes the sign from the stream, which says another one or none"
_NO_MARKER = "three components without a marker are YCbCr to it, whatever the dataset says"
DIFFERENT: tuple[tuple[str, str, str], ...] = (
    *(("gdcm", name, _UNUSED_BITS) for name in (
        "bits_16_dirty_high.dcm", "bits_16_highbit15.dcm", "bits_16_signed12.dcm", "overlay_embedded.dcm",
        "12bitUnsigned.dcm", "mlut_18.dcm",
    )),
    *(("gdcm", name, _SIGN) for name in ("J2K_pixelrep_mismatch.dcm", "JLSL_16_15_1_1F.dcm")),
    *(("gdcm", name, "it mixes the bytes of the segments up") for name in (
        "SC_rgb_rle_16bit.dcm", "SC_rgb_rle_32bit.dcm",
    )),
    *(("gdcm", name, "it does not turn the bytes of 32-bit values round") for name in (
        "rtdose_expb.dcm", "rtdose_expb_1frame.dcm",
    )),
    *(("imagecodecs", name, _NO_MARKER) for name in ("SC_jpeg_no_color_transform.dcm", "SC_rgb_jpeg.dcm")),
    *(("dcmtk", name, "it draws with the function of the file, SIGMOID, and that from end to end of the values")
      for name in ("voi_sigmoid.dcm", "voi_sigmoid_signed.dcm")),
)  # fmt: skip


def paths() -> list[Path]:
    found = []
    for name, (root, table) in TABLES.items():
        if root.is_dir() and table.exists():
            found += [root / path for path, outcome in read_table(table).items() if outcome == DRAWS]
        else:
            warnings.warn(f"the {name} files are not here", stacklevel=1)
    return found


def tolerance(image: ImagePixel, theirs: Values) -> tuple[float, float]:
    """Return the largest difference and the largest mean that the codec allows."""
    syntax = image.transfer_syntax
    if not image.encapsulated or syntax not in _LOSSY:
        return 0, 0
    if theirs.ndim == 3 and syntax not in _WAVELET:
        return 26, 1
    return (1, 1) if syntax in _WAVELET or image.bits_stored > 8 else (3, 1)


def extended(values: Values, image: ImagePixel, precision: int | None) -> Values:
    """Return decoded values as the dataset means them: the sign extended at the precision of the stream."""
    wide = values.astype(np.int64)
    bits = precision or image.bits_stored
    if image.signed and values.dtype.kind == "u":
        return np.where(wide >> (bits - 1) & 1, wide - (1 << bits), wide)
    return wide


def agree(row: Row, name: str, ours: Values, theirs: Values, most: float, mean: float) -> None:
    """Note the difference; one that is too large is a problem, unless it is known which of the two is wrong."""
    difference = np.abs(ours.astype(np.float64) - theirs.astype(np.float64))
    far = ours.shape != theirs.shape or difference.max() > most or difference.mean() > mean
    known = next((why for which, names, why in DIFFERENT if which == name and row.path.name.endswith(names)), "")
    row.note(name, float(difference.max()), known if far else "")
    if far and not known:
        row.problems.append(f"{name}: {difference.max():.6g}, {difference.mean():.4g} on average")


@pytest.mark.parametrize("path", paths(), ids=lambda path: path.name)
def test_frames(path: Path, tmp_path: Path) -> None:
    elements = walk_file(str(path))
    attributes = Attributes.of(elements)
    image = image_pixel(attributes)
    dataset = read(path)
    row = Row(path)
    ROWS.append(row)
    gdcm = by_gdcm(path, tmp_path)
    for frame in range(min(image.frames, MOST_FRAMES)):
        decoded = decode_frame(attributes, image, frame)
        picture = load_picture(elements, frame)
        if image.encapsulated:
            theirs = by_imagecodecs(dataset, image.transfer_syntax, frame)
            if theirs is not None:
                if theirs.ndim == 3:
                    agree(row, "imagecodecs", picture.values, theirs, *tolerance(image, theirs))
                else:
                    found = extended(theirs, image, None)
                    agree(row, "imagecodecs", decoded.values, found, *tolerance(image, theirs))
        if gdcm is not None and image.bits_allocated > 1:
            theirs = native_frame(gdcm, frame)
            if theirs is not None and (theirs.ndim == 2 or gdcm.PhotometricInterpretation == decoded.photometric):
                agree(row, "gdcm", decoded.values, theirs, *tolerance(image, theirs))
        if not picture.color:
            compare_windows(row, dataset, attributes, image, decoded.values, frame, tmp_path)
    assert not row.problems


def reference(values: Values, window: Window) -> Values:
    """Return values under a window as C.11.2.1.2 and C.11.2.1.3 have it, in float64, from 0 to 255."""
    center, width = window.center, window.width
    if window.function == SIGMOID:
        return 255 / (1 + np.exp(np.minimum(700, -4 * (values - center) / width)))
    if window.function == LINEAR_EXACT or width < 1:
        low, high, scaled = center - width / 2, center + width / 2, (values - center) / width + 0.5
    else:
        low, high = center - 0.5 - (width - 1) / 2, center - 0.5 + (width - 1) / 2
        scaled = (values - (center - 0.5)) / max(width - 1, 1e-300) + 0.5
    return np.where(values <= low, 0, np.where(values > high, 255, scaled * 255))


def compare_windows(
    row: Row, dataset: Dataset, attributes: Attributes, image: ImagePixel, stored: Values, frame: int, folder: Path
) -> None:
    picture = load_picture(attributes.elements, frame)
    window = picture.window_of(View())
    if isinstance(picture.voi_of(View()), Window) and np.isfinite(picture.values).all():
        formula = reference(picture.values.astype(np.float64), window)
        agree(row, "reference", windowed(picture.values, window).astype(np.float64) * 255, formula, 0.05, 0.01)
    if window.function != LINEAR or window.width < 1:
        window = Window(round(window.center), max(2, round(window.width)))
    plain = "SharedFunctionalGroupsSequence" not in dataset and picture.padding is None
    if plain and not image.float_bits:
        theirs = windowed_by_pydicom(dataset, stored, window)
        if theirs is not None:
            ours = windowed(picture.values, window).astype(np.float64) * 255
            agree(row, "pydicom window", ours, theirs, 0.01, 0.01)
        modality = modality_stage(attributes, attributes, signed=image.signed)
        # DCMTK rounds modality values of a fractional slope, and knows no dose
        slope = modality.slope if isinstance(modality, Rescale) else 0.5
        drawn = drawn_by_dcmtk(row.path, frame, window, folder) if slope == round(slope) else None
        if drawn is not None and drawn.ndim == 2:
            # its codecs are its own: where one is lossy, the window widens what they differ by
            decoded = tolerance(image, stored)[0] and 2 * 255 * max(1.0, abs(slope)) / window.width
            agree(row, "dcmtk", picture.shaded(picture.values, View(window=window)), drawn, 1 + decoded, 1 + decoded)


def test_all_files_are_here() -> None:
    assert sum(path.is_relative_to(BUNDLED) for path in paths()) > 90
    assert not SHARED.is_dir() or sum(path.is_relative_to(SHARED) for path in paths()) > 300
