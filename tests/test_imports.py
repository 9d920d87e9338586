import pkgutil
import subprocess
import sys

import pytest

import tui.dicom
from tui.cli import SUBCOMMANDS

SERVICE = [module.name for module in pkgutil.walk_packages(tui.dicom.__path__, "tui.dicom.")]


def loaded_by(code: str) -> set[str]:
    """Return the top-level packages that `code` loads in a fresh interpreter."""
    shown = f"{code}\nimport sys; print(' '.join({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


def test_the_service_layer_loads_no_user_interface() -> None:
    loaded = loaded_by(f"import {', '.join(SERVICE)}")
    assert "tui" in loaded
    assert not loaded & {"textual", "rich", "rich_pixels", "argparse"}


@pytest.mark.parametrize("module", ["tui.cli.open", *(module for module, _ in SUBCOMMANDS.values())])
def test_a_sub_command_loads_no_textual(module: str) -> None:
    assert not loaded_by(f"import {module}") & {"textual", "rich", "numpy", "pydicom"}


@pytest.mark.parametrize("module", ["tui.dicom.elements", "tui.dicom.tags", "tui.dicom.library.sniff", "tui.app"])
def test_walker_rows_and_first_screen_need_neither_pydicom_nor_numpy(module: str) -> None:
    assert not loaded_by(f"import {module}") & {"pydicom", "numpy", "PIL", "pylibjpeg", "sqlite3"}


def test_an_uncompressed_picture_needs_no_pydicom(ct: str) -> None:
    code = (
        "from tui.dicom.elements import walk_file; from tui.dicom.pixels.load import load_picture;"
        f"from tui.dicom.tags import load_rows; w = walk_file({ct!r}); load_rows(w).haystacks(); load_picture(w, 0)"
    )
    assert not loaded_by(code) & {"pydicom", "PIL", "pylibjpeg", "textual"}


@pytest.mark.parametrize("flag", ["--version", "--help"])
def test_version_and_help_load_no_textual(flag: str) -> None:
    code = f"import sys; from tui.cli import main\ntry: main([{flag!r}])\nexcept SystemExit: pass"
    assert not loaded_by(code) & {"textual", "rich", "numpy", "pydicom"}
