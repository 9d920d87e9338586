from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from textual.events import MouseScrollDown
from textual.strip import Strip

from tests.files import bundled, write
from tests.ui.browsing import Session, browsing
from tui.browser_state import Mode
from tui.commands import BY_ID
from tui.dicom.pixels.marks import ANGLE, PROFILE, Mark
from tui.dicom.pixels.view import LARGEST_ZOOM, View
from tui.dicom.pixels.window import PRESETS
from tui.render.color_depth import ColorDepth
from tui.widgets.ansi_strip import AnsiStrip
from tui.widgets.bars import KeyLine

MULTI_FRAME = bundled("examples_ybr_color.dcm")  # thirty frames


def mode_of(session: Session) -> Mode:
    return session.browser.mode


def drawn(session: Session) -> list[str]:
    """Return the lines of the picture, without colours."""
    image = session.browser.image
    return [strip.text for strip in image.render_lines(image.size.region)]


async def looking_at(session: Session, name: str) -> None:
    await session.shown(name)
    await session.focus("picture")


async def test_arrows_and_letters_narrow_and_widen(ct: str) -> None:
    async with browsing([ct]) as session:
        await looking_at(session, "ct.dcm")
        assert session.window.width == 400
        await session.press("right")
        assert session.window.width == pytest.approx(420)
        await session.press("l", "left", "h")
        assert session.window.width == pytest.approx(400 * 1.05 * 1.05 * 0.95 * 0.95)
        await session.press("H")
        assert session.window.width == pytest.approx(400 * (1.05 * 0.95) ** 2 * 0.99)
        await session.press("L", "1")
        assert session.window.width == 400


async def test_the_level_moves_by_five_percent_of_the_width(ct: str) -> None:
    async with browsing([ct]) as session:
        await looking_at(session, "ct.dcm")
        await session.press("full_stop")
        assert session.window.center == 60
        await session.press("comma", "comma")
        assert session.window.center == 20


async def test_window_mode_until_w_or_escape(ct: str) -> None:
    async with browsing([ct]) as session:
        await looking_at(session, "ct.dcm")
        await session.press("w", "up", "k", "down", "up")
        assert mode_of(session) is Mode.WINDOW
        assert session.window.center == 80
        assert "WINDOW MODE" in session.text
        await session.press("j", "l")
        assert (session.window.center, session.window.width) == (60, 420)
        await session.press("w")
        assert mode_of(session) is Mode.NONE
        await session.press("w", "escape")
        assert mode_of(session) is Mode.NONE
        assert "WINDOW MODE" not in session.text


async def test_a_mode_key_replaces_the_other_mode(ct: str) -> None:
    async with browsing([ct]) as session:
        await looking_at(session, "ct.dcm")
        await session.press("w", "M")
        assert mode_of(session) is Mode.PAN
        await session.press("M")
        assert mode_of(session) is Mode.NONE


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
async def test_presets_for_hu(ct: str, preset: object) -> None:
    found = next(row for row in PRESETS if row is preset)
    async with browsing([ct]) as session:
        await looking_at(session, "ct.dcm")
        await session.press(found.key)
        assert (session.window.width, session.window.center) == (found.width, found.center)
        await session.until(lambda: found.name in session.text)


async def test_presets_are_not_for_other_units(tmp_path: Path) -> None:
    path = write(tmp_path / "mr.dcm", RescaleType="US", Modality="MR")
    async with browsing([path]) as session:
        await looking_at(session, "mr.dcm")
        await session.press("3")
        assert session.window.width == 400
        await session.until(lambda: "Brain is a window for HU; this image is in no unit" in session.text)


async def test_full_range_then_percentiles(ct: str) -> None:
    async with browsing([ct]) as session:
        await looking_at(session, "ct.dcm")
        await session.press("0")
        assert (session.window.center, session.window.width) == (0, 2000)
        await session.press("0")
        assert session.window.width == pytest.approx(2000 * 0.98, rel=0.01)


async def test_the_files_own_windows_in_turn(tmp_path: Path) -> None:
    path = write(tmp_path / "a.dcm", WindowCenter=["40", "-600"], WindowWidth=["400", "1500"])
    async with browsing([path]) as session:
        await looking_at(session, "a.dcm")
        await session.press("2")
        assert session.window.width == 1500
        await session.press("2")
        assert session.window.width == 400
        await session.press("2", "right", "1")
        assert session.window.width == 400


