import os
import threading
import zlib
from pathlib import Path

import pytest

from tests.files import bundled
from tui.dicom.elements import walk_file
from tui.dicom.errors import ChangedError, ReadError
from tui.dicom.source import Source


def test_a_fifo_is_refused_and_never_waited_for(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    done: list[str] = []

    def open_it() -> None:
        with pytest.raises(ReadError, match="no regular file"):
            Source(str(fifo))
        done.append("refused")

    thread = threading.Thread(target=open_it, daemon=True)
    thread.start()
    thread.join(timeout=20)
    assert done == ["refused"]


@pytest.mark.parametrize("path", ["/dev/zero", "/"])
def test_devices_and_folders_are_refused(path: str) -> None:
    with pytest.raises(ReadError):
        Source(path)


def test_what_lies_near_a_header_is_read_without_the_file(ct: str) -> None:
    found = walk_file(ct)
    name = next(element for element in found.elements if element.tag == 0x00100010)
    Path(ct).unlink()
    assert found.source.head(name.offset, name.length) == b"DOE^JANE"
    with pytest.raises(ReadError):
        found.source.read(name.offset, name.length)


def test_a_file_that_was_changed_is_not_read_on(ct: str) -> None:
    found = walk_file(ct)
    with open(ct, "ab") as file:
        file.write(b"more")
    with pytest.raises(ChangedError, match="changed since it was opened"):
        found.source.read(0, 10)


def test_deflated_data_has_a_limit(tmp_path: Path) -> None:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    bomb = compressor.compress(b"\0" * (64 << 20)) + compressor.flush()
    path = tmp_path / "bomb"
    path.write_bytes(b"head" + bomb)
    with Source(str(path)) as opened:
        said = opened.inflate_from(4, 1 << 20)
        assert said is not None
        assert "larger than 1 MiB" in said
        assert opened.size < 3 << 20
        assert opened.read(0, 6) == b"head\0\0"


def test_damaged_deflated_data_gives_what_could_be_inflated(tmp_path: Path) -> None:
    data = Path(bundled("image_dfl.dcm")).read_bytes()
    path = tmp_path / "cut.dcm"
    path.write_bytes(data[: len(data) // 2])
    found = walk_file(str(path))
    assert any("ends early" in remark for remark in found.remarks)
    assert found.top[0x00080060]


def test_a_long_stretch_that_is_wanted_again_is_kept_until_the_file_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "long"
    path.write_bytes(os.urandom(300_000))
    with Source(str(path)) as source:
        assert source.read(10, 200_000) is not source.read(10, 200_000)
        source.repeats = True
        first = source.read(10, 200_000)
        assert source.read(10, 200_000) is first
        assert source.read(11, 200_000) == path.read_bytes()[11:200_011]
        assert source.read(10, 100) == first[:100]
    assert source.read(10, 200_000) is not first
    assert source.read(10, 200_000) == first
