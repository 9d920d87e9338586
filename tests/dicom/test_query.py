import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.files import bundled
from tui.dicom.elements import walk_file
from tui.dicom.query import Query, find
from tui.dicom.tags import load_rows

WORDS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=5)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("10,10", {"PatientName"}),
        ("(0010,0010)", {"PatientName"}),
        ("00100010", {"PatientName"}),
        ("patientname", {"PatientName"}),
        ("patient's name", {"PatientName"}),
        ('"Patient\'s Name"', {"PatientName"}),
        ("CompressedSamples", {"PatientName"}),
        ("implicit", set()),
        ("0.661468,", set()),
        ("5,000", set()),
        ("full fidelity", {"[Full fidelity]"}),
        ("ABCD1234", {"PatientID"}),
    ],
)
def test_what_is_found(query: str, names: set[str]) -> None:
    rows = load_rows(walk_file(bundled("CT_small.dcm")))
    hits = find(Query.parse(query), rows.haystacks(), rows.parents)
    assert {rows.row(index).name for index in hits.matching} == names


def test_hits_keep_the_rows_they_lie_in() -> None:
    rows = load_rows(walk_file(bundled("CT_small.dcm")))
    hits = find(Query.parse("1234ABCD"), rows.haystacks(), rows.parents)
    assert [rows.row(index).name for index in hits.shown] == ["OtherPatientIDsSequence", "item 2", "PatientID"]
    assert len(hits.matching) == 1


@given(st.lists(st.text(max_size=12), max_size=8), st.lists(WORDS, max_size=3))
def test_a_search_is_every_word_in_any_order_without_case(texts: list[str], words: list[str]) -> None:
    haystacks = [text.lower() for text in texts]
    hits = find(Query.parse(" ".join(words)), haystacks, [-1] * len(haystacks))
    assert hits.matching == tuple(at for at, text in enumerate(haystacks) if all(word.lower() in text for word in words))
    assert hits.shown == hits.matching


def test_an_empty_query_is_none() -> None:
    assert not Query.parse("  ")
