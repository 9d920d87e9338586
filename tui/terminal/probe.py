"""What the terminal can do: its colours and whether it draws UTF-8, asked before Textual is imported.

CSI queries only, one round trip: XTVERSION, DA2, a half-block with a cursor position report behind it, REP (repeat the
character before it) with another one, and DA1 as the fence that every terminal answers. DCS, OSC and APC queries would be
printed by some terminals; none is sent. The environment does not tell: SSH drops COLORTERM, and Python coerces LANG=C to
UTF-8.
"""

import os
import re
import select
import subprocess
import termios
import time
import tty
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from tui.render.cell_kind import CellKind
from tui.render.color_depth import ColorDepth
from tui.terminal.graphics import Graphics, Protocol

# The half-blocks are erased again. Their bytes hold no C1 control that moves a cursor, should the terminal not know UTF-8.
_QUERY = b"\x1b[>q\x1b[>c\r\xe2\x96\x80\x1b[6n\x1b[2b\x1b[6n\r\x1b[K"
_SIXEL_QUERY = b"\x1b[?1;1;0S\x1b[?2;1;0S"  # XTSMGRAPHICS: how many colours, and how large a picture
_FENCE = b"\x1b[c"
_ANSWER_S = 1.5
_TMUX_S = 1.0
_VERSION = re.compile(r"\x1bP>\|([^\x1b]*)\x1b\\")
_SIXEL_COLORS = re.compile(r"\x1b\[\?1;0;(\d+)S")
_SIXEL_SIZE = re.compile(r"\x1b\[\?2;0;(\d+);(\d+)S")
_ENOUGH_COLORS = 128
_TAKES = {Protocol.KITTY: ("kitty", "ghostty"), Protocol.ITERM2: ("iterm2", "wezterm")}
_COLUMN = re.compile(r"\x1b\[\d+;(\d+)R")
_DA1 = re.compile(rb"\x1b\[\?[\d;]*c")
_NAMED = re.compile(
    r"kitty|foot|wezterm|iterm2|ghostty|konsole|contour|windows terminal|mintty|alacritty|rio|vte"
    r"|xterm\((?:3[3-9]\d|[4-9]\d\d)",
    re.IGNORECASE,
)
_TRUECOLOR_TERMS = frozenset({"alacritty", "foot", "xterm-kitty", "xterm-ghostty", "wezterm", "xterm-direct", "st-256color"})
_256_TERMS = ("xterm", "tmux", "screen", "rxvt", "putty")


@dataclass(frozen=True, slots=True)
class Terminal:
    """What was found, and why.

    `multiplexer` is "tmux", "screen" or ""; `answered` tells whether the terminal answered at all, and `repeats` whether it
    repeats a character on request (ECMA-48 8.3.103, REP); `graphics` is how pictures of real pixels are written, None where
    none are.
    """

    depth: ColorDepth
    depth_reason: str
    unicode: bool
    unicode_reason: str
    multiplexer: str = ""
    answered: bool = False
    repeats: bool = False
    graphics: Graphics | None = None
    graphics_reason: str = ""

    def kind(self, wanted: str) -> CellKind:
        """Return what a cell of a picture draws, where `wanted` (a value of CellKind) is asked for."""
        kind = CellKind(wanted)
        return kind if self.unicode or kind is CellKind.ASCII else CellKind.SPACE


def ask(answer_s: float = _ANSWER_S, *, graphics: str = "off") -> str:
    """Return what the terminal answers to the query; "" where there is no terminal or no answer.

    What pictures it takes is asked only where some are wanted.
    """
    try:
        fd = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    except OSError:
        return ""
    answer = b""
    try:
        before = termios.tcgetattr(fd)
        try:
            tty.setcbreak(fd, termios.TCSANOW)  # neither echo nor waiting for a line
            os.write(fd, _QUERY + (_SIXEL_QUERY if graphics in ("auto", "sixel") else b"") + _FENCE)
            until = time.monotonic() + answer_s
            while _DA1.search(answer) is None:
                left = until - time.monotonic()
                if left <= 0 or not select.select([fd], [], [], left)[0]:
                    break
                answer += os.read(fd, 1024)
        finally:
            termios.tcsetattr(fd, termios.TCSANOW, before)
    except (OSError, termios.error):
        return ""
    finally:
        os.close(fd)
    return answer.decode("latin-1")


def _tmux_depth(environment: Mapping[str, str]) -> tuple[ColorDepth, str]:
    """Return what the client of this tmux can show; with nobody attached, what COLORTERM says."""
    features = ""
    with suppress(OSError, subprocess.SubprocessError):
        features = subprocess.run(
            ["tmux", "display-message", "-p", "#{client_termfeatures}"],
            capture_output=True, text=True, timeout=_TMUX_S, check=False, stdin=subprocess.DEVNULL,
        ).stdout.strip()  # fmt: skip
    if features:
        known = "RGB" in features.split(",")
        return (ColorDepth.TRUECOLOR if known else ColorDepth.PALETTE_256), f"tmux: its client has {features}"
    if environment.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return ColorDepth.TRUECOLOR, "tmux with nobody attached: COLORTERM"
    return ColorDepth.PALETTE_256, "tmux with nobody attached"


