"""Start-up of ``dicom-tui FILE``: chrome, tags and picture painted, against a bare Textual app with the same widgets.

To reach: 1.05, 1.20 and 1.40 times; ``--version`` and ``--help`` at most 5 times ``python -c pass``.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

from tests.bench.pty_program import UNCOMPILED, PtyProgram, print_versions
from tui.dicom.phantom import file_name, slice_dataset

SIZE = (160, 50)
BARE = (sys.executable, "-m", "tests.bench.bare_app")
HALF_BLOCK = "▀".encode()


def run_bare() -> dict[str, float]:
    with PtyProgram(BARE, SIZE) as program:
        return {"bare": program.until(lambda output: b"BARE-READY" in output)}


def run_ours(path: str, home: str) -> dict[str, float]:
    env = {"XDG_CONFIG_HOME": home, "XDG_STATE_HOME": home}
    with PtyProgram((sys.executable, "-m", "tui", path), SIZE, env) as program:
        chrome = program.until(lambda output: b"not for diagnosis" in output and b"quit" in output)
        tags = program.until(lambda output: b"TransferSyntaxUID" in output)
        picture = program.until(lambda output: output.count(HALF_BLOCK) > 200)
        return {"chrome": chrome, "tags": tags, "picture": picture}


def seconds_of(*command: str) -> float:
    env = {name: value for name, value in os.environ.items() if name != UNCOMPILED}
    begin = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, env=env, check=True)
    return time.perf_counter() - begin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    rounds = 2 if parser.parse_args().quick else 15
    print_versions()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, file_name(1))
        slice_dataset(1).save_as(path, enforce_file_format=True)
        taken: dict[str, list[float]] = {}
        for number in range(rounds + 1):  # interleaved: the machine is noisy
            if number == 1:
                taken.clear()  # the first round compiled the program and filled the disk's cache
            both = (run_bare, lambda: run_ours(path, folder))
            for run in both if number % 2 else both[::-1]:
                for name, value in run().items():
                    taken.setdefault(name, []).append(value)
            for name, command in (
                ("pass", ("-c", "pass")),
                ("--version", ("-m", "tui", "--version")),
                ("--help", ("-m", "tui", "--help")),
            ):
                taken.setdefault(name, []).append(seconds_of(sys.executable, *command))
    for name, against, goal in (
        ("chrome", "bare", 1.05), ("tags", "bare", 1.20), ("picture", "bare", 1.40),
        ("--version", "pass", 5.00), ("--help", "pass", 5.00),
    ):  # fmt: skip
        # of each round by itself: the machine's speed drifts
        ratio = statistics.median(ours / theirs for ours, theirs in zip(taken[name], taken[against], strict=True))
        ours_ms, theirs_ms = (1000 * statistics.median(taken[which]) for which in (name, against))
        print(f"{name:10} {ours_ms:7.1f} ms  {against} {theirs_ms:7.1f} ms  ratio {ratio:.2f}  to reach {goal:.2f}")


if __name__ == "__main__":
    main()
