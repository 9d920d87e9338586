"""What a dialog says before anything is written: readable lines, and a size that comes true."""

import os
from pathlib import Path
from typing import Final

import pytest

from tests.dicom.export.series import exported, write_enhanced, write_series
from tui.dicom.export.formats import BY_NAME
from tui.dicom.export.preview import plan_of, preview_of
from tui.dicom.library.scanner import scan
from tui.dicom.library.studies import Library
from tui.dicom.options import Values

_NOT_TOLD: Final = {"xlsx", "parquet"}  # whose size follows from how they are packed


@pytest.mark.parametrize("form", BY_NAME)
def test_every_format_says_what_it_will_write(tmp_path: Path, form: str) -> None:
    row = BY_NAME[form]
    if row.needs is not None:
        pytest.importorskip(row.needs.module, reason=f"{form} needs {row.needs.module}; .ci/run installs it")
    series = write_series(tmp_path / "in")
    if form == "dicom-frames":
        write_enhanced(tmp_path / "whole" / "a.dcm", series)
    source = str(tmp_path / ("whole" if form == "dicom-frames" else "in"))
    values: Values = {option.name: option.default for option in row.all_options}
    library = Library()
    for _ in scan((source,), library):
        continue
    plan = plan_of(row, (source,), values, library)
    assert plan.first is not None
    found = preview_of(row, plan.first, values)
    if row.is_picture:
        assert found.picture is not None
    else:
        assert found.lines
        assert all(line.isprintable() or form in ("csv", "csv-elements") for line in found.lines)
    summary = exported(source, tmp_path / "out", form)
    assert (summary.results, sorted(os.path.relpath(path, tmp_path / "out") for path in summary.written)[0]) == (
        plan.results, plan.names[0],
    )  # fmt: skip
    assert (found.size is None) == (form in _NOT_TOLD)
    if found.size is not None:
        written = os.path.getsize(tmp_path / "out" / plan.names[0])
        assert written <= 1.1 * found.size + 2000
        assert found.is_most or written >= found.size / 2
