"""Editing a dataset: changes that are kept in a list and undone, and a copy in which all else is byte for byte the same.

Nothing is written to the file that was opened. A change is a few spliced bytes: the element itself, the lengths of what it
lies in (PS3.5 7.5), and group lengths.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from tui.dicom.attributes import SPECIFIC_CHARACTER_SET
from tui.dicom.dictionary import Entry, lookup, lookup_private
from tui.dicom.element import ITEM, ITEM_END, META_GROUP, SEQUENCE_END, UNDEFINED, Element, tag_text
from tui.dicom.elements import Elements, walk_source
from tui.dicom.encoding import SHORT_VRS, Encoding
from tui.dicom.errors import EditError
from tui.dicom.new_values import encoded, parsed
from tui.dicom.spliced import Splice, SplicedSource
from tui.dicom.tags import TagRows
from tui.dicom.terms import Step
from tui.dicom.values import CHARSET_VRS, LEAST_PRIVATE

SOP_CLASS_UID: Final = 0x00080016
SOP_INSTANCE_UID: Final = 0x00080018
_META_TWINS: Final = {SOP_CLASS_UID: 0x00020002, SOP_INSTANCE_UID: 0x00020003}  # PS3.10 7.1
_LENGTH_BYTES: Final = 4
_SINGLE: Final = 0xFFFFFFFF


class Action(StrEnum):
    """What a change does."""

    SET = "set"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Change:
    r"""One change.

    Parameters
    ----------
    action : Action
        Whether a value is set (the element is added where it is not there), or an element or an item deleted.
    path : tuple of Step
        Which attribute, from the top on; what it lies in is added where it is not there.
    written : str
        The path as somebody wrote it.
    text : str
        The new value; several with backslashes between them.
    vr : str
        The VR of a new element that the dictionary does not settle.
    """

    action: Action
    path: tuple[Step, ...]
    written: str
    text: str = ""
    vr: str = ""

    @property
    def words(self) -> str:
        """Return it in words, as it would be written on the command line."""
        if self.action is Action.DELETE:
            return f"delete {self.written}"
        return f"{self.written}{f':{self.vr}' if self.vr else ''}={self.text}"


@dataclass(frozen=True)
class Draft:
    """A file with the changes that are to be made to a copy of it.

    Parameters
    ----------
    original : Elements
        The walked file.
    changes, undone : tuple of Change
        What was changed, and what was taken back since; the newest last.
    states : tuple of Elements
        The dataset after each change.
    """

    original: Elements
    changes: tuple[Change, ...] = ()
    undone: tuple[Change, ...] = ()
    states: tuple[Elements, ...] = ()

    @property
    def touched(self) -> list[int]:
        """Return the rows of the attributes that were set."""
        rows = (row_at(self.elements, change.path) for change in self.changes if change.action is Action.SET)
        return [row for row in rows if row is not None]

    @property
    def elements(self) -> Elements:
        """Return the dataset as it is now."""
        return self.states[-1] if self.states else self.original

    def changed(self, change: Change) -> "Draft":
        """Return the draft with another change.

        Raises
        ------
        EditError
            It is refused; a sentence says why.
        ReadError
            The file cannot be read, or was changed.
        """
        after = apply(self.elements, change)
        return replace(self, changes=(*self.changes, change), undone=(), states=(*self.states, after))

    def undo(self) -> "Draft":
        """Return the draft without its last change."""
        if not self.changes:
            return self
        undone = (*self.undone, self.changes[-1])
        return replace(self, changes=self.changes[:-1], undone=undone, states=self.states[:-1])

    def redo(self) -> "Draft":
        """Return the draft with the change that was taken back last."""
        if not self.undone:
            return self
        again = self.changed(self.undone[-1])
        return replace(again, undone=self.undone[:-1])


def apply(elements: Elements, change: Change, *, ours: bool = False) -> Elements:
    """Return a dataset with a change made to it; raise what `Draft.changed` does.

    Only with `ours` may the file meta information be changed.
    """
    if not ours:
        _refuse_what_is_ours(change)
    if elements.broken is not None:
        raise EditError("the file is damaged: its lengths could not be kept right")
    dataset = _Dataset(elements)
    splices = dataset.splices(change)
    twin = _META_TWINS.get(change.path[0].masked) if len(change.path) == 1 else None
    after = walk_source(SplicedSource(elements.source, splices))
    if twin is not None and change.action is Action.SET and twin in after.top:
        meta = Change(Action.SET, (Step(_SINGLE, twin, None),), tag_text(twin), change.text)
        after = walk_source(SplicedSource(after.source, _Dataset(after).splices(meta)))
    if after.broken is not None:
        raise EditError(f"the change would leave a damaged file: {after.broken.reason}")
    return after


class _Dataset:
    """Where the bytes of a walked dataset stand, and which of them a change replaces."""

    def __init__(self, elements: Elements) -> None:
        self._elements = elements
        self._found = elements.elements
        self._rows = TagRows(elements)

    # --- which bytes are replaced

    def splices(self, change: Change) -> list[Splice]:
        """Return the bytes that a change replaces, in order."""
        around = -1  # the row of the item that the path leads into, so far
        for number, step in enumerate(change.path[:-1]):
            sequence = self.child(around, step.masked)
            if sequence is None or self._found[sequence].vr != "SQ":
                return self._with_sequence(change, number, around, sequence)
            items = self.items(sequence)
            wanted = step.item if step.item is not None else 0
            if step.item is None and len(items) > 1:
                raise EditError(f"{tag_text(step.masked)} has {len(items)} items: say which, such as [0]")
            if wanted == len(items) and change.action is Action.SET:
                return self._with_item(change, number, sequence)
            if wanted >= len(items):
                raise EditError(f"{tag_text(step.masked)} has no item {wanted}; it has {len(items)}, counted from 0")
            around = items[wanted]
        last = change.path[-1]
        index = self.child(around, last.masked)
        if change.action is Action.DELETE:
            return self._deletion(change, index)
        self._check_charset(last.masked)
        data = self._new_element(around, index, change)
        return self._replaced(index, data) if index is not None else self._inserted(around, last.masked, data)

    def _deletion(self, change: Change, index: int | None) -> list[Splice]:
        if index is None:
            raise EditError(f"{change.written} is not in the file")
        wanted = change.path[-1].item
        if wanted is not None:
            items = self.items(index)
            if wanted >= len(items):
                raise EditError(f"{change.written}: there are {len(items)} items, counted from 0")
            index = items[wanted]
        return self._replaced(index, b"")

    def _with_sequence(self, change: Change, number: int, around: int, sequence: int | None) -> list[Splice]:
        """Return what adds the sequence that step `number` names, with what lies in it."""
        step = change.path[number]
        if change.action is Action.DELETE:
            raise EditError(f"{change.written} is not in the file")
        if sequence is not None:
            raise EditError(f"{tag_text(step.masked)} is no sequence")
        if step.item:
            raise EditError(f"{tag_text(step.masked)} is not in the file: its first item is [0]")
        encoding = self._encoding(around)
        content = _item(self._nested(change, number + 1, around), encoding)
        return self._inserted(around, step.masked, self._sequence(step.masked, content, encoding))

    def _with_item(self, change: Change, number: int, sequence: int) -> list[Splice]:
        """Return what adds an item to a sequence that is there."""
        content = self._nested(change, number + 1, sequence)
        data = _item(content, self._encoding(sequence, inside=True))
        end = self._content_end(sequence)
        return self._lengthened(sequence, len(data), [Splice(end, end, data)])

    def _nested(self, change: Change, number: int, around: int) -> bytes:
        """Return the content of a new item: the element, or the sequence that step `number` names."""
        encoding = self._encoding(around, inside=around >= 0)
        if number == len(change.path) - 1:
            return self._new_element(around, None, change)
        step = change.path[number]
        if step.item:
            raise EditError(f"{tag_text(step.masked)} is not in the file: its first item is [0]")
        return self._sequence(step.masked, _item(self._nested(change, number + 1, around), encoding), encoding)

    @staticmethod
    def _sequence(tag: int, content: bytes, encoding: Encoding) -> bytes:
        entry = lookup(tag)
        if entry is not None and entry.vr != "SQ":
            raise EditError(f"{entry.keyword} is no sequence")
        order = ">" if encoding.big_endian else "<"
        head = struct.pack(f"{order}HH", tag >> 16, tag & 0xFFFF)
        form = f"{order}I" if encoding.implicit else f"{order}2sHI"
        length = struct.pack(form, *(() if encoding.implicit else (b"SQ", 0)), len(content))
        return head + length + content

    # --- new elements

    def _new_element(self, around: int, index: int | None, change: Change) -> bytes:
        tag = change.path[-1].masked
        element = self._found[index] if index is not None else None
        entry, vr = self._entry(around, tag), change.vr
        if element is not None and not vr:
            vr = element.vr
        if not vr or vr == "UN":
            vr = self._dictionary_vr(tag, entry)
        encoding = self._encoding(around, inside=around >= 0)
        if tag >> 16 == META_GROUP and around < 0:
            encoding = self._elements.meta_encoding
        if vr == "SQ":
            if change.text:
                raise EditError(f"{change.written} is a sequence: set what lies in it, such as {change.written}[0].Keyword")
            return self._sequence(tag, b"", encoding)
        found = parsed(vr, change.text, entry.vm if entry is not None else "")
        charset = self._charset(around) if tag != SPECIFIC_CHARACTER_SET else ()
        return encoded(tag, vr, found, encoding, charset)

    def _entry(self, around: int, tag: int) -> Entry | None:
        group, number = tag >> 16, tag & 0xFFFF
        if not group & 1 or number < LEAST_PRIVATE:
            return lookup(tag)
        creators = self._rows.around.private_creators(around)
        creator = creators.get(group << 8 | number >> 8)
        if creator is None:
            block = tag_text(group << 16 | number >> 8)
            raise EditError(f"{tag_text(tag)} lies in a private block that nobody has: set its creator first, {block}=NAME")
        return lookup_private(creator, tag)

    def _dictionary_vr(self, tag: int, entry: Entry | None) -> str:
        if entry is None and tag >> 16 & 1 and tag & 0xFFFF < LEAST_PRIVATE:
            return "LO"
        if entry is None or entry.vr == "UN":
            raise EditError(f"{tag_text(tag)} is not known: say its VR, such as {tag_text(tag)}:LO=VALUE")
        if len(entry.vr) > 2:
            raise EditError(
                f"{entry.keyword} may have VR {entry.vr}: say which, such as {entry.keyword}:{entry.vr[:2]}=VALUE"
            )
        return entry.vr

    def _charset(self, around: int) -> tuple[str, ...]:
        """Return the character set in force in the dataset of the item in row `around`."""
        inside = next((at for at, parent in enumerate(self._rows.parents) if parent == around), None)
        return self._rows.around.charset(inside) if inside is not None else ()

    def _check_charset(self, tag: int) -> None:
        """Refuse another character set where texts would change their meaning with it."""
        if tag != SPECIFIC_CHARACTER_SET:
            return
        source = self._elements.source
        for element in self._found:
            if element.vr in CHARSET_VRS and element.length not in (0, UNDEFINED):
                data = source.read(element.offset, element.length)
                if not data.isascii() or b"\x1b" in data:
                    where = tag_text(element.tag)
                    raise EditError(f"{where} holds more than ASCII: in another character set it would say something else")

    # --- places

    def child(self, around: int, tag: int) -> int | None:
        """Return the row of an attribute in the item of row `around`, or at the top (-1); None where it is not there."""
        if around < 0:
            return self._elements.top.get(tag)
        return next((at for at in self._children(around) if self._found[at].tag == tag), None)

    def _children(self, around: int) -> Iterator[int]:
        at, end = (around + 1, self._elements.after(around)) if around >= 0 else (0, len(self._found))
        while at < end:
            yield at
            at = self._elements.after(at)

    def items(self, sequence: int) -> list[int]:
        """Return the rows of the items of a sequence."""
        return [at for at in self._children(sequence) if self._found[at].tag == ITEM]

    def _encoding(self, around: int, *, inside: bool = True) -> Encoding:
        """Return the encoding of what lies in row `around`; of the dataset itself at -1."""
        if around < 0:
            return self._elements.encoding
        element = self._found[around]
        where = element if inside else element._replace(offset=self._begin(around))
        return self._elements.encoding_at(where._replace(depth=max(1, where.depth)))

    def _begin(self, index: int) -> int:
        """Return where the header of row `index` begins: 8 bytes before its value, or 12 (PS3.5 7.1.2)."""
        element = self._found[index]
        if element.tag == ITEM:
            return element.offset - 8
        head = self._elements.source.read(element.offset - 12, 12)
        encoding = self._elements.encoding_at(element._replace(offset=element.offset - 12))
        if encoding.implicit:
            return element.offset - 8
        tag = struct.pack(">HH" if encoding.big_endian else "<HH", element.tag >> 16, element.tag & 0xFFFF)
        short = head[4:8] == tag and (head[8:10] in SHORT_VRS or head[:4] != tag)
        return element.offset - (8 if short else 12)

    def _content_end(self, index: int) -> int:
        """Return where the content of a sequence or an item ends, before its delimiter if it has one."""
        element = self._found[index]
        if element.length != UNDEFINED:
            return element.offset + element.length
        children = list(self._children(index))
        return self._end(children[-1]) if children else element.offset

    def _end(self, index: int) -> int:
        """Return where row `index` ends, with its delimiter; iterative, for nesting has no limit."""
        chain = [index]
        while self._found[chain[-1]].length == UNDEFINED:
            children = list(self._children(chain[-1]))
            if not children:
                break
            chain.append(children[-1])
        innermost = self._found[chain[-1]]
        at = innermost.offset + (innermost.length if innermost.length != UNDEFINED else 0)
        for row in reversed(chain):
            if self._found[row].length == UNDEFINED:
                at += 8 if self._is_delimiter(at, self._found[row]) else 0
        return at

    def _is_delimiter(self, at: int, element: Element) -> bool:
        wanted = ITEM_END if element.tag == ITEM else SEQUENCE_END
        data = self._elements.source.read(at, 4)
        return data in (struct.pack("<HH", wanted >> 16, wanted & 0xFFFF), struct.pack(">HH", wanted >> 16, wanted & 0xFFFF))

    # --- splices

    def _replaced(self, index: int, data: bytes) -> list[Splice]:
        begin, end = self._begin(index), self._end(index)
        splices = [Splice(begin, end, data)]
        around, tag = self._rows.parents[index], self._found[index].tag
        if tag == ITEM:
            return self._lengthened(around, len(data) - (end - begin), splices)
        return self._with_group_length(around, tag, len(data) - (end - begin), splices)

    def _inserted(self, around: int, tag: int, data: bytes) -> list[Splice]:
        at = None
        for child in self._children(around):
            element = self._found[child]
            if _order(element.tag) > _order(tag):
                at = self._begin(child)
                break
        if at is None:
            last = max(self._children(around), default=None)
            at = (
                self._content_end(around)
                if around >= 0
                else self._end(last)
                if last is not None
                else self._elements.source.size
            )
        return self._with_group_length(around, tag, len(data), [Splice(at, at, data)])

    def _with_group_length(self, around: int, tag: int, delta: int, splices: list[Splice]) -> list[Splice]:
        """Return the splices with those of the group's length, and of what lies around."""
        group_length = self.child(around, tag & 0xFFFF0000)
        if group_length is not None and tag & 0xFFFF and self._found[group_length].length == _LENGTH_BYTES:
            splices = [*splices, self._counted(self._found[group_length].offset, self._found[group_length], delta)]
        return self._lengthened(around, delta, splices)

    def _lengthened(self, around: int, delta: int, splices: list[Splice]) -> list[Splice]:
        """Return the splices with those of the lengths of row `around` and all that it lies in."""
        splices = list(splices)
        while around >= 0 and delta:
            element = self._found[around]
            if element.length != UNDEFINED:
                header = element._replace(offset=self._begin(around))
                splices.append(self._counted(element.offset - _LENGTH_BYTES, header, delta))
            around = self._rows.parents[around]
            if element.tag != ITEM:
                group_length = self.child(around, element.tag & 0xFFFF0000)
                if group_length is not None:
                    found = self._found[group_length]
                    splices.append(self._counted(found.offset, found, delta))
        return sorted(splices)

    def _counted(self, at: int, element: Element, delta: int) -> Splice:
        """Return the splice that adds `delta` to a length of four bytes."""
        order = ">I" if self._elements.encoding_at(element).big_endian else "<I"
        (before,) = struct.unpack(order, self._elements.source.read(at, _LENGTH_BYTES))
        return Splice(at, at + _LENGTH_BYTES, struct.pack(order, max(0, before + delta) & 0xFFFFFFFF))


