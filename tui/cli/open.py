"""``dicom-tui [PATH ...]``: open the browser."""

import gc
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.cli import PROGRAM
from tui.cli.configured import configured
from tui.cli.output import refuse
from tui.settings import OPTIONS, SettingsError

if TYPE_CHECKING:  # --help needs neither
    from tui.browser_state import Start
    from tui.terminal.probe import Terminal


def run(words: Sequence[str]) -> int:
    """Open the browser on the paths in `words`; return the exit code."""
    gc.disable()  # until the first paint: collecting what start-up makes is a sixth of its time, and frees nothing
    if not any(word.startswith("-") for word in words):  # no parser is needed, nor the time to build one
        return _open(words, {})
    from tui.cli.arguments import browser_parser, given

    arguments = browser_parser().parse_args(words)
    if arguments.version:
        from tui import __version__

        print(f"{PROGRAM} {__version__}")
        return 0
    return _open(arguments.paths, given(arguments, OPTIONS), editable=arguments.rw)


def _open(paths: Sequence[str], flags: dict[str, str | bool], *, editable: bool = False) -> int:
    from tui.browser_state import start_of
    from tui.dicom.library.scan import path_problem

    paths = paths or ["."]
    for path in paths:
        if problem := path_problem(path):
            return refuse(problem)
    return browse(start_of(paths), flags, editable=editable)


def browse(start: "Start", flags: dict[str, str | bool], *, editable: bool = False) -> int:
    """Ask the terminal what it can do, and open the browser; return the exit code."""
    if problem := terminal_problem():
        return refuse(problem)
    try:
        settings = configured(flags)
    except SettingsError as error:
        return refuse(str(error))
    if os.environ.get("NO_COLOR") == "" or settings.color not in ("auto", "mono"):
        # empty means not set (no-color.org), and a colour that was asked for rules; Textual knows neither
        os.environ.pop("NO_COLOR", None)
    from tui.terminal import probe

    answer = probe.ask(graphics=settings.graphics)
    found = probe.classify(answer, os.environ, settings.color, ascii_only=settings.ascii, graphics=settings.graphics)
    _prepare(found)
    from tui.app import DicomApp, UnknownThemeError  # imports Textual, which reads the environment that was prepared

    try:
        app = DicomApp(start, settings, found, editable=editable)
    except UnknownThemeError as error:
        return refuse(str(error))
    return app.run_to_end()


def terminal_problem() -> str | None:
    """Return why this is no place for a full-screen program, in a sentence, or None."""
    if not sys.stdin.isatty() or not sys.stderr.isatty():
        which = "standard input" if not sys.stdin.isatty() else "standard error"
        return f"{which} is no terminal, and the browser needs one (see {PROGRAM} --help)"
    if os.environ.get("TERM", "") in ("", "dumb", "unknown"):
        return f"TERM is {os.environ.get('TERM') or 'not set'}: this terminal cannot show a full-screen program"
    return None


def _prepare(terminal: "Terminal") -> None:
    """Set what Textual and NumPy read from the environment when they are imported."""
    depth = terminal.depth.value
    os.environ["TEXTUAL_COLOR_SYSTEM"] = depth if depth in ("truecolor", "256") else "standard"
    if depth == "mono":
        os.environ["NO_COLOR"] = "1"
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    os.environ.setdefault("TEXTUAL_SMOOTH_SCROLL", "0")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if os.environ.get("SSH_CONNECTION") or terminal.multiplexer:
        os.environ.setdefault("ESCDELAY", "300")  # an escape sequence may arrive in pieces
