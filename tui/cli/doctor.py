"""``dicom-tui doctor``: what the terminal can do and why, and what is installed."""

import os
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from tui import __version__
from tui import settings as user_settings
from tui.cli import PROGRAM
from tui.cli.arguments import Parser, add_options, given
from tui.cli.configured import configured
from tui.dicom.pixels.codecs import has_fast_codecs
from tui.settings import OPTIONS, Settings, SettingsError
from tui.terminal import probe
from tui.terminal.graphics import cell_pixels
from tui.text import safe_text

_PACKAGES = ("textual", "rich", "pydicom", "numpy", "pillow", "pylibjpeg", "pylibjpeg-libjpeg", "pylibjpeg-openjpeg",
             "pylibjpeg-rle", "imagecodecs", "av")  # fmt: skip
_VARIABLES = ("TERM", "COLORTERM", "LANG", "LC_ALL", "NO_COLOR", "TMUX", "STY", "SSH_CONNECTION", "DICOM_TUI_COLOR")


def run(words: Sequence[str]) -> int:
    """Print what was found; return the exit code."""
    parser = Parser(
        prog=f"{PROGRAM} doctor", description="Print what the terminal can do, why a mode is chosen, and what is installed."
    )
    shown = tuple(option for option in OPTIONS if option.name in ("color", "cells", "graphics", "ascii"))
    add_options(parser, shown)
    flags = given(parser.parse_args(words), shown)
    path, problem = user_settings.settings_path(), ""
    try:
        settings = configured(flags)
    except SettingsError as error:
        settings, problem = Settings().with_values(flags), str(error)
    is_terminal = sys.stdin.isatty() and sys.stderr.isatty()
    answer = probe.ask(graphics=settings.graphics) if is_terminal else ""
    found = probe.classify(answer, os.environ, settings.color, ascii_only=settings.ascii, graphics=settings.graphics)
    for name, text in (
        ("program", f"{PROGRAM} {__version__}, Python {sys.version.split()[0]}"),
        ("terminal", _terminal(is_terminal=is_terminal, answer=answer)),
        ("colours", f"{found.depth.value}: {found.depth_reason}"),
        ("characters", f"{'Unicode' if found.unicode else 'ASCII'}: {found.unicode_reason}"),
        ("cells", _cells(settings.cells, found)),
        (
            "repetition",
            "runs of one colour are written short (REP)" if found.repeats else "the terminal does not repeat (REP)",
        ),
        ("graphics", _graphics(found)),
        ("multiplexer", _multiplexer(found.multiplexer)),
        ("settings", problem or f"{path} {'' if os.path.exists(path) else '(not there)'}"),
        ("environment", ", ".join(map(_variable, filter(os.environ.__contains__, _VARIABLES))) or "-"),
        ("packages", ", ".join(f"{name} {_version(name)}" for name in _PACKAGES)),
        ("codecs", "those of the extra 'fast', too" if has_fast_codecs() else "without the extra 'fast': no JPEG XL"),
    ):
        print(f"{name:12} {safe_text(text.strip())}")
    return 0


def _variable(name: str) -> str:
    """Return what is set; of a connection, only that it is: its addresses are nobody else's business."""
    return f"{name} is set" if name == "SSH_CONNECTION" else f"{name}={os.environ[name]}"


def _terminal(*, is_terminal: bool, answer: str) -> str:
    if not is_terminal:
        return "standard input or standard error is none; what follows is from the environment alone"
    return f"it answered {answer!r}" if answer else "it did not answer; what follows is from the environment alone"


def _cells(wanted: str, found: probe.Terminal) -> str:
    kind = found.kind(wanted)
    why = "" if kind.value == wanted else f", for {wanted} needs Unicode"
    return f"{kind.value}{why}: {kind.columns} x {kind.rows} pixels"


def _graphics(found: probe.Terminal) -> str:
    if found.graphics is None:
        return f"none: {found.graphics_reason}"
    cell = cell_pixels(sys.stderr.fileno())
    if cell is None:
        size = "the terminal does not tell the size of its cells" + ("" if found.graphics.scales else ": none are drawn")
    else:
        size = f"cells of {cell[0]} x {cell[1]} pixels"
    return f"{found.graphics.protocol.value}: {found.graphics_reason}; {size}"


def _multiplexer(name: str) -> str:
    return f"{name}: it answers for the terminal, so pictures keep a distance of an eighth of a second" if name else "none"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "(not installed)"
