"""Where results go: files below a folder, one file, or a stream; whole or not at all (see `save`)."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import BinaryIO

from tui.dicom.errors import WriteError, os_reason
from tui.dicom.save import PRIVATE, new_file, new_file_below
from tui.text import safe_text


@dataclass
class Output:
    """Where one result goes.

    Parameters
    ----------
    root : str
        The folder that all results lie below.
    names : tuple of str
        Folders below it, and the name of the result, without its ending.
    ending : str
        With its dot.
    replace : bool
        Whether files that exist are written over.
    mode : int
        Permissions of the files.
    stream : binary file or None
        Where the result goes instead.

    Attributes
    ----------
    written : list of str
        The paths that were written.
    notes : list of str
        What a reader of the result must know.
    size : int
        Bytes that were written.
    """

    root: str
    names: tuple[str, ...]
    ending: str
    replace: bool = False
    mode: int = PRIVATE
    stream: BinaryIO | None = None
    written: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    size: int = 0

    def note(self, sentence: str) -> None:
        """Keep what a reader of the result must know, once."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    @property
    def named(self) -> bool:
        """Return whether files can lie beside the result."""
        return self.stream is None

    @contextmanager
    def file(self, ending: str = "", *, seeks: bool = False) -> Iterator[BinaryIO]:
        """Open the result, or with another `ending` a file beside it, for writing.

        Parameters
        ----------
        ending : str
            Of its name; as it is, that of the result.
        seeks : bool
            Whether its writer goes back in it, which no stream lets it do: there it is held in memory until it is whole.

        Raises
        ------
        WriteError
            The name is taken, a folder is a link, the disk is full, ...
        """
        if self.stream is not None:
            try:
                held = BytesIO() if seeks else self.stream
                yield held
                if isinstance(held, BytesIO) and seeks:
                    self.stream.write(held.getbuffer())
            except OSError as error:
                raise WriteError(f"standard output cannot be written: {os_reason(error)}") from error
            return
        names = (*self.names[:-1], self.names[-1] + (ending or self.ending))
        path = os.path.join(self.root, *names)
        opened = (
            new_file(path, replace=self.replace, mode=self.mode)
            if len(names) == 1
            else new_file_below(self.root, names, replace=self.replace, mode=self.mode)
        )
        with opened as file:
            yield file
            file.flush()
            self.size += os.fstat(file.fileno()).st_size
        self.written.append(path)


def make_root(path: str, mode: int) -> None:
    """Make the folder of the results, and those above it.

    Raises
    ------
    WriteError
        It cannot be made, or is a link.
    """
    try:
        if os.path.islink(path.rstrip(os.sep)):
            raise WriteError(f"{safe_text(path)} is a link: name the folder that it leads to", path)
        os.makedirs(path, (mode & 0o444) >> 2 | mode | 0o700, exist_ok=True)
    except OSError as error:
        raise WriteError(f"{safe_text(path)} cannot be made: {os_reason(error)}", path) from error
