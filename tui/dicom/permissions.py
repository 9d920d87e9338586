"""Permissions of files that are written."""

from tui.dicom.errors import WriteError
from tui.text import safe_text

PRIVATE = 0o600
DEFAULT_MODE = "600"  # as it is typed
_OCTAL = 8


def mode_of(text: str) -> int:
    """Return permissions that somebody typed: the owner reads, nobody executes, and others do not write.

    Raises
    ------
    WriteError
        They are none of those.
    """
    try:
        mode = int(text, _OCTAL)
    except ValueError:
        mode = -1
    if not 0 <= mode <= 0o777 or not mode & 0o400 or mode & 0o113:
        raise WriteError(f"--mode {safe_text(text)}: permissions such as 600, 640 or 644 are wanted")
    return mode