def _by_answer(answer: str, environment: Mapping[str, str]) -> tuple[ColorDepth, str] | None:
    version = _VERSION.search(answer)
    name = version[1] if version else ""
    numbers = re.search(r"\x1b\[>(\d+);(\d+)", answer)
    kind, number = (int(numbers[1]), int(numbers[2])) if numbers else (-1, -1)
    if kind == 83 or (environment.get("STY") and not environment.get("TMUX")):
        return ColorDepth.PALETTE_256, "GNU screen garbles more than 256 colours"
    if name.startswith("tmux") or kind == 84:
        return _tmux_depth(environment)
    if kind == 85:
        return ColorDepth.PALETTE_256, "rxvt has no more than 256 colours"
    if _NAMED.match(name):
        return ColorDepth.TRUECOLOR, f"the terminal says it is {name[:40]}"
    exact = (kind, number)
    if (
        (kind == 41 and number >= 331)
        or (kind in (61, 65) and number >= 3600)
        or exact == (0, 136)
        or (kind == 1 and number >= 4000)
        or kind in (24, 77)
        or (kind == 0 and (number in (10, 276) or number >= 1000))
    ):
        return ColorDepth.TRUECOLOR, f"the terminal answers DA2 with {kind};{number}"
    if exact == (1, 95):
        return ColorDepth.PALETTE_256, "Apple Terminal"
    return None


def _by_environment(environment: Mapping[str, str]) -> tuple[ColorDepth, str]:
    term = environment.get("TERM", "")
    if environment.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return ColorDepth.TRUECOLOR, "COLORTERM"
    if environment.get("WT_SESSION"):
        return ColorDepth.TRUECOLOR, "WT_SESSION"
    if term in _TRUECOLOR_TERMS:
        return ColorDepth.TRUECOLOR, f"TERM={term}"
    if "256color" in term or term.startswith(_256_TERMS):
        return ColorDepth.PALETTE_256, f"TERM={term}"
    return ColorDepth.PALETTE_16, f"TERM={term}"


def _multiplexer(answer: str, environment: Mapping[str, str]) -> str:
    if "\x1bP>|tmux" in answer or "\x1b[>84;" in answer or environment.get("TMUX"):
        return "tmux"
    return "screen" if "\x1b[>83;" in answer or environment.get("STY") else ""


def _unicode(answer: str, environment: Mapping[str, str]) -> tuple[bool, str]:
    """Tell by where the cursor stood behind a half-block: in column 2, or a column further for each of its bytes."""
    column = _COLUMN.search(answer)
    if column:
        drawn = column[1] == "2"
        return drawn, f"a half-block moved the cursor to column {column[1]}"
    locale = environment.get("LC_ALL") or environment.get("LC_CTYPE") or environment.get("LANG") or ""
    utf8 = "utf-8" in locale.lower() or "utf8" in locale.lower()
    return utf8, f"the terminal did not answer; the locale is {locale or 'not set'}"


def _repeats(answer: str) -> bool:
    """Tell by where the cursor stood behind a half-block, and behind two more of it."""
    columns = [int(column) for column in _COLUMN.findall(answer)]
    return len(columns) == 2 and columns[1] == columns[0] + 2


def _graphics(answer: str, wanted: str, multiplexer: str) -> tuple[Graphics | None, str]:
    """Tell by the terminal's name, or by what it says of itself in DA1, how it takes pictures."""
    if wanted == "off":
        return None, "not asked for"
    if multiplexer and wanted != "sixel":  # which newer tmux may pass on
        return None, f"{multiplexer} does not pass them on"
    protocol, why = (Protocol(wanted), "asked for") if wanted != "auto" else _protocol(answer)
    if protocol is not Protocol.SIXEL:
        return Graphics(protocol) if protocol else None, why
    colors, size = _SIXEL_COLORS.search(answer), _SIXEL_SIZE.search(answer)
    if colors and int(colors[1]) < _ENOUGH_COLORS:
        return None, f"{why}, but its Sixel has {colors[1]} colours (xterm: numColorRegisters: 256)"
    found = Graphics(protocol, colors=min(256, int(colors[1])) if colors else 256)
    if size and int(size[1]) and int(size[2]):
        found = replace(found, widest=int(size[1]), highest=int(size[2]))
    return found, why


def _protocol(answer: str) -> tuple[Protocol | None, str]:
    named = _VERSION.search(answer)
    name = named[1] if named else ""
    for protocol, names in _TAKES.items():
        if name.lower().startswith(names):
            return protocol, f"the terminal says it is {name[:40]}"
    attributes = re.search(r"\x1b\[\?([\d;]*)c", answer)
    if attributes and "4" in attributes[1].split(";")[1:]:
        return Protocol.SIXEL, "the terminal answers DA1 with 4"
    return None, "the terminal does not say that it shows any"


def classify(
    answer: str, environment: Mapping[str, str], color: str = "auto", *, ascii_only: bool = False, graphics: str = "off"
) -> Terminal:
    """Return what a terminal can do.

    Parameters
    ----------
    answer : str
        What it answered to `ask`.
    environment : mapping
        The environment.
    color : str
        "auto", or the `ColorDepth` that a user asked for.
    ascii_only : bool
        Whether a user asked for that.
    graphics : str
        "off", "auto", or the `Protocol` that a user asked for.
    """
    if color != "auto":
        depth, why = ColorDepth(color), "asked for"
    elif environment.get("NO_COLOR"):
        depth, why = ColorDepth.MONO, "NO_COLOR"
    else:
        depth, why = _by_answer(answer, environment) or _by_environment(environment)
    unicode, unicode_why = (False, "asked for") if ascii_only else _unicode(answer, environment)
    multiplexer = _multiplexer(answer, environment)
    pictures, pictures_why = _graphics(answer, graphics, multiplexer)
    return Terminal(depth, why, unicode, unicode_why, multiplexer, bool(answer), _repeats(answer), pictures, pictures_why)
