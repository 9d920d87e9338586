"""The browser, driven key by key; waiting for facts, never for time."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from textual.pilot import Pilot

from tui.app import DicomApp
from tui.browser_state import start_of
from tui.dicom.pixels.picture import Picture
from tui.dicom.pixels.window import Window
from tui.dicom.tags import TagRow
from tui.screens.browser import Browser
from tui.settings import Settings
from tui.terminal.probe import Terminal, classify

WIDE = (120, 40)
TRUECOLOR = {"COLORTERM": "truecolor", "LANG": "C.UTF-8", "TERM": "xterm"}


@dataclass(frozen=True)
class Session:
    """A running browser."""

    app: DicomApp
    pilot: Pilot[None]
    browser: Browser

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def until(self, fact: Callable[[], object]) -> None:
        """Wait until `fact` holds."""
        for _ in range(2000):
            if fact():
                return
            await self.pilot.pause(0.005)
        raise AssertionError(f"it never came to hold; on screen is:\n{self.text}")

    @property
    def text(self) -> str:
        """Return what is on the screen."""
        return "\n".join(strip.text for strip in self.app.screen._compositor.render_strips())

    @property
    def told(self) -> list[str]:
        """Return what the toasts say."""
        return [str(notification.message) for notification in self.app._notifications]

    @property
    def picture(self) -> Picture:
        found = self.browser.image.picture
        assert found is not None
        return found

    @property
    def window(self) -> Window:
        return self.picture.window_of(self.browser.view)

    @property
    def file(self) -> str:
        """Return the name of the file whose picture is shown."""
        found = self.browser.image.picture
        return found.key.path.rpartition("/")[2] if found else ""

    @property
    def row(self) -> TagRow:
        found = self.browser.table.row
        assert found is not None
        return found

    @property
    def entry(self) -> str:
        """Return the name under the files' cursor."""
        found = self.browser.file_tree.entry
        return found.name if found else ""

    @property
    def sentence(self) -> str:
        """Return what the picture pane says instead of a picture."""
        return self.browser.sentence.text if self.browser.image.picture is None else ""

    async def shown(self, name: str) -> None:
        """Wait until the picture of the file called `name` is shown."""
        await self.until(lambda: self.file == name)

    async def frame(self, number: int) -> None:
        """Wait until frame `number` (from 0) is shown."""
        await self.until(lambda: self.picture.key.frame == number)

    async def says(self, words: str) -> None:
        """Wait until the picture pane says `words`."""
        await self.until(lambda: words in self.sentence)

    async def focus(self, pane: str) -> None:
        """Press Tab until `pane` has the focus."""
        for _ in range(3):
            if self.browser.layout_state.pane == pane:
                return
            await self.press("tab")
        assert self.browser.layout_state.pane == pane


def terminal(**environment: str) -> Terminal:
    return classify("", TRUECOLOR | environment)


@asynccontextmanager
async def browsing(
    paths: Sequence[object],
    size: tuple[int, int] = WIDE,
    settings: Settings | None = None,
    found: Terminal | None = None,
    *,
    editable: bool = False,
) -> AsyncIterator[Session]:
    """Run the browser on `paths`."""
    app = DicomApp(start_of([str(path) for path in paths]), settings or Settings(), found or terminal(), editable=editable)
    async with app.run_test(size=size, notifications=True) as pilot:
        browser = app.screen
        assert isinstance(browser, Browser)
        session = Session(app, pilot, browser)
        await session.until(
            lambda: all(root.path in browser.file_tree.files.listings for root in browser.file_tree.files.roots)
        )
        yield session
