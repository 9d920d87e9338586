"""What written files say of the program that wrote them (PS3.10 7.1; PS3.7 D.3.3.2), and the UIDs that it gives."""

import uuid
from typing import Final

from tui import __version__

IMPLEMENTATION_CLASS_UID: Final = "2.25.304029115914120214961843379372174236225"  # from a UUID (PS3.5 B.2)
IMPLEMENTATION_VERSION_NAME: Final = f"DICOM_TUI_{__version__}"[:16]


def new_uid() -> str:
    """Return a UID that nobody else has: a random UUID (PS3.5 B.2)."""
    return f"2.25.{uuid.uuid4().int}"
