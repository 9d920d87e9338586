"""``dicom-tui find PATH QUERY``: find files by the search language; hits are printed as they come."""

import argparse
import csv
import gc
import io
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from tui.cli import PROGRAM, OutputError
from tui.cli.arguments import Parser
from tui.cli.library_words import missing
from tui.cli.output import ERROR, counted, refuse
from tui.cli.queries import refuse_query
from tui.dicom.anonymize.profile import identifies
from tui.dicom.errors import os_reason
from tui.dicom.job import Step
from tui.dicom.library.find import FACTS, Hit, Unread, find
from tui.dicom.query import Query, QueryError
from tui.text import safe_text

NOTHING_FOUND: Final = 1
_FORMS: Final = {
    "text": "each file with the elements that were found (default)",
    "json": "an array with an object for each file",
    "csv": "a row for each file",
    "paths": "a path a line",
    "paths0": "paths that end in NUL, for xargs -0",
}
_MOST_ROWS: Final = 5
_DONE: Final = "--"


def run(words: Sequence[str]) -> int:
    """Find what `words` ask for; return the exit code."""
    flags, rest = _parted(words)
    arguments = _parser().parse_args([*flags, _DONE, *rest])
    if problem := missing([arguments.path]):
        return refuse(problem)
    try:
        query = Query.parse(" ".join(arguments.query))
    except QueryError as error:
        return refuse_query("QUERY", error)
    if not query:
        return refuse("QUERY says nothing that is looked for")
    gc.freeze()  # what was imported stays
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace", newline="" if arguments.form == "csv" else None)
    printer = _PRINTERS[arguments.form]()
    found, unread = 0, 0

    def steps() -> Iterator[Step]:
        nonlocal found, unread
        for step in find([arguments.path], query, identifies):
            if isinstance(step, Step):
                yield step
            elif isinstance(step, Unread):
                unread += 1
                print(f"{PROGRAM}: {safe_text(step.path)}: {safe_text(step.why)}", file=sys.stderr)
            else:
                _written(printer.hit, step)
                found += 1

    try:
        counted(steps(), "looking")
    except QueryError as error:
        return refuse_query("QUERY", error)
    printer.end()
    return ERROR if unread else 0 if found else NOTHING_FOUND


def _parted(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the flags, and the path with the query, of which words may begin with -."""
    flags, rest = list[str](), list[str]()
    for at, word in enumerate(words):
        if word == _DONE:
            return flags, [*rest, *words[at + 1 :]]
        known = word.removeprefix("--") in _FORMS if word.startswith("--") else word == "-h"
        (flags if known or word in ("--help",) or (not rest and word.startswith("-")) else rest).append(word)
    return flags, rest


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog=f"{PROGRAM} find",
        description="Find DICOM files below a folder, and print them as they are found.",
        epilog="QUERY is what / takes in the browser, such as 'patient name', Modality=CT 'Rows>512', or "
        "SeriesDescription~flair;\nof several words all must hold.\n"
        "The exit code is 0 where something was found, 1 where nothing was, 2 where something could not be read (which is\n"
        "said, and the rest is looked through) and for wrong usage.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    forms = parser.add_mutually_exclusive_group()
    for form, what in _FORMS.items():
        forms.add_argument(f"--{form}", dest="form", action="store_const", const=form, help=what)
    parser.set_defaults(form="text")
    parser.add_argument("path", metavar="PATH", help="a folder, or a file")
    parser.add_argument("query", metavar="QUERY", nargs="+", help="what is looked for")
    return parser


def _written(write: Callable[[Hit], None], hit: Hit) -> None:
    try:
        write(hit)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(os_reason(error)) from error


class _Text:
    def hit(self, hit: Hit) -> None:
        """Print a file, and what was found in it."""
        print(safe_text(hit.path))
        for row in hit.rows[:_MOST_ROWS]:
            print(f"    {row.tag} {row.vr:2} {row.name:<32} {row.text}".rstrip())
        if hit.total > _MOST_ROWS:
            print(f"    and {hit.total - _MOST_ROWS:,} more elements")

    def end(self) -> None:
        """Do nothing."""


class _Paths(_Text):
    def hit(self, hit: Hit) -> None:
        """Print a path as it is, but on a terminal, on which it must not act."""
        if sys.stdout.isatty():
            print(safe_text(hit.path))
        else:
            sys.stdout.flush()
            sys.stdout.buffer.write(os.fsencode(hit.path) + self.behind)

    behind = b"\n"


class _Paths0(_Paths):
    behind = b"\0"


class _Csv(_Text):
    def __init__(self) -> None:
        self._writer = csv.writer(sys.stdout)
        self._writer.writerow(["file", *(name for name, _ in FACTS), "hits"])

    def hit(self, hit: Hit) -> None:
        """Print a row."""
        safe = safe_text if sys.stdout.isatty() else str
        self._writer.writerow([safe(text) for text in (hit.path, *hit.facts, str(hit.total))])


class _Json(_Text):
    def __init__(self) -> None:
        self._begun = False

    def hit(self, hit: Hit) -> None:
        """Print an object."""
        said = {"path": hit.path} | {name: value for (name, _), value in zip(FACTS, hit.facts, strict=True)}
        rows = [{"tag": row.tag, "vr": row.vr, "name": row.name, "value": row.text} for row in hit.rows]
        text = json.dumps(said | {"hits": hit.total, "found": rows}, ensure_ascii=True).replace("\x7f", "\\u007f")
        print(f"{',' if self._begun else '['}\n{text}", end="")
        self._begun = True

    def end(self) -> None:
        """End the array."""
        print("\n]" if self._begun else "[]")


_PRINTERS: Final[dict[str, Callable[[], _Text]]] = {
    "text": _Text, "json": _Json, "csv": _Csv, "paths": _Paths, "paths0": _Paths0,
}  # fmt: skip
