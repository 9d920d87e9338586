"""What is done with a file: the options of PS3.15 E.3 as switches, and the rules of a site on top of them."""

import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final, NamedTuple

from tui.dicom.anonymize.iod_types import EDITION
from tui.dicom.anonymize.profile import Option as ProfileOption
from tui.dicom.dictionary import like_keyword, lookup, pattern, tags_called
from tui.dicom.element import META_GROUP
from tui.dicom.errors import EditError, PolicyError, os_reason
from tui.dicom.new_values import parsed
from tui.dicom.options import Option
from tui.dicom.values import BINARY_VRS
from tui.text import safe_text

_TAG: Final = re.compile(r"\(?([0-9a-fA-FxX]{4}),?([0-9a-fA-FxX]{4})\)?")
_SINGLE: Final = 0xFFFFFFFF
_LONGEST_METHOD: Final = 64  # LO, PS3.5 6.2
# What references hold by, what the marks say, and what says how pixels are to be read, is set by nobody else.
_NOT_SET: Final = frozenset(
    {
        0x00080005, 0x00080016, 0x00080018, 0x0020000D, 0x0020000E, 0x00120062, 0x00120063, 0x00120064, 0x00280303,
    }
)  # fmt: skip
# What a file cannot be without, or be read by: no rule takes it away.
PROTECTED: Final = frozenset(
    {
        0x00080005, 0x00080016, 0x00080018, 0x0020000D, 0x0020000E, 0x00280002, 0x00280004, 0x00280006, 0x00280008,
        0x00280010, 0x00280011, 0x00280100, 0x00280101, 0x00280102, 0x00280103, 0x00281101, 0x00281102, 0x00281103,
        0x00281201, 0x00281202, 0x00281203, 0x7FE00001, 0x7FE00002, 0x7FE00008, 0x7FE00009, 0x7FE00010,
    }
)  # fmt: skip
_PIXEL_GROUPS: Final = frozenset({0x0028, 0x7FE0})


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

    @property
    def active(self) -> frozenset[ProfileOption]:
        """Return the options that are on, with that of the dates."""
        dated = _DATE_CODES.get(self.dates)
        return self.options | {dated[0]} if dated is not None else self.options

    @property
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

    @property
    def settings(self) -> tuple[Rule, ...]:
        """Return the rules that set a value; of several for an attribute the last one."""
        return tuple({rule.masked: rule for rule in self.rules if rule.kind is RuleKind.SET}.values())

    @property
    def method(self) -> tuple[str, ...]:
        """Return the values of DeidentificationMethod: the profile, and where the rules of the site leave it."""
        said = [f"PS3.15 {EDITION} Basic Profile by dicom-tui"]
        for kind, words in ((RuleKind.KEEP, "kept"), (RuleKind.REMOVE, "also removed"), (RuleKind.SET, "set")):
            names = [rule.written for rule in self.rules if rule.kind is kind]
            said += _lines(f"{words} by rule: ", names)
        if self.trust_declared and ProfileOption.RETAIN_SAFE_PRIVATE in self.options:
            said.append("private attributes that the file declares safe kept")
        return tuple(said)

    @property
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


# --- what somebody wrote


def option_called(name: str) -> ProfileOption:
    """Return the option of the profile with a name such as ``retain-uids``.

    Raises
    ------
    PolicyError
        There is none.
    """
    for switch in SWITCHES:
        if switch.option.name == name.strip().lower():
            return switch.profile
    raise PolicyError(f"{safe_text(name)} is no option; there are {', '.join(OPTION_NAMES)}")


def _attribute(written: str) -> tuple[int, int]:
    """Return (mask, masked tag) of a keyword, a tag or a pattern of tags."""
    match = _TAG.fullmatch(written.strip())
    if match is not None:
        return pattern(match[1] + match[2])
    found = tags_called(written.strip())
    if found is None:
        likely = like_keyword(written.strip())
        hint = f"; did you mean {', '.join(likely)}?" if likely else ""
        raise PolicyError(f"{safe_text(written)} is no keyword and no tag{hint}")
    return found


