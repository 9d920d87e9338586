"""What a batch did, in JSON and in words: options with their codes, counts, refusals; no value of a file, and no path."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tui import __version__
from tui.dicom.anonymize.outcome import Outcome
from tui.dicom.anonymize.plan_rows import Action
from tui.dicom.anonymize.policy import CLEAN_PIXELS, SWITCHES, Code, Policy, as_json
from tui.dicom.options import Option
from tui.dicom.save import new_file
from tui.dicom.table_file import EDITION

_ACTIONS = {
    Action.REMOVE: "removed", Action.EMPTY: "emptied or given a pseudonym", Action.DUMMY: "replaced by a dummy",
    Action.KEEP: "kept by an option or a rule", Action.CLEAN: "cleaned", Action.UID: "given a new UID", Action.SET: "set",
}  # fmt: skip

REPORT = Option("report", "Report", "Where the report goes; beside the output folder if not said", metavar="FILE")


@dataclass
class Report:
    """What became of the files of a batch.

    Parameters
    ----------
    policy : Policy
        The rules.
    project : bool
        Whether the key is kept, so that later runs give the same UIDs and pseudonyms.
    resumed, complete, dry : bool
        Whether a run before had begun it; whether all files were gone through; whether nothing was to be written.
    """

    policy: Policy
    project: bool
    dry: bool = False
    resumed: bool = False
    complete: bool = False
    begun: datetime = field(default_factory=lambda: datetime.now(UTC))
    written: int = 0
    skipped: int = 0
    read_bytes: int = 0
    actions: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)
    refused: list[tuple[str, Outcome]] = field(default_factory=list)
    files: list[tuple[str, str]] = field(default_factory=list)
    leftovers: int = 0
    boxed: int = 0

    def add(self, digest: str, outcome: Outcome) -> None:
        """Count a file, which is named by its keyed digest."""
        if outcome.rule:
            self.refused.append((digest, outcome))
            return
        self.written += 1
        self.boxed += outcome.boxed
        self.read_bytes += outcome.read_bytes
        self.actions.update(outcome.actions)
        self.warnings.update(outcome.warnings)
        self.files.append((digest, outcome.written))

    @property
    def rules(self) -> Counter[str]:
        """Return how many files each rule refused."""
        return Counter(outcome.rule for _, outcome in self.refused)

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON."""
        return {
            "program": f"dicom-tui {__version__}",
            "standard": f"PS3.15 {EDITION}",
            "begun": self.begun.isoformat(timespec="seconds"),
            "ended": datetime.now(UTC).isoformat(timespec="seconds"),
            "complete": self.complete,
            "dry_run": self.dry,
            "resumed": self.resumed,
            "key_kept": self.project,
            "codes": [{"value": code.value, "scheme": "DCM", "meaning": code.meaning} for code in self.codes],
            "method": list(self.policy.method),
            "policy": self._policy_json(),
            "written": self.written,
            "verified": 0 if self.dry else self.written,
            "refused": len(self.refused),
            "not_dicom": self.skipped,
            "leftovers_removed": self.leftovers,
            "actions": {_ACTIONS[Action(letter)]: count for letter, count in sorted(self.actions.items())},
            "refusals": [
                {"source": digest, "rule": outcome.rule, "reason": outcome.reason} for digest, outcome in self.refused
            ],
            "warnings": dict(self.warnings),
            "boxed": self.boxed,
            "files": [{"source": digest, "written": written, "verified": not self.dry} for digest, written in self.files],
        }

    def _policy_json(self) -> dict[str, Any]:
        """Return the policy without values that were set or confirmed."""
        said = as_json(self.policy)
        rules = [[kind, written.partition("=")[0]] for kind, written in said["rules"]]
        return said | {"rules": rules, "confirmed": len(self.policy.confirmed)}

    @property
    def codes(self) -> tuple[Code, ...]:
        """Return the codes of CID 7050 that hold for the batch."""
        return (*self.policy.codes, *([CLEAN_PIXELS] if self.boxed else []))

    @property
    def lines(self) -> list[str]:
        """Return the report in words."""
        did = "would be written" if self.dry else "written and verified"
        chosen = [switch.option.label for switch in SWITCHES if switch.profile in self.policy.options]
        lines = [
            f"De-identified by dicom-tui {__version__}: PS3.15 {EDITION}, Basic Application Level Confidentiality Profile",
            f"Options: {', '.join(chosen) or 'none'}; dates: {self.policy.dates.value}; "
            f"burned-in text: {self.policy.on_burned_in.value}",
            f"{self.written:,} {did}, {len(self.refused):,} refused, {self.skipped:,} no DICOM files"
            + ("" if self.complete else "; not finished: the same command goes on"),
        ]
        if self.leftovers:
            lines.append(f"{self.leftovers} unfinished files of a run that was cut off were removed")
        lines += [f"  {count:8,} attributes {_ACTIONS[Action(letter)]}" for letter, count in sorted(self.actions.items())]
        lines += [f"  {count:8,} refused: {rule}" for rule, count in self.rules.most_common()]
        lines += [f"  {count:8,} to be looked at: {warning}" for warning, count in self.warnings.most_common()]
        lines += [f"  left the profile: {text}" for text in self.policy.method[1:]]
        kept = "kept in the project: later runs give the same" if self.project else "forgotten: later runs give others"
        lines.append(f"The key of UIDs, pseudonyms and dates is {kept}")
        return lines

    def write(self, path: str) -> None:
        """Write the report to `path` (JSON), and in words beside it; neither is replaced.

        Raises
        ------
        WriteError
            One of them exists, or cannot be written.
        """
        with new_file(path) as file:
            file.write(json.dumps(self.as_json(), indent=1).encode() + b"\n")
        with new_file(words_path(path)) as file:
            file.write("\n".join([*self.lines, *_refusal_lines(self.refused), ""]).encode())


def words_path(path: str) -> str:
    """Return where the report in words goes that belongs to one in JSON."""
    return f"{path.removesuffix('.json')}.txt"


def _refusal_lines(refused: Sequence[tuple[str, Outcome]]) -> list[str]:
    return ["", "Refused:", *(f"  {digest}  {outcome.reason}" for digest, outcome in refused)] if refused else []
