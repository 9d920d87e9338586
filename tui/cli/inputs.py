"""Files that are named on the command line: - is standard input, and what gzip packed is unpacked."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from tui.dicom.errors import ReadError

STDIN: Final = "-"
STDIN_NAME: Final = "standard input"
HELD: Final = "/dev/fd/"  # what the paths begin with that `opened` gives of what has no name
_GZIP_NAME: Final = ".gz"


@contextmanager
def opened(file: str) -> Iterator[str]:
    """Give a path of the file's bytes: its own, or where standard input or an unpacked file is held until the end.

    Raises
    ------
    ReadError, OSError
        They cannot be read.
    """
    from tui.dicom.unnamed import held_stream, let_go

    if file != STDIN and not file.endswith(_GZIP_NAME):
        yield file
        return
    if file == STDIN:
        if sys.stdin is None:
            raise ReadError("standard input is closed")
        with open(sys.stdin.fileno(), "rb", closefd=False) as stream:
            path = held_stream(stream, STDIN_NAME)
    else:
        with open(file, "rb") as packed:
            path = held_stream(packed, os.path.basename(file))
    try:
        yield path
    except ReadError as error:  # which knows no better name than the descriptor's number
        raise ReadError(str(error).replace(os.path.basename(path), "it", 1), file) from error
    finally:
        let_go(path)
