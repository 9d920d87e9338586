"""``dicom-tui sort PATH ... -o OUT``: copy DICOM files into folders by their attributes."""

from collections.abc import Sequence
from typing import Final

from tui.cli import PROGRAM
from tui.cli.arguments import Parser, add_options, given
from tui.cli.export import driven
from tui.cli.output import refuse
from tui.dicom.errors import DicomError
from tui.dicom.export.dicom_options import DICOMDIR
from tui.dicom.export.formats import COPY
from tui.dicom.export.order import NAMES, REPLACE, STANDARD_OUTPUT, Order
from tui.dicom.options import Values
from tui.dicom.permissions import DEFAULT_MODE, mode_of

_PATTERN: Final = (
    "{PatientID}/{StudyDate}_{StudyDescription}/{SeriesNumber:04d}_{SeriesDescription}/{InstanceNumber:05d}.dcm"
)


def run(words: Sequence[str]) -> int:
    """Sort what `words` name; return the exit code."""
    parser = Parser(
        prog=f"{PROGRAM} sort",
        description="Copy DICOM files, byte for byte, into folders that are called after their attributes.",
        epilog="Names are counted where they would be the same; values are made safe as names. The files that are read stay "
        "where they are. The exit code is 0 where all were copied, 1 where some were not, 2 where none was.",
    )
    parser.add_argument("paths", metavar="PATH", nargs="+", help="files, or folders with all below them")
    parser.add_argument("-o", "--output", metavar="OUT", help="the folder that they are copied into, which is made")
    parser.add_argument(
        "--pattern", metavar="PATTERN",
        help="folders and name, {Keyword} or {Keyword:04d} for a value (default: " + _PATTERN.replace("%", "%%") + ")",
    )  # fmt: skip
    add_options(parser, (DICOMDIR,))
    parser.add_argument("--mode", metavar="OCTAL", default=DEFAULT_MODE, help="permissions of the copies (default: 600)")
    parser.add_argument("--replace", action="store_true", help=REPLACE.help)
    arguments = parser.parse_args(words)
    values: Values = {REPLACE.name: arguments.replace, **given(arguments, (DICOMDIR,))}
    if arguments.output == STANDARD_OUTPUT:
        return refuse("files are sorted into a folder: name one with -o")
    if arguments.pattern is not None and DICOMDIR.name in values:
        return refuse(f"--{DICOMDIR.name} gives files the names that media have: leave --pattern away")
    if DICOMDIR.name not in values:
        values[NAMES.name] = _PATTERN if arguments.pattern is None else arguments.pattern
        if problem := NAMES.problem(values[NAMES.name]):
            return refuse(f"--pattern: {problem}")
    try:
        order = Order(
            tuple(arguments.paths), arguments.output or "", COPY, values, mode_of(arguments.mode), into_folder=True
        )
        from tui.dicom.export.run import export  # imports NumPy, which --help needs not

        return driven(export(order), COPY, order.output)
    except (DicomError, OSError) as error:
        return refuse(str(error))
