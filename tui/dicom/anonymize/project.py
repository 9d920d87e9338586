"""The secret of one project: what makes new UIDs, pseudonyms and shifted dates the same in all its runs, and in no other."""

import base64
import csv
import hashlib
import hmac
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from tui.dicom.anonymize.uids import new_uid
from tui.dicom.errors import PolicyError, RefusedError, WriteError, os_reason
from tui.dicom.save import new_file, private_folder
from tui.text import safe_text

_KEY_FILE: Final = "key"
_KEY_BYTES: Final = 32
_FURTHEST_DAYS: Final = 3650
_LEAST_DAYS: Final = 30
_PSEUDONYM_BYTES: Final = 10
_LONGEST_PSEUDONYM: Final = 64  # LO, PS3.5 6.2
_CACHED: Final = 1 << 16


@dataclass(frozen=True)
class Project:
    """A key, and what follows from it.

    Parameters
    ----------
    key : bytes
        32 random bytes.
    folder : str
        Where it is kept; "" where it is forgotten after the run.
    lookup : mapping, optional
        PatientID to pseudonym, where a table gives them.
    """

    key: bytes = field(repr=False)
    folder: str = ""
    lookup: Mapping[str, str] | None = field(default=None, repr=False)

    _uids: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)  # seen before

    def uid(self, original: str) -> str:
        """Return the UID that stands for `original`."""
        found = self._uids.get(original)
        if found is None:
            if len(self._uids) >= _CACHED:
                self._uids.clear()
            found = self._uids[original] = new_uid(self.key, original)
        return found

    def pseudonym(self, patient: "Patient") -> str:
        """Return what stands for a patient's name and ID.

        Raises
        ------
        RefusedError
            There is a lookup table, and the patient is not in it.
        """
        if self.lookup is not None:
            found = self.lookup.get(patient.patient_id)
            if found is None:
                raise RefusedError("not in the lookup table", "its PatientID is not in the lookup table")
            return found
        digest = self._keyed(b"patient", patient.secret)[:_PSEUDONYM_BYTES]
        return f"ANON-{base64.b32encode(digest).decode()}"

    def shift_days(self, patient: "Patient") -> int:
        """Return by how many days a patient's dates are moved, always the same: 30 to 3,650 into the past."""
        number = int.from_bytes(self._keyed(b"days", patient.secret)[:8], "big")
        return -(_LEAST_DAYS + number % (_FURTHEST_DAYS - _LEAST_DAYS + 1))

    def digest(self, text: str) -> str:
        """Return a keyed digest: the same text has the same one, and without the key nobody finds out which text it was."""
        return self._keyed(b"digest", text).hex()[:32]

    def _keyed(self, purpose: bytes, text: str) -> bytes:
        return hmac.new(self.key, purpose + b"\0" + text.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()


@dataclass(frozen=True, slots=True)
class Patient:
    """Whom a file is of: PatientID and its issuer, or where there is no ID what else there is."""

    patient_id: str
    secret: str = field(repr=False)

    @classmethod
    def of(cls, patient_id: str, issuer: str, name: str, birth_date: str, study: str) -> "Patient":
        """Return the patient of a file; without ID and name, every study has its own."""
        if patient_id:
            return cls(patient_id, f"{patient_id}\0{issuer}")
        return cls("", f"\0{name}\0{birth_date}" if name else f"\0\0\0{study}")


def forgotten() -> Project:
    """Return a project whose key nobody keeps."""
    return Project(secrets.token_bytes(_KEY_BYTES))


def open_project(folder: str) -> Project:
    """Return the project of a folder; where there is none yet, it is made, readable by its owner only.

    Raises
    ------
    PolicyError
        The folder or its key cannot be read or made, or others can read it.
    """
    path = os.path.join(folder, _KEY_FILE)
    try:
        private_folder(os.path.abspath(folder))
        if not os.path.lexists(path):
            with new_file(path) as file:
                file.write(secrets.token_bytes(_KEY_BYTES).hex().encode() + b"\n")
    except WriteError as error:
        if not os.path.lexists(path):  # else another run made it meanwhile
            raise PolicyError(f"the project cannot be made: {error}", folder) from error
    try:
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NOFOLLOW | os.O_NONBLOCK)) as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read(4 * _KEY_BYTES).decode("ascii").strip()
        key = bytes.fromhex(text)
    except OSError as error:
        raise PolicyError(f"{safe_text(path)} cannot be read: {os_reason(error)}", path) from error
    except ValueError as error:
        raise PolicyError(f"{safe_text(path)} holds no key: 64 hexadecimal digits are expected", path) from error
    if not stat.S_ISREG(mode) or len(key) != _KEY_BYTES:
        raise PolicyError(f"{safe_text(path)} holds no key: 64 hexadecimal digits are expected", path)
    if mode & 0o077:
        raise PolicyError(f"others can read the key of the project: chmod 600 {safe_text(path)}", path)
    return Project(key, folder)


def read_lookup(path: str) -> dict[str, str]:
    """Read a table of pseudonyms: CSV with a heading, PatientID and pseudonym in the first two columns.

    Raises
    ------
    PolicyError
        It cannot be read, names a patient or a pseudonym twice, or a pseudonym is somebody's PatientID.
    """
    name, found = safe_text(os.path.basename(path)), dict[str, str]()
    with _csv_errors(path), open(path, newline="", encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    for number, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        original, pseudonym = (cell.strip() for cell in (*row, "", "")[:2])
        problem = (
            "no PatientID or no pseudonym" if not original or not pseudonym
            else "the same PatientID as another row" if original in found
            else "a pseudonym that is longer than 64 characters, or holds a backslash or control characters"
            if len(pseudonym) > _LONGEST_PSEUDONYM or "\\" in pseudonym or not pseudonym.isprintable()
            else ""
        )  # fmt: skip
        if problem:
            raise PolicyError(f"{name}, line {number}: {problem}", path)
        found[original] = pseudonym
    if not found:
        raise PolicyError(f"{name}: there are no rows; a heading, then PatientID and pseudonym, are expected", path)
    if len(set(found.values())) != len(found):
        raise PolicyError(f"{name}: one pseudonym stands for two patients", path)
    folded = {original.casefold() for original in found}
    if any(pseudonym.casefold() in folded for pseudonym in found.values()):
        raise PolicyError(f"{name}: one pseudonym is the PatientID of somebody", path)
    return found


@contextmanager
def _csv_errors(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PolicyError(f"{safe_text(path)} cannot be read: {os_reason(error)}", path) from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise PolicyError(f"{safe_text(os.path.basename(path))} is no CSV in UTF-8", path) from error
