"""The real program in a real terminal: a tmux server of its own for each test."""

import os
import shlex
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

LIMIT_S = 30.0
PROGRAM = (sys.executable, "-m", "tui")
_CONFIG = "set -g default-terminal tmux-256color\nset -g status off\nset -s escape-time 0\nset -g set-titles off\n"


class Terminal:
    """A shell in a terminal, in which commands are typed as a person types them."""

    def __init__(self, folder: Path, size: tuple[int, int], environment: dict[str, str]) -> None:
        self._socket = f"dicom-tui-{uuid.uuid4().hex[:8]}"
        config = folder / "tmux.conf"
        config.write_text(_CONFIG)
        exports = [f"{name}={shlex.quote(value)}" for name, value in environment.items()]
        shell = f"env -u COLUMNS -u LINES PS1='ready$ ' {' '.join(exports)} sh"
        self.tmux("-f", str(config), "-u", "new-session", "-d", "-x", str(size[0]), "-y", str(size[1]), shell)

    def tmux(self, *arguments: str) -> str:
        command = ["tmux", "-L", self._socket, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=LIMIT_S, errors="replace").stdout

    @property
    def text(self) -> str:
        return self.tmux("capture-pane", "-p", "-t", "0")

    @property
    def ansi(self) -> str:
        return self.tmux("capture-pane", "-p", "-e", "-t", "0")

    def fact(self, format_: str) -> str:
        """Return what tmux says of the pane, such as ``#{pane_title}``."""
        return self.tmux("display-message", "-p", "-t", "0", format_).strip()

    def until(self, seen: Callable[[], object], what: str = "it") -> None:
        end = time.monotonic() + LIMIT_S
        while not seen():
            if time.monotonic() > end:
                raise AssertionError(f"{what} never came to be; on screen is:\n{self.text}")
            time.sleep(0.05)

    def shows(self, *texts: str) -> None:
        """Wait until all `texts` are on the screen."""
        for text in texts:
            self.until(partial(self._is_shown, text), repr(text))

    def _is_shown(self, text: str) -> bool:
        return text in self.text

    def type(self, text: str) -> None:
        self.tmux("send-keys", "-t", "0", "-l", text)

    def keys(self, *names: str) -> None:
        for name in names:
            self.tmux("send-keys", "-t", "0", name)

    def run(self, *command: str) -> None:
        """Type a command, and Enter; its exit code is printed behind it."""
        self.type(f"{shlex.join(command)}; echo ended with $?")
        self.keys("Enter")

    def pid(self) -> int:
        """Return the process of the program that runs in the shell."""
        shell = self.fact("#{pane_pid}")
        children = Path(f"/proc/{shell}/task/{shell}/children").read_text().split()
        return int(children[0])

    def resize(self, width: int, height: int) -> None:
        self.tmux("resize-window", "-t", "0", "-x", str(width), "-y", str(height))

    def close(self) -> None:
        subprocess.run(["tmux", "-L", self._socket, "kill-server"], capture_output=True, check=False)


@contextmanager
def terminal(folder: Path, size: tuple[int, int] = (120, 40), env: dict[str, str] | None = None) -> Iterator[Terminal]:
    """Open a terminal; `env` is set over what a login gives."""
    environment = {
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]),
        **{f"XDG_{name}_HOME": str(folder / name.lower()) for name in ("CONFIG", "STATE", "CACHE")},
    }
    made = Terminal(folder, size, environment | (env or {}))
    try:
        made.shows("ready$")
        yield made
    finally:
        made.close()


def browser(*paths: object) -> Sequence[str]:
    """Return the command that opens the browser."""
    return (*PROGRAM, *map(str, paths))


def nothing_acted(shell: Terminal, before: str) -> None:
    assert shell.fact("#{pane_title}") == before
    assert shell.fact("#{alternate_on}") == "1"
    assert shell.tmux("list-buffers") == ""
    assert "OWNED" not in shell.fact("#{window_name}#{session_name}")


def escape(shell: Terminal, shown: str) -> None:
    """Press Escape, and wait until `shown` is gone."""
    shell.keys("Escape")
    shell.until(lambda: shown not in shell.text, f"the end of {shown!r}")
