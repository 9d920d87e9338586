"""What somebody asks for, in the words of the command line and of the dialog: both make the same order of it."""

import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from tui.dicom.anonymize.boxes import read_boxes
from tui.dicom.anonymize.order import Order
from tui.dicom.anonymize.policy import DATES, ON_BURNED_IN, PRESET, SWITCHES, TRUST_DECLARED, OnBurnedIn, Policy, RuleKind
from tui.dicom.anonymize.policy_file import policy_of, read_policy, read_rule
from tui.dicom.anonymize.project import open_project, read_lookup
from tui.dicom.anonymize.report import REPORT
from tui.dicom.errors import PolicyError
from tui.dicom.options import Option, Values
from tui.dicom.permissions import DEFAULT_MODE, mode_of

OUTPUT: Final = Option(
    "output", "Output folder", "The folder for the copies; it is made, and nothing in it is replaced", metavar="OUT"
)
PROJECT: Final = Option(
    "project", "Project",
    "A folder that keeps the key: the same UIDs, pseudonyms and shifts in every run; without one it is forgotten",
    metavar="DIR",
)  # fmt: skip
POLICY: Final = Option(
    "policy", "Policy file", "Options and rules of your site (TOML), in the place of a preset", metavar="FILE"
)
LOOKUP: Final = Option("lookup", "Pseudonyms", "Pseudonyms by PatientID: CSV with a heading, then PatientID and pseudonym; "
                       "needs a project", metavar="CSV")  # fmt: skip
MAPPING: Final = Option(
    "mapping", "Mapping table", "Write a table of original and new IDs and UIDs, for you alone", metavar="FILE"
)
BOXES: Final = Option("boxes", "Boxes", "The boxes that were drawn; else those of the project, or your own", metavar="FILE")
KEEP: Final = Option(
    "keep", "Keep", "Attributes to keep at any depth: keywords or tags, x for any digit", metavar="ATTRIBUTE"
)
REMOVE: Final = Option("remove", "Remove", "Attributes to remove", metavar="ATTRIBUTE")
SET: Final = Option("set", "Set", "Values to set at the top: KEYWORD=VALUE", metavar="KEYWORD=VALUE")
RULES: Final = ((KEEP, RuleKind.KEEP), (REMOVE, RuleKind.REMOVE), (SET, RuleKind.SET))
FILES: Final = (PROJECT, POLICY, LOOKUP, MAPPING, REPORT, BOXES)
FORM: Final = (
    OUTPUT, PRESET, *(switch.option for switch in SWITCHES), DATES, ON_BURNED_IN, TRUST_DECLARED, KEEP, REMOVE, SET,
    PROJECT, POLICY, LOOKUP, MAPPING, REPORT,
)  # fmt: skip


