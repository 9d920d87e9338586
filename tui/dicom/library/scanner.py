"""Finding and reading all files below some folders, a Job: what is known grows while it goes on.

It may run in a thread beside a user interface, to which it gives way. Where the disk is cold or far away, files are read
ahead in threads, which wait for it side by side.
"""

import os
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from tui.dicom.errors import ReadError
from tui.dicom.job import Step
from tui.dicom.library.ahead import Ahead
from tui.dicom.library.below import Below
from tui.dicom.library.file_quality import pixel_bytes
from tui.dicom.library.header import HeaderReader
from tui.dicom.library.instances import Instance, Instances
from tui.dicom.library.scan import GIVE_WAY_S
from tui.dicom.library.seen import see
from tui.dicom.library.studies import Library

if TYPE_CHECKING:  # SQLite is not imported where there is no index
    from tui.dicom.library.index import Index

_GIVE_WAY_EVERY: Final = 48
_STEP_EVERY: Final = 64
_SLOW_S: Final = 0.0003  # for a file, on average: no disk cache answers that slowly


def scan(roots: Sequence[str], library: Library, *, gently: bool = False, index: "Index | None" = None) -> Iterator[Step]:
    """Read what lies below folders, and files, into a library, in natural order.

    Parameters
    ----------
    roots : sequence of str
        Folders and files; of a DICOMDIR, the files that it names.
    library : Library
        What is found is added to it. Files of a folder that are in it already are not read again, so that a scan that was
        stopped can be gone on with.
    gently : bool
        Whether to give way to other threads.
    index : Index, optional
        What was kept of folders; those that are as they were are taken from it, and the others are kept.

    Yields
    ------
    Step
        How many files were looked at, many times a second; `total` is 0.
    """
    yield from _Scanner(library, gently=gently, index=index).scan(roots)


class _Scanner:
    def __init__(self, library: Library, *, gently: bool, index: "Index | None") -> None:
        self._library = library
        self._index = index
        self._gently = gently
        self._reader = HeaderReader()
        self._instances = Instances()
        self._done = 0
        self._kept: list[Instance] = []  # of the folder that is read
        self._unread: list[str] = []
        self._again: list[
            tuple[str, tuple[str, ...]]
        ] = []  # what could not be read, of folders that were taken as they were
        self._ahead: Ahead | None = None

    def scan(self, roots: Sequence[str]) -> Iterator[Step]:
        known = self._known()
        taken = self._taken if self._index is not None and not known else None
        directories = [root for root in roots if not os.path.isdir(root)]
        below = Below(roots, self._library.add_problem, gently=self._gently, known=taken)
        try:
            for folder, names, folders in below:
                if names is None:
                    yield Step(self._done, 0, folder)
                    again, self._again = self._again, []
                    for place, unread in again:
                        yield from self._files(place, unread)
                elif taken is not None and os.path.isdir(folder):
                    yield from self._kept_files(folder, names, folders)
                else:
                    done = known.get(folder, ())
                    yield from self._files(folder, [name for name in names if name not in done] if done else names)
            yield from self._named(directories)
        finally:
            self._library.links += below.links
            if self._ahead is not None:
                self._ahead.end()
        yield Step(self._done, self._done, "")

    def _known(self) -> dict[str, set[str]]:
        """Return the names of the files that are known, by folder, and need not be read again.

        One that was met while somebody was writing it is read again when it has changed.
        """
        known: dict[str, set[str]] = {}
        library = self._library
        for instance in (*library.instances, *library.directories):
            if (instance.broken or instance.size < pixel_bytes(instance)) and _size_and_time(instance.path)[
                0
            ] != instance.size:
                library.remove(instance)
                library.changed = True
            else:
                known.setdefault(instance.folder, set()).add(instance.name)
        for path, before in list(library.rest.items()):
            if _size_and_time(path) == before:
                folder, name = os.path.split(path)
                known.setdefault(folder, set()).add(name)
            else:
                del library.rest[path]
                library.others -= library.problems.pop(path, None) is None
        return known

    def _named(self, roots: Sequence[str]) -> Iterator[Step]:
        """Read what DICOMDIRs name that are roots themselves; what lies below other roots is read anyway."""
        from tui.dicom.library.dicomdir import named_files

        named_so = set(map(os.path.normpath, roots))
        for directory in self._library.directories[:]:
            if os.path.normpath(directory.path) not in named_so:
                continue
            met: set[str] = set()
            for named in named_files(directory.path):
                if named.problem:
                    self._library.add_problem(named.path, named.problem)
                elif named.path not in met:
                    met.add(named.path)
                    yield from self._files(*_parted(named.path))

    # --- the index

    def _taken(self, folder: str) -> tuple[str, ...] | None:
        """Take a folder's files from the index; return its folders, or None where it is not as it was."""
        before = self._library.count + self._library.others
        found = self._index.take(folder, self._library) if self._index is not None else None
        self._done += self._library.count + self._library.others - before
        if found is None:
            return None
        if found.unread:
            self._again.append((folder, found.unread))
        return found.folders

    def _kept_files(self, folder: str, names: Sequence[str], folders: Sequence[str]) -> Iterator[Step]:
        """Read a folder's files, and keep what was found."""
        seen, others = see(folder), self._library.others
        self._kept, self._unread = [], []
        yield from self._files(folder, names)
        if self._index is not None and seen is not None and set(seen.names) == set(names):
            self._index.keep(folder, seen, folders, self._kept, self._library.others - others, self._unread)

    # --- files

    def _files(self, folder: str, names: Sequence[str]) -> Iterator[Step]:
        library, read, make = self._library, self._reader.read, self._instances.make
        begin, gently, ahead, kept = time.perf_counter(), self._gently, self._ahead, self._kept
        begins = os.path.join(folder, "")
        if ahead is not None:
            ahead.take(folder, names)
        for count, name in enumerate(names, 1):
            path = begins + name
            if ahead is not None:
                ahead.reached(count - 1)
            try:
                header = read(path)
            except ReadError as error:
                library.add_problem(path, str(error))
                library.rest[path] = _size_and_time(path)
                self._unread.append(name)
            else:
                if header is None:
                    library.others += 1
                    library.rest[path] = _size_and_time(path)
                else:
                    instance = make(folder, name, header)
                    library.add(instance)
                    kept.append(instance)
            self._done += 1
            if gently and self._done % _GIVE_WAY_EVERY == 0:  # in however small folders
                time.sleep(GIVE_WAY_S)
            if count % _STEP_EVERY == 0:
                yield Step(self._done, 0, path)
                now = time.perf_counter()
                if ahead is None and now - begin > _SLOW_S * _STEP_EVERY:
                    self._ahead = self._ahead or Ahead()
                    ahead = self._ahead
                    ahead.take(folder, names)
                begin = now
        if names:
            yield Step(self._done, 0, folder)


def _size_and_time(path: str) -> tuple[int, int]:
    """Return a file's size and time of change; zeros where they cannot be told."""
    try:
        found = os.stat(path)
    except OSError:
        return 0, 0
    return found.st_size, found.st_mtime_ns


def _parted(path: str) -> tuple[str, list[str]]:
    folder, name = os.path.split(path)
    return folder, [name]
