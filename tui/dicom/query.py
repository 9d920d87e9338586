"""The search language: one parser, for the tag table, for ``dicom-tui tags --grep`` and for finding files.

Grammar, blanks between words::

    query       = alternative { "or" alternative }
    alternative = term { term }                        all of them
    term        = [ "-" ] ( comparison | narrowing | word )      "-" is not
    comparison  = path ( "=" | "!=" | "<" | ">" | "<=" | ">=" | "~" ) value
    path        = step { "." step }
    step        = ( Keyword | gggg,eeee | (gggg,eeee) | ggggeeee ) [ "[" number "]" ]    x is any digit, items count from 0
    narrowing   = "vr:" VR | "group:" gggg | "private:" [ creator ] | "phi:" | "seq:" [ name ]
    word        = letters, or letters and blanks between quotation marks

Quotation marks also keep blanks in a value; what stands in them is never an operator. Everything is without case.

A word is looked for in tag, keyword, name, private creator and value of an element; all words and narrowings of an
alternative must hold for one element. A comparison is a condition on the dataset: some element at that path fulfils it,
and is among the hits; ``!=`` also holds where there is none. With ``-``, no element may fulfil it.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tui.dicom.dictionary import like_keyword, lookup, pattern, tags_called
from tui.dicom.encoding import VRS
from tui.dicom.matching import Operator, Wanted, WantedError
from tui.dicom.terms import Alternative, Comparison, Narrowing, Search, Step, Word

if TYPE_CHECKING:
    from tui.dicom.tags import TagRows

_WORD: Final = re.compile(r'(?:"[^"]*"?|[^\s"])+')
_QUOTED: Final = re.compile(r'"([^"]*)"?')
_COMPARISON: Final = re.compile(r"([A-Za-z0-9(][\w.,()\[\]]*)(!=|<=|>=|=|<|>|~)(.*)", re.DOTALL)
_STEP: Final = re.compile(
    r"(?:\(?([0-9a-fx]{1,4}),([0-9a-fx]{1,4})\)?|([0-9a-fx]{8})|([a-z]\w*))(?:\[(\d{1,6})\])?", re.IGNORECASE
)
_COLUMN: Final = r"(?:\(?[0-9a-fA-FxX]{4},[0-9a-fA-FxX]{4}\)?(?:\[\d+\])?|[^,.]+)"
_PATH: Final = re.compile(rf"{_COLUMN}(?:\.{_COLUMN})*")
_TAG: Final = re.compile(r"\(?([0-9a-fx]{1,4}),([0-9a-fx]{1,4})\)?", re.IGNORECASE)
_NARROWING: Final = re.compile(r"(vr|group|private|phi|seq):(.*)", re.IGNORECASE | re.DOTALL)
_GROUP: Final = re.compile(r"[0-9a-fx]{1,4}", re.IGNORECASE)
_VR_NAMES: Final = frozenset(VRS.values())


class QueryError(ValueError):
    """A query that cannot be read.

    Parameters
    ----------
    reason : str
        Why.
    text : str
        The query.
    at : int
        The character in it that is wrong, from 0; its length where something is missing at the end.
    """

    def __init__(self, reason: str, text: str, at: int) -> None:
        super().__init__(f"{reason} (character {at + 1})")
        self.reason = reason
        self.text = text
        self.at = at


@dataclass(frozen=True, slots=True)
class Hits:
    """What a search found among rows.

    Parameters
    ----------
    shown : tuple of int
        The rows to show: hits and the rows they lie in, in order.
    matching : tuple of int
        The hits themselves.
    holds : bool
        Whether the dataset is what was looked for; it may be without a hit: ``PatientName!=x`` where there is none.
    """

    shown: tuple[int, ...]
    matching: tuple[int, ...]
    holds: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A search; it is empty where nothing is looked for."""

    alternatives: tuple[Alternative, ...] = ()
    text: str = ""

    @classmethod
    def parse(cls, text: str) -> "Query":
        """Return the query that `text` stands for.

        Raises
        ------
        QueryError
            It is none.
        """
        words = [(match[0], match.start()) for match in _WORD.finditer(text)]
        alternatives: list[Alternative] = []
        begin = 0
        for at, (word, start) in enumerate(words):
            if word.lower() == "or":
                if at == begin:
                    raise QueryError("or stands between words", text, start)
                alternatives += _alternative(text, words[begin:at])
                begin = at + 1
        if begin < len(words):
            alternatives += _alternative(text, words[begin:])
        elif words:
            raise QueryError("something is missing behind or", text, len(text))
        return cls(tuple(alternatives), text)

    def __bool__(self) -> bool:
        """Return whether anything is searched for."""
        return bool(self.alternatives)

    def find(self, rows: "TagRows", identifying: Callable[[int], bool]) -> Hits:
        """Search all rows of a dataset.

        Parameters
        ----------
        rows : TagRows
            The rows.
        identifying : callable
            Tells whether a tag identifies somebody.

        Raises
        ------
        QueryError
            A regular expression takes too long.
        ReadError
            A long value that is compared cannot be read.
        """
        search = Search(rows, identifying)
        try:
            found = [hits for alternative in self.alternatives if (hits := alternative.found(search)) is not None]
        except WantedError as error:  # of what can be told only from values
            raise QueryError(str(error), self.text, 0) from error
        matching = set[int]().union(*found)
        parents, shown = rows.parents, set[int]()
        for index in matching:
            while index >= 0 and index not in shown:
                shown.add(index)
                index = parents[index]
        return Hits(tuple(sorted(shown)), tuple(sorted(matching)), bool(found))


