"""Values that stand for others and say nothing (action D of PS3.15 E.3): valid for their VR, never of the year 1."""

from typing import Final

from tui.dicom import values
from tui.dicom.anonymize.dates import DUMMY_DATE, DUMMY_TIME
from tui.dicom.element_bytes import header, item, padded, sequence, text_elements
from tui.dicom.encoding import Encoding

DUMMY_TEXT: Final = "ANONYMIZED"
_TEXTS: Final = {
    "AE": DUMMY_TEXT, "AS": "000Y", "CS": DUMMY_TEXT, "DA": DUMMY_DATE, "DS": "0", "DT": DUMMY_DATE + DUMMY_TIME, "IS": "0",
    "LO": DUMMY_TEXT, "LT": DUMMY_TEXT, "PN": DUMMY_TEXT, "SH": DUMMY_TEXT, "ST": DUMMY_TEXT, "TM": DUMMY_TIME,
    "UC": DUMMY_TEXT, "UR": f"urn:{DUMMY_TEXT.lower()}", "UT": DUMMY_TEXT,
}  # fmt: skip
_BYTES: Final = {"AT": 4, "OB": 2, "OW": 2, "OF": 4, "OL": 4, "OD": 8, "OV": 8, "UN": 2}

CONTENT_SEQUENCE: Final = 0x0040A730
GRAPHIC_ANNOTATIONS: Final = 0x00700001
_CODE: Final = ((0x00080100, "SH", "ANON"), (0x00080102, "SH", "99ANON"), (0x00080104, "LO", DUMMY_TEXT))
_COMMENT: Final = ((0x00080100, "SH", "121106"), (0x00080102, "SH", "DCM"), (0x00080104, "LO", "Comment"))


def dummy_text(vr: str) -> str | None:
    """Return the dummy of a character VR; None of others."""
    return _TEXTS.get(vr)


def dummy_value(vr: str) -> bytes:
    """Return a value field that says nothing, of any VR but SQ and UI."""
    text = _TEXTS.get(vr)
    if text is not None:
        return padded(text.encode("ascii"), vr)
    return bytes(values.NUMBERS[vr][1] if vr in values.NUMBERS else _BYTES[vr])


def dummy_sequence(tag: int, encoding: Encoding, layer: str, *, is_code: bool) -> bytes | None:
    """Return the items of a sequence that says nothing, valid where it stands; None where its own items are gone through.

    Parameters
    ----------
    tag : int
        The sequence.
    encoding : Encoding
        Of what lies in it.
    layer : str
        Of graphic annotations: the layer that they are drawn in (PS3.3 C.10.5).
    is_code : bool
        Whether its items are codes (PS3.3 8.8).
    """
    if is_code:
        return item(text_elements(_CODE, encoding), encoding)
    if tag == CONTENT_SEQUENCE:  # C.17.3: one text, for a report must hold something
        concept = sequence(0x0040A043, item(text_elements(_COMMENT, encoding), encoding), encoding)
        content = (
            text_elements(((0x0040A010, "CS", "CONTAINS"), (0x0040A040, "CS", "TEXT")), encoding)
            + concept
            + text_elements(((0x0040A160, "UT", DUMMY_TEXT),), encoding)
        )
        return item(content, encoding)
    if tag == GRAPHIC_ANNOTATIONS:  # C.10.5: a text object at the first pixel
        text = text_elements(((0x00700002, "CS", layer),), encoding)
        anchor = b"\0" * 8  # FL 0\0
        units = text_elements(((0x00700004, "CS", "PIXEL"), (0x00700006, "ST", DUMMY_TEXT)), encoding)
        place = header(0x00700014, "FL", len(anchor), encoding) + anchor
        seen = text_elements(((0x00700015, "CS", "N"),), encoding)
        return item(text + sequence(0x00700008, item(units + place + seen, encoding), encoding), encoding)
    return None
