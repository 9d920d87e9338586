"""The plan of one file: every change as a value, before anything is made. Preview, dry run and report are the plan.

A file that no plan can be trusted for is refused, by name.
"""

from dataclasses import dataclass
from typing import Final

from tui.dicom.anonymize.boxes import Box, Boxes, device_of
from tui.dicom.anonymize.dataset import Dataset
from tui.dicom.anonymize.decisions import Decisions
from tui.dicom.anonymize.file_parts import file_rows
from tui.dicom.anonymize.identifiers import Identifiers
from tui.dicom.anonymize.marks import MARKS, mark_rows, name_of, rule_rows, text_before
from tui.dicom.anonymize.pixel_data import plan_pixels
from tui.dicom.anonymize.pixel_work import EXTENDED_OFFSETS, PixelWork
from tui.dicom.anonymize.plan_rows import Action, PlanRow
from tui.dicom.anonymize.planner import Planner
from tui.dicom.anonymize.policy import CLEAN_PIXELS, Code, OnBurnedIn, Policy
from tui.dicom.anonymize.project import Patient, Project
from tui.dicom.anonymize.refusals import SOP_INSTANCE, refuse_damaged, refuse_kinds
from tui.dicom.anonymize.risks import Risks, risks_of
from tui.dicom.attributes import Attributes
from tui.dicom.dictionary import uid_name
from tui.dicom.element import PIXEL_DATA, tag_text
from tui.dicom.element_bytes import padded
from tui.dicom.elements import EXPLICIT, Elements
from tui.dicom.encoding import (
    EXPLICIT_BIG,
    EXPLICIT_LITTLE,
    GE_PRIVATE_BIG_PIXELS,
    IMPLICIT_LITTLE,
    Encoding,
    encoding_of,
    is_encapsulated,
)
from tui.dicom.errors import RefusedError
from tui.text import safe_text

_STUDY, _SERIES = 0x0020000D, 0x0020000E
_PHOTOMETRIC, _PLANAR, _SAMPLES, _BITS_ALLOCATED = 0x00280004, 0x00280006, 0x00280002, 0x00280100
_SYNTAX_OF: Final = {
    Encoding(implicit=True, big_endian=False): IMPLICIT_LITTLE,
    EXPLICIT: EXPLICIT_LITTLE,
    Encoding(implicit=False, big_endian=True): EXPLICIT_BIG,
}
NO_BOXES: Final[Boxes] = {}


@dataclass(frozen=True)
class Plan:
    """What happens to one file.

    Parameters
    ----------
    dataset : Dataset
        The file.
    rows : tuple of PlanRow
        Every decision; those that change something are exactly what differs in the result.
    pixels : PixelWork or None
        What is written in the place of the pixel data; None where it stays.
    transfer_syntax : str
        Of the result.
    study, series, instance : str
        UIDs of the result.
    identifiers : Identifiers
        What must not be in the result.
    original_uids : frozenset of str
        The same: UIDs that were replaced.
    kept_private : frozenset of int
        Private attributes that stay.
    binary : tuple of int
        Which elements are bytes that stay.
    boxes : tuple of Box
        What is blackened.
    risks : Risks
        What the pixels may show.
    patient : Patient
        Whom the file is of.
    pseudonym : str
        What stands for them.
    codes : tuple of Code
        What DeidentificationMethodCodeSequence says.
    """

    dataset: Dataset
    rows: tuple[PlanRow, ...]
    pixels: PixelWork | None
    transfer_syntax: str
    study: str
    series: str
    instance: str
    identifiers: Identifiers
    original_uids: frozenset[str]
    kept_private: frozenset[int]
    binary: tuple[int, ...]
    boxes: tuple[Box, ...]
    risks: Risks
    patient: Patient
    pseudonym: str
    codes: tuple[Code, ...]

    @property
    def elements(self) -> Elements:
        """Return the walked file."""
        return self.dataset.elements

    @property
    def changes(self) -> list[PlanRow]:
        """Return the rows that change something."""
        return [row for row in self.rows if row.changes]


