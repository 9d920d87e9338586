"""Types of attributes (PS3.5 7.4) in the IODs of PS3.3: what decides a compound action of PS3.15 Table E.1-1."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from tui.dicom.table_file import table_lines

_STRICT: Final = ("1", "1C", "2", "2C")  # the strictest first


@cache
def _iods() -> dict[str, list[str]]:
    return {line[0]: line[1:] for line in table_lines("iod_types.tsv")}


@cache
def types_at_top(sop_class: str) -> Mapping[int, str]:
    """Return the Types of the attributes at the top of an object: 1 and 2, and 1C and 2C of what Table E.1-1 lists.

    Of a SOP class that the table does not know, each attribute has the strictest Type that it has anywhere.
    """
    known = _iods().get(sop_class)
    found: dict[int, str] = {}
    for line in [known] if known is not None else _iods().values():
        for kind, tags in zip(("1", "2", "1C", "2C"), line, strict=True):
            for digits in tags.split():
                tag = int(digits, 16)
                found[tag] = _stricter(kind, found.get(tag))
    return found


def is_known(sop_class: str) -> bool:
    """Return whether the Types of a SOP class are known."""
    return sop_class in _iods()


def _stricter(kind: str, other: str | None) -> str:
    return kind if other is None else min(kind, other, key=_STRICT.index)


@cache
def _nested() -> tuple[dict[tuple[tuple[int, ...], int], str], dict[tuple[int, int], str]]:
    """Return the Types of attributes by all sequences around them, and by the innermost one alone."""
    exact: dict[tuple[tuple[int, ...], int], str] = {}
    near: dict[tuple[int, int], str] = {}
    for path, kind, tags in table_lines("nested_types.tsv"):
        around = tuple(int(digits, 16) for digits in path.split(">"))
        for digits in tags.split():
            tag = int(digits, 16)
            exact[around, tag] = kind
            near[around[-1], tag] = _stricter(kind, near.get((around[-1], tag)))
    return exact, near


@cache
def type_of(sop_class: str, around: tuple[int, ...], tag: int) -> str:
    """Return the Type of an attribute, "3" where the standard asks for nothing.

    Parameters
    ----------
    sop_class : str
        SOPClassUID of the object.
    around : tuple of int
        The sequences that it lies in, from the top on; empty at the top.
    tag : int
        0xGGGGEEEE.
    """
    if not around:
        return types_at_top(sop_class).get(tag, "3")
    exact, near = _nested()
    return exact.get((around, tag)) or near.get((around[-1], tag), "3")
