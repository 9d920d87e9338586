"""How far a batch is, file by file: what a run that was cut off goes on from.

It holds keyed digests in the place of paths. Where no project keeps the key, it is kept here until the batch is done, since
the rest must get the same pseudonyms; the file is readable by its owner only.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any, BinaryIO, Final

from tui.dicom.anonymize.outcome import Outcome, outcome_of
from tui.dicom.anonymize.project import Project, forgotten
from tui.dicom.errors import PolicyError, WriteError, os_reason
from tui.dicom.save import private_log
from tui.text import safe_text

_FORMAT: Final = 1
_BEGIN: Final = b'{"format": 1, "command": "'


@dataclass
class State:
    """What was done so far.

    Parameters
    ----------
    project : Project
        The key, new or that of the run before.
    done : dict
        The outcome of each file, by its digest and identity.
    resumed : bool
        Whether a run before had begun.
    """

    project: Project
    _file: BinaryIO = field(repr=False)
    done: dict[str, Outcome] = field(default_factory=dict)
    resumed: bool = False

    def key_of(self, path: str) -> str:
        """Return what stands for a file in this state: its path, size and time of change."""
        try:
            found = os.stat(path)
            identity = f"{found.st_size} {found.st_mtime_ns}"
        except OSError:
            identity = ""
        return self.project.digest(f"{os.path.abspath(path)}\0{identity}")

    def add(self, key: str, outcome: Outcome) -> None:
        """Keep what became of the file that `key` stands for.

        Raises
        ------
        WriteError
            It cannot be written.
        """
        said = asdict(outcome) | {"mapping": [], "source": key}
        try:
            self._file.write(json.dumps(said).encode() + b"\n")
        except OSError as error:
            raise WriteError(f"how far the batch is cannot be kept: {os_reason(error)}") from error


@contextmanager
def open_state(path: str, command: str, project: Project | None) -> Iterator[State]:
    """Open the state of a batch, new or of a run before.

    Parameters
    ----------
    path : str
        Where it is kept.
    command : str
        What is done with what, as a text: only the same one goes on.
    project : Project or None
        The key; None where it is not kept: then it is made, or that of the run before.

    Raises
    ------
    PolicyError
        Another command has not finished, or the file is damaged.
    WriteError
        It cannot be opened.
    """
    with private_log(path) as file:
        lines = file.read().split(b"\n")
        begun = lines[0][: len(_BEGIN)]
        if begun != _BEGIN[: len(begun)]:
            raise PolicyError(f"{safe_text(path)} is in the way: it is none of this program's files", path)
        if len(lines) < 2:  # new, or cut off in its first line
            os.ftruncate(file.fileno(), 0)
            made = State(project or forgotten(), file)
            head: dict[str, Any] = {"format": _FORMAT, "command": made.project.digest(command)}
            if project is None:
                head["key"] = made.project.key.hex()
            file.write(json.dumps(head).encode() + b"\n")
        else:
            made = _resumed(path, file, lines, command, project)
        yield made


def _resumed(path: str, file: BinaryIO, lines: list[bytes], command: str, project: Project | None) -> State:
    try:
        head = json.loads(lines[0])
        kept = Project(bytes.fromhex(head["key"]), lookup=project.lookup if project else None) if "key" in head else None
        found = kept or project
        if head["format"] != _FORMAT or found is None or found.digest(command) != head["command"]:
            raise PolicyError(
                f"{safe_text(path)} is of another command that was not finished: finish that one, or remove this file", path
            )
        done = {}
        for line in lines[1:-1]:
            said = json.loads(line)
            done[said["source"]] = outcome_of(said)
    except (ValueError, KeyError, TypeError) as error:
        raise PolicyError(f"{safe_text(path)} is damaged: remove it to begin anew", path) from error
    if lines[-1]:  # the run before ended in the middle of a line
        os.ftruncate(file.fileno(), sum(len(line) + 1 for line in lines[:-1]))
    return State(found, file, done, resumed=True)
