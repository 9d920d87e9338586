"""ZIP and tar files as folders, and what gzip packed as files: read in memory, bounded, and never unpacked to a disk.

A path goes on behind an archive's own name as it does behind a folder's: ``scans.zip/CT/IM1``. What reads archives is
imported by the first of them.
"""

import os
from typing import Final, NamedTuple

from tui.dicom.errors import ReadError

ENDINGS: Final = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz")
_GZIP_ENDING: Final = ".gz"
_GZIP_LENGTH: Final = len(_GZIP_ENDING)
_GZIP: Final = b"\x1f\x8b"


class Unpacked(NamedTuple):
    """The bytes of a member, or of what gzip packed: a descriptor, their number, and what the file around it was."""

    fd: int
    size: int
    outer: os.stat_result


def is_archive(name: str) -> bool:
    """Return whether a file of that name is shown as a folder."""
    return name.lower().endswith(ENDINGS)


def is_packed(name: str) -> bool:
    """Return whether a file of that name is read as what gzip packed."""
    return name[-_GZIP_LENGTH:].lower() == _GZIP_ENDING and not is_archive(name)


def is_folder(path: str) -> bool:
    """Return whether a path leads to a folder, an archive, or a folder in one."""
    if os.path.isdir(path):
        return True
    found = _parted(path)
    if found is None:
        return False
    member = found[1]
    try:
        return not member or (listed(path) or []) != []
    except ReadError:
        return not member


def listed(path: str) -> list[tuple[str, bool]] | None:
    """Return the names in an archive, or in a folder in one, and whether each is a folder; None of anything else.

    Raises
    ------
    ReadError
        The archive cannot be read.
    """
    found = _parted(path)
    if found is None:
        return None
    from tui.dicom.archive_members import opened

    return list(opened(found[0]).folders.get(found[1], {}).items())


def unpacked_member(path: str) -> Unpacked | None:
    """Return the bytes of a member of an archive; None where the path leads into none.

    Raises
    ------
    ReadError
        It is not in the archive, is too large or damaged.
    """
    found = _parted(path)
    if found is None or not found[1]:
        return None
    from tui.dicom.archive_members import unpacked_from

    return Unpacked(*unpacked_from(*found, path))


def unpacked_gzip(fd: int, path: str) -> Unpacked | None:
    """Return what gzip packed into an open file; None where it did not.

    Raises
    ------
    ReadError
        It is too large or damaged.
    """
    if os.pread(fd, len(_GZIP), 0) != _GZIP:
        return None
    from tui.dicom.archive_members import unpacked_from_gzip

    return Unpacked(*unpacked_from_gzip(fd, path))


def beginning(path: str, count: int) -> bytes | None:
    """Return the first bytes of a member of an archive, or of what gzip packed; None of anything else.

    Raises
    ------
    ReadError
        They cannot be read.
    """
    found = _parted(path)
    if found is not None and found[1]:
        from tui.dicom.archive_members import beginning_of

        return beginning_of(*found, path, count)
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError:
        return None  # who reads it is told why
    try:
        if os.pread(fd, len(_GZIP), 0) != _GZIP:
            return None
        from tui.dicom.archive_members import beginning_of_gzip

        return beginning_of_gzip(fd, path, count)
    except OSError:
        return None
    finally:
        os.close(fd)


def _parted(path: str) -> tuple[str, str] | None:
    """Return the archive that a path leads to or into, and the rest of the path; None where it leads into none."""
    whole, rest = path.rstrip("/"), list[str]()
    while whole and whole != os.path.dirname(whole):
        if is_archive(whole) and os.path.isfile(whole):
            return whole, "/".join(reversed(rest))
        rest.append(os.path.basename(whole))
        whole = os.path.dirname(whole)
    return None
