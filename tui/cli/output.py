"""What the command line writes: errors and progress to stderr, text from files always made safe."""

import sys
import time

from tui.cli import PROGRAM
from tui.dicom.job import Job
from tui.text import safe_text

USAGE_ERROR = 2
ERROR = 2  # of a program whose 1 says something else
_REDRAWN_S = 0.1


def refuse(sentence: str) -> int:
    """Say on stderr why the program does not start, in one line; return the exit code for that."""
    print(f"{PROGRAM}: {safe_text(sentence)}", file=sys.stderr)
    return USAGE_ERROR


def progress(job: Job, doing: str) -> None:
    """Drive `job`; show on stderr how far it is, where that is a terminal."""
    shown = sys.stderr.isatty()
    for step in job:
        if shown:
            print(f"\r{doing}: {step.done} of {step.total}", end="", file=sys.stderr, flush=True)
    if shown:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def counted(job: Job, doing: str) -> None:
    """Drive a `job` whose end is not known; show on stderr how far it is, where that is a terminal."""
    shown, last = sys.stderr.isatty(), 0.0
    for step in job:
        if shown and (now := time.monotonic()) - last > _REDRAWN_S:
            print(f"\r{doing}: {step.done:,} files", end="", file=sys.stderr, flush=True)
            last = now
    if shown:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
