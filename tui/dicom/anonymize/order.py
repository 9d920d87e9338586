"""What somebody wants anonymized, and how, as a value."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from tui.dicom.anonymize.boxes import Boxes, as_list
from tui.dicom.anonymize.policy import OnBurnedIn, Policy
from tui.dicom.anonymize.project import Project
from tui.dicom.permissions import PRIVATE

STATE_ENDING = ".state"


@dataclass(frozen=True)
class Order:
    """What somebody wants anonymized, and how.

    Parameters
    ----------
    paths : tuple of str
        Files and folders.
    output : str
        The output folder, which is made; "" of a dry run.
    policy : Policy
        Options and rules.
    project : Project or None
        The key; None where it is forgotten.
    boxes : Boxes
        What is blackened, by device.
    report : str
        Where the report goes; "" for beside the output folder.
    mapping : str
        Where the table of original and new values goes; "" for none.
    mode : int
        Permissions of the results.
    jobs : int
        How many processes; 0 for as many as there are processors.
    dry : bool
        Whether nothing is written.
    decided : mapping
        What a person has decided of files whose pixels may hold text, over the policy.
    """

    paths: tuple[str, ...]
    output: str
    policy: Policy
    project: Project | None = None
    boxes: Boxes = field(default_factory=dict)
    report: str = ""
    mapping: str = ""
    mode: int = PRIVATE
    jobs: int = 0
    dry: bool = False
    decided: Mapping[str, OnBurnedIn] = field(default_factory=dict)

    @property
    def report_path(self) -> str:
        """Return where the report goes."""
        return self.report or f"{self.output.rstrip(os.sep)}.report.json"

    @property
    def state_path(self) -> str:
        """Return where it is kept how far the batch is."""
        return f"{self.output.rstrip(os.sep)}{STATE_ENDING}"

    @property
    def command(self) -> str:
        """Return what is done with what, as a text: a run that was cut off is gone on with by the same one."""
        inputs = sorted(os.path.realpath(path) for path in self.paths)
        how = json.dumps([as_list(self.boxes), sorted((self.project.lookup or {}).items()) if self.project else []])
        return how + "\0".join(
            [
                *inputs,
                "",
                os.path.realpath(self.output),
                self.policy.digest_text,
                *(f"{path} {choice}" for path, choice in sorted(self.decided.items())),
            ]
        )
