"""The files that somebody names: in folders all below them, each once."""

import os
from collections.abc import Iterator, Sequence
from typing import Final

from tui.dicom.archives import is_folder
from tui.dicom.job import Step
from tui.dicom.library.sniff import files_below

_TELL_EVERY: Final = 50


def found_files(paths: Sequence[str]) -> Iterator[Step | str]:
    """Return the files to be read, each once, and a Step now and then."""
    seen: set[tuple[int, int]] = set()
    count = 0
    for path in paths:
        for file in files_below(path) if is_folder(path) else (path,):
            try:
                found = os.stat(file)
            except OSError:
                yield file  # reading it says why
                continue
            if (found.st_dev, found.st_ino) in seen:
                continue
            seen.add((found.st_dev, found.st_ino))
            yield file
            count += 1
            if count % _TELL_EVERY == 0:
                yield Step(0, 0, f"{count:,} files found")
