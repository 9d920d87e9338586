"""Searching the tags and filtering the files, as the user types."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from textual import on
from textual.screen import Screen

from tui.browser_state import Mode
from tui.commands import FILES, TAGS
from tui.screens import questions
from tui.text import names_are_masked, safe_text
from tui.widgets.bars import PANE_NAMES
from tui.widgets.tag_table import TagTable

if TYPE_CHECKING:
    from textual.widget import Widget

    from tui.background import Background
    from tui.browser_state import Layout
    from tui.dicom.query import Hits, QueryError
    from tui.dicom.tags import TagRows
    from tui.widgets.file_list import FileList
    from tui.widgets.pane import Pane
    from tui.widgets.search_input import SearchInput

_STILL_TYPED_S = 0.5
_SEARCH_HINTS = {FILES: "part of a name", TAGS: "words in tag, name or value; Rows>256, vr:PN, -private:, a or b"}


class Searching(Screen[None]):
    """The search's part of the browser."""

    if TYPE_CHECKING:  # what the browser has
        layout_state: Layout
        mode: Mode
        file_filter: str
        tag_query: str
        table: TagTable
        searches: Background[questions.SearchQuestion, Hits | QueryError]
        _rows: TagRows | None

        @property
        def files_shown(self) -> FileList:
            """Return the list that the files pane shows."""

        def drop_point(self) -> bool:
            """Drop the points of the measure that is under way; return whether there were some."""

        @property
        def is_playing(self) -> bool:
            """Return whether pictures are played."""

        def stop_cine(self) -> None:
            """Stop playing."""

        @property
        def view_words(self) -> str:
            """Return what the files pane shows."""

        def filter_files(self) -> None:
            """Let only those files through that the filter names."""

        def cancel_scan(self) -> bool:
            """Stop finding what lies below the open folders."""

        def leave_hits(self) -> bool:
            """Show again what was shown before the hits."""

        def pane(self, name: str) -> Pane:
            """Return the pane called `name`."""

        def pane_widget(self, pane: str) -> Widget:
            """Return the widget of `pane` that takes the keys."""

        def say(self, message: str) -> None:
            """Show a word on the last key."""

        @property
        def changes_here(self) -> int:
            """Return how many changes are made to the file that is shown."""

    async def action_search(self) -> None:
        """Open the search of the focused pane: the files' in the files pane, else the tags'."""
        pane = FILES if self.layout_state.pane == FILES else TAGS
        if self.layout_state.pane != pane:
            self.layout_state = self.layout_state.with_pane(pane)
        if names_are_masked():
            self.say("Masked values are not found by what they are: P shows them")
        field = await self._shown_field(pane)
        field.select_all()
        self.set_focus(field)

    async def _shown_field(self, pane: str) -> SearchInput:
        field = self._search_field(pane)
        if field is None:
            from tui.widgets.search_input import SearchInput  # Textual's Input: not before it is wanted

            field = SearchInput(_SEARCH_HINTS[pane], id=f"{pane}-search")
            await self.pane(pane).mount(field, before=0)
        field.display = True
        return field

    def _search_field(self, pane: str) -> SearchInput | None:
        found = self.query(f"#{pane}-search")
        return cast("SearchInput", found.first()) if found else None

    def on_search_input_edited(self, message: SearchInput.Edited) -> None:
        """Search for, or filter by, what stands in the field now."""
        if message.field.id == f"{FILES}-search":
            self.file_filter = message.field.value
        else:
            self.tag_query = message.field.value

    def watch_tag_query(self) -> None:
        """Search the tags."""
        self.search_or_show_all()

    def search_or_show_all(self) -> None:
        """Search the rows for the query; where it is blank, show them all."""
        if self._rows is None:
            return
        if self.tag_query.strip():
            self.searches.ask(questions.SearchQuestion(self._rows, self.tag_query))
        else:
            self.table.show_rows(self._rows, None)

    def end_filter(self) -> None:
        """Show all files again."""
        field = self._search_field(FILES)
        if field is not None:
            field.value = ""
            field.display = False
        self.file_filter = ""

    def watch_file_filter(self) -> None:
        """Show the filter in the pane's title."""
        if self.is_mounted:
            self.filter_files()
            self.title_files()

    @on(questions.Searched)
    def _searched(self, message: questions.Searched) -> None:
        from tui.dicom.query import QueryError

        if self._rows is None or message.question != questions.SearchQuestion(self._rows, self.tag_query):
            return
        if not isinstance(message.answer, QueryError):
            self.table.show_rows(self._rows, message.answer)
            return
        if self.table.shown.rows is not self._rows:
            self.table.show_rows(self._rows, None)
        # what was found stays while more is typed
        self.set_timer(_STILL_TYPED_S, partial(self._show_problem, message.question, message.answer))

    def _show_problem(self, question: questions.SearchQuestion, problem: QueryError) -> None:
        if self._rows is not None and question == questions.SearchQuestion(self._rows, self.tag_query):
            self.table.show_problem(problem)

    async def action_search_for(self, query: str) -> None:
        """Search the tags for `query`; again: end the search."""
        ended = self.tag_query == query
        field = await self._shown_field(TAGS)
        field.value = "" if ended else query
        field.display = not ended

    def action_leave_search(self, ended: bool) -> None:
        """Give the focus to the list; end the search, or hide its field if it is empty.

        An action, for it is done before the next key is looked at; a message would come after it.
        """
        pane = self.layout_state.pane
        field = self._search_field(pane)
        if field is not None:
            field.remember()
            field.value = "" if ended else field.value
            field.display = bool(field.value)
        self.set_focus(self.pane_widget(pane))

    @on(TagTable.Counted)
    def _counted(self, message: TagTable.Counted) -> None:
        title = PANE_NAMES[TAGS]
        if message.hits is not None:
            title += f" - {message.hits:,} of {message.total:,} - / {safe_text(self.tag_query, 30)}"
        elif message.total:
            title += f" - {message.total:,}"
        if self.changes_here:
            title += f" - {self.changes_here} change{'s' * (self.changes_here != 1)}, not saved"
        self.pane(TAGS).title = title

    def title_files(self) -> None:
        """Show in the files pane's title what it shows, and its filter."""
        filtered = f" - {safe_text(self.file_filter, 30)}" if self.file_filter else ""
        self.pane(FILES).title = self.view_words + filtered

    def action_next_hit(self, step: int) -> None:
        """Put the cursor of the tags on the next or previous hit."""
        if self.layout_state.pane == FILES and self.file_filter:
            self.files_shown.move_to_file(step)
        elif not self.table.next_hit(step):
            self.say("No search is on: / begins one")

    def action_back(self) -> None:
        """Back out of a measure, out of the mode, or else out of the search."""
        if self.drop_point():
            return
        if self.mode is not Mode.NONE:
            self.mode = Mode.NONE
            return
        if self.is_playing:
            self.stop_cine()
            return
        pane = FILES if self.layout_state.pane == FILES else TAGS
        field = self._search_field(pane)
        if field is not None and field.value:
            field.value = ""
            field.display = False
        elif pane == FILES and not self.cancel_scan():
            self.leave_hits()
