"""Settings that come from the environment: the place for secrets, and for what differs between machines."""

from __future__ import annotations

import os

from holdfast.errors import SettingsError

__all__ = ["EnvironmentValue", "environment_switch", "environment_value"]

_YES, _NO = ("1", "true", "yes", "on"), ("", "0", "false", "no", "off")


class EnvironmentValue(str):
    """The text of an environment variable, as settings ask for it by ``{ env = "NAME" }``.

    A string like any other, but for two things: its ``repr`` names the variable and not the text, and a
    pickle of it holds the name alone, so that a secret reaches neither messages nor files in this way.

    Attributes:
        variable: the name of the variable.
    """

    __slots__ = ("variable",)

    variable: str

    def __new__(cls, text: str, variable: str) -> EnvironmentValue:
        """Return a text that knows where it came from."""
        made = super().__new__(cls, text)
        made.variable = variable
        return made

    def __repr__(self) -> str:
        return f"the environment variable {self.variable}"

    def __reduce__(self) -> tuple[object, ...]:
        return environment_value, (self.variable,)


def environment_value(variable: str) -> EnvironmentValue:
    """Return the text of an environment variable.

    Raises:
        SettingsError: it is not set.
    """
    text = os.environ.get(variable)
    if text is None:
        raise SettingsError("the environment", variable, "The variable is not set.")
    return EnvironmentValue(text, variable)


def environment_switch(variable: str) -> bool | None:
    """Return whether an environment variable says yes; not set is no, and ``None`` is neither yes nor no."""
    said = os.environ.get(variable, "").strip().lower()
    return None if said not in _YES + _NO else said in _YES
