"""``dicom-tui index [clear]``: tell of the index of folders, or remove it."""

import os
import sys
from collections.abc import Sequence

from tui.cli import PROGRAM
from tui.cli.arguments import Parser
from tui.cli.output import ERROR
from tui.dicom.errors import WriteError
from tui.dicom.library.index import clear
from tui.settings import index_path
from tui.text import safe_text


def run(words: Sequence[str]) -> int:
    """Do what `words` say; return the exit code."""
    parser = Parser(
        prog=f"{PROGRAM} index",
        description="The index keeps what is found in folders, where --index (or index = true in the settings file) asks "
        "for it: names and IDs of patients, too. It lies in your cache, and can be read by you alone.",
    )
    parser.add_argument("what", choices=("show", "clear"), nargs="?", default="show", help="show where it is, or remove it")
    path = index_path()
    if parser.parse_args(words).what == "show":
        there = os.path.isfile(path)
        print(f"{safe_text(path)}: {os.path.getsize(path):,} bytes" if there else f"there is no index ({safe_text(path)})")
        return 0
    try:
        print("the index was removed" if clear(path) else "there is no index")
    except WriteError as error:
        print(f"{PROGRAM}: {safe_text(str(error))}", file=sys.stderr)
        return ERROR
    return 0
