"""What files are made of: which kind each is, and its frames."""

import os
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tui.dicom.create.arrays import MAGIC, ArrayFile, array_source, opened_array
from tui.dicom.create.pictures import SIGNATURES, opened_picture, picture_sources, pixels_of
from tui.dicom.create.source import COLORS, Source
from tui.dicom.errors import PixelError, ReadError, os_reason, translated
from tui.text import safe_text

_PDF: Final = b"%PDF-"
_BEFORE: Final = b"\xef\xbb\xbf \t\r\n\0"  # what may stand before it
_BEGIN: Final = 1024  # bytes


def sources_in(path: str) -> list[Source]:
    """Return what a file holds, page by page; only its beginning is read.

    Raises
    ------
    ReadError
        It is none of what files are made of, or cannot be read.
    """
    name = safe_text(os.path.basename(path))
    try:
        if not os.path.isfile(path):
            missing = not os.path.exists(path)
            raise ReadError(f"{name}: there is no such file" if missing else f"{name} is no regular file", path)
        with open(path, "rb") as file:
            begin = file.read(_BEGIN)
        if begin.startswith(MAGIC):
            return [array_source(path, name)]
        if not begin.startswith(SIGNATURES) and begin.lstrip(_BEFORE).startswith(_PDF):
            return [Source(path, 1, 0, 0, 0, np.dtype(np.uint8), "")]
        return picture_sources(path, name)
    except OSError as error:
        raise ReadError(f"{name} cannot be read: {os_reason(error)}", path) from error


class Opened:
    """Gives the frames of sources, one after the other; it keeps the last file open."""

    def __init__(self) -> None:
        self._path = ""
        self._array: ArrayFile | None = None
        self._image: Image.Image | None = None
        self._whole: NDArray[Any] | None = None

    def close(self) -> None:
        """Close what is open."""
        if self._image is not None:
            self._image.close()
        self._path, self._array, self._image, self._whole = "", None, None, None

    def frame(self, source: Source, number: int) -> NDArray[Any]:
        """Return frame `number` of a source, from 0: of its `kind`, shape (rows, columns) or (rows, columns, 3).

        Raises
        ------
        PixelError, ReadError
            It cannot be decoded, or is no longer what it was.
        """
        name = safe_text(os.path.basename(source.path))
        if source.path != self._path:
            self._open(source.path, name)
        with translated(PixelError, f"{name} cannot be decoded", source.path):
            found = self._array_frame(source, number) if self._image is None else pixels_of(self._image, source)
        shape = (source.rows, source.columns, *((COLORS,) if source.samples == COLORS else ()))
        if found.shape != shape:
            raise PixelError(f"{name} was changed while it was read", source.path)
        return np.ascontiguousarray(found.astype(source.kind, copy=False))

    def _open(self, path: str, name: str) -> None:
        self.close()
        with open(path, "rb") as file:
            is_array = file.read(len(MAGIC)) == MAGIC
        if is_array:
            self._array = opened_array(path, name)
        else:
            self._image = opened_picture(path, name)
        self._path = path

    def _array_frame(self, source: Source, number: int) -> NDArray[Any]:
        assert self._array is not None  # noqa: S101 - mypy: `_open` opened it
        wanted = number if len(self._array.shape) == 3 + (source.samples == COLORS) else None
        if not self._array.columns_first:
            return self._array.part(wanted)
        if self._whole is None:  # its frames lie in one another
            self._whole = self._array.part(None)
        return self._whole if wanted is None else self._whole[wanted]


def frames_of(sources: list[Source]) -> Iterator[tuple[Source, int]]:
    """Yield all frames of sources, in order."""
    for source in sources:
        for number in range(source.frames):
            yield source, number
