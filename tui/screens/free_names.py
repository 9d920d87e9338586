"""Names for results that nothing has yet."""

import os
from typing import Final

_MOST_NAMES: Final = 1000


def free_folder(path: str, name: str) -> str:
    """Return a folder for results beside what is read, that nothing has yet: never in it."""
    whole = os.path.abspath(path)
    folder = whole if os.path.isdir(whole) else os.path.dirname(whole)
    stem = os.path.join(os.path.dirname(folder.rstrip(os.sep)) or os.sep, name)  # the input's may name somebody
    names = (stem, *(f"{stem}-{count}" for count in range(2, _MOST_NAMES)))
    return next((name for name in names if not os.path.lexists(name)), "")
