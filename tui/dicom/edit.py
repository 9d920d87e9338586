"""Editing a dataset: changes that are kept in a list, undone and made again.

Nothing is written to the file that was opened.
"""

from dataclasses import dataclass, replace
from typing import Final

from tui.dicom.change import SINGLE, Action, Change, setting
from tui.dicom.dataset_bytes import DatasetBytes
from tui.dicom.element import ITEM, META_GROUP
from tui.dicom.elements import Elements, walk_source
from tui.dicom.errors import EditError
from tui.dicom.spliced import SplicedSource
from tui.dicom.splicer import Splicer
from tui.dicom.tags import TagRows
from tui.dicom.terms import Step

DIRECTORY_RECORDS: Final = 0x00041220  # PS3.3 F.3.2.2
SOP_CLASS_UID: Final = 0x00080016
SOP_INSTANCE_UID: Final = 0x00080018
_META_TWINS: Final = {SOP_CLASS_UID: 0x00020002, SOP_INSTANCE_UID: 0x00020003}  # PS3.10 7.1
_NO_GROUPS: Final = frozenset({0, 1, 2, 3, 5, 7, 0xFFFE, 0xFFFF})


@dataclass(frozen=True)
class Draft:
    """A file with the changes that are to be made to a copy of it.

    Parameters
    ----------
    original : Elements
        The walked file.
    changes, undone : tuple of Change
        What was changed, and what was taken back since; the newest last.
    states : tuple of Elements
        The dataset after each change.
    """

    original: Elements
    changes: tuple[Change, ...] = ()
    undone: tuple[Change, ...] = ()
    states: tuple[Elements, ...] = ()

    @property
    def touched(self) -> list[int]:
        """Return the rows of the attributes that were set."""
        rows = (row_at(self.elements, change.path) for change in self.changes if change.action is Action.SET)
        return [row for row in rows if row is not None]

    @property
    def elements(self) -> Elements:
        """Return the dataset as it is now."""
        return self.states[-1] if self.states else self.original

    def changed(self, change: Change) -> "Draft":
        """Return the draft with another change.

        Raises
        ------
        EditError
            It is refused; a sentence says why.
        ReadError
            The file cannot be read, or was changed.
        """
        after = apply(self.elements, change)
        return replace(self, changes=(*self.changes, change), undone=(), states=(*self.states, after))

    def same(self) -> "Draft":
        """Return the draft as it is."""
        return self

    def undo(self) -> "Draft":
        """Return the draft without its last change."""
        if not self.changes:
            return self
        undone = (*self.undone, self.changes[-1])
        return replace(self, changes=self.changes[:-1], undone=undone, states=self.states[:-1])

    def redo(self) -> "Draft":
        """Return the draft with the change that was taken back last."""
        if not self.undone:
            return self
        again = self.changed(self.undone[-1])
        return replace(again, undone=self.undone[:-1])


def apply(elements: Elements, change: Change, *, ours: bool = False) -> Elements:
    """Return a dataset with a change made to it; raise what `Draft.changed` does.

    Only with `ours` may the file meta information be changed.
    """
    if not ours:
        _refuse_what_is_ours(change)
    if DIRECTORY_RECORDS in elements.top:
        raise EditError("this is a DICOMDIR: its records name each other by their places, which would move")
    if elements.broken is not None:
        raise EditError(f"the file is damaged, so that its lengths could not be kept right: {elements.broken.reason}")
    splices = Splicer(elements).splices(change)
    twin = _META_TWINS.get(change.path[0].masked) if len(change.path) == 1 else None
    after = walk_source(SplicedSource(elements.source, splices))
    if twin is not None and change.action is Action.SET and twin in after.top:
        after = walk_source(SplicedSource(after.source, Splicer(after).splices(setting(twin, change.text))))
    if change.action is Action.DELETE and change.path[-1].item is None and row_at(after, change.path) is not None:
        return apply(after, change, ours=ours)  # it stood there twice
    if after.broken is not None:
        raise EditError(f"the change would leave a damaged file: {after.broken.reason}")
    return after


def _refuse_what_is_ours(change: Change) -> None:
    """Refuse what says how the file is written, and what no dataset may hold (PS3.5 7.1, 7.8.1; PS3.10 7.1)."""
    for depth, step in enumerate(change.path):
        group = step.masked >> 16
        if step.mask != SINGLE:
            raise EditError(f"{change.written} names many attributes: write the one that is meant")
        if group == META_GROUP and depth == 0:
            raise EditError(f"{change.written} is of the file meta information, which says how the file is written")
        if group in _NO_GROUPS:
            raise EditError(f"{change.written}: no element of group {group:04X} may stand here")
    last = change.path[-1].masked
    if last & 0xFFFF == 0:
        raise EditError(f"{change.written} is a group length, which follows from the group")
    if last in _META_TWINS and len(change.path) == 1 and not change.text.strip():
        raise EditError(f"{change.written} says what object the file holds: it can be changed, but not be without a value")


def row_at(elements: Elements, path: tuple[Step, ...]) -> int | None:
    """Return the row at the end of a path, or None where there is none."""
    dataset, around = DatasetBytes(elements), -1
    for number, step in enumerate(path):
        index = dataset.child(around, step.masked)
        if index is None:
            return None
        items = dataset.items(index)
        if number == len(path) - 1 and step.item is None:
            return index
        wanted = step.item or 0
        if wanted >= len(items):
            return None
        around = items[wanted]
    return around


def path_of(rows: TagRows, index: int) -> tuple[Step, ...]:
    """Return the path of row `index`, an element or an item."""
    chain: list[int] = [index]
    while (parent := rows.parents[chain[-1]]) >= 0:
        chain.append(parent)
    steps: list[Step] = []
    for at in reversed(chain):
        element = rows.elements.elements[at]
        if element.tag == ITEM:
            steps[-1] = replace(steps[-1], item=rows.item_number(at))
        else:
            steps.append(Step(SINGLE, element.tag, None))
    return tuple(steps)
