"""What the command line writes: errors and progress to stderr, text from files always made safe."""

import argparse
import sys
from collections.abc import Iterable

from tui.cli import PROGRAM
from tui.dicom.job import Job
from tui.dicom.options import Option, Value
from tui.text import safe_text

USAGE_ERROR = 2


def refuse(sentence: str) -> int:
    """Say on stderr why the program does not start, in one line; return the exit code for that."""
    print(f"{PROGRAM}: {safe_text(sentence)}", file=sys.stderr)
    return USAGE_ERROR


def progress(job: Job, doing: str) -> None:
    """Drive `job`; show on stderr how far it is, where that is a terminal."""
    shown = sys.stderr.isatty()
    for step in job:
        if shown:
            print(f"\r{doing}: {step.done} of {step.total}", end="", file=sys.stderr, flush=True)
    if shown:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> None:  # type: ignore[override]  # argparse types it NoReturn; so it is
        """Say what is wrong with the arguments, and end."""
        sys.exit(refuse(f"{message} (see {PROGRAM} --help)"))


def add_options(parser: argparse.ArgumentParser, options: Iterable[Option]) -> None:
    """Give `parser` a flag for each of `options`; what is not given is left out of the result."""
    for option in options:
        if isinstance(option.default, bool):
            parser.add_argument(f"--{option.name}", action="store_true", default=argparse.SUPPRESS, help=option.help)
        else:
            parser.add_argument(
                f"--{option.name}",
                choices=option.choices or None,
                metavar="|".join(option.choices) or option.metavar,
                default=argparse.SUPPRESS,
                help=option.help,
            )


def given(arguments: argparse.Namespace, options: Iterable[Option]) -> dict[str, Value]:
    """Return the values of those `options` that were given."""
    said = vars(arguments)
    return {option.name: said[option.name.replace("-", "_")] for option in options if option.name.replace("-", "_") in said}
