"""``dicom-tui edit FILE -o OUT KEYWORD=VALUE ... --delete TAG ...``: write a changed copy."""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Final

from tui.cli import PROGRAM
from tui.cli.arguments import Parser, add_options, given
from tui.cli.configured import configured
from tui.cli.inputs import STDIN, opened
from tui.cli.output import ERROR, progress, refuse
from tui.dicom.change import Change
from tui.dicom.edit import Draft
from tui.dicom.edit_words import read_assignment, read_deletion
from tui.dicom.edited_copy import RENEW, renewed, save_copy
from tui.dicom.elements import walk_file
from tui.dicom.errors import DicomError
from tui.dicom.query import QueryError
from tui.settings import PRIVATE_DICTIONARY, SettingsError
from tui.text import safe_text

_WITH_VALUES: Final = frozenset({"-o", "--output", f"--{RENEW.name}", f"--{PRIVATE_DICTIONARY.name}"})


def run(words: Sequence[str]) -> int:
    """Write the copy that `words` ask for; return the exit code."""
    written, file, rest = _changes_in(words)
    arguments = _parser().parse_args([*rest, *(["--", *file] if file else [])])
    try:
        configured(given(arguments, (PRIVATE_DICTIONARY,)))
        changes = [read_deletion(word) if deleted else read_assignment(word) for deleted, word in written]
    except SettingsError as error:
        return refuse(str(error))
    except QueryError as error:
        return refuse(f"{error.text}: {error.reason}")
    if arguments.output in ("", STDIN) or arguments.output.endswith(os.sep):
        return refuse("a copy needs the name of a file")
    level = str(given(arguments, (RENEW,)).get(RENEW.name, RENEW.default))
    if not changes and level == RENEW.default:
        return refuse(f"nothing is to be changed (see {PROGRAM} edit --help)")
    if _is_same(arguments.file, arguments.output):
        return refuse(f"{arguments.output} is the file that is read: name the copy otherwise")
    try:
        with opened(arguments.file) as path:
            draft = Draft(walk_file(path))
            for change in changes:
                draft = _changed(draft, change)
            draft = renewed(draft, level)
            progress(save_copy(draft, arguments.output, replace=arguments.replace), "writing")
    except (DicomError, OSError) as error:
        print(f"{PROGRAM}: {safe_text(str(error))}", file=sys.stderr)
        return ERROR
    return 0


def _changes_in(words: Sequence[str]) -> tuple[list[tuple[bool, str]], list[str], list[str]]:
    """Return the changes in the order in which they are to be made (deletions with True), the file, and the other words."""
    changes, file, rest = list[tuple[bool, str]](), list[str](), list[str]()
    deleting, options, waiting = False, True, iter(words)
    for word in waiting:
        if options and word == "--":
            options = deleting = False
        elif options and word == "--delete":
            deleting = True
        elif options and word.startswith("--delete="):
            changes.append((True, word.removeprefix("--delete=")))
        elif options and word.startswith("-") and word != STDIN:
            deleting = False
            rest += [word, *([value] if word in _WITH_VALUES and (value := next(waiting, None)) is not None else [])]
        elif not file:
            file.append(word)
        else:
            changes.append((deleting and "=" not in word, word))
    return changes, file, rest


def _is_same(file: str, output: str) -> bool:
    """Return whether the copy would be written over what is read, also where that is packed or standard input."""
    try:
        there = os.stat(output)
        read = os.fstat(sys.stdin.fileno()) if file == STDIN and sys.stdin is not None else os.stat(file)
    except OSError:
        return False  # one of them is not there
    return (there.st_dev, there.st_ino) == (read.st_dev, read.st_ino)


def _changed(draft: Draft, change: Change) -> Draft:
    try:
        return draft.changed(change)
    except DicomError as error:
        raise type(error)(f"{change.words}: {error}", error.path) from error


def _parser() -> Parser:
    parser = Parser(
        prog=f"{PROGRAM} edit",
        description="Write a copy of a DICOM file with some elements changed; all else stays byte for byte as it was.",
        epilog="ATTRIBUTE is a keyword, a tag, or a path such as RequestAttributesSequence[0].ScheduledProcedureStepID;\n"
        "several values have backslashes between them. ATTRIBUTE:VR=VALUE says the VR where the dictionary does not.\n"
        "The copy says which program wrote it. FILE itself is never written to. The exit code is 2 where it failed.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", metavar="FILE", help="a DICOM file; may be packed by gzip, or - for standard input")
    parser.add_argument(
        "changes", metavar="ATTRIBUTE=VALUE", nargs="*", help="set an element; it is added where it is missing"
    )
    parser.add_argument("--delete", metavar="ATTRIBUTE", nargs="+", help="delete elements, or items")
    parser.add_argument("-o", "--output", metavar="OUT", required=True, help="the copy; its folder must exist")
    parser.add_argument("--replace", action="store_true", help="replace OUT if it exists")
    add_options(parser, (RENEW, PRIVATE_DICTIONARY))
    return parser
