"""``dicom-tui diff A B ...``: print what differs between files, or within a series."""

import argparse
import json
import math
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any, Final

from tui.cli import PROGRAM
from tui.cli.arguments import Parser, add_options, given
from tui.cli.configured import configured
from tui.cli.inputs import opened
from tui.cli.output import ERROR, progress, refuse
from tui.dicom.difference import OPTIONS, Comparison, Difference, Kind, ignoring_of
from tui.dicom.element import DOUBLE_FLOAT_PIXEL_DATA, FLOAT_PIXEL_DATA, PIXEL_DATA, tag_text
from tui.dicom.elements import Elements
from tui.dicom.errors import DicomError, ReadError
from tui.dicom.job import Step
from tui.dicom.library.comparing import Compared, compare_files, compare_series
from tui.dicom.library.scan import Kind as EntryKind
from tui.dicom.library.scan import list_folder
from tui.dicom.library.sniff import read_facts
from tui.dicom.values import Value
from tui.settings import PRIVATE_DICTIONARY, SettingsError
from tui.text import safe_text

SAME: Final = 0
DIFFERENT: Final = 1
_MARKS: Final = {Kind.ADDED: "+", Kind.REMOVED: "-", Kind.CHANGED: "~", Kind.VARIES: "~"}
_NAME_WIDTH: Final = 32
_PAIR: Final = 2
_PIXELS: Final = frozenset(map(tag_text, (PIXEL_DATA, FLOAT_PIXEL_DATA, DOUBLE_FLOAT_PIXEL_DATA)))


def run(words: Sequence[str]) -> int:
    """Print what differs between the files that `words` name; return the exit code."""
    arguments = _parser().parse_args(words)
    try:
        configured(given(arguments, (PRIVATE_DICTIONARY,)))
        with ExitStack() as held:  # what was unpacked, or came in by standard input, stays until its pixels are compared
            if arguments.series:
                files, compared = _series(arguments.files)
            else:
                files = _files(arguments.files)
                paths = [held.enter_context(opened(file)) for file in files]
                compared = _driven(compare_files(paths, files))
            if len(files) < _PAIR:
                return refuse("two files at the least are compared; --series compares one with the others of its series")
            if arguments.pixels and len(files) != _PAIR:
                return refuse("--pixels compares two files")
            for problem in compared.problems:
                print(f"{PROGRAM}: {safe_text(problem)}", file=sys.stderr)
            comparison = compared.comparer.result(ignoring_of(given(arguments, OPTIONS)))
            pixels, decoded = _pixel_lines(files, *compared.walked) if arguments.pixels else ([], False)
    except (DicomError, OSError, SettingsError) as error:
        print(f"{PROGRAM}: {safe_text(str(error))}", file=sys.stderr)
        return ERROR
    if decoded:  # in place of the bytes of the pixel data
        rest = tuple(found for found in comparison.differences if found.path not in _PIXELS)
        comparison = replace(comparison, differences=rest)
    if arguments.json:
        _print_json(files, comparison, pixels if arguments.pixels else None)
    else:
        _print_text(files, comparison)
        for line in pixels:
            print(f"~ pixels, {line}")
    return DIFFERENT if comparison.differences or pixels else SAME


def _parser() -> Parser:
    parser = Parser(
        prog=f"{PROGRAM} diff",
        description="Print what differs between DICOM files, attribute by attribute, nested and private ones too.",
        epilog="A folder stands for the DICOM files in it; - is standard input, and FILE may be packed by gzip.\n"
        "+ is in the second file only, - in the first only, ~ differs.\n"
        "The exit code is 0 where nothing differs, 1 where something does, 2 where a file cannot be read.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", metavar="FILE", nargs="+", help="two files or more")
    parser.add_argument("--series", action="store_true", help="compare FILE with the others of its series, in its folder")
    parser.add_argument("--pixels", action="store_true", help="compare decoded frames in place of pixel data")
    parser.add_argument("--json", action="store_true", help="print an object with every difference and all its values")
    add_options(parser, (*OPTIONS, PRIVATE_DICTIONARY))
    return parser


