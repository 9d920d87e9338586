"""Nothing that identifies somebody is left: searched for among the bytes of results, in every place, for every option."""

import itertools
import re
import zlib
from datetime import datetime
from pathlib import Path

import pydicom
import pytest
from pydicom import Dataset

from tests.dicom.anonymize.marked import (
    COMPRESSED,
    DEFLATED_FRAME,
    NATIVE,
    NESTING,
    Marked,
    marked_file,
)
from tui.dicom.anonymize.apply import Task, anonymize_file
from tui.dicom.anonymize.policy import SWITCHES, Dates, OnBurnedIn, Policy
from tui.dicom.anonymize.profile import Option, treatment_of
from tui.dicom.anonymize.project import Project
from tui.dicom.dictionary import lookup
from tui.dicom.newer_attributes import NEWER

pytestmark = pytest.mark.filterwarnings("ignore:.*:UserWarning:pydicom")
KEY = bytes(range(32))
OPTIONS = [switch.profile for switch in SWITCHES]
KEPT_BY_DATES = {Dates.KEEP: ("DA", "TM", "DT"), Dates.SHIFT: ("TM",), Dates.REMOVE: ()}


def anonymized(made: Marked, tmp_path: Path, policy: Policy) -> Path:
    """Anonymize a file; return the result."""
    output = tmp_path / "out"
    output.mkdir(exist_ok=True)
    before = made.path.read_bytes()
    outcome = anonymize_file(Task(policy, Project(KEY), str(output)), str(made.path))
    assert not outcome.rule, outcome
    assert made.path.read_bytes() == before
    return output / outcome.written


def searched(path: Path) -> bytes:
    """Return the bytes of a result, its path too, and its dataset inflated; in lower case."""
    data = path.read_bytes()
    meta = pydicom.dcmread(path, stop_before_pixels=True).file_meta
    if meta.TransferSyntaxUID == "1.2.840.10008.1.2.1.99":
        start = 144 + meta[0x00020000].value
        data += zlib.decompress(data[start:], -15)
    return (data + str(path).encode()).lower()


def stays(tag: int, policy: Policy) -> bool:
    """Return whether an option keeps an attribute as it is."""
    vr = (entry := lookup(tag)) and entry.vr[:2]
    treatment = treatment_of(tag)
    actions = treatment.options if treatment is not None else {}
    if any(actions.get(option) == "K" for option in policy.active):
        return True
    if vr == "UI" and Option.RETAIN_UIDS in policy.active and treatment is None:
        return True
    dated = treatment is None or any(
        option in actions for option in (Option.RETAIN_FULL_DATES, Option.RETAIN_MODIFIED_DATES)
    )
    return dated and vr in KEPT_BY_DATES[policy.dates]


def is_in(text: str, data: bytes) -> bool:
    """Return whether a marker is in bytes of lower case; of digits alone, not as a part of a longer number."""
    needle = text.lower().encode()
    if needle not in data:
        return False
    return not text.isdigit() or re.search(rb"(?<!\d)" + needle + rb"(?!\d)", data) is not None


def leaks(made: Marked, result: Path, policy: Policy) -> list[str]:
    """Return where what is left came from."""
    data = searched(result)
    left = [where for where, text in made.markers.items() if is_in(text, data)]
    if Option.RETAIN_UIDS in policy.active:
        left = [where for where in left if where not in ("instance", "study", "series")]
    left = [where for where in left if " in " not in where or not stays(int(where[-8:], 16), policy)]
    if policy.dates is Dates.SHIFT:
        left = [where for where in left if not where.endswith("private DA")]
    for (depth, tag), text in made.listed.items():
        if stays(tag, policy):
            continue
        if policy.dates is Dates.SHIFT and (entry := lookup(tag)) is not None and entry.vr in ("DA", "DT"):
            continue  # one date may be moved to where another was: compared in place, below
        if is_in(text, data):
            left.append(f"{depth} {tag:08x}")
    return left


def at_depth(dataset: Dataset, depth: int) -> Dataset:
    for tag in NESTING[:depth]:
        dataset = dataset[tag].value[0]
    return dataset


