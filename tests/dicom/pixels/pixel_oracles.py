"""Decoders and renderers that others wrote, called directly: GDCM, imagecodecs, DCMTK, pydicom's own stages.

Each returns an array to compare with, or None where it does not read the file.
"""

import shutil
import subprocess
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from pydicom.dataset import Dataset
from pydicom.encaps import generate_frames
from pydicom.pixels import apply_modality_lut, apply_voi_lut

from tui.dicom.pixels.window import LINEAR, Window

Values = np.ndarray[Any, Any]
_JPEG = "1.2.840.10008.1.2.4."


@dataclass
class Row:
    """What a file was compared with, and how far apart the two were at the most."""

    path: Path
    problems: list[str] = field(default_factory=list)
    differences: dict[str, tuple[float, str]] = field(default_factory=dict)

    def note(self, oracle: str, difference: float, known: str) -> None:
        """Keep the largest difference from an oracle, and why it is known to be wrong."""
        before, why = self.differences.get(oracle, (0.0, ""))
        self.differences[oracle] = (max(before, difference), known or why)

    @property
    def line(self) -> str:
        """Return the row as text."""
        parts = [f"{oracle} {difference:.4g}{why and f' ({why})'}" for oracle, (difference, why) in self.differences.items()]
        return f"{self.path.name:60.60} {'; '.join(parts) or 'no oracle reads it'}"


ROWS: list[Row] = []


def imagecodecs_decoder(syntax: str) -> Callable[[bytes], Values] | None:
    """Return imagecodecs' function for a transfer syntax, or None."""
    import imagecodecs

    return {
        "50": imagecodecs.jpeg_decode, "51": imagecodecs.jpeg_decode, "53": imagecodecs.jpeg_decode,
        "55": imagecodecs.jpeg_decode, "57": imagecodecs.jpegsof3_decode, "70": imagecodecs.jpegsof3_decode,
        "80": imagecodecs.jpegls_decode, "81": imagecodecs.jpegls_decode,
        "90": imagecodecs.jpeg2k_decode, "91": imagecodecs.jpeg2k_decode, "201": imagecodecs.jpeg2k_decode,
        "202": imagecodecs.jpeg2k_decode, "203": imagecodecs.jpeg2k_decode,
    }.get(syntax.removeprefix(_JPEG))  # fmt: skip


def by_imagecodecs(dataset: Dataset, syntax: str, frame: int) -> Values | None:
    """Return a compressed frame as imagecodecs decodes it: stored values, or RGB; None where it does not."""
    decode = imagecodecs_decoder(syntax)
    if decode is None or "PixelData" not in dataset:
        return None
    frames = generate_frames(dataset.PixelData, number_of_frames=int(dataset.get("NumberOfFrames") or 1))
    data = next(data for number, data in enumerate(frames) if number == frame)
    try:
        return np.asarray(decode(data))
    except (RuntimeError, ValueError, TypeError):
        return None


def by_gdcm(path: Path, folder: Path) -> Dataset | None:
    """Return the file as gdcmconv decompresses it, with native pixel data; None where it does not read it.

    In a process of its own: it aborts on damaged files.
    """
    if shutil.which("gdcmconv") is None:
        return None
    target = folder / "gdcm.dcm"
    done = subprocess.run(["gdcmconv", "--raw", str(path), str(target)], capture_output=True, check=False, timeout=60)
    if done.returncode or not target.exists():
        return None
    made = read(target)
    target.unlink()
    return made if "PixelData" in made and not made.file_meta.TransferSyntaxUID.is_encapsulated else None


def native_frame(dataset: Dataset, frame: int) -> Values | None:
    """Return a native frame's stored values with plain array operations; None where it is not whole bytes."""
    bits, samples = dataset.BitsAllocated, dataset.get("SamplesPerPixel", 1)
    shape = dataset.Rows, dataset.Columns
    if bits not in (8, 16, 32) or "422" in dataset.PhotometricInterpretation:
        return None
    order = "<" if dataset.original_encoding[1] else ">"
    kind = np.dtype(f"{order}{'i' if dataset.get('PixelRepresentation', 0) else 'u'}{bits // 8}")
    count = shape[0] * shape[1] * samples
    data = dataset.PixelData[frame * count * kind.itemsize : (frame + 1) * count * kind.itemsize]
    if len(data) != count * kind.itemsize or (bits == 8 and order == ">"):
        return None
    values = np.frombuffer(data, kind)
    if samples == 1:
        return values.reshape(shape)
    if dataset.get("PlanarConfiguration", 0):
        return values.reshape(samples, *shape).transpose(1, 2, 0)
    return values.reshape(*shape, samples)


def read(path: Path) -> Dataset:
    """Read a file with pydicom, without its warnings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pydicom.dcmread(path, force=True)


def windowed_by_pydicom(dataset: Dataset, stored: Values, window: Window) -> Values | None:
    """Return windowed values between 0 and 255, float64, not rounded; None where pydicom does not do it."""
    one = Dataset()
    for keyword in ("RescaleSlope", "RescaleIntercept", "ModalityLUTSequence", "BitsStored", "PixelRepresentation",
                    "PhotometricInterpretation", "SOPClassUID"):  # fmt: skip
        if keyword in dataset:
            one[keyword] = dataset[keyword]
    if "DoseGridScaling" in dataset:  # of which pydicom's stages know nothing
        one.RescaleSlope, one.RescaleIntercept = dataset.DoseGridScaling, 0
    one.WindowCenter, one.WindowWidth = f"{window.center:.10g}", f"{window.width:.10g}"
    one.VOILUTFunction = window.function
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            modality = apply_modality_lut(stored, one)
            theirs = apply_voi_lut(modality, one, prefer_lut=False).astype(np.float64)
            # its output range depends on the dataset: it is told by what lies far outside of the window
            ends = np.array([window.center - 10 * window.width, window.center + 10 * window.width])
            low, high = apply_voi_lut(ends, one, prefer_lut=False)
        except (NotImplementedError, ValueError, TypeError, AttributeError, KeyError):  # it does not window this file
            return None
    return (theirs - low) / (high - low) * 255 if high > low else None


def drawn_by_dcmtk(path: Path, frame: int, window: Window, folder: Path) -> Values | None:
    """Return a frame as dcmj2pnm draws it under a LINEAR window, 8 bits; None where it does not."""
    if shutil.which("dcmj2pnm") is None or window.function != LINEAR:
        return None
    target = folder / "a.pgm"
    command = ["dcmj2pnm", "-q", "--write-raw-pnm", "+F", str(frame + 1), "+Ww", f"{window.center:.10g}",
               f"{window.width:.10g}", "-O", str(path), str(target)]  # fmt: skip
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    if done.returncode or not target.exists():
        return None
    raw = target.read_bytes()
    target.unlink()
    head = raw.split(b"\n", 3)
    if head[0] not in (b"P5", b"P6"):
        return None
    width, height = (int(part) for part in head[1].split())
    channels = 1 if head[0] == b"P5" else 3
    values = np.frombuffer(raw[-width * height * channels :], np.uint8)
    return values.reshape((height, width) if channels == 1 else (height, width, 3))
