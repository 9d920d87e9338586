"""Going through a dataset element by element: what happens to each, at every depth, and why.

Two passes: the first decides, and learns from what goes whom and what the file names; the second looks for that in the texts
that stay.
"""

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from tui.dicom import values
from tui.dicom.anonymize.dataset import Dataset, first_row
from tui.dicom.anonymize.dates import is_time, shifted_date, shifted_datetime
from tui.dicom.anonymize.decisions import DATE_VRS, Decision, Decisions, How
from tui.dicom.anonymize.dummies import dummy_sequence, dummy_text, dummy_value
from tui.dicom.anonymize.kept_texts import LONGEST, KeptTexts
from tui.dicom.anonymize.learning import BIRTH_DATE, Learned
from tui.dicom.anonymize.names_in_bytes import LEAST_IN_BYTES, refuse_names_in_bytes
from tui.dicom.anonymize.plan_rows import Action, PlanRow
from tui.dicom.anonymize.policy import PROTECTED, Dates
from tui.dicom.anonymize.private import Creators, SafePrivate
from tui.dicom.anonymize.profile import Option
from tui.dicom.anonymize.project import Patient, Project
from tui.dicom.anonymize.row_maker import RowMaker
from tui.dicom.anonymize.structured import item_action
from tui.dicom.anonymize.uids import is_registered
from tui.dicom.anonymize.vocabulary import common_words
from tui.dicom.dictionary import lookup
from tui.dicom.element import ITEM, PIXEL_DATA, tag_text
from tui.dicom.element_bytes import padded
from tui.dicom.errors import RefusedError
from tui.dicom.iod_types import type_of
from tui.dicom.new_values import vm_allows
from tui.dicom.temporal import zone_of

MOST_NESTED: Final = 64
_NAMING: Final = frozenset({"PN", "DA", "DT", "SQ"})  # private ones of these may name somebody
_LONGEST_NUMBER: Final = 8  # bytes of one binary number
_LIKE_DATE: Final = re.compile(rb"\d{8}")
_DECIMALS: Final = b"0123456789+-.eE \\\0"
_AGE: Final = frozenset("DWMY")
_PATIENT: Final = frozenset({0x00100010, 0x00100020})
_GRAPHIC_LAYER: Final = 0x00700002
_CODING_SCHEME, _CODE_MEANING = 0x00080102, 0x00080104
_CODES: Final = frozenset({0x00080100, _CODING_SCHEME, 0x00080103, 0x00080119, 0x00080120})
_PUBLIC_SCHEMES: Final = frozenset(  # of PS3.16 Table 8-1, those that are in use
    {
        "DCM", "SCT", "SRT", "SNM3", "SNM", "LN", "UCUM", "FMA", "NCIt", "NCI", "RADLEX", "MDC", "UMLS", "BI", "I9", "I9C",
        "I10", "I10P", "ICDO", "C4", "ISO3166_1", "RFC5646", "UNS", "NEU", "MA", "MGI", "ITIS_TSN", "NYUMCCG", "IBSI",
    }
)  # fmt: skip


class _Place(NamedTuple):
    """A dataset on the way down.

    `row` is the item that it lies in, `around` the sequences from the top on, `prefix` their path. With `clean`, words of
    the vocabulary are kept of free texts, with `dummies` nothing.
    """

    row: int
    around: tuple[int, ...]
    prefix: str
    clean: bool
    dummies: bool