async def test_a_typed_window(ct: str) -> None:
    async with browsing([ct]) as session:
        await looking_at(session, "ct.dcm")
        await session.press("W")
        await session.until(lambda: "WIDTH/CENTER" in session.text)
        assert "400/40" in session.text
        await session.press(*["backspace"] * 6, "x", "enter")
        assert "Type WIDTH/CENTER" in session.text  # it stays until the window is one
        await session.press("backspace", *"80", "slash", *"35", "enter")
        await session.until(lambda: session.app.screen is session.browser)
        assert (session.window.width, session.window.center) == (80, 35)


def levels_on_screen(session: Session) -> list[Strip]:
    return session.browser.image.render_lines(session.browser.image.size.region)


async def test_invert(ct: str) -> None:
    async with browsing([ct]) as session:
        await looking_at(session, "ct.dcm")
        before = [strip.render(session.app.console) for strip in levels_on_screen(session)]
        await session.press("i")
        assert session.browser.view.inverted
        assert "inverted" in session.text
        assert [strip.render(session.app.console) for strip in levels_on_screen(session)] != before
        await session.press("i")
        assert [strip.render(session.app.console) for strip in levels_on_screen(session)] == before


async def test_zoom_pan_fit_and_reset(ct: str) -> None:
    async with browsing([ct]) as session:
        await looking_at(session, "ct.dcm")
        first = session.browser.view
        await session.press("plus", "equals_sign")
        assert session.browser.view.zoom == pytest.approx(1.5625)
        await session.press("minus")
        assert session.browser.view.zoom == pytest.approx(1.25)
        await session.press("plus", "plus", "M", "right", "l", "down")
        assert session.browser.view.center_x > 0.5
        assert session.browser.view.center_y > 0.5
        x = session.browser.view.center_x
        await session.press("h", "up", "k", "j")
        assert session.browser.view.center_x < x
        await session.press("R")
        assert session.browser.view == first
        assert mode_of(session) is Mode.NONE


async def test_fit_or_one_to_one(tmp_path: Path) -> None:
    stored = np.zeros((512, 512), "<u2").tobytes()
    async with browsing([write(tmp_path / "a.dcm", Rows=512, Columns=512, PixelData=stored)]) as session:
        await looking_at(session, "a.dcm")
        assert session.browser.image.scale_of(session.browser.view) < 1
        await session.press("enter")
        assert session.browser.image.scale_of(session.browser.view) == pytest.approx(1.0)
        await session.press("enter")
        assert session.browser.view.zoom == 1.0


async def test_corner_text_on_and_off(ct: str) -> None:
    async with browsing([ct]) as session:
        await looking_at(session, "ct.dcm")
        assert "DOE^JANE" in session.text.split("Tags")[0]
        await session.press("t")
        assert "DOE^JANE" not in session.text.split("Tags")[0]


async def test_images_of_a_folder(series: Path) -> None:
    async with browsing([series / "IM1"]) as session:
        await looking_at(session, "IM1")
        await session.press("down")
        await session.shown("IM2")
        await session.press("j", "j")
        await session.shown("IM4")
        await session.press("up", "k")
        await session.shown("IM2")
        await session.press("J")
        await session.shown("IM12")
        await session.press("down")
        await session.until(lambda: "This is the last image" in session.text)
        await session.press("K")
        await session.shown("IM2")
        await session.press("G")
        await session.shown("IM12")
        await session.press("g")
        await session.shown("IM1")
        await session.press("end")
        await session.shown("IM12")
        await session.press("home")
        await session.shown("IM1")
        assert session.entry == "IM1"
        assert session.browser.layout_state.pane == "picture"


async def test_a_window_stays_within_its_series(series: Path) -> None:
    write(series / "other", SeriesInstanceUID="9.9")
    async with browsing([series / "IM11"]) as session:
        await looking_at(session, "IM11")
        await session.press("3", "down")
        await session.shown("IM12")
        assert session.window.width == 80
        await session.press("down")
        await session.shown("other")
        assert session.window.width == 400


