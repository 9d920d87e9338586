"""NIfTI-1 volumes (nifti.nimh.nih.gov/nifti-1): a header of 348 bytes, and the values, slice after slice."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, Final

import numpy as np
from numpy.typing import NDArray

from tui.dicom.errors import PixelError
from tui.dicom.export.data_options import PLAIN
from tui.dicom.export.order import About, Subject
from tui.dicom.export.outputs import Output
from tui.dicom.export.packed import PackedFile
from tui.dicom.export.planned_volume import PlannedVolume, packed, planned, write_slices
from tui.dicom.options import Values

_HEADER: Final = struct.Struct("<i10s18sihcB8h3f4h8f3fhBB4f2i80s24shh6f4f4f4f16s4s")
_SIZE: Final = 348
_OFFSET: Final = 352  # where values begin: behind the header and four bytes that say that no extension follows
_MM_AND_SECONDS: Final = 2 | 8
_SCANNER: Final = 1  # the code of coordinates that are the scanner's
_TYPES: Final = {  # NIfTI's number of a type of number
    np.dtype(np.uint8): 2, np.dtype(np.int16): 4, np.dtype(np.int32): 8, np.dtype(np.float32): 16,
    np.dtype(np.float64): 64, np.dtype(np.int8): 256, np.dtype(np.uint16): 512, np.dtype(np.uint32): 768,
}  # fmt: skip
_RGB: Final = 128
_LARGEST: Final = 32_767  # of a dimension
_PACKED: Final = ".gz"


def write_nifti(subject: Subject, values: Values, output: Output) -> Iterator[str]:
    """Write a series as a volume; qform and sform are the same, and lie in the scanner's coordinates.

    Where all slices have one slope and intercept the stored values are written, with these in the header; else those of
    the modality, as floats.
    """
    plan = planned(subject, values)
    if plan.grid is not None:
        output.note(plan.grid.words)
    if max(*plan.shape, plan.times) > _LARGEST:
        raise PixelError(f"NIfTI-1 takes at most {_LARGEST:,} rows, columns, slices and times", subject.files[0])
    kind = _kind(plan)
    with _opened(output) as file:
        file.write(_header(plan, kind))
        yield from write_slices(plan, file, kind.newbyteorder("<"), stored=True)


@contextmanager
def _opened(output: Output) -> Iterator[IO[bytes] | PackedFile]:
    with output.file() as file:
        if not output.ending.lower().endswith(_PACKED):
            yield file
            return
        with packed(file) as data:
            yield data


def _kind(plan: PlannedVolume) -> np.dtype[Any]:
    kind = plan.stored_kind if plan.rescale is not None else plan.modality_kind
    if kind not in _TYPES:
        raise PixelError("NIfTI-1 programs read no whole numbers of 64 bits", plan.frames[0].path)
    return kind


def _header(plan: PlannedVolume, kind: np.dtype[Any]) -> bytes:
    volume, rescale = plan.volume, plan.rescale
    affine = np.diag([-1.0, -1.0, 1.0, 1.0]) @ volume.affine  # x to the right, y to the front
    quaternion, qfac = _quaternion(affine)
    dims = (4 if plan.times > 1 else 3, *plan.shape, plan.times, 1, 1, 1)
    code, bits = (_RGB, 24) if plan.in_color else (_TYPES[kind], 8 * kind.itemsize)
    slope, intercept = (rescale.slope, rescale.intercept) if rescale is not None else (1.0, 0.0)
    head = _HEADER.pack(
        _SIZE, b"", b"", 0, 0, b"r", 0, *dims, 0, 0, 0, 0, code, bits, 0, qfac, *volume.spacing_mm, 0, 0, 0, 0,
        _OFFSET, slope, intercept, 0, 0, _MM_AND_SECONDS, 0, 0, 0, 0, 0, 0, b"dicom-tui", b"", _SCANNER, _SCANNER,
        *quaternion, *affine[:3, 3], *affine[0], *affine[1], *affine[2], b"", b"n+1\0",
    )  # fmt: skip
    return head + bytes(_OFFSET - _SIZE)


def _quaternion(affine: NDArray[np.float64]) -> tuple[tuple[float, float, float], float]:
    """Return the quaternion (b, c, d) of an affine's rotation, and -1 where its third axis is turned round, else 1."""
    rotation = affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0)
    qfac = 1.0
    if np.linalg.det(rotation) < 0:
        rotation[:, 2] *= -1
        qfac = -1.0
    left, _, right = np.linalg.svd(rotation)  # the nearest rotation: cosines of files are rounded
    rotation = left @ right
    (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = rotation.tolist()
    # Shepperd's method: by the largest of the four parts, so that nothing small is divided by
    squares = (xx + yy + zz, xx - yy - zz, yy - xx - zz, zz - xx - yy)
    largest = int(np.argmax(squares))
    root = float(np.sqrt(1 + squares[largest])) * 2
    a, b, c, d = (
        (root / 4, (zy - yz) / root, (xz - zx) / root, (yx - xy) / root),
        ((zy - yz) / root, root / 4, (xy + yx) / root, (xz + zx) / root),
        ((xz - zx) / root, (xy + yx) / root, root / 4, (yz + zy) / root),
        ((yx - xy) / root, (xz + zx) / root, (yz + zy) / root, root / 4),
    )[largest]
    return ((b, c, d) if a >= 0 else (-b, -c, -d)), qfac


def about(subject: Subject, values: Values) -> About:
    """Return what a volume holds."""
    plan = planned(subject, values)
    rescale = plan.rescale
    scaled = f", times {rescale.slope:g}, plus {rescale.intercept:g}" if rescale is not None else ", rescaled"
    kind = "RGB" if plan.in_color else f"{_kind(plan)}{scaled}"
    to_right_front_head = np.diag([-1.0, -1.0, 1.0, 1.0])[:3] @ plan.volume.affine
    rows = ["  ".join(f"{part:9.3f}" for part in row) for row in to_right_front_head]
    first, *more = plan.words
    lines = [first, kind, *more, "to the right, front, head:", *rows]
    return About(lines, _OFFSET + plan.size(_kind(plan)), not values[PLAIN.name])
