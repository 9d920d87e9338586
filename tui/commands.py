"""THE table of commands: bindings, palette, help screen, key line and the README's key table are made from it.

A row appears when the thing works. Textual is not imported here.
"""

from dataclasses import dataclass
from typing import Final

from tui.dicom.pixels.window import PRESETS

EVERYWHERE: Final = "everywhere"
FILES: Final = "files"
PICTURE: Final = "picture"
TAGS: Final = "tags"
SCOPES: Final = (EVERYWHERE, FILES, PICTURE, TAGS)

_KEY_LABELS: Final = {
    "up": "↑", "down": "↓", "left": "←", "right": "→", "home": "Home", "end": "End", "pageup": "PgUp",
    "pagedown": "PgDn", "enter": "Enter", "space": "Space", "tab": "Tab", "shift+tab": "Shift+Tab", "escape": "Esc",
    "comma": ",", "full_stop": ".", "slash": "/", "question_mark": "?", "colon": ":", "asterisk": "*", "plus": "+",
    "equals_sign": "=", "minus": "-", "less_than_sign": "<", "greater_than_sign": ">", "add": "keypad +",
    "subtract": "keypad -", "f1": "F1", "f5": "F5",
    "number_sign": "#", "exclamation_mark": "!",
}  # fmt: skip


def key_label(key: str) -> str:
    """Return how a key (in Textual's names) is written for a person."""
    if key.startswith("ctrl+"):
        return f"Ctrl+{key[5:].upper()}"
    return _KEY_LABELS.get(key, key)


@dataclass(frozen=True, slots=True)
class Command:
    """One command.

    Parameters
    ----------
    id : str
        What the settings file calls it.
    scope : str
        The pane that must have the focus, or "everywhere".
    keys : tuple of str
        Keys in Textual's names; empty for what is in the palette only.
    action : str
        Textual's action string; without a namespace it is the focused pane's, else ``screen.`` or ``app.``.
    label : str
        Two or three words: key line and palette.
    help : str
        One sentence: help screen, palette and README.
    line : bool
        Whether the key line shows it.
    """

    id: str
    scope: str
    keys: tuple[str, ...]
    action: str
    label: str
    help: str
    line: bool = False


def _moves(scope: str, prefix: str) -> tuple[Command, ...]:
    rows = (
        ("up", ("up", "k"), "move(-1)", "up", "One row up"),
        ("down", ("down", "j"), "move(1)", "down", "One row down"),
        ("page-up", ("pageup",), "page(-1)", "page up", "One page up"),
        ("page-down", ("pagedown",), "page(1)", "page down", "One page down"),
        ("first", ("home", "g"), "move_to_end(-1)", "first", "To the first row"),
        ("last", ("end", "G"), "move_to_end(1)", "last", "To the last row"),
    )
    return tuple(Command(f"{prefix}.{name}", scope, keys, action, label, text) for name, keys, action, label, text in rows)


