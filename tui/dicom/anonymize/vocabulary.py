"""Words that identify nobody: what descriptions keep when they are cleaned (PS3.15 E.3.5)."""

import re
from functools import cache
from typing import Final

from tui.dicom.anonymize.iod_types import table_lines

_WORD: Final = re.compile(r"[^\W_]+(?:[.*][^\W_]*)*", re.UNICODE)
_MEASURE: Final = re.compile(
    r"\d{1,3}(?:\.\d{1,2})?(?:x\d{1,3}(?:\.\d{1,2})?){0,2}(?:mm|cm|ml|mg|kv|kvp|ma|mas|sec|s|min|ms|hz|mhz|t|d)?",
    re.IGNORECASE,
)
_PLACES: Final = "place"
_SPACES: Final = re.compile(r"\s+")


@cache
def _words() -> frozenset[str]:
    return frozenset(word for kind, words in table_lines("vocabulary.tsv") if kind != _PLACES for word in words.split())


@cache
def _places() -> frozenset[str]:
    return frozenset(word for kind, words in table_lines("vocabulary.tsv") if kind == _PLACES for word in words.split())


def is_common(word: str) -> bool:
    """Return whether a word, in lower case, is one of the vocabulary, or one that names of institutions share."""
    return word in _words() or word in _places()


def only_common(text: str) -> bool:
    """Return whether a text holds words of the vocabulary and measures only."""
    return all(_is_kept(word) for word in _WORD.findall(text))


def _is_kept(word: str) -> bool:
    return word.casefold() in _words() or _MEASURE.fullmatch(word) is not None


def common_words(text: str) -> str:
    """Return of a text the words of the vocabulary and the measures, with spaces between them."""
    return _SPACES.sub(" ", " ".join(word for word in _WORD.findall(text) if _is_kept(word))).strip()
