"""``dicom-tui edit FILE -o OUT KEYWORD=VALUE ... --delete TAG ...``: write a changed copy."""

import argparse
import sys
from collections.abc import Sequence

from tui.cli import PROGRAM
from tui.cli.arguments import Parser, add_options, given
from tui.cli.configured import configured
from tui.cli.inputs import opened
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


def run(words: Sequence[str]) -> int:
    """Write the copy that `words` ask for; return the exit code."""
    arguments = _parser().parse_intermixed_args(words)
    assignments = [*arguments.changes, *(word for word in arguments.delete if "=" in word)]
    try:
        configured(given(arguments, (PRIVATE_DICTIONARY,)))
        changes = [read_assignment(word) for word in assignments]
        changes += [read_deletion(word) for word in arguments.delete if "=" not in word]
    except SettingsError as error:
        return refuse(str(error))
    except QueryError as error:
        return refuse(f"{error.text}: {error.reason}")
    level = str(given(arguments, (RENEW,)).get(RENEW.name, RENEW.default))
    if not changes and level == RENEW.default:
        return refuse(f"nothing is to be changed (see {PROGRAM} edit --help)")
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
    parser.add_argument(
        "--delete", metavar="ATTRIBUTE", nargs="+", action="extend", default=[], help="delete elements, or items"
    )
    parser.add_argument("-o", "--output", metavar="OUT", required=True, help="the copy; its folder must exist")
    parser.add_argument("--replace", action="store_true", help="replace OUT if it exists")
    add_options(parser, (RENEW, PRIVATE_DICTIONARY))
    return parser
