"""A DICOMDIR of the files that were written (PS3.3 F.3 to F.5, PS3.10 8): patients, studies, series and instances.

What an instance says of itself is pydicom's to tell, by kind of record; a value that a record must have, and that no file
has, is made up and told of, as other programs that write media do.
"""

import os
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Final

import pydicom
from pydicom.dataset import Dataset
from pydicom.fileset import DIRECTORY_RECORDERS
from pydicom.uid import UID

from tui.dicom.element import UNDEFINED
from tui.dicom.element_bytes import item, sequence_end
from tui.dicom.encoding import Encoding
from tui.dicom.errors import ExportError, ReadError, WriteError, translated
from tui.dicom.export.order import STANDARD_OUTPUT
from tui.dicom.implementation import new_uid
from tui.dicom.library.findings import many
from tui.dicom.new_object import EXPLICIT, encoded_dataset, write_head
from tui.dicom.save import new_file
from tui.text import safe_text

NAME: Final = "DICOMDIR"
_MEDIA_STORAGE: Final = "1.2.840.10008.1.3.10"
_ENCODING: Final = Encoding(implicit=False, big_endian=False)
_IN_USE: Final = 0xFFFF
_SEQUENCE_HEAD, _ITEM_HEAD = 12, 8  # bytes
_NEXT_AT, _LOWER_AT = 8, 30  # of the values of (0004,1400) and (0004,1420) in a record
_LEVELS: Final = ("PATIENT", "STUDY", "SERIES")
_DAYS: Final = ("SeriesDate", "AcquisitionDate", "ContentDate", "InstanceCreationDate")
_NO_DAY, _NO_TIME = "19000101", "000000"
_STORAGE: Final = "1.2.840.10008.5.1.4.1.1."
_KINDS: Final = {  # of instances that are no images (PS3.3 F.4), by the end of their SOP Class
    "481.2": "RT DOSE", "481.3": "RT STRUCTURE SET", "481.5": "RT PLAN", "481.8": "RT PLAN", "481.4": "RT TREAT RECORD",
    "481.6": "RT TREAT RECORD", "481.7": "RT TREAT RECORD", "481.9": "RT TREAT RECORD",
    **{f"11.{number}": "PRESENTATION" for number in range(1, 13)}, **{f"9.{end}": "WAVEFORM" for end in (
        "1.1", "1.2", "1.3", "2.1", "3.1", "4.1", "4.2", "5.1", "6.1", "6.2", "7.1", "7.2", "7.3", "7.4", "8.1")},
    **{f"88.{end}": "SR DOCUMENT" for end in (
        "11", "22", "33", "34", "35", "40", "50", "65", "67", "68", "69", "70", "71", "72", "73", "74", "75", "76")},
    "88.59": "KEY OBJECT DOC", "4.2": "SPECTROSCOPY", "66": "RAW DATA", "66.1": "REGISTRATION", "66.3": "REGISTRATION",
    "66.2": "FIDUCIAL", "67": "VALUE MAP", "66.5": "SURFACE", "66.6": "TRACT", "68.1": "SURFACE SCAN",
    "68.2": "SURFACE SCAN", "77.1.5.3": "STEREOMETRIC", "104.1": "ENCAP DOC", "104.2": "ENCAP DOC", "104.3": "ENCAP DOC",
    "104.4": "ENCAP DOC", "104.5": "ENCAP DOC", "78.1": "MEASUREMENT", "78.2": "MEASUREMENT", "78.3": "MEASUREMENT",
    "78.4": "MEASUREMENT", "78.5": "MEASUREMENT", "78.6": "MEASUREMENT", "78.7": "MEASUREMENT", "78.8": "MEASUREMENT",
    "90.1": "ASSESSMENT",
}  # fmt: skip
_FOUND_BY: Final = ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")
_OF_IMAGES: Final = (
    "SpecificCharacterSet", "SOPClassUID", "SOPInstanceUID", "PatientName", "PatientID", "StudyDate", "StudyTime",
    "StudyDescription", "StudyInstanceUID", "StudyID", "AccessionNumber", "Modality", "SeriesInstanceUID", "SeriesNumber",
    "InstanceNumber", *_DAYS,
)  # fmt: skip


