"""What is learned from what goes: names, IDs, places, dates and UIDs that no other text may hold."""

from collections.abc import Collection
from typing import Final

from tui.dicom.anonymize.dataset import Dataset
from tui.dicom.anonymize.identifiers import Identifiers, compact
from tui.dicom.anonymize.profile import Option, treatment_of
from tui.dicom.anonymize.uids import STRUCTURAL, is_registered
from tui.dicom.dictionary import lookup
from tui.dicom.element import ITEM, UNDEFINED
from tui.dicom.source import HEAD

BIRTH_DATE: Final = 0x00100030
_PLACES: Final = frozenset(  # attributes whose single words name a place or somebody
    {
        0x00080080, 0x00080081, 0x00080092, 0x00081010, 0x00081040, 0x00100102, 0x00101040, 0x00101080, 0x00102150,
        0x00102152, 0x001021F0, 0x00120030, 0x00120031, 0x00120060, 0x00380300, 0x00400011, 0x00401005, 0x0040A027,
    }
)  # fmt: skip
_TEXT_VRS: Final = frozenset({"LO", "SH", "UC", "ST", "LT", "UT", "AE"})
_CHARACTER_VRS: Final = _TEXT_VRS | {"PN", "DA", "DT", "TM", "UI", "CS", "IS", "DS", "AS", "UR"}
_LONG_DESCRIPTION: Final = 12  # letters and digits: a description that long is no protocol's name
_UNKNOWN: Final = "\ufffd"
LEAST_UID: Final = 6  # characters: what is shorter is a placeholder, such as 0


class Learned:
    """What identifies somebody in one dataset, and the UIDs that were replaced."""

    def __init__(self, dataset: Dataset, active: Collection[Option]) -> None:
        self.identifiers = Identifiers()
        self.uids: set[str] = set()
        self._dataset = dataset
        self._keeps_uids = Option.RETAIN_UIDS in active

    def add_below(self, row: int) -> None:
        """Learn from a row and all that lies in it."""
        found = self._dataset.found
        for at in range(row, self._dataset.nexts[row]):
            element = found[at]
            if element.length not in (0, UNDEFINED) and element.vr != "SQ" and element.tag != ITEM:
                self.add(at)

    def add(self, row: int) -> None:
        """Learn from the value of a row: what it is of decides, and not only the VR that the file gives it."""
        element = self._dataset.found[row]
        tag, vr = element.tag, element.vr
        if tag >> 16 & 1 and vr not in ("PN", "DA", "DT"):
            return
        entry = lookup(tag)
        meant = entry.vr if entry is not None else vr
        if vr not in _CHARACTER_VRS or element.length > HEAD:
            return
        if "PN" in (vr, meant):
            for name in (*self._parts(row), *self._undeclared(row)):
                self.identifiers.add_name(name)
        elif vr in ("DA", "DT") or meant in ("DA", "DT"):
            for part in self._parts(row):
                self.identifiers.add_date(part, birth=tag == BIRTH_DATE)
        elif vr == "UI":
            for part in self._parts(row) if tag not in STRUCTURAL else ():
                self.add_uid(part)
        elif meant in _TEXT_VRS:
            self._add_text(row, tag)

    def _add_text(self, row: int, tag: int) -> None:
        treatment = treatment_of(tag)
        if treatment is None:
            return
        descriptive = Option.CLEAN_DESCRIPTORS in treatment.options
        for part in self._parts(row):
            if not descriptive or len(compact(part)) >= _LONG_DESCRIPTION:
                self.identifiers.add_text(part, place=tag in _PLACES, description=descriptive)

    def add_uid(self, uid: str) -> None:
        """Learn of a UID that must not be found again; of none where UIDs are retained."""
        if not self._keeps_uids and len(uid) >= LEAST_UID and not is_registered(uid):
            self.uids.add(uid)

    def _undeclared(self, row: int) -> list[str]:
        """Return names whose bytes are not of the declared character set, as Latin-1: most such files mean that."""
        if _UNKNOWN not in self._dataset.text(row):
            return []
        return self._dataset.data(self._dataset.found[row]).decode("latin-1").rstrip(" \0").split("\\")

    def _parts(self, row: int) -> list[str]:
        return self._dataset.text(row).split("\\")
