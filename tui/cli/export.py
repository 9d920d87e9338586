"""``dicom-tui export PATH ... -o OUT``: write pictures, arrays, volumes, tables and texts of DICOM files."""

import argparse
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tui.cli import PROGRAM
from tui.cli.arguments import Parser, add_options, given
from tui.cli.inputs import HELD, STDIN, STDIN_NAME, opened
from tui.cli.output import refuse
from tui.cli.policy_flags import OPTIONS_HELP, add_policy_flags, policy_wish
from tui.dicom.anonymize.order import Order as AnonymizeOrder
from tui.dicom.anonymize.orders import BOXES, LOOKUP, POLICY, PROJECT, Wish
from tui.dicom.errors import DicomError, ExportError
from tui.dicom.export.formats import BY_NAME, FORMATS, Format
from tui.dicom.export.order import ANONYMIZE, NO, OPTIONS, STANDARD_OUTPUT, Order
from tui.dicom.job import Step
from tui.dicom.options import Option
from tui.dicom.permissions import DEFAULT_MODE, mode_of
from tui.settings import boxes_path
from tui.text import fit_cells, safe_text

if TYPE_CHECKING:
    from tui.dicom.export.results import NotWritten, Summary

_POLICY_FILES: Final = (POLICY, PROJECT, LOOKUP, BOXES)
_DRAWN: Final = ("ansi", "text")  # which are safe on a terminal
_SOME_FAILED: Final = 1
_NOTHING_DONE: Final = 2
_SHOW_EVERY_S: Final = 0.1
_MOST_SAID: Final = 20


def run(words: Sequence[str]) -> int:
    """Export what `words` name; return the exit code."""
    name = _format_in(words)
    row = BY_NAME.get(name)
    if name and row is None:
        return refuse(f"--format: there is no format {name!r}: there are {', '.join(BY_NAME)}")
    arguments = _parser(row).parse_args(words)
    if arguments.output == STANDARD_OUTPUT and sys.stdout.isatty() and row is not None and row.name not in _DRAWN:
        return refuse("standard output is a terminal: name a file with -o, or send it to another program")
    if row is None:
        return refuse(f"-f says which format: {', '.join(BY_NAME)} (see {PROGRAM} export --help)")
    try:
        mode = mode_of(arguments.mode)
        with ExitStack() as held:
            paths = tuple(held.enter_context(opened(path)) if path == STDIN else path for path in arguments.paths)
            values = given(arguments, row.all_options)
            how = _anonymizing(arguments, str(values.get(ANONYMIZE.name, NO)))
            from tui.dicom.export.run import export  # imports NumPy, which --help needs not

            order = Order(paths, arguments.output or "", row.name, values, mode, anonymize=how)
            return driven(export(order), row.name, order.output)
    except (DicomError, OSError) as error:
        return refuse(str(error))


def _anonymizing(arguments: argparse.Namespace, preset: str) -> AnonymizeOrder | None:
    """Return how files are de-identified first, if they are; refuse flags that only that has."""
    wish = policy_wish(arguments, _POLICY_FILES)
    if preset == NO and not wish.files.get(POLICY.name):
        if wish != Wish(()):
            raise ExportError("flags of anonymizing go with --anonymize, or with --policy")
        return None
    wish = replace(wish, preset="" if preset == NO else preset)
    return wish.order(boxes_path(wish.files.get(PROJECT.name, "")))


def _format_in(words: Sequence[str]) -> str:
    """Return the format that is asked for, or that the output's name ends like; "" where that is not known."""
    parser = Parser(add_help=False)
    parser.add_argument("-f", "--format", default="")
    parser.add_argument("-o", "--output", default="")
    found, _ = parser.parse_known_args(words)
    said, output = str(found.format), str(found.output)
    if said or not output:
        return said
    like = [row.name for row in FORMATS if row.is_named_in(output)]
    return like[0] if like else ""


