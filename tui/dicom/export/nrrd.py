"""NRRD volumes (teem.sourceforge.net/nrrd/format.html): a header of text, and the values packed by gzip."""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from tui.dicom.errors import PixelError
from tui.dicom.export.order import About, Subject
from tui.dicom.export.outputs import Output
from tui.dicom.export.planned_volume import PlannedVolume, packed, planned, write_slices
from tui.dicom.options import Values

_TYPES: Final = {
    np.dtype(np.int8): "int8", np.dtype(np.uint8): "uint8", np.dtype(np.int16): "int16", np.dtype(np.uint16): "uint16",
    np.dtype(np.int32): "int32", np.dtype(np.uint32): "uint32", np.dtype(np.int64): "int64", np.dtype(np.uint64): "uint64",
    np.dtype(np.float32): "float", np.dtype(np.float64): "double",
}  # fmt: skip
_WHOLE: Final = (np.dtype(np.int16), np.dtype(np.uint16), np.dtype(np.int32))


def write_nrrd(subject: Subject, values: Values, output: Output) -> Iterator[str]:
    """Write a series as a volume of modality values, in the patient's coordinates: to the left, back and head."""
    plan = planned(subject, values)
    if plan.grid is not None:
        output.note(plan.grid.words)
    kind = _kind(plan)
    with output.file() as file:
        file.write(_header(plan, kind).encode("ascii"))
        with packed(file) as data:
            yield from write_slices(plan, data, kind.newbyteorder("<"), stored=False)


def _kind(plan: PlannedVolume) -> np.dtype[Any]:
    """Return the type of the values: whole numbers where a whole slope and intercept make whole ones, else floats."""
    if plan.in_color:
        return np.dtype(np.uint8)
    rescale = plan.rescale
    if rescale is None or plan.stored_kind.kind == "f" or plan.stored_kind.itemsize > 2:
        return plan.modality_kind
    if rescale.slope != round(rescale.slope) or rescale.intercept != round(rescale.intercept):
        return plan.modality_kind
    images = [frame.image for frame in plan.frames]
    least = min(-(1 << (image.bits_stored - 1)) if image.signed else 0 for image in images)
    most = max((1 << (image.bits_stored - image.signed)) - 1 for image in images)
    ends = sorted(rescale.slope * stored + rescale.intercept for stored in (least, most))
    fits = (kind for kind in _WHOLE if np.iinfo(kind).min <= ends[0] and ends[1] <= np.iinfo(kind).max)
    return next(fits, plan.modality_kind)


def _header(plan: PlannedVolume, kind: np.dtype[Any]) -> str:
    if kind not in _TYPES:
        raise PixelError(f"NRRD knows no values of type {kind}", plan.frames[0].path)
    affine = plan.volume.affine
    sizes, kinds = [str(size) for size in plan.shape], ["domain"] * 3
    directions = [_vector(affine[:3, axis].tolist()) for axis in range(3)]
    if plan.in_color:
        sizes, kinds, directions = ["3", *sizes], ["RGB-color", *kinds], ["none", *directions]
    if plan.times > 1:
        sizes, kinds, directions = [*sizes, str(plan.times)], [*kinds, "list"], [*directions, "none"]
    return "\n".join((
        "NRRD0004", f"type: {_TYPES[kind]}", f"dimension: {len(sizes)}", "space: left-posterior-superior",
        f"sizes: {' '.join(sizes)}", f"space directions: {' '.join(directions)}", f"kinds: {' '.join(kinds)}",
        "endian: little", "encoding: gzip", f"space origin: {_vector(affine[:3, 3].tolist())}", "", "",
    ))  # fmt: skip


def _vector(parts: list[float]) -> str:
    return f"({','.join(repr(part) for part in parts)})"


def about(subject: Subject, values: Values) -> About:
    """Return what a volume holds."""
    plan = planned(subject, values)
    kind = _kind(plan)
    return About([*plan.words, *_header(plan, kind).strip().splitlines()], plan.size(kind), is_most=True)
