"""Files that are named on the command line: - is standard input, and what gzip packed is unpacked."""

import os
import sys
from typing import Final

STDIN: Final = "-"
_GZIP_NAME: Final = ".gz"


def path_of(file: str) -> str:
    """Return a path of the file's bytes: its own, or where standard input or an unpacked file is held.

    Raises
    ------
    ReadError, OSError
        They cannot be read.
    """
    from tui.dicom.unnamed import held_stream

    if file == STDIN:
        with open(sys.stdin.fileno(), "rb", closefd=False) as stream:
            return held_stream(stream, "standard input")
    if file.endswith(_GZIP_NAME):
        with open(file, "rb") as packed:
            return held_stream(packed, os.path.basename(file))
    return file
