"""Half-blocks in few bytes: each cell by the glyph that changes the shortest colours, given the cells before it."""

from functools import cache

from tui.render.color_depth import ColorDepth, sgr

UPPER, LOWER, SPACE, FULL = "▀", "▄", " ", "█"


@cache
def _sgr_pair(color: int, depth: ColorDepth) -> tuple[str, str]:
    """Return the SGR parameters that select a colour as foreground, and as background."""
    return sgr(color, depth, background=False), sgr(color, depth, background=True)


def thrifty(uppers: list[int], lowers: list[int], depth: ColorDepth) -> str:
    """Return some cells, given the colour ids of their upper and lower pixels, in the fewest bytes.

    No colour is in force before them.
    """
    parts: list[str] = []
    foreground = background = -1
    at, end = 0, len(uppers)
    while at < end:
        upper, lower = uppers[at], lowers[at]
        at += 1
        if upper == lower:
            run = 1
            while at < end and uppers[at] == lowers[at] == upper:
                run, at = run + 1, at + 1
            code = _sgr_pair(upper, depth)[1]
            if upper == background:
                parts.append(SPACE * run)
            elif upper == foreground and 2 * run <= len(code) + 3:  # a full block takes three bytes, a space one
                parts.append(FULL * run)
            else:
                parts.append(f"\x1b[{code}m{SPACE * run}")
                background = upper
            continue
        kept = (upper == foreground) + (lower == background)
        swapped = (lower == foreground) + (upper == background)
        glyph, front, back = (LOWER, lower, upper) if swapped > kept else (UPPER, upper, lower)
        if front == foreground:
            parts.append(glyph if back == background else f"\x1b[{_sgr_pair(back, depth)[1]}m{glyph}")
        elif back == background:
            parts.append(f"\x1b[{_sgr_pair(front, depth)[0]}m{glyph}")
        else:
            parts.append(f"\x1b[{_sgr_pair(front, depth)[0]};{_sgr_pair(back, depth)[1]}m{glyph}")
        foreground, background = front, back
    return "".join(parts)
