"""The marks that are drawn, in Unicode and for terminals without it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The marks that are drawn."""

    folded: str = "▸"
    unfolded: str = "▾"
    mark: str = "●"
    link: str = "→"
    border: str = "round"


UNICODE = Glyphs()
ASCII = Glyphs(folded=">", unfolded="v", mark="*", link="->", border="ascii")
