"""What the service layer raises on purpose; every message is one sentence that a user can act on.

::

    DicomError
    ├── ReadError          the file cannot be read as DICOM
    │   ├── ChangedError   the file is no longer the one that was opened
    │   └── NotDicomError  the file is no DICOM file
    ├── PixelError         there is no picture, or it cannot be decoded
    ├── EditError          a change is refused
    ├── RefusedError       a file is not anonymized, by one of the rules
    ├── PolicyError        the rules themselves cannot be followed: a policy, a key, a lookup table, the folders
    ├── ExportError        what somebody wants exported cannot be done
    └── WriteError         a file could not be written
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from tui.dicom.warned import collected_warnings
from tui.text import safe_text

_WITH_TAG: Final = re.compile(r"With tag (\([0-9A-Fa-f]{4},[0-9A-Fa-f]{4}\)) got exception")  # as pydicom tells where it was


class DicomError(Exception):
    """Base of all errors raised on purpose.

    Parameters
    ----------
    message : str
        What, where, why and what would help, in one sentence without markup.
    path : str, optional
        The file concerned.
    """

    def __init__(self, message: str, path: str | None = None) -> None:
        super().__init__(message)
        self.path = path


class ReadError(DicomError):
    """The file cannot be read as DICOM."""


class ChangedError(ReadError):
    """The file is no longer the one that was opened."""


class NotDicomError(ReadError):
    """The file is no DICOM file."""


class PixelError(DicomError):
    """There is no picture, or it cannot be decoded."""


class EditError(DicomError):
    """A change is refused."""


class RefusedError(DicomError):
    """A file is not anonymized, by one of the rules; the message says which, and holds no value of the file.

    Parameters
    ----------
    rule : str
        The rule in a few words, the same for every file: what reports count by.
    message : str
        The sentence.
    """

    def __init__(self, rule: str, message: str, path: str | None = None) -> None:
        super().__init__(message, path)
        self.rule = rule


class PolicyError(DicomError):
    """The rules for anonymizing cannot be followed: a policy, a key, a lookup table, the folders."""


class ExportError(DicomError):
    """What somebody wants exported cannot be done: the format, its options, where it is to go."""


class WriteError(DicomError):
    """A file could not be written."""


@contextmanager
def translated(kind: type[DicomError], doing: str, path: str | None = None, hint: str = "") -> Iterator[None]:
    """Turn whatever pydicom or a codec raises at a hostile file into one `kind` of error.

    This is the one place that catches broadly: struct.error, zlib.error, StopIteration, MemoryError, RecursionError and
    many more come out of a parser that is fed with damaged data. What pydicom warns of is not printed. `hint` says what
    would help.
    """
    try:
        with collected_warnings():
            yield
    except (DicomError, KeyboardInterrupt, SystemExit, GeneratorExit, BrokenPipeError):
        raise
    except BaseException as error:  # codecs in Rust panic with what is no Exception
        # pydicom sums up in a first line what the codec said in the last one
        lines = str(error).strip().splitlines()
        detail = safe_text(lines[-1].strip(), 300) if lines else type(error).__name__
        if lines and (named := _WITH_TAG.match(lines[0])) is not None:
            detail = f"the value of {named[1]}: {detail}"
        raise kind(f"{doing}{doing and ': '}{detail}{hint and f'; {hint}'}", path) from error


def os_reason(error: OSError) -> str:
    """Return why the operating system refused, in lower case and without the path."""
    return (error.strerror or type(error).__name__).lower()
