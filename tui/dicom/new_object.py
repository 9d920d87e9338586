"""What new DICOM objects have in common: file meta information, and what their IOD wants and nobody has said."""

from typing import IO, Final

from pydicom.datadict import dictionary_VR
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import correct_ambiguous_vr, write_dataset, write_file_meta_info
from pydicom.uid import UID

from tui.dicom.implementation import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME
from tui.dicom.iod_types import types_at_top

EXPLICIT: Final = "1.2.840.10008.1.2.1"
_DS_CHARACTERS: Final = 16
_PREAMBLE: Final = b"\0" * 128


def complete(dataset: Dataset) -> None:
    """Add without a value what the IOD of a dataset wants to be there, and what is not (Type 2, PS3.5 7.4.3)."""
    for tag, kind in types_at_top(str(dataset.get("SOPClassUID", ""))).items():
        if kind == "2" and tag not in dataset:
            dataset.add_new(tag, dictionary_VR(tag), None)


def write_head(file: IO[bytes], meta: FileMetaDataset, transfer_syntax: str, preamble: bytes | None = None) -> None:
    """Write what a DICOM file begins with: preamble, prefix and file meta information (PS3.10 7.1).

    Parameters
    ----------
    file : binary file
        Where.
    meta : FileMetaDataset
        With the SOP Class and Instance UID; what says how the file is written, and by what, is set in it.
    transfer_syntax : str
        UID of the encoding of what follows.
    preamble : bytes, optional
        128 bytes; as it is, zeros.
    """
    meta.TransferSyntaxUID = UID(transfer_syntax)
    meta.ImplementationClassUID = UID(IMPLEMENTATION_CLASS_UID)
    meta.ImplementationVersionName = IMPLEMENTATION_VERSION_NAME
    held = DicomBytesIO()
    held.is_little_endian, held.is_implicit_VR = True, False
    write_file_meta_info(held, meta, enforce_standard=True)
    file.write((preamble or _PREAMBLE) + b"DICM" + held.getvalue())


def meta_of(dataset: Dataset) -> FileMetaDataset:
    """Return file meta information that names the object in a dataset."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    return meta


def encoded_dataset(dataset: Dataset, *, implicit: bool = False) -> bytes:
    """Return a dataset as little endian bytes (PS3.5 7.1)."""
    held = DicomBytesIO()
    held.is_little_endian, held.is_implicit_VR = True, implicit
    if not implicit:  # what comes from implicit VR may still be of two VRs
        correct_ambiguous_vr(dataset, True)
    write_dataset(held, dataset)
    return held.getvalue()


def as_ds(number: float) -> str:
    """Return a number as a Decimal String of at most 16 characters (PS3.5 6.2), as exactly as it goes."""
    text = repr(float(number) + 0.0).removesuffix(".0")  # no -0
    digits = _DS_CHARACTERS
    while len(text) > _DS_CHARACTERS:
        digits -= 1
        text = f"{number:.{digits}g}"
    return text
