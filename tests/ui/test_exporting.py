"""Exporting from the browser: the choice of a format, the dialog, its preview, and what was written."""

import struct
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from textual.widgets import Button, Input, Label, Select

from tests.dicom.export.series import SLICES, write_series
from tests.files import write
from tests.ui.browsing import Session, browsing
from tui.dicom.export import pictures
from tui.dicom.export.formats import BY_NAME, Extra
from tui.dicom.export.order import Subject
from tui.dicom.export.outputs import Output
from tui.dicom.options import Values
from tui.screens.choice import ChoiceScreen
from tui.screens.exporting import ExportDialog
from tui.screens.progress import Ended, ProgressScreen
from tui.widgets.folder_suggester import completed
from tui.widgets.picture_row import PictureRow


def dialog(session: Session) -> ExportDialog:
    found = session.app.screen
    assert isinstance(found, ExportDialog)
    return found


def said(session: Session, name: str = "plan-said") -> str:
    found = dialog(session).query(f"#{name}")  # not there before it is composed
    return str(found.first(Label).content) if found else ""


async def opened(session: Session, form: str) -> None:
    """Press e, choose a format, and wait until something is known of the results."""
    await session.press("e")
    await session.until(lambda: isinstance(session.app.screen, ChoiceScreen))
    await session.press(*form, "enter")
    await session.until(lambda: isinstance(session.app.screen, ExportDialog))
    await session.until(lambda: "result" in said(session))


async def exported(session: Session) -> Ended:
    """Press the button, and wait for what is said at the end; go back."""
    dialog(session).query_one("#primary", Button).press()
    await session.until(lambda: isinstance(session.app.screen, ProgressScreen) and session.app.screen.ended is not None)
    screen = session.app.screen
    assert isinstance(screen, ProgressScreen)
    assert screen.ended is not None
    ended = screen.ended
    await session.press("escape")
    await session.until(lambda: not isinstance(session.app.screen, ProgressScreen))
    return ended


async def put(session: Session, name: str, text: str) -> None:
    dialog(session).query_one(f"#option-{name}", Input).value = text
    await session.until(lambda: dialog(session)._values[name] == text)


async def test_the_picture_is_written_as_it_is_on_the_screen(tmp_path: Path) -> None:
    first, *_ = write_series(tmp_path / "data")
    async with browsing([first.filename]) as session:
        await session.until(lambda: session.browser.image.picture is not None)
        await session.press("tab", "0", "i", "r")  # full range, inverted, turned
        await opened(session, "png")
        values = dialog(session)._values
        assert (values["invert"], values["rotate"]) == (True, "90")
        assert "/" in str(values["window"])
        assert said(session).splitlines()[1] == "i00001.png"
        await session.until(lambda: dialog(session).query_one(PictureRow)._titled[0].picture is not None)
        assert "--invert" in said(session, "preview")
        ended = await exported(session)
    assert ended.ok
    with Image.open(tmp_path / "exported" / "i00001.png") as image:
        levels = np.asarray(image).astype(float)
    stored = np.rot90(first.pixel_array, -1).astype(float)
    assert levels.shape == stored.shape
    assert np.corrcoef(levels.ravel(), stored.ravel())[0, 1] < -0.99


async def test_a_folder_becomes_a_volume_and_e_again_keeps_the_choices(tmp_path: Path) -> None:
    write_series(tmp_path / "data" / "one")
    async with browsing([tmp_path / "data" / "one"]) as session:
        await session.until(lambda: session.browser.files_shown.targets != ())
        await session.press("h")  # to the folder
        await session.until(lambda: session.browser.files_shown.targets == (str(tmp_path / "data" / "one"),))
        await opened(session, "nifti")
        assert said(session).splitlines() == [
            "1 result, at most 5,952 bytes",
            "CT-s0003.nii.gz",
            "may hold what is burned into the pixels",
        ]
        assert f"28 x 20 x {SLICES} voxels of 0.5 x 0.8 x 2.5 mm" in said(session, "first-lines")
        dialog(session).query_one("#option-uncompressed", Select).value = True
        await session.until(lambda: said(session).splitlines()[1] == "CT-s0003.nii")
        assert (await exported(session)).ok
        await session.press("E")
        await session.until(lambda: isinstance(session.app.screen, ExportDialog))
        assert dialog(session)._values["uncompressed"] is True
        assert str(dialog(session)._values["output"]).endswith("exported-2")
        await session.press("escape")
    (volume,) = tmp_path.rglob("*.nii")
    assert struct.unpack_from("<8h", volume.read_bytes(), 40)[:4] == (3, 28, 20, SLICES)


async def test_what_cannot_be_written_is_said_before_and_after(tmp_path: Path) -> None:
    write_series(tmp_path / "data" / "one", tilt=0.5)
    async with browsing([tmp_path / "data" / "one"]) as session:
        await session.until(lambda: session.browser.files_shown.targets != ())
        await session.press("h")  # to the folder
        await session.until(lambda: session.browser.files_shown.targets == (str(tmp_path / "data" / "one"),))
        await opened(session, "nifti")
        await session.until(lambda: "tilted by" in said(session, "first-lines"))
        await put(session, "output", " ")
        assert dialog(session).query_one("#primary", Button).disabled
        await put(session, "output", str(tmp_path / "out"))
        ended = await exported(session)
    assert not ended.ok
    assert list((tmp_path / "out").rglob("*.nii*")) == []


