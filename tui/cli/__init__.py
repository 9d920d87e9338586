"""The command line: the first word is looked up in a table of sub-commands, and only that module is imported."""

import importlib
import sys
from collections.abc import Sequence

from tui import __version__

PROGRAM = "dicom-tui"
# sub-command: (module, what it does)
SUBCOMMANDS = {
    "demo": ("tui.cli.demo", "browse the files bundled with pydicom and a computed CT phantom"),
    "view": ("tui.cli.view", "print one picture and exit; - reads standard input"),
    "doctor": ("tui.cli.doctor", "print what the terminal can do, and why a mode is chosen"),
}
_BROWSER = "tui.cli.open"


def main(words: Sequence[str] | None = None) -> int:
    """Run the program with the arguments `words` (default: the process's); return its exit code."""
    words = list(sys.argv[1:] if words is None else words)
    if words[:1] in (["--version"], ["-V"]):
        print(f"{PROGRAM} {__version__}")
        return 0
    if words and words[0] in SUBCOMMANDS:
        module, rest = SUBCOMMANDS[words[0]][0], words[1:]
    else:
        module, rest = _BROWSER, words
    code: int = importlib.import_module(module).run(rest)
    return code
