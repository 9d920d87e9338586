"""The main screen: it owns the state, hands it down, and takes messages up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property, partial
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Event, Resize
from textual.geometry import Size
from textual.message import Message
from textual.reactive import var
from textual.screen import Screen
from textual.widget import Widget

from tui.background import Background
from tui.browser_state import Layout, Mode, Selection, Sentence, Start
from tui.commands import EVERYWHERE, FILES, PICTURE, TAGS, Command
from tui.dicom.pixels.view import View
from tui.screens import questions
from tui.screens.anonymize_commands import AnonymizeCommands
from tui.screens.cine import Cine
from tui.screens.dialogs import Dialogs
from tui.screens.editing import Editing
from tui.screens.export_commands import ExportCommands
from tui.screens.library_commands import STUDIES, LibraryCommands
from tui.screens.panes import Column, Panes, Row
from tui.screens.picture_commands import PictureCommands
from tui.screens.privacy import Privacy, hides
from tui.screens.searching import Searching
from tui.screens.seeking import Seeking
from tui.screens.value_commands import ValueCommands
from tui.settings import Remembered, Settings, remember, remembered_path
from tui.terminal.pacing import Pacer
from tui.terminal.probe import Terminal
from tui.text import mask_names, safe_text, shown_path
from tui.widgets.bars import PANE_NAMES, KeyLine, PaneTabs, StatusLine, TitleBar
from tui.widgets.bindings import bindings
from tui.widgets.file_list import FileList
from tui.widgets.file_tree import FileTree
from tui.widgets.glyphs import ASCII, UNICODE
from tui.widgets.image_view import ImageView
from tui.widgets.pane import Pane
from tui.widgets.tag_table import TagTable

if TYPE_CHECKING:
    from tui.dicom.elements import Elements
    from tui.dicom.library.scan import Facts, Listing
    from tui.dicom.pixels.picture import Picture
    from tui.dicom.tags import TagRows
    from tui.screens.answers import Answers

Q = TypeVar("Q")
A = TypeVar("A")
_MESSAGE_S = 4.0
_WELCOME = Sentence("Move through the files: what is under the cursor is shown here.")


class Browser(
    PictureCommands,
    Cine,
    Seeking,
    Searching,
    Editing,
    ValueCommands,
    AnonymizeCommands,
    ExportCommands,
    LibraryCommands,
    Privacy,
    Dialogs,
    Panes,
    Screen[None],
):
    """Files, picture and tags."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(EVERYWHERE)
    AUTO_FOCUS = None
    BLANK = True

    selection: var[Selection] = var(Selection)
    view: var[View] = var(View)
    mode: var[Mode] = var(Mode.NONE)
    layout_state: var[Layout] = var(Layout)
    sentence: var[Sentence] = var(_WELCOME)
    file_filter: var[str] = var("")
    tag_query: var[str] = var("")
    message: var[str] = var("")

    file_tree = getters.query_one(FileTree)
    table = getters.query_one(TagTable)
    image = getters.query_one(ImageView)

    def __init__(
        self, start: Start, settings: Settings, terminal: Terminal, remembered: Remembered, pacer: Pacer, *, editable: bool
    ) -> None:
        super().__init__(classes=f"-{FILES}")  # setting it later would style every widget twice
        self.editable = editable
        self.drafts = {}
        self.start = start
        self.settings = settings
        self.terminal = terminal
        self._pacer = pacer
        self.glyphs = UNICODE if terminal.unicode else ASCII
        self.remembered = self._remembered_before = remembered
        self.is_private = settings.private
        mask_names(on=settings.private)
        self.set_reactive(Browser.view, View(corner_text=not settings.no_corner_text, private=settings.private))
        self._rows: TagRows | None = None
        self._size_before: Size | None = None
        self._marks = {}
        make = self._background
        self.paths: Background[str, Start | str] = make(
            "paths", lambda path: self.answers.path(path), questions.PathLookedAt
        )
        self.folders: Background[str, Listing] = make(
            "folders", lambda path: self.answers.folder(path), lambda _, listing: questions.Listed(listing)
        )
        self.facts: Background[tuple[str, ...], dict[str, Facts]] = make(
            "facts", lambda paths: self.answers.facts(paths), lambda _, facts: questions.FactsFound(facts)
        )
        self.rows: Background[str, questions.FileRead | Sentence] = make(
            "rows", lambda path: self.answers.rows(path), questions.RowsRead
        )
        self.pictures: Background[questions.PictureQuestion, Picture | Sentence] = make(
            "pictures", lambda question: self.answers.picture(question), questions.PictureMade
        )
        self.searches = make("search", lambda question: self.answers.search(question), questions.Searched)
        self.edits = make("edit", lambda question: self.answers.edit(question), questions.Edited)
        self.drafts_shown = make("draft", lambda question: self.answers.edit(question), questions.Edited)
        self.saves = make("save", lambda question: self.answers.save(question), questions.Saved)
        self.libraries = make("library", lambda question: self.answers.library(question), questions.LibraryGrown)
        self.finds = make("find", lambda question: self.answers.find(question), questions.FilesFound)
        self.seeks = make("seek", lambda question: self.answers.seek(question), questions.Sought)

    @cached_property
    def answers(self) -> Answers:
        """Return what answers questions; imported and made by the first thread that asks, after the first paint."""
        from tui.screens.answers import Answers

        answers = Answers()
        answers.hides = hides() if self.is_private else None
        return answers

    def _background(
        self, name: str, answer: Callable[[Q], Iterator[A | None]], message: Callable[[Q, A], Message]
    ) -> Background[Q, A]:
        """Return a background for one kind of question, whose answers come back as messages of one kind."""
        return Background(
            name,
            answer,
            lambda question, found: self._post(message(question, found)),
            lambda error: self._post(questions.Failed(error)),
        )

    def _post(self, message: Message) -> None:
        """Post a message from a thread."""
        if self.is_running:
            self.post_message(message)

    # --- layout

    def compose(self) -> ComposeResult:
        """Lay out the panes and bind them to this screen's state."""
        glyphs = self.glyphs
        where = self.start.cursor or self.start.roots[0]
        yield TitleBar(id="title")
        yield PaneTabs().data_bind(Browser.layout_state)
        with Row(id="panes"):
            with Pane(PANE_NAMES[FILES], glyphs, id="files-pane"):
                yield FileTree(self.start.roots, glyphs, id="files").data_bind(filter=Browser.file_filter)
            with Column(id="right"):
                with Pane(PANE_NAMES[PICTURE], glyphs, id="picture-pane"):
                    image = ImageView(
                        self.terminal.depth, self.terminal.kind(self.settings.cells), unicode=self.terminal.unicode,
                        repeats=self.terminal.repeats, pacer=self._pacer, few=self.settings.low_bandwidth,
                        graphics=self.terminal.graphics, id="picture",
                    )  # fmt: skip
                    yield image.data_bind(Browser.view, Browser.sentence)
                    yield StatusLine(id="status")
                with Pane(PANE_NAMES[TAGS], glyphs, id="tags-pane"):
                    yield TagTable(glyphs, id="tags")
        yield KeyLine(self.settings.keys, id="keys").data_bind(Browser.message)
        self._where = shown_path(where)

    def on_mount(self) -> None:
        """Show the panes; what takes time begins after they are painted."""
        self.query_one(TitleBar).where = self._where
        self._apply_sizes()
        self.pane(FILES).active = True
        self.set_focus(self.file_tree)
        for rack in self.query("ToastRack"):  # Textual hides its toasts behind the first paint, and lays all out anew
            rack.display = False

    async def on_event(self, event: Event) -> None:
        """Lay out anew only where the size changed: Textual says it three times at the start, and lays out each time."""
        if isinstance(event, Resize):
            if event.size == self._size_before:
                return
            self._size_before = event.size
        await super().on_event(event)

    def begin(self) -> None:
        """Read the first file and the first folder; the App calls this behind the first paint."""
        if self.start.cursor is not None:
            self.selection = Selection(self.start.cursor)
        self.file_tree.begin()
        if self.start.cursor is not None:
            self.file_tree.put_cursor_on(self.start.cursor)
        else:
            self.seek_first(self.start.roots)

    def on_unmount(self) -> None:
        """Answer nothing more, and keep the sizes of the panes."""
        if self.remembered != self._remembered_before:
            remember(remembered_path(), self.remembered)
        asked = (self.paths, self.folders, self.facts, self.rows, self.pictures, self.searches, self.seeks, self.libraries)
        for background in (*asked, self.finds, self.edits, self.drafts_shown, self.saves):
            background.stop()

    def say(self, message: str) -> None:
        """Show a word on the last key in the key line, for some seconds."""
        self.message = safe_text(message)
        self.set_timer(_MESSAGE_S, partial(self._unsay, self.message))

    def _unsay(self, message: str) -> None:
        if self.message == message:
            self.message = ""

    # --- files

    @on(FileTree.FolderWanted)
    def _read_folder(self, message: FileTree.FolderWanted) -> None:
        self.folders.ask(message.path)

    @on(questions.Listed)
    def _listed(self, message: questions.Listed) -> None:
        self.file_tree.show_listing(message.listing)
        self.show_place()
        self.take_waiting()

    @on(FileTree.FactsWanted)
    def _find_facts(self, message: FileTree.FactsWanted) -> None:
        self.facts.ask(message.paths)

    @on(questions.FactsFound)
    def _facts_found(self, message: questions.FactsFound) -> None:
        self.file_tree.show_facts(message.facts)

    @on(FileList.FileShown)
    def _file_shown(self, message: FileList.FileShown) -> None:
        self.show_place()
        if message.path is None:
            if self.files_shown.file is not None:
                return  # the cursor is on a file by now, of which the next message tells
            self.leave()
            self.selection = Selection()
            self._show_nothing(self.sentence_here(Sentence(message.words, error=message.error)))
        elif message.path != self.selection.path:
            self.selection = Selection(message.path, self.arrive(message.path))

    @on(FileList.FileEntered)
    def _file_entered(self) -> None:
        self.show_pane(PICTURE)

    @on(FileList.MarksChanged)
    def _marks_changed(self) -> None:
        self.show_place()

    def show_place(self) -> None:
        """Show in the title bar where the cursor is."""
        shown = self.files_shown
        place, count = shown.place
        words = f"{place:,} of {count:,}" if count else ""
        marked = f"{len(shown.marked):,} marked" if shown.marked else ""
        private = "privacy view" if self.is_private else ""
        bar = self.query_one(TitleBar)
        bar.place = "   ".join(part for part in (private, marked, words) if part)
        where = shown.file if shown is not self.file_tree else shown.here
        if where is not None:
            bar.where = shown_path(where)
        elif shown is not self.file_tree:
            bar.where = shown_path(self.start.roots[0])

    # --- the file under the cursor

    def watch_selection(self, before: Selection, after: Selection) -> None:
        """Read the file, or only another frame of it."""
        if after.path is None:
            return
        if before.path != after.path:
            self.forget_frames()
            self.rows.ask(after.path)
        elif before.frame != after.frame and self._rows is not None and self._rows.path == after.path:
            draft = self.drafts.get(after.path)  # whose picture is not shown: the file's own is
            self._ask_picture(self._rows.elements if draft is None else draft.original)
            self.table.go_to_frame(after.frame)

    @on(TagTable.FrameReached)
    def _frame_reached(self, message: TagTable.FrameReached) -> None:
        if self.selection.path is not None and message.frame != self.selection.frame:
            self.selection = Selection(self.selection.path, message.frame)

    @on(questions.RowsRead)
    def _rows_read(self, message: questions.RowsRead) -> None:
        if message.path != self.selection.path:
            return
        if isinstance(message.answer, Sentence):
            self._show_nothing(message.answer)
            return
        if message.answer.rows.elements.partial:
            if not self.tag_query.strip():
                self.table.show_first(message.answer.rows)
            return
        self._rows = message.answer.rows
        self.show_draft(self._rows)
        self.search_or_show_all()
        if self.selection.frame >= message.answer.frames:  # the file was written anew with fewer
            self.set_reactive(Browser.selection, Selection(message.path, message.answer.frames - 1))
        self._ask_picture(message.answer.rows.elements)
        self.take_frames(message.answer.frames)

    def _ask_picture(self, elements: Elements) -> None:
        beside = (next(self.files_shown.paths_on(step, elements.path), "") for step in (1, -1))
        self.pictures.ask(questions.PictureQuestion(elements, self.selection.frame, tuple(filter(None, beside))))

    @on(questions.PictureMade)
    def _picture_made(self, message: questions.PictureMade) -> None:
        wanted = self.selection.frame
        if message.question.elements.path != self.selection.path or message.question.frame != wanted:
            return
        if isinstance(message.answer, Sentence):
            self._show_sentence(message.answer)
            return
        picture: Picture = message.answer
        if wanted == questions.LAST_FRAME:
            self.set_reactive(Browser.selection, Selection(picture.key.path, picture.key.frame))
        self.show_picture(picture)

    def _show_nothing(self, sentence: Sentence) -> None:
        """Show a sentence, and neither tags nor picture."""
        self._rows = None
        self.table.show_rows(None, None)
        self._show_sentence(sentence)
        self.take_frames(1)

    def _show_sentence(self, sentence: Sentence) -> None:
        self.sentence = sentence
        self.image.show_picture(None)
        self.pane(PICTURE).title = PANE_NAMES[PICTURE]
        self.show_status()

    @on(ImageView.Resized)
    def _picture_resized(self) -> None:
        self.show_status()

    @on(questions.Failed)
    def _failed(self, message: questions.Failed) -> None:
        raise message.error

    # --- actions of every pane

    def action_rescan(self) -> None:
        """Read the unfolded folders and the file that is shown again."""
        self.file_tree.read_again()
        if self.files_view == STUDIES:
            self.scan_library()
        self.read_again()

    def read_again(self) -> None:
        """Read the file that is shown again."""
        if self.selection.path is not None:
            self.rows.ask(self.selection.path)

    async def run_command(self, command: Command) -> None:
        """Do what `command` does, with the focus in its pane."""
        target: Widget = self if command.scope == EVERYWHERE else self.pane_widget(command.scope)
        if command.scope != EVERYWHERE:
            self.show_pane(command.scope)
        await target.run_action(command.action)

    def open_at(self, start: Start) -> None:
        """Show other folders."""
        self.start = start
        self.forget_seek()
        self.selection = Selection()
        self._show_nothing(_WELCOME)
        self.end_filter()
        self.file_tree.set_roots(start.roots)
        self.forget_library()
        self.begin()
