"""Reading what a library needs to know of a file, from its first kilobytes: some fifty times faster than a whole parse.

Whatever is odd is read by the walker, which survives everything; what both find is the same.
"""

import os
import zlib
from functools import partial
from typing import Final, Literal, NamedTuple

from tui.dicom import values as value_forms
from tui.dicom.archives import beginning, is_packed
from tui.dicom.attributes import Attributes
from tui.dicom.element import UNDEFINED
from tui.dicom.elements import walk_file
from tui.dicom.encoding import (
    DEFLATED_EXPLICIT_LITTLE,
    MAGIC,
    PREAMBLE_LENGTH,
    Encoding,
    encoding_of,
    guess,
    layout_of,
    settled,
)
from tui.dicom.errors import NotDicomError, ReadError, os_reason
from tui.dicom.library.fields import FIELDS, INDEX, LAST, NOTHING, Field, Values
from tui.dicom.library.items import HEAD, ShortError, UnsureError
from tui.dicom.library.layouts import Layouts
from tui.dicom.library.metas import DIRECTORY, Meta, Metas
from tui.dicom.library.runs import Alike
from tui.dicom.library.wholes import Wholes
from tui.text import safe_text

FIRST_BYTES: Final = 8192
_LARGEST: Final = 512 * 1024  # what is longer before its last field is the walker's
_INFLATED: Final = (4 * 1024, 64 * 1024)  # bytes of a deflated dataset, first and at most
_ENDLESS: Final = 1 << 40
_START: Final = PREAMBLE_LENGTH + len(MAGIC)
_FLAGS: Final = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
_SERIES, _BITS, _COLUMNS = INDEX["series_uid"], INDEX["bits_allocated"], INDEX["columns"]
_DEFLATED: Final = DEFLATED_EXPLICIT_LITTLE.encode()
_MANY_STEPS: Final = 14  # of a walk: a whole header that is known is much quicker than so many
_IN_DISORDER: Final = 4  # as many are enough where no file is like the one before it
_JUMPS: Final = 2  # files like that, one after the other
_MOST_FIRSTS: Final = 10_000


class Header(NamedTuple):
    """What the beginning of a file says.

    Parameters
    ----------
    values : list of bytes or None
        Of each of FIELDS, as it stands in the file; None where it is not there.
    syntax : bytes
        The transfer syntax UID; empty where none is given.
    big_endian : bool
        The byte order of the numbers.
    size : int
        Of the file, in bytes.
    broken : str
        Why no more could be read of a broken file; "" of a whole one.
    directory : bool
        Whether it is a DICOMDIR.
    alike : dict or None
        Where all values but those of OWN are known to be the same as in other files: one dictionary for all of these, for
        what is made of such values.
    """

    values: Values
    syntax: bytes
    big_endian: bool
    size: int
    broken: str = ""
    directory: bool = False
    alike: Alike | None = None


_header: Final = partial(tuple.__new__, Header)  # as Header._make, but without a call of Python


