"""Files for tests: those bundled inside pydicom, the shared ones beside the checkout, and ones written here."""

import os
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian

BUNDLED = Path(pydicom.__file__).parent / "data"
SHARED = Path(os.environ.get("DICOM_TUI_SHARED") or Path(__file__).parents[2] / "shared") / "data"
_NO_DATA = {".py", ".pyc"}


def files_of(root: Path) -> list[Path]:
    """Return every file below `root` that is not Python's, in order."""
    return sorted(path for path in root.rglob("*") if path.is_file() and path.suffix not in _NO_DATA)


def bundled(name: str) -> str:
    """Return the path of a test file that comes with pydicom."""
    return str(BUNDLED / "test_files" / name)


def dataset(**attributes: Any) -> FileDataset:  # noqa: ANN401 - DICOM values are of many types
    """Return a small CT dataset with file meta; `attributes` are set over its own, None removes one."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = UID("1.2.3.4")
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    ramp = np.linspace(0, 2000, 64 * 64).astype("<u2")
    values: dict[str, Any] = {
        "SOPClassUID": CTImageStorage,
        "SOPInstanceUID": "1.2.3.4",
        "Modality": "CT",
        "PatientName": "DOE^JANE",
        "PatientID": "1CT1",
        "SeriesInstanceUID": "1.2.3",
        "InstanceNumber": "7",
        "Rows": 64,
        "Columns": 64,
        "BitsAllocated": 16,
        "BitsStored": 16,
        "HighBit": 15,
        "PixelRepresentation": 0,
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "RescaleSlope": "1",
        "RescaleIntercept": "-1000",
        "WindowCenter": "40",
        "WindowWidth": "400",
        "PixelData": ramp.tobytes(),
    }
    for keyword, value in (values | attributes).items():
        if value is not None:
            setattr(made, keyword, value)
    if "PixelData" in made:
        made["PixelData"].VR = "OW" if made.get("BitsAllocated", 16) > 8 else "OB"
    return made


def write(path: Path, **attributes: Any) -> str:  # noqa: ANN401 - as above
    """Write `dataset(**attributes)` to `path`; return it as text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    dataset(**attributes).save_as(path, enforce_file_format=True)
    return str(path)


def explicit(tag: int, vr: str, value: bytes) -> bytes:
    """Return one element in explicit VR little endian."""
    head = struct.pack("<HH2s", tag >> 16, tag & 0xFFFF, vr.encode())
    if vr in ("OB", "OW", "SQ", "UN", "UT", "UC", "UR"):
        return head + struct.pack("<HI", 0, len(value)) + value
    return head + struct.pack("<H", len(value)) + value


def part_10(elements: Iterable[bytes], transfer_syntax: str = "1.2.840.10008.1.2.1") -> bytes:
    """Return a file of raw elements behind a preamble and a minimal file meta."""
    uid = transfer_syntax.encode()
    return b"\0" * 128 + b"DICM" + explicit(0x00020010, "UI", uid + b"\0" * (len(uid) % 2)) + b"".join(elements)


def deep_file(depth: int) -> bytes:
    """Return a file of sequences in each other, with a name in the innermost item."""
    opened = b"\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
    return part_10([opened * depth, explicit(0x00100010, "PN", b"a ")])
