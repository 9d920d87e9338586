import os
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.dicom.pixels.pixel_oracles import ROWS
from tests.files import write

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
settings.register_profile("everywhere", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "everywhere")


@pytest.fixture(autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test reads or writes the settings, state or cache of whoever runs it."""
    for name in ("CONFIG", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path_factory.mktemp(name.lower())))
    for name in ("NO_COLOR", "DICOM_TUI_COLOR", "TMUX", "STY"):
        monkeypatch.delenv(name, raising=False)
    yield


@pytest.fixture
def ct(tmp_path: Path) -> str:
    """A small CT image, written fresh."""
    return write(tmp_path / "one" / "ct.dcm")


@pytest.fixture
def series(tmp_path: Path) -> Path:
    """A folder of twelve CT images and a text file."""
    folder = tmp_path / "series"
    for number in range(1, 13):
        write(folder / f"IM{number}", InstanceNumber=str(number), SOPInstanceUID=f"1.2.3.{number}")
    (folder / "notes.txt").write_text("no image")
    return folder


Until = Callable[[Callable[[], object]], Awaitable[None]]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the decoded and the windowed values of every file were compared with."""
    if ROWS:
        terminalreporter.section("file, what compared, largest difference")
        for row in ROWS:
            terminalreporter.write_line(row.line)
