"""What became of one file of a batch."""

from dataclasses import dataclass, field, fields
from typing import Any, Final


@dataclass(frozen=True)
class Outcome:
    """What became of one file; it holds no value of it.

    Parameters
    ----------
    written : str
        The path of the result below the output folder; "" where it was refused.
    rule, reason : str
        Why it was refused: the rule that counts are kept by, and a sentence.
    actions : dict
        How many attributes each action was for.
    warnings : tuple of str
        What a person should look at.
    read_bytes : int
        The size of the file.
    mapping : tuple of (str, str, str)
        Kind, original and new value, where a mapping table is wanted.
    taken : str
        The path that its result would have had, where exactly that is there already.
    boxed : bool
        Whether boxes were blackened.
    """

    written: str = ""
    rule: str = ""
    reason: str = ""
    actions: dict[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    read_bytes: int = 0
    mapping: tuple[tuple[str, str, str], ...] = ()
    taken: str = ""
    boxed: bool = False


EXISTS: Final = "its result exists"
NOT_DICOM: Final = "no DICOM file"
REFUSED_AS_NO_DICOM: Final = Outcome(rule=NOT_DICOM, reason="it is no DICOM file")


def outcome_of(said: dict[str, Any]) -> Outcome:
    """Return the outcome that a message or a state holds."""
    known = {item.name: said[item.name] for item in fields(Outcome) if item.name in said}
    mapping = tuple((kind, original, new) for kind, original, new in said.get("mapping", ()))
    return Outcome(**(known | {"warnings": tuple(said["warnings"]), "mapping": mapping}))
