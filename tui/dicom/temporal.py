"""Dates and times of DICOM values (PS3.5 6.2: DA, TM, DT) as Python's; what is not whole or not valid is None."""

import re
from datetime import date, datetime, time, timedelta, timezone
from typing import Final

_DATE: Final = re.compile(r"(\d{4})[.]?(\d\d)[.]?(\d\d)")
_TIME: Final = re.compile(r"(\d\d):?(\d\d)?:?(\d\d)?(?:\.(\d{1,6})\d*)?")
_DATETIME: Final = re.compile(r"(\d{8})(\d\d(?:\d\d(?:\d\d(?:\.\d{1,6})?)?)?)?([+-]\d{4})?")
_MINUTES: Final = 60
_FURTHEST_WEST, _FURTHEST_EAST = timedelta(hours=-12), timedelta(hours=14)  # PS3.5 6.2, DT
_OFFSET: Final = re.compile(r"([+-])(\d\d)(\d\d)")


def date_of(text: str) -> date | None:
    """Return the date of a DA value (the retired form with dots, too)."""
    match = _DATE.fullmatch(text.strip())
    try:
        return date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None


def day(text: str) -> str:
    """Return a DA value as people write it, such as 2004-01-19; what is none as it is."""
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if len(text) == 8 and text.isdecimal() else text


def time_of(text: str) -> time | None:
    """Return the time of a TM value (the retired form with colons, too); what it leaves out is zero."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return None
    hour, minute, second = (int(part or 0) for part in match.groups()[:3])
    try:
        return time(hour, minute, min(second, 59), int((match[4] or "0").ljust(6, "0")))  # 60 is a leap second
    except ValueError:
        return None


def datetime_of(text: str) -> datetime | None:
    """Return the moment of a DT value that has a whole date, with its offset from UTC where it has one."""
    match = _DATETIME.fullmatch(text.strip())
    day = date_of(match[1]) if match else None
    if match is None or day is None:
        return None
    moment = time_of(match[2]) if match[2] else time()
    return None if moment is None else datetime.combine(day, moment, zone_of(match[3] or ""))


def zone_of(text: str) -> timezone | None:
    """Return the offset from UTC that a text such as +0100 gives, as TimezoneOffsetFromUTC (0008,0201) does."""
    match = _OFFSET.fullmatch(text.strip())
    if match is None or int(match[3]) >= _MINUTES:
        return None
    offset = timedelta(hours=int(match[2]), minutes=int(match[3])) * (-1 if match[1] == "-" else 1)
    return timezone(offset) if _FURTHEST_WEST <= offset <= _FURTHEST_EAST else None
