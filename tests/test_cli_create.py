"""``dicom-tui create``, as a process."""

import io
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image

from tests.test_cli_view import run

_GRAY = np.arange(12 * 20, dtype=np.uint8).reshape(12, 20)


def _png(folder: Path) -> str:
    Image.fromarray(_GRAY).save(folder / "a.png")
    return str(folder / "a.png")


def test_create_writes_and_tells(tmp_path: Path) -> None:
    done = run("create", _png(tmp_path), "-o", str(tmp_path / "a.dcm"), "PatientID=7", "PatientName=Doe^Jane")
    assert (done.returncode, done.stdout) == (0, b"")
    said = done.stderr.decode().splitlines()
    assert said[0] == (
        "dicom-tui: BurnedInAnnotation is YES, for nobody has looked: BurnedInAnnotation=NO says that there is none"
    )
    assert said[-1].startswith("1 file, ")
    found = pydicom.dcmread(tmp_path / "a.dcm")
    assert (found.PatientID, str(found.PatientName)) == ("7", "Doe^Jane")
    assert np.array_equal(found.pixel_array, _GRAY)


def test_attributes_may_stand_anywhere_and_a_file_may_have_an_equals_sign(tmp_path: Path) -> None:
    source = Path(_png(tmp_path)).rename(tmp_path / "a=b.png")
    done = run("create", "BurnedInAnnotation=NO", str(source), "PatientID=a=b", "-o", str(tmp_path / "a.dcm"))
    assert done.returncode == 0, done.stderr
    assert b"BurnedIn" not in done.stderr
    assert pydicom.dcmread(tmp_path / "a.dcm").PatientID == "a=b"


def test_a_file_goes_to_standard_output_alone(tmp_path: Path) -> None:
    done = run("create", _png(tmp_path), "-o", "-")
    assert done.returncode == 0
    assert np.array_equal(pydicom.dcmread(io.BytesIO(done.stdout)).pixel_array, _GRAY)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-o", "o"], "the following arguments are required"),
        (["PatientID=1", "-o", "o"], "there is nothing to make files of"),
        (["a.png"], "an output folder or file is needed"),
        (["a.png", "-o", "o", "Nonsense=1"], "no attribute is called Nonsense"),
        (["a.png", "-o", "o", "--spacing", "wide"], "--spacing: one or two lengths in mm are wanted"),
        (["a.png", "-o", "o", "--sop-class", "us"], "invalid choice: 'us'"),
        (["a.png", "-o", "o", "--mode", "777"], "permissions such as 600"),
    ],
)
def test_wrong_words_are_refused(words: list[str], said: str, tmp_path: Path) -> None:
    _png(tmp_path)
    words = [str(tmp_path / word) if word in ("a.png", "o") else word for word in words]
    done = run("create", *words)
    assert done.returncode == 2
    assert said in done.stderr.decode()
    assert not (tmp_path / "o").exists()


def test_exit_codes_tell_what_was_made(tmp_path: Path) -> None:
    good = _png(tmp_path)
    noise = np.random.default_rng(1).integers(0, 255, (30, 30)).astype("u1")
    Image.fromarray(noise).save(tmp_path / "b.png")
    (tmp_path / "b.png").write_bytes((tmp_path / "b.png").read_bytes()[:-400])
    some = run("create", good, str(tmp_path / "b.png"), "-o", str(tmp_path / "out"))
    assert some.returncode == 1
    assert b"b.png: not written: b.png cannot be decoded" in some.stderr
    assert run("create", str(tmp_path / "b.png"), "-o", str(tmp_path / "out2")).returncode == 2


def test_the_help_names_every_option() -> None:
    said = run("create", "--help").stdout.decode()
    for option in ("--sop-class sc|ct|mr", "--template FILE", "--multi-frame", "--orientation", "--slope", "--replace"):
        assert option in said
