"""At most one picture on its way to the terminal: a held key over a slow link must not queue pictures up for a minute.

Behind each picture goes a cursor position query; its answer says that the picture has arrived, and how long that took. A
multiplexer answers for itself, however slow the link behind it is: there, pictures also keep a distance in time.
"""

import time
from collections.abc import Callable
from typing import Final

QUERY: Final = "\x1b[6n"
ANSWER_S: Final = 2.0
_LOW_RATE_S: Final = 1 / 8
_SLOW_S: Final = 0.05
_VERY_SLOW_S: Final = 0.15
_WEIGHT: Final = 0.3  # of the newest time in the running mean


class Pacer:
    """Says when the next picture may go.

    Parameters
    ----------
    multiplexed : bool
        Whether tmux or screen stands between the program and the terminal.
    clock : callable
        Returns seconds.
    """

    def __init__(self, *, multiplexed: bool = False, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._distance_s = self._least_distance_s = _LOW_RATE_S if multiplexed else 0.0
        self._on_the_way = 0  # more than one where the screen was drawn anew for another reason
        self._sent = 0.0
        self._last = -1e9
        self._mute = False
        self._mean_s = 0.0

    def wait_s(self) -> float:
        """Return how long the next picture has to wait; 0 if it may go now. An answer may let it go sooner."""
        now = self._clock()
        if self._on_the_way and now - self._sent >= ANSWER_S:  # a terminal that does not answer
            self._on_the_way, self._mute, self._distance_s = 0, True, _LOW_RATE_S
        answer = self._sent + ANSWER_S - now if self._on_the_way and not self._mute else 0.0
        return max(0.0, answer, self._last + self._distance_s - now)

    def sent(self) -> bool:
        """Note that a picture was written; return whether a query is to be written behind it."""
        self._last = self._clock()
        if self._mute and self._last - self._sent < ANSWER_S:  # asked again now and then: an answer may have been lost
            return False
        self._sent = self._last
        self._on_the_way += 1
        return True

    def answered(self) -> None:
        """Note that a query was answered."""
        if self._mute:  # it was only slow
            self._mute, self._distance_s = False, self._least_distance_s
        if self._on_the_way:
            self._on_the_way -= 1
            took = self._clock() - self._sent
            self._mean_s = took if not self._mean_s else (1 - _WEIGHT) * self._mean_s + _WEIGHT * took

    def forget(self) -> None:
        """Forget what is on its way: the program was suspended, and the answer went to the shell."""
        self._on_the_way = 0

    @property
    def awaits_answer(self) -> bool:
        """Return whether an answer may still come."""
        return self._on_the_way > 0

    @property
    def slow(self) -> bool:
        """Return whether pictures take so long that smaller ones are wanted while a key repeats."""
        return self._mute or self._mean_s > _SLOW_S

    @property
    def very_slow(self) -> bool:
        """Return whether they take so long that it is worse to wait for them than to see them coarsely."""
        return self._mean_s > _VERY_SLOW_S
