"""Patients, studies and series in words, as the sub-commands print them."""

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.cli import PROGRAM
from tui.dicom.errors import WriteError
from tui.dicom.library.scan import path_problem
from tui.dicom.library.studies import Patient, Series, Study
from tui.dicom.temporal import day
from tui.text import safe_text

if TYPE_CHECKING:
    from tui.dicom.library.index import Index


def missing(paths: Sequence[str]) -> str | None:
    """Return which of some paths is not there, in a sentence, or None."""
    gone = next((path for path in paths if not os.path.exists(path) and path_problem(path)), None)
    return None if gone is None else f"{gone}: there is no such file or folder"


def opened_index(path: str) -> "Index | None":
    """Open the index; where that is not possible, say so on stderr and return None."""
    from tui.dicom.library.index import Index  # SQLite is not imported where there is no index

    try:
        return Index(path)
    except WriteError as error:
        print(f"{PROGRAM}: {safe_text(str(error))}; it goes on without an index", file=sys.stderr)
        return None


def closed_index(index: "Index | None") -> None:
    """Keep what was learned, and say on stderr what is to be said of the index."""
    if index is not None:
        index.close()
        if index.word:
            print(f"{PROGRAM}: {safe_text(index.word)}", file=sys.stderr)


def name_of(patient: Patient) -> str:
    """Return the name of a patient, in its first component group."""
    return patient.shared.patient_name.split("=")[0] or "(no name)"


def patient_words(patient: Patient) -> str:
    """Return a patient in a few words; like all of these not safe to draw."""
    return "  ".join(filter(None, (name_of(patient), patient.shared.patient_id)))


def study_words(study: Study) -> str:
    """Return a study in a few words."""
    return "  ".join(
        filter(None, (day(study.shared.study_date), study.shared.study_description, "/".join(study.modalities)))
    )


def series_words(series: Series) -> str:
    """Return a series in a few words."""
    shared = series.shared
    return "  ".join(filter(None, (shared.series_number or "-", shared.modality, shared.series_description)))
