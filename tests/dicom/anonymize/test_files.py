"""Whole files and batches: refusals by name, pixels, code streams, verifying, resuming, the report, the command line."""

import csv
import gzip
import json
import re
import signal
import stat
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom import Dataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import RLELossless

from tests.files import bundled, dataset, explicit, part_10, write
from tui.cli import main
from tui.dicom.anonymize.apply import Task, anonymize_file, plan_file
from tui.dicom.anonymize.batch import Told, anonymize
from tui.dicom.anonymize.boxes import Box, Device, read_boxes, write_boxes
from tui.dicom.anonymize.codestream_parts import Expected
from tui.dicom.anonymize.codestreams import stripped
from tui.dicom.anonymize.order import Order
from tui.dicom.anonymize.orders import Wish
from tui.dicom.anonymize.outcome import Outcome
from tui.dicom.anonymize.plan import Plan
from tui.dicom.anonymize.plan_rows import Action, PlanRow
from tui.dicom.anonymize.policy import Dates, OnBurnedIn, Policy, RuleKind
from tui.dicom.anonymize.policy_file import read_rule
from tui.dicom.anonymize.profile import Option
from tui.dicom.anonymize.project import Project, open_project
from tui.dicom.anonymize.report import Report
from tui.dicom.anonymize.survey import survey
from tui.dicom.errors import EditError, PolicyError, RefusedError
from tui.dicom.job import Step

pytestmark = pytest.mark.filterwarnings("ignore:.*:UserWarning")
KEY = bytes(range(32))
OTHER = bytes(range(1, 33))
ANY = Expected(0, 0, 0)
CT = "1.2.840.10008.5.1.4.1.1.2"


def done(tmp_path: Path, path: str, policy: Policy | None = None, **more: Any) -> tuple[Outcome, Path]:  # noqa: ANN401
    output = tmp_path / "out"
    output.mkdir(exist_ok=True)
    outcome = anonymize_file(Task(policy or Policy(), Project(KEY), str(output), **more), path)
    return outcome, output / outcome.written


def result(tmp_path: Path, policy: Policy | None = None, **attributes: Any) -> Dataset:  # noqa: ANN401
    path = write(tmp_path / "in" / "a.dcm", **attributes)
    outcome, made = done(tmp_path, path, policy)
    assert not outcome.rule, outcome
    return pydicom.dcmread(made)


# --- what is refused


def raw(*elements: bytes) -> bytes:
    return part_10(
        [explicit(0x00080016, "UI", CT.encode() + b"\0"), explicit(0x00080018, "UI", b"1.2.3.4.5.6\0"), *elements]
    )


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (raw(explicit(0x00100010, "PN", b"SECRET^NAME ")) + b"SECRET", "parse error"),
        (raw()[:-4], "parse error"),
        (raw(explicit(0x00420011, "OB", b"%PDF SECRET ")), "encapsulated document"),
        (raw(explicit(0x00080005, "CS", b"SECRET")), "unknown character set"),
        (part_10([explicit(0x00100010, "PN", b"SECRET^NAME ")]), "no SOP UIDs"),
        (part_10([explicit(0x00080016, "UI", b"1.3.6.1.4.1.99\0\0"), explicit(0x00080018, "UI", b"1.2.3.4\0")]),
         "private class"),
        (raw(explicit(0x00287FE0, "UR", b"http://SECRET/")), "pixels elsewhere"),
    ],
)  # fmt: skip
def test_what_cannot_be_trusted_is_refused_by_name_and_without_a_value(tmp_path: Path, data: bytes, rule: str) -> None:
    path = tmp_path / "SECRET.dcm"
    path.write_bytes(data)
    outcome, _ = done(tmp_path, str(path))
    assert outcome.rule == rule
    if rule != "unknown character set":
        assert "SECRET" not in outcome.reason
    assert not any((tmp_path / "out").rglob("*.dcm"))


def test_of_a_file_that_gzip_packed_the_copy_is_unpacked(tmp_path: Path) -> None:
    packed = tmp_path / "in" / "a.dcm.gz"
    packed.parent.mkdir()
    packed.write_bytes(gzip.compress(Path(write(tmp_path / "plain.dcm")).read_bytes()))
    before = packed.read_bytes()
    outcome, copy = done(tmp_path, str(packed))
    assert outcome.rule == ""
    assert packed.read_bytes() == before
    made = pydicom.dcmread(copy)
    assert made.PatientIdentityRemoved == "YES"
    assert "DOE" not in str(made)
    assert made.PixelData == pydicom.dcmread(tmp_path / "plain.dcm").PixelData


def test_zeros_behind_the_end_are_padding(tmp_path: Path) -> None:
    path = tmp_path / "a.dcm"
    path.write_bytes(raw(explicit(0x00100010, "PN", b"SECRET^NAME ")) + bytes(5))
    outcome, made = done(tmp_path, str(path))
    assert not outcome.rule
    plan = plan_file(Task(Policy(), Project(KEY), ""), str(path))
    assert isinstance(plan, Plan)
    assert [row.before for row in plan.rows if row.path == "padding"] == ["5 bytes"]
    assert b"SECRET" not in made.read_bytes()


