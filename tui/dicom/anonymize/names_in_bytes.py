"""Identifiers where bytes are expected: nobody knows what else stands there, so that the file is refused."""

from collections.abc import Iterable, Iterator
from typing import Final

from tui.dicom.anonymize.dataset import Dataset
from tui.dicom.anonymize.identifiers import Identifiers
from tui.dicom.element import UNDEFINED, tag_text
from tui.dicom.errors import RefusedError

LEAST_IN_BYTES: Final = 4  # characters: what is not longer is met by chance
_LATIN_END: Final = 0x100


def refuse_names_in_bytes(dataset: Dataset, rows: Iterable[int], identifiers: Identifiers) -> None:
    """Refuse a dataset of which one of the values of bytes or numbers in `rows` spells an identifier.

    Raises
    ------
    RefusedError
        It is; the sentence names the attribute.
    """
    elements = [dataset.found[row] for row in rows]
    held = [(element.tag, dataset.data(element).lower()) for element in elements if element.length != UNDEFINED]
    longest = max((len(data) for _, data in held), default=0)
    texts = {text for text in (*identifiers.anywhere, *identifiers.raw) if LEAST_IN_BYTES < len(text) <= longest}
    joined = b"\xff".join(data for _, data in held)
    for text in texts:
        for needle in _spelled(text, longest):
            if needle in joined:
                where = next((tag_text(tag) for tag, data in held if needle in data), "a value")
                raise RefusedError("an identifier in bytes", f"{where} holds, among its bytes, what names somebody")


def _spelled(text: str, longest: int) -> Iterator[bytes]:
    """Yield a text, in lower case, in the encodings that bytes may hold it in, where there are as many bytes."""
    encodings = ["utf-8", *(("utf-16-le", "utf-16-be") if 2 * len(text) <= longest else ())]
    if not text.isascii() and max(map(ord, text)) < _LATIN_END:
        encodings.append("latin-1")
    yield from (text.encode(encoding, "surrogatepass").lower() for encoding in encodings)
