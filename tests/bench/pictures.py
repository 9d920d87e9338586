"""The pictures that are measured: the shared files where they are, else what comes with pydicom."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pydicom

from tests.files import SHARED, bundled, write
from tui.dicom.elements import walk_file
from tui.dicom.phantom import slice_dataset
from tui.dicom.pixels.load import load_picture
from tui.dicom.pixels.picture import Picture
from tui.dicom.pixels.view import View
from tui.render.sampling import place, sample

COLUMNS, ROWS = 200, 60


def measured_files(folder: Path) -> dict[str, str]:
    """Return one CT, MR and ultrasound each, written to `folder` with pixels of such a shape that they fill all cells."""
    images = SHARED / "images"
    wanted = {
        "CT": (images / "pydicomdata__693_UNCI.dcm", None),
        "MR": (images / "pydicomdata__MR2_J2KR.dcm", bundled("examples_overlay.dcm")),
        "US": (images / "pydicomdata__US1_UNCR.dcm", bundled("examples_jpeg2k.dcm")),
    }
    found = {}
    for kind, (shared, instead) in wanted.items():
        path = shared if shared.exists() else instead
        dataset = pydicom.dcmread(path) if path is not None else slice_dataset(30)
        for keyword in ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing"):
            if keyword in dataset:
                del dataset[keyword]
        shape = Fraction(2 * ROWS * dataset.Columns, COLUMNS * dataset.Rows)
        dataset.PixelAspectRatio = [str(shape.numerator), str(shape.denominator)]
        if kind == "CT":
            dataset.WindowCenter, dataset.WindowWidth = "40", "400"
        found[kind] = str(folder / f"{kind}.dcm")
        dataset.save_as(found[kind], enforce_file_format=True)
    return found


def noise_file(folder: Path) -> str:
    """Return a picture of `COLUMNS` x 2 * `ROWS` pixels, each of a grey level of its own."""
    pixels = np.random.default_rng(8).integers(0, 256, (2 * ROWS, COLUMNS)).astype("<u2")
    return write(
        folder / "noise.dcm", Rows=2 * ROWS, Columns=COLUMNS, PixelData=pixels.tobytes(), RescaleIntercept="0",
        WindowCenter="128", WindowWidth="256",
    )  # fmt: skip


def loaded(path: str) -> Picture:
    return load_picture(walk_file(path), 0)


def levels_of(picture: Picture, view: View) -> np.ndarray[Any, Any]:
    """Return the screen pixels of a picture on `COLUMNS` x `ROWS` cells, uint8."""
    placement = place(picture.rows, picture.columns, picture.aspect, COLUMNS, 2 * ROWS, 1.0, (0.5, 0.5))
    levels = picture.shaded(sample(picture.values, placement), view)
    screen = np.zeros((2 * ROWS, COLUMNS, *levels.shape[2:]), np.uint8)
    screen[placement.y : placement.y + placement.height, placement.x : placement.x + placement.width] = levels
    return screen
