"""Options of DICOM files: the transfer syntaxes that are written (PS3.5 10, Annex A), declared once."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from tui.dicom.export.order import NAMES, NUMBERS
from tui.dicom.options import Option, Value


class Syntax(NamedTuple):
    """A transfer syntax that is written.

    Parameters
    ----------
    name : str
        What the command line calls it.
    uid : str
        Its UID.
    encoder : str
        The function of `encoders` that makes a frame's bytes; "" where pixels are native.
    fast : bool
        Whether its encoder comes with the extra ``fast``.
    """

    name: str
    uid: str
    encoder: str = ""
    fast: bool = False


_JPEG: Final = "1.2.840.10008.1.2.4."
SYNTAXES: Final = (
    Syntax("explicit", "1.2.840.10008.1.2.1"),
    Syntax("implicit", "1.2.840.10008.1.2"),
    Syntax("deflated", "1.2.840.10008.1.2.1.99"),
    Syntax("rle", "1.2.840.10008.1.2.5", "rle"),
    Syntax("jpeg-2000", f"{_JPEG}90", "jpeg_2000"),
    Syntax("jpeg-ls", f"{_JPEG}80", "jpeg_ls", fast=True),
    Syntax("htj2k", f"{_JPEG}201", "htj2k", fast=True),
)
BY_NAME: Final = {syntax.name: syntax for syntax in SYNTAXES}
SYNTAX: Final = Option(
    "syntax", "Transfer syntax", "Pixels as they are (explicit, implicit, deflated), or compressed without loss",
    SYNTAXES[0].name, choices=tuple(BY_NAME),
)  # fmt: skip
DICOMDIR_NAME: Final = "DICOMDIR"
FOLDER: Final = "DICOM"  # of a file-set, beside its DICOMDIR
DICOMDIR: Final = Option("dicomdir", "DICOMDIR", "Lay the files out as media have them (PS3.10 8), with a DICOMDIR", False)


def problem_of(values: Mapping[str, Value]) -> str | None:
    """Return what does not go together with a DICOMDIR, in a sentence, or None."""
    if values.get(DICOMDIR.name) and values.get(NAMES.name, NUMBERS) != NUMBERS:
        return f"--{DICOMDIR.name} gives files the names that media have: leave --{NAMES.name} and patterns away"
    return None
