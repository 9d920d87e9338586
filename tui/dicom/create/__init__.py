"""DICOM files made of pictures, arrays and PDF documents, without a user interface (PS3.3 A.4, A.8, A.45, C.8)."""
