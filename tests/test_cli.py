import subprocess
import sys
from pathlib import Path

import pytest

from tui import __version__
from tui.cli import SUBCOMMANDS, main
from tui.cli.arguments import browser_parser
from tui.settings import OPTIONS

PROGRAM = (sys.executable, "-m", "tui")


def run(*words: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *words], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, cwd=folder
    )


@pytest.mark.parametrize("words", [("--version",), ("-V",), ("--version", "."), (".", "--version")])
def test_the_version(words: tuple[str, ...]) -> None:
    done = run(*words)
    assert done.returncode == 0
    assert done.stdout == f"dicom-tui {__version__}\n"


def test_the_help_names_every_option_and_command() -> None:
    done = run("--help")
    assert done.returncode == 0
    for option in OPTIONS:
        assert f"--{option.name}" in done.stdout
    for name in SUBCOMMANDS:
        assert name in done.stdout
    assert "Not for diagnosis" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("/nowhere/at/all",), "/nowhere/at/all: there is no such file or folder"),
        (("--nonsense",), "unrecognized arguments: --nonsense (see dicom-tui --help)"),
        (("--color", "many"), "argument --color: invalid choice: 'many'"),
        ((".",), "standard input is no terminal, and the browser needs one"),
        (("demo", "--nonsense"), "unrecognized arguments: --nonsense"),
        (("/nowhere/\x1b[31m",), "/nowhere/␛[31m: there is no such file or folder"),
    ],
)
def test_what_is_wrong_is_one_line_and_exit_code_2(words: tuple[str, ...], said: str) -> None:
    done = run(*words)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("dicom-tui: ")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_first_word_that_names_a_sub_command_is_that(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    assert "usage: dicom-tui demo" in run("demo", "--help", folder=tmp_path).stdout
    assert "standard input is no terminal" in run("./demo", folder=tmp_path).stderr


def test_sub_commands_are_looked_up_before_a_parser_is_built() -> None:
    code = "import sys; import tui.cli; print('argparse' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_an_unreadable_file_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    path = tmp_path / "locked"
    path.write_bytes(b"")
    real = os.open

    def refuse(name: str, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        if str(name) == str(path):
            raise PermissionError(13, "Permission denied")
        return real(name, flags, mode, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", refuse)
    assert main([str(path)]) == 2
    assert "cannot be opened: permission denied" in capsys.readouterr().err


def test_every_option_is_a_flag() -> None:
    said = browser_parser().parse_args(
        ["--theme", "x", "--color", "16", "--ascii", "--no-mouse", "--no-corner-text", "a", "b"]
    )
    assert said.paths == ["a", "b"]
    assert said.ascii
