"""What in a file names people, places and devices, found in other texts: in any case, with any separators, in parts.

What is looked for comes from the attributes that the profile changes. A search for known names cannot find those of third
persons.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final
from unicodedata import combining, normalize

from tui.dicom.anonymize.date_forms import date_forms
from tui.dicom.anonymize.vocabulary import is_common, only_common
from tui.dicom.temporal import date_of

_WORDS: Final = re.compile(r"[^\W\d_]+")
_BETWEEN: Final = re.compile(r"[\W_]+")
_TITLES: Final = frozenset(
    {
        "dr", "md", "prof", "mr", "mrs", "ms", "phd", "msc", "bsc", "rn", "rt", "ing", "von", "van", "der", "den", "de",
        "la", "le", "el", "al", "da", "di", "du", "dos", "jr", "sr", "ii", "iii", "iv",
    }
)  # fmt: skip
_NOBODY: Final = frozenset(
    {
        "anonymized", "anonymised", "anonymous", "anonymize", "anon", "unknown", "none", "nobody", "patient", "name",
        "deidentified",
    }
)  # fmt: skip
_LEAST_WORD: Final = 2  # letters of a part of a name that is found as a word
_LEAST_PART: Final = 4  # longer ones are found within words
_LEAST_SURE: Final = 6  # letters and digits that are found anywhere, whatever they are of
_LEAST_DIGITS: Final = 8  # a number that long is found within longer ones, too
_LEAST_ID: Final = 3
_LEAST_PLACE: Final = 3
_NUMBER_OF_ID: Final = re.compile(r"\d{5,}")
_NAME_COMPONENTS: Final = 3  # family, given, middle name; then come prefix and suffix (PS3.5 6.2.1)
_TWO_LETTERS: Final = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "đ": "dj"}
_WHOLE_LETTERS: Final = str.maketrans(  # letters with no accent that Unicode would take off
    {"ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ø": "o", "ŧ": "t", "þ": "th", "æ": "ae", "œ": "oe"}
)
_KATAKANA: Final = {code: code + 0x60 for code in range(0x3041, 0x3097)}  # of the hiragana
_EDGES: Final = " \t^_-,;/:.="
_ASCII_END: Final = 0x80


def folded(text: str) -> str:
    """Return a text without case, accents and compatibility forms; hiragana as katakana."""
    if text.isascii():
        return text.lower()
    plain = normalize("NFKD", text.casefold())
    plain = "".join(character for character in plain if not combining(character))
    return plain.translate(_WHOLE_LETTERS).translate(_KATAKANA)


def compact(text: str) -> str:
    """Return a text folded and without separators."""
    return _BETWEEN.sub("", folded(text))


class Identifiers:
    """What identifies somebody in one file. Texts are added, then others are searched for them."""

    def __init__(self) -> None:
        self.words: set[str] = set()  # found as whole words
        self.anywhere: set[str] = set()  # found within what is written together, too
        self.bounded: set[str] = set()  # found between what is neither letter nor digit
        self.raw: set[str] = set()  # as they stood in the file

    def add_name(self, name: str) -> None:
        """Add a person's name (PN), in all its component groups: its parts, and these written together."""
        words, anywhere, bounded = _name_parts(name)
        self.words |= words
        self.anywhere |= anywhere
        self.bounded |= bounded
        self._add_raw(name)

    def add_text(self, text: str, *, place: bool = False, description: bool = False) -> None:
        """Add an ID, or a name of something; of a place also its words, without those that all places have.

        Places and descriptions of common words alone are not added.
        """
        if (place or description) and only_common(text):
            return
        words, anywhere, bounded = _text_parts(text, place)
        self.words |= words
        self.anywhere |= anywhere
        self.bounded |= bounded
        self._add_raw(text)

    def add_date(self, text: str, *, birth: bool = False) -> None:
        """Add a date (DA, or what begins with one): in the orders of its parts, and with the month's name."""
        found = date_of(text[:8]) or date_of(text[:10])
        if found is None:
            return
        anywhere, bounded = date_forms(found, birth)
        self.anywhere |= anywhere
        self.bounded |= bounded

    def _add_raw(self, text: str) -> None:
        text = text.strip()
        together = compact(text)
        if len(together) >= _LEAST_SURE and together not in _NOBODY and not _is_plain_words(text):
            self.raw.add(text)

    # --- searching

    def among(self, texts: Iterable[str]) -> "Identifiers":
        """Return those of them that may be in any of many texts: each text is then searched for few."""
        joined = "\n".join(map(compact, texts))
        found = Identifiers()
        found.words = {word for word in self.words if word in joined}
        found.anywhere = {needle for needle in self.anywhere if needle in joined}
        found.bounded = {needle for needle in self.bounded if needle in joined}
        return found

    def __bool__(self) -> bool:
        """Return whether there are any."""
        return bool(self.words or self.anywhere or self.bounded)

    def found_in(self, text: str) -> bool:
        """Return whether one of them is in a free text."""
        flat = folded(text)
        if self.words and not self.words.isdisjoint(_WORDS.findall(flat)):
            return True
        together = _BETWEEN.sub("", flat)
        if any(needle in together for needle in self.anywhere):
            return True
        return any(needle in together and _bounded_pattern(needle).search(flat) for needle in self.bounded)

    def found_in_code(self, text: str) -> bool:
        """Return whether a defined term or a title is one of them, or holds one that is no accident."""
        together = compact(text)
        if len(together) > _LEAST_WORD and (together in self.words or together in self.bounded or together in self.anywhere):
            return True
        return any(needle in together for needle in self.anywhere if len(needle) >= _LEAST_SURE and not needle.isdigit())

    def cleaned(self, text: str) -> str:
        """Return a text without them; all of it goes where they cannot be cut out."""
        for pattern in self._patterns(text):
            text = pattern.sub("", text)
        text = re.sub(r"(?:[\s_,;/-])(?:[\s_,;/-])+", " ", text).strip(_EDGES)
        return "" if self.found_in(text) else text

    def _patterns(self, text: str) -> Iterable[re.Pattern[str]]:
        together = compact(text)
        for needle in sorted(self.anywhere, key=len, reverse=True):
            if needle in together:
                yield _loose_pattern(needle)
        for needle in sorted(self.bounded, key=len, reverse=True):
            if needle in together:
                yield _bounded_pattern(needle)
        for word in self.words:
            if word in together:
                yield re.compile(rf"(?<![^\W\d_]){re.escape(word)}(?![^\W\d_])", re.IGNORECASE)


