"""Files with a unique marker in every place where somebody may be named: what a result is searched for."""

import random
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import pydicom
from pydicom import DataElement, Dataset
from pydicom.config import IGNORE, settings
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.sequence import Sequence
from pydicom.uid import UID

from tests.files import bundled
from tui.dicom.anonymize.profile import treatment_of
from tui.dicom.anonymize.uids import STRUCTURAL
from tui.dicom.dictionary import _table, lookup
from tui.dicom.newer_attributes import NEWER

FREE_TEXT: Final = frozenset({"LO", "LT", "ST", "UT", "UC"})
BY_VR: Final = frozenset({"PN", "DA", "TM", "DT", "UI"})
NOT_HARMLESS: Final = BY_VR | FREE_TEXT | {"UN", "SQ"}
NESTING: Final = (0x00081115, 0x0008114A, 0x0040A170)  # sequences that the table does not list, one in the other
IMAGE: Final = {
    0x00280002: ("US", 1), 0x00280004: ("CS", "MONOCHROME2"), 0x00280010: ("US", 16), 0x00280011: ("US", 16),
    0x00280100: ("US", 16), 0x00280101: ("US", 12), 0x00280102: ("US", 11), 0x00280103: ("US", 0),
}  # fmt: skip
# What rules how the file or its pixels are read, and what says what was done, is not filled with markers.
_SET_APART: Final = {
    0x00080005, 0x00080016, 0x00080018, 0x0020000D, 0x0020000E, 0x00100010, 0x00100020, 0x00120062, 0x00120063, 0x00120064,
    0x00280303, 0x00280301, 0x00280008, 0x00280006, 0x00041220, 0x00420011, 0x00287FE0, 0x00080060, 0x00080064, 0x00080008,
    0x00080201, 0x00283002, 0x00283006, 0x00281201, 0x00281202, 0x00281203, 0x00281101, 0x00281102, 0x00281103,
    *NESTING, *IMAGE,
}  # fmt: skip
# What stays only with what it is of, or is never true again: private groups, signatures, encrypted attributes, retired ones.
GONE_ON_PURPOSE: Final = frozenset({0x00080300, 0x04000500, 0x4FFE0001, 0x04000305, 0x04000310})
DEFLATED_FRAME: Final = "1.2.840.10008.1.2.8.1"
COMPRESSED: Final = {  # frames of bundled files; some are of a process that two transfer syntaxes have in common
    "1.2.840.10008.1.2.4.50": "SC_rgb_dcmtk_+eb+cr.dcm",
    "1.2.840.10008.1.2.4.51": "JPGExtended.dcm",
    "1.2.840.10008.1.2.4.57": "SC_rgb_jpeg_gdcm.dcm",
    "1.2.840.10008.1.2.4.70": "SC_rgb_jpeg_gdcm.dcm",
    "1.2.840.10008.1.2.4.80": "MR_small_jpeg_ls_lossless.dcm",
    "1.2.840.10008.1.2.4.81": "JPEGLSNearLossless_08.dcm",
    "1.2.840.10008.1.2.4.90": "MR_small_jp2klossless.dcm",
    "1.2.840.10008.1.2.4.91": "JPEG2000.dcm",
    "1.2.840.10008.1.2.4.201": "MR_small_jp2klossless.dcm",
    "1.2.840.10008.1.2.4.202": "MR_small_jp2klossless.dcm",
    "1.2.840.10008.1.2.4.203": "JPEG2000.dcm",
    "1.2.840.10008.1.2.5": "MR_small_RLE.dcm",
    DEFLATED_FRAME: "MR_small.dcm",
}
NATIVE: Final = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2")


@dataclass
class Marked:
    """A file, and the markers in it: by the place where each stands, as they stand there."""

    path: Path
    markers: dict[str, str] = field(default_factory=dict)
    listed: dict[tuple[int, int], str] = field(default_factory=dict)  # (depth, tag) of attributes of Table E.1-1
    harmless: dict[tuple[int, int], Any] = field(default_factory=dict)
    hidden: list[str] = field(default_factory=list)  # markers that no option keeps


