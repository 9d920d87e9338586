"""Copying, where the terminal is somewhere else."""

import subprocess
from collections.abc import Mapping

_TMUX_S = 2.0


def inside_tmux(environment: Mapping[str, str]) -> bool:
    """Return whether tmux is to be asked: with its default settings it drops the escape sequence (OSC 52) of programs."""
    return bool(environment.get("TMUX"))


def copy_by_tmux(text: str) -> str:
    """Put `text` into tmux's buffer and, through it, on the clipboard of whoever sits at the terminal.

    Returns
    -------
    str
        In words, where it went; a terminal never says whether it took it.
    """
    try:
        done = subprocess.run(
            ["tmux", "load-buffer", "-w", "-"],
            input=text.encode(), capture_output=True, timeout=_TMUX_S, check=False,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return "not copied: tmux did not answer"
    if done.returncode:
        return "not copied: tmux refused"
    return "copied to tmux's buffer and, if it allows, the terminal's clipboard"
