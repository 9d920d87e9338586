"""Draw the README's pictures: drive the real app and write ``screenshots/*.svg``. Run: ``python -m tests.screenshots``."""

import asyncio
import os
import re
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from textual.widgets import Input

from tests.files import BUNDLED
from tests.ui.browsing import Session, browsing
from tui.dicom import phantom

_SHOWN_HOME = "/home/physicists"
FOLDER = Path(__file__).parents[1] / "screenshots"
SIZE = (120, 36)
Script = Callable[[Session], Awaitable[None]]


def without_fonts_from_elsewhere(svg: str) -> str:
    """Return `svg` without the font faces that a viewer would fetch over the network, in fonts that are everywhere."""
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    return svg.replace("Fira Code", "DejaVu Sans Mono, Menlo, Consolas")


async def draw(name: str, paths: list[object], script: Script) -> None:
    async with browsing(paths, SIZE) as session:
        await script(session)
        await session.pilot.pause()
        svg = without_fonts_from_elsewhere(session.app.export_screenshot(title="dicom-tui"))
        svg = svg.replace(os.environ["HOME"], _SHOWN_HOME.ljust(len(os.environ["HOME"]), "_"))  # as long: it is laid out
        (FOLDER / f"{name}.svg").write_text(svg, "utf-8")
        print(f"{name}.svg: {len(svg) // 1024} KB")


async def browser(session: Session) -> None:
    await session.shown("IM0030.dcm")
    await session.until(lambda: "PatientName" in session.text or "(0002,0010)" in session.text)
    await session.focus("picture")


async def search(session: Session) -> None:
    await session.shown("CT_small.dcm")
    await session.focus("tags")
    await session.press("slash", *"patient")
    await session.until(lambda: "/ patient" in session.text)


async def frames(session: Session) -> None:
    await session.shown("examples_ybr_color.dcm")
    await session.focus("picture")
    await session.press("z")
    for frame in range(1, 12):
        await session.press("down")
        await session.frame(frame)


async def measures(session: Session) -> None:
    await session.shown("IM0030.dcm")
    await session.focus("picture")
    await session.press("z", "b")
    for tool, first, last in (
        ("ellipse", ("left",) * 18 + ("up",) * 4, ("right",) * 6 + ("down",) * 6),
        ("profile", ("left",) * 24 + ("up",) * 12, ("right",) * 46),
    ):
        await session.press("m", *tool, "enter", *first, "enter", *last, "enter")
        await session.press("m")


async def compare(session: Session) -> None:
    await session.shown(phantom.file_name(20))
    await session.focus("files")
    await session.press("space", *["down"] * 7)
    await session.shown(phantom.file_name(28))
    await session.press("d", "u")
    await session.until(lambda: "differ" in session.text)
    await session.press("p")
    await session.until(lambda: "pixels differ" in session.text)


async def anonymize(session: Session) -> None:
    await session.shown("CT_small.dcm")
    await session.press("a")
    await session.until(lambda: "SOPInstanceUID" in session.text)
    session.app.screen.query_one("#option-output", Input).value = "~/de-identified"
    session.app.screen.query_one("#plan-search", Input).focus()
    await session.press(*"patient")
    await session.until(lambda: "ANON-" in session.text)


async def export(session: Session) -> None:
    await session.until(lambda: session.browser.image.picture is not None)
    await session.press("tab", "4", "e")
    await session.until(lambda: "PNG pictures" in session.text)
    await session.press(*"png", "enter")
    await session.until(lambda: "i00030.png" in session.text and "the first result" in session.text)
    session.app.screen.query_one("#option-output", Input).value = "~/exported"
    await session.until(lambda: "~/exported" in session.text)


async def studies(session: Session) -> None:
    await session.until(lambda: session.browser.image.picture is not None)
    await session.press("s")
    await session.until(lambda: "Studies - " in session.text and "✓" in session.text)
    await session.until(lambda: session.browser.files_shown.file is not None)
    await session.press(*["down"] * 4)
    await session.until(lambda: session.browser.files_shown.place[0] > 4)
    await session.until(lambda: session.browser.selection.path == session.picture.key.path)


async def help_screen(session: Session) -> None:
    await session.shown("IM0030.dcm")
    await session.press("question_mark")
    await session.until(lambda: "Everywhere" in session.text)


async def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        os.environ["HOME"] = home  # no path of this machine is in the pictures
        os.environ.pop("XDG_CONFIG_HOME", None)
        os.environ["XDG_STATE_HOME"] = str(Path(home) / "state")
        series = Path(home) / "CT phantom"
        for _step in phantom.write_series(str(series)):
            continue
        files = Path(home) / "files"
        shutil.copytree(BUNDLED / "test_files", files)
        middle = series / phantom.file_name(phantom.SLICES // 2)
        await draw("browser", [middle, files], browser)
        await draw("search", [files / "CT_small.dcm"], search)
        await draw("frames", [files / "examples_ybr_color.dcm"], frames)
        await draw("measures", [middle], measures)
        await draw("compare", [series / phantom.file_name(20)], compare)
        await draw("anonymize", [files / "CT_small.dcm"], anonymize)
        await draw("export", [middle], export)
        await draw("studies", [series / phantom.file_name(2), files / "dicomdirtests"], studies)
        await draw("help", [middle], help_screen)


if __name__ == "__main__":
    asyncio.run(main())