@pytest.mark.parametrize(("cut", "rule"), [(100, "truncated pixel data"), (0, "")])
def test_pixels_that_are_missing_are_refused(tmp_path: Path, cut: int, rule: str) -> None:
    pixels = bytes(64 * 64 * 2 - cut)
    outcome, _ = done(tmp_path, write(tmp_path / "a.dcm", PixelData=pixels))
    assert outcome.rule == rule


def test_bytes_behind_the_last_frame_go(tmp_path: Path) -> None:
    made = result(tmp_path, PixelData=bytes(64 * 64 * 2) + b"HIDDEN HERE TOO!")
    assert len(made.PixelData) == 64 * 64 * 2


def test_sequences_without_end_are_refused(tmp_path: Path) -> None:
    opened = b"\x08\x00\x15\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
    path = tmp_path / "deep.dcm"
    path.write_bytes(raw(opened * 100))
    assert done(tmp_path, str(path))[0].rule == "nested too deeply"


# --- attributes


def test_a_file_is_its_own_pseudonym_s(tmp_path: Path) -> None:
    made = result(tmp_path, StudyInstanceUID="1.2.3.4.5", AccessionNumber="A1234567", StudyDescription="of Jane Doe")
    assert made.PatientName == made.PatientID == Project(KEY).pseudonym(plan_of(tmp_path).patient)
    assert made.PatientIdentityRemoved == "YES"
    assert made.LongitudinalTemporalInformationModified == "REMOVED"
    assert made.DeidentificationMethodCodeSequence[0].CodeValue == "113100"
    assert made.SOPInstanceUID == made.file_meta.MediaStorageSOPInstanceUID == Project(KEY).uid("1.2.3.4")
    assert "StudyDescription" not in made
    assert made.AccessionNumber == ""
    assert str(made.file_meta.ImplementationVersionName).startswith("DICOM_TUI")


def plan_of(tmp_path: Path, policy: Policy | None = None) -> Plan:
    plan = plan_file(Task(policy or Policy(), Project(KEY), ""), str(tmp_path / "in" / "a.dcm"))
    assert isinstance(plan, Plan)
    return plan


def rows_of(plan: Plan) -> dict[str, PlanRow]:
    return {row.path: row for row in plan.rows}


def test_the_type_decides_and_is_told(tmp_path: Path) -> None:
    write(tmp_path / "in" / "a.dcm", SOPClassUID="1.2.840.10008.5.1.4.1.1.11.1", PixelData=None,
          PresentationCreationDate="20200101", ContentDate="20200101")  # fmt: skip
    rows = rows_of(plan_of(tmp_path))
    assert (rows["(0070,0082)"].action, rows["(0070,0082)"].code) == (Action.DUMMY, "X")
    assert "Type 1" in rows["(0070,0082)"].why
    assert rows["(0070,0082)"].after == "19000101"


def test_texts_in_wrong_vrs_do_not_pass(tmp_path: Path) -> None:
    path = tmp_path / "a.dcm"
    path.write_bytes(
        raw(
            explicit(0x00100010, "PN", b"JENKINS^MARY"),
            explicit(0x00280030, "DS", b"JENKINS "), explicit(0x00181081, "LO", b"JENKINS "),
            explicit(0x0018115E, "IS", b"JENKINS "),
            explicit(0x00201208, "UT", b"JENKINS "), explicit(0x00181020, "UN", b"JENKINS "),
        )
    )  # fmt: skip
    outcome, made = done(tmp_path, str(path))
    assert not outcome.rule, outcome
    assert b"JENKINS" not in made.read_bytes()


def test_names_in_other_character_sets_are_found(tmp_path: Path) -> None:
    made = result(tmp_path, SpecificCharacterSet="ISO_IR 192", PatientName="Müller^Jörg=山田^太郎",
                  SoftwareVersions="für Jörg Müller",
                  Manufacturer="山田 製", ManufacturerModelName="MULLER 7")  # fmt: skip
    assert "rg" not in made.SoftwareVersions
    assert "山田" not in made.Manufacturer
    assert "MULLER" not in made.ManufacturerModelName


@pytest.mark.parametrize(
    ("name", "text"),
    [("Łukasz^B", "Lukasz"), ("Yılmaz^E", "YILMAZ"), ("Øster^B", "Oster"), ("Đorđević^M", "Djordjevic"),
     ("Weiß^A", "Weiss")],
)  # fmt: skip
def test_names_are_found_in_other_letters(tmp_path: Path, name: str, text: str) -> None:
    made = result(tmp_path, SpecificCharacterSet="ISO_IR 192", PatientName=name, ManufacturerModelName=f"of {text}")
    assert made.ManufacturerModelName == "of"


def test_names_in_bytes_of_no_declared_character_set_are_found(tmp_path: Path) -> None:
    path = tmp_path / "a.dcm"
    path.write_bytes(raw(explicit(0x00081090, "LO", b"of Muller"), explicit(0x00100010, "PN", b"M\xfcller^Jo")))
    outcome, made = done(tmp_path, str(path))
    assert not outcome.rule, outcome
    assert pydicom.dcmread(made).ManufacturerModelName == "of"