_GENERAL = (
    Command("pane.next", EVERYWHERE, ("tab",), "screen.next_pane(1)", "next pane", "To the next pane", True),
    Command("pane.previous", EVERYWHERE, ("shift+tab",), "screen.next_pane(-1)", "previous pane",
            "To the previous pane"),
    Command("pane.zoom", EVERYWHERE, ("z",), "screen.zoom_pane", "whole screen",
            "The pane on the whole screen, and back", True),
    Command("search", EVERYWHERE, ("slash",), "screen.search", "search", "Search the tags, or filter the files", True),
    Command("search.next", EVERYWHERE, ("n",), "screen.next_hit(1)", "next hit", "To the next hit of the search"),
    Command("search.previous", EVERYWHERE, ("N",), "screen.next_hit(-1)", "previous hit",
            "To the previous hit of the search"),
    Command("open", EVERYWHERE, ("o",), "screen.open", "open", "Open a file or a folder by its path"),
    Command("studies", EVERYWHERE, ("s",), "screen.studies", "studies",
            "Patients, studies and series below the open folders; again: the folders", True),
    Command("find", EVERYWHERE, ("F",), "screen.find", "find",
            "Find files below the open folders by the search language"),
    Command("unread", EVERYWHERE, (), "screen.unread", "unread files",
            "What could not be read below the open folders, and why"),
    Command("follow", EVERYWHERE, (), "screen.follow", "follow",
            "Studies: find new files as they are written, or no longer"),
    Command("compare", EVERYWHERE, ("d",), "screen.compare", "compare",
            "What differs between the marked files, or the marked one and this one"),
    Command("anonymize", EVERYWHERE, ("a",), "screen.anonymize", "anonymize",
            "De-identified copies of what is marked, or under the cursor; it asks how"),
    Command("export", EVERYWHERE, ("e",), "screen.export", "export",
            "Pictures, volumes or tables of what is marked, or under the cursor; it asks how"),
    Command("export-again", EVERYWHERE, ("E",), "screen.export_again", "export again",
            "The dialog of the last export, for what is marked or under the cursor now"),
    Command("privacy", EVERYWHERE, ("P",), "screen.privacy", "privacy view",
            "Mask what may identify somebody, everywhere on the screen; again: show it"),
    Command("rescan", EVERYWHERE, ("f5",), "screen.rescan", "read again",
            "Read the unfolded folders, the studies and the file that is shown again"),
    Command("help", EVERYWHERE, ("question_mark", "f1"), "screen.help", "help", "All keys, and how to go on", True),
    Command("palette", EVERYWHERE, ("colon", "ctrl+p"), "screen.palette", "palette",
            "Every command by its name", True),
    Command("settings", EVERYWHERE, (), "screen.settings", "settings",
            "Try settings, and see what to put into the settings file"),
    Command("theme", EVERYWHERE, (), "screen.choose_theme", "theme", "Choose a theme for now"),
    Command("pane.files.wider", EVERYWHERE, (), "screen.resize_files(4)", "files wider", "Make the files pane wider"),
    Command("pane.files.narrower", EVERYWHERE, (), "screen.resize_files(-4)", "files narrower",
            "Make the files pane narrower"),
    Command("pane.picture.taller", EVERYWHERE, (), "screen.resize_picture(5)", "picture taller",
            "Give the picture more of the height"),
    Command("pane.picture.shorter", EVERYWHERE, (), "screen.resize_picture(-5)", "tags taller",
            "Give the tags more of the height"),
    Command("back", EVERYWHERE, ("escape",), "screen.back", "back", "Out of a dialog, a mode, a search or a scan"),
    Command("copy-text", EVERYWHERE, ("ctrl+c",), "screen.copy_text", "copy text", "Copy the text that is selected"),
    Command("suspend", EVERYWHERE, ("ctrl+z",), "app.suspend_process", "suspend",
            "Back to the shell; `fg` comes back here"),
    Command("quit", EVERYWHERE, ("q",), "app.quit", "quit", "Leave the program", True),
)  # fmt: skip

_FILES = (
    *_moves(FILES, "files"),
    Command("files.unfold", FILES, ("right", "l"), "unfold", "unfold", "Unfold the folder, or into it", True),
    Command("files.fold", FILES, ("left", "h"), "fold", "fold", "Fold the folder, or to the one around it", True),
    Command("files.enter", FILES, ("enter",), "enter", "look", "Fold or unfold a folder; from a file to its picture"),
    Command("files.mark", FILES, ("space",), "mark", "mark", "Mark the file, or all of a series; or unmark it", True),
    Command("files.mark-all", FILES, ("asterisk",), "mark_all", "mark all",
            "Mark all files of the folder or the series, or take their marks away"),
)  # fmt: skip