class Planner:
    """One walk over one dataset; `rows`, `learned`, `binary` and `kept_private` are what it found.

    Parameters
    ----------
    dataset : Dataset
        What is gone through.
    decisions : Decisions
        What is done with each kind of attribute.
    project : Project
        The key.
    sop_class : str
        Of the object, for the Types of its attributes.
    """

    def __init__(self, dataset: Dataset, decisions: Decisions, project: Project, sop_class: str) -> None:
        self.rows: list[PlanRow] = []
        self.binary: list[int] = []  # rows of bytes that stay
        self.kept_private: set[int] = set()
        self._like_dates: list[tuple[int, _Place, Decision]] = []  # integers and decimals
        policy = decisions.policy
        self._dataset = dataset
        self._found, self._nexts = dataset.found, dataset.nexts
        self._out = RowMaker(dataset)
        self._first = first_row(dataset.found)  # behind the file meta information
        self._decisions = decisions
        self._active = policy.active
        self._project = project
        self._sop_class = sop_class
        self.learned = Learned(dataset, policy.active)
        self._kept = KeptTexts(dataset, project, sop_class, keeps_uids=Option.RETAIN_UIDS in policy.active)
        self._safe = SafePrivate(dataset, policy)
        self.patient = _patient_of(dataset)
        self.pseudonym = project.pseudonym(self.patient)
        self._days = project.shift_days(self.patient)
        self._treat: dict[How, Callable[[int, _Place, Decision], None]] = {
            How.SEQUENCE: self._sequence, How.CLEAN_SEQUENCE: self._clean_sequence, How.STRUCTURED: self._structured,
            How.DROP: self._drop_below, How.RESOLVE: self._resolve, How.MAP: self._map, How.SHIFT: self._date,
            How.KEEP_DATE: self._date, How.VOCABULARY: self._vocabulary, How.RULE_KEEP: self._tell, How.KEEP: self._keep,
            How.TEXT: self._text, How.CODE: self._text, How.BYTES: self._bytes, How.DECIMAL: self._decimal,
        }  # fmt: skip

    def plan(self) -> None:
        """Decide on everything."""
        self._walk(0, len(self._found), _Place(-1, (), "", clean=False, dummies=False))
        self._resolve_dates_in_numbers()
        cleaned = {row.row: row for row in self._kept.cleaned(self.learned)}
        refuse_names_in_bytes(self._dataset, self.binary, self.learned.identifiers)
        told = [cleaned.pop(row.row, row) for row in self._out.rows]
        self.rows = sorted((*told, *cleaned.values()), key=lambda row: row.row)

    def _walk(self, row: int, end: int, place: _Place) -> None:
        """Decide on the elements from `row` to `end`, which lie in one dataset."""
        if len(place.around) > MOST_NESTED:
            raise RefusedError("nested too deeply", f"its sequences are nested more than {MOST_NESTED} deep")
        found, nexts, of, treat = self._found, self._nexts, self._decisions.of, self._treat
        creators = self._safe.creators(row, end)
        while row < end:
            element = found[row]
            if row >= self._first:
                decision = of(element.tag, element.vr)
                if decision.how is How.PRIVATE:
                    self._private(row, place, creators)
                elif decision.how is not How.PLAIN:
                    treat[decision.how](row, place, decision)
                elif element.length > LEAST_IN_BYTES and element.tag >> 16 != PIXEL_DATA >> 16:
                    self._numbers(row, place, decision)
                elif place.around and element.tag >> 16 == PIXEL_DATA >> 16:
                    self._out.drop(row, place.prefix, "", "pixels that are not those of the image")
            row = nexts[row]

    # --- sequences

    def _sequence(self, row: int, place: _Place, decision: Decision) -> None:
        if decision.code:
            self._tell(row, place, decision)
        self._items(row, place)

    def _clean_sequence(self, row: int, place: _Place, decision: Decision) -> None:
        self._tell(row, place, decision, Action.CLEAN)
        self._items(row, place._replace(clean=True))

    def _items(self, row: int, place: _Place) -> None:
        for number, item in enumerate(self._dataset.items(row)):
            self._item(item, number, place, self._found[row].tag)

    def _item(self, item: int, number: int, place: _Place, tag: int) -> None:
        prefix = f"{place.prefix}{tag_text(tag)}[{number}]."
        inside = place._replace(row=item, around=(*place.around, tag), prefix=prefix)
        self._walk(item + 1, self._nexts[item], inside)

    def _structured(self, row: int, place: _Place, decision: Decision) -> None:
        """Go through content items: those whose concepts the table removes go, of the others what it says (E.3.4)."""
        tag = self._found[row].tag
        self._tell(row, place, decision, Action.CLEAN)
        for number, item in enumerate(self._dataset.items(row)):
            action = item_action(self._dataset.item(item), self._active)
            if action == "X":
                self.learned.add_below(item)
                path, why = f"{place.prefix}{tag_text(tag)}[{number}]", "Table E.3.4-1: its concept"
                self._out.rows.append(PlanRow(path, ITEM, "", "Item", "X", Action.REMOVE, why, "an item", None, item))
            else:
                self._item(item, number, place._replace(clean=action != "D", dummies=action == "D"), tag)

    # --- private

    def _private(self, row: int, place: _Place, creators: Creators) -> None:
        element = self._found[row]
        if not self._safe.any:  # the short way: there are files with a thousand of them
            if element.vr in _NAMING:
                self.learned.add_below(row)
            self._out.drop(row, place.prefix, "X", "private")
            return
        at_top = not place.around
        if element.tag & 0xFFFF < values.LEAST_PRIVATE:
            end = self._nexts[place.row] if place.row >= 0 else len(self._found)
            if not self._safe.holds_safe(row, end, creators, at_top=at_top):
                self._out.drop(row, place.prefix, "X", "private")
            return
        why = self._safe.why(element, creators, at_top=at_top)
        if not why:
            self._drop_below(row, place, Decision(How.DROP, "X", "private"))
            return
        self.kept_private.add(element.tag)
        vr = element.vr
        if vr == "SQ":
            how = How.SEQUENCE
        elif vr == "UI":
            how = How.KEEP if Option.RETAIN_UIDS in self._active else How.MAP
        elif vr in DATE_VRS:
            how = {Dates.KEEP: How.KEEP_DATE, Dates.SHIFT: How.SHIFT, Dates.REMOVE: How.DROP}[self._decisions.policy.dates]
        else:
            how = How.BYTES if vr in values.BINARY_VRS else How.KEEP
        self._treat[how](row, place, Decision(how, "X", why))

    # --- what stays

    def _text(self, row: int, place: _Place, decision: Decision) -> None:
        """Keep an unlisted text for the second pass, but in sequences that are cleaned or replaced."""
        element = self._found[row]
        free = decision.how is How.TEXT
        if place.dummies and free:
            self._out.give(row, place.prefix, "", Action.DUMMY, "in a sequence that is replaced", dummy_value(element.vr))
            return
        text = self._dataset.text(row)
        clean = place.clean or (element.tag == _CODE_MEANING and Option.CLEAN_DESCRIPTORS in self._active)
        if clean and free and text and not self._is_of_code(element.tag, text, place):
            self._vocabulary(row, place, Decision(How.VOCABULARY, "", "in a sequence that is cleaned"))
        else:
            self._keep_text(row, place, text, decision, free=free)

    def _keep_text(self, row: int, place: _Place, text: str, decision: Decision, *, free: bool) -> None:
        path = f"{place.prefix}{tag_text(self._found[row].tag)}"
        self._kept.add(row, path, place.around, text, free=free, code=decision.code)

    def _is_of_code(self, tag: int, text: str, place: _Place) -> bool:
        """Return whether a text is part of a code (PS3.3 8.8) that is there for all: a meaning only in public schemes."""
        if tag != _CODE_MEANING:
            return tag in _CODES and len(text) <= LONGEST["LO"] and " " not in text
        return (self._dataset.item(place.row).text(_CODING_SCHEME) or "") in _PUBLIC_SCHEMES

    def _bytes(self, row: int, place: _Place, decision: Decision) -> None:
        if decision.code:
            self._tell(row, place, decision)
        self.binary.append(row)

    def _numbers(self, row: int, place: _Place, decision: Decision) -> None:
        """Keep many binary numbers where the dictionary has many: in others a text may hide."""
        element = self._found[row]
        if element.length <= _LONGEST_NUMBER:
            self.binary.append(row)
            return
        entry = lookup(element.tag)
        count = element.length // values.NUMBERS[element.vr][1] if element.vr in values.NUMBERS else 0
        if count and entry is not None and entry.vm and not vm_allows(entry.vm, count):
            self._resolve(row, place, decision._replace(why=f"it holds {count} numbers, PS3.6 allows {entry.vm}"))
        else:
            self.binary.append(row)

    def _decimal(self, row: int, place: _Place, decision: Decision) -> None:
        element = self._found[row]
        data = self._dataset.data(element)
        if data.translate(None, _DECIMALS):
            self._resolve(row, place, decision._replace(why="it holds no numbers, as its VR promises"))
        elif _LIKE_DATE.search(data):
            self._like_dates.append((row, place, decision))

    def _resolve_dates_in_numbers(self) -> None:
        """Settle numbers that are written as a date, or an ID, that goes elsewhere."""
        gone = self.learned.identifiers.anywhere
        for row, place, decision in self._like_dates:
            if any(part.strip() in gone for part in self._dataset.text(row).split("\\")):
                self._resolve(row, place, decision._replace(why="it is a date or an ID that goes elsewhere"))

    def _keep(self, row: int, place: _Place, decision: Decision) -> None:
        """Keep what an option retains: without identifiers of other kinds, and only what its VR promises."""
        element = self._found[row]
        vr = element.vr
        if vr == "AS" and not _is_age(self._dataset.text(row)):
            self._resolve(row, place, decision._replace(why="it holds no age, as its VR promises"))
        elif vr in ("DS", "IS") and self._dataset.data(element).translate(None, _DECIMALS):
            self._resolve(row, place, decision._replace(why="it holds no numbers, as its VR promises"))
        else:
            self._tell(row, place, decision)
            if vr in values.CHARSET_VRS or vr in ("UR", "AE", "CS"):
                self._keep_text(row, place, self._dataset.text(row), decision, free=vr != "CS")

    def _tell(self, row: int, place: _Place, decision: Decision, action: Action = Action.KEEP) -> None:
        self._out.tell(row, place.prefix, decision.code, action, decision.why)

    # --- what goes, or gets another value

    def _drop_below(self, row: int, place: _Place, decision: Decision) -> None:
        self.learned.add_below(row)
        self._out.drop(row, place.prefix, decision.code, decision.why)

    def _resolve(self, row: int, place: _Place, decision: Decision) -> None:
        """Settle a code of the table by the attribute's Type (PS3.15 E.3)."""
        element = self._found[row]
        self.learned.add_below(row)
        tag, code = element.tag, decision.code
        kind = type_of(self._sop_class, place.around, tag)
        action = _settled(code, kind, nested=bool(place.around))
        why = decision.why
        if not place.around and tag in PROTECTED and action != "X":
            raise RefusedError("odd contents", f"{tag_text(tag)} is not what it should be: {why}")
        action = "D" if action == "U" and element.vr != "SQ" else action
        if code in ("X", "Z") and action not in code:
            why += f"; {'a value' if action == 'D' else 'presence'} is wanted: Type {kind}"
        elif "/" in code:
            why += f", Type {kind}"
        if tag in _PATIENT and action in "ZD" and code in ("Z", "Z/D"):
            data = self._dataset.encoded(row, self.pseudonym)
            self._out.give(row, place.prefix, code, Action(action), f"{why}; pseudonym", data)
        elif action == "X":
            self._out.drop(row, place.prefix, code, why)
        elif action == "Z":
            self._out.give(row, place.prefix, code, Action.EMPTY, why, b"")
        elif action == "U":
            self._tell(row, place, decision._replace(why=why), Action.UID)
            self._items(row, place._replace(clean=True))
        elif element.length:  # without a value there is nothing to replace
            self._give_dummy(row, place, decision._replace(why=why))

    def _give_dummy(self, row: int, place: _Place, decision: Decision) -> None:
        element = self._found[row]
        if element.vr == "UI":
            self._map(row, place, decision)
            return
        if element.vr != "SQ":
            self._out.give(row, place.prefix, decision.code, Action.DUMMY, decision.why, dummy_value(element.vr))
            return
        entry = lookup(element.tag)
        layer = next((item.text(_GRAPHIC_LAYER) for item in self._dataset.top.items(element.tag)), None) or ""
        data = dummy_sequence(
            element.tag,
            self._dataset.inner_encoding(row),
            layer if layer.isascii() and layer else "LAYER",
            is_code=entry is not None and entry.keyword.endswith("CodeSequence"),
        )
        if data is not None:
            self._out.give(row, place.prefix, decision.code, Action.DUMMY, decision.why, data)
            return
        self._tell(row, place, decision._replace(why=f"{decision.why}; its texts are replaced"), Action.DUMMY)
        self._items(row, place._replace(dummies=True))

    def _map(self, row: int, place: _Place, decision: Decision) -> None:
        """Replace UIDs but those that PS3.6 registers."""
        element = self._found[row]
        parts = self._dataset.data(element).decode("latin-1").rstrip(" \0\n").split("\\")
        mapped = [self._mapped(part.strip(" \0")) for part in parts]
        if mapped != parts:
            data = padded("\\".join(mapped).encode("ascii", "replace"), "UI")
            self._out.give(row, place.prefix, decision.code, Action.UID, decision.why, data)

    def _mapped(self, uid: str) -> str:
        if not uid or is_registered(uid):
            return uid
        self.learned.add_uid(uid)
        return self._project.uid(uid)

    def _date(self, row: int, place: _Place, decision: Decision) -> None:
        """Keep or move dates and times; what is none is treated as without the option."""
        element = self._found[row]
        text = self._dataset.text(row)
        if not text:
            return
        moved = [self._moved(element.vr, part.strip(), decision.how) for part in text.split("\\")]
        known = [part for part in moved if part is not None]
        if len(known) < len(moved):
            self._resolve(row, place, decision._replace(why="it holds no date or time, as its VR promises"))
        elif (new := "\\".join(known)) == text:
            self._tell(row, place, decision)
        else:
            self.learned.identifiers.add_date(text, birth=element.tag == BIRTH_DATE)
            self._out.give(
                row, place.prefix, decision.code, Action.CLEAN, decision.why, padded(new.encode("ascii"), element.vr)
            )

    def _moved(self, vr: str, part: str, how: How) -> str | None:
        if not part:
            return ""
        if vr in ("TM", "SH"):  # days change neither a time nor an offset from UTC
            return part if (is_time(part) if vr == "TM" else zone_of(part) is not None) else None
        days = self._days if how is How.SHIFT else 0
        moved = shifted_date(part, days) if vr == "DA" else shifted_datetime(part, days)
        return part if moved is not None and how is not How.SHIFT else moved

    def _vocabulary(self, row: int, place: _Place, decision: Decision) -> None:
        """Keep the words of the vocabulary, and what somebody has confirmed (E.3.5)."""
        element = self._found[row]
        text = self._dataset.text(row)
        if not text:
            return
        if text in self._decisions.policy.confirmed:
            self._tell(row, place, decision._replace(why=f"{decision.why}; confirmed"), Action.CLEAN)
            return
        new = "\\".join(common_words(part) for part in text.split("\\")).strip("\\")
        if new == text.strip():
            self._tell(row, place, decision, Action.CLEAN)
            self._keep_text(row, place, text, decision, free=True)
            return
        self.learned.add(row)
        kind = type_of(self._sop_class, place.around, element.tag)
        wanted = kind in ("1", "1C") or decision.code.startswith("D") or not decision.code  # whose Type is not known
        if not new and wanted:
            new = dummy_text(element.vr) or ""
        if not new and kind not in ("2", "2C") and decision.code.startswith("X"):
            self._out.drop(row, place.prefix, decision.code, f"{decision.why}: no word of it is common")
            return
        self._keep_text(row, place, new, decision, free=True)
        self._out.give(row, place.prefix, decision.code, Action.CLEAN, decision.why, self._dataset.encoded(row, new))


def _patient_of(dataset: Dataset) -> Patient:
    tags = (0x00100020, 0x00100021, 0x00100010, BIRTH_DATE, 0x0020000D)
    return Patient.of(*((dataset.top.text(tag) or "").strip() for tag in tags))


def _settled(code: str, kind: str, *, nested: bool) -> str:
    """Return X, Z, D or U for a code of the table, by the Type of the attribute: with a condition as without."""
    wanted, empty = kind in ("1", "1C"), kind in ("2", "2C")
    if not code:  # the table does not list it
        return "D" if wanted or nested else "Z" if empty else "X"
    if code == "X":
        return "D" if kind == "1" else "Z" if kind == "2" else "X"
    if code in ("Z", "Z/D"):
        return "D" if wanted else "Z"
    if code == "X/Z/U*":  # of Type 2, too: an object that names no others may have no list of their series (C.12.2)
        return "U" if wanted or empty else "X"
    if code in ("X/Z", "X/D", "X/Z/D"):
        return "D" if wanted else "Z" if empty else "X"
    return "D"


def _is_age(text: str) -> bool:
    return not text or (len(text) == 4 and text[:3].isdecimal() and text[3] in _AGE)