async def test_the_window_outlasts_a_file_without_a_picture(series: Path) -> None:
    async with browsing([series / "IM12"]) as session:
        await looking_at(session, "IM12")
        await session.press("3", "plus")
        await session.browser.run_command(BY_ID["window.lock"])
        await session.focus("files")
        await session.press("down")
        await session.until(lambda: session.browser.image.picture is None and session.sentence)
        await session.press("up")
        await session.shown("IM12")
        assert session.window.width == 80
        assert session.browser.view.locked
        assert session.browser.view.zoom == 1.25


async def test_a_picture_of_another_size_in_the_series_is_shown_whole(tmp_path: Path) -> None:
    write(tmp_path / "a")
    write(tmp_path / "b", Columns=32)
    async with browsing([tmp_path / "a"]) as session:
        await looking_at(session, "a")
        await session.press("3", "plus", "down")
        await session.shown("b")
        assert session.window.width == 80
        assert session.browser.view.zoom == 1


async def test_frames_then_the_next_file(tmp_path: Path) -> None:
    frames = np.arange(3 * 64 * 64, dtype="<u2").tobytes()
    for name in ("a.dcm", "b.dcm"):
        write(tmp_path / name, NumberOfFrames="3", PixelData=frames)
    async with browsing([tmp_path / "a.dcm"]) as session:
        await looking_at(session, "a.dcm")
        for frame in (1, 2):
            await session.press("down")
            await session.frame(frame)
        assert "frame 3/3" in session.text
        await session.press("down")
        await session.shown("b.dcm")
        assert session.picture.key.frame == 0
        await session.press("up")
        await session.shown("a.dcm")
        await session.frame(2)
        await session.press("g")
        await session.frame(0)
        await session.press("J")
        await session.frame(2)
        await session.press("I")
        await session.until(lambda: "Image number" in session.text)
        await session.press("2", "enter")
        await session.frame(1)


async def test_steps_that_arrive_together_all_count(series: Path) -> None:
    async with browsing([series / "IM1"]) as session:
        await looking_at(session, "IM1")
        for key in "jjjjjjj":
            session.app.simulate_key(key)
        await session.shown("IM8")
        for key in "gjj":
            session.app.simulate_key(key)
        await session.shown("IM3")


async def test_the_status_is_that_of_the_picture(ct: str) -> None:
    async with browsing([ct], size=(160, 50)) as session:
        await looking_at(session, "ct.dcm")
        await session.press("plus")
        assert f"{session.browser.image.scale_of(session.browser.view):.2g}x" in session.text


async def test_an_image_of_the_folder_by_its_number(series: Path) -> None:
    async with browsing([series / "IM1"]) as session:
        await looking_at(session, "IM1")
        await session.press("I", "5", "enter")
        await session.shown("IM5")
        await session.press("I", *"99", "enter")
        await session.until(lambda: "There is no image 99 in this folder" in session.text)
        await session.press("I", *"9" * 12)
        await session.until(lambda: "Type a number" in session.text)


async def test_what_is_no_image_says_what_it_is() -> None:
    async with browsing([bundled("rtplan.dcm")]) as session:
        await session.says("This is an RT Plan: it holds no pixel data. What it holds is in the tags.")
        await session.focus("picture")
        for key in ("right", "w", "0", "1", "3", "i", "plus", "enter", "t", "R", "W"):
            await session.press(key)
        assert session.browser.image.picture is None


async def test_a_picture_under_a_dialog_becomes_segments(ct: str) -> None:
    async with browsing([ct]) as session:
        await looking_at(session, "ct.dcm")
        strip = next(line for line in levels_on_screen(session) if isinstance(line, AnsiStrip))
        assert strip.divide([strip.cell_length])[0] is strip
        assert strip.crop(0, strip.cell_length) is strip
        halves = strip.divide([10, strip.cell_length])
        assert "".join(half.text for half in halves) == strip.text
        assert [half.cell_length for half in halves] == [10, strip.cell_length - 10]
        await session.press("o")
        await session.until(lambda: "Shows another folder" in session.text)
        assert "▀" in session.text  # around the dialog the picture is still there


async def test_a_view_is_forgotten_between_files_of_other_series(ct: str) -> None:
    async with browsing([ct]) as session:
        await looking_at(session, "ct.dcm")
        await session.press("t", "plus")
        other = replace(session.picture, series="another", key=session.picture.key._replace(path="/elsewhere"))
        session.browser.show_picture(other)
        assert session.browser.view == View(corner_text=False)


