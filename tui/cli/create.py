"""``dicom-tui create FILE ... -o OUT [ATTRIBUTE=VALUE ...]``: make DICOM files of pictures, arrays and documents."""

import argparse
import re
import sys
from collections.abc import Sequence
from typing import Final

from tui.cli import PROGRAM
from tui.cli.arguments import Parser, add_options, given
from tui.cli.export import driven
from tui.cli.output import refuse
from tui.dicom.create.order import OPTIONS, Order
from tui.dicom.edit_words import read_assignment
from tui.dicom.errors import DicomError
from tui.dicom.export.order import REPLACE, STANDARD_OUTPUT
from tui.dicom.permissions import DEFAULT_MODE, mode_of
from tui.dicom.query import QueryError

_ASSIGNMENT: Final = re.compile(r"[A-Za-z0-9_(),.\[\]]+(?::[A-Za-z]{2})?=")  # a path with = in it is written with ./


def run(words: Sequence[str]) -> int:
    """Make what `words` name; return the exit code."""
    parser = _parser()
    arguments = parser.parse_intermixed_args(words)
    changes = [word for word in arguments.paths if _ASSIGNMENT.match(word)]
    paths = tuple(word for word in arguments.paths if word not in changes)
    if arguments.output == STANDARD_OUTPUT and sys.stdout.isatty():
        return refuse("standard output is a terminal: name a file with -o, or send it to another program")
    try:
        assigned = tuple(map(read_assignment, changes))
        order = Order(
            paths, arguments.output or "", given(arguments, (*OPTIONS, REPLACE)), assigned, mode_of(arguments.mode)
        )
        from tui.dicom.create.run import create  # imports NumPy, which --help needs not

        return driven(create(order), "created", order.output)
    except QueryError as error:
        return refuse(f"{error.text}: {error.reason}")
    except (DicomError, OSError) as error:
        return refuse(str(error))


def _parser() -> Parser:
    parser = Parser(
        prog=f"{PROGRAM} create",
        description="Make DICOM files of pictures (PNG, JPEG, TIFF), NumPy arrays (.npy) and PDF documents.",
        epilog="Pictures become Secondary Captures, one file for each frame or, with --multi-frame, one of all; with\n"
        "--sop-class ct or mr, or with a template of such a series, slices with their places. PDF documents become\n"
        "Encapsulated PDF. JPEGs stay as they are where DICOM allows it, without their EXIF data.\n"
        "ATTRIBUTE is a keyword, a tag, or a path, as dicom-tui edit has them; a FILE with = in its name is ./FILE.\n"
        "Floats are stored in 16 bits with a slope and an intercept; whole values as they are.\n"
        "The exit code is 0 where all was made, 1 where some was not, 2 where nothing was.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "paths", metavar="FILE|ATTRIBUTE=VALUE", nargs="+", help="what files are made of; what is set in them"
    )
    parser.add_argument("-o", "--output", metavar="OUT", help="a folder, which is made; or of one result its file; or -")
    parser.add_argument("--mode", metavar="OCTAL", default=DEFAULT_MODE, help="permissions of the files (default: 600)")
    add_options(parser, (*OPTIONS, REPLACE))
    return parser
