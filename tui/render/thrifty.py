"""Half-blocks in few bytes, where colours may be a little off: each cell by whatever is shortest, given those before it."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Final, Protocol

from tui.render.color_depth import CUBE, FROM_PALETTE, ColorDepth, sgr

UPPER, LOWER, SPACE, FULL = "▀", "▄", " ", "█"
NEAR: Final = 3  # how far off a colour may be: hardly seen
COARSE: Final = 8  # seen where one looks for it; for pictures that the next one follows at once
# The greys of the 256 colours, whose codes are short
_GREYS: Final = {
    **{level: 16 + 43 * at for at, level in enumerate(CUBE)},
    **{8 + 10 * step: 232 + step for step in range(24)},
}
_LEVELS: Final = sorted(_GREYS)


class Colors(Protocol):
    """How wanted colours are shown: a shown one is an id such as `sgr` takes, or a number that stands for one."""

    def fits(self, shown: int, wanted: int) -> bool:
        """Return whether `shown` will do for `wanted`."""

    def one_fits(self, first: int, second: int) -> bool:
        """Return whether one colour will do for both."""

    def chosen(self, wanted: Iterable[tuple[int, int]]) -> tuple[int, int]:
        """Return (what is shown, its id): a colour that will do for the first of `wanted`, and for many behind it."""


class Exact:
    """Colours as they are wanted."""

    def fits(self, shown: int, wanted: int) -> bool:
        """Return whether they are the same."""
        return shown == wanted

    def one_fits(self, first: int, second: int) -> bool:
        """Return whether they are the same."""
        return first == second

    def chosen(self, wanted: Iterable[tuple[int, int]]) -> tuple[int, int]:
        """Return the first one."""
        first, _ = next(iter(wanted))
        return first, first


class NearGreys:
    """Grey levels, none of them further off than `error`."""

    __slots__ = ("_error",)

    def __init__(self, error: int) -> None:
        self._error = error

    def fits(self, shown: int, wanted: int) -> bool:
        """Return whether one is near the other."""
        return -self._error <= shown - wanted <= self._error

    def one_fits(self, first: int, second: int) -> bool:
        """Return whether a level is near both."""
        return abs(first - second) <= 2 * self._error

    def chosen(self, wanted: Iterable[tuple[int, int]]) -> tuple[int, int]:
        """Return a level near as many pairs as possible; a grey of the palette where that is near half as many."""
        low, high, count, palette, near, error = 0, 255, 0, (0, 0), 0, self._error
        for first, second in wanted:
            low_now = max(low, first - error, second - error)
            high_now = min(high, first + error, second + error)
            if low_now > high_now:
                break
            low, high, count = low_now, high_now, count + 1
            if near == count - 1 and _palette_grey(low, high) is not None:
                palette, near = (low, high), count
        return _grey_between(*(palette if near and 2 * near >= count else (low, high)))


class NearColors:
    """RGB, no channel further off than `error`."""

    __slots__ = ("_error",)

    def __init__(self, error: int) -> None:
        self._error = error

    def fits(self, shown: int, wanted: int) -> bool:
        """Return whether one is near the other."""
        error = self._error
        return shown == wanted or all(-error <= (shown >> bit & 255) - (wanted >> bit & 255) <= error for bit in (16, 8, 0))

    def one_fits(self, first: int, second: int) -> bool:
        """Return whether a colour is near both."""
        return all(abs((first >> bit & 255) - (second >> bit & 255)) <= 2 * self._error for bit in (16, 8, 0))

    def chosen(self, wanted: Iterable[tuple[int, int]]) -> tuple[int, int]:
        """Return a colour near as many pairs as possible; a grey of the palette where one is near."""
        bounds, error = [(0, 255)] * 3, self._error
        for first, second in wanted:
            narrower = [
                (
                    max(low, (first >> bit & 255) - error, (second >> bit & 255) - error),
                    min(high, (first >> bit & 255) + error, (second >> bit & 255) + error),
                )
                for (low, high), bit in zip(bounds, (16, 8, 0), strict=True)
            ]
            if any(low > high for low, high in narrower):
                break
            bounds = narrower
        low, high = max(low for low, _ in bounds), min(high for _, high in bounds)
        grey = _palette_grey(low, high) if low <= high else None
        if grey is not None:
            return grey * 0x010101, FROM_PALETTE | _GREYS[grey]
        red, green, blue = (_short_between(*bound) for bound in bounds)
        color = red << 16 | green << 8 | blue
        return color, color


@cache
def _palette_grey(low: int, high: int) -> int | None:
    """Return the palette's grey between two levels that is nearest to their middle, or None."""
    between = _LEVELS[bisect_left(_LEVELS, low) : bisect_left(_LEVELS, high + 1)]
    return min(between, key=lambda level: abs(2 * level - low - high), default=None)


