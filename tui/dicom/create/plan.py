"""What an order comes to: which files will be made of which frames, or why none can be."""

import os
from collections.abc import Generator, Iterator

import numpy as np
from pydicom.dataset import Dataset

from tui.dicom.create.kinds import BY_NAME, DOCUMENT, Kind, multi_frame_class
from tui.dicom.create.objects import Objects, Result, kind_of
from tui.dicom.create.order import CT, INTERCEPT, KIND, MULTI_FRAME, OPTIONS, PLANE, SLOPE, TEMPLATE, Order
from tui.dicom.create.placed import Placement
from tui.dicom.create.said import keywords_in
from tui.dicom.create.source import Source
from tui.dicom.create.sources import Opened, frames_of, sources_in
from tui.dicom.create.stored import Storage, plan
from tui.dicom.create.template import Template
from tui.dicom.errors import ExportError, ReadError
from tui.dicom.export.results import NotWritten
from tui.dicom.job import Step
from tui.dicom.options import Values
from tui.text import safe_text

_BURNED_IN = "BurnedInAnnotation"


def _is_rescaled(held: Dataset) -> bool:
    """Return whether stored values of a dataset are not the modality values."""
    return (float(held.get("RescaleSlope") or 1), float(held.get("RescaleIntercept") or 0)) != (1, 0)


class Planned:
    """What one order comes to.

    Parameters
    ----------
    order : Order
        What somebody wants.
    values : dict
        Of all options.
    template : Template or None
        What the new files take over.

    Attributes
    ----------
    results : list of Result
        The files that will be made; filled by `look`.
    notes : list of str
        What a reader of them must know.
    failed : list of NotWritten
        Sources that cannot be read.
    opened : Opened
        Gives the frames of their sources.
    """

    def __init__(self, order: Order, values: Values, template: Template | None) -> None:
        self.order, self.values, self.template = order, values, template
        self.opened = Opened()
        self._kind: Kind = DOCUMENT
        self._sources: list[Source] = []
        self.results: list[Result] = []
        self.notes: list[str] = []
        self.failed: list[NotWritten] = []

    @property
    def _is_whole(self) -> bool:
        """Return whether all sources become one file or one volume, so that none may be missing."""
        asked = str(self.values[KIND.name])
        return bool(self.values[MULTI_FRAME.name]) or kind_of(asked, self.template, BY_NAME).in_space

    def close(self) -> None:
        """Close the last source."""
        self.opened.close()

    def look(self) -> Iterator[Step]:
        """Look at what there is, and plan the results; raise what `create` does where they cannot be made."""
        first: ReadError | None = None
        for number, path in enumerate(self.order.paths):
            yield Step(number, len(self.order.paths), safe_text(os.path.basename(path)))
            try:
                self._sources += sources_in(path)
            except ReadError as error:
                self.failed.append(NotWritten(path, str(error)))
                first = first or error
        if first is not None and (not self._sources or self._is_whole):
            raise first
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
            sources,
            self.opened,
            str(self.values[SLOPE.name]),
            str(self.values[INTERCEPT.name]),
            wide=self._kind.in_space,
            unsigned=bool(self.values[MULTI_FRAME.name]),
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
