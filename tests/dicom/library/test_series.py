from pathlib import Path

import pytest
from pydicom import Dataset
from pydicom.sequence import Sequence

from tests.files import explicit, part_10, write
from tui.dicom.elements import walk_file
from tui.dicom.errors import ReadError
from tui.dicom.job import Step
from tui.dicom.library.along import Curve, along_frames, along_series, is_number
from tui.dicom.library.series import Member, series_members
from tui.dicom.tags import TagRows, load_rows


def members(path: str) -> list[Member]:
    *steps, found = series_members(path)
    assert all(isinstance(step, Step) for step in steps)
    assert isinstance(found, tuple)
    return list(found)


def slices(folder: Path, places: list[float]) -> list[str]:
    return [
        write(
            folder / f"{number}.dcm", SOPInstanceUID=f"1.2.{number + 1}", InstanceNumber=str(number),
            ImagePositionPatient=[0, 0, place], ImageOrientationPatient=[1, 0, 0, 0, 1, 0], SliceLocation=str(place),
            AcquisitionTime=f"0800{10 + number}", WindowCenter=[number, 10 * number],
        )
        for number, place in enumerate(places)
    ]  # fmt: skip


def test_the_files_of_a_series_in_the_order_of_their_slices(tmp_path: Path) -> None:
    paths = slices(tmp_path, [5.0, -5.0, 0.0])
    write(tmp_path / "other.dcm", SeriesInstanceUID="1.2.9")
    (tmp_path / "notes.txt").write_text("none")
    found = members(paths[0])
    assert [Path(member.path).name for member in found] == ["1.dcm", "2.dcm", "0.dcm"]
    assert [member.location_mm for member in found] == [-5.0, 0.0, 5.0]


def test_without_places_instance_numbers_and_names_decide(tmp_path: Path) -> None:
    for name, number in (("b10", "2"), ("b9", "2"), ("a", "10"), ("c", None)):
        write(tmp_path / name, InstanceNumber=number)
    assert [Path(member.path).name for member in members(str(tmp_path / "a"))] == ["b9", "b10", "a", "c"]


def test_a_file_without_a_series_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(part_10([explicit(0x00080060, "CS", b"CT")]))
    with pytest.raises(ReadError, match="names no series"):
        list(series_members(str(path)))


def row_called(rows: TagRows, name: str) -> int:
    return next(index for index in range(len(rows)) if rows.row(index).name == name)


def curve(path: str, name: str) -> Curve:
    rows = load_rows(walk_file(path))
    *_, found = along_series(rows, row_called(rows, name))
    assert isinstance(found, Curve)
    return found


def test_a_number_along_the_places(tmp_path: Path) -> None:
    paths = slices(tmp_path, [5.0, -5.0, 0.0])
    found = curve(paths[0], "SliceLocation")
    assert found.axis == "position, mm"
    assert [(point.along, point.values) for point in found.points] == [(-5, (-5,)), (0, (0,)), (5, (5,))]
    assert curve(paths[0], "WindowCenter").component(1) == [10, 20, 0]


def test_a_number_along_time_where_places_are_the_same(tmp_path: Path) -> None:
    paths = slices(tmp_path, [5.0, 5.0, 5.0])
    found = curve(paths[0], "InstanceNumber")
    assert found.axis == "time, s"
    assert [point.along for point in found.points] == [0, 1, 2]


def test_a_value_that_one_file_lacks_is_a_gap(tmp_path: Path) -> None:
    write(tmp_path / "1", InstanceNumber="1", WindowCenter="5")
    write(tmp_path / "2", InstanceNumber="2", WindowCenter=None)
    found = curve(str(tmp_path / "1"), "WindowCenter")
    assert found.axis == "instance number"
    assert found.component(0) == [5.0, None]


def test_a_number_through_the_frames(tmp_path: Path) -> None:
    frames = []
    for number in range(4):
        voi, frame = Dataset(), Dataset()
        voi.WindowCenter = str(100 + number)
        if number != 2:
            frame.FrameVOILUTSequence = Sequence([voi])
        frames.append(frame)
    rows = load_rows(
        walk_file(write(tmp_path / "a.dcm", PerFrameFunctionalGroupsSequence=Sequence(frames), WindowCenter=None))
    )
    index = row_called(rows, "WindowCenter")
    found = along_frames(rows, index)
    assert found is not None
    assert found.component(0) == [100, 101, None, 103]
    assert along_frames(rows, 0) is None
    item = rows.frame_item(index)
    assert item is not None
    assert rows.item_around(index) == item
    last = rows.counterpart(index, item, 3)
    assert last is not None
    assert rows.row(last).text == "103"
    assert rows.counterpart(index, item, 4) is None
    third = rows.counterpart(index, item, 2)  # which has no window: its item
    assert third is not None
    assert rows.row(third).name == "item 3"


def test_midnight_and_what_is_no_number(tmp_path: Path) -> None:
    moments = [("20200101", "235930"), ("20200102", "000000"), ("20200102", "000030")]
    for number, (date, time) in enumerate(moments):
        write(
            tmp_path / f"{2 - number}", SOPInstanceUID=f"1.2.{number + 1}", AcquisitionDate=date, AcquisitionTime=time,
            DiffusionBValue=float("nan") if number == 1 else float(number), PatientID="123", InstanceNumber="1",
        )  # fmt: skip
    found = curve(str(tmp_path / "0"), "DiffusionBValue")
    assert found.axis == "time, s"
    assert [point.along for point in found.points] == [0, 30, 60]
    assert found.component(0) == [0.0, None, 2.0]
    rows = load_rows(walk_file(str(tmp_path / "0")))
    assert [is_number(rows, row_called(rows, name)) for name in ("InstanceNumber", "PatientID", "AcquisitionDate")] == [
        True, False, False,
    ]  # fmt: skip
