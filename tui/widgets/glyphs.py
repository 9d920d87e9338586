"""The marks that are drawn, in Unicode and for terminals without it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The marks that are drawn."""

    folded: str = "▸"
    unfolded: str = "▾"
    mark: str = "●"
    link: str = "→"
    identifying: str = "•"
    corners: str = "╭╮╰╯"
    line: str = "─"
    bar: str = "│"
    thumb: str = "┃"
    good: str = "✓"
    bad: str = "✗"


UNICODE = Glyphs()
ASCII = Glyphs(
    folded=">",
    unfolded="v",
    mark="*",
    link="->",
    identifying="*",
    corners="++++",
    line="-",
    bar="|",
    thumb="#",
    good="+",
    bad="x",
)
