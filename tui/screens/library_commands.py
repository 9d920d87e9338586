"""The studies view and finding: what lies below the open folders, in the files pane."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.screen import Screen

from tui.commands import FILES
from tui.dicom.options import Form, Option
from tui.screens import questions
from tui.settings import index_path
from tui.text import names_are_masked, safe_text, shown_path
from tui.widgets.bars import PANE_NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tui.background import Background
    from tui.browser_state import Layout, Start
    from tui.dicom.library.outline import Outline
    from tui.dicom.options import Values
    from tui.settings import Settings
    from tui.widgets.file_list import FileList
    from tui.widgets.file_tree import FileTree
    from tui.widgets.glyphs import Glyphs
    from tui.widgets.hit_list import HitList
    from tui.widgets.pane import Pane
    from tui.widgets.study_list import StudyList

FOLDERS, STUDIES, HITS = "folders", "studies", "hits"


def _query_problem(text: str) -> str | None:
    from tui.dicom.query import Query, QueryError

    try:
        return None if Query.parse(text) else "Type what is looked for"
    except QueryError as error:
        return str(error)


QUERY_OPTION = Option("query", "Find", "Such as Modality=MR SeriesDescription~flair, or words", check=_query_problem)


class LibraryCommands(Screen[None]):
    """The part of the browser that shows studies, and finds files."""

    if TYPE_CHECKING:  # what the browser has
        start: Start
        glyphs: Glyphs
        settings: Settings
        layout_state: Layout
        file_filter: str
        file_tree: FileTree
        libraries: Background[questions.LibraryQuestion, Outline]
        finds: Background[questions.FindQuestion, questions.FoundFiles]

        def say(self, message: str) -> None:
            """Show a word on the last key."""

        def show_place(self) -> None:
            """Show in the title bar where the cursor is."""

        def show_pane(self, pane: str) -> None:
            """Give the focus to a pane."""

        def pane(self, name: str) -> Pane:
            """Return the pane called `name`."""

        def ask(self, form: Form, answered: Callable[[Values | None], None]) -> None:
            """Open a dialog."""

        def read_text(self, title: str, sentence: str, read: Callable[[], str | Iterator[str]]) -> None:
            """Show a text to read, select and copy."""

        def title_files(self) -> None:
            """Show in the files pane's title what it shows."""

    files_view = FOLDERS
    _before_hits = FOLDERS
    _study_list: StudyList | None = None
    _hit_list: HitList | None = None
    _library: questions.LibraryQuestion | None = None
    _find: questions.FindQuestion | None = None
    _last_query = ""
    _follows = False
    _done = 0  # files looked at, while they are read again

    @property
    def files_shown(self) -> FileList:
        """Return the list that the files pane shows."""
        if self.files_view == STUDIES and self._study_list is not None:
            return self._study_list
        if self.files_view == HITS and self._hit_list is not None:
            return self._hit_list
        return self.file_tree

    async def _show_files(self, view: str, file: str | None = None) -> None:
        """Show folders, studies or hits in the files pane, with the cursor on a file; what was not shown before is made."""
        if view == STUDIES and self._study_list is None:
            from tui.widgets.study_list import StudyList

            self._study_list = StudyList(self.glyphs, id="studies")
            await self.pane(FILES).mount(self._study_list)
        if view == HITS and self._hit_list is None:
            from tui.widgets.hit_list import HitList

            self._hit_list = HitList(self.glyphs, id="hits")
            await self.pane(FILES).mount(self._hit_list)
        marked = self.files_shown.marked
        self.files_view = view
        self.files_shown.marked = marked  # what was marked in one view is marked in the others
        for each in (self.file_tree, self._study_list, self._hit_list):
            if each is not None:
                each.display = each is self.files_shown
        self.show_pane(FILES)
        self.filter_files()
        self.title_files()
        if file is not None:
            self.files_shown.reveal(file)
        else:
            self.files_shown.tell_cursor()
        self.show_place()

    def filter_files(self) -> None:
        """Let only those files through that the filter names."""
        if self._study_list is not None:
            self._study_list.filter = self.file_filter
        if self._hit_list is not None and self._hit_list.filter != self.file_filter:
            self._hit_list.show_filtered(self.file_filter)

    # --- studies

    async def action_studies(self) -> None:
        """Show the studies below the open folders, or the folders again; the file under the cursor stays under it."""
        file = self.files_shown.file
        studies = self.files_view == FOLDERS
        await self._show_files(STUDIES if studies else FOLDERS, file)
        if studies and self._library is None:
            self.scan_library()

    def scan_library(self) -> None:
        """Find anew what lies below the open folders."""
        index = index_path() if self.settings.index else ""
        self._library = questions.LibraryQuestion(self.start.roots, self._follows, index)
        self.libraries.ask(self._library)

    async def action_follow(self) -> None:
        """Find what is written into the open folders from now on, or no longer."""
        self._follows = not self._follows
        if self.files_view != STUDIES:
            await self._show_files(STUDIES)
        self.scan_library()
        self.say("New files are found as they come" if self._follows else "New files are found with F5")

    def forget_library(self) -> None:
        """Forget what is known: other folders are open."""
        self._library = None
        if self._study_list is not None:
            self._study_list.forget()
        if self.files_view == STUDIES:
            self.scan_library()

    @on(questions.LibraryGrown)
    def _library_grown(self, message: questions.LibraryGrown) -> None:
        if message.question is not self._library or self._study_list is None:
            return
        if message.outline.word:
            self.say(message.outline.word)
        self._done = 0 if message.outline.complete else message.outline.done
        if message.outline.complete or message.outline.known >= self._study_list.outline.known:
            self._study_list.show_outline(message.outline)  # else what was known stays until as much is known again
        if self.files_view == STUDIES:
            self.title_files()
            self.show_place()

    @property
    def view_words(self) -> str:
        """Return what the files pane shows, and how far it is; safe to draw."""
        if self.files_view == STUDIES and self._study_list is not None:
            outline = self._study_list.outline
            words = f"Studies - {outline.known:,}"
            if not outline.complete:
                return f"{words} …"
            if outline.stopped:
                return f"{words}, stopped"
            if self._done:
                return f"{words}, reading again: {self._done:,} …"
            unread = f", {outline.unread:,} unread" if outline.unread else ""
            return words + unread + ("" if outline.looked else " …") + (", following" if self._follows else "")
        if self.files_view == HITS and self._hit_list is not None:
            more = "" if self._hit_list.complete else " …"
            query = "" if names_are_masked() else f" - {safe_text(self._last_query, 20)}"
            return f"Found - {len(self._hit_list.hits):,}{more}{query}"
        return PANE_NAMES[FILES]

    def on_study_list_told(self, message: StudyList.Told) -> None:
        """Show what is known of a series, to read and to copy."""
        self.read_text(message.title, "What its headers say, and what is wrong with it.", lambda: message.text)

    def cancel_scan(self) -> bool:
        """Stop finding what lies below the open folders; return whether that was under way. `F5` begins anew."""
        if self.files_view != STUDIES or self._study_list is None or self._library is None:
            return False
        if self._study_list.outline.complete and not self._done:
            return False
        self._library, self._done = None, 0
        self.libraries.ask(questions.LibraryQuestion(()))
        self._study_list.stop()
        self.title_files()
        self.say("Stopped: F5 begins anew")
        return True

    def action_unread(self) -> None:
        """Show what could not be read below the open folders, and why."""
        problems = self._study_list.outline.problems if self._study_list is not None else ()
        if not problems:
            self.say("All could be read so far" if self._study_list is not None else "s finds out first")
            return
        text = "\n".join(f"{shown_path(path)}: {safe_text(why)}" for path, why in problems)
        self.read_text("Not read", f"{len(problems):,} files and folders.", lambda: text)

    def hide_hits(self) -> None:
        """Take away what was found: it may have been found by what is masked now."""
        self._find = None
        if self._hit_list is not None:
            self._hit_list.begin()
            self._hit_list.add((), complete=True)

    # --- finding

    def action_find(self) -> None:
        """Ask what is looked for, and find it below the open folders."""
        where = (
            f"{len(self.files_shown.marked):,} marked files" if self.files_shown.marked else "files below the open folders"
        )
        sentence = f"Lists those of the {where} that are what is looked for, as / takes it."
        if names_are_masked():
            sentence += " Masked values are not found."
        form = Form(
            "Find",
            sentence,
            (QUERY_OPTION,),
            "Find",
            values={"query": "" if names_are_masked() else self._last_query},
            preview=self._same,
        )
        self.ask(form, self._look_for)

    def _same(self, values: Values) -> str:
        import shlex

        return (
            f"In a shell: dicom-tui find {'PATH' if names_are_masked() else shlex.quote(self.start.roots[0])} "
            + shlex.quote(str(values["query"]))
        )

    def _look_for(self, answer: Values | None) -> None:
        if answer is not None:
            self._last_query = str(answer["query"])
            roots = tuple(sorted(self.files_shown.marked)) or self.start.roots
            self.call_later(self._find_files, roots, self._last_query)

    async def _find_files(self, roots: tuple[str, ...], text: str) -> None:
        if self.files_view != HITS:
            self._before_hits = self.files_view
        await self._show_files(HITS)
        if self._hit_list is not None:
            self._hit_list.begin()
        self._find = questions.FindQuestion(roots, text)
        self.finds.ask(self._find)
        self.title_files()

    @on(questions.FilesFound)
    def _files_found(self, message: questions.FilesFound) -> None:
        if message.question is not self._find or self._hit_list is None:
            return
        found = message.found
        self._hit_list.add(found.hits, complete=found.complete)
        if found.problem:
            self.say(found.problem)
        elif found.complete and found.unread:
            self.say(f"{found.unread:,} files or folders could not be read")
        self.title_files()
        self.show_place()

    def leave_hits(self) -> bool:
        """Show again what was shown before the hits; return whether they were shown."""
        if self.files_view != HITS:
            return False
        self._find = None
        self.call_later(self._show_files, self._before_hits, self._hit_list.file if self._hit_list is not None else None)
        return True