def test_a_uid_is_found_with_other_separators(tmp_path: Path) -> None:
    uid = "1.2.826.0.1.3680043.8.498.77"
    made = result(tmp_path, StudyInstanceUID=uid, ManufacturerModelName=f"of {uid.replace('.', '_')}",
                  SoftwareVersions="1_2_3_4_5")  # fmt: skip
    assert made.ManufacturerModelName == "of"
    assert made.SoftwareVersions == "1_2_3_4_5"


@pytest.mark.parametrize("dates", [Dates.REMOVE, Dates.SHIFT])
def test_a_date_in_a_number_goes(tmp_path: Path, dates: Dates) -> None:
    made = result(tmp_path, Policy(dates=dates), StudyDate="20210411", PatientBirthDate="19510317",
                  InstanceNumber="20210411", AcquisitionNumber="19510317", SeriesNumber="20210412")  # fmt: skip
    assert made.InstanceNumber is None
    assert made.AcquisitionNumber is None
    assert made.SeriesNumber == 20210412


@pytest.mark.parametrize("encoding", ["ascii", "utf-16-le", "utf-16-be"])
def test_a_name_in_bytes_is_refused_and_its_place_told(tmp_path: Path, encoding: str) -> None:
    profile = b"\0" * 40 + "Jenkins Mary".encode(encoding) + b"\0" * 40
    path = write(tmp_path / "in" / "a.dcm", PatientName="Jenkins^Mary", ICCProfile=profile)
    outcome, _ = done(tmp_path, path)
    assert outcome.rule == "an identifier in bytes"
    assert "(0028,2000)" in outcome.reason


def test_a_name_in_one_number_is_refused(tmp_path: Path) -> None:
    (number,) = struct.unpack("<d", b"Quixwell")
    outcome, _ = done(tmp_path, write(tmp_path / "in" / "a.dcm", PatientName="Quixwell^Z", DiffusionBValue=number))
    assert outcome.rule == "an identifier in bytes"


def test_meanings_of_private_codes_are_descriptions(tmp_path: Path) -> None:
    region = [Dataset(), Dataset()]
    for code, (scheme, meaning) in zip(region, (("99HOSP", "Head of Roe"), ("SCT", "Head of femur")), strict=True):
        code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "1", scheme, meaning
    made = result(tmp_path, Policy(frozenset({Option.CLEAN_DESCRIPTORS})), AnatomicRegionSequence=region)
    assert [str(code.CodeMeaning) for code in made.AnatomicRegionSequence] == ["Head of", "Head of femur"]


def test_a_patient_id_that_a_rule_keeps_is_not_called_removed(tmp_path: Path) -> None:
    made = result(tmp_path, Policy(rules=(read_rule(RuleKind.KEEP, "PatientID"),)), PatientID="MRN-4711")
    assert (made.PatientID, made.PatientIdentityRemoved) == ("MRN-4711", "NO")


def test_rules_of_a_site_are_rows_like_others(tmp_path: Path) -> None:
    wish = Wish((), options=(), rules=(
        (RuleKind.KEEP, "StudyDescription"), (RuleKind.REMOVE, "RescaleSlope"),
        (RuleKind.SET, "ClinicalTrialProtocolID=TRIAL 7"),
    ))  # fmt: skip
    write(tmp_path / "in" / "a.dcm", StudyDescription="Brain", PixelData=None, DeidentificationMethod="earlier")
    plan = plan_of(tmp_path, wish.policy())
    rows = rows_of(plan)
    assert (rows["(0008,1030)"].action, rows["(0008,1030)"].changes) == (Action.KEEP, False)
    assert rows["(0012,0020)"].after == "TRIAL 7"
    assert rows["(0028,1053)"].action is Action.DUMMY  # of Type 1 in CT images
    method = rows["(0012,0063)"].after
    assert method is not None
    assert method.startswith("earlier\\PS3.15 2026c")
    assert "kept by rule: StudyDescription" in method


def test_safe_private_attributes_stay_with_their_creator(tmp_path: Path) -> None:
    made = dataset(PixelData=None)
    safe = made.private_block(0x2001, "Philips Imaging DD 001", create=True)
    safe.add_new(0x03, "FL", 800.0)
    safe.add_new(0xFE, "LO", "NOT SAFE")
    own = made.private_block(0x0099, "ACME 1.0", create=True)
    own.add_new(0x01, "DS", "1.5")
    own.add_new(0x02, "LO", "HIDDEN")
    declared = Dataset()
    declared.PrivateGroupReference = 0x0099
    declared.PrivateCreatorReference = "ACME 1.0"
    declared.BlockIdentifyingInformationStatus = "MIXED"
    declared.NonidentifyingPrivateElements = [0x01]
    made.PrivateDataElementCharacteristicsSequence = Sequence([declared])
    path = tmp_path / "a.dcm"
    made.save_as(path, enforce_file_format=True)
    for trust in (False, True):
        policy = Policy(frozenset({Option.RETAIN_SAFE_PRIVATE}), trust_declared=trust)
        (tmp_path / str(trust)).mkdir()
        outcome, written = done(tmp_path / str(trust), str(path), policy)
        assert not outcome.rule, outcome
        kept = pydicom.dcmread(written)
        assert kept[0x20011003].value == 800.0
        assert kept[0x20010010].value == "Philips Imaging DD 001"
        assert 0x200110FE not in kept
        assert (0x00991001 in kept) == (0x00990010 in kept) == trust
        assert 0x00991002 not in kept


