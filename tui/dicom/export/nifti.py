"""NIfTI-1 volumes (nifti.nimh.nih.gov/nifti-1): a header of 348 bytes, and the values, slice after slice."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui.dicom.errors import PixelError
from tui.dicom.export.data_options import RESAMPLE
from tui.dicom.export.frames import Decoder, Facts, frames_in, modality_dtype
from tui.dicom.export.order import Subject
from tui.dicom.export.outputs import Output
from tui.dicom.export.packed import PackedFile
from tui.dicom.export.resampled import Grid, grid_of, slices
from tui.dicom.export.volume import UnevenError, Volume, volume_of
from tui.dicom.options import Values
from tui.dicom.pixels.stages import Rescale

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
_LEVEL: Final = 6
_LARGEST: Final = 32_767  # of a dimension
_PACKED: Final = ".gz"


def write_nifti(subject: Subject, values: Values, output: Output) -> Iterator[str]:
    """Write a series as a volume; qform and sform are the same, and lie in the scanner's coordinates.

    Where all slices have one slope and intercept the stored values are written, with these in the header; else those of
    the modality, as floats.
    """
    frames = [frame.facts() for frame in frames_in(subject, values)]
    if not frames:
        raise PixelError("there is no frame to be written", subject.files[0])
    if len({frame.in_color for frame in frames}) > 1:
        raise PixelError("no volume is made of it: some frames are in colour, and others are not", subject.files[0])
    plan = _plan(frames, values)
    if plan.grid is not None:
        output.note(plan.grid.words)
    if max(*plan.shape[:2], *plan.volume.order.shape, plan.shape[2]) > _LARGEST:
        raise PixelError(f"NIfTI-1 takes at most {_LARGEST:,} rows, columns, slices and times", subject.files[0])
    total = plan.shape[2] * len(plan.volume.order)
    with _opened(output) as file:
        file.write(_header(frames[0], plan))
        for number, data in enumerate(_voxels(frames, plan), 1):
            file.write(data.astype(plan.kind, copy=False).tobytes())
            yield f"{number:,} of {total:,}"


class _Plan(NamedTuple):
    """What is written: where it lies, its size, the type of its values, and what is done with them."""

    volume: Volume
    shape: tuple[int, int, int]
    kind: "np.dtype[Any]"
    rescale: Rescale | None
    grid: Grid | None = None


def _plan(frames: list[Facts], values: Values) -> _Plan:
    """Plan a volume; raise what `volume_of` and `grid_of` do."""
    try:
        volume = volume_of(frames)
    except UnevenError as error:
        if not values[RESAMPLE.name]:
            raise UnevenError(f"{error}; --{RESAMPLE.name} interpolates them", error.path) from error
        grid = grid_of(frames)
        return _Plan(grid.volume, grid.shape, np.dtype("<f4"), None, grid)
    rescale = _common_rescale(frames)
    shape = (frames[0].image.columns, frames[0].image.rows, volume.order.shape[1])
    return _Plan(volume, shape, _kind(frames, rescale), rescale)


def _voxels(frames: list[Facts], plan: _Plan) -> Iterator[NDArray[Any]]:
    """Yield the slices as they are written, time after time."""
    if plan.grid is not None:
        yield from slices(frames, plan.grid)
        return
    decoder = Decoder()
    for index in plan.volume.order.reshape(-1).tolist():
        frame = frames[index]
        stored = decoder.stored(frame)
        yield stored if plan.rescale is not None or frame.in_color else frame.modality.apply(stored)


@contextmanager
def _opened(output: Output) -> Iterator[IO[bytes] | PackedFile]:
    with output.file() as file:
        if not output.ending.lower().endswith(_PACKED):
            yield file
            return
        with PackedFile(file, _LEVEL) as packed:
            yield packed


def _common_rescale(frames: list[Facts]) -> Rescale | None:
    """Return the slope and intercept of all frames; None where they differ, or where there is a LUT."""
    if frames[0].in_color:
        return Rescale()
    first = frames[0].modality
    if not isinstance(first, Rescale) or any(frame.modality != first for frame in frames[1:]):
        return None
    return first


def _kind(frames: list[Facts], rescale: Rescale | None) -> "np.dtype[Any]":
    kind = np.result_type(*{frame.stored_dtype for frame in frames})
    if rescale is None:
        kind = modality_dtype(kind)
    if kind not in _TYPES:
        raise PixelError("NIfTI-1 programs read no whole numbers of 64 bits", frames[0].path)
    return kind.newbyteorder("<")


def _header(frame: Facts, plan: _Plan) -> bytes:
    volume, kind, rescale = plan.volume, plan.kind, plan.rescale
    times, (columns, rows, count) = len(volume.order), plan.shape
    affine = np.diag([-1.0, -1.0, 1.0, 1.0]) @ volume.affine  # x to the right, y to the front
    quaternion, qfac = _quaternion(affine)
    dims = (4 if times > 1 else 3, columns, rows, count, times, 1, 1, 1)
    code, bits = (_RGB, 24) if frame.in_color else (_TYPES[kind.newbyteorder("=")], 8 * kind.itemsize)
    slope, intercept = (rescale.slope, rescale.intercept) if rescale is not None and not frame.in_color else (1.0, 0.0)
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


def about(subject: Subject, values: Values) -> list[str]:
    """Return in lines what a volume holds."""
    frames = [frame.facts() for frame in frames_in(subject, values)]
    plan = _plan(frames, values)
    times = len(plan.volume.order)
    size = " x ".join(map(str, plan.shape)) + (f" x {times}" if times > 1 else "")
    rescale = plan.rescale
    scaled = f", times {rescale.slope:g}, plus {rescale.intercept:g}" if rescale is not None else ", rescaled"
    spacing = " x ".join(f"{part:.4g}" for part in plan.volume.spacing_mm)
    to_right_front_head = np.diag([-1.0, -1.0, 1.0, 1.0])[:3] @ plan.volume.affine
    rows = ["  ".join(f"{part:9.3f}" for part in row) for row in to_right_front_head]
    kind = "RGB" if frames[0].in_color else f"{plan.kind}{scaled}"
    said = [plan.grid.words] if plan.grid is not None else []
    return [f"{size} voxels of {spacing} mm", kind, *said, "to the right, front, head:", *rows]
