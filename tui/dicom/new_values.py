"""Values that somebody wrote, checked and encoded as elements: VR by pydicom's validators, VM by the dictionary."""

import re
import struct
from typing import Any, Final
from unicodedata import category

from tui.dicom import values
from tui.dicom.charset import decode_text
from tui.dicom.dictionary import tags_called
from tui.dicom.element import tag_text
from tui.dicom.element_bytes import LONGEST_SHORT, header, padded
from tui.dicom.encoding import LONG_VRS, Encoding
from tui.dicom.errors import EditError, translated
from tui.dicom.matching import NUMBER_VRS, number_of
from tui.dicom.temporal import date_of
from tui.text import safe_text

_VM: Final = re.compile(r"(\d+)(?:-(\d+)?(n)?)?")
_TAG: Final = re.compile(r"\(?([0-9a-fA-F]{4}),?([0-9a-fA-F]{4})\)?")
_LONG_TEXTS: Final = frozenset({"LT", "ST", "UT"})
_BREAKS: Final = "\t\n\f\r"  # PS3.5 6.1.3
_FLOATS: Final = frozenset({"FL", "FD"})
_EXPECTED: Final = {  # PS3.5 6.2
    "AS": "an age is written as 054Y, 018M, 003W or 003D",
    "CS": "at most 16 upper-case letters, digits, blanks and underscores are allowed",
    "DA": "a date is written as 20040119",
    "DS": "a decimal number of at most 16 characters is allowed",
    "DT": "a date and time is written as 20040119123000.0+0100",
    "IS": "a whole number of at most 12 characters is allowed",
    "TM": "a time is written as 123000.0",
    "UI": "numbers with dots between them, none beginning with 0, and at most 64 characters are allowed",
}
_SEE: Final = re.compile(r"\s*Please see <[^>]*>.*", re.DOTALL)


def vm_allows(vm: str, count: int) -> bool:
    """Return whether a VM of PS3.6, such as 1, 3, 1-2, 1-n or 2-2n, allows `count` values."""
    for allowed in vm.split(" or "):
        match = _VM.fullmatch(allowed.strip())
        if match is None:
            return True  # the dictionary says nothing that could be checked
        least, most, many = int(match[1]), match[2], match[3]
        if "-" not in allowed:
            fits = count == least
        elif many:
            step = int(most) if most else 1
            fits = count >= least and count % step == 0
        else:
            fits = least <= count <= int(most or least)
        if fits:
            return True
    return False


def parsed(vr: str, text: str, vm: str) -> list[Any]:
    r"""Return the values that `text` stands for, several with backslashes between them.

    Raises
    ------
    EditError
        There are more or fewer than `vm` allows, or one of them is none of VR `vr`.
    """
    if vr in values.BINARY_VRS:
        raise EditError(f"values of VR {vr} are bytes: they can be deleted, not written as text")
    parts = [text] if vr in values.SINGLE_VALUE_VRS else text.split("\\")
    if not text:
        return []
    if vm and not vm_allows(vm, len(parts)):
        raise EditError(f"{len(parts)} value{'s' * (len(parts) != 1)} here, but its VM is {vm}")
    if vr in NUMBER_VRS and not all(part.strip() for part in parts):
        raise EditError("one of the numbers is missing")
    allowed = _BREAKS if vr in _LONG_TEXTS else ""
    if odd := [character for character in text if category(character) == "Cc" and character not in allowed]:
        raise EditError(f"the control character {safe_text(odd[0])} is not allowed in a value of VR {vr}")
    found = [_value(vr, part) for part in parts]
    if vr not in ("AT", "UC", "UT"):
        from pydicom.config import RAISE
        from pydicom.valuerep import validate_value

        for value in found:
            try:
                with translated(EditError, ""):
                    validate_value(vr, value, RAISE)
            except EditError as error:
                reason = _SEE.sub("", str(error)).rstrip(".") or f"this is no value of VR {vr}"
                raise EditError(f"{reason}{f'; {_EXPECTED[vr]}' if vr in _EXPECTED else ''}") from error
    return found


