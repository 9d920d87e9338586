"""What a user has set: the settings file, over it the environment, over that the flags."""

import os
from typing import Final

from tui import settings as user_settings
from tui.dicom.dictionary import use_private
from tui.dicom.errors import ReadError
from tui.dicom.options import Value
from tui.settings import OPTIONS, Settings, SettingsError

_COLOR_VARIABLE: Final = "DICOM_TUI_COLOR"


def configured(flags: dict[str, Value]) -> Settings:
    """Return the settings that hold; from now on the private attributes of the user's own dictionary are known.

    Raises
    ------
    SettingsError
        The file or the environment says what the program does not know, or the private dictionary cannot be read.
    """
    settings = user_settings.load(user_settings.settings_path())
    said = os.environ.get(_COLOR_VARIABLE, "")
    if said:
        color = next(option for option in OPTIONS if option.name == "color")
        if problem := color.problem(said):
            raise SettingsError(f"{_COLOR_VARIABLE}: {problem}")
        settings = settings.with_values({"color": said})
    settings = settings.with_values(flags)
    if settings.private_dictionary:
        from tui.dicom.private_dictionary import read_private_dictionary

        try:
            use_private(read_private_dictionary(os.path.expanduser(settings.private_dictionary)))
        except ReadError as error:
            raise SettingsError(str(error)) from error
    return settings