def check_place(output: str, *, replace: bool) -> None:
    """Refuse what is no folder, and one that has a DICOMDIR already.

    Raises
    ------
    ExportError
        It has.
    """
    if output == STANDARD_OUTPUT:
        raise ExportError(f"a {NAME} lies in a folder with its files: name one with -o")
    if os.path.lexists(os.path.join(output, NAME)) and not replace:
        raise ExportError(f"{safe_text(output)} has a {NAME} already: name another folder", output)


def check_source(path: str, *, as_it_is: bool) -> None:
    """Refuse a file of which no record can be made, before it is written.

    Parameters
    ----------
    path : str
        Where it lies.
    as_it_is : bool
        Whether it will be copied byte for byte: then its file meta information is wanted, too.

    Raises
    ------
    ReadError
        It lacks what its records are found by.
    """
    refused = f"it cannot stand in a {NAME}"
    with translated(ReadError, refused, path):
        head = pydicom.dcmread(path, stop_before_pixels=True, force=True, specific_tags=list(_FOUND_BY))
    missing = [keyword for keyword in _FOUND_BY if not head.get(keyword)]
    if missing:
        raise ReadError(f"{refused}: it has no {', '.join(missing)}", path)
    if as_it_is and not head.file_meta.get("TransferSyntaxUID"):
        raise ReadError(f"{refused}: it has no file meta information; --format dicom makes it", path)


def record_type(sop_class: str) -> str:
    """Return the type of record of an instance (PS3.3 F.4)."""
    return _KINDS.get(sop_class.removeprefix(_STORAGE), "IMAGE")


@dataclass(slots=True)
class _Record:
    """A record, encoded with its links still open, and those below it."""

    data: bytes
    below: list["_Record"] = field(default_factory=list)
    keys: dict[str, "_Record"] = field(default_factory=dict)
    at: int = 0


