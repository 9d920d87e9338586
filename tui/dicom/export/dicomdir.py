"""A DICOMDIR of the files that were written (PS3.3 F.3 to F.5, PS3.10 8): patients, studies, series and instances.

What an instance says of itself is pydicom's to tell, by kind of record; a value that a record must have, and that no file
has, is made up and told of, as other programs that write media do.
"""

import os
import struct
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Final

import pydicom
from pydicom.dataset import Dataset
from pydicom.fileset import DIRECTORY_RECORDERS
from pydicom.uid import UID

from tui.dicom.archives import is_packed
from tui.dicom.element import UNDEFINED
from tui.dicom.element_bytes import item, sequence_end
from tui.dicom.encoding import Encoding
from tui.dicom.errors import ExportError, ReadError, WriteError, translated
from tui.dicom.export.dicom_options import DICOMDIR_NAME as NAME
from tui.dicom.export.dicom_options import FOLDER
from tui.dicom.export.directory_records import DAYS, KIND_OF, REFUSED, must_have, record_type
from tui.dicom.export.order import STANDARD_OUTPUT
from tui.dicom.implementation import new_uid
from tui.dicom.library.findings import many
from tui.dicom.new_object import EXPLICIT, encoded_dataset, write_head
from tui.dicom.save import new_file
from tui.text import safe_text

_MEDIA_STORAGE: Final = "1.2.840.10008.1.3.10"
_ENCODING: Final = Encoding(implicit=False, big_endian=False)
_IN_USE: Final = 0xFFFF
_SEQUENCE_HEAD, _ITEM_HEAD = 12, 8  # bytes
_NEXT_AT, _LOWER_AT = 8, 30  # of the values of (0004,1400) and (0004,1420) in a record
_LEVELS: Final = ("PATIENT", "STUDY", "SERIES")
_FOUND_BY: Final = ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")
_OF_IMAGES: Final = (
    "SpecificCharacterSet", "SOPClassUID", "SOPInstanceUID", "PatientName", "PatientID", "PatientBirthDate",
    "StudyDate", "StudyTime",
    "StudyDescription", "StudyInstanceUID", "StudyID", "AccessionNumber", "Modality", "SeriesInstanceUID", "SeriesNumber",
    "InstanceNumber", "Rows", *DAYS,
)  # fmt: skip


def check_place(output: str) -> None:
    """Refuse what is no folder, and one in which a file-set lies: what is on media and in no DICOMDIR is not known of.

    Raises
    ------
    ExportError
        It is one.
    """
    if output == STANDARD_OUTPUT:
        raise ExportError(f"a {NAME} lies in a folder with its files: name one with -o")
    for name in (NAME, FOLDER):
        if os.path.lexists(os.path.join(output, name)):
            raise ExportError(f"{safe_text(output)} has a {name} already: name another folder", output)


def check_source(path: str, *, as_it_is: bool, in_frames: bool) -> None:
    """Refuse a file of which no record can be made, before it is written.

    Parameters
    ----------
    path : str
        Where it lies.
    as_it_is : bool
        Whether it will be copied byte for byte: then its file meta information is wanted, too.
    in_frames : bool
        Whether its frames will be images of their own.

    Raises
    ------
    ReadError
        It lacks what its records are found by, or must hold.
    """
    if as_it_is and (is_packed(path) or not os.path.isfile(path)):
        raise ReadError(f"{REFUSED}: it is packed, or lies in an archive", path)
    with translated(ReadError, REFUSED, path):
        head = _head(path, force=True)
        missing = [keyword for keyword in _FOUND_BY if not head.get(keyword)]
        if missing:
            raise ReadError(f"{REFUSED}: it has no {', '.join(missing)}", path)
        if as_it_is and not head.file_meta.get("TransferSyntaxUID"):
            raise ReadError(f"{REFUSED}: it has no file meta information; --format dicom makes it", path)
        if not in_frames:
            kind = record_type(head)
            for keyword, value in must_have(kind, head, 1).items():
                setattr(head, keyword, value)
            DIRECTORY_RECORDERS[kind](head)


def _head(path: str, *, force: bool = False) -> Dataset:
    """Read what records need of a file."""
    head = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=list(_OF_IMAGES), force=force)
    if str(head.get("SOPClassUID")) in KIND_OF:
        head = pydicom.dcmread(path, stop_before_pixels=True, force=force)
    return head


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
    known_ids : set of str
        The IDs of all patients: what is made up is none of them.
    """

    def __init__(self, root: str, known_ids: Set[str] = frozenset()) -> None:
        self._root = root
        self._known_ids = known_ids
        self._top = _Record(b"")
        self._invented: set[str] = set()  # attributes that had to be made up
        self._other_syntaxes = 0
        self._people: dict[str, set[tuple[str, str]]] = {}  # names and birth dates, by the folder of a patient

    def add(self, path: str) -> None:
        """Add a file that lies below the root, in the folders of its patient, study and series.

        Raises
        ------
        ReadError
            It cannot be read, or lacks what its record must have.
        """
        names = os.path.relpath(path, self._root).split(os.sep)
        with translated(ReadError, REFUSED, path):
            head = _head(path)
            kind = record_type(head)
            syntax = str(head.file_meta.TransferSyntaxUID)
            self._other_syntaxes += syntax != EXPLICIT
            person = str(head.get("PatientName") or "").upper(), str(head.get("PatientBirthDate") or "")
            self._people.setdefault(names[1], set()).add(person)
            around = self._top
            for level, folder in zip(_LEVELS, names[1:], strict=False):
                if folder not in around.keys:
                    made = _Record(self._encoded(level, head, len(around.below) + 1))
                    around.below.append(made)
                    around.keys[folder] = made
                around = around.keys[folder]
            found = {
                "ReferencedFileID": names, "ReferencedSOPClassUIDInFile": head.SOPClassUID,
                "ReferencedSOPInstanceUIDInFile": head.SOPInstanceUID, "ReferencedTransferSyntaxUIDInFile": UID(syntax),
            }  # fmt: skip
            around.below.append(_Record(self._encoded(kind, head, len(around.below) + 1, found)))

    def _encoded(self, kind: str, head: Dataset, number: int, also: dict[str, Any] | None = None) -> bytes:
        """Return a record as bytes; its number among those beside it is what is made up where there is none."""
        for keyword, value in must_have(kind, head, number).items():
            while value in self._known_ids:
                value += "_"
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

    def write(self, mode: int) -> tuple[list[str], int, list[str]]:
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
        with new_file(path, mode=mode) as file:
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
        mixed = sum(len(people) > 1 for people in self._people.values())
        if mixed:
            said = many(mixed, "patient")
            notes.append(f"{said} with one ID and several names or birth dates: one record stands for them")
        if self._other_syntaxes:
            notes.append(
                f"{many(self._other_syntaxes, 'file')} not in Explicit VR Little Endian, which general purpose media want "
                "(PS3.11): --format dicom --syntax explicit makes them so"
            )
        return notes


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
