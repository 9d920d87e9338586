"""``dicom-tui demo``: browse files that come with the program, without data and without a network."""

import os
from collections.abc import Sequence

import platformdirs

from tui.browser_state import Start
from tui.cli import PROGRAM
from tui.cli.arguments import Parser, add_options, given
from tui.cli.open import browse, terminal_problem
from tui.cli.output import progress, refuse
from tui.dicom import phantom
from tui.dicom.bundled import pydicom_data
from tui.dicom.errors import WriteError
from tui.settings import OPTIONS


def phantom_folder() -> str:
    """Return where the phantom series is kept: a folder of its own in the user's cache."""
    return os.path.join(platformdirs.user_cache_dir(PROGRAM), "demo", "CT phantom")


def bundled_folders() -> tuple[str, ...]:
    """Return the folders of DICOM files that come with pydicom, without importing it."""
    folders = (pydicom_data(name) for name in ("test_files", "charset_files", "palettes"))
    return tuple(folder for folder in folders if os.path.isdir(folder))


def run(words: Sequence[str]) -> int:
    """Open the browser on the demo; return the exit code."""
    parser = Parser(
        prog=f"{PROGRAM} demo",
        description="Browse the DICOM files bundled with pydicom, and a CT-like phantom series that is computed once and "
        "kept in the user's cache.",
    )
    add_options(parser, OPTIONS)
    arguments = parser.parse_args(words)
    if problem := terminal_problem():
        return refuse(problem)
    folder = phantom_folder()
    if not phantom.is_complete(folder):
        try:
            progress(phantom.write_series(folder), "writing the demo's CT phantom")
        except WriteError as error:
            return refuse(str(error))
        except KeyboardInterrupt:
            return refuse("stopped before the demo was written; the next start goes on from there") + 128
    middle = os.path.join(folder, phantom.file_name(phantom.SLICES // 2))
    return browse(Start((folder, *bundled_folders()), middle), given(arguments, OPTIONS))