class HeaderReader:
    """Reads the headers of many files; it remembers the layouts that it met, and is used by one thread."""

    def __init__(self) -> None:
        self._layouts: dict[Encoding, Layouts] = {}
        self._firsts: dict[tuple[bytes, bytes], Layouts] = {}  # by transfer syntax and first header
        self._metas = Metas()
        self._wholes: Wholes | None = None  # of the file before
        self._jumps = 0

    def read(self, path: str) -> Header | None:
        """Return what a file says; None of one that is no DICOM file.

        Raises
        ------
        ReadError
            It cannot be read.
        """
        if is_packed(path):
            return _of_packed(path)
        try:
            fd = os.open(path, _FLAGS)
        except NotADirectoryError:  # it may lie in an archive
            return _of_packed(path)
        except (OSError, ValueError) as error:  # a name with a NUL in it
            raise _unreadable(path, error) from error
        try:
            data = os.read(fd, FIRST_BYTES)
            size = os.lseek(fd, 0, os.SEEK_END)
            if not size:
                raise ReadError(f"{safe_text(os.path.basename(path))} is empty: it has no bytes", path)
            found = self._quickly(fd, data, size)
        except OSError as error:
            raise _unreadable(path, error) from error
        except UnsureError:
            return _carefully(path)
        finally:
            os.close(fd)
        return found

    def _quickly(self, fd: int, data: bytes, size: int) -> Header | None:
        start = _START
        if data[PREAMBLE_LENGTH:_START] != MAGIC:
            layout = layout_of(data, size)
            if layout is None:
                return None
            start = layout.start
        while True:
            try:
                return self._in(data, start, size)
            except ShortError as short:
                if len(data) >= size or short.wanted > min(size, _LARGEST):
                    raise UnsureError from None
                more = os.pread(fd, max(short.wanted, 4 * len(data)) - len(data), len(data))
                if not more:  # it has become shorter
                    raise UnsureError from None
                data += more

    def _in(self, data: bytes, start: int, size: int) -> Header:
        meta = self._metas.of(data, start)
        self._jumps = self._jumps + 1 if meta.wholes is not self._wholes else 0
        self._wholes = meta.wholes
        if meta.syntax != _DEFLATED:
            return self._dataset(meta, data, meta.end, size, size)
        for most in _INFLATED:
            inflated, known_size = _inflated(data[meta.end :], most)
            try:
                return self._dataset(meta, inflated, 0, known_size, size)
            except ShortError:
                continue
        raise UnsureError

    def _dataset(self, meta: Meta, data: bytes, at: int, end: int, size: int) -> Header:
        """Read the dataset that begins at a place and ends at another one, of a file of a size."""
        least = at + meta.wholes.least
        if len(data) < least <= end:
            raise ShortError(least)
        taken = meta.wholes.take(data, at)
        if taken is not None:
            values, big_endian, alike = taken
            return _header((values, meta.syntax, big_endian, size, "", meta.directory, alike))
        layouts = self._layouts_of(meta.syntax, data[at : at + HEAD], end - at)
        values, begin = NOTHING[:], at
        at = layouts.read(data, at, values, end)
        if not meta.directory and (values[_SERIES] is None or (values[_BITS] is not None and values[_COLUMNS] is None)):
            at = layouts.items.look_on(data, at, end, LAST)  # what is missing may stand in disorder
        if layouts.steps >= (_MANY_STEPS if self._jumps < _JUMPS else _IN_DISORDER):
            meta.wholes.learn(data, begin, at, layouts.items)
        return Header(values, meta.syntax, layouts.encoding.big_endian, size, "", meta.directory)

    def _layouts_of(self, syntax: bytes, first: bytes, size: int) -> Layouts:
        """Return what was learned of the encoding of a dataset with a transfer syntax, a first header and a size."""
        found = self._firsts.get((syntax, first))
        if found is not None:
            return found
        encoding = settled(syntax.decode("latin-1"), guess(first, 0, size))
        made = self._layouts.get(encoding)
        if made is None:
            made = self._layouts[encoding] = Layouts(encoding)
        if not encoding.implicit or encoding_of(syntax.decode("latin-1")).implicit:  # whatever its size is
            if len(self._firsts) > _MOST_FIRSTS:
                self._firsts.clear()
            self._firsts[syntax, first] = made
        return made


def _inflated(data: bytes, most: int) -> tuple[bytes, int]:
    """Return the beginning of a deflated dataset (PS3.5 A.5), and its size as far as it is known."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        inflated = inflater.decompress(data, most)
    except zlib.error as error:
        raise UnsureError from error
    return inflated, len(inflated) if inflater.eof else _ENDLESS


def _of_packed(path: str) -> Header | None:
    """Read what lies in an archive, or is packed by gzip: all of it is unpacked only where it begins as DICOM files do."""
    begins = beginning(path, FIRST_BYTES)
    if begins is not None and layout_of(begins, max(len(begins), _LARGEST)) is None:
        return None
    return _carefully(path)


def _carefully(path: str) -> Header | None:
    """Read a file with the walker."""
    try:
        elements = walk_file(path, until=LAST, first_window=FIRST_BYTES)
        deflated = elements.broken is not None and elements.source.inflated  # of which only the beginning was inflated
        if deflated or any(FIELDS[index].tag not in elements.top for index in (_SERIES, _COLUMNS)):
            elements = walk_file(path)  # what is missing may stand in disorder
    except NotDicomError:
        return None
    top = Attributes.of(elements)
    broken = elements.broken.sentence if elements.broken is not None else ""
    directory = (top.text(0x00020002) or "").encode("latin-1", "replace") == DIRECTORY
    values = [_value(top, field) for field in FIELDS]
    return Header(
        values, elements.transfer_syntax.encode("latin-1", "replace"), elements.encoding.big_endian,
        elements.source.identity.size, broken, directory,
    )  # fmt: skip


def _value(top: Attributes, field: Field) -> bytes | None:
    """Return a value field as it would be in the field's own VR."""
    element = top.element(field.tag)
    if element is None or element.length == UNDEFINED:
        return None
    data = top.data(field.tag) or b""
    if element.vr == field.vr or element.vr in value_forms.BINARY_VRS:
        return data
    order: Literal["big", "little"] = "big" if top.elements.encoding.big_endian else "little"
    if field.vr == "US":
        number = top.integer(field.tag)
        return b"" if number is None else (number & 0xFFFF).to_bytes(2, order)
    if element.vr in value_forms.NUMBERS:
        return "\\".join(map(str, top.numbers(field.tag))).encode()
    return data


def _unreadable(path: str, error: OSError | ValueError) -> ReadError:
    why = os_reason(error) if isinstance(error, OSError) else str(error)
    return ReadError(f"{safe_text(os.path.basename(path))} cannot be read: {why}", path)