def public_tags() -> Iterator[tuple[int, str]]:
    """Return every public attribute of the dictionary with its (first) VR; of repeating groups one each."""
    known = {tag: row[0] for tag, row in _table("_dicom_dict").DicomDictionary.items()}
    known |= {tag: vr for tag, (vr, _vm, _name) in NEWER.items()}
    for tag, vr in sorted(known.items()):
        if tag >> 16 not in (0x0000, 0x0002, 0x0004, 0x7FE0, 0xFFFE) and len(vr) >= 2:
            yield tag, vr[:2]


class Marker:
    """Makes unique values of every VR."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._used: set[str] = set()

    def word(self, length: int = 10) -> str:
        while True:
            made = "".join(self._random.choice("BCDFGHJKLMNPQRSTVWXZ") for _ in range(length))
            if made not in self._used:
                self._used.add(made)
                return made

    def digits(self, length: int) -> str:
        while True:
            made = str(self._random.randrange(1, 10)) + "".join(self._random.choice("0123456789") for _ in range(length - 1))
            if made not in self._used:
                self._used.add(made)
                return made

    def date(self) -> str:
        while True:
            made = (
                f"{self._random.randrange(1860, 2020)}{self._random.randrange(1, 13):02}{self._random.randrange(1, 29):02}"
            )
            if made not in self._used:
                self._used.add(made)
                return made

    def time(self) -> str:
        return (
            f"{self._random.randrange(24):02}{self._random.randrange(60):02}{self._random.randrange(60):02}."
            + self.digits(6)
        )

    def value(self, vr: str) -> tuple[Any, str]:
        """Return a value, and what to look for; "" where a value of the VR cannot be unique."""
        if vr == "PN":
            family = self.word(9)
            return f"{family}^{self.word(8)}", family
        if vr in ("OB", "OW", "UN", "OF", "OL", "OD", "OV"):
            made = self.word(16)
            return made.encode(), made
        makers: dict[str, Callable[[], str]] = {
            "DA": self.date, "TM": self.time, "DT": lambda: self.date() + self.time(),
            "UI": lambda: f"1.2.826.0.1.{self.digits(14)}", "DS": lambda: f"0.{self.digits(11)}",
            "IS": lambda: self.digits(9),
            **dict.fromkeys(("SH", "CS", "AE"), lambda: self.word(12)),
            **dict.fromkeys(("LO", "LT", "ST", "UT", "UC", "UR"), lambda: self.word(14)),
        }  # fmt: skip
        if vr in makers:
            made = makers[vr]()
            return made, made
        plain: dict[str, Any] = {
            "AS": f"{self._random.randrange(1, 99):03}Y", "AT": 0x00100010,
            "FL": float(self._random.randrange(1, 1 << 20)), "FD": float(self._random.randrange(1, 1 << 20)),
        }  # fmt: skip
        return plain.get(vr, self._random.randrange(1, 1 << 14)), ""


def marked_file(path: Path, seed: int, transfer_syntax: str = NATIVE[1], *, harmless: bool = True) -> Marked:
    """Write a file with markers at the top and three sequences down, and in every other place that a file has."""
    settings.writing_validation_mode = settings.reading_validation_mode = IGNORE
    made, marker = Marked(path), Marker(seed)
    dataset = _image(transfer_syntax, made, marker)
    dataset.SOPClassUID = UID("1.2.840.10008.5.1.4.1.1.2")
    for tag, keyword in ((0x00080018, "instance"), (0x0020000D, "study"), (0x0020000E, "series")):
        dataset.add(DataElement(tag, "UI", _hidden(made, keyword, f"1.2.826.0.1.{marker.digits(15)}")))
    dataset.Modality = "CT"
    dataset.add_new(0x00100010, "PN", _hidden(made, "family", marker.word(9)) + "^" + _hidden(made, "given", marker.word(8)))
    dataset.add_new(0x00100020, "LO", _hidden(made, "patient id", marker.word(10)))
    level, around = dataset, None
    for depth in range(len(NESTING) + 1):
        _fill(level, depth, made, marker, harmless=harmless)
        _private(level, depth, made, marker)
        if depth < len(NESTING):
            around, level = level, Dataset()
            around.add(DataElement(NESTING[depth], "SQ", Sequence([level])))
    _quoted(dataset, made)
    _unlisted(dataset, made, marker)
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    known = transfer_syntax != DEFLATED_FRAME  # of which pydicom does not know yet
    meta.TransferSyntaxUID = UID(transfer_syntax if known else "1.2.840.10008.1.2.4.90")
    meta.SourceApplicationEntityTitle = _hidden(made, "source AE", marker.word(12))
    meta.PrivateInformationCreatorUID = UID("1.2.3.4.5")
    meta.PrivateInformation = _hidden(made, "meta private", marker.word(12)).encode()
    dataset.file_meta = meta
    dataset.preamble = _hidden(made, "preamble", marker.word(20)).encode().ljust(128, b"\0")
    path.parent.mkdir(parents=True, exist_ok=True)
    dataset.save_as(path, enforce_file_format=True)
    if not known:
        path.write_bytes(path.read_bytes().replace(b"1.2.840.10008.1.2.4.90", DEFLATED_FRAME.encode() + b"\0", 1))
    return made


def _hidden(made: Marked, where: str, text: str) -> str:
    made.markers[where] = text
    made.hidden.append(text)
    return text


def _fill(level: Dataset, depth: int, made: Marked, marker: Marker, *, harmless: bool) -> None:
    for tag, vr in public_tags():
        if tag in _SET_APART or (depth and tag in NESTING):
            continue
        entry = lookup(tag)
        assert entry is not None
        listed = treatment_of(tag) is not None
        if listed and vr == "SQ":
            inner = Dataset()
            text = _hidden(made, f"{depth} in {tag:08x}", marker.word(12))
            inner.add(DataElement(0x00080104, "LO", text))
            inner.add(DataElement(0x00080100, "SH", marker.word(8)))
            level.add(DataElement(tag, "SQ", Sequence([inner])))
        elif listed:
            value, wanted = marker.value(vr)
            level.add(DataElement(tag, vr, value))
            if wanted:
                made.listed[depth, tag] = wanted
        elif entry.retired:
            if vr in FREE_TEXT:
                level.add(DataElement(tag, vr, _hidden(made, f"{depth} retired {tag:08x}", marker.word(12))))
        elif vr in BY_VR and tag not in STRUCTURAL:
            value, wanted = marker.value(vr)
            level.add(DataElement(tag, vr, value))
            made.listed[depth, tag] = wanted
        elif harmless and vr not in NOT_HARMLESS and tag not in GONE_ON_PURPOSE:
            value, _ = marker.value(vr)
            level.add(DataElement(tag, vr, value))
            made.harmless[depth, tag] = value


def _private(level: Dataset, depth: int, made: Marked, marker: Marker) -> None:
    block = level.private_block(0x0009, _hidden(made, f"{depth} creator", marker.word(12)), create=True)
    for number, vr in enumerate(("LO", "PN", "UN", "OB", "UT", "DA"), 1):
        value, wanted = marker.value(vr)
        block.add_new(number, vr, value)
        _hidden(made, f"{depth} private {vr}", wanted)
    inner = Dataset()
    inner.add_new(0x00100010, "PN", _hidden(made, f"{depth} private name", marker.word(11)))
    block.add_new(9, "SQ", Sequence([inner]))
    safe = level.private_block(0x2001, "Philips Imaging DD 001", create=True)
    safe.add_new(0x03, "FL", 1000.0)  # safe: MR Image Diffusion B-Factor
    safe.add_new(0xFE, "LO", _hidden(made, f"{depth} beside safe", marker.word(12)))


def _quoted(dataset: Dataset, made: Marked) -> None:
    """Write names, IDs and UIDs into texts that the table does not list, in other forms."""
    family, given, patient = made.markers["family"], made.markers["given"], made.markers["patient id"]
    dataset.add_new(0x00080070, "LO", f"for {given.lower()} {family.title()}")
    dataset.add_new(0x00181020, "LO", f"v1 {family.lower()}_{given.lower()}2")
    dataset.add_new(0x00081090, "LO", f"{patient[:5]}-{patient[5:]}")
    dataset.add_new(0x00181016, "LO", f"see {made.markers['instance']}")
    dataset.add_new(0x00189004, "CS", "PRODUCT")


def _unlisted(dataset: Dataset, made: Marked, marker: Marker) -> None:
    """Add what no dictionary has, group lengths, overlays, curves and padding."""
    dataset.add_new(0x00080002, "LO", _hidden(made, "unknown", marker.word(12)))
    dataset.add_new(0x60000010, "US", 16)
    dataset.add_new(0x60000022, "LO", _hidden(made, "overlay description", marker.word(12)))
    dataset.add_new(0x60001500, "LO", _hidden(made, "overlay label", marker.word(12)))
    dataset.add_new(0x60003000, "OW", _hidden(made, "overlay data", marker.word(16)).encode())
    dataset.add_new(0x60004000, "LT", _hidden(made, "overlay comments", marker.word(12)))
    dataset.add_new(0x50002500, "LO", _hidden(made, "curve label", marker.word(12)))
    dataset.add_new(0x50003000, "OW", _hidden(made, "curve data", marker.word(16)).encode())
    dataset.add_new(0xFFFCFFFC, "OB", _hidden(made, "padding", marker.word(16)).encode())


def _image(transfer_syntax: str, made: Marked, marker: Marker) -> Dataset:
    """Return a dataset with pixels: with text in the unused bits, or in the segments of a code stream."""
    dataset = Dataset()
    if transfer_syntax in NATIVE:
        for tag, (vr, value) in IMAGE.items():
            dataset.add_new(tag, vr, value)
        text = _hidden(made, "unused bits", marker.word(32))
        words = np.arange(256, dtype="<u2")
        words[:128] |= np.frombuffer(b"".join(bytes([0, (c & 0xF) << 4]) for c in text.encode()) * 4, "<u2")[:128]
        order = ">" if transfer_syntax.endswith(".2.2") else "<"
        dataset.add_new(0x7FE00010, "OW", words.astype(f"{order}u2").tobytes())
        return dataset
    other = pydicom.dcmread(bundled(COMPRESSED[transfer_syntax]))
    for element in other:
        if element.tag.group == 0x0028 and element.keyword not in ("PixelDataProviderURL",):
            dataset.add(element)
    if transfer_syntax == DEFLATED_FRAME:
        deflater = zlib.compressobj(wbits=-15)
        frames = [deflater.compress(other.PixelData) + deflater.flush() + _hidden(made, "behind", marker.word(20)).encode()]
        dataset.add_new(0x7FE00010, "OB", encapsulate(frames))
        dataset["PixelData"].is_undefined_length = True
        return dataset
    count = int(other.get("NumberOfFrames", 1))
    frames = [_with_comment(frame, made, marker) for frame in generate_frames(other.PixelData, number_of_frames=count)]
    dataset.add_new(0x7FE00010, "OB", encapsulate(frames))
    dataset["PixelData"].is_undefined_length = True
    return dataset


def _with_comment(frame: bytes, made: Marked, marker: Marker) -> bytes:
    text = _hidden(made, "in the code stream", marker.word(20)).encode()
    if frame.startswith(b"\xff\xd8"):
        comment = b"\xff\xfe" + struct.pack(">H", len(text) + 2) + text
        application = b"\xff\xe1" + struct.pack(">H", len(text) + 2) + text
        return frame[:2] + comment + application + frame[2:]
    if frame.startswith(b"\xff\x4f"):
        at = frame.index(b"\xff\x52")
        return frame[:at] + b"\xff\x64" + struct.pack(">HH", len(text) + 4, 1) + text + frame[at:]
    return frame + text  # run lengths: behind the last segment
