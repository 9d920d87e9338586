"""Makes the rows of a plan from the rows of a dataset."""

from tui.dicom.anonymize.dataset import Dataset
from tui.dicom.anonymize.plan_rows import Action, PlanRow
from tui.dicom.dictionary import lookup
from tui.dicom.element import tag_text


class RowMaker:
    """Collects what a plan says of the elements of one dataset; `prefix` is the path of what an element lies in."""

    def __init__(self, dataset: Dataset) -> None:
        self.rows: list[PlanRow] = []
        self._dataset = dataset

    def give(self, row: int, prefix: str, code: str, action: Action, why: str, data: bytes) -> None:
        """Add the row that gives an element another value."""
        element = self._dataset.found[row]
        before = self._dataset.shown(row)
        after = self._dataset.shown_data(row, data)
        if element.vr == "SQ":
            after = "1 item" if data else "0 items"
        if (
            before == after
            and data
            and (element.vr == "SQ" or data.rstrip(b" \0") != self._dataset.data(element).rstrip(b" \0"))
        ):
            after += " (new)"
        self._add(row, prefix, code, action, why, before, after, data)

    def drop(self, row: int, prefix: str, code: str, why: str) -> None:
        """Add the row that takes an element away, with all that lies in it."""
        self._add(row, prefix, code, Action.REMOVE, why, self._dataset.shown(row), None, None)

    def tell(self, row: int, prefix: str, code: str, action: Action, why: str) -> None:
        """Add the row that tells of an element that stays."""
        before = self._dataset.shown(row)
        self._add(row, prefix, code, action, why, before, before, None)

    def _add(
        self, row: int, prefix: str, code: str, action: Action, why: str, before: str, after: str | None, data: bytes | None
    ) -> None:
        element = self._dataset.found[row]
        tag = element.tag
        entry = lookup(tag)
        name = "private" if tag >> 16 & 1 else entry.keyword if entry is not None else ""
        path = f"{prefix}{tag_text(tag)}"
        self.rows.append(PlanRow(path, tag, element.vr, name, code, action, why, before, after, row, data))
