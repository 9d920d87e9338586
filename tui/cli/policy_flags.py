"""The flags by which files are anonymized, for every sub-command that does so."""

import argparse
from collections.abc import Iterable
from typing import Any, Final

from tui.cli.arguments import add_options, given
from tui.dicom.anonymize.orders import RULES, Wish
from tui.dicom.anonymize.policy import DATES, ON_BURNED_IN, OPTION_NAMES, PRESET, SWITCHES, TRUST_DECLARED, RuleKind
from tui.dicom.options import Option

_WIDTH: Final = max(map(len, OPTION_NAMES))
OPTIONS_HELP: Final = "options (--option NAME):\n" + "\n".join(
    f"  {switch.option.name:<{_WIDTH}}  {switch.option.help}" for switch in SWITCHES
)


def add_policy_flags(parser: "argparse._ActionsContainer", files: Iterable[Option]) -> None:
    """Give a parser the flags of a policy but its preset, and those that name files."""
    parser.add_argument("--option", metavar="NAME", action="append", default=[], help="an option of the profile (below)")
    add_options(parser, (DATES, ON_BURNED_IN, TRUST_DECLARED))
    for option, kind in RULES:
        parser.add_argument(f"--{kind}", dest="rules", action=_Rule, nargs=1, metavar=option.metavar, help=option.help)
    for option in files:
        parser.add_argument(f"--{option.name}", metavar=option.metavar, default="", help=option.help)


def policy_wish(arguments: argparse.Namespace, files: Iterable[Option]) -> Wish:
    """Return what the flags of a policy say."""
    said = given(arguments, (PRESET, DATES, ON_BURNED_IN, TRUST_DECLARED))
    return Wish(
        (), preset=str(said.get(PRESET.name, "")), options=tuple(arguments.option), dates=str(said.get(DATES.name, "")),
        on_burned_in=str(said.get(ON_BURNED_IN.name, "")), trust_declared=bool(said.get(TRUST_DECLARED.name)),
        rules=tuple((RuleKind(kind), word) for kind, word in arguments.rules or ()),
        files={option.name: getattr(arguments, option.name) for option in files if getattr(arguments, option.name)},
    )  # fmt: skip


class _Rule(argparse.Action):
    """Keeps rules in the order in which they were given: of several for an attribute the last one holds."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,  # noqa: ARG002 - argparse's signature
        namespace: argparse.Namespace,
        values: Any,  # noqa: ANN401 - as argparse has it
        option_string: str | None = None,
    ) -> None:
        """Add one rule."""
        kind = (option_string or "").lstrip("-")
        namespace.rules = [*(namespace.rules or []), *((kind, word) for word in values)]
