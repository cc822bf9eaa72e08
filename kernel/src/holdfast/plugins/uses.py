"""What settings say about one thing: what to use, with which options, and where that was said."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import attrs

__all__ = ["CALL", "Place", "PluginUse", "Use", "described", "variable_of"]

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+\Z")


@attrs.frozen
class Place:
    """Where a setting stands, for messages.

    Attributes:
        source: a file, an environment variable, a command-line option, or a line of code.
        path: the TOML path inside a file.
    """

    source: str
    path: str = ""

    def at(self, key: str) -> Place:
        """Return the place of a key of the table at this place."""
        quoted = key if _BARE_KEY.match(key) else json.dumps(key)
        return Place(self.source, f"{self.path}.{quoted}" if self.path else quoted)

    def item(self, index: int) -> Place:
        """Return the place of an item of the array at this place."""
        return Place(self.source, f"{self.path}[{index}]")

    def __str__(self) -> str:
        return f"{self.source}: [{self.path}]" if self.path else self.source


CALL = Place("the call")
"""The place of what is given in code, where nothing else is known."""


def variable_of(option: Any) -> str | None:
    """Return the environment variable that an option is to be taken from: ``{ env = "NAME" }`` names it."""
    if isinstance(option, Mapping) and option.keys() == {"env"} and isinstance(option["env"], str):
        return option["env"]
    return None


def described(option: Any) -> str:
    """Return an option as text; of one that is taken from the environment only the variable's name."""
    variable = variable_of(option)
    return repr(option) if variable is None else f"the environment variable {variable}"


@attrs.frozen
class Use:
    """The choice of a provision by name, with its options: ``{ use = "multiprocess", max_workers = 2 }``.

    Attributes:
        use: the provision's name.
        options: the keyword arguments for its factory.
        place: where this was said; it does not count when two uses are compared.
    """

    use: str
    options: Mapping[str, Any] = attrs.field(factory=dict, hash=False)
    place: Place = attrs.field(default=CALL, eq=False)


@attrs.frozen
class PluginUse:
    """One line of the ``plugins`` table.

    Attributes:
        active: whether the plugin is switched on.
        requires: the versions of its distribution that fit, such as ``">=1,<2"``; ``None`` for any.
        options: the keyword arguments for the factories of its formats.
        variable: the environment variable that says whether it is on, if one is asked.
        place: where this was said; it does not count when two are compared.
    """

    active: bool = True
    requires: str | None = None
    options: Mapping[str, Any] = attrs.field(factory=dict, hash=False)
    variable: str | None = None
    place: Place = attrs.field(default=CALL, eq=False)