def read_rule(kind: RuleKind, written: str) -> Rule:
    """Return the rule that somebody wrote: KEYWORD or tag (x for any digit), of SET with =VALUE behind it.

    Raises
    ------
    PolicyError
        It is none.
    """
    name, equals, text = written.partition("=") if kind is RuleKind.SET else (written, "", "")
    mask, masked = _attribute(name)
    if kind is RuleKind.REMOVE and mask == _SINGLE and masked in PROTECTED:
        raise PolicyError(f"{safe_text(name)} cannot be removed: without it the file is none, or cannot be read")
    if kind is not RuleKind.SET:
        return Rule(kind, mask, masked, name.strip())
    entry = lookup(masked)
    group = masked >> 16
    if not equals:
        raise PolicyError(f"{safe_text(written)}: KEYWORD=VALUE is wanted")
    if mask != _SINGLE or entry is None or " " in entry.vr or entry.vr == "SQ" or entry.vr in BINARY_VRS:
        raise PolicyError(f"{safe_text(name)} cannot be set: it needs one public attribute with a VR of text or numbers")
    if masked in _NOT_SET or group in _PIXEL_GROUPS or group <= META_GROUP or not masked & 0xFFFF:
        raise PolicyError(f"{safe_text(name)} cannot be set: what holds the object together follows from the profile")
    try:
        parsed(entry.vr, text, entry.vm)
    except EditError as error:
        raise PolicyError(f"{safe_text(name)}: {error}") from error
    return Rule(kind, mask, masked, entry.keyword, text)


def read_policy(path: str) -> Policy:
    """Read a policy file (TOML).

    Raises
    ------
    PolicyError
        It cannot be read, or says what is not known.
    """
    import tomllib

    where = safe_text(path)
    try:
        with open(path, "rb") as file:
            said = tomllib.loads(file.read().decode())
    except OSError as error:
        raise PolicyError(f"{where} cannot be read: {os_reason(error)}", path) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyError(f"{where} is not valid TOML: {safe_text(str(error))}", path) from error
    try:
        return policy_of(said)
    except PolicyError as error:
        raise PolicyError(f"{safe_text(os.path.basename(path))}: {error}", path) from error


def policy_of(said: Mapping[str, Any], base: Policy | None = None) -> Policy:
    """Return the policy that the keys of a policy file stand for, on top of `base` or of its preset.

    Raises
    ------
    PolicyError
        A key or a value is not known.
    """
    said = dict(said)
    preset = said.pop(PRESET.name, PRESET.default)
    for option, value in ((PRESET, preset), (DATES, said.get("dates")), (ON_BURNED_IN, said.get("on-burned-in"))):
        if value is not None and (problem := option.problem(value)):
            raise PolicyError(safe_text(problem))
    found = base or PRESETS[str(preset)]
    known = {"options", "dates", "on-burned-in", "keep", "remove", "set", "confirmed", "rules", TRUST_DECLARED.name}
    if unknown := sorted(said.keys() - known):
        raise PolicyError(f"unknown: {safe_text(', '.join(unknown))}; known are {', '.join(sorted(known | {PRESET.name}))}")
    settings = said.get("set", {})
    if not isinstance(settings, dict) or not isinstance(said.get(TRUST_DECLARED.name, False), bool):
        raise PolicyError(
            f'[set] holds lines such as  ClinicalTrialProtocolID = "X"; {TRUST_DECLARED.name} is true or false'
        )
    rules = [
        *(read_rule(RuleKind.KEEP, name) for name in _texts(said, "keep")),
        *(read_rule(RuleKind.REMOVE, name) for name in _texts(said, "remove")),
        *(read_rule(RuleKind.SET, f"{name}={value}") for name, value in settings.items()),
        *(read_rule(RuleKind(kind), written) for kind, written in said.get("rules", ())),
    ]
    return replace(
        found,
        options=found.options | {option_called(name) for name in _texts(said, "options")},
        dates=Dates(said.get("dates", found.dates)),
        on_burned_in=OnBurnedIn(said.get("on-burned-in", found.on_burned_in)),
        rules=(*found.rules, *rules),
        trust_declared=bool(said.get(TRUST_DECLARED.name, found.trust_declared)),
        confirmed=found.confirmed | frozenset(_texts(said, "confirmed")),
    )


def _texts(said: Mapping[str, Any], key: str) -> Iterable[str]:
    found = said.get(key, [])
    if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
        raise PolicyError(f"{key} is a list of texts")
    return found


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
