import math
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import Dataset
from pydicom.sequence import Sequence

from tests.files import bundled, dataset, deep_file
from tui.dicom.anonymize.profile import identifies
from tui.dicom.elements import walk_file
from tui.dicom.matching import Operator, Wanted
from tui.dicom.query import Hits, Query, QueryError
from tui.dicom.tags import TagRows, load_rows

WORDS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=5).filter(lambda word: word.lower() != "or")


def rows_of(path: str) -> TagRows:
    return load_rows(walk_file(path))


def searched(rows: TagRows, query: str) -> Hits:
    return Query.parse(query).find(rows, identifies)


def names(rows: TagRows, query: str) -> list[str]:
    return [rows.row(index).name for index in searched(rows, query).matching]


@pytest.fixture(scope="module")
def ct() -> TagRows:
    return rows_of(bundled("CT_small.dcm"))


@pytest.fixture
def made(tmp_path: Path) -> TagRows:
    step, other, code = Dataset(), Dataset(), Dataset()
    step.ScheduledProcedureStepID, step.ScheduledProcedureStepDescription = "x", "flair or t2"
    other.ScheduledProcedureStepID = "y"
    code.CodeValue, code.CodeMeaning = "T-1", "Head"
    step.ScheduledProtocolCodeSequence = Sequence([code])
    path = tmp_path / "made.dcm"
    made = dataset(
        PatientName="Doe^Jane^^Dr=ドウ^ジェーン", SpecificCharacterSet="ISO_IR 192", PatientAge="054Y", StudyDate="20040119",
        StudyTime="123456.5", AcquisitionDateTime="20040119123456+0100", ImageType=["ORIGINAL", "PRIMARY"],
        SliceThickness="1.250", SeriesDescription="T2 FLAIR (ax)", BodyPartExamined="", PixelSpacing=["0.5", "0.75"],
        RequestAttributesSequence=Sequence([step, other]),
    )  # fmt: skip
    made.add_new(0x60020010, "US", 7)
    made.save_as(path, enforce_file_format=True)
    return rows_of(str(path))


@pytest.mark.parametrize(
    ("query", "expected"),
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
        ("ABCD1234 or fidelity", {"PatientID", "[Full fidelity]"}),
        (
            "patient -vr:LO -vr:PN -vr:DS -vr:SQ -private: -seq: -history",
            {"PatientBirthDate", "PatientSex", "PatientAge", "PatientPosition"},
        ),
        ("group:0028 vr:DS rescale", {"RescaleIntercept", "RescaleSlope"}),
        ("group:28 vr:ds spacing", {"PixelSpacing"}),
        ("private:gems_iden fidelity", {"[Full fidelity]"}),
        ("private: 0011,0010", {"private creator"}),
        ("seq: patientid vr:LO", {"PatientID"}),
        ("seq:other vr:CS", {"TypeOfPatientID"}),
        ("phi: vr:PN", {"PatientName", "ReferringPhysicianName"}),
        ("phi: rows", set()),
    ],
)
def test_what_is_found(ct: TagRows, query: str, expected: set[str]) -> None:
    assert set(names(ct, query)) == expected


HOLDING = [
    "Rows=64",
    "rows=64.0",
    "Rows>63",
    "Rows>=64",
    "Rows<=64",
    "Rows!=65",
    "(0028,0010)=64",
    "28,10=64",
    "00280010=64",
    "SliceThickness=1.25",
    "SliceThickness<1.3",
    "PatientName=doe^jane^^dr",
    "PatientName=ドウ^ジェーン",
    "PatientName~^doe",
    "PatientAge>50Y",
    "PatientAge>10w",
    "StudyDate=2004-01-19",
    "StudyDate=2004",
    "StudyDate>2003",
    "StudyDate<20040120",
    "StudyTime>12:30",
    "StudyTime=12:34",
    "AcquisitionDateTime>2004-01-19T12:00",
    "ImageType=primary",
    "ImageType!=primary",
    "PixelSpacing>0.7",
    "SeriesDescription~flair",
    'SeriesDescription="t2 flair (ax)"',
    'SeriesDescription~"r \\(ax"',
    "BodyPartExamined=",
    "Modality!=",
    "PatientComments!=x",
    "-PatientComments=x",
    'SOPClassUID="ct image storage"',
    "SOPClassUID=1.2.840.10008.5.1.4.1.1.2",
    "RequestAttributesSequence=2",
    "OverlayRows=7",
    "60xx,0010=7",
    "RequestAttributesSequence.ScheduledProcedureStepID=x",
    "RequestAttributesSequence[0].ScheduledProcedureStepID=x",
    "RequestAttributesSequence[1].ScheduledProcedureStepID!=x",
    "0040,0275.0040,0009=y",
    "ScheduledProcedureStepID=y",
    "RequestAttributesSequence.ScheduledProtocolCodeSequence.CodeMeaning=head",
    "Rows=64 Columns=64",
    "Rows=65 or Columns=64",
    "Rows=64 patientname",
]
FAILING = [
    "Rows=640",
    "Rows<64",
    "Rows!=64",
    "SliceThickness>1.3",
    "PatientName=doe",
    "PatientName~jane$",
    "PatientAge<600M",
    "StudyDate>2004",
    "StudyTime<12",
    "AcquisitionDateTime<2004",
    "ImageType=PRIM",
    "BodyPartExamined!=",
    "PatientComments=",
    "PatientComments=x",
    "-Rows=64",
    "RequestAttributesSequence>2",
    "RequestAttributesSequence[1].ScheduledProcedureStepID=x",
    "CodeValue.ScheduledProcedureStepID=y",
    "RequestAttributesSequence.CodeMeaning=head",
    "Rows=64 Columns=65",
    "Rows=64 nowhere",
    "Rows=65 patientname",
]


