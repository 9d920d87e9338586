"""Making DICOM files of what an order names: a Job."""

import os
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from typing import BinaryIO, Final

from tui.dicom.attributes import Attributes
from tui.dicom.create.objects import JPEG_BASELINE, Objects, Result
from tui.dicom.create.order import MULTI_FRAME, OPTIONS, RATE, TEMPLATE, Order
from tui.dicom.create.pictures import jpeg_stream
from tui.dicom.create.plan import Planned
from tui.dicom.create.said import changed, check_changes
from tui.dicom.create.sources import Opened
from tui.dicom.create.template import Template
from tui.dicom.element import PIXEL_DATA
from tui.dicom.elements import Elements, walk_source
from tui.dicom.errors import DicomError, ExportError, WriteError, os_reason, translated
from tui.dicom.export.formats import BY_NAME as FORMATS
from tui.dicom.export.order import REPLACE, Carries
from tui.dicom.export.outputs import Output, Target
from tui.dicom.export.pixel_elements import write_encapsulated, write_native_head
from tui.dicom.export.results import NotWritten, Summary
from tui.dicom.job import Step
from tui.dicom.new_object import EXPLICIT, complete, encoded_dataset, meta_of, write_head
from tui.dicom.options import Values, filled_in
from tui.dicom.pixels.image_pixel import image_pixel
from tui.dicom.source import WrittenSource
from tui.text import safe_text

_DICOM: Final = FORMATS["dicom"]  # whose endings files have
_DIGITS: Final = 5


def checked(order: Order) -> Values:
    """Return the values of all options of an order.

    Raises
    ------
    ExportError
        It cannot be done; nothing was read or written.
    """
    values, problem = filled_in((*OPTIONS, REPLACE), order.values)
    if problem:
        raise ExportError(problem)
    if not order.paths:
        raise ExportError("there is nothing to make files of")
    if not order.output:
        raise ExportError("an output folder or file is needed")
    if values[RATE.name] and not values[MULTI_FRAME.name]:
        raise ExportError(f"--{RATE.name} goes with --{MULTI_FRAME.name}")
    return values


def create(order: Order, stream: BinaryIO | None = None) -> Iterator[Step | NotWritten | Summary]:
    """Make DICOM files of what an order names, a Job.

    Parameters
    ----------
    order : Order
        Of what, and how.
    stream : binary file, optional
        Where the one result goes if the output is -; as it is, standard output.

    Yields
    ------
    Step, NotWritten or Summary
        What was done, and what failed; at last what came of it.

    Raises
    ------
    ExportError, EditError, ReadError, WriteError
        Nothing can be done.
    """
    values = checked(order)
    template = Template(str(values[TEMPLATE.name])) if values[TEMPLATE.name] else None
    with closing(Planned(order, values, template)) as work:
        yield from work.look()
        yield from _written(work, stream)


def _written(work: Planned, stream: BinaryIO | None) -> Iterator[Step | NotWritten | Summary]:
    """Write what was planned; yield and raise what `create` does."""
    order, values, template = work.order, work.values, work.template
    objects = work.objects()
    check_changes(order.changes, objects.sop_class, len(work.results))
    first = _head(order, objects, work.results[0])  # what is wrong with it is so with all
    read = (*order.paths, *([str(values[TEMPLATE.name])] if template else []))
    target = Target(
        order.output, _DICOM.ending_of(order.output, values), [_names(result) for result in work.results],
        named=_DICOM.is_named_in(order.output), replace=bool(values[REPLACE.name]), mode=order.mode, stream=stream,
        read=read,
    )  # fmt: skip
    shown = Carries.DOCUMENT if work.results[0].first.is_document else Carries.PIXELS
    carries = frozenset({shown, *((Carries.HEADER,) if template or order.changes else ())})
    summary = Summary(order.output, carries=carries, results=len(work.results), notes=work.notes, failed=work.failed)
    yield from work.failed
    for result in work.results:
        name = safe_text(os.path.basename(result.first.path))
        yield Step(result.number, len(work.results), name)
        output = target.output(_names(result))
        try:
            target.check(output)
            head = _head(order, objects, result) if result.number else first
            for note in _write(work.opened, result, head, output):
                yield Step(result.number, len(work.results), f"{name} {note}")
            summary.done += 1
        except (DicomError, OSError) as error:
            why = os_reason(error) if isinstance(error, OSError) else str(error)
            summary.failed.append(NotWritten(result.first.path, why))
            yield summary.failed[-1]
        summary.add(output.written, output.size, output.notes)
    yield Step(len(work.results), len(work.results), "")
    yield summary


def _names(result: Result) -> tuple[str, ...]:
    return (f"i{result.number + 1:0{_DIGITS}}",)


def _head(order: Order, objects: Objects, result: Result) -> bytes:
    """Return the bytes of a file up to its pixels."""
    name = safe_text(os.path.basename(result.first.path))
    with translated(ExportError, f"{name} cannot be made", result.first.path):
        dataset = objects.dataset(result)
        complete(dataset)
        file = BytesIO()
        write_head(file, meta_of(dataset), JPEG_BASELINE if result.stays_coded else EXPLICIT)
        file.write(encoded_dataset(dataset))
    return changed(file.getvalue(), order.changes, name)


def _write(opened: Opened, result: Result, head: bytes, output: Output) -> Iterator[str]:
    """Write a file; what was written is read back before it gets its name."""
    path = result.first.path
    with output.file(seeks=result.stays_coded) as file:
        file.write(head)
        if result.stays_coded:
            streams = (jpeg_stream(source.path) for source, _ in result.frames)
            yield from write_encapsulated(file, streams, len(result.frames))
        elif not result.first.is_document:
            yield from _write_native(opened, result, file)
        if output.named:
            file.flush()
            with (
                WrittenSource(file.fileno(), path) as source,
                translated(WriteError, "what was written could not be read back", path),
            ):
                elements = walk_source(source)
                why = elements.broken.sentence if elements.broken is not None else _misread(elements, result)
            if why:
                raise WriteError(f"what was written could not be read back: {why}", path)


def _write_native(opened: Opened, result: Result, file: BinaryIO) -> Iterator[str]:
    first, kind = result.first, result.storage.kind
    length = len(result.frames) * first.rows * first.columns * first.samples * kind.itemsize
    write_native_head(file, PIXEL_DATA, "OB" if kind.itemsize == 1 else "OW", length + length % 2)
    for number, (source, frame) in enumerate(result.frames, 1):
        file.write(result.storage.stored(opened.frame(source, frame)).tobytes())
        yield f"{number:,} of {len(result.frames):,}"
    file.write(b"\0" * (length % 2))


def _misread(elements: Elements, result: Result) -> str:
    """Return what is wrong with the pixels of a file that was written, if something is."""
    if result.first.is_document:
        return ""
    image, first = image_pixel(Attributes.of(elements)), result.first
    wanted = (first.rows, first.columns, first.samples, 8 * result.storage.kind.itemsize, len(result.frames))
    found = (image.rows, image.columns, image.samples, image.bits_allocated, image.frames)
    return "" if found == wanted and image.encapsulated == result.stays_coded else "its pixels are not what they were to be"
