"""The one function that makes any text from outside safe to draw.

Values, private creators, file names, exception texts: a file's bytes must not act on the terminal. ESC is legal in
DICOM text (ISO 2022), so it occurs in honest files too; every Textual widget passes it on to the terminal.
"""

import os
import re
from unicodedata import category, combining, east_asian_width

MAX_LENGTH = 4096
_LONGEST_ENDING = 5

_C0 = {code: chr(0x2400 + code) for code in range(0x20)} | {0x09: "⇥", 0x0A: "⏎", 0x7F: "␡"}
_C1_AND_SURROGATES = "\x80-\x9f\ud800-\udfff"
# What re-orders, hides or breaks a line: soft hyphen, bidi controls, zero-width characters, line and paragraph
# separators, Hangul fillers, byte-order mark, interlinear annotation, variation selectors, language tags.
_UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff"
    "\uffa0\ufff0-\ufffb\U00013430-\U00013438\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_UNSAFE = re.compile(f"[\x00-\x1f\x7f{_C1_AND_SURROGATES}{_UNSEEN}]")
_PLAIN_BYTES = 10_000
_UNITS = ("kB", "MB", "GB", "TB")


def _stand_in(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code in _C0:
        return _C0[code]
    if 0x80 <= code < 0xA0 or 0xD800 <= code < 0xE000:
        return "\ufffd"
    return f"⟨{code:04X}⟩"


def safe_text(text: str, limit: int = MAX_LENGTH) -> str:
    """Return `text` with everything that could act on a terminal as a visible stand-in.

    Parameters
    ----------
    text : str
        Any text, lone surrogates included.
    limit : int
        At most so many characters of `text` are kept; the cut is shown by an ellipsis.

    Returns
    -------
    str
        One line: C0 controls as control pictures, tab and newline as arrows, C1 controls and surrogates as U+FFFD, bidi
        and invisible characters as their code point in angle brackets. It is not markup, and must not be drawn as such.
    """
    if len(text) > limit:
        text = text[:limit] + "…"
    if text.isascii() and text.isprintable():
        return text
    return _UNSAFE.sub(_stand_in, text)


MASK = "•••••"  # what is shown in the place of what may identify somebody
_masked = False


def mask_names(*, on: bool) -> None:
    """Show names of files and folders as they are, or from now on masked: people name them after people (privacy view)."""
    global _masked
    _masked = on


def names_are_masked() -> bool:
    """Return whether names of files and folders are masked."""
    return _masked


def shown_name(name: str, limit: int = MAX_LENGTH) -> str:
    """Return the name of a file or a folder as it is shown: safe to draw; where names are masked, only its ending."""
    if not _masked:
        return safe_text(name, limit)
    ending = os.path.splitext(name)[1]
    return MASK + (ending if ending.isascii() and ending[1:].isalpha() and len(ending) <= _LONGEST_ENDING else "")


def shown_path(path: str) -> str:
    """Return a path as it is shown: safe to draw, and the user's home as ~."""
    if _masked:
        return os.path.join(MASK, shown_name(os.path.basename(path.rstrip(os.sep))))
    home = os.path.expanduser("~").rstrip(os.sep)
    inside = home and (path == home or path.startswith(home + os.sep))
    return safe_text("~" + path[len(home) :] if inside else path)


def cell_width(text: str) -> int:
    """Return how many terminal cells `text`, safe to draw, takes."""
    if text.isascii():
        return len(text)
    return sum(_character_width(character) for character in text)


def _character_width(character: str) -> int:
    if character.isascii():
        return 1
    if combining(character) or category(character) in ("Mn", "Me") or "\u1160" <= character <= "\u11ff":
        return 0  # the last range: vowels and finals of decomposed Hangul, usual in file names of macOS
    return 2 if east_asian_width(character) in "WF" else 1


def fit_cells(text: str, width: int, *, pad: bool = False) -> str:
    """Return `text`, safe to draw, cut to `width` cells with an ellipsis, and filled up with spaces if `pad`."""
    used = cell_width(text)
    if used > width:
        kept, used = [], 0
        for character in text:
            step = _character_width(character)
            if used + step > width - 1:
                break
            kept.append(character)
            used += step
        text = "".join(kept) + ("…" if width > 0 else "")
        used += width > 0
    return text + " " * (width - used) if pad else text


_ASCII = str.maketrans("…→←↑↓▾▸●│┃─·×–", "~><^vv>*||-.x-")


def sentence_case(words: str) -> str:
    """Return words that begin with a capital letter; all others stay as they are."""
    return words[:1].upper() + words[1:]


def in_ascii(text: str) -> str:
    """Return `text` for a terminal that knows ASCII only, as many characters: marks as their likes, the rest as ?."""
    return text.translate(_ASCII).encode("ascii", "replace").decode()


def size_text(count: int) -> str:
    """Return a number of bytes as people write it."""
    if count < _PLAIN_BYTES:
        return f"{count:,} byte{'s' * (count != 1)}"
    size, unit = count / 1000, 0
    while size >= 1000 and unit < len(_UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return f"{size:.1f} {_UNITS[unit]}" if size < 100 else f"{size:,.0f} {_UNITS[unit]}"
