"""Text of the VRs that SpecificCharacterSet rules (PS3.5 6.1, PS3.3 C.12.1.1.2)."""

from functools import cache

from tui.dicom.errors import DicomError, ReadError, translated

# Defined terms without code extensions: one codec decodes them. Those with escapes go to pydicom's decoder.
_SINGLE = {
    "": "ascii",
    "ISO_IR 6": "ascii",
    "ISO_IR 100": "latin-1",
    "ISO_IR 101": "iso8859-2",
    "ISO_IR 109": "iso8859-3",
    "ISO_IR 110": "iso8859-4",
    "ISO_IR 126": "iso8859-7",
    "ISO_IR 127": "iso8859-6",
    "ISO_IR 138": "iso8859-8",
    "ISO_IR 144": "iso8859-5",
    "ISO_IR 148": "iso8859-9",
    "ISO_IR 203": "iso8859-15",
    "ISO_IR 166": "iso8859-11",
    "ISO_IR 13": "shift_jis",
    "ISO_IR 192": "utf-8",
    "GB18030": "gb18030",
    "GBK": "gbk",
}


@cache
def _pydicom_encodings(terms: tuple[str, ...]) -> tuple[str, ...]:
    from pydicom.charset import convert_encodings, python_encoding  # slow to import, and needed for few files

    if not set(terms) <= python_encoding.keys():  # pydicom takes what it does not know for the default repertoire
        raise ReadError("the character set is not known")
    with translated(ReadError, "the character set is not known"):
        return tuple(convert_encodings(list(terms)))


def unknown_terms(terms: tuple[str, ...]) -> str:
    """Return the first of the values of SpecificCharacterSet that the standard does not define; "" where all are known."""
    known = [term for term in terms if term not in _SINGLE]
    if not known:
        return ""
    try:
        _pydicom_encodings(tuple(terms))
    except DicomError:
        return known[0] or "an empty one"
    return ""


def decode_text(data: bytes, terms: tuple[str, ...], *, person_name: bool = False) -> str:
    r"""Decode text of VR LO, LT, PN, SH, ST, UC or UT.

    Parameters
    ----------
    data : bytes
        The value field, all values with their backslashes.
    terms : tuple of str
        The values of SpecificCharacterSet; empty for the default repertoire.
    person_name : bool
        Whether ``^`` and ``=`` end an escape as well (PN).

    Returns
    -------
    str
        What cannot be decoded becomes U+FFFD.
    """
    if data.isascii() and b"\x1b" not in data:
        return data.decode("ascii")
    codec = _SINGLE.get(terms[0] if terms else "") if len(terms) < 2 else None
    if codec is not None and b"\x1b" not in data:
        return data.decode(codec, "replace")
    try:
        encodings = _pydicom_encodings(terms or ("",))
        with translated(ReadError, "the text cannot be decoded"):
            return _pydicom_decode(data, encodings, person_name)
    except DicomError:
        return data.decode(codec or "ascii", "replace")


def _pydicom_decode(data: bytes, encodings: tuple[str, ...], person_name: bool) -> str:
    from pydicom.charset import decode_bytes

    # What returns to the first character set, besides the backslash: PS3.5 6.1.2.5.3.
    return decode_bytes(data, list(encodings), set(b"\\^=") if person_name else set(b"\\\t\n\f\r"))
