"""Tags whose bytes would act on a terminal, and work with tags in one."""

import struct
from pathlib import Path

import pydicom
import pytest

from tests.files import explicit, part_10, write
from tests.terminal.tmux import PROGRAM, browser, escape, nothing_acted, terminal

pytestmark = pytest.mark.terminal

LEVELS = 10_000
HOSTILE = (
    (0x00080005, "CS", b"ISO_IR 192"),
    (0x00081030, "LO", b"\x1b]2;OWNED-TITLE\x07\x1b]52;c;T1dORUQ=\x07"),  # title, clipboard
    (0x0008103E, "LO", b"\xc2\x9b31m\x9b2J\x1b[2J\x1bc"),  # C1, erase, reset
    (0x00100010, "PN", b"[/x] [@click=app.quit]q[/] [bold"),  # markup
    (0x00100020, "LO", "\u202egnp.exe\u2066\u200b".encode()),  # bidi, zero width
    (0x00104000, "LT", b"a\0b\0\0c\r\n\x08\x08d\x0e\x0f"),  # NUL, backspace, shift out
    (0x00180015, "CS", b"\xff\xfe\x80\xc3"),  # no UTF-8
    (0x0020000E, "UI", b"1.2.3\0"),
    (0x00204000, "LT", b"\x1bP+q544e\x1b\\\x1b_Gi=1;AAAA\x1b\\\x1b[6n\x1b[c"),  # queries that a terminal answers
)


def hostile_file(path: Path) -> str:
    opened = struct.pack("<HH2sHI", 0x0040, 0x0275, b"SQ", 0, 0xFFFFFFFF) + struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
    closed = struct.pack("<HHIHHI", 0xFFFE, 0xE00D, 0, 0xFFFE, 0xE0DD, 0)
    inner = explicit(0x00400007, "LO", b"\x1b[31mdeep\x07 ")
    elements = [explicit(tag, vr, value + b" " * (len(value) % 2)) for tag, vr, value in HOSTILE]
    elements.insert(-2, explicit(0x0019102E, "UN", b"\x1b[5mblink"))
    path.write_bytes(part_10([*elements, opened * LEVELS + inner + closed * LEVELS,
                              explicit(0x0040A160, "UT", b"ten megabytes \x1b[2J" * 500_000)]))  # fmt: skip
    return str(path)


def test_hostile_tags_are_drawn_as_stand_ins_wherever_they_are_shown(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    path = hostile_file(folder / "a.dcm")
    other = write(folder / "b.dcm", PatientName="DOE^JANE", StudyDescription="\x1b]2;OWNED-TITLE\x07")
    third = write(tmp_path / "c.dcm", StudyDescription="\x1b]2;OWNED-TITLE-TOO\x07")
    with terminal(tmp_path, size=(160, 50)) as shell:
        before = shell.fact("#{pane_title}")
        shell.run(*browser("--rw", path))
        shell.shows("(0002,0010)", "␛]2;OWNED-TITLE␇␛]52;c;T1dORUQ=␇", "[/x] [@click=app.quit]q[/] [bold")
        shell.keys("Tab", "Tab", "z")
        shell.shows("⟨202E⟩gnp.exe", "a␀b␀␀c␍⏎␈␈d␎␏", "1b 5b 35 6d", "␛P+q544e␛")
        shell.type("G")
        shell.shows("ten megabytes ␛[2J")
        shell.type("g")
        shell.shows("(0002,0010)")
        nothing_acted(shell, before)
        shell.type("/deep")
        shell.shows("1 of 20,0")
        shell.keys("Enter", "Enter")
        shell.shows("␛[31mdeep␇")
        escape(shell, "LO (long string")
        escape(shell, "/ deep")
        shell.type("/10mb or megabytes")
        shell.shows("/ 10mb or megabytes")
        shell.keys("Enter", "Enter")
        shell.shows("9,000,000 bytes from byte")
        nothing_acted(shell, before)
        escape(shell, "without limit")
        escape(shell, "/ 10mb")
        shell.type("/studydescription")
        shell.shows("1 of 20,0")
        shell.keys("Enter")
        shell.type("i")
        shell.shows("cannot be shown")
        escape(shell, "cannot be shown")
        shell.type("D")
        shell.shows("What differs in the series", "in both files", "+ (0018,0015) BodyPartExamined")
        escape(shell, "What differs")
        nothing_acted(shell, before)
        shell.type("q")
        shell.shows("ended with 0")
        commands = (
            ("tags", "--grep", "group:0008", path),
            ("diff", "--ignore-dates", other, third),
            ("tags", "--json", "--show", "0008,1030", path),
            ("tags", "--csv", "--show", "0008,1030,0010,0020", path),
        )
        for words in commands:
            shell.tmux("send-keys", "-R", "-t", "0")  # an empty screen
            shell.run(*PROGRAM, *words)
            shell.shows("ended with ")
            assert shell.fact("#{pane_title}") == before
            assert shell.tmux("list-buffers") == ""
            shell.until(lambda: "OWNED-TITLE" in shell.text, "the value, harmless")


def test_editing_comparing_and_plotting_in_a_terminal(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    for number in range(4):
        write(folder / f"{number}.dcm", SOPInstanceUID=f"1.2.{number + 1}", InstanceNumber=str(number), PatientSex="F")
    with terminal(tmp_path, size=(80, 24)) as shell:
        shell.run(*browser("--rw", str(folder)))
        shell.shows("0.dcm")
        shell.keys("Tab", "Tab")
        shell.shows("(0002,0010)")
        shell.type("/patientname")
        shell.keys("Enter")
        shell.shows("1 of 28")
        shell.type("i")
        shell.shows("VR PN")
        shell.keys("C-u")
        shell.type("Roe^Richard")
        shell.keys("Enter")
        shell.shows("* Roe^Richard", "1 change, not saved")
        shell.type("S")
        shell.shows("Save a copy")
        shell.keys("Enter")
        shell.shows("written to")
        escape(shell, "/ patientname")
        shell.type("/instancenumber")
        shell.keys("Enter")
        shell.shows("/ instancenumber", "1 of 28")
        shell.type("p")
        shell.shows("in the order of")
        escape(shell, "in the order of")
        shell.type("D")
        shell.shows("What differs in the series", "InstanceNumber")
        escape(shell, "What differs")
        shell.type("q")
        shell.shows("ended with 0")
    assert pydicom.dcmread(folder / "0-edited.dcm").PatientName == "Roe^Richard"