def plan(
    dataset: Elements, policy: Policy, project: Project, *, boxes: Boxes = NO_BOXES, decisions: Decisions | None = None
) -> Plan:
    """Return everything that anonymizing a file changes; it changes nothing itself.

    Parameters
    ----------
    dataset : Elements
        The walked file.
    policy : Policy
        Options and rules.
    project : Project
        The key.
    boxes : mapping
        What is blackened, by device.
    decisions : Decisions, optional
        Those of the policy, where many files are planned.

    Raises
    ------
    RefusedError
        The file is not anonymized; the sentence says why, and holds no value of it.
    ReadError
        It cannot be read.
    """
    rows_of = Dataset(dataset)
    top = rows_of.top
    end = refuse_damaged(dataset)
    sop_class = refuse_kinds(top)
    planner = Planner(rows_of, decisions or Decisions(policy), project, sop_class)
    planner.plan()
    if project.lookup is not None and planner.learned.identifiers.found_in(planner.pseudonym):
        raise RefusedError("not in the lookup table", "its pseudonym in the lookup table says who it is")
    risks = risks_of(top)
    chosen = boxes.get(device_of(top), ()) if policy.on_burned_in is OnBurnedIn.BOX else ()
    if risks.burned_in and not chosen:
        _refuse_undecided(policy, risks)
    pixels = plan_pixels(top, chosen)
    syntax = _syntax(dataset, top, pixels)
    taken = {*MARKS, *EXTENDED_OFFSETS, *(rule.masked for rule in policy.settings)}
    rows = [row for row in planner.rows if row.tag not in taken or row.nested]
    mapped = {row.tag: row.data for row in rows if row.data is not None and not row.nested}
    study, series, instance = (_uid(top, mapped, tag) for tag in (_STUDY, _SERIES, SOP_INSTANCE))
    codes = (*policy.codes, *([CLEAN_PIXELS] if chosen else []))
    rows += rule_rows(top, policy)
    rows += mark_rows(top, policy, codes, planner.learned.identifiers, boxed=bool(chosen))
    rows += _pixel_rows(top, pixels)
    rows += file_rows(dataset, sop_class, instance, syntax, end)
    return Plan(
        dataset=rows_of, rows=tuple(rows), pixels=pixels, transfer_syntax=syntax, study=study, series=series,
        instance=instance, identifiers=planner.learned.identifiers, original_uids=frozenset(planner.learned.uids),
        kept_private=frozenset(planner.kept_private), binary=tuple(planner.binary), boxes=chosen, risks=risks,
        patient=planner.patient, pseudonym=planner.pseudonym, codes=codes,
    )  # fmt: skip


def _refuse_undecided(policy: Policy, risks: Risks) -> None:
    """Refuse a file whose pixels may hold text, where nobody decided otherwise."""
    if policy.on_burned_in is OnBurnedIn.KEEP:
        return
    why = "; ".join(risks.burned_in)
    missing = policy.on_burned_in is OnBurnedIn.BOX
    hint = "no boxes are drawn for its device" if missing else "--on-burned-in keep or box decides otherwise"
    raise RefusedError("burned-in text", f"text may be burned into its pixels ({safe_text(why)}); {hint}")


def _syntax(dataset: Elements, top: Attributes, pixels: PixelWork | None) -> str:
    """Return the transfer syntax of the result: the same, but where pixels come out of their code streams."""
    said, really = dataset.transfer_syntax, dataset.encoding
    if pixels is not None and pixels.native:
        return EXPLICIT_LITTLE
    if not said or (encoding_of(said) != really and not is_encapsulated(said)):
        return _SYNTAX_OF[really]
    if is_encapsulated(said) and really != EXPLICIT:
        if PIXEL_DATA in top:
            raise RefusedError("parse error", "its dataset is not encoded as its transfer syntax says")
        return _SYNTAX_OF[really]
    if uid_name(said) is None and said != GE_PRIVATE_BIG_PIXELS:
        raise RefusedError("unknown transfer syntax", "its transfer syntax is not one of the standard")
    return said


def _uid(top: Attributes, mapped: dict[int, bytes], tag: int) -> str:
    data = mapped.get(tag)
    return data.decode("ascii").rstrip("\0") if data is not None else top.text(tag) or ""


def _pixel_rows(top: Attributes, pixels: PixelWork | None) -> list[PlanRow]:
    """Return the rows of the pixel data, and of the attributes that say how it is to be read."""
    if pixels is None:
        return []
    rows = [PlanRow(row.what, 0, "", "pixel data", "", Action.CLEAN, row.why, row.before, row.after) for row in pixels.rows]
    if pixels.remade:
        why = "frames have other places"
        gone = [tag for tag in EXTENDED_OFFSETS if tag in top]
        rows += [
            PlanRow(tag_text(tag), tag, "OV", name_of(tag), "", Action.REMOVE, why, "there", None, top.index[tag])
            for tag in gone
        ]
    if not pixels.native:
        return rows
    wanted = [(_PHOTOMETRIC, "CS", pixels.photometric), (_BITS_ALLOCATED, "US", str(pixels.bits_allocated))]
    if (top.integer(_SAMPLES) or 1) > 1:
        wanted.append((_PLANAR, "US", "0"))
    for tag, vr, text in wanted:
        number = top.integer(tag)
        before = text_before(top, tag) if vr == "CS" else None if number is None else str(number)
        if before != text:
            data = padded(text.encode(), vr) if vr == "CS" else int(text).to_bytes(2, "little")
            why = "pixels are written natively"
            rows.append(
                PlanRow(
                    tag_text(tag), tag, vr, name_of(tag), "", Action.SET, why, before, text, top.index.get(tag, -1), data
                )
            )
    return rows
