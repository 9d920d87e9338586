"""What written files say of the program that wrote them (PS3.10 7.1; PS3.7 D.3.3.2)."""

from typing import Final

from tui import __version__

IMPLEMENTATION_CLASS_UID: Final = "2.25.304029115914120214961843379372174236225"  # from a UUID (PS3.5 B.2)
IMPLEMENTATION_VERSION_NAME: Final = f"DICOM_TUI_{__version__}"[:16]