@lru_cache(4096)
def _loose_pattern(needle: str) -> re.Pattern[str]:
    return re.compile(r"[\W_]*".join(map(re.escape, needle)), re.IGNORECASE)


@lru_cache(4096)
def _bounded_pattern(needle: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_]){_loose_pattern(needle).pattern}(?![^\W_])", re.IGNORECASE)


@lru_cache(4096)
def _name_parts(name: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    words, anywhere, bounded = set[str](), set[str](), set[str]()
    for group in _spellings(name):
        components = group.split("^")[:_NAME_COMPONENTS]
        parts = [part for component in components for part in _WORDS.findall(folded(component)) if part not in _NOBODY]
        parts = [part for part in parts if part not in _TITLES] or parts
        words.update(part for part in parts if len(part) >= _LEAST_WORD)
        anywhere.update(part for part in parts if len(part) > _LEAST_PART and not is_common(part))
        anywhere.update(part for part in parts if len(part) >= _LEAST_WORD and not part.isascii())
        for first in parts:
            for second in parts:
                if first is second:
                    continue
                joined = first + second
                (anywhere if len(joined) > _LEAST_PART or not joined.isascii() else bounded).add(joined)
                if len(second) >= _LEAST_WORD and first.isascii():  # as accounts are named: jdoe, doej
                    words.update((first[0] + second, second + first[0]))
        whole = compact(group)
        if len(whole) > _LEAST_PART and parts:
            anywhere.add(whole)
    return frozenset(words), frozenset(anywhere), frozenset(bounded)


def _spellings(name: str) -> set[str]:
    """Return the component groups of a name, and their other spellings: with umlauts as two letters, and as one."""
    found = set(name.split("="))
    for group in tuple(found):
        lower = group.casefold()
        found.add("".join(_TWO_LETTERS.get(character, character) for character in lower))
        for one, two in (("a", "ae"), ("o", "oe"), ("u", "ue")):
            if two in lower:
                found.add(lower.replace(two, one))
    return found


def _is_plain_words(text: str) -> bool:
    """Return whether a text is made of common words without a digit: found everywhere, it says nothing of anybody."""
    return only_common(text) and not any(character.isdigit() for character in text)


@lru_cache(4096)
def _text_parts(text: str, place: bool) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    together = compact(text)
    words = frozenset[str]()
    if place:
        found = _WORDS.findall(folded(text))
        words = frozenset(
            word for word in found if len(word) >= _LEAST_PLACE and not is_common(word) and word not in _TITLES
        )
    if len(together) < _LEAST_ID or together in _NOBODY or _is_plain_words(text):
        return words, frozenset(), frozenset()
    sure = len(together) >= (_LEAST_DIGITS if together.isdigit() else _LEAST_SURE)
    own = frozenset((together,))
    numbers = frozenset(() if place or " " in text else _NUMBER_OF_ID.findall(text)) - own
    return words, own if sure else frozenset(), numbers if sure else own | numbers
