"""Which UIDs are replaced, and by what (PS3.15 E.3.9; PS3.5 B.2; RFC 9562 section 5.8)."""

import hashlib
import hmac
import re
import uuid
from functools import cache
from typing import Final

from tui.dicom.dictionary import uid_name

_VERSION: Final = 8
_TRUNCATED: Final = 16  # bytes: 128 bits
LIKE_UID: Final = re.compile(r"(?<![\d.])[0-2](?:\.\d+){3,}(?![\d.]*\d)")
LIKE_PARTED_UID: Final = re.compile(r"(?<!\d)[0-2](?:[\W_]{1,3}\d+){3,}")  # with other separators than dots

# Attributes of VR UI that name classes, syntaxes, coding schemes and the like, and never an instance.
STRUCTURAL: Final = frozenset(
    {
        0x00020002, 0x00020010, 0x00020012, 0x00020032, 0x00020100, 0x00041432, 0x00041510, 0x00041512, 0x0004151A,
        0x00080016, 0x0008001A, 0x0008001B, 0x00080062, 0x0008010C, 0x00080117, 0x00080118, 0x0008040E, 0x00081150,
        0x0008115A, 0x00083002, 0x00089123, 0x00340003, 0x0072007F, 0x04000010, 0x04000510, 0x30100052, 0x30100053,
    }
)  # fmt: skip


@cache
def is_registered(uid: str) -> bool:
    """Return whether PS3.6 registers `uid`: it names no instance that anybody made, wherever it stands."""
    return uid_name(uid) is not None


def new_uid(key: bytes, original: str) -> str:
    """Return the UID that stands for `original` under a key, always the same; nobody without the key finds it out.

    HMAC-SHA256, truncated to 128 bits with the version and variant bits of an RFC 9562 version 8 UUID, as 2.25.…
    (PS3.5 B.2).
    """
    digest = bytearray(hmac.new(key, b"UID\0" + original.encode(), hashlib.sha256).digest()[:_TRUNCATED])
    digest[6] = digest[6] & 0x0F | _VERSION << 4
    digest[8] = digest[8] & 0x3F | 0x80
    return f"2.25.{uuid.UUID(bytes=bytes(digest)).int}"
