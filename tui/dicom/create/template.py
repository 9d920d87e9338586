"""What a new object takes over from a DICOM file: patient and study, and where it is of the same kind, its series."""

import os
from copy import copy  # setting a value changes the element, which the template shares
from typing import Final

import pydicom
from pydicom.dataset import Dataset

from tui.dicom.errors import ReadError, translated
from tui.text import safe_text

# Patient and Study modules (PS3.3 C.7.1, C.7.2), with what says how their texts are to be read
_PATIENT_AND_STUDY: Final = (
    "PatientName", "PatientID", "IssuerOfPatientID", "IssuerOfPatientIDQualifiersSequence", "TypeOfPatientID",
    "PatientBirthDate", "PatientBirthTime", "PatientSex", "OtherPatientNames", "OtherPatientIDsSequence", "EthnicGroup",
    "PatientComments", "PatientSpeciesDescription", "PatientSpeciesCodeSequence", "PatientBreedDescription",
    "PatientBreedCodeSequence", "BreedRegistrationSequence", "ResponsiblePerson", "ResponsiblePersonRole",
    "ResponsibleOrganization",
    "StudyInstanceUID", "StudyDate", "StudyTime", "StudyID", "StudyDescription", "AccessionNumber",
    "IssuerOfAccessionNumberSequence", "ReferringPhysicianName", "PhysiciansOfRecord", "ProcedureCodeSequence",
    "AdmittingDiagnosesDescription", "PatientAge", "PatientSize", "PatientWeight", "Occupation", "AdditionalPatientHistory",
    "LongitudinalTemporalInformationModified", "TimezoneOffsetFromUTC",
)  # fmt: skip
# What belongs to the one instance, to its pixels, or to how they came about
_OF_THE_INSTANCE: Final = frozenset({
    "SpecificCharacterSet", "BurnedInAnnotation", "ImageType", "InstanceCreationDate", "InstanceCreationTime",
    "InstanceCreatorUID",
    "SOPInstanceUID", "SeriesInstanceUID", "InstanceNumber", "ContentDate", "ContentTime", "AcquisitionDate",
    "AcquisitionTime", "AcquisitionDateTime", "SliceLocation", "ImagePositionPatient", "TriggerTime", "NumberOfFrames",
    "DerivationDescription", "DerivationCodeSequence", "SourceImageSequence", "ReferencedImageSequence",
    "LossyImageCompression", "LossyImageCompressionRatio", "LossyImageCompressionMethod", "DataSetTrailingPadding",
    "SamplesPerPixel", "PhotometricInterpretation", "PlanarConfiguration", "Rows", "Columns", "BitsAllocated",
    "BitsStored", "HighBit", "PixelRepresentation", "PixelAspectRatio", "SmallestImagePixelValue",
    "LargestImagePixelValue", "SmallestPixelValueInSeries", "LargestPixelValueInSeries", "PixelPaddingValue",
    "PixelPaddingRangeLimit", "RescaleSlope", "RescaleIntercept", "RescaleType", "ModalityLUTSequence",
    "RealWorldValueMappingSequence", "RedPaletteColorLookupTableDescriptor", "GreenPaletteColorLookupTableDescriptor",
    "BluePaletteColorLookupTableDescriptor", "RedPaletteColorLookupTableData", "GreenPaletteColorLookupTableData",
    "BluePaletteColorLookupTableData", "PaletteColorLookupTableUID", "ICCProfile", "ColorSpace", "IconImageSequence",
    "PixelData", "FloatPixelData", "DoubleFloatPixelData", "PixelDataProviderURL", "ExtendedOffsetTable",
    "ExtendedOffsetTableLengths", "MACParametersSequence", "DigitalSignaturesSequence", "EncryptedAttributesSequence",
    "OriginalAttributesSequence", "WindowCenter", "WindowWidth", "WindowCenterWidthExplanation", "VOILUTFunction",
    "VOILUTSequence", "FrameTime", "FrameTimeVector", "FrameIncrementPointer", "RecommendedDisplayFrameRate", "CineRate",
    "PageNumberVector", "ImageComments", "PatientOrientation", "PresentationLUTShape", "PresentationLUTSequence",
    "PatientIdentityRemoved", "DeidentificationMethod", "DeidentificationMethodCodeSequence", "PixelSpacing",
    "PixelSpacingCalibrationType", "PixelSpacingCalibrationDescription", "NominalScannedPixelSpacing",
})  # fmt: skip
_OVERLAYS: Final = 0x60  # groups 6000 to 60FF
_GROUPS_BELOW: Final = 0x5000  # curves, overlays and pixels are of the instance


class Template:
    """A DICOM file to take over from; its values are read, its pixels are not.

    Parameters
    ----------
    path : str
        Where it lies.

    Raises
    ------
    ReadError
        It is no DICOM file, or cannot be read.
    """

    def __init__(self, path: str) -> None:
        name = safe_text(os.path.basename(path))
        if not os.path.isfile(path):
            raise ReadError(f"the template {name} is no file that is there", path)
        with translated(ReadError, f"the template {name} cannot be read", path):
            self.dataset = pydicom.dcmread(path, stop_before_pixels=True, force=True)
            self.dataset.decode()
        if not self.dataset.get("SOPClassUID"):
            raise ReadError(f"the template {name} is no DICOM file, or does not say of which SOP Class it is", path)

    @property
    def sop_class(self) -> str:
        """Return its SOP Class UID."""
        return str(self.dataset.SOPClassUID)

    @property
    def left_behind(self) -> bool:
        """Return whether it has private attributes or overlays, which are not taken over."""
        return any(element.tag.is_private or element.tag.group >> 8 == _OVERLAYS for element in self.dataset)

    def taken_over(self, *, all_of_it: bool) -> Dataset:
        """Return what a new object takes over: patient and study, or all but what is the instance's own."""
        taken = Dataset()
        for element in self.dataset:
            if element.tag.is_private or element.tag.group >= _GROUPS_BELOW or element.tag.element == 0:
                continue
            if element.keyword in _PATIENT_AND_STUDY or (all_of_it and element.keyword not in _OF_THE_INSTANCE):
                taken.add(copy(element))
        return taken
