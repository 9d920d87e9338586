"""Texts that stay: searched for what goes elsewhere, and cleaned of it."""

from typing import Final, NamedTuple

from tui.dicom.anonymize.dataset import Dataset
from tui.dicom.anonymize.dummies import dummy_text
from tui.dicom.anonymize.identifiers import Identifiers, compact
from tui.dicom.anonymize.learning import Learned
from tui.dicom.anonymize.plan_rows import Action, PlanRow
from tui.dicom.anonymize.project import Project
from tui.dicom.anonymize.uids import LIKE_PARTED_UID, LIKE_UID, is_registered
from tui.dicom.anonymize.vocabulary import is_defined
from tui.dicom.dictionary import lookup
from tui.dicom.iod_types import type_of
from tui.text import safe_text

LONGEST: Final = {"SH": 16, "LO": 64}  # characters, PS3.5 6.2
_SHOWN: Final = 200
_WANTED: Final = ("1", "1C")


class _Kept(NamedTuple):
    row: int
    path: str
    around: tuple[int, ...]
    text: str
    free: bool
    code: str


class KeptTexts:
    """The texts of one dataset that stay so far.

    Parameters
    ----------
    dataset : Dataset
        Where they are.
    project : Project
        What gives new UIDs.
    sop_class : str
        Of the object, for the Types of its attributes.
    keeps_uids : bool
        Whether UIDs are retained.
    """

    def __init__(self, dataset: Dataset, project: Project, sop_class: str, *, keeps_uids: bool) -> None:
        self._dataset = dataset
        self._project = project
        self._sop_class = sop_class
        self._keeps_uids = keeps_uids
        self._kept: list[_Kept] = []

    def add(self, row: int, path: str, around: tuple[int, ...], text: str, *, free: bool, code: str) -> None:
        """Add a text: `free` where anybody may have typed it, else a defined term, a title or a structural UID."""
        if text:
            self._kept.append(_Kept(row, path, around, text, free, code))

    def cleaned(self, learned: Learned) -> list[PlanRow]:
        """Return a row for each text that holds what goes elsewhere."""
        identifiers = learned.identifiers.among(kept.text for kept in self._kept)
        uids = frozenset(map(compact, learned.uids))
        rows = []
        for kept in self._kept:
            hit = bool(identifiers) and (
                identifiers.found_in(kept.text) if kept.free else self._is_code_hit(kept, identifiers)
            )
            if hit or (kept.free and (self._holds_uid(kept.text) or _holds_parted(kept.text, uids))):
                rows.append(self._row(kept, learned, uids))
        return rows

    def _is_code_hit(self, kept: _Kept, identifiers: Identifiers) -> bool:
        """Return whether a defined term is an identifier: none is that the standard defines for its attribute."""
        tag = self._dataset.found[kept.row].tag
        return any(identifiers.found_in_code(part) for part in kept.text.split("\\") if not is_defined(tag, part.strip()))

    def _holds_uid(self, text: str) -> bool:
        if self._keeps_uids or "." not in text:
            return False
        return any(not is_registered(match[0]) for match in LIKE_UID.finditer(text))

    def _row(self, kept: _Kept, learned: Learned, uids: frozenset[str]) -> PlanRow:
        element = self._dataset.found[kept.row]
        new = self._without(kept, learned, uids)
        if not new and (kept.around or type_of(self._sop_class, (), element.tag) in _WANTED):
            new = dummy_text(element.vr) or ""  # in sequences the Type of what is not listed is not known
        entry = lookup(element.tag)
        name = entry.keyword if entry is not None else "private"
        why = "it holds what the profile takes away elsewhere"
        before, after = self._dataset.shown(kept.row), safe_text(new, _SHOWN)
        after += " (new)" if before == after else ""
        return PlanRow(
            kept.path, element.tag, element.vr, name, kept.code, Action.CLEAN, why,
            before, after, kept.row, self._dataset.encoded(kept.row, new),
        )  # fmt: skip

    def _without(self, kept: _Kept, learned: Learned, uids: frozenset[str]) -> str:
        if not kept.free:
            return ""
        text = kept.text
        if self._holds_uid(text):
            for match in LIKE_UID.finditer(text):
                learned.add_uid(match[0])
            mapped = LIKE_UID.sub(lambda match: match[0] if is_registered(match[0]) else self._project.uid(match[0]), text)
            most = LONGEST.get(self._dataset.found[kept.row].vr)
            fits = most is None or all(len(part) <= most for part in mapped.split("\\"))
            text = mapped if fits else LIKE_UID.sub("", text)
        if _holds_parted(text, uids):
            text = LIKE_PARTED_UID.sub("", text)
        identifiers = learned.identifiers
        parts = (identifiers.cleaned(part) if identifiers.found_in(part) else part for part in text.split("\\"))
        return "\\".join(parts).strip("\\")


def _holds_parted(text: str, uids: frozenset[str]) -> bool:
    """Return whether a UID stands in a text with other separators; `uids` have none."""
    return any(compact(match[0]) in uids for match in LIKE_PARTED_UID.finditer(text))