def test_a_block_of_two_creators_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.dcm"
    path.write_bytes(raw(explicit(0x20010010, "LO", b"Philips Imaging DD 001"), explicit(0x20010010, "LO", b"OTHER ")))
    outcome, _ = done(tmp_path, str(path), Policy(frozenset({Option.RETAIN_SAFE_PRIVATE})))
    assert outcome.rule == "safe-private clash"


def test_a_confirmed_description_stays_and_others_are_cleaned(tmp_path: Path) -> None:
    policy = Policy(frozenset({Option.CLEAN_DESCRIPTORS}), confirmed=frozenset({"Thorax Zyxland"}))
    made = result(tmp_path, policy, StudyDescription="Thorax Zyxland", SeriesDescription="Thorax Qwertz")
    assert made.StudyDescription == "Thorax Zyxland"
    assert made.SeriesDescription == "Thorax"


def test_structured_content_is_cleaned_by_concept(tmp_path: Path) -> None:
    def content(value_type: str, code: str, **more: Any) -> Dataset:  # noqa: ANN401
        item, name = Dataset(), Dataset()
        name.CodeValue, name.CodingSchemeDesignator, name.CodeMeaning = code, "DCM", "Name"
        item.RelationshipType, item.ValueType = "CONTAINS", value_type
        item.ConceptNameCodeSequence = Sequence([name])
        for keyword, value in more.items():
            setattr(item, keyword, value)
        return item

    items = [
        content("TEXT", "121022", TextValue="ACC-777"), content("TEXT", "121071", TextValue="Nodule of Jane Zyx in lung"),
        content("PNAME", "121008", PersonName="READER^ONE"), content("UIDREF", "112040", UID="1.2.3.4.5.6.7"),
        content("NUM", "112033"),
    ]  # fmt: skip
    attributes: dict[str, Any] = {
        "SOPClassUID": "1.2.840.10008.5.1.4.1.1.88.33",
        "PixelData": None,
        "ContentSequence": Sequence(items),
    }
    plain = result(tmp_path / "plain", **attributes)
    assert [item.TextValue for item in plain.ContentSequence] == ["ANONYMIZED"]
    clean = result(tmp_path / "clean", Policy(frozenset({Option.CLEAN_STRUCTURED_CONTENT})), **attributes)
    texts = [item.get("TextValue") for item in clean.ContentSequence]
    assert "ACC-777" not in texts
    assert not any("Zyx" in text for text in texts if text)
    names = [str(item.PersonName) for item in clean.ContentSequence if "PersonName" in item]
    assert names in ([], ["ANONYMIZED"])
    assert not any(item.get("UID") == "1.2.3.4.5.6.7" for item in clean.ContentSequence)


def test_dates_are_the_same_days_apart_and_zones_stay(tmp_path: Path) -> None:
    policy = Policy(dates=Dates.SHIFT)
    made = result(tmp_path, policy, StudyDate="20200110", SeriesDate="20200120", AcquisitionDateTime="20200110101500+0100",
                  TimezoneOffsetFromUTC="+0100", StudyTime="101500", PatientBirthDate="19500101")  # fmt: skip
    assert int(made.SeriesDate) - int(made.StudyDate) in (10, 79, 80, 81, 78, 79 + 8800)
    assert made.AcquisitionDateTime.startswith(made.StudyDate + "101500+0100")
    assert made.TimezoneOffsetFromUTC == "+0100"
    assert made.StudyTime == "101500"
    assert made.PatientBirthDate == ""
    assert made.LongitudinalTemporalInformationModified == "MODIFIED"


# --- pixels


def test_old_overlays_in_unused_bits_go_and_the_picture_stays(tmp_path: Path) -> None:
    words = (np.arange(64 * 64, dtype="<u2") & 0x0FFF) | 0x3000
    made = result(tmp_path, BitsStored=12, HighBit=11, PixelData=words.tobytes())
    assert np.array_equal(np.frombuffer(made.PixelData, "<u2"), words & 0x0FFF)
    rows = rows_of(plan_of(tmp_path))
    assert rows["unused bits of pixels"].changes


def test_an_extended_sign_hides_nothing(tmp_path: Path) -> None:
    words = np.linspace(-2000, 2000, 64 * 64).astype("<i2")
    made = result(tmp_path, BitsStored=12, HighBit=11, PixelRepresentation=1, PixelData=words.tobytes())
    assert made.PixelData == words.tobytes()
    assert "unused bits of pixels" not in rows_of(plan_of(tmp_path))


def test_bits_hidden_in_run_lengths_are_taken_out(tmp_path: Path) -> None:
    words = (np.arange(64 * 64, dtype="<u2") & 0x0FFF) | 0x5000
    made = dataset(BitsStored=16, HighBit=15, PixelData=words.tobytes())
    made.compress(RLELossless)
    made.BitsStored, made.HighBit = 12, 11
    made.save_as(tmp_path / "a.dcm", enforce_file_format=True)
    outcome, written = done(tmp_path, str(tmp_path / "a.dcm"))
    assert not outcome.rule, outcome
    found = pydicom.dcmread(written)
    assert found.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.1"
    assert np.array_equal(np.frombuffer(found.PixelData, "<u2"), words & 0x0FFF)


