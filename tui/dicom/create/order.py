"""What somebody wants made, as a value, and the options that a command line has for it, declared once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from tui.dicom.change import Change
from tui.dicom.matching import number_of
from tui.dicom.options import Option, Value
from tui.dicom.permissions import PRIVATE

SECONDARY: Final = "sc"
CT: Final = "ct"
MR: Final = "mr"
AXIAL: Final = "axial"
ORIENTATIONS: Final[Mapping[str, tuple[float, ...]]] = {
    AXIAL: (1, 0, 0, 0, 1, 0),
    "coronal": (1, 0, 0, 0, 0, -1),
    "sagittal": (0, 1, 0, 0, 0, -1),
}
_UNIT_WITHIN: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody wants made.

    Parameters
    ----------
    paths : tuple of str
        Pictures, arrays or documents, in the order of the instances.
    output : str
        A folder, which is made; or of one file its name; or - for standard output.
    values : mapping
        The values of `OPTIONS`, where not the defaults.
    changes : tuple of Change
        Attributes that are set at last, in all files.
    mode : int
        Permissions of the files.
    """

    paths: tuple[str, ...]
    output: str
    values: Mapping[str, Value] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    mode: int = PRIVATE


def numbers(text: str) -> tuple[float, ...] | None:
    """Return numbers that are written with commas, backslashes or blanks between them; None where one is none."""
    parts = text.replace("\\", " ").replace(",", " ").split()
    found = [number_of(part) for part in parts]
    return tuple(float(number) for number in found if number is not None) if None not in found else None


def _no_lengths(most: int, text: str) -> str | None:
    found = numbers(text)
    if not text or (found and len(found) <= most and all(number > 0 for number in found)):
        return None
    return "a length in mm is wanted, such as 2.5" if most == 1 else "one or two lengths in mm are wanted, such as 0.7,0.7"


def _no_spacing(text: str) -> str | None:
    return _no_lengths(2, text)


def _no_length(text: str) -> str | None:
    return _no_lengths(1, text)


def _no_position(text: str) -> str | None:
    found = numbers(text)
    return None if not text or (found and len(found) == 3) else "three numbers in mm are wanted, such as -120,-120,40"


def directions(text: str) -> tuple[float, ...] | None:
    """Return the six direction cosines that an orientation stands for; None where it is none."""
    found = ORIENTATIONS.get(text) or numbers(text)
    if not found or len(found) != 6:
        return None
    right, down = found[:3], found[3:]
    lengths = [sum(part * part for part in direction) for direction in (right, down)]
    between = sum(one * other for one, other in zip(right, down, strict=True))
    fits = all(abs(length - 1) < _UNIT_WITHIN for length in lengths) and abs(between) < _UNIT_WITHIN
    return tuple(found) if fits else None


def _no_orientation(text: str) -> str | None:
    if not text or directions(text):
        return None
    return f"{', '.join(ORIENTATIONS)} or six direction cosines are wanted: of a row, and of a column at right angles to it"


def _no_number(text: str) -> str | None:
    return None if not text or number_of(text) is not None else "a number is wanted"


def _no_slope(text: str) -> str | None:
    return "a number other than 0 is wanted" if text and not number_of(text) else None


def _no_rate(text: str) -> str | None:
    number = number_of(text)
    fits = number is not None and 0.001 <= number <= 10_000
    return None if not text or fits else "frames a second are wanted, from 0.001 to 10,000"


KIND: Final = Option(
    "sop-class", "SOP Class", "Secondary Capture, or slices of a CT or MR series (default: what the template is, else sc)",
    "", choices=("", SECONDARY, CT, MR), metavar="sc|ct|mr",
)  # fmt: skip
TEMPLATE: Final = Option(
    "template", "Template", "A DICOM file whose patient, study, and where its SOP Class is the same, series are taken over",
    metavar="FILE",
)  # fmt: skip
MULTI_FRAME: Final = Option("multi-frame", "One file", "All pictures as frames of one Secondary Capture", False)
SPACING: Final = Option(
    "spacing", "Spacing", "mm between rows, and between columns where that differs", check=_no_spacing, metavar="MM[,MM]"
)
STEP: Final = Option("step", "Step", "mm between slices", check=_no_length, metavar="MM")
THICKNESS: Final = Option("thickness", "Thickness", "mm of a slice", check=_no_length, metavar="MM")
ORIENTATION: Final = Option(
    "orientation", "Orientation", "axial, coronal, sagittal, or six direction cosines (default: of the template, or axial)",
    check=_no_orientation, metavar="WORD|X,X,X,Y,Y,Y",
)  # fmt: skip
POSITION: Final = Option(
    "position", "Position", "Where the first pixel of the first slice lies, in mm (default: of the template, else 0,0,0)",
    check=_no_position, metavar="X,Y,Z",
)  # fmt: skip
SLOPE: Final = Option("slope", "Slope", "Rescale Slope of the stored values", check=_no_slope, metavar="NUMBER")
INTERCEPT: Final = Option(
    "intercept", "Intercept", "Rescale Intercept of the stored values", check=_no_number, metavar="NUMBER"
)
RATE: Final = Option("rate", "Rate", "Frames a second, of one file of all", check=_no_rate, metavar="NUMBER")
PLANE: Final = (STEP, THICKNESS, ORIENTATION, POSITION)  # what only slices have
OPTIONS: Final = (KIND, TEMPLATE, MULTI_FRAME, SPACING, *PLANE, SLOPE, INTERCEPT, RATE)
