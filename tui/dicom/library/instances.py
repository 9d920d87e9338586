"""What a library keeps of each file: little of its own, and what it shares with the other files of its series only once.

A hundred thousand files are known in some tens of megabytes.
"""

import os
from functools import partial
from operator import itemgetter
from typing import Final, NamedTuple

from tui.dicom import values
from tui.dicom.library.fields import FIELDS, INDEX, OWN
from tui.dicom.library.header import Header

_OWN_INDEX: Final = tuple(INDEX[name] for name in OWN)
_SHARED_INDEX: Final = tuple(index for index, field in enumerate(FIELDS) if field.name not in OWN)
_own: Final = itemgetter(*_OWN_INDEX)
_shared: Final = itemgetter(*_SHARED_INDEX)
_MOST_SHARED: Final = 200_000
_CHARSET: Final = INDEX["charset"]


class Shared(NamedTuple):
    """The values that the files of a series have in common; "" or 0 for what is not there.

    Texts are decoded by the file's character set, and not safe to draw; several values have backslashes between them.
    """

    charset: str
    image_type: str
    sop_class: str
    study_date: str
    series_date: str
    acquisition_date: str
    study_time: str
    series_time: str
    accession: str
    modality: str
    manufacturer: str
    study_description: str
    series_description: str
    patient_name: str
    patient_id: str
    birth_date: str
    sex: str
    thickness: str
    echo_time: str
    kernel: str
    b_value: str
    study_uid: str
    series_uid: str
    study_id: str
    series_number: str
    acquisition_number: str
    orientation: str
    frame_of_reference: str
    samples: int
    photometric: str
    frames: str
    rows: int
    columns: int
    spacing: str
    bits_allocated: int
    syntax: str
    big_endian: bool
    directory: bool


class Instance(NamedTuple):
    """One file.

    Parameters
    ----------
    folder, name : str
        Where it is.
    size : int
        In bytes.
    shared : Shared
        What it has in common with others.
    uid : str
        Its SOP Instance UID.
    number, position, acquisition_time, trigger_time, temporal_position : str
        As they stand in the file; "" for what is not there.
    broken : str
        Why it could not be read further; "" of a whole one.
    """

    folder: str
    name: str
    size: int
    shared: Shared
    uid: str
    number: str
    position: str
    acquisition_time: str
    trigger_time: str
    temporal_position: str
    broken: str

    @property
    def path(self) -> str:
        """Return where the file is."""
        return os.path.join(self.folder, self.name)


_instance: Final = partial(tuple.__new__, Instance)  # as Instance._make, but without a call of Python


class Instances:
    """Makes instances of headers; values that many have in common are kept once."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], Shared] = {}
        self._texts: dict[tuple[str, bytes, tuple[str, ...]], str] = {}

    def make(self, folder: str, name: str, header: Header) -> Instance:
        """Return what is kept of a file."""
        alike = header.alike
        if alike is None:
            shared = self._shared_of(header)
        else:
            key = header.syntax, header.directory
            known = alike.get(key)
            if known is None:
                known = alike[key] = self._shared_of(header)
            shared = known
        own = [value.decode("latin-1").strip(" \0") if value else "" for value in _own(header.values)]
        return _instance((folder, name, header.size, shared, *own, header.broken))

    def _shared_of(self, header: Header) -> Shared:
        found = header.values
        key = (*_shared(found), header.syntax, header.big_endian, header.directory)
        shared = self._known.get(key)
        if shared is None:
            if len(self._known) > _MOST_SHARED:
                self._known.clear()
            shared = self._known[key] = self._decoded(header)
        return shared

    def _decoded(self, header: Header) -> Shared:
        charset = values.texts("CS", header.values[_CHARSET] or b"", ())
        texts = self._texts
        made: list[str | int | bool] = []
        for index in _SHARED_INDEX:
            field, data = FIELDS[index], header.values[index] or b""
            if field.vr == "US":
                made.append(int.from_bytes(data[:2], "big" if header.big_endian else "little"))
            elif field.vr == "FD":
                text = "\\".join(map(repr, values.numbers("FD", data, big_endian=header.big_endian)))
                made.append(text)
            else:
                key = field.vr, data, charset
                if key not in texts:
                    texts[key] = "\\".join(values.texts(*key))
                made.append(texts[key])
        return Shared(*made, header.syntax.decode("latin-1"), header.big_endian, header.directory)  # type: ignore[arg-type,call-arg] # in the order of FIELDS
