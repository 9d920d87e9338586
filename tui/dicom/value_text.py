"""Values as text, by value representation: a line for a row, lines for the whole value."""

from tui.dicom import values
from tui.dicom.dictionary import lookup, uid_name
from tui.dicom.element import Element, tag_text

FIRST_BYTES = 16
MOST_NUMBERS = 64


def value_text(element: Element, data: bytes, *, big_endian: bool, charset: tuple[str, ...]) -> str:
    """Return the value of `element` in one line, not yet made safe.

    Parameters
    ----------
    element : Element
        Whose value.
    data : bytes
        The value field, or its beginning.
    big_endian : bool
        Its byte order.
    charset : tuple of str
        The SpecificCharacterSet in force.
    """
    vr = element.vr
    if vr in values.NUMBERS:
        found = values.numbers(vr, data, big_endian=big_endian, most=MOST_NUMBERS)
        more = element.length // values.NUMBERS[vr][1] - len(found)
        return "\\".join(_number(vr, value) for value in found) + (f"\\… {more:,} more" if more > 0 else "")
    if vr == "AT":
        return "\\".join(_attribute(tag) for tag in values.tags(data[: 4 * MOST_NUMBERS], big_endian=big_endian))
    if vr in values.BINARY_VRS:
        return _binary(element, data)
    shown = values.text(vr, data, charset)
    if vr == "UI":
        return "\\".join(_uid(uid) for uid in shown.split("\\"))
    return shown


def _number(vr: str, value: float) -> str:
    if vr == "FL":
        return f"{value:.7g}"
    return repr(value) if vr == "FD" else str(value)


def _attribute(tag: int) -> str:
    entry = lookup(tag)
    return f"{tag_text(tag)} {entry.keyword}" if entry and entry.keyword else tag_text(tag)


def _uid(uid: str) -> str:
    name = uid_name(uid)
    return f"{uid} ({name})" if name else uid


def _binary(element: Element, data: bytes) -> str:
    size = f"{element.length:,} byte{'' if element.length == 1 else 's'}"
    printable = data[:64].rstrip(b" \0")
    if element.vr == "UN" and element.length <= 64 and printable and printable.isascii():
        words = printable.decode("ascii")
        if words.isprintable():
            return words
    more = " …" if element.length > FIRST_BYTES else ""
    return f"{size}: {data[:FIRST_BYTES].hex(' ')}{more}"


def whole_lines(element: Element, data: bytes, *, big_endian: bool, charset: tuple[str, ...]) -> list[str]:
    """Return the whole value of `element` in lines, not yet made safe; binary values as a hex view."""
    vr = element.vr
    if vr in values.BINARY_VRS or not vr:  # a fragment has none
        return [_hex_line(at, data[at : at + 16]) for at in range(0, len(data), 16)]
    if vr in values.NUMBERS:
        return [_number(vr, value) for value in values.numbers(vr, data, big_endian=big_endian)]
    if vr == "AT":
        return [_attribute(tag) for tag in values.tags(data, big_endian=big_endian)]
    if vr in values.SINGLE_VALUE_VRS:
        return values.text(vr, data, charset).splitlines()
    parts = values.texts(vr, data, charset)
    return [_uid(part) for part in parts] if vr == "UI" else list(parts)


def _hex_line(at: int, data: bytes) -> str:
    letters = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in data)
    return f"{at:08x}  {data.hex(' '):<47}  {letters}"
