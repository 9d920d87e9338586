"""Series as stacks: what belongs together, in the order of its slices."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.dicom.library.instances import Instance, Shared
from tui.dicom.library.stacks import REPEATED, stacks_of

_AXIAL, _CORONAL, _SAGITTAL = "1\\0\\0\\0\\1\\0", "1\\0\\0\\0\\0\\-1", "0\\1\\0\\0\\0\\-1"
_EMPTY = Shared(*("" for _ in Shared._fields))  # type: ignore[arg-type] # numbers follow
_CT = _EMPTY._replace(
    sop_class="1.2.840.10008.5.1.4.1.1.2", orientation=_AXIAL, rows=64, columns=64, samples=1, bits_allocated=16,
    big_endian=False, directory=False, image_type="ORIGINAL\\PRIMARY\\AXIAL",
)  # fmt: skip


def _image(
    number: int | str, place: float | None, shared: Shared = _CT, uid: str = "", name: str = "", **own: str
) -> Instance:
    position = "" if place is None else f"-10\\-20\\{place:g}"
    values: dict[str, Any] = {"acquisition_time": "", "trigger_time": "", "temporal_position": ""} | own
    text = str(number)
    return Instance(
        "/x", name or f"IM{text}", 9000, shared, uid or f"1.2.{text}.{place}", text, position, broken="", **values
    )


def _shown(instances: list[Instance]) -> list[tuple[str, list[str]]]:
    return [(stack.label, [instance.number for instance in stack.members]) for stack in stacks_of(instances)]


@given(st.permutations(list(range(1, 30))))
def test_slices_come_by_place_and_not_by_number_nor_name(order: list[int]) -> None:
    images = [_image(number, 100 - 2.5 * number, name=f"{31 - number}") for number in order]
    assert _shown(images) == [("", [str(number) for number in range(29, 0, -1)])]


def test_without_places_they_come_by_number_and_without_numbers_naturally_by_name() -> None:
    flat = _CT._replace(orientation="")
    assert _shown([_image(number, None, shared=flat) for number in (10, 2, 1)]) == [("", ["1", "2", "10"])]
    named = [_image("", None, shared=flat, name=name, uid=name) for name in ("im10", "im2", "IM1")]
    (stack,) = stacks_of(named)
    assert [instance.name for instance in stack.members] == ["IM1", "im2", "im10"]


def test_localizers_are_a_stack_for_each_plane() -> None:
    scout = _CT._replace(image_type="ORIGINAL\\PRIMARY\\LOCALIZER")
    images = [
        *(_image(number, number * 5.0, shared=scout) for number in (1, 2)),
        _image(3, 0, shared=scout._replace(orientation=_CORONAL)),
        _image(4, 0, shared=scout._replace(orientation=_SAGITTAL)),
    ]
    assert _shown(images) == [("axial", ["1", "2"]), ("coronal", ["3"]), ("sagittal", ["4"])]


def test_a_localizer_among_slices_is_a_stack_of_its_own() -> None:
    scout = _CT._replace(image_type="ORIGINAL\\PRIMARY\\LOCALIZER", orientation=_CORONAL)
    images = [_image(1, 0, shared=scout), *(_image(number, number * 3.0) for number in range(2, 6))]
    assert _shown(images) == [("coronal, LOCALIZER", ["1"]), ("axial, AXIAL", ["2", "3", "4", "5"])]


def test_noise_of_direction_cosines_splits_nothing() -> None:
    images = [
        _image(number, number * 3.0, shared=_CT._replace(orientation=f"1\\0.0000{number}\\0\\0\\1\\0"))
        for number in range(1, 8)
    ]
    assert len(stacks_of(images)) == 1


def test_sizes_echoes_and_b_values_are_stacks_of_their_own() -> None:
    small = _CT._replace(rows=32, columns=48)
    assert _shown([_image(1, 0), _image(2, 5, shared=small)]) == [("64 x 64", ["1"]), ("48 x 32", ["2"])]
    echoes = [_image(number, number // 2, shared=_CT._replace(echo_time=str(4 + number % 2 * 5))) for number in range(2, 8)]
    assert _shown(echoes) == [("echo 4", ["2", "4", "6"]), ("echo 9", ["3", "5", "7"])]
    weighted = [_image(number, number // 2, shared=_CT._replace(b_value=str(number % 2 * 1000))) for number in range(2, 6)]
    assert _shown(weighted) == [("b 0", ["2", "4"]), ("b 1000", ["3", "5"])]


@pytest.mark.parametrize(
    ("own", "name"), [("temporal_position", "phase"), ("trigger_time", "trigger"), ("acquisition_time", "time")]
)
def test_phases_at_the_same_places_are_never_mixed(own: str, name: str) -> None:
    images = [
        _image(1 + place + 4 * phase, place * 2.0, _CT, "", "", **{own: str(phase + 1)})
        for place in range(4)
        for phase in range(3)
    ]
    random.Random(1).shuffle(images)
    assert _shown(images) == [
        (f"{name} 1", ["1", "2", "3", "4"]), (f"{name} 2", ["5", "6", "7", "8"]), (f"{name} 3", ["9", "10", "11", "12"]),
    ]  # fmt: skip


def test_times_that_differ_in_every_slice_split_nothing_where_the_places_differ() -> None:
    images = [_image(number, number * 2.0, acquisition_time=f"1200{number:02d}") for number in range(1, 9)]
    assert len(stacks_of(images)) == 1


def test_what_nothing_tells_apart_at_the_same_places_is_split_by_its_turn() -> None:
    images = [_image(1 + place + 3 * turn, place * 2.0) for turn in range(2) for place in range(3)]
    assert _shown(images) == [("set 1", ["1", "2", "3"]), ("set 2", ["4", "5", "6"])]


def test_repeated_uids_are_told_apart_from_the_images() -> None:
    images = [*(_image(number, number * 2.0) for number in range(1, 4)), _image(2, 4.0, name="copy")]
    assert _shown(images) == [("", ["1", "2", "3"]), (REPEATED, ["2"])]


def test_a_volume_that_is_turned_around_stays_one_stack() -> None:
    images = [
        _image(number, 0.0, shared=_CT._replace(orientation=f"{1 - number / 9:g}\\{number / 9:g}\\0\\0\\0\\-1"))
        for number in (3, 1, 4, 2, 5)
    ]
    assert _shown(images) == [("", ["1", "2", "3", "4", "5"])]


def test_a_file_of_many_frames_is_a_stack() -> None:
    cine = _CT._replace(frames="30", orientation="")
    images = [_image(1, None, shared=cine, name="a"), _image(2, None, shared=cine, name="b")]
    assert _shown(images) == [("frames, image 1", ["1"]), ("frames, image 2", ["2"])]


def test_odd_values_are_survived() -> None:
    odd = _CT._replace(orientation="1\\x\\0", frames="many")
    images = [_image("one", None, shared=odd), _image("1e999", None, shared=odd), _image("", 3.0, uid="z")]
    assert sum(len(stack.members) for stack in stacks_of(images)) == 3


@pytest.mark.parametrize("texts", [("1e307", "1", "2", "3"), ("1e300", "-1e305", "1", "2"), ("nan", "nan", "inf", "1")])
def test_places_out_of_all_reach_are_none(texts: tuple[str, ...]) -> None:
    images = [_image(number, None, uid=str(number)) for number in range(1, 5)]
    moved = [image._replace(position=f"0\\0\\{text}") for image, text in zip(images, texts, strict=True)]
    (stack,) = stacks_of(moved)
    assert len(stack.members) == 4
    assert all(place is None or abs(place) < 10 for place in stack.places_mm)


def test_numbers_that_are_written_in_two_ways_are_the_same() -> None:
    images = [_image(number, number * 2.0, _CT._replace(echo_time=("27", "27.0")[number % 2])) for number in range(1, 7)]
    assert _shown(images) == [("", ["1", "2", "3", "4", "5", "6"])]


def test_what_has_another_sop_class_is_called_by_it() -> None:
    other = _CT._replace(sop_class="1.2.840.10008.5.1.4.1.1.4")
    images = [_image(1, 2.0), _image(2, 4.0), _image(3, 2.0, other)]
    assert _shown(images) == [("CT Image", ["1", "2"]), ("MR Image", ["3"])]


def test_no_label_holds_the_name_of_a_file() -> None:
    cine = _CT._replace(frames="30", orientation="")
    images = [_image(number, None, shared=cine, name=f"SMITH_JOHN_{number}") for number in (1, 2)]
    assert "SMITH" not in "".join(label for label, _ in _shown(images))


def test_a_stack_keeps_its_key_when_others_come() -> None:
    axial = [_image(number, number * 2.0) for number in range(1, 4)]
    coronal = [_image(number, number * 2.0, _CT._replace(orientation=_CORONAL), name=f"c{number}") for number in range(4, 7)]
    (alone,) = stacks_of(axial)
    assert alone.key in {stack.key for stack in stacks_of([*coronal, *axial])}
    assert len({stack.key for stack in stacks_of([*coronal, *axial])}) == 2
