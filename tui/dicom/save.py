"""The one way that files are written: whole or not at all, never over another file unless told, never through a link.

A file is written without a name in its target's folder, flushed to the disk, and then linked to its name, which fails if
the name exists. Nobody else can read it before that, and a reader never sees half of it.
"""

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import BinaryIO

from tui.dicom.errors import WriteError, os_reason
from tui.dicom.permissions import PRIVATE
from tui.text import safe_text

PARTIAL_PREFIX = ".dicom-tui-partial-"
_DESCRIPTORS = "/proc/self/fd"
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def _refused(path: str, why: str) -> WriteError:
    return WriteError(f"{safe_text(path)} was not written: {why}", path)


def _partial_name() -> str:
    return f"{PARTIAL_PREFIX}{os.getpid()}-{os.urandom(6).hex()}"


def _open_partial(folder: int) -> tuple[int, str | None]:
    """Open a file for writing in `folder`; the name is None where the file system has unnamed files."""
    unnamed = getattr(os, "O_TMPFILE", 0)  # Linux only
    if unnamed and os.path.exists(_DESCRIPTORS):
        with suppress(OSError):  # each file system refuses in its own way; a named file is the answer to all of them
            return os.open(".", unnamed | os.O_RDWR | os.O_CLOEXEC, PRIVATE, dir_fd=folder), None
    name = _partial_name()
    flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.open(name, flags, PRIVATE, dir_fd=folder), name


def _link(source: str, name: str, folder: int, *, follow: bool) -> None:
    # With a dir_fd CPython calls linkat(), which alone can follow the /proc link to an unnamed file.
    os.link(source, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=follow)


def _publish(fd: int, partial: str | None, name: str, folder: int) -> None:
    """Give the finished file its name; fails with FileExistsError if the name is taken."""
    if partial is None:
        _link(f"{_DESCRIPTORS}/{fd}", name, folder, follow=True)
        return
    try:
        _link(partial, name, folder, follow=False)
    except FileExistsError:
        raise
    except OSError:  # no links on this file system: reserve the name exclusively, then move the finished file over it
        os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, PRIVATE, dir_fd=folder))
        try:
            os.rename(partial, name, src_dir_fd=folder, dst_dir_fd=folder)
        except OSError:
            os.unlink(name, dir_fd=folder)
            raise
    else:
        os.unlink(partial, dir_fd=folder)


def _replace(fd: int, partial: str | None, name: str, folder: int) -> None:
    """Put the finished file in the place of another one, atomically."""
    named = partial or _partial_name()
    if partial is None:
        _link(f"{_DESCRIPTORS}/{fd}", named, folder, follow=True)
    try:
        os.rename(named, name, src_dir_fd=folder, dst_dir_fd=folder)
    except OSError:
        os.unlink(named, dir_fd=folder)
        raise


@contextmanager
def new_file(path: str, *, replace: bool = False, mode: int = PRIVATE) -> Iterator[BinaryIO]:
    """Open `path` for writing; it appears, whole, when the block ends without an error.

    Parameters
    ----------
    path : str
        Where; the folder must exist and is not followed if it is a link.
    replace : bool
        Whether a file of that name may be replaced.
    mode : int
        Permissions of the finished file; others cannot read it before it is finished.

    Raises
    ------
    WriteError
        The folder is missing or a link, the name is taken, the disk is full, ...
    """
    parent, name = os.path.split(path)
    try:
        folder = os.open(parent or ".", _FOLDER)
    except OSError as error:
        link = " is a link: write the path that it leads to" if os.path.islink(parent) else ""
        raise _refused(path, f"its folder{link or f' cannot be opened ({os_reason(error)})'}") from error
    try:
        with _new_file_in(folder, name, path, replace=replace, mode=mode) as file:
            yield file
    finally:
        os.close(folder)


