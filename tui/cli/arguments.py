"""Arguments, from declared options; imported only where flags were given: building a parser takes time."""

import argparse
import sys
from collections.abc import Iterable
from typing import Any, NoReturn

from tui.cli import PROGRAM, SUBCOMMANDS
from tui.cli.output import refuse
from tui.dicom.options import Option, Value
from tui.settings import OPTIONS


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, and whose flags are written in full: some words are taken before it sees them."""

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401 - what the base class takes
        super().__init__(allow_abbrev=False, **kwargs)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the arguments, and end."""
        sys.exit(refuse(f"{message} (see {self.prog} --help)"))


def add_options(parser: argparse._ActionsContainer, options: Iterable[Option]) -> None:
    """Give `parser` a flag for each of `options`; what is not given is left out of the result."""
    for option in options:
        if isinstance(option.default, bool):
            parser.add_argument(f"--{option.name}", action="store_true", default=argparse.SUPPRESS, help=option.help)
        else:
            parser.add_argument(
                f"--{option.name}",
                choices=option.choices or None,
                metavar="|".join(filter(None, option.choices)) or option.metavar,
                default=argparse.SUPPRESS,
                help=option.help,
            )


def given(arguments: argparse.Namespace, options: Iterable[Option]) -> dict[str, Value]:
    """Return the values of those `options` that were given."""
    said = vars(arguments)
    return {option.name: said[option.name.replace("-", "_")] for option in options if option.name.replace("-", "_") in said}


def browser_parser() -> Parser:
    """Return the parser of ``dicom-tui [PATH ...]``."""
    commands = "\n".join(f"  {PROGRAM} {name:<9} {what}" for name, (_module, what) in SUBCOMMANDS.items())
    parser = Parser(
        prog=PROGRAM,
        usage=f"{PROGRAM} [options] [PATH ...]\n       {PROGRAM} {'|'.join(SUBCOMMANDS)}",
        description="Browse DICOM files in the terminal: file tree, tags and picture. Nothing is ever written to them.",
        epilog=f"commands:\n{commands}\n\nA folder that is called like a command is opened as ./NAME.\nNot for diagnosis.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files or folders (default: this folder)")
    parser.add_argument("--rw", action="store_true", help="edit tags; changes are written to copies, where you say so")
    parser.add_argument("--version", action="store_true", help="print the version and exit")
    add_options(parser, OPTIONS)
    return parser
