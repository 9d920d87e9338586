"""Completing the path of a folder while it is typed; the disk is asked in a thread."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import suppress

from textual.suggester import Suggester

from tui.background import Background


def completed(text: str) -> str | None:
    """Return a path that is typed, completed to the first folder that begins like it; None where there is none."""
    head, begun = os.path.split(os.path.expanduser(text))
    names = list[str]()
    with suppress(OSError), os.scandir(head or ".") as entries:  # what cannot be read completes nothing
        names = [entry.name for entry in entries if entry.name.startswith(begun) and entry.is_dir()]
    hidden = begun.startswith(".")
    fitting = sorted(name for name in names if name != begun and name.startswith(".") <= hidden)
    return text + min(fitting)[len(begun) :] + os.sep if begun and fitting else None


class FolderSuggester(Suggester):
    """Suggests folders."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._waiting: asyncio.Future[str | None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._asked: Background[str, tuple[str | None]] = Background(
            "complete", self._answer, lambda _, found: self._deliver(found[0]), lambda error: self._deliver(None, error)
        )

    async def get_suggestion(self, value: str) -> str | None:
        """Return what a path may be completed to; of one that is typed further, nothing."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)
        self._loop = asyncio.get_running_loop()
        self._waiting = self._loop.create_future()
        self._asked.ask(value)
        return await self._waiting

    def stop(self) -> None:
        """Ask the disk nothing more."""
        self._asked.stop()

    @staticmethod
    def _answer(value: str) -> Iterator[tuple[str | None]]:
        yield (completed(value),)

    def _deliver(self, found: str | None, error: BaseException | None = None) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._end, self._waiting, found, error)

    @staticmethod
    def _end(waiting: "asyncio.Future[str | None] | None", found: str | None, error: BaseException | None) -> None:
        if waiting is None or waiting.done():
            return
        if error is not None:
            waiting.set_exception(error)
        else:
            waiting.set_result(found)