def _files(named: Sequence[str]) -> list[str]:
    """Return the files, with the DICOM files of folders."""
    found: list[str] = []
    for path in named:
        if not os.path.isdir(path):
            found.append(path)
            continue
        *_, listing = list_folder(path)
        if listing.problem:
            raise OSError(f"{path}: {listing.problem}")
        found += [
            entry.path for entry in listing.entries if entry.kind is EntryKind.FILE and read_facts(entry.path).is_dicom
        ]
    return found


def _series(named: Sequence[str]) -> tuple[list[str], Compared]:
    """Return the files of the series of the one that is named, and what was read of them."""
    if len(named) != 1:
        raise ReadError("--series takes one file")
    compared = _driven(compare_series(os.path.abspath(named[0])))
    return [member.path for member in compared.members], compared


def _driven(job: Iterator[Step | Compared]) -> Compared:
    """Drive a comparison to its end, with its progress on stderr; return what was read."""
    read: list[Compared] = []

    def steps() -> Iterator[Step]:
        for step in job:
            if isinstance(step, Step):
                yield step
            else:
                read.append(step)

    progress(steps(), "reading")
    return read[0]


def _pixel_lines(files: Sequence[str], before: Elements, after: Elements) -> tuple[list[str], bool]:
    """Return how the frames of two files differ, a line each, and whether both could be decoded at all."""
    from tui.dicom.pixels.differences import compare_pixels, picture_problem  # imports NumPy

    problems = [picture_problem(elements) for elements in (before, after)]
    for file, problem in zip(files, problems, strict=True):
        if problem:
            print(f"{PROGRAM}: {safe_text(file)}: {safe_text(problem)}", file=sys.stderr)
    if any(problems):
        which = "second" if problems[0] else "first"
        return [] if all(problems) else [f"only the {which} file has a picture that can be decoded"], False
    found = compare_pixels(before, after)
    return [f"frame {each.frame + 1}: {each.words}" for each in found if not each.same], True


def _print_text(files: Sequence[str], comparison: Comparison) -> None:
    if len(files) == _PAIR:
        print(f"--- {safe_text(files[0])}\n+++ {safe_text(files[1])}")
    for difference in comparison.differences:
        head = f"{_MARKS[difference.kind]} {difference.path:<28} {difference.vr:2} {difference.name:<{_NAME_WIDTH}}"
        if len(files) == _PAIR:
            print(f"{head} {_pair(difference)}".rstrip())
        else:
            print(head.rstrip())
            for number, file in enumerate(files):
                value = "(missing)" if difference.values[number] is None else difference.text(number)
                print(f"    {safe_text(os.path.basename(file)):<30} {value}".rstrip())


def _pair(difference: Difference) -> str:
    if difference.kind is not Kind.CHANGED:
        return difference.text(0 if difference.kind is Kind.REMOVED else 1)
    words = f"  ({difference.words})" if difference.words else ""
    return f"{difference.text(0) or '(empty)'} -> {difference.text(1) or '(empty)'}{words}"


def _finite(value: Value) -> Value:
    """Return a value as JSON has it: what is no finite number is a text, as PS3.18 F.2.2 has it."""
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _print_json(files: Sequence[str], comparison: Comparison, pixels: Sequence[str] | None) -> None:
    said: dict[str, Any] = {
        "files": list(files),
        "same": comparison.same,
        "differences": [
            {
                "path": difference.path, "tag": difference.tag, "vr": difference.vr, "name": difference.name,
                "kind": str(difference.kind), "words": difference.words,
                "values": [None if cell is None else list(map(_finite, cell)) for cell in difference.values],
            }
            for difference in comparison.differences
        ],
    }  # fmt: skip
    if pixels is not None:
        said["pixels"] = list(pixels)
    # lone surrogates of file names and control codes stay escapes
    print(json.dumps(said, indent=1, ensure_ascii=True, allow_nan=False).replace("\x7f", "\\u007f"))