@pytest.mark.parametrize(
    "name", ["examples_rgb_color.dcm", "SC_rgb_dcmtk_+eb+cr.dcm", "examples_palette.dcm", "MR_small_RLE.dcm"]
)
def test_boxes_are_black_and_the_rest_is_what_it_was(tmp_path: Path, name: str) -> None:
    found = pydicom.dcmread(bundled(name))
    found.BurnedInAnnotation = "YES"
    found.save_as(tmp_path / "a.dcm")
    box = Box(2, 3, 20, 10)
    device = Device(
        str(found.get("Manufacturer", "")), str(found.get("ManufacturerModelName", "")), found.Rows, found.Columns
    )
    outcome, written = done(tmp_path, str(tmp_path / "a.dcm"), Policy(on_burned_in=OnBurnedIn.BOX), boxes={device: (box,)})
    assert not outcome.rule, outcome
    before, after = found.pixel_array, pydicom.dcmread(written).pixel_array
    inside = np.zeros(after.shape[:2], bool)
    inside[3:13, 2:22] = True
    assert np.array_equal(before[~inside], after[~inside])
    assert len(np.unique(after[inside].reshape(200, -1), axis=0)) == 1


def test_a_file_that_may_hold_text_waits_for_a_decision(tmp_path: Path) -> None:
    path = write(tmp_path / "a.dcm", BurnedInAnnotation="YES")
    assert done(tmp_path, path)[0].rule == "burned-in text"
    assert done(tmp_path, path, Policy(on_burned_in=OnBurnedIn.BOX))[0].rule == "burned-in text"
    outcome, written = done(tmp_path, path, decided={path: OnBurnedIn.KEEP})
    assert not outcome.rule
    assert "kept as they are" in outcome.warnings[0]
    assert pydicom.dcmread(written).BurnedInAnnotation == "YES"


def test_boxes_are_kept_by_device_for_their_owner(tmp_path: Path) -> None:
    boxes = {
        Device("ACME", "X", 64, 64): (Box(0, 0, 10, 5),),
        Device("ACME", "X", 64, 32): (Box(1, 1, 2, 2), Box(3, 3, 4, 4)),
    }
    path = tmp_path / "state" / "boxes.json"
    write_boxes(str(path), boxes)
    assert read_boxes(str(path)) == boxes
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_boxes(str(tmp_path / "none")) == {}
    for text in ("[1]", "{", '[{"manufacturer":"","model":"","rows":4,"columns":4,"boxes":[[0,0,9,9]]}]'):
        path.write_text(text)
        with pytest.raises(PolicyError, match="holds no boxes"):
            read_boxes(str(path))


# --- code streams


def segment(code: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, code, len(content) + 2) + content


def test_segments_of_a_jpeg_go_but_for_what_rules_its_colour() -> None:
    frame = b"\xff\xd9".join(pydicom_frame("SC_rgb_dcmtk_+eb+cr.dcm").rstrip(b"\0").split(b"\xff\xd9"))
    jfif = segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\1\1" + b"abc")
    adobe = segment(0xEE, b"Adobe\0\x64\0\0\0\0\1" + b"MORE")
    exif = segment(0xE1, b"Exif\0\0SECRET")
    comment = segment(0xFE, b"SECRET")
    made = stripped(frame[:2] + jfif + adobe + exif + comment + frame[2:] + b"SECRET", "1.2.840.10008.1.2.4.50", ANY)
    assert b"SECRET" not in made.data
    assert b"MORE" not in made.data
    assert b"JFIF\0\1\1\0\0\1\0\1\0\0\xff" in made.data
    assert segment(0xEE, b"Adobe\0\x64\0\0\0\0\1") in made.data
    assert len(made.gone) == 5
    assert not stripped(made.data, "1.2.840.10008.1.2.4.50", ANY).gone


def pydicom_frame(name: str) -> bytes:
    from pydicom.encaps import generate_frames

    return next(generate_frames(pydicom.dcmread(bundled(name)).PixelData, number_of_frames=1))


@pytest.mark.parametrize("cut", [3, 30, 300, 1000])
@pytest.mark.parametrize(
    "name", ["SC_rgb_dcmtk_+eb+cr.dcm", "MR_small_jp2klossless.dcm", "MR_small_RLE.dcm", "MR_small_jpeg_ls_lossless.dcm"]
)
def test_a_code_stream_that_ends_early_is_refused(name: str, cut: int) -> None:
    found = pydicom.dcmread(bundled(name))
    frame = pydicom_frame(name).rstrip(b"\0")
    with pytest.raises(RefusedError):
        stripped(frame[:-cut], found.file_meta.TransferSyntaxUID, Expected(found.Rows * found.Columns, 2, 0))


