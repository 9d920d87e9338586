"""Frames as DICOM files of their own: the pixels of the whole, and what its functional groups say of each."""

import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.encaps import generate_frames
from pydicom.uid import ImplicitVRLittleEndian

from tests.dicom.export.series import SLICES, exported, write_enhanced, write_series
from tests.dicom.test_oracles import needs
from tests.files import SHARED, bundled, write
from tui.dicom.attributes import Attributes
from tui.dicom.elements import walk_file
from tui.dicom.export.single_frames import SINGLE_CLASSES
from tui.dicom.pixels.decode import decode_frame
from tui.dicom.pixels.image_pixel import image_pixel

_NOT_BY_PYDICOM = {"1.2.840.10008.1.2.8.1"}  # deflated frames
_MR = "1.2.840.10008.5.1.4.1.1.4.1"


def _frames(path: Any, output: Path, **values: Any) -> list[Dataset]:  # noqa: ANN401 - a path
    summary = exported(path, output, "dicom-frames", **values)
    assert summary.failed == []
    return [pydicom.dcmread(each) for each in summary.written]


def test_what_the_groups_say_is_what_the_files_say(tmp_path: Path) -> None:
    series = write_series(tmp_path / "in")
    whole = write_enhanced(tmp_path / "a.dcm", series, StudyID="S1")
    found = _frames(tmp_path / "a.dcm", tmp_path / "out")
    for number, (frame, of) in enumerate(zip(found, series, strict=True), 1):
        assert np.array_equal(frame.pixel_array, of.pixel_array)
        for keyword in (
            "ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "SliceThickness", "RescaleSlope",
            "RescaleIntercept", "WindowCenter", "PatientName", "StudyInstanceUID",
        ):  # fmt: skip
            assert frame[keyword].value == of[keyword].value
        assert (frame.ExposureTime, frame.XRayTubeCurrent, frame.AcquisitionNumber) == (512, 120, 7)
        assert (frame.AcquisitionDate, frame.AcquisitionTime) == ("20260101", f"12000{number}.5")
        assert list(frame.ImageType) == ["ORIGINAL", "PRIMARY", "AXIAL", "NONE"]
        assert (frame.StudyID, frame.StackID, frame.InstanceNumber) == ("S1", "1", number)
        (origin,) = frame.ConversionSourceAttributesSequence
        assert (origin.ReferencedSOPClassUID, origin.ReferencedSOPInstanceUID) == (whole.SOPClassUID, whole.SOPInstanceUID)
        assert origin.ReferencedFrameNumber == number
        assert not {"NumberOfFrames", "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"} & set(
            frame.dir()
        )


def test_uids_are_new_and_the_same_in_every_run(tmp_path: Path) -> None:
    whole = write_enhanced(tmp_path / "a.dcm", write_series(tmp_path / "in"))
    one, other = (_frames(tmp_path / "a.dcm", tmp_path / name) for name in ("one", "other"))
    assert [frame.SOPInstanceUID for frame in one] == [frame.SOPInstanceUID for frame in other]
    assert len({frame.SOPInstanceUID for frame in one} - {whole.SOPInstanceUID}) == SLICES
    (series,) = {frame.SeriesInstanceUID for frame in one}
    assert series != whole.SeriesInstanceUID


def test_frames_of_another_instance_have_other_numbers(tmp_path: Path) -> None:
    write_enhanced(tmp_path / "a.dcm", write_series(tmp_path / "in"), InstanceNumber="12")
    assert [frame.InstanceNumber for frame in _frames(tmp_path / "a.dcm", tmp_path / "out", frames="2-3")] == [
        120002,
        120003,
    ]


