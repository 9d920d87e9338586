"""Unfinished files of runs that were cut off (see `save`)."""

import os

from tui.dicom.errors import WriteError, os_reason
from tui.dicom.save import PARTIAL_PREFIX
from tui.text import safe_text


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def remove_leftovers(folder: str) -> list[str]:
    """Remove what an interrupted run left in `folder`; return the names of the removed files.

    Raises
    ------
    WriteError
        The folder cannot be read, or a file not be removed.
    """
    removed = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if not entry.name.startswith(PARTIAL_PREFIX) or not entry.is_file(follow_symlinks=False):
                    continue
                pid = entry.name.removeprefix(PARTIAL_PREFIX).partition("-")[0]
                if pid.isdecimal() and not _runs(int(pid)):
                    os.unlink(entry.path)
                    removed.append(entry.name)
    except (OSError, OverflowError) as error:
        why = os_reason(error) if isinstance(error, OSError) else "odd names in it"
        raise WriteError(f"{safe_text(folder)} cannot be tidied up: {why}", folder) from error
    return removed
