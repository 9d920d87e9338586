"""A held window key over a link of 1 Mbit/s: how long after the last key until the screen is at rest.

The program's output is read at the link's rate, so that the pseudo-terminal's buffer is the only queue but the program's
own; queries are answered when they are read, as a terminal behind the link would. To reach: 1/25 of what rich-pixels takes,
never more than one picture in flight, and the last picture exact.
"""

import argparse
import tempfile
import time
from pathlib import Path

from tests.bench.bench_window_key import FRAME_END, LEAST_FRAME, Side
from tests.bench.pictures import measured_files
from tests.bench.pty_program import PtyProgram, print_versions

BYTES_A_SECOND = 1_000_000 / 8
KEYS_A_SECOND = 30
CHUNK = 1024
QUERY = b"\x1b[6n"
AT_REST_S = 0.6


class Link:
    """Reads a program's output at the rate of a slow link."""

    def __init__(self, program: PtyProgram) -> None:
        self.program = program
        self.data = bytearray()
        self._began = time.perf_counter()
        self._allowed = 0.0

    def read_until(self, end: float) -> None:
        """Read at the link's rate until the time `end`."""
        last = time.perf_counter()
        while (now := time.perf_counter()) < end:
            self._allowed = min(CHUNK, self._allowed + (now - last) * BYTES_A_SECOND)
            last = now
            if self._allowed >= CHUNK:
                part = self.program.read(0.001, CHUNK)
                self.data += part
                self._allowed -= len(part)
            time.sleep(0.001)


def settle_s(side: Side, seconds: float, limit_s: float) -> tuple[float, int, int]:
    """Hold a key for `seconds`; return (time until rest, pictures shown, most pictures in flight)."""
    link = Link(side.program)
    begin = time.perf_counter()
    for number in range(int(seconds * KEYS_A_SECOND)):
        side.program.send(b".,"[number // 8 % 2 : number // 8 % 2 + 1])
        link.read_until(begin + (number + 1) / KEYS_A_SECOND)
    released = last = time.perf_counter()
    while time.perf_counter() - last < AT_REST_S and time.perf_counter() - released < limit_s:
        before = len(link.data)
        link.read_until(time.perf_counter() + 0.02)
        if len(link.data) > before:
            last = time.perf_counter()
    whole = bytes(link.data)
    pictures = [part for part in whole.split(FRAME_END) if len(part) > LEAST_FRAME]
    # what was written before the answer to the query behind the picture before it
    in_flight = max(
        (sum(len(part) > LEAST_FRAME for part in waits.split(FRAME_END)) for waits in whole.split(QUERY)), default=0
    )
    return last - released, len(pictures), in_flight


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    seconds = 0.3 if quick else 1.0
    print_versions()
    with tempfile.TemporaryDirectory() as home:
        path = measured_files(Path(home))["CT"]
        taken = {}
        for name in ("ours exact", "ours few", "rich"):
            side = Side(name, path, home)
            taken[name], pictures, in_flight = settle_s(side, seconds, 60.0)
            print(f"{name:12} {taken[name]:6.2f} s until rest, {pictures} pictures, at most {in_flight} in flight")
            side.end()
        for name in ("ours exact", "ours few"):
            print(f"{name:12} ratio {taken[name] / taken['rich']:.3f}  to reach {1 / 25:.3f}")


if __name__ == "__main__":
    main()
