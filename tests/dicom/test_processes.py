import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.files import bundled
from tui.dicom.element import ITEM
from tui.dicom.elements import walk_file
from tui.dicom.errors import PixelError
from tui.dicom.pixels import encapsulated
from tui.dicom.pixels.load import load_picture
from tui.dicom.processes import Worker, WorkerDiedError

CHILD = """
import os, sys, time
from tui.dicom.processes import read_message, write_answer
while (message := read_message(sys.stdin.buffer)) is not None:
    header, data = message
    if header["do"] == "crash":
        os._exit(3)
    if header["do"] == "hang":
        time.sleep(60)
    print("noise on stderr", file=sys.stderr)
    write_answer(sys.stdout.buffer, int(sys.argv[1]), {"pid": os.getpid()}, data[::-1])
"""


@pytest.fixture
def worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    (tmp_path / "a_child.py").write_text(CHILD)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *sys.path]))
    made = Worker("a_child")
    yield made
    made.close()


def test_a_child_answers_and_is_kept(worker: Worker) -> None:
    first, data = worker.ask({"do": "answer"}, b"abc" * 1_000_000, 30)
    assert data == b"cba" * 1_000_000
    second, _ = worker.ask({"do": "answer"}, b"", 30)
    assert first["pid"] == second["pid"] != os.getpid()


def test_a_child_that_crashes_is_replaced(worker: Worker) -> None:
    before, _ = worker.ask({"do": "answer"}, b"", 30)
    with pytest.raises(WorkerDiedError, match="it crashed"):
        worker.ask({"do": "crash"}, b"", 30)
    after, _ = worker.ask({"do": "answer"}, b"", 30)
    assert before["pid"] != after["pid"]


def test_a_child_that_hangs_is_ended(worker: Worker) -> None:
    before, _ = worker.ask({"do": "answer"}, b"", 30)
    with pytest.raises(WorkerDiedError, match="it took too long and was stopped"):
        worker.ask({"do": "hang"}, b"", 0.2)
    assert not Path(f"/proc/{before['pid']}").exists()
    assert worker.ask({"do": "answer"}, b"x", 30)[1] == b"x"


def test_a_child_ends_with_its_input(worker: Worker) -> None:
    header, _ = worker.ask({"do": "answer"}, b"", 30)
    worker.close()
    end = time.monotonic() + 20
    while Path(f"/proc/{header['pid']}").exists() and time.monotonic() < end:
        time.sleep(0.01)
    assert not Path(f"/proc/{header['pid']}").exists()


def damaged_rle(folder: Path) -> str:
    """Return an RLE image on whose damage the decoder panics: a segment longer than its rows."""
    data = bytearray(Path(bundled("MR_small_RLE.dcm")).read_bytes())
    elements = walk_file(bundled("MR_small_RLE.dcm"))
    frame = [element for element in elements.elements if element.tag == ITEM][-1]
    segment = int.from_bytes(data[frame.offset + 4 : frame.offset + 8], "little")
    for at in range(frame.offset + segment, frame.offset + frame.length - 2, 2):
        data[at : at + 2] = b"\x81\x00"  # 128 times the same
    path = folder / "rle.dcm"
    path.write_bytes(data)
    return str(path)


def test_a_codec_that_panics_costs_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(PixelError, match=r"RLE Lossless, frame 1 cannot be decoded: .*; GDCM's gdcmconv --raw may make"):
        load_picture(walk_file(damaged_rle(tmp_path)), 0)
    assert load_picture(walk_file(bundled("MR_small_RLE.dcm")), 0).rows == 64


def test_a_decoder_that_takes_too_long_costs_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encapsulated, "TIME_LIMIT_S", 0.0)
    with pytest.raises(PixelError, match="the decoder was at it, and it took too long and was stopped"):
        load_picture(walk_file(bundled("MR_small_jp2klossless.dcm")), 0)
    monkeypatch.undo()
    assert load_picture(walk_file(bundled("MR_small_jp2klossless.dcm")), 0).rows == 64
