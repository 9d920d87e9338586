"""What pydicom warns of is collected, for each thread by itself, and never printed over the screen."""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

_collected = threading.local()
_print_warning = warnings.showwarning


def _collect(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    into = getattr(_collected, "texts", None)
    if into is None:
        _print_warning(message, category, filename, lineno, file, line)
    else:
        into.append(str(message))


@contextmanager
def collected_warnings() -> Iterator[list[str]]:
    """Collect what pydicom warns of in this thread while the block runs, into the list that is given."""
    if warnings.showwarning is not _collect:
        import logging  # here, since --help does not need it and it takes long to load

        global _print_warning
        logging.getLogger("pydicom").propagate = False  # it logs what it fails on, values included
        _print_warning, warnings.showwarning = warnings.showwarning, _collect
    before = getattr(_collected, "texts", None)
    _collected.texts = texts = list[str]()
    try:
        yield texts
    finally:
        _collected.texts = before
