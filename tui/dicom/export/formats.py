"""The table of formats: adding one is a row here, and a module with its writer, which is imported when it is used."""

import importlib
import importlib.util
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from tui.dicom.export import animation_options, data_options, dicom_options, header_options, picture_options
from tui.dicom.export.order import FRAMES, OPTIONS, About, Carries, Scope, Subject
from tui.dicom.export.outputs import Output
from tui.dicom.options import Option, Value, Values

Writer = Callable[[Subject, Values, Output], Iterator[str]]


class Extra(NamedTuple):
    """A library that comes with an extra of this program: what it is imported as, its name, and the extra's."""

    module: str
    name: str
    extra: str

    @property
    def problem(self) -> str | None:
        """Return what would help where it is not installed, else None."""
        if importlib.util.find_spec(self.module) is not None:
            return None
        return f"it needs {self.name}: pip install 'dicom-tui[{self.extra}]'"


@dataclass(frozen=True, slots=True)
class Format:
    """A format.

    Parameters
    ----------
    name : str
        What the command line and a dialog call it.
    label : str
        What it is, in a few words.
    ending : str
        Of a result's name, with its dot.
    other_endings : tuple of str
        That a result may also have, where its name says so; a writer goes by the ending of its output.
    preview : str
        ``module:function`` that returns what a result holds (`About`), where neither a picture nor its own lines show it.
    writer : str
        ``module:function`` of this package; see `Writer`. It writes one result, and yields what it has done, often.
    scope : Scope
        Of what one result is made.
    options : tuple of Option
        Its own.
    carries : set of Carries
        What it may tell of the patient, whatever the options.
    needs : Extra or None
        What must be installed for it.
    """

    name: str
    label: str
    ending: str
    writer: str
    scope: Scope
    options: tuple[Option, ...] = ()
    carries: frozenset[Carries] = field(default_factory=frozenset)
    other_endings: tuple[str, ...] = ()
    preview: str = ""
    needs: Extra | None = None

    @property
    def is_picture(self) -> bool:
        """Return whether results show pictures as they are seen."""
        return picture_options.WINDOW in self.options

    def ending_of(self, output: str, values: Mapping[str, Value]) -> str:
        """Return the ending of results: as it stands in the name that is asked for, else by the options."""
        if values.get(dicom_options.DICOMDIR.name):
            return ""  # names on media have none
        for ending in (self.ending, *self.other_endings):
            if output.lower().endswith(ending):
                return output[-len(ending) :]
        return self.other_endings[0] if values.get(data_options.PLAIN.name) else self.ending

    def is_named_in(self, output: str, values: Mapping[str, Value] = MappingProxyType({})) -> bool:
        """Return whether a path ends like a result of this format, and is not the folder of a file-set."""
        if values.get(dicom_options.DICOMDIR.name):
            return False
        return any(output.lower().endswith(ending) for ending in (self.ending, *self.other_endings))

    def scope_of(self, values: Mapping[str, Value]) -> Scope:
        """Return of what one result is made under options."""
        return Scope.STACK if values.get(picture_options.PAGES.name) else self.scope

    def carried(self, values: Mapping[str, Value]) -> frozenset[Carries]:
        """Return what a result may tell of the patient under options."""
        corner = {Carries.CORNER} if values.get(picture_options.CORNER_TEXT.name) else set()
        paths = {Carries.PATHS} if values.get(header_options.BULK.name) == header_options.LINKS else set()
        return self.carries | corner | paths

    def problem(self, values: Mapping[str, Value]) -> str | None:
        """Return what stands in the way of writing results under options, in a sentence, or None."""
        if self.needs is not None and (missing := self.needs.problem):
            return f"{self.name}: {missing}"
        return picture_options.problem_of(values) or dicom_options.problem_of(values)

    @property
    def write(self) -> Writer:
        """Return its writer."""
        found: Writer = _function(self.writer)
        return found

    @property
    def about(self) -> Callable[[Subject, Values], About] | None:
        """Return what tells what a result holds, if there is such a function."""
        return _function(self.preview) if self.preview else None

    def command(self, paths: Sequence[str], output: str, values: Mapping[str, Value]) -> str:
        """Return the command line that writes results of paths."""
        words = ["dicom-tui", "export", *paths, "-o", output, "-f", self.name]
        for option in self.all_options:
            value = values.get(option.name, option.default)
            if value != option.default:
                words += [f"--{option.name}"] if value is True else [f"--{option.name}={value}"]
        return shlex.join(words)

    @property
    def all_options(self) -> tuple[Option, ...]:
        """Return its options, and those of every format."""
        framed = self.scope in (Scope.FRAME, Scope.STACK)
        return (*self.options, *(option for option in OPTIONS if framed or option is not FRAMES))


def _function(named: str) -> Any:  # noqa: ANN401 - of several kinds
    module, _, name = named.partition(":")
    return getattr(importlib.import_module(f"tui.dicom.export.{module}"), name)


