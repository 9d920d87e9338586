"""Bytes that an idle screen writes, whichever pane has the focus. To reach: 0 in 10 s."""

import argparse
import os
import sys
import tempfile
import time

from tests.bench.pty_program import PtyProgram, print_versions
from tui.dicom.phantom import slice_dataset

STEPS = {"files": b"", "picture": b"\t", "tags": b"\t", "search field": b"/"}


def idle_bytes(program: PtyProgram, seconds: float) -> int:
    end, written = time.perf_counter() + seconds, 0
    while (left := end - time.perf_counter()) > 0:
        written += len(program.read(left))
    return written


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    seconds = 1.0 if parser.parse_args().quick else 10.0
    print_versions()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "a.dcm")
        slice_dataset(1).save_as(path, enforce_file_format=True)
        env = {"XDG_CONFIG_HOME": folder, "XDG_STATE_HOME": folder}
        with PtyProgram((sys.executable, "-m", "tui", path), (160, 50), env) as program:
            program.until(lambda output: output.count("▀".encode()) > 200)
            total = 0
            for name, keys in STEPS.items():
                program.send(keys)
                program.until_quiet(1.0)
                written = idle_bytes(program, seconds)
                total += written
                print(f"focus in {name:13} {written} bytes in {seconds:g} s")
    if total:
        sys.exit("an idle screen writes")


if __name__ == "__main__":
    main()
