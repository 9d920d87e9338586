"""The studies view of the files pane: patients, studies, series and their images, filled while the folders are scanned."""

from collections.abc import Iterator

from textual.message import Message
from textual.reactive import var

from tui.dicom.library.findings import Level, many
from tui.dicom.library.instances import Instance
from tui.dicom.library.outline import Node, NodeKind, Outline
from tui.dicom.library.scan import Facts
from tui.dicom.library.stacks import place_mm
from tui.dicom.temporal import day
from tui.text import MASK, names_are_masked, safe_text, sentence_case, shown_name, shown_path
from tui.widgets.file_list import FileList
from tui.widgets.glyphs import UNICODE, Glyphs
from tui.widgets.row_list import Piece
from tui.widgets.study_rows import StudyRow, StudyRows

_INDENT = "  "
_NAME_LIMIT = 256
_STUDY_DATE = 0x00080020
_SHOWN_FINDINGS = 6


class StudyList(FileList):
    """Patients, studies, series and images below the folders that are open."""

    filter: var[str] = var("", init=False)

    class Told(Message):
        """Enter was pressed on a series or a stack: what is known of it, and what is wrong with it, is wanted."""

        def __init__(self, title: str, text: str) -> None:
            super().__init__()
            self.title = title
            self.text = text

    def __init__(self, glyphs: Glyphs = UNICODE, *, id: str | None = None) -> None:
        super().__init__(glyphs, id=id)
        self.outline = Outline()
        self.rows = StudyRows(node_words)
        self._wanted: str | None = None

    # --- what comes from outside

    def show_outline(self, outline: Outline) -> None:
        """Show what is known now; the cursor stays on what it was on."""
        before, first = self._row, not self.outline.nodes
        self.outline = outline
        self.rows.nodes = outline.nodes
        if first and len(outline.nodes) == 1:
            self.rows.unfolded.add(outline.nodes[0].key)
        self.rows.rebuild()
        self.rows_changed(self._index_of(before) if before is not None else None)
        if self._wanted is not None:
            self.reveal(self._wanted)
        elif before is None or self._row is None or self._same(before) != self._same(self._row):
            self.tell_cursor()

    def forget(self) -> None:
        """Show nothing: other folders are open."""
        self.rows = StudyRows(node_words)
        self.marked = frozenset()
        self._wanted = None
        self.show_outline(Outline())

    def stop(self) -> None:
        """Show that no more will be found: the scan was cancelled."""
        self.show_outline(self.outline._replace(complete=True, stopped=True))

    def _index_of(self, row: StudyRow) -> int | None:
        instance = row.instance
        if instance is not None:
            found = self.rows.index_of_file(instance.path)
            if found is None and self.rows.unfold_to(instance.path):  # its series is several stacks by now
                found = self.rows.index_of_file(instance.path)
            if found is not None:
                return found
        return self.rows.index_of(row.node.key)

    # --- what is under the cursor

    @property
    def _row(self) -> StudyRow | None:
        return self.rows.row(self.cursor) if self.cursor < len(self.rows) else None

    @staticmethod
    def _same(row: StudyRow) -> str:
        instance = row.instance
        return instance.path if instance is not None else "\0".join(row.node.key)

    @property
    def file(self) -> str | None:
        """Return the file under the cursor, or None."""
        row = self._row
        instance = row.instance if row is not None else None
        return instance.path if instance is not None else None

    @property
    def here(self) -> str | None:
        """Return what is under the cursor as a text, or None."""
        row = self._row
        return self._same(row) if row is not None else None

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the marked files, else the file, or all files of the series, study or patient under the cursor."""
        if self.marked:
            return tuple(sorted(self.marked))
        return tuple(self._paths(self._row)) if self._row is not None else ()

    @staticmethod
    def _paths(row: StudyRow) -> Iterator[str]:
        instance = row.instance
        return (each.path for each in ((instance,) if instance is not None else row.node.instances))

    @property
    def place(self) -> tuple[int, int]:
        """Return which image of its stack the cursor is on (from 1), and their number."""
        row = self._row
        return (row.at + 1, len(row.node.members)) if row is not None and row.at >= 0 else (0, 0)

    def paths_on(self, step: int, path: str | None = None) -> Iterator[str]:
        """Yield the files after or before the cursor, or another file, nearest first."""
        at = self.cursor if path is None else self.rows.index_of_file(path)
        return iter(()) if at is None else self.rows.files_on(at, step)

    def files_beside(self, path: str | None) -> tuple[str, ...]:
        """Return the files of the stack that a file is in."""
        at = self.rows.index_of_file(path) if path else None
        return tuple(instance.path for instance in self.rows.row(at).node.members) if at is not None else ()

    def facts_of(self, path: str) -> Facts | None:  # noqa: ARG002 - all files here are the same in that
        """Return that a file is a DICOM file: others are not here."""
        return Facts(is_dicom=True)

    @property
    def awaited(self) -> str | None:
        """Return the file the cursor will be put on as soon as it was found, or None."""
        return self._wanted

    def reveal(self, path: str) -> None:
        """Put the cursor on a file, unfolding what is around it; where it is not found yet, as soon as it is."""
        self._wanted = None
        at = self.rows.index_of_file(path)
        if at is None and self.rows.unfold_to(path):
            self.rows_changed()
            at = self.rows.index_of_file(path)
        if at is None and not self.outline.complete:
            self._wanted = path
        elif at is None or at == self.cursor:
            self.tell_cursor()
        else:
            self.cursor = at

    # --- rows

    def row_count(self) -> int:
        """Return how many rows there are."""
        return max(1, len(self.rows))

    def row_pieces(self, index: int) -> tuple[list[Piece], Piece]:
        """Return what a row says, with marks, and counts at the right."""
        if not len(self.rows):
            return [(f"  {self._empty_words}", "dim")], ("", "dim")
        row = self.rows.row(index)
        instance = row.instance
        indent = _INDENT * row.depth
        if instance is not None:
            mark = f"{self._glyphs.mark} " if instance.path in self.marked else "  "
            name = f"  {shown_name(instance.name, _NAME_LIMIT)}"
            return [(indent, "dim"), (mark, "hit"), *_image_pieces(instance), (name, "dim")], ("", "dim")
        node = row.node
        fold = self._glyphs.unfolded if node.key in self.rows.unfolded else self._glyphs.folded
        marked = f"{self._glyphs.mark} " if self.marked and self._is_marked(node) else ""
        level, style = _mark(node, self._glyphs)
        end = f"{node.files:,} {level}"
        return [(f"{indent}{fold} ", "dim"), (marked, "hit"), (safe_text(node_words(node), _NAME_LIMIT), "plain")], (
            end,
            style,
        )

    def _is_marked(self, node: Node) -> bool:
        return all(instance.path in self.marked for instance in node.instances)

    @property
    def _empty_words(self) -> str:
        if not self.outline.complete:
            return f"looking for studies … {self.outline.done:,} files so far"
        if self.outline.known:
            return "nothing matches"
        if self.outline.stopped:
            return "stopped: F5 begins anew"
        return "no DICOM files are here"

    # --- telling

    def watch_cursor(self, before: int, after: int) -> None:
        """Say which file is shown now."""
        super().watch_cursor(before, after)
        self._wanted = None
        self.tell_cursor()

    def tell_cursor(self) -> None:
        """Say what is under the cursor."""
        row = self._row
        if self._wanted is not None:
            return
        if row is None:
            self.tell(self.FileShown(None, sentence_case(self._empty_words)))
        elif row.instance is not None:
            self.tell(self.FileShown(row.instance.path))
        else:
            self.tell(self.FileShown(None, "\n".join(node_lines(row.node, _SHOWN_FINDINGS, self._glyphs))))

    def watch_filter(self, text: str) -> None:
        """Show only what matches."""
        before = self._row
        self.rows.filter = text
        self.rows.rebuild()
        self.rows_changed(self._index_of(before) if before is not None else 0)
        self.tell_cursor()

    # --- actions

    def action_clicked(self) -> None:
        """Do what Enter does."""
        self.action_enter()

    def action_unfold(self) -> None:
        """Unfold what is under the cursor, or go to the first in it."""
        row = self._row
        if row is None or row.instance is not None:
            return
        if row.node.key in self.rows.unfolded:
            self.action_move(1)
            return
        self.rows.unfolded.add(row.node.key)
        self.rows.rebuild()
        self.rows_changed()

    def action_fold(self) -> None:
        """Fold what is under the cursor, or go to what is around it."""
        row = self._row
        if row is None:
            return
        if row.instance is None and row.node.key in self.rows.unfolded:
            self.rows.unfolded.discard(row.node.key)
            self.rows.rebuild()
            self.rows_changed()
            return
        around = self.rows.around(self.cursor)
        if around is not None:
            self.cursor = around

    def action_enter(self) -> None:
        """From a file to its picture; tell of a series; fold or unfold a study or a patient."""
        row = self._row
        if row is None:
            return
        if row.instance is not None:
            self.post_message(self.FileEntered())
        elif row.node.kind in (NodeKind.SERIES, NodeKind.STACK):
            self.post_message(
                self.Told(safe_text(node_words(row.node), _NAME_LIMIT), "\n".join(node_lines(row.node, None, self._glyphs)))
            )
        elif row.node.key in self.rows.unfolded:
            self.action_fold()
        else:
            self.action_unfold()

    def action_mark(self) -> None:
        """Mark the file, or all files of the series, study or patient; or take the marks away; and go on to the next row."""
        row = self._row
        if row is not None:
            self.toggle_marks(frozenset(self._paths(row)))
            self.action_move(1)

    def action_mark_all(self) -> None:
        """Mark all files of the stack or the node under the cursor, or take their marks away."""
        row = self._row
        if row is not None:
            self.toggle_marks(frozenset(instance.path for instance in row.node.instances))


def _image_pieces(instance: Instance) -> list[Piece]:
    number = safe_text(instance.number, 12) if instance.number else "-"
    place = place_mm(instance)
    return [(f"{number:>4}", "plain"), (f"{place:10.1f}" if place is not None else "", "dim")]


def _mark(node: Node, glyphs: Glyphs) -> tuple[str, str]:
    """Return the mark of a node, which says how good it is, and its style; nothing where that is not known yet."""
    if node.kind is NodeKind.STACK or not node.looked:
        return " ", "dim"
    if node.level is None:
        return glyphs.good, "dim"
    return (glyphs.bad, "error") if node.level is Level.ERROR else ("!", "hit")


def node_words(node: Node) -> str:
    """Return a node in a few words, not safe to draw; what may identify somebody is masked in the privacy view."""
    return "  ".join(_part(tag, text) for tag, text in node.parts if text)


def _part(tag: int, text: str) -> str:
    if tag and names_are_masked():
        return MASK
    return day(text) if tag == _STUDY_DATE else text


def node_lines(node: Node, most: int | None, glyphs: Glyphs) -> Iterator[str]:
    """Return what is known of a node and what is wrong with it, a line each, safe to draw; at most `most` findings."""
    yield f"{node.kind.value.capitalize()} {safe_text(node_words(node), _NAME_LIMIT)}: {many(node.files, 'file')}"
    for finding in node.findings[:most]:
        yield f"{glyphs.bad if finding.level is Level.ERROR else '!'} {safe_text(finding.sentence)}"
        if most is None:
            yield from (f"    {shown_path(path)}" for path in finding.paths)
    if most is not None and len(node.findings) > most:
        yield f"and {len(node.findings) - most} more: Enter shows all"
    if node.looked and not node.findings and node.kind is not NodeKind.STACK:
        yield "Nothing is wrong with it, by its headers." if node.level is None else "Something is wrong with what is in it."