@pytest.mark.parametrize("query", HOLDING)
def test_comparisons_that_hold(made: TagRows, query: str) -> None:
    assert searched(made, query).holds


@pytest.mark.parametrize("query", FAILING)
def test_comparisons_that_do_not_hold(made: TagRows, query: str) -> None:
    assert searched(made, query) == Hits((), (), holds=False)


def test_the_elements_that_fulfil_a_comparison_are_hits_beside_those_of_the_words(made: TagRows) -> None:
    assert names(made, "Rows>1 studydate") == ["StudyDate", "Rows"]
    assert names(made, "ScheduledProcedureStepID~. ") == ["ScheduledProcedureStepID"] * 2
    assert names(made, "PatientComments!=x") == []
    assert names(made, "-Rows=65 studydate") == ["StudyDate"]


@pytest.mark.parametrize(
    ("query", "at", "reason"),
    [
        ("a Rowz>5", 2, "no attribute is called Rowz: is Rows"),
        ("Foo.Rows>5", 0, "no attribute is called Foo (in quotation marks it is searched for as text)"),
        ("RequestAttributesSequence.Foo=1", 26, "no attribute is called Foo"),
        ("Rows>abc", 5, "a number is expected"),
        ("StudyDate<yesterday", 10, "a date such as 2004-01-19"),
        ("StudyTime<noon", 10, "a time such as 12:30"),
        ("PatientAge>old", 11, "an age such as 054Y"),
        ("b PatientName~a(b", 17, "this is no regular expression: missing )"),
        ("PatientName~a{2,1}b", 14, "this is no regular expression"),
        ("PatientName~a[b", 15, "this is no regular expression"),
        ("1.2=3", 0, "1 is no attribute"),
        ("vr:XX", 3, "a value representation such as PN"),
        ("vr:", 3, "a value representation such as PN"),
        ("group:zz", 6, "a group such as 0028"),
        ("phi:x", 4, "nothing stands behind phi:"),
        ("or a", 0, "or stands between words"),
        ("a or or b", 5, "or stands between words"),
        ("a or ", 5, "something is missing behind or"),
        ("a -", 3, "something is missing behind -"),
        ("Rows>", 5, "something is missing behind >"),
    ],
)
def test_errors_point_at_the_character(query: str, at: int, reason: str) -> None:
    with pytest.raises(QueryError) as raised:
        Query.parse(query)
    assert raised.value.at == at
    assert raised.value.reason.startswith(reason)


@pytest.mark.parametrize("text", ['"a=b"', '"Rowz>5"', "<x", "=x", "http://a?b=c", "12:30", '"-x-"', "x-y-z"])
def test_what_is_no_operator_is_text(ct: TagRows, text: str) -> None:
    assert not searched(ct, text).holds or text == "12:30"


def test_hits_keep_the_rows_they_lie_in(ct: TagRows) -> None:
    hits = searched(ct, "1234ABCD")
    assert [ct.row(index).name for index in hits.shown] == ["OtherPatientIDsSequence", "item 2", "PatientID"]
    assert len(hits.matching) == 1


@given(words=st.lists(WORDS, min_size=1, max_size=3))
def test_a_search_is_every_word_in_any_order_without_case(words: list[str]) -> None:
    rows = rows_of(bundled("CT_small.dcm"))
    found = tuple(at for at, text in enumerate(rows.haystacks()) if all(word.lower() in text for word in words))
    assert searched(rows, " ".join(words)).matching == found
    assert searched(rows, " ".join(reversed(words))).matching == found
    assert searched(rows, " ".join(f"-{word}" for word in words[:1])).matching == tuple(
        at for at, text in enumerate(rows.haystacks()) if words[0].lower() not in text
    )


def place_of_error(text: str) -> int:
    """Return where the error in a query is, 0 if there is none."""
    try:
        Query.parse(text)
    except QueryError as error:
        return error.at
    return 0


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_query_or_a_query_error(text: str) -> None:
    assert 0 <= place_of_error(text) <= len(text)


