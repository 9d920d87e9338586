"""What a multi-frame object says of one frame, in the words of single-frame objects (PS3.3 C.7.6.16, C.8.13, C.8.15)."""

from copy import copy  # setting a value changes the element, which another dataset may share
from typing import Any, Final

from pydicom.datadict import dictionary_has_tag, dictionary_VR, tag_for_keyword
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from tui.dicom.new_object import as_ds

# Attributes of functional groups that are called otherwise in single-frame objects
_RENAMED: Final = {
    "FrameType": "ImageType",
    "FrameAcquisitionNumber": "AcquisitionNumber",
    "FrameAcquisitionDateTime": "AcquisitionDateTime",
    "FrameComments": "ImageComments",
    "FrameLaterality": "ImageLaterality",
    "NominalCardiacTriggerDelayTime": "TriggerTime",
    "ExposureTimeInms": "ExposureTime",
    "XRayTubeCurrentInmA": "XRayTubeCurrent",
    "ExposureInmAs": "Exposure",
    "EffectiveEchoTime": "EchoTime",
    "InversionTimes": "InversionTime",
    "TransmitterFrequency": "ImagingFrequency",
    "MRAcquisitionPhaseEncodingStepsInPlane": "NumberOfPhaseEncodingSteps",
}
# Functional groups that are attributes of single-frame objects as they are
_WHOLE: Final = frozenset({"ReferencedImageSequence", "RealWorldValueMappingSequence", "DerivationImageSequence"})
# Attributes of the original single frames that no functional group is for (PS3.3 C.7.6.16.2.25, .26)
_UNASSIGNED: Final = frozenset({
    "UnassignedSharedConvertedAttributesSequence", "UnassignedPerFrameConvertedAttributesSequence",
})  # fmt: skip
# What tells of many frames, or of where their bytes lie
_OF_MANY: Final = frozenset({
    "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence", "NumberOfFrames", "DimensionOrganizationSequence",
    "DimensionIndexSequence", "DimensionOrganizationType", "FrameIncrementPointer", "FrameTime", "FrameTimeVector",
    "FrameDelay", "FrameLabelVector", "PageNumberVector", "SliceLocationVector", "ImageTrigger", "StartTrim", "StopTrim",
    "RecommendedDisplayFrameRate", "CineRate", "EffectiveDuration", "ActualFrameDuration", "PreferredPlaybackSequencing",
    "RepresentativeFrameNumber", "FrameNumbersOfInterest", "FrameOfInterestDescription", "FrameOfInterestType",
    "ConcatenationUID", "InConcatenationNumber", "InConcatenationTotalNumber", "ConcatenationFrameOffsetNumber",
    "SOPInstanceUIDOfConcatenationSource", "ExtendedOffsetTable", "ExtendedOffsetTableLengths", "IconImageSequence",
    "DigitalSignaturesSequence", "MACParametersSequence", "StereoPairsPresent", "SmallestImagePixelValue",
    "LargestImagePixelValue", "SmallestPixelValueInSeries", "LargestPixelValueInSeries", "DimensionIndexValues",
})  # fmt: skip
_OVERLAYS: Final = 0x60  # groups 6000 to 60FF
_BEHIND: Final = 0x7FE0  # pixels, and what stands behind them
_CT, _MR = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.4"


def flattened(whole: Dataset, frame: int, sop_class: str) -> tuple[Dataset, list[str]]:
    """Return what a multi-frame object says of frame `frame` (from 0), for an object of `sop_class`, and what is lost.

    A frame's own functional groups beat the shared ones, and these what stands at the top.
    """
    dataset, lost = Dataset(), list[str]()
    for element in whole:
        if element.keyword in _OF_MANY or element.tag.group >= _BEHIND or element.tag.element == 0:
            continue
        if element.tag.group >> 8 == _OVERLAYS:
            lost.append("overlays")
            continue
        dataset.add(copy(element))
    own = whole.get("PerFrameFunctionalGroupsSequence") or []
    for groups in (*(whole.get("SharedFunctionalGroupsSequence") or [])[:1], *own[frame : frame + 1]):
        for group in groups:
            if group.tag.is_private:
                lost.append("private functional groups")
            elif group.keyword in _WHOLE:
                dataset.add(copy(group))
            elif group.VR == "SQ" and group.value:
                _take_over(group.value[0], dataset, lost, keeps_private=group.keyword in _UNASSIGNED)
    _derived(dataset, sop_class)
    places = whole.get("SliceLocationVector")
    if places is not None and hasattr(places, "__len__") and frame < len(places):
        dataset.SliceLocation = as_ds(float(places[frame]))
    return dataset, lost


