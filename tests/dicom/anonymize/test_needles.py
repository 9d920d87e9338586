"""Values looked for among bytes: what a plain search finds, and no more."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.dicom.anonymize.needles import Needles, first_found

_VALUE = st.text("abz019.^ é", min_size=8, max_size=24).map(lambda text: text.encode("latin-1").lower())
_LARGE = 3 << 14  # bytes: more than are searched without a look at some of them


def _plainly(values: list[bytes], data: bytes) -> set[bytes]:
    found = {value for value in values if value in data.lower()}
    numbers = {value for value in found if not value.strip(b"0123456789.")}
    alone = {value for value in numbers if re.search(rb"(?<![\d.])" + re.escape(value) + rb"(?![\d.])", data)}
    return found - numbers | alone


@given(st.lists(_VALUE, min_size=1, max_size=4), st.integers(0, _LARGE), st.integers(0, 255), st.booleans())
def test_a_value_is_found_wherever_it_begins_in_either_case(values: list[bytes], at: int, around: int, upper: bool) -> None:
    data = bytearray([around]) * _LARGE
    wanted = values[0].upper() if upper else values[0]
    data[at : at + len(wanted)] = wanted
    expected = _plainly(values, bytes(data))
    found = first_found(Needles.by_kind(values), bytes(data))
    assert found in expected if expected else found is None


@given(st.lists(_VALUE, min_size=1, max_size=4), st.binary(max_size=200), st.integers(1, 400))
def test_no_value_is_found_that_is_not_there(values: list[bytes], part: bytes, times: int) -> None:
    data = part * times
    expected = _plainly(values, data)
    found = first_found(Needles.by_kind(values), data)
    assert found in expected if expected else found is None


def test_nothing_is_looked_for_where_there_are_no_values() -> None:
    assert first_found(Needles.by_kind([]), b"DOE^JANE" * 9999) is None


@pytest.mark.parametrize("behind", [b"4", b".4"])
def test_a_uid_within_a_longer_one_is_another_one(behind: bytes) -> None:
    kinds = Needles.by_kind([b"1.2.840.99.3"])
    assert first_found(kinds, b"\0" * _LARGE + b"1.2.840.99.3" + behind) is None
    assert first_found(kinds, b"\0" * _LARGE + b"1.2.840.99.3") == b"1.2.840.99.3"
