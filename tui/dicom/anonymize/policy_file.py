"""What somebody wrote of a policy: rules in words, and policy files (TOML)."""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from tui.dicom.anonymize.policy import (
    DATES,
    ON_BURNED_IN,
    OPTION_NAMES,
    PRESET,
    PRESETS,
    PROTECTED,
    SWITCHES,
    TRUST_DECLARED,
    Dates,
    OnBurnedIn,
    Policy,
    Rule,
    RuleKind,
)
from tui.dicom.anonymize.profile import Option as ProfileOption
from tui.dicom.dictionary import like_keyword, lookup, pattern, tags_called
from tui.dicom.element import META_GROUP
from tui.dicom.errors import EditError, PolicyError, os_reason
from tui.dicom.new_values import parsed
from tui.dicom.values import BINARY_VRS
from tui.text import safe_text

_TAG: Final = re.compile(r"\(?([0-9a-fA-FxX]{4}),?([0-9a-fA-FxX]{4})\)?")
_SINGLE: Final = 0xFFFFFFFF
# What references hold by, what the marks say, and what says how pixels are to be read, is set by nobody else.
_NOT_SET: Final = frozenset(
    {
        0x00080005, 0x00080016, 0x00080018, 0x0020000D, 0x0020000E, 0x00120062, 0x00120063, 0x00120064, 0x00280303,
    }
)  # fmt: skip
_PIXEL_GROUPS: Final = frozenset({0x0028, 0x7FE0})


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
