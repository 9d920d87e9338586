import csv

import pytest

from tests.files import SHARED
from tui.dicom.anonymize.profile import Option, identifies, treatment_of

STANDARD = SHARED.parent / "standards" / "ps3_15_table_e1_1.csv"
COLUMNS = {
    "rtn_safe_private": Option.RETAIN_SAFE_PRIVATE,
    "rtn_uids": Option.RETAIN_UIDS,
    "rtn_device": Option.RETAIN_DEVICE_IDENTITY,
    "rtn_institution": Option.RETAIN_INSTITUTION_IDENTITY,
    "rtn_patient_chars": Option.RETAIN_PATIENT_CHARACTERISTICS,
    "rtn_full_dates": Option.RETAIN_FULL_DATES,
    "rtn_modified_dates": Option.RETAIN_MODIFIED_DATES,
    "clean_descriptors": Option.CLEAN_DESCRIPTORS,
    "clean_structured": Option.CLEAN_STRUCTURED_CONTENT,
    "clean_graphics": Option.CLEAN_GRAPHICS,
}


@pytest.mark.parametrize(
    ("tag", "basic"),
    [(0x00100010, "Z"), (0x00080018, "U"), (0x00120010, "D"), (0x60103000, "X"), (0x50020001, "X"), (0x00104000, "X")],
)
def test_what_the_basic_profile_does(tag: int, basic: str) -> None:
    treatment = treatment_of(tag)
    assert treatment is not None
    assert treatment.basic == basic
    assert identifies(tag)


@pytest.mark.parametrize("tag", [0x00280010, 0x00080016, 0x60003001, 0x00091001, 0x60013000])
def test_what_it_does_not_list(tag: int) -> None:
    assert not identifies(tag)


def test_options() -> None:
    treatment = treatment_of(0x00080020)
    assert treatment is not None
    assert treatment.options == {Option.RETAIN_FULL_DATES: "K", Option.RETAIN_MODIFIED_DATES: "C"}


@pytest.mark.corpus
def test_every_row_of_the_standard_s_table() -> None:
    if not STANDARD.exists():
        pytest.skip("the table is not beside the checkout")
    with STANDARD.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] != "private"]
    assert len(rows) > 600
    for row in rows:
        treatment = treatment_of(int(row["tag"].strip("()").replace(",", "").replace("x", "2"), 16))
        assert treatment is not None, row
        wanted = {option: row[column] for column, option in COLUMNS.items() if row[column]}
        assert (treatment.basic, treatment.options) == (row["basic"], wanted), row