def test_a_frame_s_own_group_beats_the_shared_one(tmp_path: Path) -> None:
    whole = write_enhanced(tmp_path / "a.dcm", write_series(tmp_path / "in"))
    window = Dataset()
    window.WindowCenter, window.WindowWidth = "-600", "1500"
    whole.PerFrameFunctionalGroupsSequence[2].FrameVOILUTSequence = [window]
    whole.save_as(tmp_path / "a.dcm")
    assert [frame.WindowCenter for frame in _frames(tmp_path / "a.dcm", tmp_path / "out")] == [40, 40, -600, 40, 40]


@pytest.mark.parametrize(
    ("said", "sequence", "variant"),
    [
        ({"EchoPulseSequence": "SPIN"}, "SE", "NONE"),
        (
            {"EchoPulseSequence": "GRADIENT", "Spoiling": "RF", "SteadyStatePulseSequence": "LONGITUDINAL"},
            "GR",
            ["SS", "SP"],
        ),
        ({"EchoPulseSequence": "SPIN", "InversionRecovery": "YES"}, ["SE", "IR"], "MP"),
        ({"EchoPulseSequence": "BOTH", "EchoPlanarPulseSequence": "YES"}, ["SE", "GR", "EP"], "NONE"),
        ({}, "RM", "NONE"),
    ],
)
def test_the_pulse_sequence_of_mr_is_told_in_classic_words(
    tmp_path: Path,
    said: dict[str, str],
    sequence: str | list[str],
    variant: str | list[str],
) -> None:
    whole = write_enhanced(tmp_path / "a.dcm", write_series(tmp_path / "in", Modality="MR"), SOPClassUID=_MR, **said)
    echo, timing, field, modifier, diffusion, direction = (Dataset() for _ in range(6))
    echo.EffectiveEchoTime, timing.RepetitionTime, timing.FlipAngle = 95.0 / 7, "4000", "90"
    modifier.InversionTimes, field.InPlanePhaseEncodingDirection = [1100.0], "COLUMN"
    direction.DiffusionGradientOrientation = [0.0, 0.6, 0.8]
    diffusion.DiffusionBValue, diffusion.DiffusionGradientDirectionSequence = 1000.0, [direction]
    shared = whole.SharedFunctionalGroupsSequence[0]
    shared.MREchoSequence, shared.MRTimingAndRelatedParametersSequence = [echo], [timing]
    shared.MRFOVGeometrySequence, shared.MRModifierSequence, shared.MRDiffusionSequence = [field], [modifier], [diffusion]
    whole.save_as(tmp_path / "a.dcm")
    frame = _frames(tmp_path / "a.dcm", tmp_path / "out")[1]
    assert frame.SOPClassUID == "1.2.840.10008.5.1.4.1.1.4"
    assert (frame.ScanningSequence, frame.SequenceVariant) == (sequence, variant)
    assert frame.EchoTime == pytest.approx(95 / 7)
    assert (frame.RepetitionTime, frame.FlipAngle, frame.InversionTime) == (4000, 90, 1100)
    assert (frame.InPlanePhaseEncodingDirection, frame.DiffusionBValue) == ("COL", 1000)
    assert frame.DiffusionGradientOrientation == [0.0, 0.6, 0.8]


def test_what_no_single_frame_can_hold_is_told(tmp_path: Path) -> None:
    whole = write_enhanced(tmp_path / "a.dcm", write_series(tmp_path / "in"))
    whole.add_new(0x00280107, "US", 2000)  # LargestImagePixelValue
    shared = whole.SharedFunctionalGroupsSequence[0]
    shared.CTExposureSequence[0].add_new(0x00110010, "LO", "ACME")
    shared.CTExposureSequence[0].add_new(0x00111001, "LO", "private")
    unassigned = Dataset()
    unassigned.add_new(0x00130010, "LO", "KEPT")
    unassigned.Laterality = "L"
    shared.UnassignedSharedConvertedAttributesSequence = [unassigned]
    modifier = Dataset()
    modifier.InversionTimes = [100.0, 200.0]
    shared.MRModifierSequence = [modifier]
    whole.add_new(0x60000010, "US", 2)
    whole.save_as(tmp_path / "a.dcm")
    summary = exported(tmp_path / "a.dcm", tmp_path / "out", "dicom-frames")
    assert sorted(summary.notes) == [
        "overlays were left out", "private attributes of functional groups were left out",
        "several values of InversionTimes were left out",
        "the files lack FrameOfReferenceUID, which CT Image Storage should have, and the source has not",
    ]  # fmt: skip
    frame = pydicom.dcmread(summary.written[0])
    assert (frame[0x00130010].value, frame.Laterality) == ("KEPT", "L")
    assert "LargestImagePixelValue" not in frame


