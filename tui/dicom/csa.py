"""Siemens CSA headers: the fields that lie in private elements of MR, PET and CT files as one block of bytes.

Siemens has not published the form; it is known from what readers of many years agree on (NiBabel's notes describe it).
A block begins with "SV10" (version 2) or without it (version 1), then come the fields: a name, a VR and values as texts.
"""

import struct
from typing import Final, NamedTuple

from tui.dicom.errors import ReadError

CREATOR: Final = "SIEMENS CSA HEADER"
NUMBERS: Final = frozenset({0x10, 0x20})  # of the elements in the creator's block: image and series header
LONGEST: Final = 4 << 20
_SECOND: Final = b"SV10"
_MOST_FIELDS: Final = 4096
_MOST_VALUES: Final = 4096
_FIELD: Final = struct.Struct("<64si4siii")
_VALUE: Final = struct.Struct("<4i")


class Field(NamedTuple):
    """One field: `offset` is where in the block its head lies; `values` are texts without their padding."""

    name: str
    vr: str
    values: tuple[str, ...]
    offset: int


def fields(data: bytes) -> list[Field]:
    """Return the fields of a CSA header.

    Raises
    ------
    ReadError
        It is none, or is damaged.
    """
    second = data.startswith(_SECOND)
    at = 8 if second else 0
    if len(data) < at + 8:
        raise ReadError("this is no CSA header: it is too short")
    (count,) = struct.unpack_from("<I", data, at)
    if not 0 < count <= _MOST_FIELDS:
        raise ReadError(f"this is no CSA header: it says it has {count:,} fields")
    at += 8
    found: list[Field] = []
    first_count: int | None = None  # version 1 adds it to every length
    for _ in range(count):
        if at + _FIELD.size > len(data):
            raise ReadError(f"the CSA header ends after {len(found)} of {count} fields")
        name, multiplicity, vr, _type, values_said, _mark = _FIELD.unpack_from(data, at)
        first_count = values_said if first_count is None else first_count
        values, end = _values(data, at + _FIELD.size, values_said, 0 if second else first_count, second=second)
        used = values[: multiplicity if multiplicity > 0 else len(values)]
        while used and not used[-1]:  # there are more places for values than values
            used = used[:-1]
        found.append(Field(_text(name), _text(vr)[:2], tuple(used), at))
        at = end
    return found


def _values(data: bytes, at: int, count: int, added: int, *, second: bool) -> tuple[list[str], int]:
    """Return the values that lie at `at`, and where they end."""
    if not 0 <= count <= _MOST_VALUES:
        raise ReadError(f"the CSA header is damaged: a field says it has {count:,} values")
    found: list[str] = []
    for _ in range(count):
        if at + _VALUE.size > len(data):
            raise ReadError("the CSA header ends inside a field")
        sizes = _VALUE.unpack_from(data, at)
        at += _VALUE.size
        length = sizes[1] if second else sizes[0] - added
        if not 0 <= length <= len(data) - at:
            if second or length > 0:
                raise ReadError("the CSA header is damaged: a value is longer than the header")
            length = 0
        found.append(_text(data[at : at + length]))
        at += (length + 3) // 4 * 4
    return found, at


def _text(data: bytes) -> str:
    return data.partition(b"\0")[0].decode("latin-1").strip()
