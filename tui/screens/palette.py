"""The command palette, fed from the table of commands."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from textual.command import DiscoveryHit, Hit, Hits, Provider

from tui.commands import COMMANDS, EVERYWHERE, Command, key_label

if TYPE_CHECKING:
    from tui.screens.browser import Browser


class CommandProvider(Provider):
    """Every command, whatever pane has the focus: a pane's command gives it the focus first."""

    def _commands(self) -> Iterator[tuple[str, Command]]:
        for command in COMMANDS:
            if not command.repeat:
                keys = f"  ({key_label(command.keys[0])})" if command.keys else ""
                where = "" if command.scope == EVERYWHERE else f"{command.scope}: "
                yield f"{where}{command.label}{keys}", command

    async def discover(self) -> Hits:
        """Yield every command."""
        for name, command in self._commands():
            yield DiscoveryHit(name, partial(self._run, command), help=command.help)

    async def search(self, query: str) -> Hits:
        """Yield the commands that match `query`."""
        matcher = self.matcher(query)
        for name, command in self._commands():
            score = max(matcher.match(name), matcher.match(command.help) * 0.6)
            if score > 0:
                yield Hit(score, matcher.highlight(name), partial(self._run, command), help=command.help)

    async def _run(self, command: Command) -> None:
        browser: Browser = self.screen  # type: ignore[assignment]  # the one screen that has this provider
        await browser.run_command(command)
