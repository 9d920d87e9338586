"""Settings, which are only read, and what the program remembers by itself."""

import os
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final

from tui.commands import BY_ID, EVERYWHERE, SCOPES, key_label, keys_of, of_scope
from tui.dicom.errors import WriteError
from tui.dicom.options import Option, Value
from tui.dicom.save import new_file, private_folder
from tui.render.cell_kind import CellKind
from tui.text import safe_text

GREY_THEME: Final = "grey"
CONTRAST_THEME: Final = "high-contrast"
_APP: Final = "dicom-tui"
BOXES_FILE: Final = "boxes.json"
INDEX_FILE: Final = "index.sqlite3"
CELLS: Final = tuple(kind.value for kind in CellKind if kind is not CellKind.SPACE)  # which is for terminals without Unicode

PRIVATE_DICTIONARY: Final = Option(
    "private-dictionary",
    "Private dictionary",
    "Names of private attributes, in the form of DCMTK's private.dic",
    metavar="FILE",
)
INDEX: Final = Option(
    "index",
    "Index",
    "Keep what is found in folders, patients' data included, in a cache for you alone; `dicom-tui index clear` removes it",
    False,
)
OPTIONS: Final = (
    Option("theme", "Theme", "Colours of the program: grey, high-contrast, or one of Textual's", GREY_THEME,
           metavar="NAME"),
    Option("color", "Colours", "How many colours to use; auto asks the terminal", "auto",
           choices=("auto", "truecolor", "256", "16", "mono")),
    Option("cells", "Cells", "What a cell of a picture draws; fonts have half-blocks, mostly quadrants and braille, too",
           "half", choices=CELLS),
    Option("graphics", "Graphics", "Pictures of real pixels at rest, where the terminal shows some; auto asks it", "off",
           choices=("off", "auto", "kitty", "sixel", "iterm2")),
    Option("ascii", "ASCII only", "Draw without Unicode: spaces with a background, ASCII borders", False),
    Option("low-bandwidth", "Low bandwidth", "Fewer greys and colours in the picture, for slow links", False),
    Option("no-mouse", "No mouse", "Leave the mouse to the terminal", False),
    Option("no-corner-text", "No corner text", "Start without patient and study around the picture", False),
    Option("private", "Privacy view", "Mask names, values and file names that may identify somebody; P shows them", False),
    INDEX,
    PRIVATE_DICTIONARY,
)  # fmt: skip


class SettingsError(ValueError):
    """The settings file says something that the program does not know; the message names the file."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a user may set; each but `keys` is a row of `OPTIONS`, too."""

    theme: str = GREY_THEME
    color: str = "auto"
    cells: str = "half"
    graphics: str = "off"
    ascii: bool = False
    low_bandwidth: bool = False
    no_mouse: bool = False
    no_corner_text: bool = False
    private: bool = False
    index: bool = False
    private_dictionary: str = ""
    keys: dict[str, str] = field(default_factory=dict)

    def values(self) -> dict[str, Value]:
        """Return the settings by the names of their options."""
        return {option.name: getattr(self, option.name.replace("-", "_")) for option in OPTIONS}

    def with_values(self, values: dict[str, Value]) -> "Settings":
        """Return the settings with some replaced, by the names of their options."""
        changed: dict[str, Any] = {name.replace("-", "_"): value for name, value in values.items()}
        return replace(self, **changed)


def settings_path() -> str:
    """Return where the settings file is looked for."""
    import platformdirs

    return os.path.join(platformdirs.user_config_dir(_APP), "settings.toml")


