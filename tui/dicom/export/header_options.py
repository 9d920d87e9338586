"""Options of what is written of headers."""

from typing import Final

from tui.dicom.options import Option
from tui.dicom.query import QueryError, parse_paths

INLINE: Final = "inline"
LINKS: Final = "links"
NONE: Final = "none"
_DEFAULT_COLUMNS: Final = "Modality,SeriesNumber,SeriesDescription,InstanceNumber,Rows,Columns,SliceThickness,PixelSpacing"


def _no_columns(text: str) -> str | None:
    try:
        return None if parse_paths(text) else "it names no attribute"
    except QueryError as error:
        return str(error)


COLUMNS: Final = Option(
    "columns", "Columns", "Attributes, with commas between: keywords, tags or paths such as "
    "RequestAttributesSequence[0].0040,0007", _DEFAULT_COLUMNS, check=_no_columns, metavar="COL,...",
)  # fmt: skip
BULK: Final = Option(
    "bulk", "Long values", "Of long binary values such as pixels: links into the file, all bytes inline, or nothing", LINKS,
    choices=(LINKS, INLINE, NONE),
)  # fmt: skip
