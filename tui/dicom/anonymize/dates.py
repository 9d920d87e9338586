"""Dates and times moved by whole days (PS3.15 E.3.6), whole, partial and odd ones."""

import re
from datetime import date, timedelta
from typing import Final

from tui.dicom.temporal import date_of

DUMMY_DATE: Final = "19000101"
DUMMY_TIME: Final = "000000"
_PARTIAL: Final = re.compile(r"(\d{4})(\d\d)?(\d\d)?(.*)", re.DOTALL)
_TIME: Final = re.compile(r"\d\d:?(?:\d\d:?(?:\d\d(?:\.\d{1,6})?)?)?\s*")
_BEHIND_DATE: Final = re.compile(r"(?:\d\d(?:\d\d(?:\d\d(?:\.\d{1,6})?)?)?)?(?:[+-]\d{4})?\s*")
_ODD_DATE: Final = re.compile(r"(\d{4})([-/])(\d\d?)\2(\d\d?)")
_MIDDLE: Final = 15  # of a month, or a year, of which no day is said
_JUNE: Final = 6


def shifted_date(text: str, days: int) -> str | None:
    """Return a DA value `days` later, as YYYYMMDD; None where it is no date, or no longer one of the calendar.

    The retired form with dots, and dates with hyphens or slashes, are understood.
    """
    odd = _ODD_DATE.fullmatch(text.strip())
    found = date_of(f"{odd[1]}{int(odd[3]):02}{int(odd[4]):02}" if odd else text)
    moved = _moved(found, days)
    return _written(moved) if moved is not None else None


def shifted_datetime(text: str, days: int) -> str | None:
    """Return a DT value `days` later, as exact as it was: with month, day, time and zone where they are said; else None."""
    match = _PARTIAL.fullmatch(text.strip())
    if match is None:
        return None
    year, month, day, rest = match.groups()
    if not _BEHIND_DATE.fullmatch(rest) or (day is None and rest[:1] not in ("", "+", "-")):
        return None
    found = date_of(f"{year}{month or f'{_JUNE:02}'}{day or f'{_MIDDLE:02}'}")
    moved = _moved(found, days)
    if moved is None:
        return None
    return _written(moved)[: 8 if day else 6 if month else 4] + rest


def is_time(text: str) -> bool:
    """Return whether a text is a TM value, the retired form with colons, too: days do not change it."""
    return _TIME.fullmatch(text.strip()) is not None


def _written(day: date) -> str:
    return f"{day.year:04}{day.month:02}{day.day:02}"  # strftime leaves zeros out before the year 1000


def _moved(found: date | None, days: int) -> date | None:
    try:
        return None if found is None else found + timedelta(days)
    except OverflowError:
        return None