def test_implicit_vr_becomes_explicit(tmp_path: Path) -> None:
    whole = write_enhanced(tmp_path / "a.dcm", write_series(tmp_path / "in"))
    whole.add_new(0x00280120, "SS", -5)  # PixelPaddingValue, of two VRs
    whole.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    whole.save_as(tmp_path / "b.dcm", implicit_vr=True, little_endian=True)
    found = _frames(tmp_path / "b.dcm", tmp_path / "out")
    assert (found[0]["PixelPaddingValue"].VR, found[0].PixelPaddingValue) == ("SS", -5)


def test_too_few_groups_are_a_damage(tmp_path: Path) -> None:
    whole = write_enhanced(tmp_path / "a.dcm", write_series(tmp_path / "in"))
    del whole.PerFrameFunctionalGroupsSequence[-1]
    whole.save_as(tmp_path / "a.dcm")
    summary = exported(tmp_path / "a.dcm", tmp_path / "out", "dicom-frames")
    assert {why for _, why in summary.failed} == {f"it has functional groups for {SLICES - 1} of its {SLICES} frames"}


def test_numbers_of_instances_stay_within_their_bits(tmp_path: Path) -> None:
    write_enhanced(tmp_path / "a.dcm", write_series(tmp_path / "in"), InstanceNumber="1234567")
    assert _frames(tmp_path / "a.dcm", tmp_path / "out")[4].InstanceNumber == 5


@pytest.mark.parametrize("name", ["examples_ybr_color.dcm", "SC_rgb_rle_2frame.dcm", "SC_rgb_rle_16bit_2frame.dcm"])
def test_compressed_frames_stay_as_they_are(tmp_path: Path, name: str) -> None:
    whole = pydicom.dcmread(bundled(name))
    found = _frames(bundled(name), tmp_path / "out")
    streams = list(generate_frames(whole.PixelData, number_of_frames=whole.NumberOfFrames))
    assert len(found) == len(streams) == whole.NumberOfFrames
    for frame, stream in zip(found, streams, strict=True):
        assert list(generate_frames(frame.PixelData, number_of_frames=1)) == [stream]
        assert frame.file_meta.TransferSyntaxUID == whole.file_meta.TransferSyntaxUID
        assert frame.SOPClassUID == SINGLE_CLASSES[whole.SOPClassUID]
        assert frame.get("LossyImageCompression") == whole.get("LossyImageCompression")


def _sc(path: Path, **attributes: Any) -> str:  # noqa: ANN401 - DICOM values are of many types
    values = np.arange(3 * 5 * 7, dtype=np.uint8)
    return write(
        path, **{
            "SOPClassUID": "1.2.840.10008.5.1.4.1.1.7.2", "NumberOfFrames": "3", "Rows": 5, "Columns": 7, "BitsAllocated": 8,
            "BitsStored": 8, "HighBit": 7, "PixelData": values.tobytes() + b"\0", "FrameIncrementPointer": 0x00181063,
            "FrameTime": "40", "StudyInstanceUID": "1.2", **attributes,
        },
    )  # fmt: skip


def test_frames_of_an_odd_number_of_bytes_are_taken_apart(tmp_path: Path) -> None:
    found = _frames(_sc(tmp_path / "a.dcm"), tmp_path / "out")
    assert [frame.pixel_array.ravel()[0] for frame in found] == [0, 35, 70]
    assert {frame.SOPClassUID for frame in found} == {"1.2.840.10008.5.1.4.1.1.7"}
    assert not {"FrameIncrementPointer", "FrameTime", "NumberOfFrames"} & set(found[0].dir())


