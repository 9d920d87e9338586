"""What a new object takes over from a DICOM file: patient and study, and where it is of the same kind, its series."""

from copy import copy  # setting a value changes the element, which the template shares
from typing import Final

import pydicom
from pydicom.dataset import Dataset

from tui.dicom.errors import ReadError, translated

# Patient and Study modules (PS3.3 C.7.1, C.7.2), with what says how their texts are to be read
_PATIENT_AND_STUDY: Final = (
    "PatientName", "PatientID", "IssuerOfPatientID", "IssuerOfPatientIDQualifiersSequence", "TypeOfPatientID",
    "PatientBirthDate", "PatientBirthTime", "PatientSex", "OtherPatientNames", "OtherPatientIDsSequence", "EthnicGroup",
    "PatientComments", "PatientSpeciesDescription", "PatientSpeciesCodeSequence", "PatientBreedDescription",
    "PatientBreedCodeSequence", "BreedRegistrationSequence", "ResponsiblePerson", "ResponsiblePersonRole",
    "ResponsibleOrganization", "PatientIdentityRemoved", "DeidentificationMethod", "DeidentificationMethodCodeSequence",
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
    "OriginalAttributesSequence",
})  # fmt: skip
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
        with translated(ReadError, "the template cannot be read", path):
            self.dataset = pydicom.dcmread(path, stop_before_pixels=True)
            self.dataset.decode()

    @property
    def sop_class(self) -> str:
        """Return its SOP Class UID, "" where it has none."""
        return str(self.dataset.get("SOPClassUID") or "")

    def taken_over(self, sop_class: str) -> Dataset:
        """Return what an object of a SOP Class takes over: patient and study, or of the same kind all but the instance's."""
        taken = Dataset()
        for element in self.dataset:
            if element.tag.is_private or element.tag.group >= _GROUPS_BELOW or element.tag.element == 0:
                continue
            if element.keyword in _PATIENT_AND_STUDY or (
                sop_class == self.sop_class and element.keyword not in _OF_THE_INSTANCE
            ):
                taken.add(copy(element))
        return taken
