"""The ways in which people write a date."""

from datetime import date
from functools import lru_cache
from typing import Final

_MONTHS: Final = (
    ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
     "december"),
    ("januar", "februar", "marz", "april", "mai", "juni", "juli", "august", "september", "oktober", "november",
     "dezember"),
    ("janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre", "novembre",
     "decembre"),
    ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre",
     "diciembre"),
    ("gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre", "novembre",
     "dicembre"),
    ("januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november",
     "december"),
)  # fmt: skip
_ROMAN: Final = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")


@lru_cache(4096)
def date_forms(found: date, birth: bool) -> tuple[frozenset[str], frozenset[str]]:
    """Return a date without separators as people write it: what is found anywhere, and what is found between others only.

    Of a birth date also with the year's two digits, and in other languages.
    """
    year, month, day = f"{found.year:04}", f"{found.month:02}", f"{found.day:02}"
    anywhere = {year + month + day, day + month + year, month + day + year}
    bounded = {f"{found.year}{found.month}{found.day}", f"{found.day}{found.month}{found.year}"}
    bounded.add(f"{found.month}{found.day}{found.year}")
    short = f"{found.year % 100:02}"
    languages = _MONTHS if birth else _MONTHS[:1]
    names = {name for language in languages for name in (language[found.month - 1], language[found.month - 1][:3])}
    days = {day, str(found.day), *(f"{found.day}{ending}" for ending in (("st", "nd", "rd", "th") if birth else ()))}
    for name in names:
        for number in days:
            anywhere |= {number + name + year, name + number + year, year + name + number}
            if birth:
                bounded |= {number + name + short, name + number + short}
    if birth:
        bounded |= {
            number + _ROMAN[found.month - 1] + written for number in (day, str(found.day)) for written in (year, short)
        }
        for first in (month, str(found.month)):
            for second in (day, str(found.day)):
                bounded |= {short + first + second, second + first + short, first + second + short}
    return frozenset(anywhere), frozenset(bounded - anywhere)
