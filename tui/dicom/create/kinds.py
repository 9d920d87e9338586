"""The kinds of objects that are made, as a table: adding one is a row here (PS3.3 A.3, A.4, A.8, A.45)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tui.dicom.create.order import CT, MR, SECONDARY


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of object.

    Parameters
    ----------
    name : str
        What the command line calls it.
    sop_class : str
        Its UID.
    attributes : mapping
        What its IOD wants, by keyword, where nobody says otherwise.
    in_space : bool
        Whether it is a slice with a place in the patient.
    in_color : bool
        Whether its pixels may be RGB.
    """

    name: str
    sop_class: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    in_space: bool = False
    in_color: bool = False


_STORAGE: Final = "1.2.840.10008.5.1.4.1.1."
_SECONDARY: Final = {
    # Nobody has looked whether a name stands in the picture: who has says BurnedInAnnotation=NO
    "Modality": "OT", "ConversionType": "WSD", "BurnedInAnnotation": "YES", "ImageType": ["DERIVED", "SECONDARY"],
    "PatientOrientation": None,
}  # fmt: skip
_SLICE: Final = {"PatientPosition": None}  # Type 2C: nobody has said which
KINDS: Final = (
    Kind(SECONDARY, f"{_STORAGE}7", _SECONDARY, in_color=True),
    Kind(
        CT, f"{_STORAGE}2",
        {**_SLICE, "ImageType": ["DERIVED", "SECONDARY", "AXIAL"], "Modality": "CT"}, in_space=True,
    ),
    Kind(
        MR, f"{_STORAGE}4",
        {
            **_SLICE, "ImageType": ["DERIVED", "SECONDARY", "OTHER"], "Modality": "MR", "ScanningSequence": "RM",
            "SequenceVariant": "NONE", "RepetitionTime": None,
        },
        in_space=True,
    ),
)  # fmt: skip
DOCUMENT: Final = Kind(
    "pdf", f"{_STORAGE}104.1",
    {
        "Modality": "DOC", "ConversionType": "WSD", "BurnedInAnnotation": "YES",
        "MIMETypeOfEncapsulatedDocument": "application/pdf",
    },
)  # fmt: skip
_MULTI_FRAME: Final = {  # by the photometric interpretation, and the bits of a value
    ("MONOCHROME", 8): f"{_STORAGE}7.2",
    ("MONOCHROME", 16): f"{_STORAGE}7.3",
    ("COLOR", 8): f"{_STORAGE}7.4",
}
BY_NAME: Final = {kind.name: kind for kind in KINDS}
BY_CLASS: Final = {
    **{kind.sop_class: kind for kind in KINDS}, **dict.fromkeys(_MULTI_FRAME.values(), BY_NAME[SECONDARY]),
}  # fmt: skip


def multi_frame_class(samples: int, bits: int) -> str:
    """Return the SOP Class of a multi-frame Secondary Capture of some pixels (PS3.3 A.8)."""
    return _MULTI_FRAME["MONOCHROME" if samples == 1 else "COLOR", bits]
