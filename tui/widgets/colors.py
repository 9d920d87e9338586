"""The theme's colours as styles for what draws its own lines.

Textual's component classes would be styled one by one for every list at every start: a tenth of the time to the first
paint. The theme's variables are the same colours.
"""

from typing import NamedTuple

from rich.style import Style
from textual.app import App
from textual.color import Color, ColorParseError

_MUTED = 0.65


class Colors(NamedTuple):
    """Styles for lines that a widget draws itself."""

    plain: Style
    dim: Style
    key: Style
    private: Style
    hit: Style
    error: Style
    cursor: Style
    cursor_elsewhere: Style
    border: Style
    border_active: Style
    title_active: Style


def _color(variables: dict[str, str], name: str, fallback: Color) -> Color:
    try:
        found = Color.parse(variables.get(name, ""))
    except ColorParseError:  # such as "auto 60%"
        return fallback
    return found if found.a == 1 else fallback


def _made(variables: dict[str, str]) -> Colors:
    black, white = Color(0, 0, 0), Color(255, 255, 255)
    background = _color(variables, "background", black)
    foreground = _color(variables, "foreground", white)
    muted = _color(variables, "text-muted", background.blend(foreground, _MUTED))
    panel = _color(variables, "panel", background.blend(foreground, 0.2))
    primary = _color(variables, "primary", foreground)
    border = _color(variables, "border-blurred", muted)

    def on_background(color: Color, *, bold: bool = False) -> Style:
        return Style(color=color.rich_color, bgcolor=background.rich_color, bold=bold)

    return Colors(
        plain=on_background(foreground),
        dim=on_background(muted),
        key=on_background(_color(variables, "secondary", foreground)),
        private=on_background(_color(variables, "accent", foreground)),
        hit=on_background(_color(variables, "warning", foreground), bold=True),
        error=on_background(_color(variables, "error", foreground)),
        cursor=Style(color=background.rich_color, bgcolor=primary.rich_color, bold=True),
        cursor_elsewhere=Style(color=foreground.rich_color, bgcolor=panel.rich_color),
        border=on_background(border),
        border_active=on_background(primary),
        title_active=on_background(primary, bold=True),
    )


_cache: dict[str, Colors] = {}


def forget_colors() -> None:
    """Make the styles anew: the theme has changed."""
    _cache.clear()


def colors_of(app: App[object]) -> Colors:
    """Return the styles for the theme that is on."""
    found = _cache.get(app.theme)
    if found is None:
        found = _cache[app.theme] = _made(app.theme_variables)
    return found
