"""Names of results made of attributes: ``{PatientID}/{StudyDate}/{SeriesNumber:04d}_{SeriesDescription}``."""

import re
import unicodedata
from collections.abc import Iterator
from string import Formatter
from typing import Final, NamedTuple

from tui.dicom.attributes import Attributes
from tui.dicom.dictionary import tags_called
from tui.dicom.elements import walk_file

_PARTED: Final = "/"
_MOST: Final = 64  # characters of a value, and bytes of a name
_MOST_BYTES: Final = 200
_NUMBER: Final = re.compile(r"0?[0-9]{1,2}d?")
_KEPT: Final = frozenset("-_.+ ,()")
_WHOLE: Final = 0xFFFFFFFF  # the mask of an attribute that does not repeat
_NOTHING: Final = "none"
_ENDING: Final = ".dcm"
_ODD: Final = {"", ".", ".."}


class _Field(NamedTuple):
    """A piece of a pattern: a text, and the attribute behind it with the digits of its number, if there is one."""

    text: str
    tag: int | None
    digits: int


class Pattern:
    """A pattern of names.

    Parameters
    ----------
    text : str
        Folders and a name with ``/`` between them; ``{Keyword}`` stands for the value of an attribute of the top level,
        ``{Keyword:04d}`` for a number with at least so many digits.

    Raises
    ------
    ValueError
        It is none; the message says why.
    """

    def __init__(self, text: str) -> None:
        self._parts = [list(_fields(part)) for part in text.removesuffix(_ENDING).split(_PARTED)]
        for part in self._parts:
            if not any(field.tag is not None for field in part) and "".join(field.text for field in part).strip() in _ODD:
                raise ValueError("a folder of a pattern is empty, . or ..")
        self._last = max((field.tag or 0 for part in self._parts for field in part), default=0)

    def names(self, path: str) -> tuple[str, ...]:
        """Return folders and name for a file; values are made safe as names, so that none leads anywhere else.

        Raises
        ------
        ReadError
            It cannot be read.
        """
        top = Attributes.of(walk_file(path, until=self._last))
        return tuple(_safe("".join(_filled(field, top) for field in part)) for part in self._parts)


def problem_of(text: str) -> str | None:
    """Return why a text is no pattern, or None."""
    try:
        Pattern(text)
    except ValueError as error:
        return str(error)
    return None


def _fields(part: str) -> Iterator[_Field]:
    try:
        pieces = list(Formatter().parse(part))
    except ValueError as error:
        raise ValueError(f"a brace of the pattern is not closed: {error}") from error
    for text, name, spec, conversion in pieces:
        if name is None:
            yield _Field(text, None, 0)
            continue
        called = tags_called(name)
        if conversion:
            raise ValueError(f"{{{name}!{conversion}}}: nothing but digits, such as {{{name}:04d}}, may follow a keyword")
        if called is None or called[0] != _WHOLE:
            raise ValueError(f"{{{name}}} is no keyword of an attribute")
        if spec and not _NUMBER.fullmatch(spec):
            raise ValueError(f"{{{name}:{spec}}}: digits are written as 04d")
        yield _Field(text, called[1], int((spec or "0").rstrip("d")))


def _filled(field: _Field, top: Attributes) -> str:
    if field.tag is None:
        return field.text
    value = top.text(field.tag) or ""
    if field.digits and value.strip().lstrip("+-").isdigit():
        value = f"{int(value):0{field.digits}d}"
    return field.text + (clean_name(value) or _NOTHING)


def clean_name(text: str) -> str:
    """Return a text as a part of a name: letters and digits of any script and few marks, nothing that means something."""
    kept = "".join(letter if letter.isalnum() or letter in _KEPT else "_" for letter in unicodedata.normalize("NFC", text))
    return kept.strip(" ._")[:_MOST]


def _safe(name: str) -> str:
    """Return a name that a file may have: not too long, no dot before it, nothing of the folder's."""
    name = name.replace("\0", "_").strip().lstrip(".-") or _NOTHING
    while len(name.encode("utf-8", "replace")) > _MOST_BYTES:
        name = name[:-1]
    return name
