"""How values compare with one that somebody wrote: numbers, dates, times and ages as such, texts without case."""

import math
import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from tui.dicom import values
from tui.dicom.dictionary import lookup, uid_name
from tui.dicom.temporal import datetime_of
from tui.dicom.values import Value

if TYPE_CHECKING:
    import regex

_LONGEST_S: Final = 0.2  # for one value; a thousand times what a sensible expression takes
NUMBER_VRS: Final = frozenset({"DS", "IS", *values.NUMBERS})
_DATES: Final = {
    "DA": (re.compile(r"(\d{4})[-.]?(\d\d)?[-.]?(\d\d)?"), "a date such as 2004-01-19, 2004-01 or 2004"),
    "TM": (re.compile(r"(\d\d):?(\d\d)?:?(\d\d(?:\.\d*)?)?"), "a time such as 12:30"),
    "DT": (
        re.compile(r"(\d{4})[-.]?(\d\d)?[-.]?(\d\d)?[T ]?(\d\d)?:?(\d\d)?:?(\d\d(?:\.\d*)?)?(?:[+-]\d{4}|Z)?"),
        "a date and time such as 2004-01-19T12:30",
    ),
}
_WHOLE: Final = re.compile(r"[+-]?\d{1,30}")
_ZONE: Final = re.compile(r"([+-]\d{4})$|Z$")
_AGE: Final = re.compile(r"(\d{1,3})([DWMY])", re.IGNORECASE)
_DAYS: Final = {"D": 1.0, "W": 7.0, "M": 365.25 / 12, "Y": 365.25}


class Operator(StrEnum):
    """How two values are compared; MATCHES looks for a regular expression."""

    EQUAL = "="
    UNEQUAL = "!="
    LESS = "<"
    MORE = ">"
    AT_MOST = "<="
    AT_LEAST = ">="
    MATCHES = "~"


_ORDERS: Final = {
    Operator.EQUAL: (0,), Operator.UNEQUAL: (-1, 1), Operator.LESS: (-1,), Operator.MORE: (1,),
    Operator.AT_MOST: (-1, 0), Operator.AT_LEAST: (0, 1),
}  # fmt: skip


class WantedError(ValueError):
    """What is wanted is not what the attribute holds; `at` is where in it the mistake is."""

    def __init__(self, reason: str, at: int = 0) -> None:
        super().__init__(reason)
        self.at = at


@dataclass(frozen=True, slots=True)
class Wanted:
    """An operator and what stands behind it.

    Parameters
    ----------
    operator : Operator
        How it is compared.
    text : str
        With what, as it was written.
    """

    operator: Operator
    text: str

    def check(self, vr: str) -> None:
        """Refuse what cannot be compared with values of `vr`.

        Raises
        ------
        WantedError
            It is no number, date, time, age or regular expression where one belongs.
        """
        if self.operator is Operator.MATCHES:
            _compiled(self.text)
        elif self.text and vr in NUMBER_VRS and number_of(self.text) is None:
            raise WantedError("a number is expected")
        elif self.text and vr in _DATES and _digits(vr, self.text) is None:
            raise WantedError(f"{_DATES[vr][1]} is expected")
        elif self.text and vr == "AS" and age_days(self.text) is None:
            raise WantedError("an age such as 054Y, 18M or 3D is expected")

    def fits(self, vr: str, found: Iterable[Value]) -> bool:
        """Return whether one of the values of an element of VR `vr` is what is wanted; no value is the empty one."""
        return any(self._fits(vr, value) for value in (*found,) or ("",))

    def _fits(self, vr: str, value: Value) -> bool:
        if self.operator is Operator.MATCHES:
            return any(_found(self.text, form) for form in _forms(vr, str(value)))
        if vr in NUMBER_VRS or not isinstance(value, str):
            order = self._number_order(vr, value)
            if order is not None:
                return self._holds(order)
            if self.operator not in (Operator.EQUAL, Operator.UNEQUAL):
                return False  # what is no number is neither less nor more
        elif vr == "DT" and (order := _order_of_moments(str(value), self.text)) is not None:
            return self._holds(order)
        elif vr in _DATES:
            digits, known = _digits(vr, self.text), _digits(vr, str(value))
            if digits and known:  # as exactly as was asked: > 2004 is after that year
                if digits.startswith(known) and digits != known:
                    return self.operator is Operator.UNEQUAL  # the value is less exact: it may lie before or behind
                return self._holds((known[: len(digits)] > digits) - (known[: len(digits)] < digits))
        elif vr == "AS":
            age, days = age_days(self.text), age_days(str(value))
            if age is not None and days is not None:
                return self._holds((days > age) - (days < age))
        wanted_text = self.text.casefold()
        if self.operator in (Operator.EQUAL, Operator.UNEQUAL):
            equal = wanted_text in (form.casefold() for form in _forms(vr, str(value)))
            return equal == (self.operator is Operator.EQUAL)
        shown = str(value).casefold()
        return bool(shown) and self._holds((shown > wanted_text) - (shown < wanted_text))

    def _number_order(self, vr: str, value: Value) -> int | None:
        """Return whether a number stands before (-1), at (0) or behind (1) what is wanted; None where one is none."""
        wanted, number = number_of(self.text), value if not isinstance(value, str) else number_of(value)
        if wanted is None or number is None or (isinstance(number, float) and math.isnan(number)):
            return None
        if vr == "FL":
            wanted = _as_stored(wanted)
        return (number > wanted) - (number < wanted)

    def _holds(self, order: int) -> bool:
        """Return whether the operator holds where a value stands before (-1), at (0) or behind (1) what is wanted."""
        return order in _ORDERS[self.operator]


