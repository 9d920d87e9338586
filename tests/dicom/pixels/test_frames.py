import struct
from pathlib import Path

import pytest

from tests.files import explicit, part_10
from tui.dicom.attributes import Attributes
from tui.dicom.element import UNDEFINED
from tui.dicom.elements import walk_file
from tui.dicom.errors import PixelError
from tui.dicom.pixels.codestream import CodeStream, read_header
from tui.dicom.pixels.frames import encapsulated_bytes, native_bytes
from tui.dicom.pixels.image_pixel import image_pixel

JPEG = "1.2.840.10008.1.2.4.50"
FRAMES = [b"\xff\xd8\xff" + bytes([number]) * 7 for number in range(3)]


def item(value: bytes) -> bytes:
    return struct.pack("<HHI", 0xFFFE, 0xE000, len(value)) + value


def encapsulated(fragments: list[bytes], offsets: list[int], frames: int, extended: list[int] | None = None) -> bytes:
    head = [
        explicit(0x00280002, "US", struct.pack("<H", 1)),
        explicit(0x00280004, "CS", b"MONOCHROME2 "),
        explicit(0x00280008, "IS", str(frames).encode().ljust(2)),
        explicit(0x00280010, "US", struct.pack("<H", 8)),
        explicit(0x00280011, "US", struct.pack("<H", 8)),
        explicit(0x00280100, "US", struct.pack("<H", 8)),
    ]
    if extended is not None:
        head.append(explicit(0x7FE00001, "UN", struct.pack(f"<{len(extended)}Q", *extended)))
    data = struct.pack("<HH2sHI", 0x7FE0, 0x0010, b"OB", 0, UNDEFINED)
    data += item(struct.pack(f"<{len(offsets)}I", *offsets)) + b"".join(map(item, fragments))
    return part_10([*head, data + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)], JPEG)


HALVES = [part.ljust(6, b"\0") for frame in FRAMES for part in (frame[:6], frame[6:])]


def starts(sizes: list[int]) -> list[int]:
    found = [0]
    for size in sizes[:-1]:
        found.append(found[-1] + size + 8)
    return found


CASES = {
    "a fragment a frame": (FRAMES, [], None),
    "offset table": (HALVES, starts([6] * 6)[::2], None),
    "offset table with one entry too many": (HALVES, [*starts([6] * 6)[::2], 84], None),
    "no offset table": (HALVES, [], None),
    "a wrong offset table": (HALVES, [0, 3, 5], None),
    "extended offset table": (HALVES, [], starts([6] * 6)[::2]),
}


@pytest.mark.parametrize("case", CASES)
def test_frames_are_found_in_their_fragments(tmp_path: Path, case: str) -> None:
    fragments, offsets, extended = CASES[case]
    path = tmp_path / "a"
    path.write_bytes(encapsulated(fragments, offsets, 3, extended))
    attributes = Attributes.of(walk_file(str(path)))
    image = image_pixel(attributes)
    for number, frame in enumerate(FRAMES):
        assert encapsulated_bytes(attributes, image, number).startswith(frame)


def test_a_frame_in_many_fragments_is_put_together(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(encapsulated([b"ab", b"cd", b"ef"], [0], 1))
    attributes = Attributes.of(walk_file(str(path)))
    assert encapsulated_bytes(attributes, image_pixel(attributes), 0) == b"abcdef"


def test_frames_that_are_missing_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(encapsulated(FRAMES[:2], [], 5))
    attributes = Attributes.of(walk_file(str(path)))
    with pytest.raises(PixelError, match="frame 4 of 5 is not among the 2 fragments"):
        encapsulated_bytes(attributes, image_pixel(attributes), 3)


def test_one_native_frame_is_that_frame_s_bytes_only(tmp_path: Path) -> None:
    head = [
        explicit(0x00280008, "IS", b"3 "),
        explicit(0x00280010, "US", struct.pack("<H", 3)),
        explicit(0x00280011, "US", struct.pack("<H", 3)),
        explicit(0x00280100, "US", struct.pack("<H", 1)),
        explicit(0x7FE00010, "OB", bytes(range(4))),
    ]
    path = tmp_path / "a"
    path.write_bytes(part_10(head))
    attributes = Attributes.of(walk_file(str(path)))
    image = image_pixel(attributes)  # nine bits a frame: not on byte boundaries
    assert [native_bytes(attributes, image, frame) for frame in range(3)] == [
        (b"\0\1", 0),
        (b"\1\2", 1),
        (b"\2\3", 2),
    ]


@pytest.mark.parametrize(
    ("data", "header"),
    [
        (b"\xff\xd8\xff\xe0\0\4ab\xff\xc0\0\x0b\x08\x01\x00\x02\x00\x03" + b"\0" * 8, CodeStream(256, 512, 3, 8)),
        (b"\xff\xd8\xff\xf7\0\x0b\x0c\x01\x00\x02\x00\x01" + b"\0" * 8, CodeStream(256, 512, 1, 12)),
        (b"\xff\xd8\xff\xd9", None),
        (b"no code stream at all", None),
        (b"", None),
    ],
)
def test_headers_of_code_streams(data: bytes, header: CodeStream | None) -> None:
    assert read_header(data) == header