def _order(tag: int) -> tuple[bool, int]:
    """Return what elements are sorted by: the file meta information comes first, also before odd groups below it."""
    return tag >> 16 != META_GROUP, tag


def _item(content: bytes, encoding: Encoding) -> bytes:
    return struct.pack(">HHI" if encoding.big_endian else "<HHI", ITEM >> 16, ITEM & 0xFFFF, len(content)) + content


def _refuse_what_is_ours(change: Change) -> None:
    for step in change.path:
        if step.mask != _SINGLE:
            raise EditError(f"{change.written} names many attributes: write the one that is meant")
    tag = change.path[0].masked
    if tag >> 16 == META_GROUP:
        raise EditError(f"{change.written} is of the file meta information, which says how the file is written")
    if change.path[-1].masked & 0xFFFF == 0:
        raise EditError(f"{change.written} is a group length, which follows from the group")


def row_at(elements: Elements, path: tuple[Step, ...]) -> int | None:
    """Return the row at the end of a path, or None where there is none."""
    dataset, around = _Dataset(elements), -1
    for number, step in enumerate(path):
        index = dataset.child(around, step.masked)
        if index is None:
            return None
        items = dataset.items(index)
        if number == len(path) - 1 and step.item is None:
            return index
        wanted = step.item or 0
        if wanted >= len(items):
            return None
        around = items[wanted]
    return around


def path_of(rows: TagRows, index: int) -> tuple[Step, ...]:
    """Return the path of row `index`, an element or an item."""
    chain: list[int] = [index]
    while (parent := rows.parents[chain[-1]]) >= 0:
        chain.append(parent)
    steps: list[Step] = []
    for at in reversed(chain):
        element = rows.elements.elements[at]
        if element.tag == ITEM:
            steps[-1] = replace(steps[-1], item=rows.item_number(at))
        else:
            steps.append(Step(_SINGLE, element.tag, None))
    return tuple(steps)
