"""A tree of many files for the library: patients, studies and series as a scanner writes them, in several encodings.

Each series is written once by pydicom; in its files the values that vary are replaced with their natural, varying lengths,
so that offsets move from file to file as in real series.
"""

import random
import struct
import zlib
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Final, NamedTuple

import pydicom
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from tests.files import bundled
from tui.dicom.element import PIXEL_DATA, UNDEFINED
from tui.dicom.elements import walk_file
from tui.dicom.errors import ReadError

ROOT: Final = "1.2.826.0.1.3680043.10.511.7"
_SYNTAXES: Final = (ExplicitVRLittleEndian,) * 7 + (ImplicitVRLittleEndian,) * 2 + (ExplicitVRBigEndian,)
_DEFLATED: Final = b"1.2.840.10008.1.2.1.99"
_UID_TOKEN: Final = f"{ROOT}.999999.999999"
_TOKENS: Final = (  # tag, VR, what the template has there
    ((0x0020, 0x0013), "IS", "88888888"),
    ((0x0020, 0x0032), "DS", "-101.111\\-202.2222\\-3333.333"),
    ((0x0020, 0x1041), "DS", "-3333.3333"),
    ((0x0019, 0x1024), "DS", "44.4444444"),
)
_DIFFERENT: Final = (0x00020003, 0x00080018, 0x00200013)
_OF_PIXELS: Final = 4096  # bytes


class Kind(NamedTuple):
    """How a series is written."""

    syntax: UID
    nested: bool
    deflated: bool


def write_tree(root: Path, *, series: int, files: int, junk: int = 0, seed: int = 1) -> list[Path]:
    """Write a tree of `series` series with `files` files each, and `junk` that are no DICOM files; return all paths."""
    rng = random.Random(seed)
    made: list[Path] = []
    for at in range(series):
        syntax = _SYNTAXES[at % len(_SYNTAXES)]
        kind = Kind(syntax, nested=at % 20 == 3, deflated=at % 50 == 10 and syntax == ExplicitVRLittleEndian)
        folder = root / f"PAT{at // 12:04d}" / f"STUDY{at // 3:04d}" / f"SER{at:04d}"
        folder.mkdir(parents=True)
        template = _template(at, kind)
        for number in range(1, files + 1):
            path = folder / f"IM{number:05d}"
            path.write_bytes(_file(template, kind, at, number))
            made.append(path)
    for at in range(junk):
        path = made[rng.randrange(len(made))].parent / f"notes{at}.txt"
        path.write_bytes(rng.randbytes(rng.randrange(1, 4000)))
        made.append(path)
    return made


def _template(at: int, kind: Kind) -> bytes:
    """Return a CT with a scanner's private groups, and tokens for what varies."""
    dataset = pydicom.dcmread(bundled("CT_small.dcm"))
    del dataset[0xFFFCFFFC]
    dataset.PatientID, dataset.PatientName = f"PAT{at // 12:04d}", f"Tree^Patient {at // 12}"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = UID(f"{ROOT}.1.{at // 3}"), UID(f"{ROOT}.2.{at}")
    dataset.StudyDate, dataset.SeriesNumber = f"2020{1 + at // 3 % 12:02d}01", str(at % 3 + 1)
    dataset.SeriesDescription = ("AX SOFT", "AX BONE 1.25", "COR")[at % 3]
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = UID(_UID_TOKEN)
    dataset.Rows = dataset.Columns = 64
    for tag, _, token in _TOKENS:
        dataset[tag].value = token.split("\\") if "\\" in token else token
    if kind.nested:
        dataset.ReferencedImageSequence = Sequence([_reference(number) for number in range(3)])
        dataset["ReferencedImageSequence"].is_undefined_length = True
    for element in list(dataset):  # raw elements are made whole before they are written in another encoding
        assert element.tag is not None
    dataset.PixelData = bytes(64 * 64 * 2)
    dataset.file_meta.TransferSyntaxUID = kind.syntax
    written = BytesIO()
    pydicom.dcmwrite(written, dataset, enforce_file_format=True)
    return written.getvalue()


