"""Records of a DICOMDIR: of which kind that of an instance is (PS3.3 F.4), and what it must hold (F.5)."""

from typing import Final

from pydicom.dataset import Dataset
from pydicom.fileset import DIRECTORY_RECORDERS

from tui.dicom.dictionary import uid_name
from tui.dicom.errors import ReadError
from tui.dicom.export.dicom_options import DICOMDIR_NAME
from tui.text import safe_text

REFUSED: Final = f"it cannot stand in a {DICOMDIR_NAME}"
DAYS: Final = ("SeriesDate", "AcquisitionDate", "ContentDate", "InstanceCreationDate")
_NO_DAY, _NO_TIME = "19000101", "000000"
_STORAGE: Final = "1.2.840.10008.5.1.4.1.1."
_KINDS: Final = {  # of instances that are no images (PS3.3 F.4), by the ends of their SOP Classes
    "RT DOSE": "481.2", "RT STRUCTURE SET": "481.3", "RT PLAN": "481.5 481.8", "RT TREAT RECORD": "481.4 481.6 481.7 481.9",
    "RADIOTHERAPY": " ".join(f"481.{number}" for number in range(10, 26)),
    "PRESENTATION": " ".join(["131", *(f"11.{number}" for number in range(1, 13))]),
    "WAVEFORM": "9.1.1 9.1.2 9.1.3 9.1.4 9.2.1 9.3.1 9.4.1 9.4.2 9.5.1 9.6.1 9.6.2 9.7.1 9.7.2 9.7.3 9.7.4 9.8.1",
    "SR DOCUMENT": "88.11 88.22 88.33 88.34 88.35 88.40 88.50 88.65 88.67 88.68 88.69 88.70 88.71 88.72 88.73 88.74 88.75 "
    "88.76 88.77 78.6 79.1",
    "KEY OBJECT DOC": "88.59", "SPECTROSCOPY": "4.2", "RAW DATA": "66", "REGISTRATION": "66.1 66.3", "FIDUCIAL": "66.2",
    "VALUE MAP": "67", "SURFACE": "66.5", "TRACT": "66.6", "SURFACE SCAN": "68.1 68.2", "STEREOMETRIC": "77.1.5.3",
    "ENCAP DOC": "104.1 104.2 104.3 104.4 104.5", "MEASUREMENT": "78.1 78.2 78.3 78.4 78.5 78.7 78.8 80.1",
    "ASSESSMENT": "90.1", "ANNOTATION": "91.1",
}  # fmt: skip
KIND_OF: Final = {_STORAGE + end: kind for kind, ends in _KINDS.items() for end in ends.split()}


def record_type(head: Dataset) -> str:
    """Return the type of record of an instance (PS3.3 F.4).

    Raises
    ------
    ReadError
        None is known.
    """
    sop_class = str(head.SOPClassUID)
    name = uid_name(sop_class) or sop_class
    kind = KIND_OF.get(sop_class) or ("IMAGE" if "Rows" in head or "Image" in name else "")
    if kind not in DIRECTORY_RECORDERS:
        raise ReadError(f"{REFUSED}: of {safe_text(name)} no kind of record is known")
    return kind


def must_have(kind: str, head: Dataset, number: int) -> dict[str, str]:
    """Return what a record must have (Type 1) and a file has not, with what is made up for it."""
    day = next((str(head[keyword].value) for keyword in DAYS if head.get(keyword)), _NO_DAY)
    wanted = {
        "PATIENT": {"PatientID": f"NOID{number:06}"},
        "STUDY": {"StudyID": str(number), "StudyDate": day, "StudyTime": _NO_TIME},
        "SERIES": {"SeriesNumber": str(number), "Modality": "OT"},
    }.get(kind, {"InstanceNumber": str(number)})  # fmt: skip
    return {keyword: value for keyword, value in wanted.items() if keyword not in head or head[keyword].is_empty}