async def test_turn_and_flip(ct: str) -> None:
    async with browsing([ct]) as session:
        await looking_at(session, "ct.dcm")
        await session.press("r", "f")
        assert (session.browser.view.turns, session.browser.view.mirrored) == (3, True)
        await session.until(lambda: "mirrored  turned 270" in session.text)
        await session.press("v")
        assert (session.browser.view.turns, session.browser.view.mirrored) == (3, False)
        await session.press("R")
        assert session.browser.view == View()


async def test_letters_turn_with_the_picture(tmp_path: Path) -> None:
    path = write(tmp_path / "a", ImageOrientationPatient=["1", "0", "0", "0", "1", "0"])
    async with browsing([path]) as session:
        await looking_at(session, "a")
        await session.press("z")

        def edges() -> tuple[str, str]:
            lines = [line for line in session.text.splitlines() if line.startswith("│")]
            middle = lines[len(lines) // 2 - 1].strip("│ ")
            return middle[0], middle[-1]

        await session.until(lambda: edges() == ("R", "L"))
        await session.press("r")
        await session.until(lambda: edges() == ("P", "A"))
        await session.press("f")
        await session.until(lambda: edges() == ("A", "P"))


def colors_on_screen(session: Session) -> set[tuple[int, int, int]]:
    strips = session.browser.image.render_lines(session.browser.image.size.region)
    return {run.background for strip in strips if isinstance(strip, AnsiStrip) for run in strip._runs() if run.background}


async def test_a_colormap_is_chosen_by_its_name(ct: str) -> None:
    async with browsing([ct]) as session:
        await looking_at(session, "ct.dcm")
        await session.press("C", *"hot", "enter")
        await session.until(lambda: session.browser.view.colormap == "hot")
        await session.until(lambda: any(red > green > blue for red, green, blue in colors_on_screen(session)))
        assert "hot" in session.text
        await session.press("C", *"grey", "enter")
        await session.until(lambda: all(red == green == blue for red, green, blue in colors_on_screen(session)))


async def test_overlays_are_drawn_and_hidden(tmp_path: Path) -> None:
    path = bundled("examples_overlay.dcm")
    if not Path(path).exists():
        path = bundled("MR-SIEMENS-DICOM-WithOverlays.dcm")
    async with browsing([path]) as session:
        await looking_at(session, Path(path).name)
        assert session.picture.overlay is not None

        def amber() -> bool:
            return any(red > blue + 60 for red, _, blue in colors_on_screen(session))

        await session.until(amber)
        await session.browser.run_command(BY_ID["picture.overlays"])
        await session.until(lambda: not amber())


async def test_overlays_of_an_image_that_has_none(ct: str) -> None:
    async with browsing([ct]) as session:
        await looking_at(session, "ct.dcm")
        await session.browser.run_command(BY_ID["picture.overlays"])
        await session.until(lambda: "Overlays are hidden; this image has none" in session.text)


async def test_smooth_enlarging(ct: str) -> None:
    async with browsing([ct]) as session:
        await looking_at(session, "ct.dcm")
        await session.press("plus", "plus", "plus", "plus", "plus", "plus", "plus", "plus")
        sharp = drawn(session)
        await session.browser.run_command(BY_ID["picture.smooth"])
        assert session.browser.view.smooth
        await session.until(lambda: drawn(session) != sharp)


async def test_a_locked_window_goes_into_another_series(tmp_path: Path) -> None:
    write(tmp_path / "a", SeriesInstanceUID="1.1", InstanceNumber="1")
    write(tmp_path / "b", SeriesInstanceUID="1.2", InstanceNumber="1")
    async with browsing([tmp_path / "a"]) as session:
        await looking_at(session, "a")
        await session.press("6")
        await session.browser.run_command(BY_ID["window.lock"])
        await session.until(lambda: "bone  locked" in session.text)
        await session.press("j")
        await session.shown("b")
        assert session.window.width == 1800
        await session.browser.run_command(BY_ID["window.lock"])
        await session.press("k")
        await session.shown("a")
        assert session.window.width == 400


async def test_cine_plays_frames_and_begins_again(tmp_path: Path) -> None:
    pixels = np.arange(3 * 64 * 64, dtype="<u2").tobytes()
    path = write(tmp_path / "a", NumberOfFrames="3", PixelData=pixels, CineRate="30")
    async with browsing([path]) as session:
        await looking_at(session, "a")
        await session.press("c")
        assert "cine 30 fps" in session.text
        for frame in (1, 2, 0, 1):
            await session.frame(frame)
        await session.press("greater_than_sign")
        await session.until(lambda: "cine 37.5 fps" in session.text)
        await session.press("c")
        assert not session.browser.is_playing
        await session.until(lambda: "fps" not in session.text)


async def test_cine_plays_the_images_of_a_folder_until_escape(series: Path) -> None:
    async with browsing([series / "IM11"]) as session:
        await looking_at(session, "IM11")
        await session.press("c")
        for name in ("IM12", "IM1", "IM2"):
            await session.shown(name)
        await session.press("escape")
        assert not session.browser.is_playing


async def test_cine_ends_where_the_user_goes_somewhere_else(series: Path) -> None:
    async with browsing([series / "IM1"]) as session:
        await looking_at(session, "IM1")
        await session.press(*["less_than_sign"] * 30, "c")
        assert session.browser.is_playing
        await session.focus("files")
        await session.press("end")
        await session.until(lambda: not session.browser.is_playing)


async def test_cine_of_one_image_says_so(ct: str) -> None:
    async with browsing([ct]) as session:
        await looking_at(session, "ct.dcm")
        await session.press("c")
        await session.until(lambda: "There is one image here: nothing to play" in session.text)
        await session.press("less_than_sign")
        await session.until(lambda: "Cine at 8 frames a second" in session.text)


async def test_the_probe_says_what_is_under_it(ct: str) -> None:
    async with browsing([ct]) as session:
        await looking_at(session, "ct.dcm")
        await session.press("p")
        await session.until(lambda: "PROBE MODE" in session.text and "(32, 32)" in session.text)
        value = int(session.picture.values[32, 32])
        assert f"(32, 32)  {value} HU  stored {value + 1000}" in session.text
        await session.press("right", "l", "down", "left")
        moved = [session.browser.view.probe_x, session.browser.view.probe_y]
        assert moved[0] is not None
        assert moved[0] > 0.5
        await session.until(lambda: "(32, 32)" not in session.text)
        await session.press("escape")
        assert mode_of(session) is Mode.NONE
        assert session.browser.view.probe_x is None
        await session.until(lambda: "stored" not in session.text)


async def test_another_mode_takes_the_probe_away(ct: str) -> None:
    async with browsing([ct]) as session:
        await looking_at(session, "ct.dcm")
        await session.press("p", "w")
        assert mode_of(session) is Mode.WINDOW
        assert session.browser.view.probe_x is None


async def test_the_mouse_drags_the_window_wheels_through_images_and_probes(series: Path) -> None:
    async with browsing([series / "IM2"]) as session:
        await looking_at(session, "IM2")
        image = session.browser.image
        await session.pilot.mouse_down(image, offset=(20, 5))
        await session.pilot.hover(image, offset=(24, 5))
        await session.pilot.mouse_up(image, offset=(24, 5))
        assert session.window.width == pytest.approx(400 * 1.1)
        image.post_message(MouseScrollDown(image, 20, 5, 0, 1, 0, False, False, False))
        await session.shown("IM3")
        await session.press("p")
        place = image._ready_canvas().drawing
        assert place is not None
        await session.pilot.click(image, offset=(image.size.width // 2 + 4, image.size.height // 2))
        await session.until(lambda: (session.browser.view.probe_x or 0) > 0.55)


async def test_the_histogram_comes_and_goes(ct: str) -> None:
    async with browsing([ct]) as session:
        await looking_at(session, "ct.dcm")
        await session.press("b")
        await session.until(lambda: "240" in session.text and "-160" in session.text and "1000" in session.text)
        await session.press("b")
        await session.until(lambda: "-160" not in session.text)


async def measuring(session: Session, tool: str) -> None:
    await session.press("m")
    await session.until(lambda: "Measure" in session.text)
    await session.press(*tool, "enter")
    await session.until(lambda: mode_of(session) is Mode.MEASURE)


async def test_a_distance_is_measured_and_stays_on_its_picture(tmp_path: Path) -> None:
    for name in "ab":
        write(tmp_path / name, PixelSpacing=["2", "0.5"])
    async with browsing([tmp_path / "a"]) as session:
        await looking_at(session, "a")
        await measuring(session, "dist")
        assert "DISTANCE MODE" in session.text
        assert "Enter point" in session.text
        await session.press("enter", *["right"] * 3)
        moved = session.browser.view.marking
        assert moved is not None
        await session.until(lambda: " mm" in session.text)
        await session.press("enter")
        marks = session.browser.view.marks
        (mark,) = marks
        assert mark.points[0][1] == mark.points[1][1]
        length = session.browser.image.said_at_probe(session.browser.view)
        assert float(length.removesuffix(" mm")) == pytest.approx((mark.points[1][0] - mark.points[0][0]) * 0.5, abs=0.05)
        await session.until(lambda: session.text.count(length) == 2)  # on the picture and in the status line
        await session.press("m")
        assert mode_of(session) is Mode.NONE
        await session.press("down")
        await session.shown("b")
        assert not session.browser.view.marks
        await session.press("up")
        await session.shown("a")
        assert session.browser.view.marks == marks


async def test_escape_drops_the_point_then_the_mode(ct: str) -> None:
    async with browsing([ct]) as session:
        await looking_at(session, "ct.dcm")
        await measuring(session, "angle")
        await session.press("enter", "right", "escape")
        assert mode_of(session) is Mode.MEASURE
        assert session.browser.view.marking == Mark(ANGLE)
        await session.press("escape")
        assert mode_of(session) is Mode.NONE
        assert session.browser.view.probe_x is None


async def test_measures_are_listed_and_removed(ct: str) -> None:
    async with browsing([ct]) as session:
        await looking_at(session, "ct.dcm")
        await session.browser.run_command(BY_ID["picture.measure-list"])
        await session.until(lambda: "Nothing was measured" in session.text)
        await measuring(session, "rect")
        await session.press("enter", "right", "down", "enter", "left", "enter", "up", "enter", "m")
        assert len(session.browser.view.marks) == 2
        await session.press("m")
        await session.until(lambda: "remove the last" in session.text)
        await session.press(*"list", "enter")
        await session.until(lambda: "rectangle: mean" in session.text)
        await session.press("escape", "m", *"remove the last", "enter")
        await session.until(lambda: len(session.browser.view.marks) == 1)
        await session.press("m", *"remove all", "enter")
        await session.until(lambda: session.browser.view.marks == ())


async def test_the_mouse_draws_a_rectangle(ct: str) -> None:
    async with browsing([ct]) as session:
        await looking_at(session, "ct.dcm")
        await measuring(session, "rect")
        image = session.browser.image
        middle = image.size.width // 2, image.size.height // 2
        await session.pilot.mouse_down(image, offset=middle)
        await session.pilot.hover(image, offset=(middle[0] + 5, middle[1] + 3))
        await session.pilot.mouse_up(image, offset=(middle[0] + 5, middle[1] + 3))
        await session.until(lambda: len(session.browser.view.marks) == 1)
        first, last = session.browser.view.marks[0].points
        assert first[0] < last[0]
        assert first[1] < last[1]


async def test_keys_that_arrive_together_choose_a_tool_and_measure(ct: str) -> None:
    async with browsing([ct]) as session:
        await looking_at(session, "ct.dcm")
        for key in ("m", *"prof", "enter", "left", "enter", "right", "right", "enter"):
            session.app.simulate_key(key)
        await session.until(lambda: len(session.browser.view.marks) == 1)
        (mark,) = session.browser.view.marks
        assert mark.tool == PROFILE
        assert mark.points[0][0] < mark.points[1][0]


async def test_cells_and_colours_are_chosen_while_it_runs(ct: str) -> None:
    async with browsing([ct]) as session:
        await looking_at(session, "ct.dcm")
        await session.browser.run_command(BY_ID["picture.cells"])
        await session.press(*"braille", "enter")
        await session.until(lambda: any("\u2801" <= letter <= "\u28ff" for letter in session.text))
        await session.browser.run_command(BY_ID["picture.cells"])
        await session.press(*"ascii", "enter")
        await session.until(lambda: "%%" in session.text)
        await session.browser.run_command(BY_ID["picture.cells"])
        await session.press(*"half", "enter")
        await session.until(lambda: "▀▀" in session.text)
        await session.browser.run_command(BY_ID["picture.colors"])
        await session.press(*"mono", "enter")
        await session.until(lambda: session.browser.image.depth is ColorDepth.MONO)
        await session.until(lambda: "█" in session.text)


async def test_a_file_that_was_written_anew_has_no_measures(tmp_path: Path) -> None:
    path = write(tmp_path / "a")
    async with browsing([path]) as session:
        await looking_at(session, "a")
        await measuring(session, "prof")
        await session.press(*["right"] * 5, "enter", *["down"] * 3, "enter", "up", "enter")
        assert len(session.browser.view.marks) == 1
        write(tmp_path / "a", Rows=8, Columns=8, PixelData=bytes(128))
        await session.press("f5")
        await session.until(lambda: session.picture.rows == 8)
        view = session.browser.view
        assert (view.marks, view.marking) in (((), None), ((), Mark(PROFILE)))


async def test_removing_nothing_keeps_what_is_there(ct: str) -> None:
    async with browsing([ct]) as session:
        await looking_at(session, "ct.dcm")
        await measuring(session, "dist")
        await session.press("enter", "right", "enter", "m")
        whole = session.picture
        session.browser.show_picture(replace(whole, preview=True))
        await session.browser.run_command(BY_ID["picture.measure-remove-all"])
        session.browser.show_picture(whole)
        assert len(session.browser.view.marks) == 1


async def test_a_click_beside_the_picture_sets_no_point(ct: str) -> None:
    async with browsing([ct]) as session:
        await looking_at(session, "ct.dcm")
        await measuring(session, "dist")
        await session.press("enter", "right")
        await session.pilot.click(session.browser.image, offset=(1, 1))
        await session.pilot.pause()
        assert not session.browser.view.marks


async def test_measuring_goes_on_from_where_the_probe_stands(ct: str) -> None:
    async with browsing([ct]) as session:
        await looking_at(session, "ct.dcm")
        await session.press("p", "left", "left", "up")
        place = session.browser.view.probe_x, session.browser.view.probe_y
        await measuring(session, "dist")
        assert (session.browser.view.probe_x, session.browser.view.probe_y) == place
        await session.press("f", "f")
        assert session.browser.view.probe_x == pytest.approx(place[0])


async def test_a_sentence_follows_the_theme(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("no image")
    async with browsing([tmp_path / "x.txt"]) as session:
        await session.says("no DICOM file")
        session.app.theme = "textual-light"
        light = session.app.theme_variables["background"]
        image = session.browser.image
        await session.until(
            lambda: any(
                segment.style and segment.style.bgcolor and segment.style.bgcolor.name == light.lower()
                for strip in image.render_lines(image.size.region) for segment in strip
            )
        )  # fmt: skip


async def test_the_status_and_low_bandwidth_follow_what_is_chosen(ct: str) -> None:
    async with browsing([ct]) as session:
        await looking_at(session, "ct.dcm")
        session.browser._use_settings({"cells": "quadrant", "low-bandwidth": True})
        scale = f"{session.browser.image.scale_of(session.browser.view):.2g}x"
        await session.until(lambda: scale in session.text and "few colours" in session.text)


async def test_cine_counts_what_was_drawn(tmp_path: Path) -> None:
    write(tmp_path / "a", NumberOfFrames="3", PixelData=np.arange(3 * 64 * 64, dtype="<u2").tobytes())
    async with browsing([tmp_path / "a"]) as session:
        await looking_at(session, "a")
        before = len(session.browser.image.shown_at)
        await session.press("period", "i", "down")
        await session.frame(1)
        await session.until(lambda: len(session.browser.image.shown_at) == before + 1)


async def test_one_to_one_further_than_the_largest_zoom_is_said(tmp_path: Path) -> None:
    path = write(tmp_path / "wide.dcm", Rows=2, Columns=30_000, PixelData=bytes(2 * 2 * 30_000))
    async with browsing([path]) as session:
        await looking_at(session, "wide.dcm")
        await session.press("enter")
        assert session.browser.view.zoom == LARGEST_ZOOM
        assert "1:1 is further than this goes" in session.browser.query_one(KeyLine).message