def _take_over(item: Dataset, dataset: Dataset, lost: list[str], *, keeps_private: bool) -> None:
    """Set what one functional group says."""
    for element in item:
        if element.tag.is_private and not keeps_private:
            lost.append("private attributes of functional groups")
            continue
        if element.keyword in _OF_MANY:
            continue
        name = _RENAMED.get(element.keyword)
        if name is None:
            dataset.add(copy(element))
        elif not element.is_empty:
            value = _in_words_of(name, element)
            if value is None:
                lost.append(f"several values of {element.keyword}")
            else:
                setattr(dataset, name, value)


def _in_words_of(name: str, element: DataElement) -> Any:  # noqa: ANN401 - of several types
    """Return a value as the attribute `name` holds it; None where it cannot."""
    tag = tag_for_keyword(name)
    vr = dictionary_VR(tag) if tag is not None and dictionary_has_tag(tag) else element.VR
    value = element.value
    if vr in ("DS", "IS") and not isinstance(value, str | int | float):
        value = value[0] if len(value) == 1 else None  # several inversion times are none of one picture
    if value is None:
        return None
    if vr == "DS":
        return as_ds(float(value))
    return str(round(float(value))) if vr == "IS" else value


def _derived(dataset: Dataset, sop_class: str) -> None:
    """Set what single-frame objects tell in other attributes than those that it stands in."""
    moment = str(dataset.get("AcquisitionDateTime") or "")
    if len(moment) >= 8 and moment[:8].isdigit():
        dataset.AcquisitionDate = moment[:8]
        time = moment[8:].split("+")[0].split("-")[0]
        if len(time) >= 6:
            dataset.AcquisitionTime = time
    directions = dataset.get("DiffusionGradientDirectionSequence")
    if directions:
        dataset.DiffusionGradientOrientation = directions[0].get("DiffusionGradientOrientation")
    if dataset.get("InPlanePhaseEncodingDirection") in ("COLUMN", "OTHER"):
        if dataset.InPlanePhaseEncodingDirection == "COLUMN":
            dataset.InPlanePhaseEncodingDirection = "COL"
        else:
            del dataset.InPlanePhaseEncodingDirection
    if sop_class == _CT:
        kind = [str(part) for part in dataset.get("ImageType") or ("DERIVED", "SECONDARY")]
        third = "LOCALIZER" if "LOCALIZER" in kind[2:3] else "AXIAL"  # PS3.3 C.8.2.1.1.1
        dataset.ImageType = [*kind[:2], third, *kind[3:]]
    if sop_class == _MR:
        dataset.ScanningSequence = dataset.get("ScanningSequence") or _scanning_sequence(dataset)
        for keyword in ("RepetitionTime", "InversionTime"):  # Type 2C
            if keyword not in dataset and (keyword == "RepetitionTime" or dataset.get("InversionRecovery") == "YES"):
                setattr(dataset, keyword, None)
        dataset.SequenceVariant = dataset.get("SequenceVariant") or _sequence_variant(dataset)


def _scanning_sequence(dataset: Dataset) -> list[str]:
    """Return the kind of MR data (C.8.3.1) that the pulse sequence (C.8.13.4) is; RM where that tells nothing."""
    pulse = str(dataset.get("EchoPulseSequence") or "")
    found = ["SE"] * (pulse in ("SPIN", "BOTH")) + ["GR"] * (pulse in ("GRADIENT", "BOTH"))
    found += ["IR"] * (dataset.get("InversionRecovery") == "YES") + ["EP"] * (
        dataset.get("EchoPlanarPulseSequence") == "YES"
    )
    return found or ["RM"]


def _sequence_variant(dataset: Dataset) -> list[str]:
    """Return the variants of the sequence (C.8.3.1); NONE where nothing tells of one."""
    told = (
        ("SK", dataset.get("SegmentedKSpaceTraversal") in ("PARTIAL", "FULL")),
        ("MTC", dataset.get("MagnetizationTransfer") in ("ON_RESONANCE", "OFF_RESONANCE")),
        ("SS", dataset.get("SteadyStatePulseSequence") not in (None, "", "NONE")),
        ("SP", dataset.get("Spoiling") not in (None, "", "NONE")),
        ("MP", dataset.get("InversionRecovery") == "YES"),
    )
    return [variant for variant, holds in told if holds] or ["NONE"]
