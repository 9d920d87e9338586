"""Declared options: one row is a flag of the command line and a control of a dialog."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Value = str | bool
Values = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Option:
    """One option.

    Parameters
    ----------
    name : str
        The name in words-with-hyphens: ``--name`` on the command line, the key in a dialog's answer.
    label : str
        What a dialog shows beside the control.
    help : str
        One sentence for both.
    default : str or bool
        A bool is a switch; a str is text.
    choices : tuple of str
        Where not empty, the only values allowed.
    check : callable, optional
        Returns what is wrong with a text, or None.
    metavar : str
        What the command line calls the value in its help.
    """

    name: str
    label: str
    help: str
    default: Value = ""
    choices: tuple[str, ...] = ()
    check: Callable[[str], str | None] | None = None
    metavar: str = "TEXT"

    def problem(self, value: Value) -> str | None:
        """Return what is wrong with `value`, in a sentence, or None."""
        if isinstance(self.default, bool):
            return None if isinstance(value, bool) else f"{self.label}: yes or no is wanted"
        if not isinstance(value, str):
            return f"{self.label}: a text is wanted"
        if self.choices and value not in self.choices:
            return f"{self.label}: {value!r} is none of {', '.join(self.choices)}"
        return self.check(value) if self.check else None


def problems(options: tuple[Option, ...], values: Mapping[str, Value]) -> list[str]:
    """Return all that is wrong with `values`, in the order of `options`."""
    found = (option.problem(values.get(option.name, option.default)) for option in options)
    return [problem for problem in found if problem]


def filled_in(options: tuple[Option, ...], given: Mapping[str, Value]) -> tuple[Values, str | None]:
    """Return the values of all options, and what is wrong with those that were given, in the words of a command line."""
    values: Values = {option.name: given.get(option.name, option.default) for option in options}
    unknown = sorted(set(given) - set(values))
    if unknown:
        return values, f"there is no option {', '.join(unknown)}"
    for option in options:
        if problem := option.problem(values[option.name]):
            return values, f"--{option.name}: {problem}"
    return values, None


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """Options to be asked for together.

    Parameters
    ----------
    title : str
        What is done.
    sentence : str
        What will happen.
    options : tuple of Option
        A text, a choice or a switch each.
    button : str
        The word for going ahead.
    preview : callable, optional
        Returns what the values would lead to, in a few lines.
    check : callable, optional
        Returns what is wrong with the values as a whole, or None.
    values : mapping
        What is filled in, where not the defaults.
    """

    title: str
    sentence: str
    options: tuple[Option, ...]
    button: str
    preview: Callable[[Values], str] | None = None
    check: Callable[[Values], str | None] | None = None
    values: Mapping[str, Value] = field(default_factory=dict)

    def filled(self) -> Values:
        """Return the values to begin with."""
        return {option.name: self.values.get(option.name, option.default) for option in self.options}

    def problem(self, values: Values) -> str | None:
        """Return the first thing that is wrong with `values`, or None."""
        found = problems(self.options, values)
        return found[0] if found else self.check(values) if self.check is not None else None