@contextmanager
def new_file_below(
    root: str, names: Sequence[str], *, replace: bool = False, mode: int = PRIVATE, flush_folder: bool = True
) -> Iterator[BinaryIO]:
    """Open a file in folders below `root` for writing, as `new_file` does; folders are made, and no link is followed.

    Parameters
    ----------
    root : str
        A folder that exists.
    names : sequence of str
        The folders below it, and the file's name.
    replace : bool
        Whether a file of that name may be replaced.
    mode : int
        Permissions of the finished file; folders that are made let those enter who may read it.
    flush_folder : bool
        Whether its name is on the disk, too, when this ends; else `flush_folders` sees to that, once for many files.

    Raises
    ------
    WriteError
        A folder is a link or something else, the name is taken, ...
    """
    path = os.path.join(root, *names)
    folder = -1
    try:
        folder = os.open(root, _FOLDER)
        for name in names[:-1]:
            below = _folder_in(folder, name, mode | (mode & 0o444) >> 2 | 0o700)
            os.close(folder)
            folder = below
    except OSError as error:
        if folder >= 0:
            os.close(folder)
        raise _refused(path, f"a folder on its path cannot be opened ({os_reason(error)})") from error
    try:
        with _new_file_in(folder, names[-1], path, replace=replace, mode=mode, flush_folder=flush_folder) as file:
            yield file
    finally:
        os.close(folder)


def _folder_in(folder: int, name: str, mode: int) -> int:
    """Open a folder in another one, made where it is missing."""
    try:
        return os.open(name, _FOLDER, dir_fd=folder)
    except FileNotFoundError:
        with suppress(FileExistsError):  # made by another process meanwhile
            os.mkdir(name, mode, dir_fd=folder)
        return os.open(name, _FOLDER, dir_fd=folder)


@contextmanager
def _new_file_in(
    folder: int, name: str, path: str, *, replace: bool, mode: int, flush_folder: bool = True
) -> Iterator[BinaryIO]:
    """Open the file `name` of an open folder for writing; `path` is what errors call it."""
    partial: str | None = None
    try:
        if not replace and _exists(name, folder):
            raise _refused(path, "a file of that name exists")
        if replace and not _is_replaceable(name, folder):
            raise _refused(path, "what has that name is no regular file")
        fd, partial = _open_partial(folder)
        with os.fdopen(fd, "w+b") as file:
            yield file
            file.flush()
            os.fchmod(fd, mode)
            os.fsync(fd)
            (_replace if replace else _publish)(fd, partial, name, folder)
            partial = None
        if flush_folder:
            _flush(folder)
    except FileExistsError as error:
        raise _refused(path, "a file of that name exists") from error
    except OSError as error:
        raise _refused(path, os_reason(error)) from error
    finally:
        if partial is not None:
            with suppress(FileNotFoundError):
                os.unlink(partial, dir_fd=folder)


def _flush(folder: int) -> None:
    """Flush the names in an open folder to the disk."""
    with suppress(OSError):  # the files are there; some network file systems cannot flush a folder
        os.fsync(folder)


def flush_folders(root: str) -> None:
    """Flush the names in `root` and in all folders below it to the disk."""
    for _, _, _, folder in os.fwalk(root):
        _flush(folder)


@contextmanager
def private_log(path: str) -> Iterator[BinaryIO]:
    """Open a file that grows line by line, readable by its owner only: what a later run goes on from. No link is followed.

    Raises
    ------
    WriteError
        It cannot be opened.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    try:
        fd = os.open(path, flags, PRIVATE)
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            os.close(fd)
            raise _refused(path, "it is no regular file")
        os.fchmod(fd, PRIVATE)
    except OSError as error:
        raise _refused(path, os_reason(error)) from error
    with os.fdopen(fd, "r+b", buffering=0) as file:
        yield file  # unbuffered: what is written is there, whatever happens next


def _exists(name: str, folder: int) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _is_replaceable(name: str, folder: int) -> bool:
    """Return whether a name is free, or that of a regular file, or of a link, which is not followed: no device, no pipe."""
    try:
        mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    except FileNotFoundError:
        return True
    return stat.S_ISREG(mode) or stat.S_ISLNK(mode)


def private_folder(path: str) -> None:
    """Make the folder `path` (and those above it) readable by its owner only; existing ones are left as they are.

    Raises
    ------
    WriteError
        It cannot be made.
    """
    missing = []
    while path and not os.path.isdir(path):
        missing.append(path)
        path = os.path.dirname(path)
    try:
        for folder in reversed(missing):
            with suppress(FileExistsError):  # made by another run meanwhile
                os.mkdir(folder, 0o700)
    except OSError as error:
        raise _refused(missing[0], os_reason(error)) from error
