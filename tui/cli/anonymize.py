"""``dicom-tui anonymize PATH ... -o OUT``: write de-identified copies."""

import argparse
import io
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from tui.cli import PROGRAM
from tui.cli.arguments import Parser, add_options
from tui.cli.output import refuse
from tui.cli.policy_flags import OPTIONS_HELP, add_policy_flags, policy_wish
from tui.dicom.anonymize.order import Order
from tui.dicom.anonymize.orders import FILES, OUTPUT, Wish
from tui.dicom.anonymize.plan_rows import PlanRow
from tui.dicom.anonymize.policy import PRESET
from tui.dicom.anonymize.report import Report
from tui.dicom.errors import DicomError
from tui.dicom.job import Step
from tui.dicom.permissions import DEFAULT_MODE
from tui.settings import boxes_path
from tui.text import safe_text

if TYPE_CHECKING:
    from tui.dicom.anonymize.batch import Told

_SOME_REFUSED: Final = 1
_NOTHING_DONE: Final = 2
_SHOW_EVERY_S: Final = 0.1


def run(words: Sequence[str]) -> int:
    """Anonymize what `words` name; return the exit code."""
    arguments = _parser().parse_args(words)
    if isinstance(sys.stdout, io.TextIOWrapper):  # what a terminal cannot write is no reason to end
        sys.stdout.reconfigure(errors="replace")
    try:
        return _driven(_wish(arguments).order(boxes_path(arguments.project)), as_json=arguments.json)
    except DicomError as error:
        return refuse(str(error))


def _wish(arguments: argparse.Namespace) -> Wish:
    return replace(
        policy_wish(arguments, FILES), paths=tuple(arguments.paths), output=arguments.output or "", mode=arguments.mode,
        jobs=arguments.jobs, dry=arguments.dry_run,
    )  # fmt: skip


def _parser() -> Parser:
    parser = Parser(
        prog=f"{PROGRAM} anonymize",
        description="Write de-identified copies of DICOM files: the Basic Application Level Confidentiality Profile of\n"
        "PS3.15, with its options and rules of your own. Every copy is read back and looked at before it gets its name.",
        epilog=f"{OPTIONS_HELP}\n\n"
        "A policy file is TOML: preset, options = [...], dates, on-burned-in, keep = [...], remove = [...],\n"
        "confirmed = [...], and a section [set].\n"
        "Without --project the key of new UIDs, pseudonyms and shifted dates is random, and forgotten.\n"
        "A run that was cut off is gone on with by the same command.\n"
        "The exit code is 0 where all were written, 1 where some were refused, 2 where nothing was done.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("paths", metavar="PATH", nargs="+", help="files, or folders with all below them")
    parser.add_argument("-o", f"--{OUTPUT.name}", metavar=OUTPUT.metavar, help=OUTPUT.help)
    add_options(parser, (PRESET,))
    add_policy_flags(parser, FILES)
    parser.add_argument("--mode", metavar="OCTAL", default=DEFAULT_MODE, help="permissions of the copies (default: 600)")
    parser.add_argument("--dry-run", action="store_true", help="write nothing: print what would be changed")
    parser.add_argument("--json", action="store_true", help="print the report as JSON; of a dry run the plans, too")
    parser.add_argument("--jobs", metavar="N", type=_jobs, default=0, help="processes (default: as many as processors)")
    return parser


def _jobs(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no number of processes: a whole number is needed, 0 for as many as processors"
        )
    return int(text)


def _driven(order: Order, *, as_json: bool) -> int:
    """Drive the job to its end, with its progress on stderr; return the exit code."""
    from tui.dicom.anonymize.batch import Told, anonymize  # imports NumPy, which --help needs not

    shown, plans, report = _Progress(), list[dict[str, Any]](), None
    for step in anonymize(order):
        if isinstance(step, Step):
            shown.show(step)
        elif isinstance(step, Told):
            if step.outcome.rule:
                shown.clear()
                print(f"{PROGRAM}: {safe_text(step.path)}: refused: {step.outcome.reason}", file=sys.stderr)
            elif order.dry and as_json:
                plans.append({"file": step.path, "plan": [_row_json(row) for row in step.rows]})
            elif order.dry:
                _print_plan(step)
        else:
            report = step
    shown.clear()
    if report is None:
        return _NOTHING_DONE
    _print_report(order, report, plans, as_json=as_json)
    if not report.written:
        return _NOTHING_DONE
    return _SOME_REFUSED if report.refused else 0


def _print_report(order: Order, report: Report, plans: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        said = report.as_json() | ({"plans": plans} if order.dry else {"report": order.report_path})
        print(json.dumps(said, indent=1))
        return
    for line in report.lines:
        print(safe_text(line))
    if not order.dry:
        print(safe_text(f"Copies: {order.output}\nReport: {order.report_path}".replace("\n", "   ")))


def _row_json(row: PlanRow) -> dict[str, Any]:
    return {
        "path": row.path, "vr": row.vr, "name": row.name, "code": row.code, "action": row.action.value, "why": row.why,
        "before": row.before, "after": row.after,
    }  # fmt: skip


def _print_plan(step: "Told") -> None:
    print(safe_text(step.path))
    for row in step.rows:
        before, after = ("(none)" if value is None else value for value in (row.before, row.after))
        change = f"{before} -> {after}" if row.changes else before
        print(f"  {row.action.value} {row.path} {row.name} [{row.code}] {change}  ({row.why})")


class _Progress:
    """How far it is and how fast, on stderr where that is a terminal."""

    def __init__(self) -> None:
        self._begun = self._last = time.monotonic()
        self._first: int | None = None
        self._shown = sys.stderr.isatty()

    def show(self, step: Step) -> None:
        """Show a step, some times a second."""
        now = time.monotonic()
        if not self._shown or now - self._last < _SHOW_EVERY_S:
            return
        self._last = now
        if not step.total:
            said = step.note
        else:
            if self._first is None:
                self._first, self._begun = step.done - 1, now
            rate = (step.done - self._first) / max(now - self._begun, _SHOW_EVERY_S)
            said = f"anonymizing: {step.done:,} of {step.total:,}, {rate:,.0f} a second"
        print(f"\r\x1b[K{said}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Take it away."""
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
