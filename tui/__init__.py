"""dicom-tui: a terminal browser for DICOM files."""

__version__ = "0.1.0"
