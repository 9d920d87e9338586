"""Exports against toolkits that others wrote: DCMTK's dcmj2pnm and dcm2json, dcm2niix, nibabel."""

import json
import subprocess
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from tests.dicom.export.series import exported, write_series
from tests.dicom.test_oracles import needs
from tests.files import BUNDLED, SHARED, files_of
from tui.dicom.elements import walk_file
from tui.dicom.errors import DicomError
from tui.dicom.pixels.load import load_picture
from tui.dicom.pixels.picture import Picture

pytestmark = pytest.mark.oracle

_IMAGES: Final = files_of(BUNDLED / "test_files") + (files_of(SHARED) if SHARED.is_dir() else [])
_LOSSY: Final = 13  # greys: decoders of JPEG round differently, above all colours that are subsampled
_YBR: Final = 2  # DCMTK rounds YBR once more
# What dcmj2pnm shows otherwise, each with the reason.
_DIFFERENT: Final = {
    "enhanced_perframe_voi.dcm": "dcmj2pnm does not look into functional groups: it does not rescale",
    "enc_undefined_length.dcm": "the same",
    "IM1.dcm": "the same",
    "rescale_fractional.dcm": "a window of three of its values: dcmj2pnm takes whole ones",
    "ts_jpeg_baseline_8.dcm": "a window of five grey levels makes JPEG's rounding visible",
    "voi_sigmoid.dcm": "dcmj2pnm keeps the file's SIGMOID for the window that is given",
    "voi_sigmoid_signed.dcm": "the same",
    "SC_jpeg_no_color_transform.dcm": "dcmj2pnm does not go by the Adobe marker",
}


def _picture(path: Path) -> Picture | None:
    try:
        return load_picture(walk_file(str(path)), 0)
    except DicomError:
        return None


def _allowed(path: Path, picture: Picture) -> float:
    syntax = walk_file(str(path)).transfer_syntax
    if "lossy" in picture.notes or syntax.startswith("1.2.840.10008.1.2.4.5"):
        return _LOSSY
    return _YBR if picture.color else 1


def test_png_is_within_one_grey_of_dcmj2pnm(tmp_path: Path) -> None:
    needs("dcmj2pnm")
    compared, wrong = 0, list[str]()
    for number, path in enumerate(_IMAGES):
        picture = _picture(path)
        if picture is None or path.name.rpartition("__")[2] in _DIFFERENT:
            continue
        window, options = list[str](), dict[str, Any]()
        if not picture.color:
            full = picture.full_range
            width, center = max(2, round(full.width * 0.6)), round(full.center)
            if full.width < 4:
                continue
            window, options = ["+Ww", str(center), str(width)], {"window": f"{width}/{center}"}
        theirs = tmp_path / f"{number}-dcmtk.png"
        done = subprocess.run(
            ["dcmj2pnm", "--write-png", "-O", "--conv-guess", *window, path, theirs], capture_output=True, check=False
        )
        if done.returncode:  # what it does not read
            continue
        (ours,) = exported(path, tmp_path / f"{number}.png", "png", no_overlays=True, frames="1", **options).written
        with Image.open(theirs) as one, Image.open(ours) as other:
            if one.size != other.size:
                wrong.append(f"{path.name}: {one.size} and {other.size}")
                continue
            greatest = np.abs(np.asarray(one.convert("RGB"), int) - np.asarray(other.convert("RGB"), int)).max()
        compared += 1
        if greatest > _allowed(path, picture):
            wrong.append(f"{path.name}: {greatest} greys")
    assert wrong == []
    assert compared > 30


@pytest.mark.parametrize("folder", ["ct_lidc", "mr_t1_sagittal", "made here"])
def test_volumes_are_those_of_dcm2niix(tmp_path: Path, folder: str) -> None:
    needs("dcm2niix")
    nibabel = pytest.importorskip("nibabel", reason="nibabel reads volumes; .ci/run installs it")
    source = SHARED / "series" / folder
    if folder == "made here":
        source = tmp_path / "in"
        write_series(source, BitsStored=16, HighBit=15)  # dcm2niix reads no sign of 12 bits
    elif not source.is_dir():
        pytest.skip("the shared files are not beside this checkout")
    (tmp_path / "theirs").mkdir()
    command = ["dcm2niix", "-z", "y", "-b", "n", "-o", str(tmp_path / "theirs"), str(source)]
    subprocess.run(command, capture_output=True, check=True)
    (theirs,) = (tmp_path / "theirs").glob("*.nii.gz")
    (ours,) = exported(source, tmp_path / "ours", "nifti").written
    own = nibabel.load(ours)
    np.testing.assert_allclose(own.get_qform(), own.get_sform(), atol=1e-4)
    assert (int(own.header["qform_code"]), int(own.header["sform_code"])) == (1, 1)
    one, other = nibabel.as_closest_canonical(own), nibabel.as_closest_canonical(nibabel.load(theirs))
    assert one.shape == other.shape
    np.testing.assert_array_equal(one.get_fdata(), other.get_fdata())
    corners = np.stack(np.meshgrid(*([0, length - 1] for length in one.shape)), -1).reshape(-1, 3)
    places = [nibabel.affines.apply_affine(volume.affine, corners) for volume in (one, other)]
    np.testing.assert_allclose(places[0], places[1], atol=1e-3)


