"""What differs between files, or within a series: a screen of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Label

from tui.background import Background
from tui.browser_state import Sentence
from tui.dicom.difference import Comparison, Difference, Ignoring
from tui.dicom.errors import DicomError
from tui.dicom.job import Step
from tui.dicom.library.comparing import Compared, compare_files, compare_series
from tui.dicom.pixels.view import View
from tui.screens.questions import Failed
from tui.text import safe_text
from tui.widgets.comparison_table import ComparisonHeads, ComparisonTable, heads_of
from tui.widgets.picture_row import PictureRow, Titled

if TYPE_CHECKING:
    from tui.widgets.glyphs import Glyphs

_PAIR: Final = 2
_SWITCHES: Final = ("uids", "dates", "private", "meta")
_HINT: Final = "Enter values  ←→ files  u UIDs  t dates  # private  m meta  y copy"
_PAIR_HINT: Final = "p pictures  , . frame  "


@dataclass(frozen=True, slots=True)
class ComparisonQuestion:
    """Which files are compared: these, or those of the series of one of them."""

    paths: tuple[str, ...]
    series: bool


@dataclass(frozen=True, slots=True)
class Heads:
    """All files were read: the names over their columns, and what is to be said of them; safe to draw."""

    names: tuple[str, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pictures:
    """Both pictures of a pair at `frame` (of `frames`), and their difference."""

    titled: tuple[Titled, ...]
    words: str
    frame: int
    frames: int


class Answered(Message):
    """Something was read or found out: a step, the files, what differs, the pictures, or a sentence on why not."""

    def __init__(self, answer: Step | Heads | Comparison | Pictures | Sentence) -> None:
        super().__init__()
        self.answer = answer


class ComparisonScreen(ModalScreen[None]):
    """What differs: of two files with both pictures, of a series with the values of all its files.

    Parameters
    ----------
    question : ComparisonQuestion
        What is compared.
    pictures : PictureRow
        Draws pictures as the browser does.
    glyphs : Glyphs
        The marks that are drawn.
    hides : callable, optional
        Tells of a tag and a VR whether values are masked.
    """

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", "close", show=False),
        Binding("enter", "values", "values", show=False),
        Binding("u", "ignore('uids')", "ignore UIDs", show=False),
        Binding("t", "ignore('dates')", "ignore dates", show=False),
        Binding("number_sign", "ignore('private')", "ignore private", show=False),
        Binding("m", "ignore('meta')", "ignore file meta", show=False),
        Binding("p", "pictures", "pictures", show=False),
        Binding("comma", "step_frame(-1)", "previous frame", show=False),
        Binding("full_stop", "step_frame(1)", "next frame", show=False),
        Binding("y", "copy", "copy", show=False),
    ]

    def __init__(
        self,
        question: ComparisonQuestion,
        pictures: PictureRow,
        glyphs: Glyphs,
        hides: Callable[[int, str], bool] | None = None,
    ) -> None:
        super().__init__()
        self._hides = hides
        self._question = question
        self._pictures = pictures
        self._glyphs = glyphs
        self._ignoring = Ignoring()
        self._compared: Compared | None = None  # of the thread that reads
        self._heads: Heads | None = None
        self._frame = 0
        self._frames = 1
        self._pixel_words = ""
        self._background: Background[ComparisonQuestion, Answered] = Background(
            "comparing", self._answers, lambda _question, answer: self._post(answer), lambda error: self._post(Failed(error))
        )
        self._results: Background[Ignoring, Answered] = Background(
            "comparing results", self._result, lambda _ignoring, answer: self._post(answer),
            lambda error: self._post(Failed(error)),
        )  # fmt: skip
        self._decoding: Background[int, Answered] = Background(
            "comparing pictures", self._decoded, lambda _frame, answer: self._post(answer),
            lambda error: self._post(Failed(error)),
        )  # fmt: skip

    def compose(self) -> ComposeResult:
        """Lay out the pictures, the names and the rows."""
        with Vertical(classes="dialog dialog-whole") as box:
            box.border_title = Content("What differs in the series" if self._question.series else "What differs")
            box.border_subtitle = Content(f"Esc back  {_PAIR_HINT if self._is_pair else ''}{_HINT}")
            yield Label(Content("reading …"), classes="sentence", id="comparison-said")
            self._pictures.display = False
            yield self._pictures
            yield ComparisonHeads(id="comparison-heads")
            yield ComparisonTable(self._glyphs, id="comparison")

    def on_mount(self) -> None:
        """Read the files."""
        self._table.focus()
        self._background.ask(self._question)

    def on_unmount(self) -> None:
        """Read no further."""
        for background in (self._background, self._results, self._decoding):
            background.stop()

    @property
    def _is_pair(self) -> bool:
        return len(self._question.paths) == _PAIR and not self._question.series

    @property
    def _table(self) -> ComparisonTable:
        return self.query_one(ComparisonTable)

    @property
    def ignoring(self) -> Ignoring:
        """Return what is no difference for now."""
        return self._ignoring

    def _post(self, message: Message) -> None:
        if self.is_running:
            self.post_message(message)

    # --- in the background

    def _answers(self, question: ComparisonQuestion) -> Iterator[Answered]:
        job = compare_series(question.paths[0]) if question.series else compare_files(question.paths)
        try:
            for step in job:
                if isinstance(step, Step):
                    yield Answered(step)
                    continue
                self._compared = step
                paths = [elements.path for elements in step.walked]
                numbers = ["" if member.number is None else f"# {member.number}" for member in step.members]
                told = all(numbers) and len(set(numbers)) == len(numbers)
                own = question.paths[0] if question.series else ""
                marks = ("> " if path == own else "" for path in paths)
                heads = zip(marks, self._names(paths, numbers if told else ()), strict=True)
                problems = tuple("a file is odd" for _ in step.problems) if self._hides is not None else step.problems
                yield Answered(Heads(tuple(mark + safe_text(name) for mark, name in heads), problems))
                yield from self._result(self._ignoring)
        except DicomError as error:
            yield Answered(Sentence(safe_text(str(error)), error=True))

    def _result(self, ignoring: Ignoring) -> Iterator[Answered]:
        if self._compared is None:
            return
        found = self._compared.comparer.result(ignoring)
        if self._hides is not None:
            found = replace(found, differences=tuple(each.masked(self._hides) for each in found.differences))
        yield Answered(found)

    def _names(self, paths: list[str], numbers: Sequence[str]) -> list[str]:
        """Return short names of files; where names are masked, their places."""
        if self._hides is not None and not numbers:
            return [f"file {number}" for number in range(1, len(paths) + 1)]
        return heads_of(paths, numbers)

    def _decoded(self, frame: int) -> Iterator[Answered]:
        from tui.dicom.pixels.differences import pair_of_pictures  # imports NumPy

        walked = self._compared.walked if self._compared is not None else ()
        if len(walked) != _PAIR:
            return  # they are not read yet
        pair, plain = pair_of_pictures(walked[0], walked[1], frame), View()
        number = f" frame {frame + 1}" if pair.frames > 1 else ""
        heads = self._names([elements.path for elements in walked], ())
        same = plain if pair.window is None else plain.windowed(pair.window)
        titled = [
            Titled(safe_text(f"{head}{number}"), picture, same, Sentence(safe_text(problem), error=True))
            for head, picture, problem in zip(heads, pair.pictures, pair.problems, strict=True)
        ]
        none = Sentence(f"{pair.words}: no difference can be drawn")
        titled.append(Titled("their difference", pair.difference, plain, none))
        yield Answered(Pictures(tuple(titled), pair.words, frame, pair.frames))

    # --- what was read

    @on(Answered)
    def _answered(self, message: Answered) -> None:
        answer = message.answer
        if isinstance(answer, Step):
            self._say(f"reading {answer.done:,} of {answer.total:,}")
        elif isinstance(answer, Sentence):
            self._say(answer.text)
        elif isinstance(answer, Pictures):
            if answer.frame == self._frame:
                self._pictures.show(answer.titled)
                self._pixel_words, self._frames = answer.words, max(self._frames, answer.frames)
                self._say_result()
        elif isinstance(answer, Heads):
            self._heads = answer
            self.query_one(ComparisonHeads).show_names(answer.names)
        else:
            self._show(answer)

    @on(Failed)
    def _fail(self, message: Failed) -> None:
        raise message.error

    def _say(self, words: str) -> None:
        self.query_one("#comparison-said", Label).update(Content(words))

    def _show(self, comparison: Comparison) -> None:
        first = not self._table.comparison.files
        none = "Nothing differs" if len(comparison.files) > 1 else "There is no other file to compare with"
        self._table.show(comparison, none)
        self._say_result()
        if first and self._question.series and self._question.paths[0] in comparison.files:
            self.call_after_refresh(self._bring_own)

    def _say_result(self) -> None:
        comparison, problems = self._table.comparison, self._heads.problems if self._heads is not None else ()
        without = [name for name in _SWITCHES if getattr(self._ignoring, name)]
        said = f"{len(comparison.differences):,} differ, {comparison.same:,} are the same in {_files(comparison)}"
        said += f"; without {', '.join(without).replace('uids', 'UIDs')}" if without else ""
        said += f"; {self._pixel_words}" if self._pictures.display and self._pixel_words else ""
        said += f"\n! {problems[0]}" if problems else ""
        said += f" (and {len(problems) - 1:,} more)" if len(problems) > 1 else ""
        self._say(said)

    def _bring_own(self) -> None:
        """Scroll to the file that was looked at."""
        self._table.bring_file(self._table.comparison.files.index(self._question.paths[0]))
        self._follow()

    def _follow(self) -> None:
        self.query_one(ComparisonHeads).first = self._table.first

    def on_comparison_table_scrolled(self) -> None:
        """Show the names over the files that are shown."""
        self._follow()

    # --- actions

    def action_ignore(self, what: str) -> None:
        """Leave out what is no difference, or show it again."""
        self._ignoring = replace(self._ignoring, **{what: not getattr(self._ignoring, what)})
        self._results.ask(self._ignoring)

    def action_values(self) -> None:
        """Show the values of the attribute under the cursor, file by file."""
        from tui.screens.reading import ReadingScreen

        difference = self._table.difference
        if difference is not None and self._heads is not None:
            title = f"{difference.tag} {difference.name}".strip()
            text = _values_text(difference, self._heads.names)
            self.app.push_screen(ReadingScreen(title, f"at {difference.path}", partial(str, text)))

    def action_copy(self) -> None:
        """Copy the row under the cursor."""
        difference = self._table.difference
        if difference is not None:
            values = " | ".join(difference.text(file) for file in range(len(difference.values)))
            self.app.copy_to_clipboard(f"{difference.path} {difference.name} = {values}")

    def action_pictures(self) -> None:
        """Show both pictures and their difference, or hide them."""
        if not self._is_pair:
            self.app.notify("Pictures are compared of two files", markup=False)
            return
        self._pictures.display = not self._pictures.display
        if self._pictures.display:
            self._decoding.ask(self._frame)
        else:
            self._say_result()

    def action_step_frame(self, step: int) -> None:
        """Compare another frame of both files."""
        if self._pictures.display:
            self._frame = min(max(0, self._frame + step), self._frames - 1)
            self._decoding.ask(self._frame)


def _files(comparison: Comparison) -> str:
    count = len(comparison.files)
    return "both files" if count == _PAIR else f"all {count:,} files" if count > 1 else "the file"


def _values_text(difference: Difference, names: tuple[str, ...]) -> str:
    lines = []
    for file, name in enumerate(names):
        missing = difference.values[file] is None
        lines.append(f"{name:<24} {'(missing)' if missing else difference.text(file)}".rstrip())
    if difference.words:
        lines += ["", difference.words]
    return "\n".join(lines)