def _value(vr: str, part: str) -> str | int | float:
    """Return one value as pydicom's validators take it."""
    if vr == "AT":
        match = _TAG.fullmatch(part.strip())
        known = tags_called(part.strip())
        if match is None and known is None:
            raise EditError(f"{safe_text(part)} is no tag such as (0028,0010), and no keyword")
        return int(match[1] + match[2], 16) if match else (known or (0, 0))[1]
    if vr == "IS" and (whole := number_of(part.strip())) is not None and not -(1 << 31) <= whole < 1 << 31:
        raise EditError(f"{safe_text(part)} does not fit into VR IS: 32 bits with a sign")
    if vr == "DS" and (number_of(part.strip()) is None):
        raise EditError(f"{safe_text(part)} is no number; {_EXPECTED[vr]}")
    if vr == "DA" and part and date_of(part) is None:
        raise EditError(f"{safe_text(part)} is no day of the calendar; {_EXPECTED[vr]}")
    if vr not in values.NUMBERS:
        return part
    number = number_of(part.strip())
    if number is None or (vr not in _FLOATS and number != int(number)):
        raise EditError(f"{safe_text(part)} is no {'number' if vr in _FLOATS else 'whole number'}")
    return float(number) if vr in _FLOATS else int(number)


def encoded(tag: int, vr: str, found: list[Any], encoding: Encoding, charset: tuple[str, ...]) -> bytes:
    """Return an element with its header.

    Parameters
    ----------
    tag : int
        0xGGGGEEEE.
    vr : str
        Its VR.
    found : list
        Its values, as `parsed` returned them.
    encoding : Encoding
        Byte order and VR form of what it will lie in.
    charset : tuple of str
        The SpecificCharacterSet in force there.

    Raises
    ------
    EditError
        The values are too long, or cannot be written in that character set.
    """
    data = value_bytes(vr, found, encoding, charset)
    if not encoding.implicit and vr.encode() not in LONG_VRS and len(data) > LONGEST_SHORT:
        raise EditError(f"{tag_text(tag)} would have {len(data):,} bytes; with VR {vr} it can have {LONGEST_SHORT:,}")
    return header(tag, vr, len(data), encoding) + data


def value_bytes(vr: str, found: list[Any], encoding: Encoding, charset: tuple[str, ...]) -> bytes:
    """Return values, as `parsed` returned them, as a value field of even length; raise what `encoded` does."""
    data = _field(vr, found, encoding, charset)
    return padded(data, "UI" if vr in values.NUMBERS else vr)


def _field(vr: str, found: list[Any], encoding: Encoding, charset: tuple[str, ...]) -> bytes:
    order = ">" if encoding.big_endian else "<"
    if vr in values.NUMBERS:
        try:
            return struct.pack(f"{order}{len(found)}{values.NUMBERS[vr][0]}", *found)
        except (struct.error, OverflowError) as error:
            raise EditError(f"a value does not fit into VR {vr}") from error
    if vr == "AT":
        return b"".join(struct.pack(f"{order}HH", tag >> 16, tag & 0xFFFF) for tag in found)
    text = "\\".join(found)
    if vr not in values.CHARSET_VRS or text.isascii():
        if not text.isascii():
            raise EditError(f"values of VR {vr} are plain ASCII")
        return text.encode("ascii")
    name = "\\".join(charset) or "none (ASCII only)"
    refused = EditError(
        f"{safe_text(text, 40)} cannot be written in the file's character set, {safe_text(name)}; in a file of plain ASCII "
        "SpecificCharacterSet can be set to ISO_IR 192 first"
    )
    try:
        with translated(EditError, ""):
            data = _in_charset(vr, text, charset)
    except EditError as error:
        raise refused from error
    if decode_text(data, charset, person_name=vr == "PN") != text:
        raise refused
    return data


def _in_charset(vr: str, text: str, charset: tuple[str, ...]) -> bytes:
    from pydicom.charset import convert_encodings, encode_string
    from pydicom.valuerep import PersonName

    encodings = convert_encodings(list(charset) or "")
    if vr != "PN":
        return b"\\".join(encode_string(part, encodings) for part in text.split("\\"))
    return b"\\".join(PersonName(part, encodings).encode(encodings) for part in text.split("\\"))