def _reference(number: int) -> Dataset:
    item, code = Dataset(), Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = UID("1.2.840.10008.5.1.4.1.1.2"), UID(f"{ROOT}.9.{number}")
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "T-D1100", "SRT", "Head"
    item.PurposeOfReferenceCodeSequence = Sequence([code])
    item["PurposeOfReferenceCodeSequence"].is_undefined_length = True
    item.is_undefined_length_sequence_item = True
    return item


def _file(template: bytes, kind: Kind, at: int, number: int) -> bytes:
    place = 2.5 * number - 500
    values = (str(number), f"-158.1\\-179.0\\{place:g}", f"{place:g}", f"{17.5 + number * 0.9:g}")
    data = template.replace(_UID_TOKEN.encode(), f"{ROOT}.{900_000 + at}.{900_000 + number}".encode())
    for (tag, vr, token), value in zip(_TOKENS, values, strict=True):
        before = _element(tag, vr, token, kind)
        assert data.count(before) == 1
        data = data.replace(before, _element(tag, vr, value, kind))
    return _deflated(data) if kind.deflated else data


def _element(tag: tuple[int, int], vr: str, text: str, kind: Kind) -> bytes:
    value = text.encode() + b" " * (len(text) % 2)
    order = ">" if kind.syntax == ExplicitVRBigEndian else "<"
    if kind.syntax == ImplicitVRLittleEndian:
        return struct.pack("<HHI", *tag, len(value)) + value
    return struct.pack(f"{order}HH2sH", *tag, vr.encode(), len(value)) + value


def _deflated(data: bytes) -> bytes:
    """Return a file with its dataset deflated (PS3.5 A.5), and a file meta information that says so."""
    end = 144 + struct.unpack_from("<I", data, 140)[0]
    said = ExplicitVRLittleEndian.encode()
    before = b"\x02\x00\x10\x00UI" + struct.pack("<H", len(said) + 1) + said + b"\0"
    after = b"\x02\x00\x10\x00UI" + struct.pack("<H", len(_DEFLATED)) + _DEFLATED
    meta = data[144:end].replace(before, after)
    deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    body = deflater.compress(data[end:]) + deflater.flush()
    return data[:140] + struct.pack("<I", len(meta)) + meta + body + b"\0" * (len(body) % 2)


def write_copies(root: Path, files: Iterable[Path], copies: int, seed: int = 1) -> list[str]:
    """Write each file as a series of `copies` ones, return their paths in disorder.

    The last digits of UIDs and instance numbers differ; compressed pixel data differ in length; most of
    them are holes.
    """
    rng, made = random.Random(seed), list[str]()
    for at, original in enumerate(files):
        data = original.read_bytes()
        spots, end, compressed = _varying(original)
        folder = root / f"{at:04d}"
        folder.mkdir()
        for copy in range(copies):
            changed = bytearray(data[:end])
            for begin, behind in spots:
                digits = [place for place in range(begin, behind) if chr(changed[place]).isdigit()][-2:]
                for place, digit in zip(digits, f"{copy + 10:02d}"[-len(digits) :], strict=False):
                    changed[place] = ord(digit)
            path = folder / f"{copy}{original.suffix}"
            with path.open("wb") as file:
                file.write(changed)
                file.truncate(len(data) + (2 * rng.randrange(2000) if compressed else 0))
            made.append(str(path))
    rng.shuffle(made)
    return made


def _varying(path: Path) -> tuple[list[tuple[int, int]], int | None, bool]:
    """Return where the values lie that differ within a series, where pixel data begin, and whether they are compressed."""
    try:
        elements = walk_file(str(path))
    except ReadError:
        return [], None, False
    if elements.source.inflated:
        return [], None, False
    top = {tag: elements.elements[at] for tag, at in elements.top.items()}
    spots = [(top[tag].offset, top[tag].offset + top[tag].length) for tag in _DIFFERENT if tag in top]
    pixels = top.get(PIXEL_DATA)
    return spots, pixels and pixels.offset + _OF_PIXELS, pixels is not None and pixels.length == UNDEFINED
