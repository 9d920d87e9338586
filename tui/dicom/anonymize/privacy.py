"""What is masked on a screen that others see: what the Basic Profile would change, by the same table."""

from functools import cache

from tui.dicom.anonymize.decisions import Decisions, How
from tui.dicom.anonymize.policy import Policy

_META = frozenset({0x00020001, 0x00020002, 0x00020010, 0x00020012, 0x00020013})
_STAYS = frozenset({How.PLAIN, How.DECIMAL, How.TEXT, How.CODE, How.BYTES, How.SEQUENCE})


@cache
def _basic() -> Decisions:
    return Decisions(Policy())


def is_masked(tag: int, vr: str) -> bool:
    """Return whether an attribute may identify somebody: the Basic Profile removes, replaces or empties it."""
    if not tag & 0xFFFF or tag in _META:  # what says how the file is written tells nothing of anybody
        return False
    return _basic().of(tag, vr).how not in _STAYS
