"""What values mean, beside what stands in the file: dates and times in words, names by their parts, codes, known terms."""

import re
from collections.abc import Iterable, Sequence
from datetime import timezone
from functools import cached_property
from typing import Final

from tui.dicom import values
from tui.dicom.attributes import Attributes
from tui.dicom.element import ITEM, Element
from tui.dicom.known_values import BITS, TERMS, UNITS
from tui.dicom.matching import number_of
from tui.dicom.tags import TagRows
from tui.dicom.temporal import date_of, datetime_of, time_of, zone_of
from tui.dicom.values import Value
from tui.text import safe_text

_TIMEZONE_OFFSET: Final = 0x00080201
_CODE_VALUES: Final = (0x00080100, 0x00080119, 0x00080120)  # CodeValue, LongCodeValue, URNCodeValue
_CODING_SCHEME: Final = 0x00080102
_CODE_MEANING: Final = 0x00080104
_MOST_CODES: Final = 3
_MOST_VALUES: Final = 8
_AGES: Final = {"D": "day", "W": "week", "M": "month", "Y": "year"}
_NAME_PARTS: Final = ("family", "given", "middle", "prefix", "suffix")  # PS3.5 6.2.1.1
_NAME_GROUPS: Final = ("alphabetic", "ideographic", "phonetic")
_LONGEST: Final = 200
_DATE_DIGITS: Final = 8


class Meanings:
    """What the values of one file mean.

    Parameters
    ----------
    rows : TagRows
        The rows of the file.
    """

    def __init__(self, rows: TagRows) -> None:
        self._rows = rows
        self._known: dict[int, str] = {}

    @cached_property
    def _zone(self) -> timezone | None:
        """Return the time zone of the dataset's times (PS3.3 C.12.1.1.8)."""
        return zone_of(Attributes.of(self._rows.elements).text(_TIMEZONE_OFFSET) or "")

    def of(self, index: int) -> str:
        """Return what the value of row `index` means, in one line that is safe to draw; "" where it says all itself."""
        found = self._known.get(index)
        if found is None:
            found = self._known[index] = safe_text(self._made(index), _LONGEST)
        return found

    def _made(self, index: int) -> str:
        element = self._rows.element(index)
        if element is None:
            return ""
        if element.vr == "SQ":
            return self._codes(index)
        if element.tag == ITEM:
            return self._code(index)
        if element.vr in values.BINARY_VRS or not element.length:
            return ""
        found = self._rows.values(index)[:_MOST_VALUES]
        return _terms(element, found) or self._by_vr(element, found)

    def _by_vr(self, element: Element, found: Sequence[Value]) -> str:
        texts = [str(value) for value in found]
        if element.vr == "DA":
            return _listed(_date(text) for text in texts)
        if element.vr == "TM":
            return _listed(self._time(text) for text in texts)
        if element.vr == "DT":
            return _listed(self._moment(text) for text in texts)
        if element.vr == "AS":
            return _listed(map(_age, texts))
        if element.vr == "PN":
            return "; ".join(filter(None, map(_person, texts)))
        return UNITS.get(element.tag, "") if all(number_of(text) is not None for text in texts) else ""

    def _time(self, text: str) -> str:
        moment = time_of(text)
        if moment is None:
            return ""
        return f"{_clock(text.replace(':', ''))}{_offset(self._zone)}"

    def _moment(self, text: str) -> str:
        moment = datetime_of(text)
        if moment is None:
            return ""
        zone = zone_of(text.strip()[-5:]) or self._zone
        clock = _clock(re.split(r"[+-]", text.strip())[0][_DATE_DIGITS:])
        return f"{moment:%a} {moment.date().isoformat()}{clock and ' '}{clock}{_offset(zone) if clock else ''}"

    def _codes(self, index: int) -> str:
        """Return the codes that the items of a sequence are."""
        rows, found = self._rows, list[str]()
        end = rows.elements.after(index)
        at, depth = index + 1, rows.depth(index) + 1
        while at < end and len(found) <= _MOST_CODES:
            if rows.depth(at) != depth:
                break
            code = self._code(at)
            if not code:
                return ""
            found.append(code)
            at = rows.elements.after(at)
        return "; ".join(found[:_MOST_CODES]) + ("; …" if len(found) > _MOST_CODES else "")

    def _code(self, index: int) -> str:
        """Return the code that an item is, as `meaning (scheme value)` (PS3.3 8.8); "" where it is none."""
        rows = self._rows
        end, depth = rows.elements.after(index), rows.depth(index) + 1
        found: dict[int, str] = {}
        for at in range(index + 1, end):
            element = rows.elements.elements[at]
            if element.depth == depth:
                if element.tag > _CODE_VALUES[-1]:
                    break
                if element.tag in (*_CODE_VALUES, _CODING_SCHEME, _CODE_MEANING):
                    found[element.tag] = "\\".join(map(str, rows.values(at)))
        value = next((found[tag] for tag in _CODE_VALUES if found.get(tag)), "")
        if not value:
            return ""
        meaning, scheme = found.get(_CODE_MEANING, ""), found.get(_CODING_SCHEME, "")
        code = f"{scheme} {value}".strip()
        return f"{meaning} ({code})" if meaning else f"({code})"


def _listed(parts: Iterable[str]) -> str:
    """Return the meanings of several values; "" where one of them has none."""
    found = list(parts)
    return ", ".join(found) if all(found) else ""


def _terms(element: Element, found: Sequence[Value]) -> str:
    bits = BITS.get(element.tag)
    if bits is not None and found and isinstance(found[0], int):
        number = int(found[0])
        return ", ".join(filter(None, (pair[number >> bit & 1] for bit, pair in enumerate(bits))))
    known = TERMS.get(element.tag)
    if not known or not any(str(value) in known for value in found):
        return ""
    return ", ".join(known.get(str(value), str(value)) for value in found)


def _date(text: str) -> str:
    day = date_of(text)
    return f"{day:%a} {day.isoformat()}" if day is not None else ""


def _clock(text: str) -> str:
    """Return a time with as many parts as it has: 07, 07:27, 07:27:31.5."""
    whole, dot, fraction = text.strip().partition(".")
    return ":".join(whole[at : at + 2] for at in range(0, len(whole), 2)) + dot + fraction


def _offset(zone: timezone | None) -> str:
    return "" if zone is None else f" {zone.tzname(None).removeprefix('UTC') or '+00:00'}"


def _age(text: str) -> str:
    number, unit = text[:-1], _AGES.get(text[-1:].upper(), "")
    if not unit or not number.isdecimal():
        return ""
    return f"{int(number)} {unit}{'' if int(number) == 1 else 's'}"


def _person(text: str) -> str:
    """Return a person's name by its component groups and their parts; "" for what has but one part."""
    groups = []
    for name, group in zip(_NAME_GROUPS, text.split("="), strict=False):
        parts = [f"{what} {part}" for what, part in zip(_NAME_PARTS, group.split("^"), strict=False) if part.strip()]
        if len(parts) > 1 or "=" in text:
            groups.append(f"{name}: {', '.join(parts)}" if "=" in text else ", ".join(parts))
    return "; ".join(group for group in groups if not group.endswith(": "))
