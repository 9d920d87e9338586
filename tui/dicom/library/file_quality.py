"""What is wrong with files, by what a scan knows of them; those of a series that show the same are told of together."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from tui.dicom.charset import unknown_terms
from tui.dicom.dictionary import lookup
from tui.dicom.element import tag_text
from tui.dicom.encoding import DEFLATED_EXPLICIT_LITTLE, NATIVE_SYNTAXES
from tui.dicom.iod_types import is_known, types_at_top
from tui.dicom.library.fields import FIELDS, OWN
from tui.dicom.library.findings import Finding, Level, finding, many
from tui.dicom.library.instances import Instance, Shared
from tui.dicom.library.stacks import frames_in
from tui.dicom.temporal import date_of

_TOMORROW: Final = timedelta(days=1)  # elsewhere it may be tomorrow
_OWN_FIELDS: Final = tuple(field for field in FIELDS if field.name in OWN)
_SHARED_FIELDS: Final = tuple(field for field in FIELDS if field.name not in OWN)


def file_findings(instances: Sequence[Instance], today: date) -> Iterator[Finding]:
    """Yield what is wrong with some files of a series."""
    yield from _lengths(instances)
    yield from _uids(instances)
    yield from _required(instances)
    yield from _texts(instances)
    yield from _dates(instances, today)


def pixel_bytes(instance: Instance) -> int:
    """Return how many bytes native pixel data takes that is as the header says; 0 where that is not known."""
    shared = instance.shared
    if shared.syntax not in NATIVE_SYNTAXES or not shared.rows:
        return 0
    samples = 2 if "422" in shared.photometric and shared.samples == 3 else max(1, shared.samples)
    return (shared.rows * shared.columns * samples * shared.bits_allocated * frames_in(instance) + 7) // 8


def _lengths(instances: Sequence[Instance]) -> Iterator[Finding]:
    """Yield files that end too early."""
    broken = [instance for instance in instances if instance.broken]
    if broken:
        yield finding(Level.ERROR, "broken", f"{many(len(broken), 'file')} cannot be read to the end", broken)
    short = [
        instance
        for instance in instances
        if not instance.broken
        and instance.shared.syntax != DEFLATED_EXPLICIT_LITTLE
        and instance.size < pixel_bytes(instance)
    ]
    if short:
        yield finding(
            Level.ERROR, "truncated", f"{many(len(short), 'file')} shorter than the pixels that the header describes", short
        )  # fmt: skip


# What the table takes for Type 1 that hangs on a condition: the content items of documents, frames, who made a picture
_CONDITIONAL: Final = frozenset(
    {
        0x00081199, 0x00280009, 0x0040A050, 0x0040A130, 0x0040A168, 0x0040A801, 0x30060024, 0x00700022, 0x00700023,
    }
)  # fmt: skip
_SECONDARY: Final = "1.2.840.10008.5.1.4.1.1.7"
_MODALITY: Final = 0x00080060


@lru_cache(256)
def required_of(sop_class: str) -> frozenset[int]:
    """Return the attributes of Type 1 at the top of an object of a SOP class; none of one that is not known."""
    if not is_known(sop_class):
        return frozenset()
    found = {tag for tag, kind in types_at_top(sop_class).items() if kind == "1"} - _CONDITIONAL
    return frozenset(found - {_MODALITY} if sop_class.startswith(_SECONDARY) else found)


def _uids(instances: Sequence[Instance]) -> Iterator[Finding]:
    """Yield files that have the UID of another one; whether they are copies is not known before they are read."""
    counts = Counter(instance.uid for instance in instances if instance.uid)
    again = [instance for instance in instances if counts[instance.uid] > 1]
    if again:
        uids = len({instance.uid for instance in again})
        sentence = f"{many(len(again), 'file')} with {many(uids, 'repeated SOP Instance UID')}"
        yield finding(Level.NOTE, "repeated-uids", sentence, again)


@lru_cache(4096)
def _missing(shared: Shared) -> tuple[int, ...]:
    """Return the Type 1 attributes of the IOD that a scan reads and that are missing or empty."""
    required = required_of(shared.sop_class)
    return tuple(field.tag for field in _SHARED_FIELDS if field.tag in required and not getattr(shared, field.name))


def _required(instances: Sequence[Instance]) -> Iterator[Finding]:
    """Yield which attributes of Type 1 are missing or empty (PS3.5 7.4)."""
    without: dict[int, list[Instance]] = {}
    for instance in instances:
        missing = _missing(instance.shared)
        for tag in missing:
            without.setdefault(tag, []).append(instance)
        required = required_of(instance.shared.sop_class)
        for field in _OWN_FIELDS:
            if field.tag in required and not getattr(instance, field.name):
                without.setdefault(field.tag, []).append(instance)
        if not instance.shared.sop_class:
            without.setdefault(0x00080016, []).append(instance)
    yield from missing_findings(without)


def missing_findings(without: Mapping[int, Sequence[Instance]]) -> Iterator[Finding]:
    """Yield which attributes of Type 1 are missing; those together that the same files lack."""
    together: dict[tuple[int, ...], list[int]] = {}
    for tag, instances in sorted(without.items()):
        together.setdefault(tuple(map(id, instances)), []).append(tag)
    for tags in together.values():
        instances = without[tags[0]]
        are = "is" if len(tags) == 1 else "are"
        sentence = f"{', '.join(map(_named, tags))}, of Type 1, {are} missing or empty in {many(len(instances), 'file')}"
        yield finding(Level.ERROR, "type-1", sentence, instances)


def _named(tag: int) -> str:
    entry = lookup(tag)
    return f"{entry.keyword} {tag_text(tag)}" if entry is not None else tag_text(tag)


def _texts(instances: Sequence[Instance]) -> Iterator[Finding]:
    """Yield texts that are not in the character set that their files name."""
    wrong = [instance for instance in instances if _has_unknown(instance.shared)]
    if wrong:
        said = wrong[0].shared.charset or "none, which is ASCII"
        sentence = f"texts of {many(len(wrong), 'file')} are not in the character set that is named ({said})"
        yield finding(Level.NOTE, "charset", sentence, wrong)
    unknown = [instance for instance in instances if unknown_terms(tuple(instance.shared.charset.split("\\")))]
    if unknown:
        said = unknown[0].shared.charset
        sentence = f"{many(len(unknown), 'file')} of a character set that the standard does not define: {said}"
        yield finding(Level.ERROR, "unknown-charset", sentence, unknown)


@lru_cache(4096)
def _has_unknown(shared: Shared) -> bool:
    return any("\ufffd" in text for text in shared if isinstance(text, str))


def _dates(instances: Sequence[Instance], today: date) -> Iterator[Finding]:
    """Yield dates in the future, and those that are none."""
    kinds = ("study_date", "series_date", "acquisition_date", "birth_date")
    late: list[Instance] = []
    odd: list[Instance] = []
    for instance in instances:
        said = [getattr(instance.shared, kind) for kind in kinds]
        days = [date_of(text) for text in said]
        if any(day is None and text for day, text in zip(days, said, strict=True)):
            odd.append(instance)
        known = [day for day in days if day is not None]
        birth, taken = days[3], [day for day in days[:3] if day is not None]
        if any(day > today + _TOMORROW for day in known) or (birth is not None and any(day < birth for day in taken)):
            late.append(instance)
    if late:
        yield finding(Level.NOTE, "date", f"dates of {many(len(late), 'file')} lie in the future, or before birth", late)
    if odd:
        yield finding(Level.NOTE, "odd-date", f"dates of {many(len(odd), 'file')} are none (YYYYMMDD)", odd)