@pytest.mark.parametrize(
    ("attributes", "said"),
    [
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.12.1"}, "X-Ray Angiographic Image has no kind of file for one frame"),
        ({"BitsAllocated": 1, "BitsStored": 1, "HighBit": 0, "PixelData": b"\x55" * 14}, "single bits"),
        ({"PixelData": b"\0" * 36}, "ends before frame 2 does"),
        ({"SOPInstanceUID": ""}, "it has no SOPInstanceUID"),
    ],
)
def test_what_cannot_be_taken_apart_is_refused(tmp_path: Path, attributes: dict[str, Any], said: str) -> None:
    summary = exported(_sc(tmp_path / "a.dcm", **attributes), tmp_path / "out", "dicom-frames")
    assert said in summary.failed[0].why
    assert len(list((tmp_path / "out").iterdir())) == summary.done


def test_a_single_frame_is_one_already(tmp_path: Path) -> None:
    summary = exported(bundled("CT_small.dcm"), tmp_path / "out", "dicom-frames")
    assert summary.failed[0].why == "CT Image holds one frame already"


@pytest.mark.oracle
def test_dciodvfy_finds_no_error_that_the_source_has_not(tmp_path: Path) -> None:
    needs("dciodvfy")
    series = write_series(
        tmp_path / "in", PatientBirthDate="", PatientSex="", StudyDate="20260101", StudyTime="", AccessionNumber="",
        ReferringPhysicianName="", StudyID="1", Manufacturer="m", FrameOfReferenceUID="1.9", PositionReferenceIndicator="",
        PatientPosition="HFS", Laterality="", KVP="120", AcquisitionNumber="1", StudyInstanceUID="1.2.3.0",
        ContentDate="20260101", ContentTime="120000",
    )  # fmt: skip
    write_enhanced(tmp_path / "a.dcm", series)
    for path in exported(tmp_path / "a.dcm", tmp_path / "out", "dicom-frames").written:
        done = subprocess.run(["dciodvfy", "-new", path], capture_output=True, check=False)
        assert [line for line in done.stderr.splitlines() if line.startswith(b"Error")] == []


def _multi_frame_files() -> list[Path]:
    found = []
    for path in sorted(SHARED.rglob("*.dcm")) if SHARED.is_dir() else []:
        try:
            head = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=["SOPClassUID", "NumberOfFrames"])
        except (pydicom.errors.InvalidDicomError, OSError, ValueError, NotImplementedError):
            continue  # files that are broken on purpose
        if head.get("SOPClassUID") in SINGLE_CLASSES and int(head.get("NumberOfFrames") or 1) > 1:
            found.append(path)
    return found


def _decoded(path: str, frame: int) -> Any:  # noqa: ANN401 - an array
    top = Attributes.of(walk_file(path))
    return decode_frame(top, image_pixel(top), frame).values


@pytest.mark.corpus
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_real_multi_frame_files_decode_to_the_same_frames(tmp_path: Path) -> None:
    done = 0
    for number, path in enumerate(_multi_frame_files()):
        summary = exported(path, tmp_path / f"{number}", "dicom-frames")
        if summary.failed:
            assert any(word in summary.failed[0].why for word in ("big endian", "single bits", "damaged")), summary.failed[0]
            continue
        for frame, written in enumerate(summary.written):
            assert np.array_equal(_decoded(written, 0), _decoded(str(path), frame)), (path, frame)
        single = pydicom.dcmread(summary.written[0])
        if single.SamplesPerPixel == 1 and single.file_meta.TransferSyntaxUID not in _NOT_BY_PYDICOM:  # colours: its own way
            assert np.array_equal(single.pixel_array, _decoded(str(path), 0)), path
        done += 1
    assert done >= 20