def kept_harmless(made: Marked, result: Path) -> float:
    """Return which part of the harmless attributes has its value still."""
    dataset = pydicom.dcmread(result)
    known = {
        (depth, tag): value
        for (depth, tag), value in made.harmless.items()
        if tag not in NEWER or not dataset.original_encoding[0]  # which pydicom cannot read in implicit VR
    }
    assert len(known) > 4000
    same = [_value(at_depth(dataset, depth), tag) == value for (depth, tag), value in known.items()]
    return same.count(True) / len(same)


def _value(dataset: Dataset, tag: int) -> object:
    if tag not in dataset:
        return None
    value = dataset[tag].value
    return str(value) if isinstance(value, str) or dataset[tag].VR in ("DS", "IS") else value


def kept_listed(made: Marked, result: Path, policy: Policy) -> list[str]:
    """Return which attributes an option should have kept, and did not."""
    dataset = pydicom.dcmread(result)
    return [
        f"{depth} {tag:08x}"
        for (depth, tag), text in made.listed.items()
        if stays(tag, policy) and text not in str(_value(at_depth(dataset, depth), tag))
    ]


def policy_of(*options: Option, dates: Dates = Dates.REMOVE) -> Policy:
    return Policy(frozenset(options), dates, on_burned_in=OnBurnedIn.KEEP)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("syntax", [*NATIVE, *COMPRESSED])
def test_nothing_is_left_in_any_transfer_syntax(tmp_path: Path, syntax: str, seed: int) -> None:
    made = marked_file(tmp_path / "in" / "JENKINS_JANE.dcm", seed, syntax)
    assert len(made.markers) + len(made.listed) > 2500
    result = anonymized(made, tmp_path, policy_of())
    assert leaks(made, result, policy_of()) == []
    if syntax != DEFLATED_FRAME:  # which pydicom does not read
        assert kept_harmless(made, result) >= 0.99


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Marked:
    return marked_file(tmp_path_factory.mktemp("marked") / "a.dcm", 4)


ALONE = [policy_of(option) for option in OPTIONS]
PAIRS = [policy_of(*pair) for pair in itertools.combinations(OPTIONS, 2)]
DATED = [policy_of(*options, dates=dates) for dates in (Dates.SHIFT, Dates.KEEP) for options in ((), OPTIONS)]


@pytest.mark.parametrize(
    "policy", [*ALONE, *PAIRS, *DATED, policy_of(*OPTIONS)],
    ids=lambda policy: f"{'+'.join(sorted(option.name for option in policy.options)) or 'none'}-{policy.dates}",
)  # fmt: skip
def test_nothing_is_left_for_any_option_and_what_it_keeps_is_there(marked: Marked, tmp_path: Path, policy: Policy) -> None:
    result = anonymized(marked, tmp_path, policy)
    assert leaks(marked, result, policy) == []
    assert kept_harmless(marked, result) >= 0.99
    assert kept_listed(marked, result, policy) == []


@pytest.mark.parametrize("options", [(), OPTIONS], ids=["none", "all"])
def test_dates_are_moved_in_place(marked: Marked, tmp_path: Path, options: tuple[Option, ...]) -> None:
    policy = policy_of(*options, dates=Dates.SHIFT)
    dataset = pydicom.dcmread(anonymized(marked, tmp_path, policy))
    moved = set()
    for (depth, tag), text in marked.listed.items():
        entry, level = lookup(tag), at_depth(dataset, depth)
        if entry is None or entry.vr not in ("DA", "DT") or stays(tag, policy) or tag not in level:
            continue
        value = str(level[tag].value)
        assert not value.startswith(text[:8]), f"{tag:08x}"
        treatment = treatment_of(tag)
        if treatment is None or Option.RETAIN_MODIFIED_DATES in treatment.options:
            before, after = (datetime.strptime(part[:8], "%Y%m%d") for part in (text, value))
            moved.add((after - before).days)
    assert len(moved) == 1
    assert -3650 <= moved.pop() <= -30
