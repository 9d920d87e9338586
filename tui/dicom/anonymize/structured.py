"""Content items of structured reports, by the names of their concepts (PS3.15 E.3.4, Table E.3.4-1, edition 2026c)."""

from collections.abc import Collection
from functools import cache
from typing import Final

from tui.dicom.anonymize.profile import Option
from tui.dicom.attributes import Attributes
from tui.dicom.table_file import table_lines

VALUE_TYPE: Final = 0x0040A040
CONCEPT_NAME: Final = 0x0040A043
_CODE_VALUE, _SCHEME, _LONG_CODE, _URN_CODE = 0x00080100, 0x00080102, 0x00080119, 0x00080120


@cache
def _concepts() -> dict[tuple[str, str, str], tuple[str, dict[Option, str]]]:
    found = {}
    for scheme, code, value_type, basic, *options in table_lines("concepts.tsv"):
        actions = {Option(option[0]): option[1] for option in " ".join(options).split()}
        found[scheme, code, value_type] = basic, actions
    return found


def item_action(item: Attributes, active: Collection[Option]) -> str:
    """Return what happens to a content item: X (it goes), D, K or C; C where the table does not list its concept."""
    name = item.item(CONCEPT_NAME)
    if name is None:
        return "C"
    code = name.text(_CODE_VALUE) or name.text(_LONG_CODE) or name.text(_URN_CODE) or ""
    listed = _concepts().get((name.text(_SCHEME) or "", code, item.text(VALUE_TYPE) or ""))
    if listed is None:
        return "C"
    basic, options = listed
    chosen = {action for option, action in options.items() if option in active}
    if "K" in chosen:
        return "K"
    return "C" if chosen else basic.replace("X/D", "D")
