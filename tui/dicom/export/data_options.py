"""Options of arrays and volumes."""

from typing import Final

from tui.dicom.options import Option

STORED: Final = "stored"
MODALITY: Final = "modality"
VALUES: Final = Option(
    "values", "Values", "Those of the modality (HU, Bq/ml, ...), or as they are stored", MODALITY, choices=(MODALITY, STORED)
)
PLAIN: Final = Option("uncompressed", "Uncompressed", "Write .nii instead of .nii.gz", False)
RESAMPLE: Final = Option(
    "resample", "Resample", "Interpolate slices that are tilted or uneven on a regular grid, instead of refusing them", False
)
