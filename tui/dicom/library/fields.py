"""What is read of every file of a library: the attributes by which files are grouped, sorted, shown and looked over."""

from typing import Final, NamedTuple


class Field(NamedTuple):
    """An attribute of the top level that is read: what it is called here, and the VR it has (PS3.6)."""

    name: str
    tag: int
    vr: str


FIELDS: Final = (  # by their tags, as they stand in files
    Field("charset", 0x00080005, "CS"),
    Field("image_type", 0x00080008, "CS"),
    Field("sop_class", 0x00080016, "UI"),
    Field("uid", 0x00080018, "UI"),
    Field("study_date", 0x00080020, "DA"),
    Field("series_date", 0x00080021, "DA"),
    Field("acquisition_date", 0x00080022, "DA"),
    Field("study_time", 0x00080030, "TM"),
    Field("series_time", 0x00080031, "TM"),
    Field("acquisition_time", 0x00080032, "TM"),
    Field("accession", 0x00080050, "SH"),
    Field("modality", 0x00080060, "CS"),
    Field("manufacturer", 0x00080070, "LO"),
    Field("study_description", 0x00081030, "LO"),
    Field("series_description", 0x0008103E, "LO"),
    Field("patient_name", 0x00100010, "PN"),
    Field("patient_id", 0x00100020, "LO"),
    Field("birth_date", 0x00100030, "DA"),
    Field("sex", 0x00100040, "CS"),
    Field("thickness", 0x00180050, "DS"),
    Field("echo_time", 0x00180081, "DS"),
    Field("trigger_time", 0x00181060, "DS"),
    Field("kernel", 0x00181210, "SH"),
    Field("b_value", 0x00189087, "FD"),
    Field("study_uid", 0x0020000D, "UI"),
    Field("series_uid", 0x0020000E, "UI"),
    Field("study_id", 0x00200010, "SH"),
    Field("series_number", 0x00200011, "IS"),
    Field("acquisition_number", 0x00200012, "IS"),
    Field("number", 0x00200013, "IS"),
    Field("position", 0x00200032, "DS"),
    Field("orientation", 0x00200037, "DS"),
    Field("frame_of_reference", 0x00200052, "UI"),
    Field("temporal_position", 0x00200100, "IS"),
    Field("samples", 0x00280002, "US"),
    Field("photometric", 0x00280004, "CS"),
    Field("frames", 0x00280008, "IS"),
    Field("rows", 0x00280010, "US"),
    Field("columns", 0x00280011, "US"),
    Field("spacing", 0x00280030, "DS"),
    Field("bits_allocated", 0x00280100, "US"),
)
INDEX: Final = {field.name: index for index, field in enumerate(FIELDS)}
OWN: Final = ("uid", "number", "position", "acquisition_time", "trigger_time", "temporal_position")  # vary within a series
LAST: Final = FIELDS[-1].tag
Values = list[bytes | None]  # of each of FIELDS, as it stands in the file; None where there is none
NOTHING: Final[Values] = [None] * len(FIELDS)  # to be copied