_PIXELS: Final = frozenset({Carries.PIXELS})
_HEADER: Final = frozenset({Carries.HEADER})
_SEEN: Final = picture_options.SEEN
_TILES: Final = tuple(option for option in _SEEN if option is not picture_options.SIZE)
_CELLS: Final = tuple(
    option
    for option in _TILES
    if option not in (picture_options.REGION, picture_options.MEASURES, picture_options.CORNER_TEXT)
)
COPY: Final = "copy"
FORMATS: Final = (
    Format("png", "PNG pictures, as seen or 16 bit", ".png", "pictures:write_png", Scope.FRAME,
           (picture_options.DEPTH, *_SEEN), _PIXELS),
    Format("jpeg", "JPEG pictures", ".jpg", "pictures:write_jpeg", Scope.FRAME, (picture_options.QUALITY, *_SEEN), _PIXELS,
           other_endings=(".jpeg",)),
    Format("webp", "WebP pictures", ".webp", "pictures:write_webp", Scope.FRAME,
           (picture_options.LOSSY_QUALITY, *_SEEN), _PIXELS),
    Format("tiff", "TIFF pictures, as seen, 16 bit or float, or pages", ".tiff", "pictures:write_tiff", Scope.FRAME,
           (picture_options.TIFF_DEPTH, picture_options.PAGES, *_SEEN), _PIXELS,
           other_endings=(".tif",)),
    Format("gif", "animated GIF of a series or a multi-frame image", ".gif", "animation:write_gif", Scope.STACK,
           (animation_options.RATE, *_SEEN), _PIXELS),
    Format("apng", "animated PNG, without loss", ".png", "animation:write_apng", Scope.STACK,
           (animation_options.RATE, *_SEEN), _PIXELS),
    Format("webp-animation", "animated WebP", ".webp", "animation:write_webp", Scope.STACK,
           (animation_options.RATE, picture_options.LOSSY_QUALITY, *_SEEN), _PIXELS),
    Format("mp4", "MP4 film (H.264), with loss", ".mp4", "mp4:write_mp4", Scope.STACK,
           (animation_options.RATE, *_SEEN), _PIXELS, needs=Extra("av", "PyAV", "video")),
    Format("sheet", "contact sheet of a series, a PNG picture", ".png", "sheet:write_sheet", Scope.STACK,
           (*animation_options.SHEET, *_TILES), _PIXELS),
    Format("ansi", "the picture of the terminal, as text with colours", ".ans", "terminal_picture:write_ansi", Scope.FRAME,
           (*picture_options.CELLS, *_CELLS), _PIXELS),
    Format("svg", "the picture of the terminal, as SVG", ".svg", "terminal_picture:write_svg", Scope.FRAME,
           (picture_options.WIDTH, *_CELLS), _PIXELS),
    Format("npy", "NumPy array of all frames, with a JSON file beside it", ".npy", "arrays:write_npy", Scope.STACK,
           (data_options.VALUES,), _PIXELS, preview="arrays:about"),
    Format("npz", "NumPy archive of all frames, with their geometry", ".npz", "arrays:write_npz", Scope.STACK,
           (data_options.VALUES,), _PIXELS, preview="arrays:about_packed"),
    Format("raw", "plain bytes of all frames, with a JSON file beside them", ".raw", "arrays:write_raw", Scope.STACK,
           (data_options.VALUES,), _PIXELS, preview="arrays:about"),
    Format("nifti", "NIfTI-1 volume", ".nii.gz", "nifti:write_nifti", Scope.STACK,
           (data_options.PLAIN, data_options.RESAMPLE), _PIXELS, other_endings=(".nii",), preview="nifti:about"),
    Format("nrrd", "NRRD volume", ".nrrd", "nrrd:write_nrrd", Scope.STACK, (data_options.RESAMPLE,), _PIXELS,
           preview="nrrd:about"),
    Format("dicom", "DICOM in another transfer syntax", ".dcm", "dicom_files:write_dicom", Scope.FILE,
           (dicom_options.SYNTAX, dicom_options.DICOMDIR), _HEADER | _PIXELS, preview="dicom_files:about"),
    Format("dicom-frames", "single frames of Enhanced CT/MR, multi-frame SC/US", ".dcm",
           "single_frames:write_frame", Scope.FRAME, (dicom_options.DICOMDIR,), _HEADER | _PIXELS,
           preview="single_frames:about"),
    Format(COPY, "DICOM files byte for byte, under other names", ".dcm", "copies:write_copy", Scope.FILE,
           (dicom_options.DICOMDIR,), _HEADER | _PIXELS, preview="copies:about"),
    Format("text", "the elements, as text", ".txt", "headers:write_text", Scope.FILE, (), _HEADER),
    Format("json", "DICOM JSON model (PS3.18 F)", ".json", "headers:write_json", Scope.FILE,
           (header_options.BULK,), _HEADER),
    Format("xml", "native DICOM model in XML (PS3.19 A.1)", ".xml", "headers:write_xml", Scope.FILE,
           (header_options.BULK,), _HEADER),
    Format("csv", "a table of chosen attributes, a line for each file", ".csv", "tables:write_files", Scope.ALL,
           (header_options.COLUMNS,), _HEADER),
    Format("xlsx", "an Excel sheet of chosen attributes, a line for each file", ".xlsx", "typed_tables:write_xlsx",
           Scope.ALL, (header_options.COLUMNS,), _HEADER, needs=Extra("xlsxwriter", "XlsxWriter", "tables"),
           preview="typed_tables:about"),
    Format("parquet", "a Parquet table of chosen attributes, a row for each file", ".parquet", "typed_tables:write_parquet",
           Scope.ALL, (header_options.COLUMNS,), _HEADER, needs=Extra("pyarrow", "PyArrow", "tables"),
           preview="typed_tables:about"),
    Format("csv-elements", "a table of the elements of each file", ".csv", "tables:write_elements", Scope.FILE, (), _HEADER),
)  # fmt: skip
BY_NAME: Final = {row.name: row for row in FORMATS}
