"""Making DICOM files of what an order names: a Job."""

import os
from collections.abc import Generator, Iterator
from contextlib import closing
from io import BytesIO
from typing import BinaryIO, Final

import numpy as np
from pydicom.dataset import Dataset

from tui.dicom.attributes import Attributes
from tui.dicom.create.kinds import BY_NAME, DOCUMENT, Kind, multi_frame_class
from tui.dicom.create.objects import JPEG_BASELINE, Objects, Result, kind_of
from tui.dicom.create.order import CT, INTERCEPT, KIND, MULTI_FRAME, OPTIONS, PLANE, RATE, SLOPE, TEMPLATE, Order
from tui.dicom.create.pictures import jpeg_stream
from tui.dicom.create.placed import Placement
from tui.dicom.create.said import changed, check_changes, keywords_in
from tui.dicom.create.source import Source
from tui.dicom.create.sources import Opened, frames_of, sources_in
from tui.dicom.create.stored import Storage, plan
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
from tui.dicom.options import Values
from tui.dicom.pixels.image_pixel import image_pixel
from tui.dicom.source import WrittenSource
from tui.text import safe_text

_DICOM: Final = FORMATS["dicom"]  # whose endings files have
_DIGITS: Final = 5
_BURNED_IN: Final = "BurnedInAnnotation"


def checked(order: Order) -> Values:
    """Return the values of all options of an order.

    Raises
    ------
    ExportError
        It cannot be done; nothing was read or written.
    """
    options = (*OPTIONS, REPLACE)
    values: Values = {option.name: order.values.get(option.name, option.default) for option in options}
    for option in options:
        if problem := option.problem(values[option.name]):
            raise ExportError(f"--{option.name}: {problem}")
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
    with closing(_Work(order, values, template)) as work:
        yield from work.look()
        yield from _written(work, stream)


def _written(work: "_Work", stream: BinaryIO | None) -> Iterator[Step | NotWritten | Summary]:
    """Write what was planned; yield and raise what `create` does."""
    order, values, template = work.order, work.values, work.template
    objects = work.objects()
    check_changes(order.changes, objects.sop_class, len(work.results))
    first = work.head(objects, work.results[0])  # what is wrong with it is so with all
    read = (*order.paths, *([str(values[TEMPLATE.name])] if template else []))
    target = Target(
        order.output, _DICOM.ending_of(order.output, values), [_names(result) for result in work.results],
        named=_DICOM.is_named_in(order.output), replace=bool(values[REPLACE.name]), mode=order.mode, stream=stream,
        read=read,
    )  # fmt: skip
    carries = frozenset({Carries.PIXELS, *((Carries.HEADER,) if template or order.changes else ())})
    summary = Summary(order.output, carries=carries, results=len(work.results), notes=work.notes)
    for result in work.results:
        name = safe_text(os.path.basename(result.first.path))
        yield Step(result.number, len(work.results), name)
        output = target.output(_names(result))
        try:
            target.check(output)
            head = work.head(objects, result) if result.number else first
            for note in work.write(result, head, output):
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


def _misread(elements: Elements, result: Result) -> str:
    """Return what is wrong with the pixels of a file that was written, if something is."""
    if result.first.is_document:
        return ""
    image, first = image_pixel(Attributes.of(elements)), result.first
    wanted = (first.rows, first.columns, first.samples, 8 * result.storage.kind.itemsize, len(result.frames))
    found = (image.rows, image.columns, image.samples, image.bits_allocated, image.frames)
    return "" if found == wanted and image.encapsulated == result.stays_coded else "its pixels are not what they were to be"


def _is_rescaled(held: Dataset) -> bool:
    """Return whether stored values of a dataset are not the modality values."""
    return (float(held.get("RescaleSlope") or 1), float(held.get("RescaleIntercept") or 0)) != (1, 0)