def _plain(node: Any, vr: str = "") -> Any:  # noqa: ANN401 - JSON
    """Return JSON without what may differ: numbers as texts or not, empty groups of names, bytes, character sets."""
    if isinstance(node, dict) and "vr" in node:
        if node["vr"] in ("OB", "OW", "OF", "OD", "OL", "OV", "UN"):
            return node["vr"]
        values = [_plain(value, node["vr"]) for value in node.get("Value", [])]
        return node["vr"], [] if values in ([None], [{}]) else values
    if isinstance(node, dict):
        return {key: _plain(value, vr) for key, value in node.items() if value != "" and key != "00080005"}
    if vr in ("DS", "IS", "FL", "FD") and node is not None:
        try:
            return float(f"{float(node):.8g}")  # dcm2json writes nine digits of FL
        except ValueError:
            return node
    return node


_OTHER_JSON: Final = {"chrSQEncoding.dcm": "dcm2json does not decode names in items that have a character set of their own"}


@pytest.mark.parametrize("path", sorted(BUNDLED.rglob("*.dcm")), ids=lambda path: path.name)
def test_json_is_that_of_dcm2json(tmp_path: Path, path: Path) -> None:
    needs("dcm2json")
    done = subprocess.run(["dcm2json", "-q", "-fc", path], capture_output=True, check=False)
    if done.returncode or path.name in _OTHER_JSON:
        pytest.skip(_OTHER_JSON.get(path.name, "dcm2json does not read it"))
    summary = exported(path, tmp_path / "x.json", "json")
    if not summary.written:
        pytest.skip(summary.failed[0][1])
    ours = json.loads(Path(summary.written[0]).read_text())
    theirs = json.loads(done.stdout.decode("utf-8", "replace"))
    assert _plain(ours) == _plain(theirs)


_BINARY: Final = ("InlineBinary", "BulkData")
_OTHER_XML: Final = {  # what dcm2xml says otherwise, each with the reason
    "J2K_pixelrep_mismatch.dcm": "it finds no creator of a private element whose number ends in 00",
    "rtdose_rle.dcm": "it does not look into a sequence of VR UN",
    "rtdose_rle_1frame.dcm": "the same",
}


def _native(text: str) -> list[tuple[Any, ...]]:
    """Return what a native XML model says: of each attribute its place, what it is, and its values.

    Left out are binary values, the character set, which each program names that it wrote in, and the VR of pixels.
    """
    found = []

    def walk(parent: ElementTree.Element, place: tuple[str, ...]) -> None:
        for each in parent:
            name, tag = each.tag.rpartition("}")[2], each.attrib.get("tag", "")
            if name in _BINARY or (place[-1:] == ("00080005",)):
                continue
            at = (*place, name, tag or each.attrib.get("number", ""))
            vr = "" if tag == "7FE00010" else each.attrib.get("vr")
            said = (each.text or "").strip()
            if said or name != "Value":  # DCMTK numbers empty values, too
                found.append((at, vr, each.attrib.get("privateCreator"), _rounded(said) if place[-1:] else said))
            walk(each, at)

    walk(ElementTree.fromstring(text), ())
    return found


def _rounded(text: str) -> str:
    """Return a text; of a number of many digits, those that a float of 32 bits has."""
    try:
        return f"{float(text):.7g}" if "." in text else text
    except ValueError:
        return text


@pytest.mark.parametrize("name", sorted({path.name for path in (BUNDLED / "test_files").glob("*.dcm")} - _OTHER_XML.keys()))
def test_xml_says_what_dcm2xml_says(tmp_path: Path, name: str) -> None:
    needs("dcm2xml")
    path = BUNDLED / "test_files" / name
    theirs = subprocess.run(["dcm2xml", "-nat", "+Ca", "latin-1", str(path)], capture_output=True, check=False)
    summary = exported(path, tmp_path / "out", "xml", bulk="none")
    if theirs.returncode or not summary.written:
        pytest.skip("one of the two does not read it")
    expected = theirs.stdout.decode("latin-1").replace('encoding="ISO-8859-1"', "")
    assert _native(Path(summary.written[0]).read_text()) == _native(expected)