def _short_between(low: int, high: int) -> int:
    """Return a number between two that has few digits."""
    return next((short for short in (9, 99) if low <= short <= high), (low + high) // 2)


@cache
def _grey_between(low: int, high: int) -> tuple[int, int]:
    """Return (level, colour id) of a grey between two levels."""
    grey = _palette_grey(low, high)
    if grey is not None:
        return grey, FROM_PALETTE | _GREYS[grey]
    level = _short_between(low, high)
    return level, level * 0x010101


@cache
def _parameters(color: int, depth: ColorDepth) -> tuple[str, str]:
    """Return the SGR parameters that select a colour as foreground, and as background."""
    return sgr(color, depth, background=False), sgr(color, depth, background=True)


def thrifty(uppers: Sequence[int], lowers: Sequence[int], colors: Colors, depth: ColorDepth) -> str:
    """Return some cells in few bytes, given their upper and lower pixels; no colour is in force before them."""
    fits, parts, at, end = colors.fits, list[str](), 0, len(uppers)
    front = back = -1_000_000  # which fits nothing

    def pairs(first: Sequence[int], second: Sequence[int]) -> Iterator[tuple[int, int]]:
        return zip(first[at:], second[at:], strict=True)

    while at < end:
        upper, lower = uppers[at], lowers[at]
        back_upper, back_lower = fits(back, upper), fits(back, lower)
        if back_upper and back_lower:
            parts.append(SPACE)
            at += 1
            continue
        front_upper, front_lower = fits(front, upper), fits(front, lower)
        if front_upper and back_lower:
            parts.append(UPPER)
        elif front_lower and back_upper:
            parts.append(LOWER)
        elif front_upper and front_lower:
            run = at + 1
            while run < end and fits(front, uppers[run]) and fits(front, lowers[run]):
                run += 1
            shown, color = colors.chosen(pairs(uppers, lowers))
            code = _parameters(color, depth)[1]
            if 2 * (run - at) <= len(code) + 3:  # a full block takes three bytes, a space one
                parts.append(FULL * (run - at))
                at = run
                continue
            back = shown
            parts.append(f"\x1b[{code}m{SPACE}")
        elif colors.one_fits(upper, lower):
            back, color = colors.chosen(pairs(uppers, lowers))
            parts.append(f"\x1b[{_parameters(color, depth)[1]}m{SPACE}")
        elif front_upper or front_lower:
            wanted = lowers if front_upper else uppers
            back, color = colors.chosen(pairs(wanted, wanted))
            parts.append(f"\x1b[{_parameters(color, depth)[1]}m{UPPER if front_upper else LOWER}")
        elif back_lower or back_upper:
            wanted = uppers if back_lower else lowers
            front, color = colors.chosen(pairs(wanted, wanted))
            parts.append(f"\x1b[{_parameters(color, depth)[0]}m{UPPER if back_lower else LOWER}")
        else:
            front, over = colors.chosen(pairs(uppers, uppers))
            back, under = colors.chosen(pairs(lowers, lowers))
            parts.append(f"\x1b[{_parameters(over, depth)[0]};{_parameters(under, depth)[1]}m{UPPER}")
        at += 1
    return "".join(parts)
