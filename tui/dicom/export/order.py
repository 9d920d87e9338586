"""What somebody wants exported, and what one result is made of, as values."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from tui.dicom.anonymize.order import Order as AnonymizeOrder
from tui.dicom.anonymize.policy import PRESETS
from tui.dicom.export.patterns import problem_of
from tui.dicom.options import Option, Value
from tui.dicom.permissions import PRIVATE

STANDARD_OUTPUT: Final = "-"
TEMPORARY: Final = "dicom-tui-"  # what the folder of de-identified copies is called after
NUMBERS: Final = "numbers"
FILES: Final = "files"


class Scope(enum.Enum):
    """Of what one result is made."""

    FRAME = "one for each frame"
    FILE = "one for each file"
    STACK = "one for each series, or part of it that belongs together in space"
    ALL = "one for all"


class Carries(enum.Enum):
    """What a result may tell of the patient."""

    HEADER = "values of the header, names and dates among them"
    CORNER = "the patient's name and ID, and dates, as corner text"
    PATHS = "the paths of the files"
    PIXELS = "what is burned into the pixels"
    DOCUMENT = "what a document says"


@dataclass(frozen=True, slots=True)
class Subject:
    """What one result is made of.

    Parameters
    ----------
    files : tuple of str
        Paths, in the order of their slices.
    frame : int or None
        Which frame of the one file, from 0; None for all of all files.
    names : tuple of str
        Folders below the output, and the result's name, without its ending.
    """

    files: tuple[str, ...]
    frame: int | None
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody wants exported.

    Parameters
    ----------
    paths : tuple of str
        Files and folders.
    output : str
        A folder, which is made; or of one result its file; or - for standard output.
    format : str
        A name of `formats.FORMATS`.
    values : mapping
        The values of the format's options and of `OPTIONS`, where not the defaults.
    mode : int
        Permissions of the results.
    into_folder : bool
        Whether the output is a folder, however it is called.
    anonymize : anonymize.order.Order or None
        How files are de-identified first, in more than `ANONYMIZE` says; its paths and folders do not count.
    """

    paths: tuple[str, ...]
    output: str
    format: str
    values: Mapping[str, Value] = field(default_factory=dict)
    mode: int = PRIVATE
    into_folder: bool = False
    anonymize: AnonymizeOrder | None = None


class About(NamedTuple):
    """What a result holds, before it is written.

    Parameters
    ----------
    lines : list of str
        In words; not safe to draw.
    size : int or None
        Bytes, where that is quickly found.
    is_most : bool
        Whether they are at most so many: they will be packed.
    """

    lines: list[str]
    size: int | None = None
    is_most: bool = False


def frames_of(text: str) -> list[tuple[int, int]] | None:
    """Return ranges of frames, from 0, of a text such as ``1-3,7``; None of another one."""
    found = []
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        last = last or first
        if not (first.isascii() and first.isdigit() and last.isascii() and last.isdigit() and 0 < int(first) <= int(last)):
            return None
        found.append((int(first) - 1, int(last) - 1))
    return found


def _no_frames(text: str) -> str | None:
    return None if not text or frames_of(text) else "frames are numbers from 1 on and ranges, such as 1-3,7"


def _no_names(text: str) -> str | None:
    if text in (NUMBERS, FILES):
        return None
    if "{" not in text:
        return f"names are {NUMBERS}, {FILES}, or a pattern such as {{PatientID}}/{{InstanceNumber:05d}}"
    return problem_of(text)


NAMES: Final = Option(
    "names", "Names", f"{NUMBERS}: of series and images, naming nobody; {FILES}: as what is read; or a pattern such "
    "as {PatientID}/{InstanceNumber:05d}", NUMBERS, check=_no_names, metavar="NAMES",
)  # fmt: skip
FRAMES: Final = Option("frames", "Frames", "Only these frames, such as 1-3,7", "", check=_no_frames, metavar="N-M,...")
REPLACE: Final = Option("replace", "Replace", "Write over files that exist", False)
NO: Final = "no"
ANONYMIZE: Final = Option(
    "anonymize", "Anonymize", "De-identify the files first (PS3.15), with a preset; of refused ones nothing is written",
    NO, choices=(NO, *PRESETS),
)  # fmt: skip
OPTIONS: Final = (ANONYMIZE, FRAMES, NAMES, REPLACE)
