"""One file from its bytes to its result: planned, written without a name, looked at, and only then given its name."""

import os
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from tui.dicom.anonymize.boxes import Boxes, as_list, boxes_from
from tui.dicom.anonymize.decisions import Decisions
from tui.dicom.anonymize.outcome import EXISTS, REFUSED_AS_NO_DICOM, Outcome
from tui.dicom.anonymize.plan import NO_BOXES, Plan, plan
from tui.dicom.anonymize.policy import OnBurnedIn, Policy, as_json
from tui.dicom.anonymize.policy_file import policy_of
from tui.dicom.anonymize.project import Project
from tui.dicom.anonymize.rewriting import result_chunks
from tui.dicom.anonymize.uids import is_registered
from tui.dicom.anonymize.verify import findings
from tui.dicom.elements import walk_source
from tui.dicom.errors import ChangedError, DicomError, NotDicomError, ReadError, RefusedError, WriteError, translated
from tui.dicom.permissions import PRIVATE
from tui.dicom.save import new_file_below
from tui.dicom.source import Source, WrittenSource
from tui.text import safe_text

_ENDING: Final = ".dcm"
_UID: Final = re.compile(r"\d[\d.]*")


class _UnforeseenError(RefusedError):
    """Something raised what nobody foresaw; what it said may hold values of the file, and is not told."""

    def __init__(self, _said: str, path: str | None = None) -> None:
        super().__init__("odd contents", "something in it is so odd that it cannot be gone through", path)


@dataclass(frozen=True)
class Task:
    """How all files of a batch are treated.

    Parameters
    ----------
    policy, project, boxes : Policy, Project, Boxes
        What `plan` takes.
    output : str
        The output folder, which exists.
    mode : int
        Permissions of the results.
    mapping : bool
        Whether original and new values are wanted back.
    decided : mapping
        What a person has decided of files whose pixels may hold text, over the policy.
    """

    policy: Policy
    project: Project
    output: str
    boxes: Boxes = field(default_factory=lambda: NO_BOXES)
    mode: int = PRIVATE
    mapping: bool = False
    decided: Mapping[str, OnBurnedIn] = field(default_factory=dict)
    decisions: Decisions = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make what all files share."""
        object.__setattr__(self, "decisions", Decisions(self.policy))

    def planned(self, source: Source) -> Plan:
        """Return the plan of an open file; raise what `plan` does."""
        choice = self.decided.get(source.path)
        policy = self.policy if choice is None else replace(self.policy, on_burned_in=choice)
        with translated(_UnforeseenError, ""):
            return plan(walk_source(source), policy, self.project, boxes=self.boxes, decisions=self.decisions)


def anonymize_file(task: Task, path: str, *, dry: bool = False) -> Outcome:
    """Anonymize one file; whatever is wrong with it is an outcome, and no error.

    With `dry`, nothing is written.
    """
    try:
        with Source(path) as source:
            source.repeats = True
            made = task.planned(source)
            if not dry and os.path.lexists(there := os.path.join(task.output, *_names(made))):
                why = "another file of the same instance was written, or an earlier run wrote it; it is not replaced"
                taken = "/".join(_names(made)) if _is_result(there, made) else ""
                return Outcome(rule=EXISTS, reason=why, taken=taken)
            if not dry:
                _write(task, made, source)
            return planned_outcome(task, made, "" if dry else "/".join(_names(made)))
    except DicomError as error:
        return _refusal(error, path)


def plan_file(task: Task, path: str) -> Plan | Outcome:
    """Return the plan of one file, or the outcome of one that is refused."""
    try:
        with Source(path) as source:
            return task.planned(source)
    except DicomError as error:
        return _refusal(error, path)


def _refusal(error: DicomError, path: str) -> Outcome:
    """Return the outcome of a file that an error ended."""
    if isinstance(error, RefusedError):
        return Outcome(rule=error.rule, reason=str(error))
    if isinstance(error, NotDicomError):
        return REFUSED_AS_NO_DICOM
    rules = ((ReadError, "cannot be read"), (WriteError, "cannot be written"))
    rule = next((rule for kind, rule in rules if isinstance(error, kind)), "odd contents")
    return Outcome(rule=rule, reason=_nameless(error, path))


def _nameless(error: DicomError, path: str) -> str:
    """Return why a file was not read or written, without its name, which may be somebody's."""
    said = str(error)
    for name in (path, path.rpartition("/")[2]):
        for form in (name, safe_text(name)):
            said = said.replace(form, "it") if form else said
    return said


def _names(made: Plan) -> tuple[str, str, str]:
    """Return the folders and the name of a result: its new UIDs."""
    return _safe(made.study, "study"), _safe(made.series, "series"), _safe(made.instance, "instance") + _ENDING


def _safe(uid: str, instead: str) -> str:
    return uid if _UID.fullmatch(uid) else instead


def _is_result(path: str, made: Plan) -> bool:
    """Return whether a file holds exactly what a plan makes."""
    try:
        with Source(path) as there:
            at = 0
            for data in result_chunks(made):
                if there.read(at, len(data)) != data:
                    return False
                at += len(data)
            return at == there.size
    except ReadError:
        return False


def _write(task: Task, made: Plan, source: Source) -> None:
    with new_file_below(task.output, _names(made), mode=task.mode, flush_folder=False) as file:  # the batch does, once
        for data in result_chunks(made):
            file.write(data)
        file.flush()
        with WrittenSource(file.fileno(), source.path) as written, translated(_UnforeseenError, ""):
            written.repeats = True
            for finding in findings(written, made, task.policy):
                raise RefusedError("did not verify", f"the result was looked at, and not kept: {finding}", source.path)
        if source.changed:
            raise ChangedError("it was changed while it was read", source.path)


def planned_outcome(task: Task, made: Plan, written: str = "") -> Outcome:
    """Return the outcome of a file that is not refused; `written` is its path below the output folder."""
    actions = Counter(row.action.value for row in made.rows)
    warnings = [made.risks.visual] if made.risks.visual else []
    if made.risks.burned_in and not made.boxes:
        warnings.append("text may be burned into the pixels, which were kept as they are")
    pairs: tuple[tuple[str, str, str], ...] = ()
    if task.mapping:
        uids = sorted(uid for uid in made.original_uids if not is_registered(uid))
        pairs = (
            ("PatientID", made.patient.patient_id, made.pseudonym),
            *(("UID", uid, task.project.uid(uid)) for uid in uids),
        )
    size = made.elements.source.identity.size
    return Outcome(written, "", "", dict(actions), tuple(warnings), size, pairs, boxed=bool(made.boxes))


# --- as messages to worker processes


def as_message(task: Task) -> dict[str, Any]:
    """Return a task as JSON for a process of our own."""
    lookup = dict(task.project.lookup) if task.project.lookup is not None else None
    return {
        "policy": as_json(task.policy),
        "key": task.project.key.hex(),
        "lookup": lookup,
        "output": task.output,
        "boxes": as_list(task.boxes),
        "mode": task.mode,
        "mapping": task.mapping,
        "decided": {path: choice.value for path, choice in task.decided.items()},
    }


def from_message(said: dict[str, Any]) -> Task:
    """Return the task that `as_message` made."""
    project = Project(bytes.fromhex(said["key"]), lookup=said["lookup"])
    return Task(
        policy_of(said["policy"]), project, said["output"], boxes_from(said["boxes"]), said["mode"], said["mapping"],
        {path: OnBurnedIn(choice) for path, choice in said["decided"].items()},
    )  # fmt: skip