PARTS = ['"', "-", "or", "(", ")", ",", ".", "[0]", "=", "!", "<", "~", "Rows", "0028", "vr:", "PN", " ", "x"]


@given(st.lists(st.sampled_from(PARTS)))
def test_whatever_is_put_together_is_a_query_or_a_query_error(parts: list[str]) -> None:
    text = "".join(parts)
    assert 0 <= place_of_error(text) <= len(text)


def test_what_would_crash_or_freeze_is_refused(tmp_path: Path) -> None:
    for text in ("PatientName~a{99999999999}", "PatientName~" + "(" * 3000 + ")" * 3000, f"Rows[{'9' * 5000}]=1"):
        assert 0 <= place_of_error(text) <= len(text)
    path = tmp_path / "slow.dcm"
    dataset(PatientComments="a" * 40 + "!").save_as(path, enforce_file_format=True)
    with pytest.raises(QueryError, match="takes too long"):
        searched(rows_of(str(path)), "PatientComments~(a|aa)+$")


def test_a_value_longer_than_what_lies_at_hand_is_compared_whole(tmp_path: Path) -> None:
    path = tmp_path / "long.dcm"
    made = dataset(TextValue="x" * 5000 + " needle")
    made.add_new(0x00720072, "DS", [str(12345 + number) for number in range(900)])
    made.save_as(path, enforce_file_format=True)
    rows = rows_of(str(path))
    assert searched(rows, "TextValue~needle").holds
    assert searched(rows, "SelectorDSValue=13244").holds
    assert not searched(rows, "SelectorDSValue=1").holds


def test_attribute_tags_are_compared_in_every_form(tmp_path: Path) -> None:
    path = tmp_path / "at.dcm"
    dataset(FrameIncrementPointer=0x00181063).save_as(path, enforce_file_format=True)
    rows = rows_of(str(path))
    for form in ("(0018,1063)", "0018,1063", "00181063", "frametime"):
        assert searched(rows, f"FrameIncrementPointer={form}").holds
    assert not searched(rows, "FrameIncrementPointer=00181064").holds
    dataset(FrameIncrementPointer=[]).save_as(path, enforce_file_format=True)
    assert searched(rows_of(str(path)), "FrameIncrementPointer=").holds
    assert not searched(rows_of(str(path)), "FrameIncrementPointer~.").holds


def test_a_tag_is_found_while_it_is_typed(ct: TagRows) -> None:
    for typed in ("0010,0", "0010,00", "0010,001", "0010,0010"):
        assert "PatientName" in names(ct, typed)


def test_a_deep_dataset_is_searched_in_one_pass(tmp_path: Path) -> None:
    path = tmp_path / "deep.dcm"
    path.write_bytes(deep_file(9000))
    rows = rows_of(str(path))
    begin = time.process_time()
    for query in ("seq:nothing", "seq: patientname", "PatientName=a", "-seq:", "item"):
        searched(rows, query)
    assert len(set(rows.places)) == len(rows)
    assert time.process_time() - begin < 30  # it took minutes where each row climbed to the top


def test_an_empty_query_is_none() -> None:
    assert not Query.parse("  ")


@pytest.mark.parametrize("text", ['"', '""', 'patient ""'])
def test_nothing_between_quotation_marks_is_a_mistake(text: str) -> None:
    with pytest.raises(QueryError, match="nothing stands between the quotation marks") as error:
        Query.parse(text)
    assert error.value.at == text.index('"')


@pytest.mark.parametrize(
    ("vr", "value", "operator", "wanted", "fits"),
    [
        ("FL", 0.10000000149011612, "=", "0.1", True),  # as 32 bits hold it
        ("FD", 0.1, "=", "0.1", True),
        ("UV", 2**64 - 1, "=", "18446744073709551615", True),
        ("UV", 2**64 - 1, "=", "18446744073709551614", False),
        ("FD", math.nan, "=", "7", False),
        ("FD", math.nan, "<=", "7", False),
        ("FD", math.nan, "!=", "7", True),
        ("DS", "abc", ">", "1", False),
        ("TM", "123015.5", "=", "12:30:15.50", True),
        ("TM", "1200", "<", "12:00:01", False),  # less exact: it may be
        ("DT", "2004", "<", "2004-01-19", False),
        ("DT", "2003", "<", "2004-01-19", True),
        ("DT", "20040119120000+0100", "=", "2004-01-19T11:00:00+0000", True),
        ("DT", "20040119120000+0100", "<", "2004-01-19T11:30:00Z", True),
        ("DT", "20040119120000+0100", ">", "2004-01-19T11:30:00", True),  # without a zone, as it is written
    ],
)
def test_values_are_compared_exactly(vr: str, value: str | float, operator: str, wanted: str, fits: bool) -> None:
    assert Wanted(Operator(operator), wanted).fits(vr, [value]) == fits
