"""A process that anonymizes files for another one: it is told the task once, then one path after the other."""

import gc
import sys
from dataclasses import asdict
from typing import Any, Final

from tui.dicom.anonymize.apply import Task, anonymize_file, from_message
from tui.dicom.processes import read_message, write_answer

NEEDS_TASK: Final = "task"


def main() -> None:
    """Answer questions until the input ends."""
    memory = int(sys.argv[1])
    gc.freeze()  # what was imported stays
    task: Task | None = None
    while (message := read_message(sys.stdin.buffer)) is not None:
        header, _ = message
        if "task" in header:
            task = from_message(header["task"])
        answer: dict[str, Any] = {"needs": NEEDS_TASK}
        if task is not None:
            answer = asdict(anonymize_file(task, header["path"], dry=header["dry"]))
        write_answer(sys.stdout.buffer, memory, answer)


if __name__ == "__main__":
    main()
