"""What is wrong with the slices of a series: gaps, and what should be the same in all of them (PS3.3 C.7.6.2)."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import Final

from tui.dicom.dictionary import uid_name
from tui.dicom.library.findings import Finding, Level, finding, many, stretches
from tui.dicom.library.instances import Instance
from tui.dicom.library.stacks import REPEATED, Stack, integer_of, plain_number

_LEAST_SLICES: Final = 3  # for a distance to be the usual one
_UNEVEN: Final = 0.02  # of the usual distance between slices
_LEAST_UNEVEN_MM: Final = 0.02
_GAP: Final = 1.5  # times the usual distance
_MOST_SAID: Final = 3  # values
_PLANES: Final = ("axial", "coronal", "sagittal")


def slice_findings(instances: Sequence[Instance], stacks: Sequence[Stack]) -> Iterator[Finding]:
    """Yield what is wrong with the slices of a series: its files, and its stacks of them."""
    for stack in stacks:
        if stack.key != REPEATED and not _is_part(stack, stacks):
            yield from _spacing(stack, named=len(stacks) > 1)
    images = [instance for instance in instances if not _is_localizer(instance)]
    for code, words, value_of in _SAME:
        yield from _mixed(code, words, value_of, images)
    yield from _orientations(stacks)
    yield from _numbers(instances)


def _is_part(stack: Stack, stacks: Sequence[Stack]) -> bool:
    """Return whether all places of a stack are places of a larger one: some of its slices were acquired again."""
    places = {place for place in stack.places_mm if place is not None}
    larger = (other for other in stacks if len(other.members) > len(stack.members))
    return any(places <= set(other.places_mm) for other in larger)


def _is_localizer(instance: Instance) -> bool:
    return "LOCALIZER" in instance.shared.image_type.upper().split("\\")


def _spacing(stack: Stack, *, named: bool) -> Iterator[Finding]:
    """Yield gaps and uneven distances along the normal (PS3.3 C.7.6.2.1.1)."""
    slices = [(place, instance) for place, instance in zip(stack.places_mm, stack.members, strict=True) if place is not None]
    places = [place for place, _ in slices]
    if len(places) < _LEAST_SLICES or _is_localizer(stack.members[0]):
        return
    steps = [after - before for before, after in pairwise(places)]
    usual = median(steps)
    if usual <= 0:
        return
    where = f" of {stack.label}" if named and stack.label else ""
    gaps = [at for at, step in enumerate(steps) if step >= _GAP * usual]
    missing = sum(round(steps[at] / usual) - 1 for at in gaps)
    if gaps:
        first = gaps[0]
        numbers = " and ".join(_called(*slices[at]) for at in (first, first + 1))
        sentence = (
            f"{many(len(gaps), 'gap')} along the normal{where}, of {many(missing, 'slice')}: the first between {numbers}, "
            f"{steps[first]:.2f} mm where others are {usual:.2f} mm apart"
        )
        yield finding(Level.ERROR, "gap", sentence, [slices[at][1] for at in gaps])
    allowed = max(_UNEVEN * usual, _LEAST_UNEVEN_MM)
    uneven = [at for at, step in enumerate(steps) if abs(step - usual) > allowed and at not in set(gaps)]
    if uneven:
        others = [steps[at] for at in uneven]
        sentence = (
            f"uneven spacing along the normal{where}: {min(others):.2f} to {max(others):.2f} mm where others are "
            f"{usual:.2f} mm apart, {many(len(uneven), 'time')}"
        )
        yield finding(Level.NOTE, "uneven", sentence, [slices[at][1] for at in uneven])


def _called(place: float, instance: Instance) -> str:
    return f"image {instance.number}" if instance.number else f"the slice at {place:.2f} mm"


_SAME: Final[tuple[tuple[str, str, Callable[[Instance], str]], ...]] = (  # what all images of a series should share
    ("spacing", "pixel spacings", lambda instance: plain_number(instance.shared.spacing)),
    ("thickness", "slice thicknesses", lambda instance: plain_number(instance.shared.thickness)),
    ("kernel", "kernels", lambda instance: instance.shared.kernel),
    ("syntax", "transfer syntaxes", lambda instance: uid_name(instance.shared.syntax) or instance.shared.syntax),
    ("class", "SOP classes", lambda instance: uid_name(instance.shared.sop_class) or instance.shared.sop_class),
    ("modality", "modalities", lambda instance: instance.shared.modality),
    ("frame-of-reference", "frames of reference", lambda instance: instance.shared.frame_of_reference),
)


def _mixed(code: str, words: str, value_of: Callable[[Instance], str], images: Sequence[Instance]) -> Iterator[Finding]:
    counts = Counter(map(value_of, images))
    if len(counts) <= 1:
        return
    common = counts.most_common(_MOST_SAID)
    named = code != "frame-of-reference"  # UIDs say nothing
    said = ", ".join(f"{value or 'none'} ({count:,})" if named else f"{count:,}" for value, count in common)
    more = ", ..." if len(counts) > len(common) else ""
    others = [instance for instance in images if value_of(instance) != common[0][0]]
    level = Level.ERROR if code == "modality" else Level.NOTE
    yield finding(level, f"mixed-{code}", f"{len(counts):,} {words}: {said}{more}", others)


def _orientations(stacks: Sequence[Stack]) -> Iterator[Finding]:
    """Yield whether slices of a series lie in several directions, localizers left out."""
    ways = [stack for stack in stacks if not _is_localizer(stack.members[0]) and stack.places_mm[0] is not None]
    planes = {plane for plane in _PLANES for stack in ways if plane in stack.label}
    if len(ways) > 1 and planes:  # which is said where stacks differ in it
        said = ", ".join(f"{stack.label} ({len(stack.members):,})" for stack in ways[:_MOST_SAID])
        more = ", ..." if len(ways) > _MOST_SAID else ""
        yield finding(
            Level.NOTE, "mixed-orientation", f"several orientations: {said}{more}", [stack.members[0] for stack in ways]
        )


def _numbers(instances: Sequence[Instance]) -> Iterator[Finding]:
    """Yield what is wrong with instance numbers: they are those of images, 1 to n or some other stretch."""
    numbers = Counter(number for instance in instances if (number := integer_of(instance.number)) is not None)
    without = [instance for instance in instances if integer_of(instance.number) is None]
    if without and len(instances) > 1:
        yield finding(Level.NOTE, "no-number", f"{many(len(without), 'file')} without an instance number", without)
    twice = {number for number, count in numbers.items() if count > 1}
    if twice:
        said = stretches(sorted(twice))
        these = [instance for instance in instances if integer_of(instance.number) in twice]
        yield finding(
            Level.NOTE, "repeated-number", f"{many(len(twice), 'instance number')} met more than once: {said}", these
        )
    if len(numbers) > 1:
        missing = max(numbers) - min(numbers) + 1 - len(numbers)
        if 0 < missing <= len(numbers):  # where more are missing than there, numbers are no count
            gone = sorted(set(range(min(numbers), max(numbers))) - numbers.keys())
            yield finding(Level.NOTE, "missing-number", f"{many(missing, 'instance number')} missing: {stretches(gone)}")
