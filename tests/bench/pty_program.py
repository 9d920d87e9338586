"""A program on a pseudo-terminal that answers as xterm does, driven and timed from outside."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from types import TracebackType

REPLIES = {
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",
    b"\x1b[6n": b"\x1b[1;2R",
    b"\x1b[2b\x1b[6n": b"\x1b[1;4R",
    b"\x1b[>q": b"\x1bP>|XTerm(379)\x1b\\",
    b"\x1b[>c": b"\x1b[>41;379;0c",
    b"\x1b[c": b"\x1b[?64;1;2;22c",
}
_ESCAPES = re.compile(rb"\x1b\[[0-9;?<>=]*[A-Za-z]|\x1bP[^\x1b]*\x1b\\")
_LONGEST = 12  # more than the bytes of a query
READ_SIZE = 1 << 20
UNCOMPILED = "PYTHONDONTWRITEBYTECODE"  # where it is set, the program would be compiled anew at each start


class Ended(Exception):
    """The program ended before what was waited for."""


class PtyProgram:
    """A running program; use it as a context manager, which ends it."""

    def __init__(
        self,
        command: Sequence[str],
        size: tuple[int, int] = (160, 50),
        env: dict[str, str] | None = None,
        cell: tuple[int, int] = (0, 0),
    ) -> None:
        width, height = size
        window = struct.pack("HHHH", height, width, width * cell[0], height * cell[1])
        self.started = time.perf_counter()
        self.output = bytearray()
        self.replies = dict(REPLIES)
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, window)
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", COLUMNS=str(width), LINES=str(height))
            os.environ.update(env or {})
            os.environ.pop(UNCOMPILED, None)
            os.execvp(command[0], list(command))
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, window)

    def __enter__(self) -> "PtyProgram":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)

    def read(self, timeout_s: float, size: int = READ_SIZE) -> bytes:
        """Return what the program writes within `timeout_s`, at most `size` bytes; b"" if nothing. Answer what it asks."""
        if not select.select([self.fd], [], [], timeout_s)[0]:
            return b""
        try:
            data = os.read(self.fd, size)
        except OSError as error:
            raise Ended(bytes(self.output[-2000:])) from error
        tail = bytes(self.output[-_LONGEST:])
        self.output += data
        queries = re.compile(b"|".join(re.escape(query) for query in sorted(self.replies, key=len, reverse=True)))
        for asked in queries.finditer(tail + data):
            if asked.end() > len(tail):
                os.write(self.fd, self.replies[asked[0]])
        return data

    def send(self, keys: bytes) -> None:
        """Type `keys`."""
        os.write(self.fd, keys)

    def until(self, seen: Callable[[bytearray], bool], limit_s: float = 30.0) -> float:
        """Read until `seen` holds of all output so far; return the seconds since the start."""
        while not seen(self.output):
            if time.perf_counter() - self.started > limit_s:
                raise TimeoutError(text_of(bytes(self.output))[-2000:])
            self.read(0.5)
        return time.perf_counter() - self.started

    def until_end(self, limit_s: float = 30.0) -> None:
        """Read until the program has ended."""
        end = time.perf_counter() + limit_s
        try:
            while time.perf_counter() < end:
                self.read(0.5)
        except Ended:
            return
        raise TimeoutError("the program did not end")

    def until_quiet(self, quiet_s: float = 0.25, limit_s: float = 10.0) -> bytes:
        """Read until nothing has come for `quiet_s`; return what came."""
        data, end = bytearray(), time.perf_counter() + limit_s
        while time.perf_counter() < end:
            part = self.read(quiet_s)
            if not part:
                break
            data += part
        return bytes(data)


def text_of(output: bytes) -> bytes:
    """Return output without its escape sequences."""
    return _ESCAPES.sub(b"", output)


def print_versions() -> None:
    """Print what is measured with."""
    names = ("textual", "rich", "pydicom", "numpy", "rich-pixels")
    print(f"python {sys.version.split()[0]}, " + ", ".join(f"{name} {version(name)}" for name in names))


def row(what: str, ours: float, theirs: float, unit: str, goal: float) -> None:
    """Print both sides of a measurement, their ratio and what is to be reached."""
    print(f"{what:58} {ours:10.4g} {unit:5} against {theirs:10.4g}  ratio {ours / theirs:.3f}  to reach {goal:.3f}")
