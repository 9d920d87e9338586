"""A user's own private dictionary, in the form that DCMTK's has: a line for each attribute, its parts between tabs.

::

    (0029,"ACME 1.1",10)          DS   TubeAngle     1      PrivateTag
    (0019-o-00ff,"ACME 1.1",20-2f) LO  StationNotes  1-n

The last part may be missing; a line that begins with # says nothing.
"""

import re
from typing import Final

from tui.dicom.dictionary import Entry, PrivateRange
from tui.dicom.encoding import VRS
from tui.dicom.errors import ReadError, os_reason
from tui.text import safe_text

_LONGEST: Final = 16 << 20
_HEX: Final = r"([0-9a-f]{1,4})(?:-(?:[oue]-)?([0-9a-f]{1,4}))?"
_TAG: Final = re.compile(rf'\({_HEX},"([^"]+)",{_HEX}\)', re.IGNORECASE)
_BLOCK: Final = 0xFF
_LOOSE_VRS: Final = {"ox": "OW", "px": "OW"}  # OB or OW
_LEAST_PARTS: Final = 3


def read_private_dictionary(path: str) -> list[PrivateRange]:
    """Return the attributes that the dictionary at `path` names.

    Raises
    ------
    ReadError
        It cannot be read, or a line of it is none.
    """
    where = safe_text(path)
    try:
        with open(path, "rb") as file:
            raw = file.read(_LONGEST + 1)
    except OSError as error:
        raise ReadError(f"the private dictionary {where} cannot be read: {os_reason(error)}", path) from error
    if len(raw) > _LONGEST:
        raise ReadError(f"the private dictionary {where} is larger than {_LONGEST >> 20} MiB", path)
    found = []
    for number, line in enumerate(raw.decode("utf-8", "replace").splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            made = _range(line)
            if isinstance(made, str):
                raise ReadError(f"{where}, line {number}: {made}", path)
            if made is not None:
                found.append(made)
    return found


def _range(line: str) -> PrivateRange | str | None:
    """Return what a line names, a sentence on what is wrong with it, or None where it names no private attribute."""
    parts = [part for part in (part.strip() for part in line.split("\t")) if part]
    if len(parts) < _LEAST_PARTS:
        return "tag, VR, name and VM are expected, with tabs between them"
    tag = _TAG.fullmatch(parts[0])
    if tag is None:
        return f'{safe_text(parts[0], 40)} is no private tag such as (0029,"ACME 1.1",10)'
    vr = _LOOSE_VRS.get(parts[1], parts[1].upper())
    if vr not in VRS.values():
        return f"{safe_text(parts[1], 40)} is no value representation"
    groups = range(int(tag[1], 16), int(tag[2] or tag[1], 16) + 1, 2)
    first, last = (int(digits, 16) for digits in (tag[4], tag[5] or tag[4]))
    numbers = range(first & _BLOCK, (last & _BLOCK) + 1)  # some lines name the block that the creator had, too
    if not groups or not groups[0] & 1:
        return "the groups of private attributes are odd"
    if not numbers:
        return "the numbers end before they begin"
    vm = parts[3] if len(parts) > _LEAST_PARTS else "1"
    return PrivateRange(tag[3], groups, numbers, Entry(vr, vm, parts[2], False, ""))
