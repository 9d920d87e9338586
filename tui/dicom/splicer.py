"""Which bytes a change replaces: elements are encoded anew, sequences and items added where the path needs them."""

from tui.dicom import element_bytes
from tui.dicom.attributes import SPECIFIC_CHARACTER_SET
from tui.dicom.change import Action, Change
from tui.dicom.dataset_bytes import DatasetBytes
from tui.dicom.dictionary import Entry, lookup, lookup_private
from tui.dicom.element import META_GROUP, UNDEFINED, tag_text
from tui.dicom.elements import Elements
from tui.dicom.encoding import Encoding
from tui.dicom.errors import EditError
from tui.dicom.new_values import encoded, parsed
from tui.dicom.spliced import Splice
from tui.dicom.values import BINARY_VRS, CHARSET_VRS, LEAST_PRIVATE
from tui.dicom.walker import PIXEL_REPRESENTATION
from tui.text import safe_text


class Splicer:
    """Tells which bytes of a dataset a change replaces, or refuses it."""

    def __init__(self, elements: Elements) -> None:
        self._bytes = DatasetBytes(elements)

    # --- which bytes are replaced

    def splices(self, change: Change) -> list[Splice]:
        """Return the bytes that a change replaces, in order."""
        around = -1  # the row of the item that the path leads into, so far
        for number, step in enumerate(change.path[:-1]):
            sequence = self._bytes.child(around, step.masked)
            if sequence is None or self._bytes.found[sequence].vr != "SQ":
                return self._with_sequence(change, number, around, sequence)
            items = self._bytes.items(sequence)
            wanted = step.item if step.item is not None else 0
            if step.item is None and len(items) > 1:
                raise EditError(f"{tag_text(step.masked)} has {len(items)} items: say which, such as [0]")
            if wanted == len(items) and change.action is Action.SET:
                return self._with_item(change, number, sequence)
            if wanted >= len(items):
                raise EditError(f"{tag_text(step.masked)} has no item {wanted}; it has {len(items)}, counted from 0")
            around = items[wanted]
        last = change.path[-1]
        index = self._bytes.child(around, last.masked)
        if change.action is Action.DELETE:
            return self._deletion(change, index)
        if last.item is not None:
            raise EditError(f"{change.written} is an item: set what lies in it, such as {change.written}.Keyword")
        if index is not None and self._bytes.is_double(index):
            raise EditError(f"{tag_text(last.masked)} stands there twice: delete both, then set it")
        self._check_charset(around, last.masked, change.text)
        if index is not None:
            self._check_creator(index, change.text)
            self._check_sign(index, change.text)
        data = self._new_element(around, index, change)
        return self._bytes.replaced(index, data) if index is not None else self._bytes.inserted(around, last.masked, data)

    def _deletion(self, change: Change, index: int | None) -> list[Splice]:
        if index is None:
            raise EditError(f"{change.written} is not in the file")
        tag, wanted = change.path[-1].masked, change.path[-1].item
        if wanted is None:
            self._check_charset(self._bytes.rows.parents[index], tag, "")
            self._check_block(index)
            self._check_sign(index, "")
        else:
            if self._bytes.found[index].vr != "SQ":
                raise EditError(f"{tag_text(tag)} is no sequence: it has no items")
            items = self._bytes.items(index)
            if wanted >= len(items):
                raise EditError(f"{change.written}: there are {len(items)} items, counted from 0")
            index = items[wanted]
        return self._bytes.replaced(index, b"")

    def _with_sequence(self, change: Change, number: int, around: int, sequence: int | None) -> list[Splice]:
        """Return what adds the sequence that step `number` names, with what lies in it."""
        step = change.path[number]
        if change.action is Action.DELETE:
            raise EditError(f"{change.written} is not in the file")
        if sequence is not None:
            raise EditError(f"{tag_text(step.masked)} is no sequence")
        if step.item:
            raise EditError(f"{tag_text(step.masked)} is not in the file: its first item is [0]")
        encoding = self._bytes.encoding(around)
        content = element_bytes.item(self._nested(change, number + 1, around), encoding)
        return self._bytes.inserted(around, step.masked, self._sequence(step.masked, content, encoding))

    def _with_item(self, change: Change, number: int, sequence: int) -> list[Splice]:
        """Return what adds an item to a sequence that is there."""
        content = self._nested(change, number + 1, sequence)
        data = element_bytes.item(content, self._bytes.encoding(sequence, inside=True))
        end = self._bytes.content_end(sequence)
        return self._bytes.lengthened(sequence, len(data), [Splice(end, end, data)])

    def _nested(self, change: Change, number: int, around: int) -> bytes:
        """Return the content of a new item: the element, or the sequence that step `number` names."""
        encoding = self._bytes.encoding(around, inside=around >= 0)
        if number == len(change.path) - 1:
            return self._new_element(around, None, change)
        step = change.path[number]
        if step.item:
            raise EditError(f"{tag_text(step.masked)} is not in the file: its first item is [0]")
        return self._sequence(step.masked, element_bytes.item(self._nested(change, number + 1, around), encoding), encoding)

    @staticmethod
    def _sequence(tag: int, content: bytes, encoding: Encoding) -> bytes:
        entry = lookup(tag)
        if entry is not None and entry.vr != "SQ":
            raise EditError(f"{entry.keyword} is no sequence")
        return element_bytes.sequence(tag, content, encoding)

    # --- new elements

    def _new_element(self, around: int, index: int | None, change: Change) -> bytes:
        tag = change.path[-1].masked
        element = self._bytes.found[index] if index is not None else None
        entry, vr = self._entry(around, tag), change.vr
        if element is not None and not vr:
            vr = element.vr
        if not vr or vr == "UN":
            vr = self._dictionary_vr(tag, entry)
        elif change.vr and entry is not None and entry.vr != "UN" and vr not in entry.vr.split(" or "):
            raise EditError(f"{entry.name} has VR {entry.vr}, not {vr}")
        encoding = self._bytes.encoding(around, inside=around >= 0)
        if tag >> 16 == META_GROUP and around < 0:
            encoding = self._bytes.elements.meta_encoding
        if vr == "SQ":
            if change.text:
                raise EditError(f"{change.written} is a sequence: set what lies in it, such as {change.written}[0].Keyword")
            return self._sequence(tag, b"", encoding)
        found = parsed(vr, change.text, entry.vm if entry is not None else "")
        charset = self._bytes.rows.around.charset_in(around) if tag != SPECIFIC_CHARACTER_SET else ()
        return encoded(tag, vr, found, encoding, charset)

    def _entry(self, around: int, tag: int) -> Entry | None:
        group, number = tag >> 16, tag & 0xFFFF
        if not group & 1 or number < LEAST_PRIVATE:
            return lookup(tag)
        creator = self._bytes.rows.around.creator_of(around, tag)
        if not creator:
            block = tag_text(group << 16 | number >> 8)
            raise EditError(f"{tag_text(tag)} lies in a private block that nobody has: set its creator first, {block}=NAME")
        return lookup_private(creator, tag)

    def _dictionary_vr(self, tag: int, entry: Entry | None) -> str:
        if entry is None and tag >> 16 & 1 and tag & 0xFFFF < LEAST_PRIVATE:
            return "LO"
        if entry is None or entry.vr == "UN":
            raise EditError(f"{tag_text(tag)} is not known: say its VR, such as {tag_text(tag)}:LO=VALUE")
        if entry.vr[:2] in BINARY_VRS:
            raise EditError(f"values of VR {entry.vr} are bytes: they can be deleted, not written as text")
        if len(entry.vr) > 2:
            raise EditError(
                f"{entry.keyword} may have VR {entry.vr}: say which, such as {entry.keyword}:{entry.vr[:2]}=VALUE"
            )
        return entry.vr

    def _check_charset(self, around: int, tag: int, text: str) -> None:
        """Refuse another character set where texts would change their meaning with it, and unknown ones."""
        if tag != SPECIFIC_CHARACTER_SET:
            return
        from pydicom.charset import python_encoding

        terms = [term.strip() for term in text.split("\\")]
        if unknown := [term for term in terms if term not in python_encoding]:
            raise EditError(f"{safe_text(unknown[0])} is no character set of the standard, such as ISO_IR 192")
        now = "\\".join(self._bytes.rows.around.charset_in(around))
        if text == now:
            return
        source, found = self._bytes.elements.source, self._bytes.found
        for element in found[around + 1 : self._bytes.elements.after(around)] if around >= 0 else found:
            if element.vr in CHARSET_VRS and element.length not in (0, UNDEFINED):
                data = source.read(element.offset, element.length)
                if not data.isascii() or b"\x1b" in data:
                    where = tag_text(element.tag)
                    raise EditError(f"{where} holds more than ASCII: in another character set it would say something else")

    def _check_creator(self, index: int, text: str) -> None:
        """Refuse another creator for a private block that has elements."""
        if self._bytes.rows.line(index) != text:
            self._check_block(index)

    def _check_sign(self, index: int, text: str) -> None:
        """Refuse to change what decides on the VR of elements in implicit VR (PS3.3 C.7.6.3.1)."""
        element = self._bytes.found[index]
        if element.tag != PIXEL_REPRESENTATION or text == self._bytes.rows.line(index):
            return
        if not self._bytes.elements.encoding_at(element).implicit:
            return
        for other in self._bytes.found:
            entry = lookup(other.tag)
            if entry is not None and " or SS" in entry.vr and other.length:
                raise EditError(f"in implicit VR it decides what the value of {entry.keyword} is: delete that first")

    def _check_block(self, index: int) -> None:
        """Refuse to delete the creator of a private block that still has elements: nobody would know what they are."""
        rows, tag = self._bytes.rows, self._bytes.found[index].tag
        group, number = tag >> 16, tag & 0xFFFF
        if not group & 1 or not 0x10 <= number <= 0xFF:
            return
        around = rows.parents[index]
        held = sum(
            element.tag >> 8 == group << 8 | number and rows.parents[at] == around
            for at, element in enumerate(self._bytes.found)
        )
        if held:
            raise EditError(
                f"{held} element{'s' * (held != 1)} of its private block would have no creator: delete them first"
            )