_PICTURE_WHICH = (
    Command("picture.left", PICTURE, ("left", "h"), "screen.arrow('left')", "narrower",
            "Narrower window (in a mode: left)", True),
    Command("picture.right", PICTURE, ("right", "l"), "screen.arrow('right')", "wider",
            "Wider window (in a mode: right)", True),
    Command("picture.previous", PICTURE, ("up", "k"), "screen.arrow('up')", "previous image",
            "Previous frame, or image of the folder (in a mode: up)", True),
    Command("picture.next", PICTURE, ("down", "j"), "screen.arrow('down')", "next image",
            "Next frame, or image of the folder (in a mode: down)", True),
    Command("picture.back-ten", PICTURE, ("K",), "screen.step_image(-10)", "ten back", "Ten images back"),
    Command("picture.on-ten", PICTURE, ("J",), "screen.step_image(10)", "ten on", "Ten images on"),
    Command("picture.first", PICTURE, ("home", "g"), "screen.image_at_end(-1)", "first image",
            "First frame, or image of the folder"),
    Command("picture.last", PICTURE, ("end", "G"), "screen.image_at_end(1)", "last image",
            "Last frame, or image of the folder"),
    Command("picture.number", PICTURE, ("I",), "screen.ask_image", "image number", "Type the number of a frame or image"),
    Command("cine", PICTURE, ("c",), "screen.cine", "cine", "Play frames, or the images of the folder; again: stop"),
    Command("cine.slower", PICTURE, ("less_than_sign",), "screen.cine_rate(0.8)", "slower", "Play slower"),
    Command("cine.faster", PICTURE, ("greater_than_sign",), "screen.cine_rate(1.25)", "faster", "Play faster"),
)  # fmt: skip

_PICTURE_WINDOW = (
    Command("window.down", PICTURE, ("comma",), "screen.nudge_window(-0.05, 0)", "level down",
            "Lower level, by 5 % of the width", True),
    Command("window.up", PICTURE, ("full_stop",), "screen.nudge_window(0.05, 0)", "level up",
            "Higher level, by 5 % of the width", True),
    Command("window.narrower-fine", PICTURE, ("H",), "screen.nudge_window(0, -0.01)", "narrower, fine",
            "Narrower window, by 1 %"),
    Command("window.wider-fine", PICTURE, ("L",), "screen.nudge_window(0, 0.01)", "wider, fine",
            "Wider window, by 1 %"),
    Command("window.mode", PICTURE, ("w",), "screen.mode('window')", "window mode",
            "Arrows set width and level until `w` or Esc"),
    Command("window.type", PICTURE, ("W",), "screen.ask_window", "type a window", "Type a window as WIDTH/CENTER"),
    Command("window.full", PICTURE, ("0",), "screen.full_range", "full range",
            "From the least to the greatest value; again: 1st to 99th percentile"),
    Command("window.file", PICTURE, ("1",), "screen.file_window(0)", "file's window", "The file's own window"),
    Command("window.next", PICTURE, ("2",), "screen.file_window(1)", "file's next window",
            "The next of the file's own windows and LUTs"),
    *(
        Command(f"window.{preset.name}", PICTURE, (preset.key,), f"screen.preset({index})", preset.name,
                f"{preset.name.capitalize()}: width {preset.width:g}, center {preset.center:g} (HU only)")
        for index, preset in enumerate(PRESETS)
    ),
    Command("window.lock", PICTURE, (), "screen.lock_window", "lock window",
            "Keep the window where another series is shown, or give it its own again"),
    Command("picture.invert", PICTURE, ("i",), "screen.invert", "invert", "Turn the grey scale round"),
    Command("picture.colormap", PICTURE, ("C",), "screen.choose_colormap", "colormap",
            "Choose a colormap for grey pictures"),
)  # fmt: skip

