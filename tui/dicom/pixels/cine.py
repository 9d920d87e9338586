"""How fast the frames of a file are meant to be shown (PS3.3 C.7.6.5, C.7.6.6)."""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # the browser needs the limits before the first paint, and no file yet
    from tui.dicom.attributes import Attributes

SLOWEST_FPS: Final = 0.5
FASTEST_FPS: Final = 60.0
_LEAST_FPS, _MOST_FPS = 0.001, 1000.0  # of what a file may mean
_RECOMMENDED_DISPLAY_FRAME_RATE, _CINE_RATE = 0x00082144, 0x00180040  # frames per second
_FRAME_TIME, _FRAME_TIME_VECTOR = 0x00181063, 0x00181065  # ms for a frame; ms between each and the one before it


def frame_rate_fps(top: "Attributes") -> float | None:
    """Return the file's frames per second, or None if it does not tell.

    A vector of times is taken at its mean; `limited_fps` is what can be shown of it.
    """
    for tag in (_RECOMMENDED_DISPLAY_FRAME_RATE, _CINE_RATE):
        rate = top.number(tag)
        if rate is not None and rate > 0:
            return min(_MOST_FPS, max(_LEAST_FPS, rate))
    time_ms = top.number(_FRAME_TIME)
    if time_ms is None or time_ms <= 0:
        steps = [step for step in top.numbers(_FRAME_TIME_VECTOR)[1:] if step > 0]  # the first is before no frame
        time_ms = sum(steps) / len(steps) if steps else None
    return min(_MOST_FPS, max(_LEAST_FPS, 1000 / time_ms)) if time_ms else None


def limited_fps(rate: float) -> float:
    """Return a rate that can be shown."""
    return min(FASTEST_FPS, max(SLOWEST_FPS, rate))
