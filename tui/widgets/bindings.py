"""Commands as Textual's bindings."""

from textual.binding import Binding, BindingType

from tui.commands import of_scope


def bindings(scope: str) -> list[BindingType]:
    """Return the bindings of a scope, for a class's ``BINDINGS``; their ids are what a user's key map names."""
    return [
        Binding(",".join(command.keys), command.action, command.label, show=False, id=command.id)
        for command in of_scope(scope)
        if command.keys
    ]