_PICTURE_VIEW = (
    Command("picture.in", PICTURE, ("plus", "equals_sign", "add"), "screen.zoom(1.25)", "zoom in", "Larger", True),
    Command("picture.out", PICTURE, ("minus", "subtract"), "screen.zoom(0.8)", "zoom out", "Smaller", True),
    Command("picture.fit", PICTURE, ("enter",), "screen.fit", "fit or 1:1",
            "The whole picture, or 1:1 with the screen; while measuring: set a point"),
    Command("picture.pan", PICTURE, ("M",), "screen.mode('pan')", "pan mode", "Arrows move the picture until `M` or Esc"),
    Command("picture.turn", PICTURE, ("r",), "screen.turn", "turn", "Turn a quarter clockwise"),
    Command("picture.flip", PICTURE, ("f",), "screen.flip('sideways')", "flip", "Exchange left and right"),
    Command("picture.flip-down", PICTURE, ("v",), "screen.flip('down')", "flip upside down",
            "Exchange above and below"),
    Command("picture.smooth", PICTURE, (), "screen.smooth", "smooth",
            "Blend enlarged pixels into each other, or show them sharp again"),
    Command("picture.cells", PICTURE, (), "screen.choose_cells", "cells",
            "Half-blocks, quadrants, smaller blocks, braille or ASCII"),
    Command("picture.colors", PICTURE, (), "screen.choose_colors", "colours",
            "True colours, 256, 16 or none, for the picture"),
    Command("picture.overlays", PICTURE, (), "screen.overlays", "overlays", "Show or hide overlay planes"),
    Command("picture.probe", PICTURE, ("p",), "screen.probe", "probe",
            "A crosshair that the arrows move, with the values under it, until `p` or Esc"),
    Command("picture.measure", PICTURE, ("m",), "screen.measure", "measure",
            "Measure distance, angle, rectangle, ellipse or profile, until `m` or Esc"),
    Command("picture.measure-list", PICTURE, (), "screen.list_marks", "list measures",
            "All that was measured on the picture, to read and to copy"),
    Command("picture.measure-remove-last", PICTURE, (), "screen.remove_marks(False)", "remove last measure",
            "Take the last measure off the picture"),
    Command("picture.measure-remove-all", PICTURE, (), "screen.remove_marks(True)", "remove all measures",
            "Take all measures off the picture"),
    Command("picture.boxes-keep", PICTURE, (), "screen.keep_boxes", "keep boxes",
            "Keep measured rectangles as boxes that anonymizing blackens, for this device"),
    Command("picture.boxes-forget", PICTURE, (), "screen.forget_boxes", "forget boxes",
            "Forget the boxes of the picture's maker, model and size"),
    Command("picture.bars", PICTURE, ("b",), "screen.bars", "histogram",
            "Histogram with the window in it, and bar of colours, on or off"),
    Command("picture.texts", PICTURE, ("t",), "screen.corner_text", "corner text", "Corner texts on or off"),
    Command("picture.reset", PICTURE, ("R",), "screen.reset_view", "reset", "The picture as it was at first"),
)  # fmt: skip