def _parser(row: Format | None) -> Parser:
    width = max(map(len, BY_NAME))
    formats = "\n".join(f"  {each.name:<{width}}  {each.label}" for each in FORMATS)
    parser = Parser(
        prog=f"{PROGRAM} export",
        description=f"Write what DICOM files hold as {row.name}: {row.label}; {row.scope.value}."
        if row
        else "Write pictures, arrays, volumes, tables and texts.",
        epilog=f"formats (-f FORMAT; -f FORMAT --help tells its options):\n{formats}\n\n{OPTIONS_HELP}\n\n"
        "PATH may be - for standard input, and OUT - for standard output where there is one result.\n"
        "Without -f the format is the one that OUT ends like. Files that exist are not written over without --replace.\n"
        "The exit code is 0 where all was written, 1 where some was not, 2 where nothing was.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("paths", metavar="PATH", nargs="+", help="files, or folders with all below them")
    parser.add_argument("-o", "--output", metavar="OUT", help="a folder, which is made; or of one result its file; or -")
    parser.add_argument("-f", "--format", metavar="FORMAT", help="what is written (below)")
    parser.add_argument("--mode", metavar="OCTAL", default=DEFAULT_MODE, help="permissions of the results (default: 600)")
    if row is not None:
        group = parser.add_argument_group(f"options of {row.name}")
        add_options(group, map(_with_default, row.options))
    add_options(parser, OPTIONS)
    add_policy_flags(parser.add_argument_group("with --anonymize, as dicom-tui anonymize has them"), _POLICY_FILES)
    return parser


def _with_default(option: Option) -> Option:
    """Return an option whose help tells its default."""
    return replace(option, help=f"{option.help} (default: {option.default})") if option.default else option


def driven(job: "Iterator[Step | NotWritten | Summary]", doing: str, output: str) -> int:
    """Drive a job to its end, with its progress on stderr; return the exit code.

    Parameters
    ----------
    job : iterator
        It yields its steps, what failed, and at last what came of it.
    doing : str
        What its steps do, in a word.
    output : str
        Where results go.
    """
    from tui.dicom.export.results import NotWritten, Summary

    shown, last, summary = sys.stderr.isatty(), 0.0, None
    for step in job:
        if isinstance(step, Summary):
            summary = step
        elif shown and not isinstance(step, NotWritten) and (now := time.monotonic()) - last > _SHOW_EVERY_S:
            last = now
            done = f"{step.done:,} of {step.total:,}" if step.total else f"{step.done:,} files"
            said = f"{doing}: {done} {safe_text(step.note)}"
            width = max(1, shutil.get_terminal_size().columns - 1)
            print(f"\r\x1b[K{fit_cells(said, width)}", end="", file=sys.stderr, flush=True)
    if shown:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    if summary is None:
        return _NOTHING_DONE
    _tell(summary, quiet=output == STANDARD_OUTPUT)
    if not summary.done:
        return _NOTHING_DONE
    return _SOME_FAILED if summary.failed else 0


def _tell(summary: "Summary", *, quiet: bool) -> None:
    reasons: dict[str, list[str]] = {}
    for what, why in summary.failed:
        reasons.setdefault(why, []).append(what)
    for why, (first, *more) in list(reasons.items())[:_MOST_SAID]:
        also = f" (and {len(more):,} more, for the same reason)" if more else ""
        name = STDIN_NAME if first.startswith(HELD) else safe_text(first)
        print(f"{PROGRAM}: {name}: not written: {safe_text(why)}{also}", file=sys.stderr)
    if len(reasons) > _MOST_SAID:
        rest = sum(len(what) for what in list(reasons.values())[_MOST_SAID:])
        print(f"{PROGRAM}: and {rest:,} more were not written", file=sys.stderr)
    for note in summary.notes:
        print(f"{PROGRAM}: {safe_text(note)}", file=sys.stderr)
    if not summary.done:
        return
    if burned := summary.burned_words(safe_text):
        print(f"{PROGRAM}: {burned}", file=sys.stderr)
    carried = ", ".join(sorted(each.value for each in summary.carries))
    if carried:
        print(f"{PROGRAM}: what was written may hold {carried}", file=sys.stderr)
    if not quiet:
        count = len(summary.written)
        where = summary.written[0] if count == 1 else summary.output
        print(f"{count:,} file{'' if count == 1 else 's'}, {summary.size:,} bytes: {safe_text(where)}", file=sys.stderr)
