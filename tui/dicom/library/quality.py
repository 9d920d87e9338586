"""What is wrong with series and studies, by what a scan knows of their files: a sentence each.

`check.py` looks into the files as well.
"""

from collections.abc import Callable
from datetime import date

from tui.dicom.library.file_quality import file_findings
from tui.dicom.library.findings import Finding, Level, finding, many
from tui.dicom.library.instances import Instance
from tui.dicom.library.slices import slice_findings
from tui.dicom.library.studies import Library, Series, Study

# --- series


def series_findings(series: Series, today: date | None = None) -> list[Finding]:
    """Return what is wrong with a series: its slices, what should be the same in all of them, and its files.

    Parameters
    ----------
    series : Series
        As far as it is known.
    today : date, optional
        For dates in the future.
    """
    instances = series.instances[:]
    found = [*slice_findings(instances, series.stacks), *file_findings(instances, today or date.today())]
    return sorted(found, key=lambda each: (-each.level, each.code))


# --- studies


def study_findings(study: Study, library: Library) -> list[Finding]:
    """Return what is wrong with a study as a whole: patients mixed in it, and UIDs that are missing."""
    found: list[Finding] = []
    others = library.patients_of.get(study.key, []) if study.uid else []
    if len(others) > 1:
        first = [
            next(patient.studies[study.uid].series[uid].instances[0] for uid in patient.studies[study.uid].series)
            for patient in others
        ]
        found.append(
            finding(
                Level.ERROR,
                "mixed-patients",
                f"files of {many(len(others), 'patient')} (by PatientID) are in this study",
                first,
            )
        )
    instances = (instance for series in list(study.series.values()) for instance in series.instances[:])
    every = list({id(instance.shared): instance.shared for instance in instances}.values())
    for name, words in (("patient_name", "names of the patient"), ("birth_date", "birth dates"), ("sex", "sexes")):
        values = {getattr(shared, name).rstrip("^ ").upper() for shared in every} - {""}
        if len(values) > 1:
            found.append(Finding(Level.ERROR, f"mixed-{name.replace('_', '-')}", f"{len(values)} {words} in one study"))
    if not study.uid:
        found.append(Finding(Level.ERROR, "no-study", "these files name no study"))
    return found


def repeated_findings(library: Library, same: Callable[[Instance, Instance], bool]) -> list[Finding]:
    """Return which SOP Instance UIDs are met more than once; `same` tells whether two files have the same content."""
    found = []
    for uid, instances in sorted(library.repeated.items()):
        differ = [other for other in instances[1:] if not same(instances[0], other)]
        if differ:
            sentence = f"{many(len(differ) + 1, 'file')} of different content have the SOP Instance UID {uid}"
            found.append(finding(Level.ERROR, "repeated-uid", sentence, [instances[0], *differ]))
        else:
            sentence = f"{many(len(instances), 'file')} are copies of each other (SOP Instance UID {uid})"
            found.append(finding(Level.NOTE, "copy", sentence, instances))
    return found