class Directory:
    """A DICOMDIR in the making.

    Parameters
    ----------
    root : str
        The folder that it will lie in.
    """

    def __init__(self, root: str) -> None:
        self._root = root
        self._top = _Record(b"")
        self._invented: set[str] = set()  # attributes that had to be made up
        self._other_syntaxes = 0

    def add(self, path: str) -> None:
        """Add a file that lies below the root.

        Raises
        ------
        ReadError
            It cannot be read, or lacks what its record must have.
        """
        names = os.path.relpath(path, self._root).split(os.sep)
        with translated(ReadError, "it cannot stand in a DICOMDIR", path):
            head = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=list(_OF_IMAGES))
            kind = record_type(str(head.SOPClassUID))
            if kind != "IMAGE":
                head = pydicom.dcmread(path, stop_before_pixels=True)
            syntax = str(head.file_meta.TransferSyntaxUID)
            self._other_syntaxes += syntax != EXPLICIT
            around = self._top
            identities = (str(head.get("PatientID") or ""), str(head.StudyInstanceUID), str(head.SeriesInstanceUID))
            for level, identity in zip(_LEVELS, identities, strict=True):
                if identity not in around.keys:
                    made = _Record(self._encoded(level, head, len(around.below) + 1))
                    around.below.append(made)
                    around.keys[identity] = made
                around = around.keys[identity]
            found = {
                "ReferencedFileID": names, "ReferencedSOPClassUIDInFile": head.SOPClassUID,
                "ReferencedSOPInstanceUIDInFile": head.SOPInstanceUID, "ReferencedTransferSyntaxUIDInFile": UID(syntax),
            }  # fmt: skip
            around.below.append(_Record(self._encoded(kind, head, len(around.below) + 1, found)))

    def _encoded(self, kind: str, head: Dataset, number: int, also: dict[str, Any] | None = None) -> bytes:
        """Return a record as bytes; its number among those beside it is what is made up where there is none."""
        for keyword, value in _must_have(kind, head, number).items():
            if not head.get(keyword) and head.get(keyword) != 0:
                setattr(head, keyword, value)
                self._invented.add(keyword)
        told: Callable[[Dataset], Dataset] = DIRECTORY_RECORDERS[kind]
        record = told(head)
        for keyword, value in (also or {}).items():
            setattr(record, keyword, value)
        record.OffsetOfTheNextDirectoryRecord, record.RecordInUseFlag = 0, _IN_USE
        record.OffsetOfReferencedLowerLevelDirectoryEntity, record.DirectoryRecordType = 0, kind
        charset = head.get("SpecificCharacterSet")
        if charset:
            record.SpecificCharacterSet = charset
        return encoded_dataset(record)

    def write(self, *, replace: bool, mode: int) -> tuple[list[str], int, list[str]]:
        """Write the DICOMDIR; return its path, its size, and what a reader of it must know.

        Raises
        ------
        WriteError
            It cannot be written.
        """
        path = os.path.join(self._root, NAME)
        if not self._top.below:
            raise WriteError(f"there is no file that a {NAME} could name", path)
        head = BytesIO()
        meta = pydicom.dataset.FileMetaDataset()
        meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = UID(_MEDIA_STORAGE), UID(new_uid())
        write_head(head, meta, EXPLICIT)
        whole = Dataset()
        whole.FileSetID = None
        whole.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity = 0
        whole.OffsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity = 0
        whole.FileSetConsistencyFlag = 0
        begin = len(head.getvalue()) + len(encoded_dataset(whole)) + _SEQUENCE_HEAD
        records = list(_in_order(self._top))
        for record in records:
            record.at = begin
            begin += _ITEM_HEAD + len(record.data)
        _link(self._top)
        whole.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity = self._top.below[0].at
        whole.OffsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity = self._top.below[-1].at
        with new_file(path, replace=replace, mode=mode) as file:
            file.write(head.getvalue())
            file.write(encoded_dataset(whole))
            file.write(struct.pack("<HH2sHI", 0x0004, 0x1220, b"SQ", 0, UNDEFINED))
            for record in records:
                file.write(item(record.data, _ENCODING))
            file.write(sequence_end(_ENCODING))
            size = file.tell()
        return [path], size, self._notes()

    def _notes(self) -> list[str]:
        notes = []
        if self._invented:
            notes.append(f"the {NAME} has made-up values where files have none: {', '.join(sorted(self._invented))}")
        if self._other_syntaxes:
            notes.append(
                f"{many(self._other_syntaxes, 'file')} not in Explicit VR Little Endian, which general purpose media want "
                "(PS3.11): --format dicom makes them so"
            )
        return notes


def _must_have(kind: str, head: Dataset, number: int) -> dict[str, str]:
    """Return what a record must have (Type 1), with what stands there where a file has none."""
    day = next((str(head[keyword].value) for keyword in _DAYS if head.get(keyword)), _NO_DAY)
    wanted = {
        "PATIENT": {"PatientID": f"PT{number:06}"},
        "STUDY": {"StudyID": str(number), "StudyDate": day, "StudyTime": _NO_TIME},
        "SERIES": {"SeriesNumber": str(number), "Modality": "OT"},
    }  # fmt: skip
    return wanted.get(kind, {"InstanceNumber": str(number)})


def _in_order(record: _Record) -> Iterator[_Record]:
    """Yield the records below one, each before those below it."""
    for each in record.below:
        yield each
        yield from _in_order(each)


def _link(around: _Record) -> None:
    """Fill in where the next record of each one lies, and the first one below it."""
    following = [*around.below[1:], None] if around.below else []
    for each, after in zip(around.below, following, strict=True):
        lower = each.below[0].at if each.below else 0
        data = bytearray(each.data)
        struct.pack_into("<I", data, _NEXT_AT, after.at if after is not None else 0)
        struct.pack_into("<I", data, _LOWER_AT, lower)
        each.data = bytes(data)
        _link(each)
