"""What is done with a file: the options of PS3.15 E.3 as switches, and the rules of a site on top of them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Final, NamedTuple

from tui.dicom.anonymize.profile import Option as ProfileOption
from tui.dicom.options import Option
from tui.dicom.table_file import EDITION

_LONGEST_METHOD: Final = 64  # LO, PS3.5 6.2
# What a file cannot be without, or be read by: no rule takes it away.
PROTECTED: Final = frozenset(
    {
        0x00080005, 0x00080016, 0x00080018, 0x0020000D, 0x0020000E, 0x00280002, 0x00280004, 0x00280006, 0x00280008,
        0x00280010, 0x00280011, 0x00280100, 0x00280101, 0x00280102, 0x00280103, 0x00281101, 0x00281102, 0x00281103,
        0x00281201, 0x00281202, 0x00281203, 0x7FE00001, 0x7FE00002, 0x7FE00008, 0x7FE00009, 0x7FE00010,
    }
)  # fmt: skip


_IDENTITY: Final = (  # of the patient: names, IDs, addresses
    0x00100010, 0x00100020, 0x00101000, 0x00101001, 0x00101002, 0x00101005, 0x00101040, 0x00101060, 0x00101090, 0x00102154,
    0x00102155,
)  # fmt: skip


class Dates(StrEnum):
    """What is done with dates and times."""

    REMOVE = "remove"
    SHIFT = "shift"
    KEEP = "keep"


class OnBurnedIn(StrEnum):
    """What is done with a file whose pixels may hold text."""

    REFUSE = "refuse"
    KEEP = "keep"
    BOX = "box"


class Code(NamedTuple):
    """A code of CID 7050 (PS3.16), in the scheme DCM."""

    value: str
    meaning: str


class Switch(NamedTuple):
    """An option of the profile as it is chosen: its letter in the table, its code, and the switch of it."""

    profile: ProfileOption
    code: Code
    option: Option


BASIC: Final = Code("113100", "Basic Application Confidentiality Profile")
CLEAN_PIXELS: Final = Code("113101", "Clean Pixel Data Option")


def _switch(profile: ProfileOption, code: str, meaning: str, help_text: str) -> Switch:
    label = meaning.removesuffix(" Option")
    return Switch(profile, Code(code, meaning), Option(label.lower().replace(" ", "-"), label, help_text, default=False))


SWITCHES: Final = (
    _switch(ProfileOption.RETAIN_SAFE_PRIVATE, "113111", "Retain Safe Private Option",
            "Keep private attributes that PS3.15 lists as safe"),
    _switch(ProfileOption.RETAIN_UIDS, "113110", "Retain UIDs Option",
            "Keep all UIDs as they are: whoever has the originals finds them by these"),
    _switch(ProfileOption.RETAIN_DEVICE_IDENTITY, "113109", "Retain Device Identity Option",
            "Keep serial numbers, station names and the like of the devices"),
    _switch(ProfileOption.RETAIN_INSTITUTION_IDENTITY, "113112", "Retain Institution Identity Option",
            "Keep name and address of the institution"),
    _switch(ProfileOption.RETAIN_PATIENT_CHARACTERISTICS, "113108", "Retain Patient Characteristics Option",
            "Keep age, sex, size, weight, smoking status; clean allergies and medication"),
    _switch(ProfileOption.CLEAN_DESCRIPTORS, "113105", "Clean Descriptors Option",
            "Keep of descriptions the words of anatomy, technique and contrast, and what you confirm"),
    _switch(ProfileOption.CLEAN_STRUCTURED_CONTENT, "113104", "Clean Structured Content Option",
            "Keep structured reports and acquisition contexts, without what identifies somebody"),
    _switch(ProfileOption.CLEAN_GRAPHICS, "113103", "Clean Graphics Option",
            "Keep graphic annotations without their texts; overlays go in any case"),
)  # fmt: skip
_DATE_CODES: Final = {
    Dates.KEEP: (ProfileOption.RETAIN_FULL_DATES,
                 Code("113106", "Retain Longitudinal Temporal Information Full Dates Option")),
    Dates.SHIFT: (ProfileOption.RETAIN_MODIFIED_DATES,
                  Code("113107", "Retain Longitudinal Temporal Information Modified Dates Option")),
}  # fmt: skip
ALL_CODES: Final = (  # CID 7050
    BASIC,
    CLEAN_PIXELS,
    Code("113102", "Clean Recognizable Visual Features Option"),
    *(switch.code for switch in SWITCHES),
    *(code for _, code in _DATE_CODES.values()),
)
OPTION_NAMES: Final = tuple(switch.option.name for switch in SWITCHES)
DATES: Final = Option(
    "dates", "Dates", "Remove dates, shift all of a patient by the same number of days, or keep them",
    Dates.REMOVE.value, choices=tuple(Dates),
)  # fmt: skip
ON_BURNED_IN: Final = Option(
    "on-burned-in", "Burned-in text", "What to do with a file whose pixels may hold text: refuse it, keep it as it is, or "
    "blacken the boxes drawn for its device", OnBurnedIn.REFUSE.value, choices=tuple(OnBurnedIn),
)  # fmt: skip
TRUST_DECLARED: Final = Option(
    "trust-declared-safe", "Trust declared safe",
    "With Retain Safe Private: keep also what PrivateDataElementCharacteristicsSequence (0008,0300) of the file calls safe",
    default=False,
)  # fmt: skip


class RuleKind(StrEnum):
    """What a rule of a site does."""

    KEEP = "keep"
    REMOVE = "remove"
    SET = "set"


class Rule(NamedTuple):
    """A rule of a site: attributes by (mask, masked tag), at any depth; of SET at the top, with the value."""

    kind: RuleKind
    mask: int
    masked: int
    written: str
    text: str = ""

    def holds_for(self, tag: int) -> bool:
        """Return whether the rule is for an attribute."""
        return tag & self.mask == self.masked


@dataclass(frozen=True)
class Policy:
    """What is done with files.

    Parameters
    ----------
    options : frozenset of profile.Option
        The options of the profile that are switched on; those of dates follow from `dates`.
    dates : Dates
        What is done with dates.
    rules : tuple of Rule
        Rules of a site, which go before the profile; of several for an attribute the last one holds.
    on_burned_in : OnBurnedIn
        What is done where pixels may hold text.
    trust_declared : bool
        Whether what a file itself declares to be safe is kept with Retain Safe Private.
    confirmed : frozenset of str
        Descriptions that somebody has read and found to identify nobody; they stay with Clean Descriptors.
    """

    options: frozenset[ProfileOption] = frozenset()
    dates: Dates = Dates.REMOVE
    rules: tuple[Rule, ...] = ()
    on_burned_in: OnBurnedIn = OnBurnedIn.REFUSE
    trust_declared: bool = False
    confirmed: frozenset[str] = frozenset()

    @cached_property
    def active(self) -> frozenset[ProfileOption]:
        """Return the options that are on, with that of the dates."""
        dated = _DATE_CODES.get(self.dates)
        return self.options | {dated[0]} if dated is not None else self.options

    @cached_property
    def codes(self) -> tuple[Code, ...]:
        """Return the codes of the profile and its options (CID 7050), without those that hang on a file."""
        dated = _DATE_CODES.get(self.dates)
        chosen = [switch.code for switch in SWITCHES if switch.profile in self.options]
        return (BASIC, *chosen, *([dated[1]] if dated is not None else []))

    def rule_for(self, tag: int) -> Rule | None:
        """Return the rule of the site for an attribute, or None."""
        if not tag & 0xFFFF:  # group lengths follow from what is written
            return None
        found = next((rule for rule in reversed(self.rules) if rule.kind is not RuleKind.SET and rule.holds_for(tag)), None)
        return None if found is not None and found.kind is RuleKind.REMOVE and tag in PROTECTED else found

    @cached_property
    def settings(self) -> tuple[Rule, ...]:
        """Return the rules that set a value; of several for an attribute the last one."""
        return tuple({rule.masked: rule for rule in self.rules if rule.kind is RuleKind.SET}.values())

    @cached_property
    def method(self) -> tuple[str, ...]:
        """Return the values of DeidentificationMethod: the profile, and where the rules of the site leave it."""
        said = [f"PS3.15 {EDITION} Basic Profile by dicom-tui"]
        for kind, words in ((RuleKind.KEEP, "kept"), (RuleKind.REMOVE, "also removed"), (RuleKind.SET, "set")):
            names = [rule.written for rule in self.rules if rule.kind is kind]
            said += _lines(f"{words} by rule: ", names)
        if self.trust_declared and ProfileOption.RETAIN_SAFE_PRIVATE in self.options:
            said.append("private attributes that the file declares safe kept")
        return tuple(said)

    @cached_property
    def removes_identity(self) -> bool:
        """Return whether PatientIdentityRemoved may be YES: no rule keeps a name, an ID or an address of the patient."""
        found = map(self.rule_for, _IDENTITY)
        return not any(rule is not None and rule.kind is RuleKind.KEEP for rule in found)

    @property
    def digest_text(self) -> str:
        """Return all of it as a text that is the same for the same policy."""
        return json.dumps(as_json(self), sort_keys=True)


def _lines(head: str, names: Sequence[str]) -> list[str]:
    """Return names behind a head in as few values as they fit into."""
    lines: list[str] = []
    for name in names:
        if lines and len(lines[-1]) + 2 + len(name) <= _LONGEST_METHOD:
            lines[-1] += f", {name}"
        else:
            lines.append(f"{head}{name}"[:_LONGEST_METHOD])
    return lines


PRESETS: Final = {
    "basic": Policy(),
    "research": Policy(
        frozenset({ProfileOption.RETAIN_PATIENT_CHARACTERISTICS, ProfileOption.RETAIN_DEVICE_IDENTITY}), Dates.SHIFT
    ),
    "teaching": Policy(frozenset({ProfileOption.CLEAN_DESCRIPTORS, ProfileOption.RETAIN_PATIENT_CHARACTERISTICS}),
                       on_burned_in=OnBurnedIn.BOX),
}  # fmt: skip
PRESET: Final = Option(
    "preset", "Preset", "Begin with: basic; research (shifted dates, patient characteristics, devices); teaching (cleaned "
    "descriptions, patient characteristics, pixels reviewed)", "basic", choices=tuple(PRESETS),
)  # fmt: skip


def as_json(policy: Policy) -> dict[str, Any]:
    """Return a policy as `policy_of` reads it, with its rules in their order."""
    return {
        "options": sorted(switch.option.name for switch in SWITCHES if switch.profile in policy.options),
        "dates": policy.dates.value,
        "on-burned-in": policy.on_burned_in.value,
        "rules": [
            [rule.kind.value, f"{rule.written}={rule.text}" if rule.kind is RuleKind.SET else rule.written]
            for rule in policy.rules
        ],
        TRUST_DECLARED.name: policy.trust_declared,
        "confirmed": sorted(policy.confirmed),
    }
