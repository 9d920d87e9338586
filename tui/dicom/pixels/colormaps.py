"""THE table of colormaps. NumPy is imported when one is made: the key handling and the palette need names only."""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from tui.dicom.bundled import pydicom_data
from tui.dicom.errors import DicomError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

GREY: Final = "grey"


@dataclass(frozen=True, slots=True)
class Colormap:
    """One colormap: by the colours that it runs through, or by a standard palette (PS3.6 Annex B).

    Parameters
    ----------
    name : str
        What the user calls it.
    help : str
        A few words on it.
    colors : str
        Colours as hexadecimal RGB, evenly spaced from black's end to white's; or each with its place before it, ``0.375:``.
    palette : str
        The file of a standard palette, as it comes with pydicom.
    """

    name: str
    help: str
    colors: str = ""
    palette: str = ""


COLORMAPS: Final = (
    Colormap(GREY, "As it is stored", "000000 ffffff"),
    Colormap("hot", "Black, red, yellow, white", "0:000000 0.375:ff0000 0.75:ffff00 1:ffffff"),
    Colormap("bone", "Grey with a tinge of blue", "0:000000 0.375:545474 0.75:a7c7c7 1:ffffff"),
    Colormap("viridis", "Perceptual: equal steps look equal",
             "440154 482878 3e4989 31688e 26828e 1f9e89 35b779 6ece58 b5de2b fde725"),
    Colormap("inferno", "Perceptual, from black to pale yellow",
             "000004 1b0c41 4a0c6b 781c6d a52c60 cf4446 ed6925 fb9b06 f7d13d fcffa4"),
    Colormap("cividis", "Perceptual, the same to colour-blind eyes",
             "00224e 123570 3b496c 575d6d 707173 8a8678 a59c74 c3b369 e1cc55 fee838"),
    Colormap("hot iron", "The standard's Hot Iron", palette="hotiron.dcm"),
    Colormap("hot metal blue", "The standard's Hot Metal Blue", palette="hotmetalblue.dcm"),
    Colormap("PET", "The standard's PET", palette="pet.dcm"),
    Colormap("PET 20 step", "The standard's PET in 20 steps", palette="pet20step.dcm"),
    Colormap("spring", "The standard's Spring", palette="spring.dcm"),
    Colormap("summer", "The standard's Summer", palette="summer.dcm"),
    Colormap("fall", "The standard's Fall", palette="fall.dcm"),
    Colormap("winter", "The standard's Winter", palette="winter.dcm"),
)  # fmt: skip
BY_NAME: Final = {colormap.name: colormap for colormap in COLORMAPS}


@cache
def color_table(name: str) -> "NDArray[np.uint8]":
    """Return the RGB of each grey level under colormap `name`.

    Returns
    -------
    ndarray of uint8, shape (256, 3)

    Raises
    ------
    DicomError
        The palette's file did not come with this pydicom.
    """
    import numpy as np

    from tui.dicom.attributes import Attributes
    from tui.dicom.elements import walk_file
    from tui.dicom.pixels.palette_color import apply_palette
    from tui.render.colormaps import interpolated

    colormap = BY_NAME[name]
    if colormap.colors:
        return interpolated(colormap.colors)
    index = np.arange(256, dtype=np.uint8).reshape(1, 256)
    elements = walk_file(pydicom_data(f"palettes/{colormap.palette}"))
    return apply_palette(index, Attributes.of(elements), signed=False).reshape(256, 3)


def problem_of(name: str) -> str | None:
    """Return why colormap `name` cannot be used, or None."""
    try:
        color_table(name)
    except DicomError as error:
        return str(error)
    return None
