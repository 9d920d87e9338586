"""The command line: the first word is looked up in a table of sub-commands, and only that module is imported."""

import importlib
import os
import sys
from collections.abc import Sequence

from tui import __version__

PROGRAM = "dicom-tui"
# sub-command: (module, what it does)
SUBCOMMANDS = {
    "demo": ("tui.cli.demo", "browse the files bundled with pydicom and a computed CT phantom"),
    "view": ("tui.cli.view", "print one picture and exit; - reads standard input"),
    "tags": ("tui.cli.tags", "print the elements of files, all or those looked for, as text, JSON or CSV"),
    "diff": ("tui.cli.diff", "print what differs between files, or within a series"),
    "ls": ("tui.cli.ls", "list the patients, studies and series below folders, with counts"),
    "find": ("tui.cli.find", "find files below a folder by the search language"),
    "check": ("tui.cli.check", "tell what is wrong with series, studies and files below folders"),
    "edit": ("tui.cli.edit", "write a copy with some elements changed"),
    "anonymize": ("tui.cli.anonymize", "write de-identified copies (PS3.15)"),
    "export": ("tui.cli.export", "write pictures, arrays, volumes, tables and texts"),
    "create": ("tui.cli.create", "make DICOM files of pictures, arrays and PDF documents"),
    "sort": ("tui.cli.sort", "copy files into folders that are called after their attributes"),
    "index": ("tui.cli.index", "tell of the index of folders, or remove it"),
    "doctor": ("tui.cli.doctor", "print what the terminal can do, and why a mode is chosen"),
}
_BROWSER = "tui.cli.open"
_INTERRUPTED = 130  # as a shell says it of a program that Ctrl+C ended
_NOT_WRITTEN = 74  # EX_IOERR of sysexits.h
_READER_GONE = 141  # as a shell says it of a program that SIGPIPE ended


class OutputError(Exception):
    """Standard output cannot be written to; the message says why."""


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
    if sys.stdout is None and module != _BROWSER:  # it was closed by whoever started the program
        print(f"{PROGRAM}: standard output is closed", file=sys.stderr)
        return _NOT_WRITTEN
    try:
        code: int = importlib.import_module(module).run(rest)
        if sys.stdout is not None:
            _flush()
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:  # whoever read the output has seen enough
        _write_no_more()
        return _READER_GONE
    except OSError as error:  # reading a file raises an error of ours
        _write_no_more()
        print(f"{PROGRAM}: standard output cannot be written: {(error.strerror or str(error)).lower()}", file=sys.stderr)
        return _NOT_WRITTEN
    except OutputError as error:
        _write_no_more()
        print(f"{PROGRAM}: standard output cannot be written: {error}", file=sys.stderr)
        return _NOT_WRITTEN
    return code


def _flush() -> None:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError((error.strerror or str(error)).lower()) from error


def _write_no_more() -> None:
    """Let what waits to be written go: the interpreter would complain of it at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
