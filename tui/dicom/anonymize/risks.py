"""What in the pixels may identify somebody, by what the dataset says of them (PS3.15 E.3.1, E.3.2)."""

from typing import Final, NamedTuple

from tui.dicom.attributes import Attributes
from tui.dicom.dictionary import uid_name
from tui.dicom.element import DOUBLE_FLOAT_PIXEL_DATA, FLOAT_PIXEL_DATA, PIXEL_DATA

_BURNED_IN: Final = 0x00280301
_IMAGE_TYPE: Final = 0x00080008
_CONVERSION: Final = 0x00080064  # ConversionType, C.8.6.1
_MODALITY: Final = 0x00080060
_CLASSES: Final = {  # what SOP classes often have burned in, by what their UIDs begin with
    "1.2.840.10008.5.1.4.1.1.7": "a secondary capture",
    "1.2.840.10008.5.1.4.1.1.6.": "an ultrasound image",
    "1.2.840.10008.5.1.4.1.1.3": "an ultrasound image",
    "1.2.840.10008.5.1.4.1.1.12.": "an X-ray angiogram or a fluoroscopy",
    "1.2.840.10008.5.1.4.1.1.77.1.1": "an endoscopic image",
    "1.2.840.10008.5.1.4.1.1.77.1.2": "a microscopic image, whose label may be in it",
    "1.2.840.10008.5.1.4.1.1.77.1.4": "a photograph",
    "1.2.840.10008.5.1.4.1.1.77.1.5.1": "an ophthalmic photograph",
    "1.2.840.10008.5.1.4.1.1.77.1.5.2": "an ophthalmic photograph",
    "1.2.840.10008.5.1.4.1.1.77.1.6": "a slide image, whose label may be in it",
    "1.2.840.10008.5.1.4.1.1.77.1.7": "a dermoscopic image",
    "1.2.840.10008.5.1.1.29": "a hardcopy image",
    "1.2.840.10008.5.1.1.30": "a hardcopy image",
}
_MODALITIES: Final = {
    "US": "ultrasound", "IVUS": "ultrasound", "XA": "X-ray angiography", "RF": "fluoroscopy", "ES": "endoscopy",
    "SC": "a secondary capture", "OT": "of another kind", "DOC": "a document", "HC": "hard copy", "XC": "a photograph",
    "FID": "a film", "GM": "microscopy", "SM": "a slide", "OP": "ophthalmic photography",
}  # fmt: skip
_DIGITIZED: Final = {
    "DF": "digitized film", "SD": "a scanned document", "SI": "a scanned image", "DRW": "a drawing", "DV": "digitized video",
    "WSD": "from a workstation", "SYN": "synthetic",
}  # fmt: skip
_DIGITIZERS: Final = {  # C.8.6.1, C.8.6.2: what only a capture, a digitizer or a hardcopy device says
    0x00181010: "SecondaryCaptureDeviceID",
    0x00181016: "SecondaryCaptureDeviceManufacturer",
    0x00181018: "SecondaryCaptureDeviceManufacturerModelName",
    0x00181019: "SecondaryCaptureDeviceSoftwareVersions",
    0x00181022: "VideoImageFormatAcquired",
    0x00181023: "DigitalImageFormatAcquired",
    0x00182006: "the digitizer's attributes",
}
_PHOTOGRAPHS: Final = frozenset({"XC", "ES", "DMS", "OP", "GM"})
_VOLUMES: Final = frozenset({"CT", "MR", "PT", "NM", "CTPROTOCOL"})
_HEADS: Final = (
    "HEAD",
    "BRAIN",
    "FACE",
    "SKULL",
    "NECK",
    "ORBIT",
    "SINUS",
    "JAW",
    "IAC",
    "MAXILLA",
    "MANDIBLE",
    "PITUITARY",
    "EYE",
)


class Risks(NamedTuple):
    """What may be seen: reasons why text may be burned in, and a warning that a face may be seen; both may be empty."""

    burned_in: tuple[str, ...]
    visual: str


def risks_of(top: Attributes) -> Risks:
    """Return what the pixels of a file may show, with the reasons; nothing where there are no pixels.

    BurnedInAnnotation YES is always a reason; NO is believed; where it is absent, the kind of the image decides.
    """
    if not any(tag in top for tag in (PIXEL_DATA, FLOAT_PIXEL_DATA, DOUBLE_FLOAT_PIXEL_DATA)):
        return Risks((), "")
    said = (top.text(_BURNED_IN) or "").upper()
    if said == "YES":
        return Risks(("BurnedInAnnotation is YES",), _visual(top))
    if said == "NO":
        return Risks((), _visual(top))
    kinds = _kinds(top)
    return Risks((*kinds, "BurnedInAnnotation is not said") if kinds else (), _visual(top))


def _kinds(top: Attributes) -> tuple[str, ...]:
    """Return what about the image goes with burned-in text."""
    found = []
    sop_class = top.text(0x00080016) or ""
    for begins, words in _CLASSES.items():
        if sop_class == begins.rstrip(".") or sop_class.startswith(begins if begins.endswith(".") else f"{begins}."):
            found.append(f"it is {words} ({uid_name(sop_class) or sop_class})")
            break
    modality = (top.text(_MODALITY) or "").upper()
    if modality in _MODALITIES:
        found.append(f"its modality is {modality}: {_MODALITIES[modality]}")
    image_type = [value.upper() for value in top.texts(_IMAGE_TYPE)]
    if image_type[:2] == ["DERIVED", "SECONDARY"]:
        found.append("its image type is DERIVED\\SECONDARY")
    if any("SCREEN" in value for value in image_type):
        found.append("its image type says a screen was saved")
    conversion = (top.text(_CONVERSION) or "").upper()
    if conversion in _DIGITIZED:
        found.append(f"its conversion type is {conversion}: {_DIGITIZED[conversion]}")
    found += [f"it has {name}" for tag, name in _DIGITIZERS.items() if tag in top][:1]
    return tuple(found)


def _visual(top: Attributes) -> str:
    """Return a warning that somebody might be recognized by their face, or ""."""
    modality = (top.text(_MODALITY) or "").upper()
    if modality in _PHOTOGRAPHS:
        return "photographs may show whom they are of; Clean Recognizable Visual Features is not done here"
    said = " ".join(top.text(tag) or "" for tag in (0x00180015, 0x00081030, 0x0008103E, 0x00181030)).upper()
    for tag in (0x00082218, 0x00082228):  # AnatomicRegionSequence, PrimaryAnatomicStructureSequence
        said += " ".join((item.text(0x00080104) or "").upper() for item in top.items(tag))
    if modality in _VOLUMES and any(part in said for part in _HEADS):
        return "a face may be made from images of a head; Clean Recognizable Visual Features is not done here"
    return ""
