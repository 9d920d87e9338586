"""How two values of one attribute differ, in words: by how much, how many days later, in what."""

import math
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from tui.dicom.matching import NUMBER_VRS, age_days, number_of
from tui.dicom.temporal import date_of, datetime_of, time_of
from tui.dicom.values import Value

_HOUR_S: Final = 3600
_MINUTE_S: Final = 60


def words_of(vr: str, before: Sequence[Value], after: Sequence[Value]) -> str:
    """Return how `after` differs from `before`, values of VR `vr`; "" where there is nothing to say beyond them."""
    if not before or not after:
        return "" if before or after else "both empty"
    if len(before) != len(after):
        return f"{len(before)} value{'s' * (len(before) != 1)}, then {len(after)}"
    if vr in NUMBER_VRS:
        return _numbers(before, after)
    if len(before) > 1:
        changed = [number for number, (one, other) in enumerate(zip(before, after, strict=True), 1) if one != other]
        return f"value {changed[0]} of {len(before)}" if len(changed) == 1 else f"{len(changed)} of {len(before)} values"
    return _texts(vr, str(before[0]), str(after[0]))


def _texts(vr: str, before: str, after: str) -> str:
    if vr == "DA":
        return _days(date_of(before), date_of(after))
    if vr == "TM":
        first, second = time_of(before), time_of(after)
        if first is None or second is None:
            return ""
        return _lasting(datetime.combine(date.min, second) - datetime.combine(date.min, first))
    if vr == "DT":
        one, other = datetime_of(before), datetime_of(after)
        if one is None or other is None or (one.tzinfo is None) != (other.tzinfo is None):
            return ""
        return _lasting(other - one)
    if vr == "AS":
        days, later = age_days(before), age_days(after)
        return "" if days is None or later is None else "the same age" if days == later else _older(later - days)
    if before.strip() == after.strip():
        return "only spaces differ"
    return "only upper and lower case differ" if before.casefold() == after.casefold() else ""


def _days(before: date | None, after: date | None) -> str:
    if before is None or after is None:
        return ""
    days = (after - before).days
    return f"{abs(days):,} day{'s' * (abs(days) != 1)} {'later' if days > 0 else 'earlier'}" if days else "the same day"


def _older(days: float) -> str:
    years = abs(days) / 365.25
    span = f"{years:.3g} years" if years >= 1 else f"{abs(days):.0f} days"
    return f"{span} {'older' if days > 0 else 'younger'}"


def _lasting(span: timedelta) -> str:
    """Return a span of time with what matters of it: days and hours, or minutes and seconds."""
    seconds = abs(span.total_seconds())
    if not seconds:
        return "the same moment"
    days, rest = divmod(seconds, 24 * _HOUR_S)
    hours, rest = divmod(rest, _HOUR_S)
    minutes, left = divmod(rest, _MINUTE_S)
    parts = [f"{amount:.0f} {unit}" for amount, unit in ((days, "d"), (hours, "h"), (minutes, "min")) if amount]
    if not days and left:
        parts.append(f"{left:.6g} s")
    return f"{' '.join(parts)} {'later' if span > timedelta() else 'earlier'}"


def _numbers(before: Sequence[Value], after: Sequence[Value]) -> str:
    pairs = [(_number(one), _number(other)) for one, other in zip(before, after, strict=True)]
    steps = [other - one for one, other in pairs if one is not None and other is not None]
    if len(steps) < len(pairs):
        return ""
    largest = max(steps, key=abs)
    if not largest:
        return "the same number, written otherwise" if len(steps) == 1 else "the same numbers, written otherwise"
    if len(steps) == 1:
        first = pairs[0][0]
        share = f" ({largest / abs(first):+.3g} times)" if first else ""
        if first and abs(largest) < abs(first) * 10:
            share = f" ({100 * largest / abs(first):+.3g} %)"
        return f"{largest:+.6g}{share}"
    changed = sum(map(bool, steps))
    return f"{changed} of {len(steps)} values, by {abs(largest):.6g} at the most"


def _number(value: Value) -> float | None:
    found = value if not isinstance(value, str) else number_of(value)
    return found if found is not None and math.isfinite(found) else None