def test_boxes_without_a_code_stream_are_refused() -> None:
    box = b"\x00\x00\x00\x0cjP  \r\n\x87\n" + struct.pack(">I", 12) + b"jp2c" + b"none"
    with pytest.raises(RefusedError, match="no JPEG 2000 code stream"):
        stripped(box, "1.2.840.10008.1.2.4.90", ANY)


def test_a_plan_is_refused_for_what_the_writing_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "in" / "a.dcm")

    def fails(*_: object, **__: object) -> Plan:
        raise EditError("a value of DOE^JANE")

    monkeypatch.setattr("tui.dicom.anonymize.apply.plan", fails)
    outcome, _ = done(tmp_path, path)
    assert outcome == plan_file(Task(Policy(), Project(KEY), ""), path)
    assert outcome.rule == "odd contents"


def test_offset_tables_are_made_anew(tmp_path: Path) -> None:
    frame = pydicom_frame("SC_rgb_dcmtk_+eb+cr.dcm")
    commented = frame[:2] + segment(0xFE, b"SECRET") + frame[2:]
    made = pydicom.dcmread(bundled("SC_rgb_dcmtk_+eb+cr.dcm"))
    made.NumberOfFrames = 3
    made.PixelData = encapsulate([commented, frame, commented])
    made.save_as(tmp_path / "a.dcm")
    outcome, written = done(tmp_path, str(tmp_path / "a.dcm"), Policy(on_burned_in=OnBurnedIn.KEEP))
    assert not outcome.rule, outcome
    found = pydicom.dcmread(written)
    offsets = pydicom.encaps.parse_basic_offsets(found.PixelData)
    assert offsets == [0, 8 + len(frame), 16 + 2 * len(frame)]
    assert np.array_equal(found.pixel_array, made.pixel_array)
    assert b"SECRET" not in written.read_bytes()


def test_a_deflated_dataset_is_deflated_again(tmp_path: Path) -> None:
    outcome, written = done(tmp_path, bundled("image_dfl.dcm"), Policy(on_burned_in=OnBurnedIn.KEEP))
    assert not outcome.rule
    assert pydicom.dcmread(written).PatientIdentityRemoved == "YES"
    assert written.stat().st_size % 2 == 0


# --- verifying


@pytest.mark.parametrize(
    ("spoil", "finding"),
    [
        (lambda data: data.replace(b"YES ", b"NO  "), "mark"),
        (lambda data: data.replace(b"MONOCHROME2 ", b"DOE JANE 007"), "identifies|removed value"),
        (lambda data: data[:-2] + b"\1\1", "pixels"),
        (lambda data: data.replace(bytes(128), b"PREAMBLE".ljust(128, b"\0"), 1), "preamble"),
        (lambda data: data[:-4], "read back"),
    ],
)
def test_a_result_that_is_not_what_was_planned_is_not_kept(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[bytes], bytes],
    finding: str,
) -> None:
    from tui.dicom.anonymize import apply
    from tui.dicom.anonymize.rewriting import result_chunks

    def spoiled(plan: Plan) -> Iterator[bytes]:
        yield spoil(b"".join(result_chunks(plan)))

    monkeypatch.setattr(apply, "result_chunks", spoiled)
    outcome, _ = done(tmp_path, write(tmp_path / "a.dcm", PatientName="DOE^JANE"))
    assert outcome.rule == "did not verify"
    assert "DOE" not in outcome.reason
    assert re.search(finding, outcome.reason)
    assert not any((tmp_path / "out").rglob("*.dcm"))


# --- batches


def batch(tmp_path: Path, count: int = 3) -> Path:
    folder = tmp_path / "JENKINS^MARY"
    for number in range(count):
        write(
            folder / f"JENKINS {number}.dcm",
            SOPInstanceUID=f"1.2.3.4.{number}",
            PatientName="JENKINS^MARY",
            PatientID="4711-4711",
        )
    (folder / "notes.txt").write_text("JENKINS")
    return folder


def order(folder: Path, tmp_path: Path, **more: Any) -> Order:  # noqa: ANN401
    return Order((str(folder),), str(tmp_path / "out"), Policy(), **more)


def driven(wanted: Order) -> tuple[Report, list[Told]]:
    steps = list(anonymize(wanted))
    report = steps[-1]
    assert isinstance(report, Report)
    return report, [step for step in steps if isinstance(step, Told)]