def load(path: str) -> Settings:
    """Read the settings file `path`; a missing one gives the defaults.

    Raises
    ------
    SettingsError
        It cannot be read, or says what the program does not know.
    """
    where = safe_text(path)
    try:
        with open(path, "rb") as file:
            raw = file.read()
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        raise SettingsError(f"{where} cannot be read: {error.strerror}") from error
    import tomllib  # not before there is a file: most users have none, and start-up is measured

    try:
        said = tomllib.loads(raw.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{where} is not valid TOML: {safe_text(str(error))}") from error
    keys = said.pop("keys", {})
    if not isinstance(keys, dict):
        raise SettingsError(f"{where}: keys are set in a section of their own, [keys]")
    known = {item.name.replace("_", "-") for item in fields(Settings)} - {"keys"}
    if unknown := sorted(said.keys() - known):
        names = ", ".join(safe_text(name) for name in unknown)
        raise SettingsError(f"{where}: unknown setting {names}; known are {', '.join(sorted(known))} and [keys]")
    _check_keys(keys, where)
    for option in OPTIONS:
        if option.name in said and (problem := option.problem(said[option.name])):
            raise SettingsError(f"{where}: {safe_text(problem)}")
    return Settings(keys=keys).with_values(said)


def _check_keys(keys: dict[str, str], where: str) -> None:
    if not all(isinstance(value, str) for value in keys.values()):
        raise SettingsError(f'{where}: [keys] holds lines such as  picture.invert = "i"')
    if unknown := sorted(keys.keys() - BY_ID.keys()):
        raise SettingsError(f"{where}: [keys] names unknown commands: {safe_text(', '.join(unknown))}")
    for scope in SCOPES:
        taken: dict[str, str] = {}
        for command in {*of_scope(scope), *of_scope(EVERYWHERE)}:
            for key in keys_of(command, keys):
                other = taken.setdefault(key, command.id)
                if other != command.id:
                    both = " and ".join(sorted((other, command.id)))
                    raise SettingsError(f"{where}: [keys] puts {both} on the same key, {safe_text(key_label(key))}")


def as_toml(settings: Settings) -> str:
    """Return the lines of a settings file that say what differs from the defaults."""
    import json

    defaults = Settings().values()
    lines = [
        f"{name} = {json.dumps(value, ensure_ascii=False)}"
        for name, value in settings.values().items()
        if value != defaults[name]
    ]
    return "\n".join(lines) or "# all as it is without a settings file"


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the program remembers by itself: sizes of panes, in cells and percent."""

    files_width: int = 32
    picture_percent: int = 60

    def resized(self, files_width: int, picture_percent: int) -> "Remembered":
        """Return it with other sizes, within what is usable."""
        return replace(
            self,
            files_width=min(80, max(16, files_width)),
            picture_percent=min(90, max(20, picture_percent)),
        )


def remembered_path() -> str:
    """Return where the remembered sizes are kept."""
    import platformdirs

    return os.path.join(platformdirs.user_state_dir(_APP), "layout.json")


def index_path() -> str:
    """Return where the index of folders is kept, where somebody wants one."""
    import platformdirs

    return os.path.join(platformdirs.user_cache_dir(_APP), INDEX_FILE)


def boxes_path(project: str = "") -> str:
    """Return where the boxes are kept that are blackened: in a project's folder, or with what the program remembers."""
    import platformdirs

    return os.path.join(project or platformdirs.user_state_dir(_APP), BOXES_FILE)


def recall(path: str) -> Remembered:
    """Return what was remembered; what is missing or damaged counts as never remembered."""
    try:
        with open(path, encoding="utf-8") as file:
            raw = file.read()
        import json  # not before there is a file

        said = json.loads(raw)
    except (OSError, ValueError):
        return Remembered()
    defaults = Remembered()
    known = {
        item.name: said[item.name]
        for item in fields(Remembered)
        if isinstance(said, dict) and type(said.get(item.name)) is type(getattr(defaults, item.name))
    }
    found = replace(defaults, **known)
    return found.resized(found.files_width, found.picture_percent)


def remember(path: str, remembered: Remembered) -> str | None:
    """Keep `remembered`; return why it could not be kept, or None."""
    import json

    try:
        private_folder(os.path.dirname(path))
        with new_file(path, replace=True) as file:
            said = {item.name: getattr(remembered, item.name) for item in fields(Remembered)}
            file.write(json.dumps(said, indent=1).encode())
    except WriteError as error:
        return str(error)
    return None
