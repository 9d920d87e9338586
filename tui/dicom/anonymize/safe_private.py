"""Private attributes that are safe: PS3.15 Table E.3.10-1 (edition 2026c)."""

from functools import cache

from tui.dicom.table_file import table_lines


@cache
def _safe() -> dict[tuple[str, int, int], frozenset[str]]:
    found: dict[tuple[str, int, int], frozenset[str]] = {}
    for creator, group, number, *vrs in table_lines("safe_private.tsv"):
        found[creator, int(group, 16), int(number, 16)] = frozenset(" ".join(vrs).split())
    return found


def safe_vrs(creator: str, tag: int) -> frozenset[str] | None:
    """Return the VRs that the table gives the private attribute `tag` in the block of `creator`; None where it is not safe.

    They are empty where the table says none.
    """
    return _safe().get((creator, tag >> 16, tag & 0xFF))
