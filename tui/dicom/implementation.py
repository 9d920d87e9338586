"""What written files say of the program that wrote them (PS3.10 7.1; PS3.7 D.3.3.2), and the UIDs that it gives."""

import hashlib
import uuid
from typing import Final

from tui import __version__

IMPLEMENTATION_CLASS_UID: Final = "2.25.304029115914120214961843379372174236225"  # from a UUID (PS3.5 B.2)
IMPLEMENTATION_VERSION_NAME: Final = f"DICOM_TUI_{__version__}"[:16]


def new_uid() -> str:
    """Return a UID that nobody else has: a random UUID (PS3.5 B.2)."""
    return f"2.25.{uuid.uuid4().int}"


def uid_of(*parts: str) -> str:
    """Return the same UID for the same parts, and another one for others: their SHA-256 as a version 8 UUID (RFC 9562)."""
    digest = bytearray(hashlib.sha256("\0".join(("dicom-tui", *parts)).encode()).digest()[:16])
    digest[6], digest[8] = digest[6] & 0x0F | 0x80, digest[8] & 0x3F | 0x80
    return f"2.25.{uuid.UUID(bytes=bytes(digest)).int}"
