"""Bytes of one picture of 200 x 60 cells: ours, against timg and chafa (half-blocks, true colour) on the same pixels.

To reach: at a largest grey error of 3, half of timg's and 0.4 times chafa's; exact, no more than timg's. Runs of one colour
are repeated by REP, as on every terminal that is found to know it; "plain" is what others get. What is not installed is
told.
"""

import argparse
import shutil
import subprocess
import tempfile
from pathlib import Path

from PIL import Image

from tests.bench.pictures import COLUMNS, ROWS, levels_of, loaded, measured_files
from tests.bench.pty_program import print_versions
from tui.dicom.pixels.view import View
from tui.render.cells import Encoder
from tui.render.color_depth import ColorDepth
from tui.render.thrifty import NEAR

PEERS = {
    "timg": (["timg", "-ph", f"-g{COLUMNS}x{ROWS}", "-W"], 0.5, 1.0),
    "chafa": (
        ["chafa", "-f", "symbols", "--symbols", "vhalf", "-c", "full", "--color-space", "rgb", f"--size={COLUMNS}x{ROWS}",
         "--animate", "off", "--polite", "on", "--dither", "none", "--stretch", "--work", "9"], 0.4, None,
    ),
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="changes nothing: it is quick")
    parser.parse_args()
    print_versions()
    encoders = {"REP": Encoder(ColorDepth.TRUECOLOR, repeats=True), "plain": Encoder(ColorDepth.TRUECOLOR)}
    with tempfile.TemporaryDirectory() as home:
        for kind, path in measured_files(Path(home)).items():
            levels = levels_of(loaded(path), View())
            ours = {
                (error, way): sum(len(line.encode()) + 1 for line in encoder.grid(levels, error=error).lines())
                for error in (NEAR, 0)
                for way, encoder in encoders.items()
            }
            image = Path(home) / f"{kind}.png"
            Image.fromarray(levels).save(image)
            for name, (command, goal, exact_goal) in PEERS.items():
                if shutil.which(name) is None:
                    print(f"{kind}: {name} is not installed")
                    continue
                theirs = len(subprocess.run([*command, str(image)], capture_output=True, check=True).stdout)
                goals = {NEAR: goal, 0: exact_goal}
                for (error, way), size in ours.items():
                    if (wanted := goals[error]) is not None:
                        mode = f"{f'error {error}' if error else 'exact'}, {way}"
                        print(f"{kind} {mode:14} {size:8,} bytes  {name:5} {theirs:8,}  ratio {size / theirs:.2f}  "
                              f"to reach {wanted:.2f}")  # fmt: skip


if __name__ == "__main__":
    main()
