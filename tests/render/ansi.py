"""An independent reading of terminal text: what each cell shows."""

import re

Cell = tuple[str, tuple[str, ...] | None, tuple[str, ...] | None]
_TOKEN = re.compile(r"\x1b\[([0-9;]*)m|\x1b\[([0-9]+)b|(.)", re.DOTALL)


def cells_of(line: str) -> list[Cell]:
    """Return (character, foreground, background) of each cell; a colour is its SGR parameters, None the default."""
    foreground: tuple[str, ...] | None = None
    background: tuple[str, ...] | None = None
    cells: list[Cell] = []
    for parameters, times, character in _TOKEN.findall(line):
        if character:
            cells.append((character, foreground, background))
            continue
        if times:  # REP
            cells += [(cells[-1][0], foreground, background)] * int(times)
            continue
        codes = parameters.split(";") if parameters else ["0"]
        while codes:
            code = int(codes.pop(0))
            if code == 0:
                foreground = background = None
                continue
            colour: tuple[str, ...]
            if code in (38, 48):
                length = 4 if codes[0] == "2" else 2
                colour, codes = tuple(codes[:length]), codes[length:]
            else:
                colour = (str(code % 10 + (8 if code >= 90 else 0)),)
            if code == 48 or 40 <= code <= 47 or 100 <= code <= 107:
                background = colour
            else:
                foreground = colour
    assert line.count("\x1b") == len(re.findall(r"\x1b\[([0-9;]*m|[0-9]+b)", line))
    return cells


def colors_of(cell: Cell) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None]:
    """Return (upper, lower) colour of a half-block, a full block or a space."""
    character, front, back = cell
    return {"▀": (front, back), "▄": (back, front), "█": (front, front), " ": (back, back)}[character]


def pixels_of(line: str) -> list[tuple[tuple[str, ...] | None, tuple[str, ...] | None]]:
    """Return (upper, lower) colour of each cell."""
    return [colors_of(cell) for cell in cells_of(line)]