def written_below(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.dcm"))}


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_batch_is_written_verified_and_told(tmp_path: Path, jobs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.dicom.anonymize.crew._LEAST_SHARE", 1)
    folder = batch(tmp_path)
    (folder / "broken.dcm").write_bytes((folder / "JENKINS 0.dcm").read_bytes()[:-5])
    before = {path: path.read_bytes() for path in folder.iterdir()}
    report, told = driven(order(folder, tmp_path, jobs=jobs))
    assert (report.written, len(report.refused), report.skipped) == (3, 1, 1)
    assert [told_of.outcome.rule for told_of in told if told_of.outcome.rule] == ["parse error"]
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    made = written_below(tmp_path / "out")
    assert len(made) == 3
    assert len({name.split("/")[0] for name in made}) == 1
    for path in (tmp_path / "out").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["JENKINS^MARY", "out", "out.report.json", "out.report.txt"]
    for name in ("out.report.json", "out.report.txt"):
        text = (tmp_path / name).read_text()
        assert "JENKINS" not in text
        assert "4711" not in text
        assert str(tmp_path) not in text
    said = json.loads((tmp_path / "out.report.json").read_text())
    assert (said["written"], said["refused"], said["standard"]) == (3, 1, "PS3.15 2026c")
    assert said["codes"][0] == {"value": "113100", "scheme": "DCM", "meaning": "Basic Application Confidentiality Profile"}


def test_the_same_key_gives_the_same_and_another_nothing_in_common(tmp_path: Path) -> None:
    folder = batch(tmp_path)
    project, other = open_project(str(tmp_path / "keys")), Project(OTHER)
    outs = []
    for number, key in enumerate((project, project, other, None)):
        (tmp_path / str(number)).mkdir()
        driven(Order((str(folder),), str(tmp_path / str(number) / "out"), Policy(), key))
        outs.append(written_below(tmp_path / str(number) / "out"))
    assert outs[0] == outs[1]
    uids = [{part for name in out for part in name.removesuffix(".dcm").split("/") if part[0].isdigit()} for out in outs]
    assert not uids[0] & uids[2]
    assert not uids[0] & uids[3]
    assert not uids[2] & uids[3]


def test_a_mapping_table_is_for_its_owner(tmp_path: Path) -> None:
    folder = batch(tmp_path)
    driven(order(folder, tmp_path, mapping=str(tmp_path / "map.csv")))
    assert stat.S_IMODE((tmp_path / "map.csv").stat().st_mode) == 0o600
    with (tmp_path / "map.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    mapped = {row["original"]: row["new"] for row in rows}
    assert mapped["4711-4711"].startswith("ANON-")
    made = pydicom.dcmread(next((tmp_path / "out").rglob("*.dcm")))
    assert made.PatientID == mapped["4711-4711"]
    assert made.SOPInstanceUID in mapped.values()


@pytest.mark.parametrize("where", ["in", "above", "same", "link", "file"])
def test_an_output_folder_among_the_inputs_is_refused(tmp_path: Path, where: str) -> None:
    folder = batch(tmp_path / "data")
    output = {
        "in": folder / "out",
        "above": tmp_path / "data",
        "same": folder,
        "link": tmp_path / "link",
        "file": tmp_path / "f",
    }[where]
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "f").write_text("")
    with pytest.raises(PolicyError):
        driven(Order((str(folder),), str(output), Policy()))
    assert not (folder / "out").exists()


def test_no_link_in_the_output_folder_is_followed(tmp_path: Path) -> None:
    folder = batch(tmp_path, 1)
    study = Project(KEY).uid("1.2.3") or ""
    (tmp_path / "out").mkdir()
    (tmp_path / "elsewhere").mkdir()
    plan = plan_file(Task(Policy(), Project(KEY), ""), str(folder / "JENKINS 0.dcm"))
    assert isinstance(plan, Plan)
    (tmp_path / "out" / (plan.study or "study")).symlink_to(tmp_path / "elsewhere")
    report, _ = driven(order(folder, tmp_path, project=Project(KEY)))
    assert report.written == 0
    assert report.refused[0][1].rule == "cannot be written"
    assert not any((tmp_path / "elsewhere").iterdir())
    assert study


def test_nothing_is_replaced(tmp_path: Path) -> None:
    folder = batch(tmp_path)
    driven(order(folder, tmp_path, project=Project(KEY)))
    before = written_below(tmp_path / "out")
    with pytest.raises(PolicyError, match="exists"):
        driven(order(folder, tmp_path, project=Project(KEY)))
    again, told = driven(order(folder, tmp_path, project=Project(KEY), report=str(tmp_path / "second.json")))
    assert again.written == 0
    assert {each.outcome.rule for each in told} == {"its result exists"}
    assert written_below(tmp_path / "out") == before


def test_a_batch_that_was_stopped_is_gone_on_with(tmp_path: Path) -> None:
    folder = batch(tmp_path, 6)
    job = anonymize(order(folder, tmp_path))
    for step in job:
        if isinstance(step, Step) and step.done == 2:
            break
    job.close()  # type: ignore[attr-defined]  # a generator, as every job
    first = written_below(tmp_path / "out")
    assert len(first) == 2
    state = tmp_path / "out.state"
    assert stat.S_IMODE(state.stat().st_mode) == 0o600
    assert "JENKINS" not in state.read_text()
    with pytest.raises(PolicyError, match="another command"):
        driven(replace(order(folder, tmp_path), policy=Policy(dates=Dates.KEEP)))
    report, told = driven(order(folder, tmp_path))
    assert (report.written, report.resumed, len(told)) == (6, True, 4)
    everything = written_below(tmp_path / "out")
    assert first.items() <= everything.items()
    assert len({name.split("/")[0] for name in everything}) == 1
    assert not state.exists()


@pytest.mark.parametrize("unnamed", [True, False])
def test_a_batch_that_is_killed_leaves_nothing_half(tmp_path: Path, unnamed: bool) -> None:
    """Killed again and again in the middle: no name ever has half a file; where files have no unnamed form, dot files go."""
    folder = tmp_path / "in"
    data = Path(write(folder / "0.dcm", SOPInstanceUID="1.2.3.4.50000")).read_bytes()
    for number in range(1, 400):
        (folder / f"{number}.dcm").write_bytes(data.replace(b"1.2.3.4.50000", f"1.2.3.4.{50000 + number}".encode()))
    no_unnamed = "" if unnamed else "import tui.dicom.save as s; s._DESCRIPTORS = '/nowhere'; "
    code = f"{no_unnamed}from tui.cli import main; raise SystemExit(main())"
    command = [sys.executable, "-c", code, "anonymize", str(folder), "-o", str(tmp_path / "out"), "--jobs", "1"]
    for count in (10, 60, 150):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while len(list((tmp_path / "out").rglob("*.dcm"))) < count:
            assert process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.wait()
        for path in (tmp_path / "out").rglob("*.dcm"):
            assert pydicom.dcmread(path).PatientIdentityRemoved == "YES"
        hidden = list((tmp_path / "out").rglob(".*"))
        assert not hidden or not unnamed
        assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in hidden)
    done_at_last = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done_at_last.returncode == 0, done_at_last.stderr
    assert len(written_below(tmp_path / "out")) == 400
    assert not list((tmp_path / "out").rglob(".*"))


def test_what_may_be_burned_in_is_listed_by_device(tmp_path: Path) -> None:
    folder = batch(tmp_path)
    for number in range(2):
        write(folder / f"us{number}.dcm", Modality="US", Manufacturer="ACME", ManufacturerModelName="X1")
    *_, found = survey([str(folder)])
    assert found.complete
    assert len(found.files) == 5
    (risky,) = found.risky
    assert (risky.device.words, len(risky.paths)) == ("ACME X1, 64 x 64", 2)


# --- the command line


def test_the_command_line_writes_and_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = batch(tmp_path)
    write(folder / "us.dcm", SOPInstanceUID="1.2.9", Modality="US")
    assert main(["anonymize", str(folder), "-o", str(tmp_path / "out")]) == 1
    out, err = capsys.readouterr()
    assert "3 written and verified, 1 refused, 1 no DICOM files" in out
    assert "us.dcm: refused: text may be burned into its pixels" in err
    command = [
        "anonymize",
        str(folder),
        "-o",
        str(tmp_path / "two"),
        "--on-burned-in",
        "keep",
        "--json",
        "--project",
        str(tmp_path / "k"),
    ]
    assert main(command) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["written"], said["key_kept"]) == (4, True)


