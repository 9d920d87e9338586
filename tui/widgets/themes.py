"""The program's own themes."""

from textual.theme import Theme

from tui.settings import CONTRAST_THEME, GREY_THEME

# Every colour is one of the 256, so that greys stay apart where there is no more.
GREY = Theme(
    name=GREY_THEME,
    primary="#5fafd7",
    secondary="#87afaf",
    accent="#d7af5f",
    warning="#ffaf5f",
    error="#ff8787",
    success="#87af5f",
    foreground="#dadada",
    background="#121212",
    surface="#1c1c1c",
    panel="#303030",
    dark=True,
    variables={"text-muted": "#9e9e9e", "border-blurred": "#585858", "scrollbar": "#585858",
               "scrollbar-background": "#1c1c1c", "scrollbar-hover": "#8a8a8a", "scrollbar-active": "#5fafd7"},
)  # fmt: skip
CONTRAST = Theme(
    name=CONTRAST_THEME,
    primary="#ffff00",
    secondary="#00ffff",
    accent="#ffd700",
    warning="#ffaf00",
    error="#ff8787",
    success="#5fff5f",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#303030",
    dark=True,
    variables={"text-muted": "#d0d0d0", "border-blurred": "#bcbcbc", "scrollbar": "#bcbcbc",
               "scrollbar-background": "#000000", "scrollbar-hover": "#ffffff", "scrollbar-active": "#ffff00"},
)  # fmt: skip
