"""What stands in a folder, by which is told whether it is as it was."""

import os
from array import array
from typing import NamedTuple


class Seen(NamedTuple):
    """What stands in a folder, as the file system says it.

    `names` are its files, as the file system lists them, `numbers` the size of each and then the time of each one's last
    change in nanoseconds, `folders` its folders, and `plain` is whether nothing else is in it.
    """

    names: list[str]
    numbers: "array[int]"
    folders: frozenset[str]
    plain: bool


def see(folder: str) -> Seen | None:
    """Return what stands in a folder; None where that cannot be told."""
    names, sizes, times, folders, plain = list[str](), list[int](), list[int](), list[str](), True
    try:
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        with os.scandir(fd) as found:  # by its descriptor: the system need not look up the whole path for each file
            for entry in found:
                if entry.is_file(follow_symlinks=False):
                    status = entry.stat(follow_symlinks=False)
                    names.append(entry.name)
                    sizes.append(status.st_size)
                    times.append(status.st_mtime_ns)
                elif entry.is_dir(follow_symlinks=False):
                    folders.append(entry.name)
                else:
                    plain = False
    except OSError:
        return None
    finally:
        os.close(fd)
    return Seen(names, array("q", sizes + times), frozenset(folders), plain)
