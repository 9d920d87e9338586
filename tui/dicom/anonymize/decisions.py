"""What profile, options and rules of a site say of one attribute, before its Type and its value are looked at."""

from enum import StrEnum, auto
from typing import Final, NamedTuple

from tui.dicom.anonymize.policy import Policy, RuleKind
from tui.dicom.anonymize.profile import Option, Treatment, treatment_of
from tui.dicom.anonymize.uids import STRUCTURAL
from tui.dicom.dictionary import Entry, lookup
from tui.dicom.element import META_GROUP, PIXEL_DATA

GRAPHIC_ANNOTATIONS: Final = 0x00700001
PRIVATE_CHARACTERISTICS: Final = 0x00080300  # PrivateDataElementCharacteristicsSequence, C.12.1.1.7
_PIXELS: Final = frozenset({PIXEL_DATA, 0x7FE00008, 0x7FE00009, 0x7FE00001, 0x7FE00002})
_HIDDEN: Final = {  # what nobody can look into, or what would no longer be true
    0x04000500: "encrypted attributes can hold the originals",
    0x4FFE0001: "signatures of what was changed hold no longer",
    0x04000305: "signatures of what was changed hold no longer",
    0x04000310: "signatures of what was changed hold no longer",
    0x00080001: "retired",
}
_TEXT: Final = frozenset({"LO", "LT", "SH", "ST", "UC", "UR", "UT"})
_CODE: Final = frozenset({"AE", "AS", "CS"})
_DECIMAL: Final = frozenset({"DS", "IS"})
_BYTES: Final = frozenset({"OB", "OD", "OF", "OL", "OV", "OW"})
_BINARY: Final = frozenset({"AT", "FD", "FL", "SL", "SS", "SV", "UL", "US", "UV"}) | _BYTES
TIMEZONE: Final = 0x00080201  # TimezoneOffsetFromUTC, of VR SH
DATE_VRS: Final = frozenset({"DA", "DT", "TM"})


class How(StrEnum):  # of texts, whose hashes are quickly found
    """How an attribute is treated."""

    PLAIN = auto()  # stays, unread
    DECIMAL = auto()  # stays where it holds numbers
    TEXT = auto()  # stays but for identifiers in it
    CODE = auto()  # stays where it is no identifier
    BYTES = auto()  # stays where no identifier is in it
    SEQUENCE = auto()  # its items are gone through
    CLEAN_SEQUENCE = auto()  # the same, and of free texts the words of the vocabulary stay
    STRUCTURED = auto()  # its content items are gone through by their concepts
    RESOLVE = auto()  # a code of the table, settled by the Type
    MAP = auto()  # UIDs are replaced
    SHIFT = auto()  # dates are moved
    KEEP_DATE = auto()  # stays where it is a date or a time
    VOCABULARY = auto()  # the words of the vocabulary stay
    KEEP = auto()  # stays by an option, but for other identifiers in it
    RULE_KEEP = auto()  # stays by a rule of the site
    DROP = auto()  # goes
    PRIVATE = auto()  # hangs on its creator


class Decision(NamedTuple):
    """How an attribute is treated, by which code of the table, and why."""

    how: How
    code: str
    why: str


def _kinds(vrs: str) -> set[str]:
    kinds = set()
    for vr in vrs.split(" or "):
        for kind, members in (("text", _TEXT | _CODE), ("decimal", _DECIMAL), ("binary", _BINARY), ("date", DATE_VRS)):
            if vr in members:
                kinds.add(kind)
                break
        else:
            kinds.add(vr)
    return kinds


