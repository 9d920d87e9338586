"""Changes as somebody writes them: ``ATTRIBUTE=VALUE``, ``ATTRIBUTE:VR=VALUE``, and attributes to be deleted."""

import re
from typing import Final

from tui.dicom.change import Action, Change
from tui.dicom.encoding import VRS
from tui.dicom.query import QueryError, parse_paths

_ASSIGNMENT: Final = re.compile(r"([^=]+)=(.*)", re.DOTALL)


def read_assignment(word: str) -> Change:
    """Return the change that ``ATTRIBUTE=VALUE`` stands for.

    Raises
    ------
    QueryError
        It is none.
    """
    match = _ASSIGNMENT.fullmatch(word)
    if match is None:
        raise QueryError("ATTRIBUTE=VALUE is expected", word, 0)
    return read_change(match[1], match[2])


def read_change(attribute: str, text: str) -> Change:
    """Return the change that sets an attribute, written as ``ATTRIBUTE`` or ``ATTRIBUTE:VR``; raise what the above does."""
    written, colon, vr = attribute.strip().partition(":")
    vr = vr.strip().upper()
    if colon and vr not in VRS.values():
        raise QueryError(f"{vr or 'this'} is no value representation", attribute, len(written) + 1)
    return _change(Action.SET, written, text, vr)


def read_deletion(word: str) -> Change:
    """Return the change that deletes an attribute, or an item where its number stands at the end; raise as above."""
    return _change(Action.DELETE, word, "", "")


def _change(action: Action, written: str, text: str, vr: str) -> Change:
    paths = parse_paths(written)
    if len(paths) != 1:
        raise QueryError("one attribute is expected", written, 0)
    return Change(action, paths[0][1], paths[0][0], text, vr)