async def test_texts_show_their_first_lines_but_in_the_privacy_view(tmp_path: Path) -> None:
    path = write(tmp_path / "a.dcm")
    async with browsing([path]) as session:
        await opened(session, "text")
        await session.until(lambda: "DOE^JANE" in said(session, "first-lines"))
        await session.press("escape", "P")
        await opened(session, "text")
        await session.until(lambda: "privacy view" in said(session, "first-lines"))
        assert str(tmp_path) not in said(session, "preview")
        await session.press("escape")


async def test_enter_in_a_field_writes_nothing_and_narrow_screens_show_one_half(tmp_path: Path) -> None:
    path = write(tmp_path / "data" / "a.dcm")
    async with browsing([path], size=(80, 24)) as session:
        await opened(session, "png")
        await session.press("enter", "enter")
        assert isinstance(session.app.screen, ExportDialog)
        plan = dialog(session).query_one("#plan")
        assert not plan.display or not plan.region.width
        dialog(session).query_one("#toggle", Button).press()
        await session.until(lambda: plan.region.width > 0)
        await session.press("escape")
    assert not (tmp_path / "exported").exists()


async def test_an_export_is_stopped_only_after_asking_and_leaves_nothing_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_series(tmp_path / "data" / "one")
    let_go, write_png, out = threading.Event(), pictures.write_png, tmp_path / "out"

    def held_up(subject: Subject, values: Values, output: Output) -> Iterator[str]:
        yield from write_png(subject, values, output)
        if out.exists() and len(list(out.iterdir())) == 2:  # not for the preview
            yield "waits"
            let_go.wait(30)
            yield ""

    monkeypatch.setattr(pictures, "write_png", held_up)
    async with browsing([tmp_path / "data" / "one"]) as session:
        await session.until(lambda: session.browser.files_shown.targets != ())
        await session.press("h")
        await session.until(lambda: session.browser.files_shown.targets == (str(tmp_path / "data" / "one"),))
        await opened(session, "png")
        await put(session, "output", str(out))
        dialog(session).query_one("#primary", Button).press()
        await session.until(lambda: isinstance(session.app.screen, ProgressScreen))
        await session.until(lambda: len(list(out.iterdir())) == 2 if out.exists() else False)
        await session.press("escape")
        await session.until(lambda: isinstance(session.app.screen, ChoiceScreen))
        await session.press(*"stop", "enter")
        await session.until(lambda: session.app.screen is session.browser)
        let_go.set()
        await session.until(lambda: not any(thread.name == "job" for thread in threading.enumerate()))
    assert sorted(path.name for path in out.iterdir()) == ["i00001.png", "i00002.png"]
    for path in out.iterdir():
        with Image.open(path) as image:
            image.load()


async def test_the_privacy_view_hides_names_and_why_nothing_would_be_written(tmp_path: Path) -> None:
    write_series(tmp_path / "data" / "DOE", tilt=0.5)
    async with browsing([tmp_path / "data" / "DOE"]) as session:
        await session.until(lambda: session.browser.files_shown.targets != ())
        await session.press("h", "P")
        await opened(session, "nifti")
        await session.until(lambda: "outside the privacy view" in said(session, "first-lines"))
        assert "tilted by" not in session.text
        assert "DOE" not in session.text
        await put(session, "names", "files")
        await session.until(lambda: "1 result" in said(session))
        assert "DOE" not in said(session)
        await session.press("escape", "escape")


async def test_a_format_whose_library_is_missing_is_not_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.dcm")
    monkeypatch.setitem(BY_NAME, "csv", replace(BY_NAME["csv"], needs=Extra("no_such_module", "NoSuch", "tables")))
    async with browsing([path]) as session:
        await session.press("e")
        await session.until(lambda: isinstance(session.app.screen, ChoiceScreen))
        await session.press(*"csv", "enter")
        await session.until(lambda: isinstance(session.app.screen, ExportDialog))
        await session.until(lambda: "csv: it needs NoSuch: pip install 'dicom-tui[tables]'" in said(session, "problem"))
        assert dialog(session).query_one("#primary", Button).disabled
        await session.press("escape")


def test_folders_are_completed(tmp_path: Path) -> None:
    for name in ("alpha", "alphabet", ".hidden"):
        (tmp_path / name).mkdir()
    (tmp_path / "alp").touch()
    assert completed(f"{tmp_path}/al") == f"{tmp_path}/alpha/"
    assert completed(f"{tmp_path}/alpha") == f"{tmp_path}/alphabet/"
    assert completed(f"{tmp_path}/x") is None
    assert completed(f"{tmp_path}/.h") == f"{tmp_path}/.hidden/"
    assert completed(f"{tmp_path}/") is None
    assert completed(f"{tmp_path}/none/x") is None
