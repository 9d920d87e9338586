"""Choosing by name: commands, themes, colormaps, cells and colours."""

from typing import TYPE_CHECKING

from textual.screen import Screen

from tui.commands import BY_ID, COMMANDS, EVERYWHERE, Command, key_label, keys_of
from tui.dicom.pixels.colormaps import COLORMAPS
from tui.render.cell_kind import CellKind
from tui.render.color_depth import ColorDepth
from tui.settings import CELLS, CONTRAST_THEME, GREY_THEME

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.screens.choice import Choice
    from tui.settings import Settings
    from tui.terminal.probe import Terminal
    from tui.widgets.glyphs import Glyphs
    from tui.widgets.image_view import ImageView


def palette_choices(remapped: dict[str, str]) -> "tuple[Choice, ...]":
    """Return every command as a row of the palette, with the user's own keys."""
    from tui.screens.choice import Choice

    return tuple(
        Choice(
            command.id,
            command.label if command.scope == EVERYWHERE else f"{command.scope}: {command.label}",
            command.help,
            "  ".join(key_label(key) for key in keys_of(command, remapped)[:2]),
        )
        for command in COMMANDS
    )


class Choosing(Screen[None]):
    """The part of the browser that lets the user choose from lists."""

    if TYPE_CHECKING:  # what the browser has
        settings: Settings
        terminal: Terminal
        glyphs: Glyphs
        image: ImageView

        def show_status(self) -> None:
            """Show in the status line what is seen, and how."""

        def use_colormap(self, name: str) -> None:
            """Show grey pictures under another colormap."""

        async def run_command(self, command: Command) -> None:
            """Do what a command does."""

    def action_palette(self) -> None:
        """Show every command by its name; a pane's command gives it the focus first."""
        self.choose("Commands", palette_choices(self.settings.keys), self._run_by_id)

    def _run_by_id(self, id_: str | None) -> None:
        if id_ is not None:
            self.call_later(self.run_command, BY_ID[id_])

    def action_choose_theme(self) -> None:
        """Show every theme by its name."""
        from tui.screens.choice import Choice

        names = sorted(self.app.available_themes, key=lambda name: (name not in (GREY_THEME, CONTRAST_THEME), name))
        self.choose("Themes", tuple(Choice(name, name) for name in names), self._use_theme)

    def _use_theme(self, name: str | None) -> None:
        if name is not None:
            self.settings = self.settings.with_values({"theme": name})
            self.app.theme = name

    def action_choose_colormap(self) -> None:
        """Show every colormap by its name."""
        from tui.screens.choice import Choice

        def use(name: str | None) -> None:
            if name is not None:
                self.use_colormap(name)

        self.choose("Colormaps", tuple(Choice(row.name, row.name, row.help) for row in COLORMAPS), use)

    def action_choose_cells(self) -> None:
        """Show what a cell of the picture may draw."""
        from tui.screens.choice import Choice

        def use(name: str | None) -> None:
            if name is not None:
                self.settings = self.settings.with_values({"cells": name})
                self.draw_with(self.image.depth, self.terminal.kind(name))

        kinds = map(CellKind, CELLS)
        rows = tuple(Choice(kind.value, kind.value, f"{kind.columns} x {kind.rows} pixels a cell") for kind in kinds)
        self.choose("Cells", rows, use)

    def action_choose_colors(self) -> None:
        """Show in how many colours the picture may be drawn."""
        from tui.screens.choice import Choice

        def use(name: str | None) -> None:
            if name is not None:
                self.draw_with(ColorDepth(name), self.image.kind)

        found = self.terminal.depth
        rows = (
            Choice(depth.value, depth.value, self.terminal.depth_reason if depth is found else "") for depth in ColorDepth
        )
        self.choose("Colours of the picture", tuple(rows), use)

    def draw_with(self, depth: ColorDepth, kind: CellKind) -> None:
        """Draw pictures in other colours, or with other cells."""
        self.image.draw_with(depth, kind)
        self.show_status()

    def choose(self, title: str, choices: "tuple[Choice, ...]", chosen: "Callable[[str | None], None]") -> None:
        """Let the user choose by name."""
        from tui.screens.choice import ChoiceScreen  # Textual's Input: not before it is wanted

        self.app.push_screen(ChoiceScreen(title, choices, self.glyphs), chosen)
