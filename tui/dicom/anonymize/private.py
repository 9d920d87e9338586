"""Private attributes that stay with Retain Safe Private (PS3.15 E.3.10): what the table, or the file itself, calls safe."""

from typing import Final

from tui.dicom import values
from tui.dicom.anonymize.dataset import Dataset
from tui.dicom.anonymize.policy import Policy
from tui.dicom.anonymize.profile import Option
from tui.dicom.anonymize.safe_private import safe_vrs
from tui.dicom.dictionary import lookup_private
from tui.dicom.element import Element, tag_text
from tui.dicom.errors import RefusedError

Creators = dict[int, str]  # by the tag of the element that names them
_TEXTS: Final = frozenset({"CS", "LO", "SH", "ST", "LT", "UT", "DS", "IS"})
NEVER_SAFE: Final = frozenset({"PN", "UN"})
_CHARACTERISTICS: Final = 0x00080300


def block_of(tag: int) -> int:
    """Return the tag of the element that names the creator of a private attribute's block (PS3.5 7.8.1)."""
    return (tag >> 16) << 16 | tag >> 8 & 0xFF


class SafePrivate:
    """Tells which private attributes of a dataset stay.

    Parameters
    ----------
    dataset : Dataset
        Where they are.
    policy : Policy
        Whether any do.
    """

    def __init__(self, dataset: Dataset, policy: Policy) -> None:
        self._dataset = dataset
        self._policy = policy
        self.any = Option.RETAIN_SAFE_PRIVATE in policy.active

    def creators(self, row: int, end: int) -> Creators:
        """Return the creators of the private blocks of the dataset from `row` to `end`; none where nothing private stays.

        Raises
        ------
        RefusedError
            A block has two creators: what is in it cannot be told.
        """
        found: Creators = {}
        while self.any and row < end:
            tag = self._dataset.found[row].tag
            if tag >> 16 & 1 and 0x10 <= tag & 0xFFFF <= 0xFF:
                name = self._dataset.text(row).strip()
                if found.setdefault(tag, name) != name:
                    raise RefusedError("safe-private clash", f"the private block {tag_text(tag)} has two creators")
            row = self._dataset.nexts[row]
        return found

    def why(self, element: Element, creators: Creators, *, at_top: bool) -> str:
        """Return why a private attribute stays; "" where it goes.

        Raises
        ------
        RefusedError
            It is safe, but is not what the table says.
        """
        tag = element.tag
        creator = creators.get(block_of(tag))
        if creator is None or element.vr in NEVER_SAFE:
            return ""
        vrs = safe_vrs(creator, tag)
        if vrs is not None:
            _check_vr(element, creator, vrs)
            return "PS3.15 Table E.3.10-1: safe"
        if self._policy.trust_declared and at_top and self._is_declared(tag, creator):
            return "(0008,0300) of the file: safe"
        return ""

    def holds_safe(self, row: int, end: int, creators: Creators, *, at_top: bool) -> bool:
        """Return whether the private block that row `row` names has an element that stays, up to row `end`."""
        block = self._dataset.found[row].tag
        if block not in creators:
            return False
        at = self._dataset.nexts[row]
        while at < end:
            element = self._dataset.found[at]
            if element.tag >> 16 & 1 and block_of(element.tag) == block and self.why(element, creators, at_top=at_top):
                return True
            at = self._dataset.nexts[at]
        return False

    def _is_declared(self, tag: int, creator: str) -> bool:
        """Return whether PrivateDataElementCharacteristicsSequence calls an attribute safe (PS3.3 C.12.1.1.7)."""
        for item in self._dataset.top.items(_CHARACTERISTICS):
            if item.integer(0x00080301) == tag >> 16 and (item.text(0x00080302) or "") == creator:
                status = item.text(0x00080303)
                listed = {int(number) & 0xFF for number in item.numbers(0x00080304)}
                return status == "SAFE" or (status == "MIXED" and tag & 0xFF in listed)
        return False


def _check_vr(element: Element, creator: str, vrs: frozenset[str]) -> None:
    vr = element.vr
    if not vrs or vr in vrs or (vr in _TEXTS and vrs & _TEXTS):
        return
    if vr in values.NUMBERS and not vrs.isdisjoint(values.NUMBERS):
        return
    known = lookup_private(creator, element.tag)
    if known is not None and known.vr == vr:
        return
    why = f"{tag_text(element.tag)} has VR {vr}; as a safe attribute it has {' or '.join(sorted(vrs))}"
    raise RefusedError("safe-private clash", why)