def parse_paths(text: str) -> list[tuple[str, tuple[Step, ...]]]:
    """Return the paths that stand in `text` between commas, as they are written: ``Rows,0010,0010,Sequence[0].Keyword``.

    Raises
    ------
    QueryError
        One of them is none.
    """
    found, at = list[tuple[str, tuple[Step, ...]]](), 0
    while at < len(text):
        match = _PATH.match(text, at)
        if match is None:
            raise QueryError("an attribute is expected", text, at)
        written = match[0].strip()
        found.append((written, _path(text, written, text.index(written, at))))
        at = match.end()
        if at < len(text) and (text[at] != "," or at + 1 == len(text)):
            raise QueryError("an attribute is expected", text, at if text[at] != "," else at + 1)
        at += 1
    return found


def _alternative(text: str, words: Sequence[tuple[str, int]]) -> list[Alternative]:
    """Return the alternative that some words stand for; nothing where nothing is in them."""
    rows: list[tuple[bool, Word | Narrowing]] = []
    conditions: list[tuple[bool, Comparison]] = []
    for word, at in words:
        negated = word.startswith("-")
        if negated and len(word) == 1:
            raise QueryError("something is missing behind - (in quotation marks it is searched for)", text, at + 1)
        term = _term(text, word[negated:], at + negated)
        if isinstance(term, Comparison):
            conditions.append((negated, term))
        elif term is not None:
            rows.append((negated, term))
    return [Alternative(tuple(rows), tuple(conditions))] if rows or conditions else []


def _term(text: str, word: str, at: int) -> Word | Narrowing | Comparison | None:
    if comparison := _COMPARISON.fullmatch(word):
        path = _path(text, comparison[1], at)
        wanted = Wanted(Operator(comparison[2]), _QUOTED.sub(r"\1", comparison[3]))
        behind = at + comparison.start(3)
        if not wanted.text and wanted.operator not in (Operator.EQUAL, Operator.UNEQUAL):
            raise QueryError(f"something is missing behind {wanted.operator}", text, behind)
        entry = lookup(path[-1].masked)
        try:
            wanted.check(entry.vr if entry and path[-1].mask == 0xFFFFFFFF else "")
        except WantedError as error:
            raise QueryError(str(error), text, min(len(text), behind + error.at)) from error
        return Comparison(path, wanted)
    if narrowing := _NARROWING.fullmatch(word):
        kind, name = narrowing[1].lower(), _QUOTED.sub(r"\1", narrowing[2]).lower()
        behind = at + narrowing.start(2)
        if kind == "vr" and name.upper() not in _VR_NAMES:
            raise QueryError("a value representation such as PN is expected", text, behind)
        if kind == "group" and not _GROUP.fullmatch(name):
            raise QueryError("a group such as 0028 is expected", text, behind)
        if kind == "phi" and name:
            raise QueryError("nothing stands behind phi:", text, behind)
        return Narrowing(kind, name)
    if _QUOTED.sub(r"\1", word) == "":
        raise QueryError("nothing stands between the quotation marks", text, at)
    meanings = _meanings(_QUOTED.sub(r"\1", word).lower(), quoted='"' in word)
    return Word(meanings) if meanings else None


def _path(text: str, written: str, at: int) -> tuple[Step, ...]:
    steps: list[Step] = []
    for part in written.split("."):
        match = _STEP.fullmatch(part)
        if match is None:
            raise QueryError(f"{part or 'this'} is no attribute (in quotation marks it is searched for as text)", text, at)
        tags: tuple[int, int] | None
        if match[4]:
            tags = tags_called(match[4])
            if tags is None:
                like = like_keyword(match[4])
                hint = f": is {' or '.join(like)} meant?" if like else " (in quotation marks it is searched for as text)"
                raise QueryError(f"no attribute is called {match[4]}{hint}", text, at)
        else:
            tags = pattern(match[3] or match[1].zfill(4) + match[2].zfill(4))
        steps.append(Step(*tags, int(match[5]) if match[5] else None))
        at += len(part) + 1
    return tuple(steps)


def _meanings(word: str, *, quoted: bool) -> tuple[str, ...]:
    """Return what `word` may stand for: itself, and where it looks like one, a tag."""
    if not word:
        return ()
    match = None if quoted else _TAG.fullmatch(word)
    if match:
        whole = f"({match[1].zfill(4)}/{match[2].zfill(4)})"
        # of one with a whole group the rest may still be typed
        return (whole, word, f"({match[1]}/{match[2]}") if len(match[1]) == 4 and len(match[2]) < 4 else (whole, word)
    return (word.replace(",", "/"), word) if word.startswith("(") else (word,)
