"""Words that identify nobody: what descriptions keep when they are cleaned (PS3.15 E.3.5)."""

import re
from functools import cache
from typing import Final

from tui.dicom.known_values import TERMS
from tui.dicom.table_file import table_lines

_WORD: Final = re.compile(r"[^\W_]+(?:[.*][^\W_]*)*", re.UNICODE)
_UNITS: Final = "mm|cm|ml|mg|mgy|kv|kvp|ma|mas|sec|s|min|ms|hz|mhz|khz|t|tesla|deg|%"
_MEASURE: Final = re.compile(rf"\d{{1,3}}(?:\.\d{{1,2}})?(?:x\d{{1,3}}(?:\.\d{{1,2}})?){{0,2}}(?:{_UNITS})", re.IGNORECASE)
_APART: Final = re.compile(rf"(\d)\s+({_UNITS})(?![^\W_])", re.IGNORECASE)  # a number, and its unit behind a space
_SHORTEST: Final = 2
_TERMS_ALONE: Final = frozenset({0x00080005})  # which was checked
_SPACES: Final = re.compile(r"\s+")


@cache
def _of(*kinds: str) -> frozenset[str]:
    """Return the words of some kinds."""
    return frozenset(word for kind, words in table_lines("vocabulary.tsv") if kind in kinds for word in words.split())


def _words() -> frozenset[str]:
    """Return what descriptions keep."""
    return _of("anatomy", "view", "technique", "contrast", "unit", "plain")


def _places() -> frozenset[str]:
    """Return what names of institutions share."""
    return _of("place")


def is_common(word: str) -> bool:
    """Return whether a word, in lower case, is one of the vocabulary, or one that names of institutions share."""
    return word in _words() or word in _places()


def only_common(text: str) -> bool:
    """Return whether a text holds words of the vocabulary and measures only."""
    return all(_is_kept(word) for word in _WORD.findall(_APART.sub(r"\1\2", text)))


def _is_kept(word: str) -> bool:
    return word.casefold() in _words() or _MEASURE.fullmatch(word) is not None


def common_words(text: str) -> str:
    """Return of a text the words of the vocabulary and the measures, with spaces between them."""
    return _SPACES.sub(" ", " ".join(word for word in _WORD.findall(_APART.sub(r"\1\2", text)) if _is_kept(word))).strip()


def is_defined(tag: int, term: str) -> bool:
    """Return whether a coded value is a term that the standard defines, or a word of the vocabulary."""
    if len(term) <= _SHORTEST or tag in _TERMS_ALONE or term in TERMS.get(tag, {}):
        return True
    return all(word in _words() or word in _of("term") for word in term.casefold().split())
