"""What the rules for compressed frames share: what is expected of a frame, what is left of it, and why one is refused."""

from typing import NamedTuple

from tui.dicom.errors import RefusedError


class Expected(NamedTuple):
    """What the dataset says of a frame.

    Parameters
    ----------
    segment_bytes, segments : int
        How many bytes each run-length encoded segment stands for, and how many segments there are (PS3.5 G.4).
    frame_bytes : int
        How many bytes the frame has where it is native.
    """

    segment_bytes: int
    segments: int
    frame_bytes: int


class Stripped(NamedTuple):
    """A compressed frame without what is no picture, and what went, in words; nothing went where those are empty."""

    data: bytes
    gone: tuple[str, ...]


def refused(why: str) -> RefusedError:
    """Return the refusal of a code stream that cannot be read."""
    return RefusedError("compressed data that cannot be read", f"the compressed pixel data cannot be looked through: {why}")


def note_behind(data: bytes, end: int, gone: list[str]) -> None:
    """Note what stands behind the end of a code stream, but for the byte of padding that makes it even."""
    rest = data[end:]
    if rest.strip(b"\0"):
        gone.append(f"{len(rest):,} bytes behind its end")
    elif len(rest) > 1:
        gone.append(f"{len(rest) - 1:,} bytes of padding")