class Decisions:
    """Decisions of one policy, each made once.

    Parameters
    ----------
    policy : Policy
        The options and rules.
    """

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._active = policy.active
        self._made: dict[tuple[int, str], Decision] = {}

    def of(self, tag: int, vr: str) -> Decision:
        """Return the decision on an attribute of VR `vr`."""
        found = self._made.get((tag, vr))
        if found is None:
            found = self._made[tag, vr] = self._decide(tag, vr)
        return found

    def _decide(self, tag: int, vr: str) -> Decision:
        rule = self.policy.rule_for(tag)
        if rule is not None:
            why = f"rule of the site: {rule.kind.value} {rule.written}"
            return Decision(
                How.RULE_KEEP if rule.kind is RuleKind.KEEP else How.RESOLVE, "K" if rule.kind is RuleKind.KEEP else "X", why
            )
        group, number = tag >> 16, tag & 0xFFFF
        if number == 0:
            return Decision(How.DROP, "", "group lengths follow from what is written, and are retired")
        if group & 1:
            return Decision(How.PRIVATE, "X", "private")
        if group in (0x0000, META_GROUP, 0x0004):
            return Decision(How.DROP, "", "belongs to messages, to the file meta information or to directories")
        if tag in _PIXELS:
            return Decision(How.PLAIN, "", "")
        treatment = treatment_of(tag)
        if treatment is not None:
            return self._listed(tag, vr, treatment)
        if 0x5000 <= group < 0x5100 or 0x6000 <= group < 0x6100:
            return Decision(How.DROP, "X", "curves and overlays go whole, with their texts")
        if tag in _HIDDEN:
            return Decision(How.DROP, "", _HIDDEN[tag])
        entry = lookup(tag)
        if entry is None:
            return Decision(How.DROP, "", "unknown to PS3.6")
        return self._unlisted(tag, vr, entry)

    def _unlisted(self, tag: int, vr: str, entry: Entry) -> Decision:
        if entry.retired:
            return Decision(How.DROP, "", "retired")
        if vr == "UN":
            return Decision(How.RESOLVE, "", "its VR is unknown, so that it cannot be looked into")
        if not _kinds(vr) & _kinds(entry.vr):
            return Decision(How.RESOLVE, "", f"its VR is not that of PS3.6, {entry.vr}")
        if tag == PRIVATE_CHARACTERISTICS:
            return Decision(How.DROP, "", "it tells of private attributes, of which some go, or all")
        if vr == "PN":
            return Decision(How.RESOLVE, "", "a name that the table does not list")
        if vr in DATE_VRS:
            return self._date("", vr, "a date or time that the table does not list")
        if vr == "UI":
            if tag in STRUCTURAL:
                return Decision(How.CODE, "", "")
            if Option.RETAIN_UIDS in self._active:
                return Decision(How.KEEP, "", "UIDs are retained")
            return Decision(How.MAP, "", "a UID that the table does not list")
        hows = ((_TEXT, How.TEXT), (_CODE, How.CODE), (_DECIMAL, How.DECIMAL), (_BYTES, How.BYTES))
        how = next((how for vrs, how in hows if vr in vrs), How.SEQUENCE if vr == "SQ" else How.PLAIN)
        return Decision(how, "", "")

    def _date(self, code: str, vr: str, why: str) -> Decision:
        if Option.RETAIN_FULL_DATES in self._active:
            return Decision(How.KEEP_DATE, code, "full dates are retained")
        if Option.RETAIN_MODIFIED_DATES in self._active:
            return Decision(How.SHIFT, code, "dates are moved by whole days" if vr != "TM" else "days do not change a time")
        return Decision(How.RESOLVE, code, why)

    def _listed(self, tag: int, vr: str, treatment: Treatment) -> Decision:
        code = treatment.basic
        entry = lookup(tag)
        if entry is not None and not _kinds(vr) & _kinds(entry.vr):
            return Decision(How.RESOLVE, code, f"its VR is not that of PS3.6, {entry.vr}")
        actions = {option: action for option, action in treatment.options.items() if option in self._active}
        kept = next((option for option, action in actions.items() if action == "K"), None)
        if kept is not None:
            why = f"option {_words(kept)}"
            if vr in DATE_VRS or tag == TIMEZONE:
                return Decision(How.KEEP_DATE, code, why)
            return Decision(How.SEQUENCE if vr == "SQ" else How.KEEP, code, why)
        cleaned = next(iter(actions), None)
        if cleaned is not None:
            return self._cleaned(tag, vr, code, cleaned)
        if vr == "UI" and code.startswith(("U", "D")):
            return Decision(How.MAP, code, "PS3.15 Table E.1-1")
        return Decision(How.RESOLVE, code, "PS3.15 Table E.1-1")

    @staticmethod
    def _cleaned(tag: int, vr: str, code: str, option: Option) -> Decision:
        why = f"option {_words(option)}"
        if option is Option.RETAIN_MODIFIED_DATES:
            return Decision(How.SHIFT if vr in DATE_VRS or tag == TIMEZONE else How.RESOLVE, code, why)
        if option is Option.CLEAN_STRUCTURED_CONTENT:
            return Decision(How.STRUCTURED if vr == "SQ" else How.RESOLVE, code, why)
        if option is Option.CLEAN_GRAPHICS:
            if tag == GRAPHIC_ANNOTATIONS:
                return Decision(How.CLEAN_SEQUENCE, code, why)
            return Decision(How.DROP, code, "curves and overlays go whole, with their texts")
        if vr == "SQ":
            return Decision(How.CLEAN_SEQUENCE, code, why)
        return Decision(How.VOCABULARY, code, why)


def _words(option: Option) -> str:
    return option.name.replace("_", " ").title().replace("Uids", "UIDs")
