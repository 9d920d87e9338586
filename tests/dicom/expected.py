"""What is expected of every file: it draws (all its frames), or this sentence is shown instead.

The tables are checked in; ``python -m tests.dicom.expected`` writes them anew, for a look at the difference.
"""

import sys
from pathlib import Path

from tests.files import BUNDLED, SHARED, files_of
from tui.dicom.elements import walk_file
from tui.dicom.errors import DicomError
from tui.dicom.pixels.load import frame_count, load_picture
from tui.dicom.pixels.view import View

HERE = Path(__file__).parent
TABLES = {"bundled": (BUNDLED, HERE / "expected_bundled.tsv"), "shared": (SHARED, HERE / "expected_shared.tsv")}
DRAWS = "draws"


def outcome_of(path: Path) -> str:
    """Return `DRAWS`, or the sentence."""
    try:
        elements = walk_file(str(path))
        for frame in range(frame_count(elements)):
            picture = load_picture(elements, frame)
            picture.shaded(picture.values, View(), picture.padding)
    except DicomError as error:
        return str(error)
    return DRAWS


def read_table(table: Path) -> dict[str, str]:
    """Return the expected outcome by path below the root."""
    lines = table.read_text("utf-8").splitlines()
    return dict(line.split("\t", 1) for line in lines)


def main() -> None:
    for root, table in TABLES.values():
        if root.is_dir():
            rows = [f"{path.relative_to(root)}\t{outcome_of(path)}\n" for path in files_of(root)]
            table.write_text("".join(rows), "utf-8")
            drawn = sum(row.endswith(f"\t{DRAWS}\n") for row in rows)
            print(f"{table.name}: {len(rows)} files, {drawn} draw", file=sys.stderr)


if __name__ == "__main__":
    main()
