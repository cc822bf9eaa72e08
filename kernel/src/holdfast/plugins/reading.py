"""From the values of a settings table to typed ones, with every problem collected at its place."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from holdfast.environment import environment_switch
from holdfast.errors import SettingsError, did_you_mean
from holdfast.plugins.specifiers import parse_specifier
from holdfast.plugins.uses import Place, PluginUse, Use, variable_of

__all__ = ["BUILTINS", "SettingsReader"]

BUILTINS = "builtins"
"""The name of the kernel's own plugin, which is always active."""

_REFERENCE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*(:[^\W\d]\w*(\.[^\W\d]\w*)*)?\Z")


class SettingsReader:
    """Reads settings values; `finish` raises for all the problems at once.

    A value that cannot be read is reported and read as ``None`` or left out.
    """

    def __init__(self) -> None:
        self._problems: list[tuple[Place, str]] = []

    def finish(self) -> None:
        """Raise a `SettingsError` that names every problem found, if there is one."""
        if not self._problems:
            return
        place, problem = self._problems[0]
        if len(self._problems) == 1:
            raise SettingsError(place.source, place.path, problem)
        lines = "".join(f"\n  - [{where.path}] {what}" for where, what in self._problems)
        raise SettingsError(place.source, "", f"{len(self._problems)} problems:{lines}")

    def problem(self, place: Place, problem: str) -> None:
        """Note a problem."""
        self._problems.append((place, problem))

    def known_keys(self, table: Mapping[str, Any], known: Iterable[str], place: Place) -> None:
        """Note a problem for each key of a table that is not among the known ones."""
        for key in table:
            if key not in known:
                self.problem(place.at(key), f"This key is not known.{did_you_mean(key, known)}")

    def table(self, value: Any, place: Place) -> Mapping[str, Any]:
        """Return a table, empty when there is none."""
        if value is None:
            return {}
        if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
            return value
        self.problem(place, f"This is a table, not {_described(value)}.")
        return {}

    def text(self, value: Any, place: Place) -> str | None:
        """Return a string that is not empty, ``None`` when there is none."""
        if value is None or (isinstance(value, str) and value):
            return value
        self.problem(place, f"This is a string that is not empty, not {_described(value)}.")
        return None

    def reference(self, value: Any, place: Place) -> str | None:
        """Return a ``module[:attribute]``, ``None`` when there is none."""
        text = self.text(value, place)
        if text is None or _REFERENCE.match(text):
            return text
        self.problem(
            place, f"This names a module, or an attribute of one: 'module' or 'module:name', not {text!r}."
        )
        return None

    def use(self, value: Any, place: Place) -> Use | None:
        """Return a choice of a provision: its name, or a table with ``use`` and options."""
        if value is None:
            return None
        if isinstance(value, str):
            name = self.text(value, place)
            return None if name is None else Use(name, place=place)
        if not isinstance(value, Mapping):
            self.problem(
                place,
                f'This is a name or a table such as {{ use = "NAME", ... }}, not {_described(value)}.',
            )
            return None
        if "use" not in value:
            self.problem(place, 'The key "use" is missing: it names what to use, such as { use = "NAME" }.')
            return None
        name = self.text(value["use"], place.at("use"))
        options = {key: option for key, option in value.items() if key != "use"}
        return None if name is None else Use(name, options, place)

    def uses(self, value: Any, place: Place) -> tuple[Use, ...]:
        """Return an array of choices."""
        if value is None:
            return ()
        if not isinstance(value, list):
            self.problem(place, f"This is an array of tables, not {_described(value)}.")
            return ()
        read = (self.use(item, place.item(index)) for index, item in enumerate(value))
        return tuple(use for use in read if use is not None)

    def named_uses(self, value: Any, place: Place) -> dict[str, Use]:
        """Return a table of choices by name."""
        read = ((key, self.use(item, place.at(key))) for key, item in self.table(value, place).items())
        return {key: use for key, use in read if use is not None}

    def plugins(self, value: Any, place: Place) -> dict[str, PluginUse] | None:
        """Return the allow-list of plugins in its order, ``None`` when there is none.

        Args:
            value: the ``plugins`` table, or a sequence of plugin names.
            place: where it stands.
        """
        if value is None:
            return None
        if isinstance(value, Sequence) and not isinstance(value, str):
            names = [self.text(name, place.item(index)) for index, name in enumerate(value)]
            value = {name: True for name in names if name is not None}
        table = self.table(value, place)
        return {name: self._plugin(name, item, place.at(name)) for name, item in table.items()}

    def _plugin(self, name: str, value: Any, place: Place) -> PluginUse:
        if isinstance(value, bool):
            if name == BUILTINS and not value:
                self.problem(place, "The kernel's own plugin cannot be switched off.")
            return PluginUse(value, place=place)
        if not isinstance(value, Mapping):
            self.problem(place, f"This is true, false or a table of options, not {_described(value)}.")
            return PluginUse(place=place)
        active, variable = self._enabled(value.get("enabled", True), place.at("enabled"))
        if name == BUILTINS and not active:
            self.problem(place, "The kernel's own plugin cannot be switched off.")
        requires = self.text(value.get("requires"), place.at("requires"))
        if requires is not None:
            try:
                parse_specifier(requires)
            except ValueError as error:
                self.problem(place.at("requires"), f"{error}.")
        options = {key: option for key, option in value.items() if key not in ("enabled", "requires")}
        return PluginUse(active, requires, options, variable, place)

    def _enabled(self, value: Any, place: Place) -> tuple[bool, str | None]:
        if isinstance(value, bool):
            return value, None
        variable = variable_of(value)
        if variable is None:
            self.problem(place, f'This is true, false or {{ env = "NAME" }}, not {_described(value)}.')
            return True, None
        said = environment_switch(variable)
        if said is None:
            self.problem(
                place,
                f"The environment variable {variable} says {os.environ[variable]!r}: let it say 1, true, yes "
                "or on, or 0, false, no or off.",
            )
        return bool(said), variable


_DESCRIPTIONS = {
    str: "a string",
    bool: "a boolean",
    int: "a whole number",
    float: "a number",
    list: "an array",
}


def _described(value: Any) -> str:
    if isinstance(value, Mapping):
        return "a table"
    kind = _DESCRIPTIONS.get(type(value), type(value).__name__)
    return f"{kind} ({value!r})" if isinstance(value, str | int | float) else kind