_TAGS = (
    *_moves(TAGS, "tags"),
    Command("tags.unfold", TAGS, ("right", "l"), "unfold", "unfold", "Unfold the sequence, or into it", True),
    Command("tags.fold", TAGS, ("left", "h"), "fold", "fold", "Fold the sequence, or to the one around it", True),
    Command("tags.scroll-left", TAGS, ("less_than_sign",), "scroll_sideways(-8)", "scroll left",
            "Scroll sideways, left"),
    Command("tags.scroll-right", TAGS, ("greater_than_sign",), "scroll_sideways(8)", "scroll right",
            "Scroll sideways, right"),
    Command("tags.value", TAGS, ("enter",), "screen.whole_value", "whole value", "The whole value, to read and select",
            True),
    Command("tags.fold-all", TAGS, ("x",), "fold_all", "fold all", "Fold all sequences, or unfold them"),
    Command("tags.next-item", TAGS, ("J",), "step_item(1)", "next item",
            "The same attribute in the next item of the sequence; in the frame after this one"),
    Command("tags.previous-item", TAGS, ("K",), "step_item(-1)", "previous item",
            "The same attribute in the previous item; in the frame before this one"),
    Command("tags.columns", TAGS, (), "columns", "length and offset",
            "Show or hide the length of values, and where in the file they begin"),
    Command("tags.plot", TAGS, ("p",), "screen.plot", "plot",
            "A curve of the number under the cursor through the series, or through the frames"),
    Command("tags.private", TAGS, ("number_sign",), "screen.search_for('private:')", "only private",
            "Only private attributes; again: all"),
    Command("tags.identifying", TAGS, ("exclamation_mark",), "screen.search_for('phi:')", "only identifying",
            "Only attributes that PS3.15 Table E.1-1 lists as identifying; again: all"),
    Command("tags.edit", TAGS, ("i",), "screen.edit_value", "edit",
            "With --rw: change the value under the cursor, in a copy that S writes"),
    Command("tags.add", TAGS, ("A",), "screen.add_element", "add", "With --rw: add an element"),
    Command("tags.delete", TAGS, ("X",), "screen.delete_element", "delete",
            "With --rw: leave the element, or the item, out of the copy"),
    Command("tags.undo", TAGS, ("u",), "screen.undo_edit('undo')", "undo", "With --rw: take the last change back"),
    Command("tags.redo", TAGS, ("ctrl+r",), "screen.undo_edit('redo')", "redo",
            "With --rw: make the change again that was taken back"),
    Command("tags.save", TAGS, ("S",), "screen.save_copy", "save a copy",
            "With --rw: write the changed copy to a new file; it asks where"),
    Command("tags.changes", TAGS, (), "screen.list_changes", "pending changes", "With --rw: all changes so far"),
    Command("tags.series", TAGS, ("D",), "screen.compare_series", "what varies",
            "Only what differs in the series, with the values of all its files"),
    Command("tags.copy", TAGS, ("y",), "screen.copy_value", "copy value", "Copy the value"),
    Command("tags.copy-pydicom-path", TAGS, ("U",), "screen.copy_path('pydicom')", "copy pydicom path",
            "Copy `ds.Sequence[0].Keyword`"),
    Command("tags.copy-dicom-path", TAGS, (), "screen.copy_path('dicom')", "copy DICOM path",
            "Copy `00400275[0].00400007`"),
    Command("tags.copy-line", TAGS, ("Y",), "screen.copy_line", "copy line", "Copy `(gggg,eeee) keyword = value`"),
)  # fmt: skip

COMMANDS: Final = (*_GENERAL, *_FILES, *_PICTURE_WHICH, *_PICTURE_WINDOW, *_PICTURE_VIEW, *_TAGS)
BY_ID: Final = {command.id: command for command in COMMANDS}


def of_scope(scope: str) -> tuple[Command, ...]:
    """Return the commands of one scope, in the table's order."""
    return tuple(command for command in COMMANDS if command.scope == scope)


def keys_of(command: Command, remapped: dict[str, str]) -> tuple[str, ...]:
    """Return the keys of `command`, the user's own where `remapped` (command id to keys) has some."""
    own = remapped.get(command.id)
    return command.keys if own is None else tuple(key.strip() for key in own.split(",") if key.strip())


def key_table() -> str:
    """Return the table of keys that the README shows, in Markdown."""
    titles = {EVERYWHERE: "everywhere", FILES: "files", PICTURE: "picture", TAGS: "tags"}
    lines = ["| where | keys | what they do |", "|---|---|---|"]
    for scope in SCOPES:
        for command in of_scope(scope):
            keys = " ".join(f"`{key_label(key)}`" for key in command.keys) or "palette"
            lines.append(f"| {titles[scope]} | {keys} | {command.help} |")
    return "\n".join(lines)
