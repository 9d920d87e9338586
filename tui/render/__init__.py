"""Drawing pictures with characters: NumPy only; knows nothing of DICOM and nothing of a user interface."""