class _Work:
    """What one order comes to."""

    def __init__(self, order: Order, values: Values, template: Template | None) -> None:
        self.order, self.values, self.template = order, values, template
        self._opened = Opened()
        self._kind: Kind = DOCUMENT
        self._sources: list[Source] = []
        self.results: list[Result] = []
        self.notes: list[str] = []

    def close(self) -> None:
        """Close the last source."""
        self._opened.close()

    def look(self) -> Iterator[Step]:
        """Look at what there is, and plan the results; raise what `create` does where they cannot be made."""
        for number, path in enumerate(self.order.paths):
            yield Step(number, len(self.order.paths), safe_text(os.path.basename(path)))
            self._sources += sources_in(path)
        documents = [source for source in self._sources if source.is_document]
        if documents and len(documents) < len(self._sources):
            raise ExportError("PDF documents and pictures do not become one series: make them one after the other")
        self.notes += dict.fromkeys(note for source in self._sources for note in source.notes)
        if documents:
            self._plan_documents()
        else:
            yield from self._plan_pictures()

    def _plan_documents(self) -> None:
        said = [option.name for option in OPTIONS if option is not TEMPLATE and self.values[option.name]]
        if said:
            raise ExportError(f"--{said[0]} is of pictures: PDF documents have none")
        storage = Storage(np.dtype("u1"))  # of bytes
        self.results = [Result(((source, 0),), storage, number) for number, source in enumerate(self._sources)]

    def _plan_pictures(self) -> Iterator[Step]:
        values, sources = self.values, self._sources
        self._kind = kind_of(str(values[KIND.name]), self.template, BY_NAME)
        together = bool(values[MULTI_FRAME.name])
        if not self._kind.in_space:
            said = [option.name for option in PLANE if values[option.name]]
            if said:
                raise ExportError(f"--{said[0]} is of slices: say --{KIND.name} ct or mr")
        elif together:
            raise ExportError(f"--{MULTI_FRAME.name} is of Secondary Capture: CT and MR images hold one frame each")
        if together or self._kind.in_space:
            self._check_alike()
        if not self._kind.in_color and any(source.samples > 1 for source in sources):
            raise ExportError(f"pictures in colour are no {self._kind.name.upper()} images: leave --{KIND.name} away")
        if any(source.samples > 1 for source in sources) and (values[SLOPE.name] or values[INTERCEPT.name]):
            raise ExportError(f"pictures in colour have no --{SLOPE.name} and --{INTERCEPT.name}")
        frames = list(frames_of(sources))
        if together:
            storage = yield from self._stored(sources)
            self._check_multi_frame(storage)
            self.results = [Result(tuple(frames), storage, 0)]
        elif self._kind.in_space:
            storage = yield from self._stored(sources)
            self.results = [Result((frame,), storage, number) for number, frame in enumerate(frames)]
        else:
            storages = {}
            for source in sources:
                storages[source] = yield from self._stored([source])
            self.results = [Result((frame,), storages[frame[0]], number) for number, frame in enumerate(frames)]

    def _stored(self, sources: list[Source]) -> Generator[Step, None, Storage]:
        """Plan how the values of some sources are stored."""
        work = plan(
            sources, self._opened, str(self.values[SLOPE.name]), str(self.values[INTERCEPT.name]), wide=self._kind.in_space
        )
        while True:
            try:
                yield Step(0, 0, next(work))
            except StopIteration as done:
                storage: Storage = done.value
                self.notes += [note for note in storage.notes if note not in self.notes]
                return storage

    def _check_alike(self) -> None:
        """Refuse pictures of several sizes or kinds where they become one file, or one volume."""
        first = self._sources[0]
        for source in self._sources:
            if (source.rows, source.columns) != (first.rows, first.columns):
                raise ExportError(
                    f"{safe_text(os.path.basename(source.path))} has {source.columns} x {source.rows} pixels, and the first "
                    f"picture {first.columns} x {first.rows}: they cannot lie in one file or volume", source.path,
                )  # fmt: skip
            if (source.samples, source.photometric == "MONOCHROME1") != (first.samples, first.photometric == "MONOCHROME1"):
                raise ExportError(
                    f"{safe_text(os.path.basename(source.path))} has other colours than the first picture: they cannot lie "
                    "in one file or volume", source.path,
                )  # fmt: skip

    def _check_multi_frame(self, storage: Storage) -> None:
        """Refuse what a multi-frame Secondary Capture may not hold (PS3.3 C.8.6.3)."""
        hint = f"leave --{MULTI_FRAME.name} away"
        if storage.kind.kind == "i":
            raise ExportError(f"a multi-frame Secondary Capture holds no values below 0: {hint}")
        if not storage.is_identity:
            raise ExportError(f"a multi-frame Secondary Capture holds no rescaled values, nor such as need it: {hint}")
        if self._sources[0].photometric == "MONOCHROME1":
            raise ExportError(f"a multi-frame Secondary Capture holds no pictures whose 0 is white: {hint}")

    # --- files

    def objects(self) -> Objects:
        """Return what makes the datasets."""
        first = self.results[0]
        held = self.template.dataset if self.template is not None else None
        placement = Placement(self.values, held, len(self.results)) if self._kind.in_space else None
        together = bool(self.values[MULTI_FRAME.name])
        if placement is not None and placement.is_of_template and held is not None:
            size = (held.get("Rows"), held.get("Columns"))
            if size != (first.first.rows, first.first.columns):
                self.notes.append("the template has another number of pixels: whether its spacing is theirs nobody said")
        if held is not None and self._kind.in_space and first.storage.is_identity and _is_rescaled(held):
            self.notes.append("Rescale Slope and Intercept of the template are not taken over: say --slope and --intercept")
        said = keywords_in(self.order.changes)
        if self.template is not None and self.template.left_behind:
            self.notes.append("private attributes and overlays of the template are not taken over")
        if self._kind.name == CT and held is None and "RescaleType" not in said:
            self.notes.append("RescaleType is US, unspecified: RescaleType=HU says that values are Hounsfield units")
        if self._kind.attributes.get(_BURNED_IN) and _BURNED_IN not in said:
            self.notes.append(f"{_BURNED_IN} is YES, for nobody has looked: {_BURNED_IN}=NO says that there is none")
        bits = 8 * first.storage.kind.itemsize
        multi_frame = multi_frame_class(first.first.samples, bits) if together else ""
        return Objects(self._kind, self.values, self.template, placement, multi_frame, said)

    def head(self, objects: Objects, result: Result) -> bytes:
        """Return the bytes of a file up to its pixels."""
        name = safe_text(os.path.basename(result.first.path))
        with translated(ExportError, f"{name} cannot be made", result.first.path):
            dataset = objects.dataset(result)
            complete(dataset)
            file = BytesIO()
            write_head(file, meta_of(dataset), JPEG_BASELINE if result.stays_coded else EXPLICIT)
            file.write(encoded_dataset(dataset))
        return changed(file.getvalue(), self.order.changes, name)

    def write(self, result: Result, head: bytes, output: Output) -> Iterator[str]:
        """Write a file; what was written is read back before it gets its name."""
        with output.file(seeks=result.stays_coded) as file:
            file.write(head)
            if result.stays_coded:
                streams = (jpeg_stream(source.path) for source, _ in result.frames)
                yield from write_encapsulated(file, streams, len(result.frames))
            elif not result.first.is_document:
                yield from self._write_native(result, file)
            if output.named:
                file.flush()
                elements = walk_source(WrittenSource(file.fileno(), result.first.path))
                if elements.broken is not None:
                    raise WriteError(
                        f"what was written could not be read back: {elements.broken.sentence}", result.first.path
                    )

    def _write_native(self, result: Result, file: BinaryIO) -> Iterator[str]:
        first, kind = result.first, result.storage.kind
        length = len(result.frames) * first.rows * first.columns * first.samples * kind.itemsize
        write_native_head(file, PIXEL_DATA, "OB" if kind.itemsize == 1 else "OW", length + length % 2)
        for number, (source, frame) in enumerate(result.frames, 1):
            file.write(result.storage.stored(self._opened.frame(source, frame)).tobytes())
            yield f"{number:,} of {len(result.frames):,}"
        file.write(b"\0" * (length % 2))
