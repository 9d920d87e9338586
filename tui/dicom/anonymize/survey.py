"""What would be anonymized: which files there are, and in which of them text may be burned in, by device."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tui.dicom.anonymize.boxes import Device, device_of
from tui.dicom.anonymize.inputs import found_files
from tui.dicom.anonymize.risks import risks_of
from tui.dicom.attributes import Attributes
from tui.dicom.elements import walk_file
from tui.dicom.errors import NotDicomError, ReadError
from tui.dicom.job import Step
from tui.dicom.library.scan import GIVE_WAY_S

_TELL_EVERY: Final = 25


@dataclass(frozen=True, slots=True)
class Risky:
    """Files of one device whose pixels may hold text: why, and which."""

    device: Device
    reasons: tuple[str, ...]
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found so far.

    Parameters
    ----------
    files : tuple of str
        The DICOM files among those looked at.
    looked_at, total : int
        How many of how many files were looked at; `total` 0 while they are still being found.
    risky : tuple of Risky
        What waits for a decision, by device.
    """

    files: tuple[str, ...] = ()
    looked_at: int = 0
    total: int = 0
    risky: tuple[Risky, ...] = ()

    @property
    def complete(self) -> bool:
        """Return whether all was looked at."""
        return self.looked_at == self.total > 0


def survey(paths: Sequence[str]) -> Iterator[Survey]:
    """Look at all files in and below `paths`; yield what was found so far, at last all."""
    waiting: list[str] = []
    for found in found_files(paths):
        if isinstance(found, Step):
            yield Survey(looked_at=0, total=0)
        else:
            waiting.append(found)
    files, groups = list[str](), dict[tuple[Device, tuple[str, ...]], list[str]]()
    for count, path in enumerate(waiting, 1):
        try:
            top = Attributes.of(walk_file(path))
        except NotDicomError:
            top = None
        except ReadError:  # which the batch tells of
            files.append(path)
            top = None
        if top is not None:
            files.append(path)
            if reasons := risks_of(top).burned_in:
                groups.setdefault((device_of(top), reasons), []).append(path)
        if count % _TELL_EVERY == 0 or count == len(waiting):
            time.sleep(GIVE_WAY_S)
            risky = tuple(Risky(device, reasons, tuple(members)) for (device, reasons), members in groups.items())
            yield Survey(tuple(files), count, len(waiting), risky)
