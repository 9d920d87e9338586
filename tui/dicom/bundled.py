"""Where the files lie that come with pydicom, found without importing it."""

import importlib.util
import os


def pydicom_data(name: str) -> str:
    """Return the path of file or folder `name` below pydicom's data; it need not be there."""
    package = importlib.util.find_spec("pydicom")
    home = package.submodule_search_locations[0] if package and package.submodule_search_locations else ""
    return os.path.join(home, "data", name)