@cache
def _compiled(pattern: str) -> "regex.Pattern[str]":
    import regex  # seldom wanted

    try:
        return regex.compile(pattern, regex.IGNORECASE)
    except (regex.error, OverflowError, RecursionError, ValueError) as error:
        reason = getattr(error, "msg", None) or str(error)
        raise WantedError(f"this is no regular expression: {reason}", getattr(error, "pos", None) or 0) from error


def _found(pattern: str, text: str) -> bool:
    """Return whether a regular expression is found; other threads run meanwhile."""
    try:
        return _compiled(pattern).search(text, timeout=_LONGEST_S, concurrent=True) is not None
    except TimeoutError as error:
        raise WantedError("this regular expression takes too long") from error


def _forms(vr: str, value: str) -> tuple[str, ...]:
    """Return the ways that somebody may write `value`: a UID by its name, a person's name by its component groups."""
    if vr == "AT" and value:
        digits = value.strip("()")
        entry = lookup(int(digits.replace(",", ""), 16))
        return value, digits, digits.replace(",", ""), entry.keyword if entry and entry.keyword else value
    if vr == "UI":
        return value, uid_name(value) or value
    if vr == "PN":
        groups = [group.rstrip("^ ") for group in value.split("=")]
        return (value, value.rstrip("^= "), *filter(None, groups))
    return (value,)


@lru_cache
def _as_stored(number: float) -> float:
    """Return a number as 32 bits hold it: 0.1 is stored as 0.10000000149."""
    try:
        (stored,) = struct.unpack("<f", struct.pack("<f", number))
    except OverflowError:
        return number
    return float(stored)


@lru_cache  # what is wanted is read anew for every value
def number_of(text: str) -> float | None:
    """Return the number that `text` is, or None; whole numbers keep all their digits."""
    if "_" in text:  # which Python takes
        return None
    try:
        number = int(text) if _WHOLE.fullmatch(text) else float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


@lru_cache  # what is wanted is read anew for every value
def _digits(vr: str, text: str) -> str | None:
    match = _DATES[vr][0].fullmatch(text.strip())
    digits = "".join(filter(None, match.groups())) if match else None
    return digits.rstrip("0").rstrip(".") if digits is not None and "." in digits else digits


def _moment(text: str) -> datetime | None:
    """Return the moment that a text gives, with the separators that people write, too."""
    match = _DATES["DT"][0].fullmatch(text.strip())
    zone = _ZONE.search(text.strip())
    return datetime_of("".join(filter(None, match.groups())) + (zone[1] or "+0000" if zone else "")) if match else None


@lru_cache
def _order_of_moments(value: str, wanted: str) -> int | None:
    """Return whether a moment lies before (-1), at (0) or behind (1) another one; None unless both say their zones."""
    one, other = _moment(value), _moment(wanted)
    if one is None or other is None or one.tzinfo is None or other.tzinfo is None:
        return None
    return (one > other) - (one < other)


@lru_cache  # what is wanted is read anew for every value
def age_days(text: str) -> float | None:
    """Return how many days an age such as 054Y is (PS3.5 6.2, AS), or None."""
    match = _AGE.fullmatch(text.strip())
    return int(match[1]) * _DAYS[match[2].upper()] if match else None