def test_a_dry_run_prints_the_plan_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = batch(tmp_path, 1)
    before = sorted(tmp_path.rglob("*"))
    assert main(["anonymize", str(folder), "--dry-run"]) == 0
    out = capsys.readouterr().out
    assert "Z (0010,0010) PatientName [Z] JENKINS^MARY -> ANON-" in out
    assert "1 would be written" in out
    assert main(["anonymize", str(folder), "--dry-run", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    rows = {row["path"]: row for row in said["plans"][0]["plan"]}
    assert (rows["(0008,0018)"]["action"], rows["(0008,0018)"]["code"]) == ("U", "U")
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["{folder}"], "an output folder is needed"),
        (["{folder}", "-o", "{folder}/x"], "must be neither in"),
        (["{folder}/none", "-o", "{out}"], "no such file"),
        (["{folder}", "-o", "{out}", "--option", "all"], "all is no option"),
        (["{folder}", "-o", "{out}", "--keep", "Patient"], "is no keyword"),
        (["{folder}", "-o", "{out}", "--mode", "777"], "permissions such as"),
        (["{folder}", "-o", "{out}", "--lookup", "x.csv"], "needs a project"),
        (["{folder}", "-o", "{out}", "--report", "{out}/r.json"], "given away"),
        (["{folder}", "-o", "{out}", "--report", "{folder}/none/r.json"], "its folder is not there"),
        (["{folder}", "-o", "{out}", "--jobs", "-1"], "is no number of processes"),
    ],
)
def test_what_cannot_be_done_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], problem: str
) -> None:
    folder = batch(tmp_path, 1)
    filled = [word.format(folder=folder, out=tmp_path / "out") for word in words]
    try:
        code = main(["anonymize", *filled])
    except SystemExit as error:
        code = int(str(error.code))
    assert code == 2
    assert problem in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_only_refused_files_are_nothing_done(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.dcm").write_bytes(b"no DICOM")
    assert main(["anonymize", str(tmp_path / "a.dcm"), "-o", str(tmp_path / ".." / "anonymize-none")]) == 2
    assert "it is no DICOM file" in capsys.readouterr().err
    for name in ("", ".report.json", ".report.txt"):
        path = tmp_path.parent / f"anonymize-none{name}"
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink()


def test_permissions_for_a_shared_folder(tmp_path: Path) -> None:
    folder = batch(tmp_path, 1)
    assert main(["anonymize", str(folder), "-o", str(tmp_path / "out"), "--mode", "640"]) == 0
    (made,) = (tmp_path / "out").rglob("*.dcm")
    assert stat.S_IMODE(made.stat().st_mode) == 0o640
    assert stat.S_IMODE(made.parent.stat().st_mode) & 0o050 == 0o050
