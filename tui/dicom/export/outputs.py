"""Where results go: files below a folder, one file, or a stream; whole or not at all (see `save`)."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import BinaryIO

from tui.dicom.errors import ExportError, WriteError, os_reason
from tui.dicom.export.order import STANDARD_OUTPUT
from tui.dicom.leftovers import remove_leftovers
from tui.dicom.permissions import PRIVATE
from tui.dicom.save import new_file, new_file_below
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
            except BrokenPipeError:  # whoever read it has seen enough
                raise
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


class Target:
    """Where the results of an order go: a stream, the one file that was named, or a folder, which is made.

    Parameters
    ----------
    output : str
        A folder; or of one result its file; or - for standard output.
    ending : str
        Of the results' names, with its dot.
    results : sequence of tuple of str
        The names of each: folders below the output, and its own without its ending.
    named : bool
        Whether `output` ends like a result's name.
    replace : bool
        Whether files that exist are written over; never those in `read`.
    mode : int
        Permissions of the results.
    stream : binary file, optional
        Where the one result goes if the output is -; as it is, standard output.
    read : iterable of str
        The files that are read.

    Attributes
    ----------
    leftovers : int
        How many unfinished files of a run that was cut off were removed.

    Raises
    ------
    ExportError, WriteError
        There are more results than fit; the folder cannot be made.
    """

    def __init__(
        self, output: str, ending: str, results: Sequence[tuple[str, ...]], *, named: bool, replace: bool, mode: int,
        stream: BinaryIO | None, read: Iterable[str],
    ) -> None:  # fmt: skip
        self.leftovers = 0
        self._ending, self._replace, self._mode = ending, replace, mode
        self._stream: BinaryIO | None = None
        self._names: tuple[str, ...] | None = None
        self._root = output
        self._read = set(map(os.path.realpath, read)) if replace else set()
        if output == STANDARD_OUTPUT:
            if len(results) != 1:
                raise ExportError(
                    f"standard output takes one result, and there would be {len(results):,}: name a folder with -o"
                )
            self._stream = stream if stream is not None else sys.stdout.buffer
        elif named and not os.path.isdir(output):
            if len(results) > 1:
                raise ExportError(f"there would be {len(results):,} results: name a folder with -o", output)
            self._root, name = os.path.split(output)
            self._names = (name[: -len(ending)],)
        elif results:
            make_root(output, mode)
            folders = {os.path.join(output, *names[:-1]) for names in results}
            self.leftovers = sum(len(remove_leftovers(folder)) for folder in folders if os.path.isdir(folder))

    def output(self, names: tuple[str, ...]) -> Output:
        """Return where a result of some names goes."""
        return Output(self._root, self._names or names, self._ending, self._replace, self._mode, self._stream)

    def check(self, output: Output) -> None:
        """Refuse to write over a file that is read, whatever was told.

        Raises
        ------
        WriteError
            It would be.
        """
        path = os.path.join(output.root, *output.names) + output.ending
        if self._replace and os.path.realpath(path) in self._read:
            raise WriteError(f"{safe_text(path)} is one of the files that are read: they are never written over", path)
