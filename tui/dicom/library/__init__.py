"""What lies in folders: listing them, and telling DICOM files from others by content."""
