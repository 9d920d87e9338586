"""File meta information (PS3.10 7.1): what was met in one file is recognized in the next one."""

import struct
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from tui.dicom.encoding import LONG_VRS, VRS
from tui.dicom.library.items import HEAD, LONG_HEAD, UnsureError
from tui.dicom.library.wholes import Wholes

DIRECTORY: Final = b"1.2.840.10008.1.3.10"  # the SOP class of a DICOMDIR
_SYNTAX: Final = b"\x02\x00\x10\x00"
_VARYING: Final = {b"\x02\x00\x03\x00", b"\x02\x00\x02\x01"}  # the instance, private information
_CLASS: Final = b"\x02\x00\x02\x00"
_LENGTH: Final = 12  # bytes: the length of the group
_TO_CLASS: Final = 52  # its version and the SOP class, but not yet the instance
_LAST: Final = 24  # the last of it, by which makers are told apart
_MOST: Final = 10_000
_VARIANTS: Final = 12


class Meta(NamedTuple):
    """A file meta information that was met: where it begins and ends, its bytes but for values that vary, what it says."""

    start: int
    read: Callable[[bytes, int], tuple[Any, ...]]
    expected: tuple[bytes, ...]
    end: int
    syntax: bytes
    directory: bool
    wholes: Wholes


class Metas:
    """Those that were met."""

    def __init__(self) -> None:
        self._metas: dict[bytes, tuple[list[Meta], Wholes]] = {}

    def of(self, data: bytes, start: int) -> Meta:
        """Return what the file meta information says: group 0002, in explicit VR little endian.

        Raises
        ------
        UnsureError
            It is odd.
        """
        end = start + _LENGTH + int.from_bytes(data[start + 8 : start + 12], "little")  # where it says that it ends
        key = data[start : start + _TO_CLASS] + data[end - _LAST : end + HEAD]
        group = self._metas.get(key)
        metas, wholes = group if group is not None else self._metas.setdefault(key, ([], Wholes()))
        for meta in metas:
            if meta.start == start and len(data) >= meta.end + 2 and meta.read(data, start) == meta.expected:
                return meta
        if len(self._metas) > _MOST:
            self._metas.clear()
        made = _read_meta(data, start, wholes)
        metas.insert(0, made)
        del metas[_VARIANTS:]
        return made


def _read_meta(data: bytes, start: int, wholes: Wholes) -> Meta:
    at, form, same, syntax, directory = start, "<", 0, b"", False
    while data[at : at + 2] == b"\x02\x00":
        tag, vr, width = data[at : at + 4], data[at + 4 : at + 6], HEAD
        if len(data) < at + LONG_HEAD or vr not in VRS:
            raise UnsureError
        length = int.from_bytes(data[at + 6 : at + 8], "little")
        if vr in LONG_VRS:
            width, length = LONG_HEAD, int.from_bytes(data[at + 8 : at + 12], "little")
        value = data[at + width : at + width + length]
        if len(value) < length:
            raise UnsureError
        if tag in _VARYING:
            form += f"{same + width}s{length}x"
            same = 0
        else:
            same += width + length
        syntax = value.strip(b" \0") if tag == _SYNTAX else syntax
        directory = directory or (tag == _CLASS and value.strip(b" \0") == DIRECTORY)
        at += width + length
    read = struct.Struct(f"{form}{same + 2}s").unpack_from  # and the next group, so that this one ends here
    return Meta(start, read, read(data + b"\0\0", start), at, syntax, directory, wholes)