@dataclass(frozen=True)
class Wish:
    """What somebody asks for; texts as they wrote them.

    Parameters
    ----------
    paths : tuple of str
        Files and folders.
    output : str
        The output folder.
    preset : str
        "" where a policy file is named.
    options : tuple of str
        Names of options of the profile, over the preset.
    dates, on_burned_in : str
        "" where the preset or the policy file says it.
    trust_declared : bool
        As in `Policy`.
    rules : tuple of (RuleKind, str)
        Rules of a site, in their order.
    files : mapping
        The names of files and folders, by the names of their options.
    mode : str
        Permissions of the copies, in octal.
    jobs : int
        How many processes; 0 for as many as there are processors.
    dry : bool
        Whether nothing is written.
    decided : mapping
        As in `Order`.
    """

    paths: tuple[str, ...]
    output: str = ""
    preset: str = ""
    options: tuple[str, ...] = ()
    dates: str = ""
    on_burned_in: str = ""
    trust_declared: bool = False
    rules: tuple[tuple[RuleKind, str], ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    mode: str = DEFAULT_MODE
    jobs: int = 0
    dry: bool = False
    decided: Mapping[str, OnBurnedIn] = field(default_factory=dict)

    def policy(self) -> Policy:
        """Return the policy: what a policy file says, or a preset, and over it the rest.

        Raises
        ------
        PolicyError
            Something of it is not known, or the file cannot be read.
        """
        named = self.files.get(POLICY.name, "")
        if named and self.preset:
            raise PolicyError("a preset and a policy file exclude each other: the file has a line  preset = ")
        base = read_policy(named) if named else None
        said: dict[str, Any] = {"options": list(self.options), TRUST_DECLARED.name: self.trust_declared}
        chosen = ((PRESET, self.preset), (DATES, self.dates), (ON_BURNED_IN, self.on_burned_in))
        said |= {option.name: value for option, value in chosen if value}
        if base is not None and not self.trust_declared:
            del said[TRUST_DECLARED.name]
        found = policy_of(said, base)
        return replace(found, rules=(*found.rules, *(read_rule(kind, written) for kind, written in self.rules)))

    def order(self, own_boxes: str) -> Order:
        """Return the order; a project that is not there yet is made.

        Parameters
        ----------
        own_boxes : str
            Where boxes are looked for where no file of them is named.

        Raises
        ------
        PolicyError
            It cannot be done.
        """
        policy, project = self.policy(), None
        if self._file(PROJECT):
            project = open_project(self._file(PROJECT))
        if self._file(LOOKUP):
            if project is None:
                raise PolicyError("a table of pseudonyms needs a project: UIDs and dates follow from a key that is kept")
            project = replace(project, lookup=read_lookup(self._file(LOOKUP)))
        return Order(
            paths=self.paths, output=self.output, policy=policy, project=project,
            boxes=read_boxes(self._file(BOXES) or own_boxes), report=self._file(REPORT), mapping=self._file(MAPPING),
            mode=mode_of(self.mode), jobs=self.jobs, dry=self.dry, decided=self.decided,
        )  # fmt: skip

    def _file(self, option: Option) -> str:
        return os.path.expanduser(self.files.get(option.name, "").strip())

    @property
    def command(self) -> str:
        """Return the command line that does the same, but for what was decided file by file."""
        words = ["dicom-tui", "anonymize", *self.paths, "-o", self.output or "OUT"]
        words += [f"--{PRESET.name}", self.preset] if self.preset not in ("", PRESET.default) else []
        for name in self.options:
            words += ["--option", name]
        base = policy_of({PRESET.name: self.preset or PRESET.default})
        words += [f"--{DATES.name}", self.dates] if self.dates and self.dates != base.dates else []
        words += [f"--{ON_BURNED_IN.name}", self.on_burned_in] if self.on_burned_in not in ("", base.on_burned_in) else []
        words += [f"--{TRUST_DECLARED.name}"] if self.trust_declared else []
        for kind, written in self.rules:
            words += [f"--{kind.value}", written]
        for option in FILES:
            words += [f"--{option.name}", self.files[option.name]] if self.files.get(option.name) else []
        return shlex.join(words)


def wish_of(paths: tuple[str, ...], values: Values) -> Wish:
    """Return the wish that the values of `FORM` stand for.

    Raises
    ------
    PolicyError
        A list of rules has a quote that does not end.
    """
    preset = "" if values.get(POLICY.name) else str(values[PRESET.name])
    given = policy_of({PRESET.name: preset or PRESET.default}).options if preset else frozenset()
    chosen = tuple(
        switch.option.name for switch in SWITCHES if values.get(switch.option.name) and switch.profile not in given
    )
    rules = []
    for option, kind in RULES:
        written = str(values.get(option.name, ""))
        try:
            rules += [(kind, word) for word in shlex.split(written)]
        except ValueError as error:
            raise PolicyError(f"{option.label}: a quotation mark is missing") from error
    return Wish(
        paths=paths, output=os.path.expanduser(str(values.get(OUTPUT.name, "")).strip()), preset=preset, options=chosen,
        dates=str(values[DATES.name]) if preset else "", on_burned_in=str(values[ON_BURNED_IN.name]) if preset else "",
        trust_declared=bool(values.get(TRUST_DECLARED.name)), rules=tuple(rules),
        files={option.name: str(values[option.name]).strip() for option in FILES if values.get(option.name)},
    )  # fmt: skip


def preset_values(name: str) -> Values:
    """Return what a preset fills in: its switches, dates, and what is done with burned-in text."""
    preset = policy_of({PRESET.name: name})
    values: Values = {switch.option.name: switch.profile in preset.options for switch in SWITCHES}
    return values | {DATES.name: preset.dates.value, ON_BURNED_IN.name: preset.on_burned_in.value}
