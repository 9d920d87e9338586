"""Reading the beginnings of files before they are wanted: a cold disk or a network is waited for side by side."""

import os
import queue
import threading
from collections.abc import Sequence
from typing import Final

from tui.dicom.library.header import FIRST_BYTES

_READERS: Final = 8
_AHEAD: Final = 64  # files
_FLAGS: Final = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY


class Ahead:
    """Threads that read the beginnings of files before they are wanted, so that the system holds them by then."""

    def __init__(self) -> None:
        self._wanted: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._folder = ""
        self._names: Sequence[str] = ()
        self._given = 0
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(_READERS)]
        for thread in self._threads:
            thread.start()

    def take(self, folder: str, names: Sequence[str]) -> None:
        """Begin with another folder."""
        self._folder, self._names, self._given = folder, names, 0

    def reached(self, at: int) -> None:
        """Give the threads what comes soon behind file `at` of the folder."""
        self._given = max(self._given, at + 1)
        while self._given < min(len(self._names), at + _AHEAD):
            self._wanted.put(os.path.join(self._folder, self._names[self._given]))
            self._given += 1

    def end(self) -> None:
        """Let the threads end; none of them is waited for: a network file system may never answer."""
        for _ in self._threads:
            self._wanted.put(None)

    def _run(self) -> None:
        while (path := self._wanted.get()) is not None:
            _touch(path)


def _touch(path: str) -> None:
    """Read the beginning of a file; who really reads it says what is wrong with it."""
    try:
        fd = os.open(path, _FLAGS)
    except OSError:
        return
    try:
        os.read(fd, FIRST_BYTES)
    except OSError:
        return
    finally:
        os.close(fd)
